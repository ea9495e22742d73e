"""What becomes of a request that somebody takes back: never a way to stop help, and never a way to learn something."""

from __future__ import annotations

from enum import StrEnum

from domain.answers import Answer
from domain.base import Model
from domain.emergency import Known


class Stage(StrEnum):
    """How far the request had come."""

    OPEN = "open"
    RELEASED = "released"
    OPENED = "opened"
    ENDED = "ended"


class Then(StrEnum):
    """What is done about a withdrawal."""

    END = "end-as-withdrawn"
    RECALL = "recall-and-end"
    ASK_TO_DESTROY = "ask-to-destroy-and-end"
    CALL_BACK = "call-back-first"
    PROTECT = "go-on-and-protect"
    NOTE = "note-only"


class Withdrawal(Model):
    """The rule's answer. `answer` is the letter, None where none may be written; `outcome` says whether the case ends
    as withdrawn; `because` is a code."""

    then: Then
    because: str
    answer: Answer | None = None
    ends: bool = False


def withdrawal(*, stage: Stage, requester: Known, withdrawn_by: Known, same_agency: bool, danger: bool) -> Withdrawal:
    """What to do when somebody withdraws a request.

    `requester` is how well we know who asked, `withdrawn_by` how well we know who takes it back (by a call-back of its
    own, never by the mail alone), `same_agency` whether the directory says that both are one agency, `danger` whether
    a trained person of ours holds the emergency for real.
    """
    if stage is Stage.ENDED:
        return Withdrawal(then=Then.NOTE, because="already-ended")
    if requester is not Known.CONFIRMED:
        # Nothing was going to be released on it. Whether we help does not hang on whoever wrote.
        if danger:
            return Withdrawal(then=Then.PROTECT, because="danger-remains")
        return Withdrawal(then=Then.END, because="unconfirmed-request", answer=Answer.WITHDRAWN, ends=True)
    if withdrawn_by is Known.CONTRADICTED or not same_agency:
        # Whoever it is would like a real request to die.
        return Withdrawal(then=Then.CALL_BACK, because="not-theirs-to-withdraw")
    if withdrawn_by is not Known.CONFIRMED:
        return Withdrawal(then=Then.CALL_BACK, because="withdrawal-unconfirmed")
    match stage:
        case Stage.RELEASED:
            return Withdrawal(then=Then.RECALL, because="withdrawn-unopened", answer=Answer.RECALLED, ends=True)
        case Stage.OPENED:
            return Withdrawal(then=Then.ASK_TO_DESTROY, because="withdrawn-opened", answer=Answer.RECALLED, ends=True)
        case _:
            return Withdrawal(then=Then.END, because="withdrawn", answer=Answer.WITHDRAWN, ends=True)
