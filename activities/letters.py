"""The words that leave us, by name. Until identity is confirmed they say nothing about any account."""

from __future__ import annotations

from domain.canonical import digest
from domain.errors import Code, HoldfastError
from domain.letters import Letter

_CLOSE = "\n\nThis mailbox answers emergency requests from public authorities only.\nReference: {case}\n"
_NEUTRAL = (
    "We received your request and cannot act on it as it stands. This says nothing about whether any account or "
    "data exists. If life is in danger now, call the emergency services where the person is."
)
LETTERS: dict[str, Letter] = {
    "holding": Letter(
        subject="Your request {case}",
        text="Your request is being worked on. This says nothing about whether any account or data exists. "
        "If life is in danger now, call the emergency services where the person is." + _CLOSE,
    ),
    "delivery": Letter(
        subject="Your request {case}",
        text="What was approved for release is at {link} and can be opened once, until {until}. "
        "Do not forward the link." + _CLOSE,
    ),
    "package": Letter(
        subject="Your request {case}",
        text="What was approved for release lies at {link} until {until}. It opens with a code that we tell you by "
        "phone: we call your agency at the number that we hold for it. Wait for that call; a code that is tried "
        "before it, from an unusual place or too often closes the package. Whoever opens it first is the only one "
        "who can. Do not forward the link." + _CLOSE,
    ),
    "fraud": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "unverified": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "no-legal-basis": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "protected": Letter(subject="Your request {case}", text=_NEUTRAL + _CLOSE),
    "not-an-emergency": Letter(
        subject="Your request {case}",
        text="What you describe does not meet the conditions of an emergency disclosure. Please use legal process; "
        "data can be preserved meanwhile at your request. This says nothing about whether any account or data "
        "exists." + _CLOSE,
    ),
    "scope-too-wide": Letter(
        subject="Your request {case}",
        text="What you ask for goes beyond what an emergency allows. Please say which data would resolve the "
        "emergency, and why. This says nothing about whether any account or data exists." + _CLOSE,
    ),
    # To a real agency at its own address, and to a cyber-crime desk: what happened, and nothing of any account.
    "impersonation": Letter(
        subject="A request in your agency's name {case}",
        text="A request for a user's data reached us in your agency's name. We have reason to believe that it did not "
        "come from you, and nothing was released on it. Please look at who can write from your mailboxes, and call us "
        "at the number that you have for us; do not answer this letter. What we keep of the request is preserved for "
        "you." + _CLOSE,
    ),
    "forged-request": Letter(
        subject="A forged request for a user's data {case}",
        text="A forged request for a user's data, in the name of a public authority, reached us. Nothing was released "
        "on it. What we keep of the request is preserved for your process, and the authority was told." + _CLOSE,
    ),
    # To the old contact of an agency whose entry was changed: `case` is the agency's id in our list.
    "entry-changed": Letter(
        subject="Our entry for your agency has changed {case}",
        text="We changed how we reach your agency about emergency requests. If your agency did not ask for this, call "
        "us at the number that you have for us, today. This letter holds no number or address on purpose."
        "\n\nReference: {case}\n",
    ),
}


def letter_digest(name: str) -> str:
    """A hash over the words as they stand, before a case is filled in: what the people who decide are shown.

    Raises:
        HoldfastError: `invalid` if there is no letter of that name.
    """
    return digest(_found(name))


def letter(name: str, **words: str) -> Letter:
    """The letter, filled in.

    Raises:
        HoldfastError: `invalid` if there is no letter of that name.
    """
    return _found(name).filled(**{"link": "", "until": "", **words})


def _found(name: str) -> Letter:
    if name not in LETTERS:
        raise HoldfastError(Code.INVALID, f"there is no letter {name!r}")
    return LETTERS[name]
