"""How an incident begins and ends: the workflow's input and its result."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain.acts import Facts, PublicKey
from domain.base import Model
from domain.evidence import EvidenceRef
from domain.policy import Procedure
from domain.severity import Severity
from domain.state import State


class Outcome(StrEnum):
    """How an incident ended."""

    DISCLOSED = "disclosed"
    REFUSED = "refused"
    FRAUD = "fraud"
    PROTECTED = "protected"
    STOOD_DOWN = "stood-down"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed-over"
    REVIEWED = "reviewed"
    COMPLETED = "completed"


class Rehearsal(Model):
    """How a test or a drill plays the procedure: `turnover_after` lists how many verbs are done each time it
    continues as new (empty: only when Temporal suggests it); `every_verb` continues after each verb."""

    turnover_after: tuple[int, ...] = ()
    every_verb: bool = False


class OpenIncident(Model):
    """The whole input of a procedure. Policy and trusted keys are frozen here for the case's life.

    `declared_by` is a directory id; `intake` the request as received, in the vault; `facts` identify nobody; `subject`
    is a keyed hash of the account that the case is about; `attachments` what was sent with the request, in its
    order, in the vault as it came: nobody opens one. `reopens` is the closed case that this one goes on from, `because`
    the code of why; `recovered` counts restarts from the store's copy, `recovered_from` is the run that was lost, where
    Temporal still knows it. `entity` is the company of our group that answers here (`domain.entities`).
    """

    case: str
    slug: str
    procedure: Procedure
    trusted: tuple[PublicKey, ...]
    declared_by: str
    declared_at: datetime
    severity: Severity
    intake: EvidenceRef | None = None
    attachments: tuple[EvidenceRef, ...] = ()
    subject: str = ""
    facts: Facts = {}
    drill: bool = False
    channel: str = ""
    entity: str = "us"
    parent: str = ""
    reopens: str = ""
    because: str = ""
    recovered: int = 0
    recovered_from: str = ""
    rehearsal: Rehearsal = Rehearsal()
    carried: State | None = None


class IncidentReport(Model):
    """What a closed incident answers: outcome, a reason code where there was one, figures."""

    case: str
    outcome: Outcome
    code: str = ""
    phases: tuple[str, ...] = ()
    decisions: int = 0
    tasks: int = 0
    interventions: int = 0
    turnovers: int = 0
    review: str = ""
    run: str = ""


def compressed(procedure: Procedure, factor: float) -> Procedure:
    """The same procedure with every span of human patience multiplied by `factor`; for drills only."""

    def walk(value: object) -> object:
        if isinstance(value, timedelta):
            return value * factor
        if isinstance(value, Model):
            return value.model_copy(update={name: walk(getattr(value, name)) for name in type(value).model_fields})
        if isinstance(value, tuple):
            return tuple(walk(each) for each in value)
        return value

    shorter = walk(procedure)
    if not isinstance(shorter, Procedure):
        raise TypeError("a procedure stays a procedure")
    # A calendar is asked about real days; only what it answers is played faster.
    return shorter.model_copy(update={"clocks": tuple(each.paced(factor) for each in shorter.clocks)})
