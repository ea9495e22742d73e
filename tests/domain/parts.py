"""A small synthetic team, procedure and card, and short ways to say what a person does. Nobody here exists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.acts import Act, Recorded, Signed, Statement
from domain.canonical import digest
from domain.cards import Card, CardItem, Finding
from domain.effects import Effect, Leave, Remedies
from domain.evidence import EvidenceKind, EvidenceRef
from domain.gates import Family, Gate, Ladder, Rung, Seat
from domain.people import Authority, Role
from domain.policy import FieldKind, FormField, Procedure, TaskPolicy
from domain.receive import Answer, receive
from domain.refusal import Refused
from domain.severity import Severity
from domain.signing import Signer
from domain.state import GateRecord, InterventionRecord, OwnerRecord, State, TaskRecord

CASE = "EDR-7K3QX-9VD42"
NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
DESK = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
INTRUDER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
TRUSTED = (DESK.public,)

TEAM: dict[str, tuple[Role, ...]] = {
    "ada": (Role.LE_SPECIALIST,),
    "ben": (Role.LE_SPECIALIST,),
    "dara": (Role.ESCALATION_SPECIALIST,),
    "fay": (Role.LEGAL,),
    "gus": (Role.LEGAL,),
    "hana": (Role.DUTY_MANAGER,),
    "kit": (Role.EXECUTIVE,),
    "nia": (Role.ENGINEER,),
    "max": tuple(Role),
    "vera": (Role.LE_SPECIALIST, Role.LEGAL),
    "dele": (Role.LEGAL, Role.LE_SPECIALIST),
}
DELEGATES = {"dele": "vera"}


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def ladder(*rungs: tuple[float, tuple[Role, ...]], again: float = 15) -> Ladder:
    return Ladder(rungs=tuple(Rung(after=minutes(after), page=page) for after, page in rungs), again=minutes(again))


RELEASE = Gate(
    name="release",
    family=Family.DISCLOSE,
    title="Release?",
    press="Release these {count} items to {recipient}",
    seats=(
        Seat(name="specialist", roles=(Role.LE_SPECIALIST, Role.LEGAL, Role.DUTY_MANAGER)),
        Seat(name="lead", roles=(Role.LEGAL, Role.DUTY_MANAGER)),
    ),
    ladder=ladder((0, (Role.LE_SPECIALIST, Role.LEGAL)), (5, (Role.DUTY_MANAGER, Role.LEGAL))),
    excludes=("verifier", "requester"),
    reasons=("not-an-emergency", "unverified"),
)
ALONE = (Role.LEGAL, Role.GENERAL_COUNSEL, Role.EXECUTIVE)
PROTECT = Gate(
    name="protect",
    family=Family.PROTECT,
    title="Call a public-safety desk?",
    press="Tell {recipient} these {count} items by phone",
    seats=(
        Seat(name="responder", roles=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST)),
        Seat(name="lead", roles=(Role.DUTY_MANAGER, Role.LEGAL)),
    ),
    ladder=Ladder(
        rungs=(
            Rung(after=minutes(0), page=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST)),
            Rung(after=minutes(5), page=(Role.DUTY_MANAGER, Role.LEGAL)),
            Rung(after=minutes(10), page=ALONE, alone=ALONE),
        )
    ),
    excludes=("verifier",),
    ratify_within=minutes(60),
)
HIDE = Gate(
    name="hide",
    family=Family.CONTAIN,
    title="Was hiding right?",
    press="Keep it hidden",
    seats=(Seat(name="lead", roles=(Role.DUTY_MANAGER,)),),
    ladder=ladder((0, (Role.DUTY_MANAGER,))),
    ratify_within=minutes(60),
)
STAND_DOWN = Gate(
    name="stand-down",
    family=Family.STAND_DOWN,
    title="Stand down?",
    press="Stand down",
    seats=(Seat(name="lead", roles=(Role.DUTY_MANAGER,)), Seat(name="second", roles=(Role.LEGAL,))),
    ladder=ladder((0, (Role.DUTY_MANAGER, Role.LEGAL))),
)
CALL_BACK = TaskPolicy(
    name="call-back",
    title="Call the agency back",
    roles=(Role.LE_SPECIALIST, Role.LEGAL),
    ladder=ladder((0, (Role.LE_SPECIALIST,)), (5, (Role.LE_SPECIALIST,))),
    form=(FormField(name="answer", label="Answer", kind=FieldKind.CHOICE, required=True, choices=("yes", "no")),),
    reasons=("nobody-answered",),
    records_as="verifier",
    excludes=("requester",),
    artefact=True,
)
INTAKE = (
    FormField(name="account", label="Account", kind=FieldKind.ACCOUNT, required=True),
    FormField(name="requester_email", label="Mail", kind=FieldKind.EMAIL, required=True, identifying=True),
    FormField(name="category", label="Category", kind=FieldKind.CHOICE, choices=("missing-person", "violence")),
    FormField(name="data_wanted", label="Fields", kind=FieldKind.LIST),
    FormField(name="narrative", label="What happens", identifying=True),
)
PROCEDURE = Procedure(
    slug="synthetic",
    prefix="SYN",
    title="Synthetic",
    version=1,
    intake=INTAKE,
    gates=(RELEASE, PROTECT),
    tasks=(CALL_BACK,),
    owner=ladder((0, (Role.ESCALATION_SPECIALIST,)), (5, (Role.DUTY_MANAGER,))),
    interventions=ladder((0, (Role.ENGINEER,)), (10, (Role.DUTY_MANAGER,))),
    stand_down=STAND_DOWN,
)


def evidence(name: str = "record", kind: EvidenceKind = EvidenceKind.CALL_RECORD) -> EvidenceRef:
    return EvidenceRef(id=name, kind=kind, sha256=name.encode().hex().ljust(64, "0")[:64], size=len(name))


def card(*items: str, gate: Gate = RELEASE, **more: Any) -> Card:
    """A card with these items (`a`, `b`, `c` if none are named) for a synthetic agency."""
    drawn: dict[str, Any] = {
        "gate": gate.name,
        "title": gate.title,
        "press": gate.press,
        "recipient": "agency-northfield",
        "items": tuple(CardItem(id=name, label=name, tier="E1") for name in items or ("a", "b", "c")),
        "findings": (Finding(about="identity", verdict="confirmed", because=("call-back",), by=("vera",)),),
        "basis": "synthetic-basis",
        "excluded": ("vera",),
        "gate_sha256": digest(gate),
    }
    return Card(**{**drawn, **more})


def gate_record(gate: Gate = RELEASE, base: Card | None = None, **more: Any) -> GateRecord:
    drawn: dict[str, Any] = {
        "key": f"notify/{gate.name}/1",
        "nonce": f"{gate.name}-1",
        "opened_at": NOW,
        "gate": gate,
        "base": base or card(gate=gate),
    }
    return GateRecord(**{**drawn, **more})


def task_record(task: TaskPolicy = CALL_BACK, **more: Any) -> TaskRecord:
    return TaskRecord(key=f"investigate/{task.name}/1", nonce="task-1", opened_at=NOW, task=task, **more)


FREE = Remedies(retry=Leave.ALLOWED, by_hand=Leave.ALLOWED, skip=Leave.ALLOWED)


def intervention(effect: Effect = Effect.OBSERVE, remedies: Remedies = FREE, **more: Any) -> InterventionRecord:
    drawn: dict[str, Any] = {
        "key": "contain/look/1!1",
        "nonce": "intervention-1",
        "opened_at": NOW,
        "step": "look",
        "effect": effect,
        "remedies": remedies,
        "ladder": PROCEDURE.interventions,
        "fault": "permanent",
    }
    return InterventionRecord(**{**drawn, **more})


def state(*records: GateRecord | TaskRecord | InterventionRecord, **more: Any) -> State:
    owner = OwnerRecord(key="owner", nonce="owner", opened_at=NOW, ladder=PROCEDURE.owner)
    drawn: dict[str, Any] = {
        "case": CASE,
        "slug": PROCEDURE.slug,
        "severity": Severity.P0,
        "declared_at": NOW,
        "owner": owner,
        "facts": {"account": "acct-synthetic-001", "category": "violence"},
        "involved": {"verifier": ("vera",)},
        "gates": {each.key: each for each in records if isinstance(each, GateRecord)},
        "tasks": {each.key: each for each in records if isinstance(each, TaskRecord)},
        "interventions": {each.key: each for each in records if isinstance(each, InterventionRecord)},
    }
    return State(**{**drawn, **more})


def digest_of(record: GateRecord | TaskRecord | InterventionRecord) -> str:
    return record.card.digest if isinstance(record, GateRecord) else record.digest


def authority(person: str, **more: Any) -> Authority:
    drawn: dict[str, Any] = {"roles": TEAM[person], "delegate_of": DELEGATES.get(person, "")}
    return Authority(**{**drawn, **more})


def say(
    person: str, act: Act, about: GateRecord | TaskRecord | InterventionRecord | None = None, **more: Any
) -> Statement:
    """What this person says about what they were shown; `more` replaces fields of the statement."""
    drawn: dict[str, Any] = {
        "id": f"{person}:{act.kind}",
        "case": CASE,
        "subject": about.key if about else "",
        "nonce": about.nonce if about else "",
        "digest": digest_of(about) if about else "",
        "act": act,
        "person": person,
        "authority": authority(person),
        "at": NOW,
    }
    return Statement(**{**drawn, **more})


def hear(before: State, said: Statement | Signed | Refused, fits: bool = True) -> tuple[State, Answer]:
    """The case after a statement (signed by the desk here unless it is an envelope already)."""
    envelope = DESK.sign(said) if isinstance(said, Statement) else said
    return receive(before, PROCEDURE, TRUSTED, envelope, NOW, lambda step, result: fits)


def heard(before: State, *statements: Statement) -> State:
    """The case after statements that must all be accepted."""
    for said in statements:
        before, answer = hear(before, said)
        assert isinstance(answer, Recorded), answer
    return before


def refused(before: State, said: Statement | Signed | Refused, fits: bool = True) -> Refused:
    """Why a statement is refused; the case must be the same object afterwards."""
    after, answer = hear(before, said, fits)
    assert isinstance(answer, Refused), answer
    assert after is before
    return answer
