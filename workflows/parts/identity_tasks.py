"""The work by people that the ladder of verification asks for, as data: whom to call, what to say and never say."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.parts.climbing import climb

with workflow.unsafe.imports_passed_through():
    from domain.agencies import DIRECTORY_EDITOR, KEEPERS
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy

_LE = (Role.LE_SPECIALIST, Role.LE_LIAISON)
_LIST_KEEPERS = tuple(sorted(KEEPERS))
_NEVER = (
    "Whether an account exists.",
    "Any name, number or content from the account.",
    "What we will decide.",
)
PRESSED = FormField(name="pressed", label="Someone pressed me not to check", kind=FieldKind.BOOL)
CALL_BACK = TaskPolicy(
    name="call-back",
    title="Call the agency back at the number in our directory",
    roles=_LE,
    ladder=climb((0, (Role.LE_SPECIALIST,)), (5, _LE)),
    script=Script(
        say=(
            "I am calling back about a request that reached us in your agency's name.",
            "Please connect me with the duty officer or a supervisor, not with the person who wrote.",
            "Did your agency send this request, and does this officer work there?",
            "From which address do you expect our answer?",
        ),
        never_say=(*_NEVER, "A number, a link or a portal that the request names: do not use one either."),
        write_down=("Who answered and their role.", "The time, and the number that you dialled from our directory."),
    ),
    form=(
        FormField(name="answer", label="What the agency said", kind=FieldKind.CHOICE, required=True,
                  choices=("confirmed", "denied", "officer-unknown", "unclear")),
        PRESSED,
        FormField(name="also", label="What else was true", kind=FieldKind.LIST,
                  choices=("blocks-verification", "other-address", "acquaintance")),
    ),
    reasons=("nobody-answered", "declined", "no-number"),
    records_as="verifier",
    excludes=(DIRECTORY_EDITOR,),
    artefact=True,
    give_up=timedelta(minutes=10),
)  # fmt: skip
READ_PAPERS = TaskPolicy(
    name="read-papers",
    title="Read the request: is it this agency, this law, this case, this person?",
    roles=_LE,
    ladder=climb((0, (Role.LE_SPECIALIST,)), (5, _LE)),
    script=Script(
        write_down=("What you compared it with, and what did not fit.",),
    ),
    form=(
        FormField(name="agency", label="The agency that is named is the one of our list", kind=FieldKind.CHOICE,
                  required=True, choices=("yes", "no", "unclear")),
        FormField(name="concerns", label="What does not fit", kind=FieldKind.LIST,
                  choices=("law-does-not-fit", "case-number-odd", "contact-data-of-a-person", "evidence-disagrees",
                           "forged-papers", "personal-domain", "other-address", "acquaintance",
                           "blocks-verification")),
        PRESSED,
    ),
    records_as="verifier",
    artefact=True,
    give_up=timedelta(minutes=10),
)  # fmt: skip
SUPERVISOR = TaskPolicy(
    name="ask-supervisor",
    title="Have a supervisor of the agency confirm it, over a second way that we knew before",
    roles=_LE,
    ladder=climb((0, (Role.LE_SPECIALIST,)), (5, _LE)),
    script=Script(
        say=(
            "I need to speak with a supervisor of the officer who asked, not with the person whom we spoke to before.",
            "Do you know of this request, and do you stand for it?",
        ),
        never_say=_NEVER,
        write_down=("The supervisor's role.", "Which of our own ways you reached them by, and the time."),
    ),
    form=(
        FormField(name="answer", label="What the supervisor said", kind=FieldKind.CHOICE, required=True,
                  choices=("confirmed", "denied", "officer-unknown", "unclear")),
        FormField(name="how", label="How you reached them", kind=FieldKind.CHOICE, required=True,
                  choices=("second-number", "known-liaison", "portal-account")),
        PRESSED,
    ),
    reasons=("nobody-answered", "declined", "no-second-way"),
    records_as="verifier",
    excludes=(DIRECTORY_EDITOR,),
    artefact=True,
    give_up=timedelta(minutes=10),
)  # fmt: skip
ASK_PEERS = TaskPolicy(
    name="ask-peers",
    title="Ask a trusted platform, by phone, whether it knows this sender",
    roles=_LE,
    ladder=climb((0, (Role.LE_SPECIALIST,)), (5, _LE)),
    script=Script(
        say=("Have you had requests from this agency's domain that turned out forged?",),
        never_say=(*_NEVER, "Whom the request is about.", "The officer's name: the domain is enough."),
        write_down=("Whom you asked, and what they said.",),
    ),
    form=(
        FormField(name="answer", label="What they said", kind=FieldKind.CHOICE, required=True,
                  choices=("known-good", "nothing-known", "known-fraud")),
    ),
    reasons=("nobody-answered", "no-peer"),
    records_as="verifier",
    artefact=True,
    give_up=timedelta(minutes=10),
)  # fmt: skip
FIND_NUMBER = TaskPolicy(
    name="find-number",
    title="An agency that we do not know: find its number at an independent source and propose it for our list",
    roles=_LIST_KEEPERS,
    ladder=climb((0, _LIST_KEEPERS), (5, _LIST_KEEPERS)),
    script=Script(
        never_say=("A number, a link or an address that the request names: not even to compare.",),
        write_down=("The source by its name, and the number there, at the desk under Agencies.",),
    ),
    form=(FormField(name="proposed", label="Proposed at the desk", kind=FieldKind.BOOL, required=True),),
    reasons=("not-found", "not-an-authority"),
    records_as=DIRECTORY_EDITOR,
    excludes=("verifier", "declarer", DIRECTORY_EDITOR),
    give_up=timedelta(minutes=15),
)
CONFIRM_NUMBER = FIND_NUMBER.model_copy(
    update={
        "name": "confirm-number",
        "title": "Look the new agency's number up yourself, at a source of your own, and confirm it at the desk",
        "script": Script(
            never_say=("A number, a link or an address that the request names.",),
            write_down=("Your own source by its name, at the desk under Agencies: look first, then compare.",),
        ),
        "form": (FormField(name="confirmed", label="Confirmed at the desk", kind=FieldKind.BOOL, required=True),),
        "reasons": ("not-found", "another-number"),
    }
)
IDENTITY_TASKS = (CALL_BACK, READ_PAPERS, SUPERVISOR, ASK_PEERS, FIND_NUMBER, CONFIRM_NUMBER)
"""What a procedure that verifies with `workflows.parts.identity` names among its tasks."""
