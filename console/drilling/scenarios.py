"""What may be drilled: per procedure and scenario who asks, how people outside behave, and what ought to happen."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.drills import ANY_TIME, Expected
from domain.errors import Code, HoldfastError
from domain.timeline import Kind
from integrations.simulator.agency import Opener

_JITTER = 0.15  # people are not clocks; more would turn what is in time into what is late by chance
WRITER = "desk.sergeant@police.northfield.example.org"
AGENCY = "agency-northfield"

# Minutes after which somebody of ordinary pace has done what waits under this name; "" is everything else.
PACE: Mapping[str, float] = {
    "": 5.0,
    "owner": 2.0,
    "call-back": 8.0,
    "read-papers": 4.0,
    "assess-emergency": 6.0,
    "ask-supervisor": 6.0,
    "ask-peers": 5.0,
    "release-call": 2.0,
    "speak-code": 1.0,
    "ask-outcome": 45.0,
}


@dataclass(frozen=True)
class Scenario:
    """One way in which it goes. `says` is what people outside answer, by the task in which they are asked: a form, or
    the code of why it cannot be done. `opener` comes with the code; None where nobody does."""

    name: str
    title: str
    outcome: str
    steps: tuple[Expected, ...]
    says: Mapping[str, Mapping[str, Any] | str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    opener: Opener | None = None

    def pace(self, seed: int) -> dict[str, float]:
        """The minutes of this run: the same for the same seed."""
        chance = random.Random(f"{self.name}/{seed}")  # noqa: S311 - a pace, not a secret
        return {name: round(minutes * chance.uniform(1 - _JITTER, 1 + _JITTER), 2) for name, minutes in PACE.items()}


REQUEST: Mapping[str, Any] = {
    "account": "acct-synthetic-001",
    "requester_email": WRITER,
    "requester": "law-enforcement",
    "mail_checks": "pass",
    "category": "missing-person",
    "country": "US",
    "narrative": "SYNTHETIC: a walker has not come home, and wrote of the ridge.",
    "in_danger": "SYNTHETIC walker",
}
"""Synthetic: no such person, agency or account exists."""


def _done(stage: int, words: str, task: str, code: str = "done") -> Expected:
    return Expected(words=words, kind=Kind.TASK_ENDED, name=task, code=code, stage=stage)


def _effect(stage: int, words: str, step: str) -> Expected:
    return Expected(words=words, kind=Kind.EFFECT, name=step, stage=stage)


def _approved(stage: int, words: str, gate: str) -> Expected:
    return Expected(words=words, kind=Kind.GATE_DECIDED, name=gate, code="approved", stage=stage)


_IN_HAND = (
    Expected(words="Somebody has it in hand", kind=Kind.OWNER, code="taken"),
    _effect(0, "The account is preserved, in silence", "snapshot_account"),
)
_CHECKED = (
    _done(1, "The agency is called back at our own number", "call-back"),
    _done(1, "The papers are read", "read-papers"),
    _done(1, "A trained person says whether it is an emergency", "assess-emergency"),
)
_OFFERED = (
    _effect(4, "The approved fields lie at the portal, closed", "offer_package"),
    _done(5, "The agency is called, and is on the line", "release-call"),
    _effect(6, "Only now can it be opened", "allow_opening"),
    _done(7, "The code is spoken", "speak-code"),
)
_OPENED = (
    *_OFFERED,
    Expected(words="The agency opens it", kind=Kind.DELIVERY, code="opened", stage=7),
    _done(8, "It is asked after a day what came of it", "ask-outcome-day"),
    _done(9, "And after a week", "ask-outcome-week"),
)
_REVIEWED = Expected(words="The review begins by itself", kind=Kind.REVIEW, code="started", stage=3)
_HOLDING = _effect(1, "Whoever wrote hears once that we are at work", "send_holding")
_TOLD = _effect(9, "The letter that everybody gets leaves, decided by two", "send_answer")
_SAVED = (
    _approved(6, "People decide to call a public-safety desk", "protect"),
    _done(7, "A desk takes the call", "call-desk"),
)

_EDR = (
    Scenario(
        name="genuine",
        title="An agency of our list asks because a walker has not come home; everything it says is so",
        outcome="disclosed",
        opener=Opener(),
        steps=(
            *_IN_HAND,
            *_CHECKED,
            _HOLDING,
            _approved(2, "Two people decide, neither of whom verified", "release"),
            _REVIEWED,
            *_OPENED,
        ),
    ),
    Scenario(
        name="pressured",
        title="The agency is real, and its officer presses us not to check; content is asked for as well",
        outcome="disclosed",
        answers={"content_wanted": True},
        says={"call-back": {"answer": "confirmed", "pressed": True}},
        opener=Opener(),
        steps=(
            *_IN_HAND,
            *_CHECKED,
            _HOLDING,
            _done(2, "A supervisor is asked, over a second way", "ask-supervisor"),
            _done(2, "A trusted platform is asked", "ask-peers"),
            _approved(3, "Counsel sits, because somebody pressed", "release-with-counsel"),
            _REVIEWED,
            *_OPENED,
        ),
    ),
    Scenario(
        name="forged",
        title="The letter is forged in an agency's name; the agency says so on the phone",
        outcome="fraud",
        says={"call-back": {"answer": "denied"}},
        steps=(
            *_IN_HAND,
            *_CHECKED,
            _effect(2, "The sender is heard no more, in silence", "quarantine_sender"),
            _approved(3, "Two people decide to report it", "report-fraud"),
            _effect(4, "Those whose name was used are told", "report_forgery"),
            Expected(words="A case that looks back opens", kind=Kind.LINKED, code="fraud", stage=5),
            _TOLD,
        ),
    ),
    Scenario(
        name="silent",
        title="Nobody answers at the agency, and the danger looks real",
        outcome="protected",
        says={"call-back": "nobody-answered"},
        steps=(
            *_IN_HAND,
            _done(1, "The agency is called back, and nobody answers", "call-back", code="nobody-answered"),
            *_CHECKED[1:],
            _HOLDING,
            *_SAVED,
            _TOLD.model_copy(update={"stage": ANY_TIME}),  # beside the call, so that its hour tells nothing
        ),
    ),
    Scenario(
        name="sealed",
        title="Somebody else comes with the code, from a rented machine abroad",
        outcome="protected",
        opener=Opener(name="somebody-else", country="IS", network="hosting"),
        steps=(
            *_IN_HAND,
            *_CHECKED,
            _approved(2, "Two people decide, neither of whom verified", "release"),
            *_OFFERED[:3],
            Expected(words="The portal seals the package", kind=Kind.DELIVERY, code="sealed", stage=4),
            Expected(words="A case of its own opens", kind=Kind.LINKED, code="unexpected-place", stage=5),
            _done(6, "Somebody looks at it", "look-at-seal"),
            *_SAVED,
        ),
    ),
)
SCENARIOS: Mapping[str, Sequence[Scenario]] = {"emergency_data_request": _EDR}


def scenario_of(slug: str, name: str) -> Scenario:
    """A scenario by its name.

    Raises:
        HoldfastError: `unknown-procedure` for one that cannot be drilled, `invalid` for a scenario that there is not;
            both say which there are.
    """
    found = SCENARIOS.get(slug)
    if found is None:
        raise HoldfastError(Code.UNKNOWN_PROCEDURE, f"{slug} cannot be drilled; {', '.join(SCENARIOS)} can")
    for each in found:
        if each.name == name:
            return each
    raise HoldfastError(Code.INVALID, f"scenarios are {', '.join(each.name for each in found)}")
