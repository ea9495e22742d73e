"""How a duty ends: at a decision or task that the rule names, or because its owner says what became of it."""

from __future__ import annotations

from datetime import datetime

from domain.clocks import ClockRecord
from domain.gates import COUNSEL, Ladder
from domain.policy import Script, TaskPolicy
from domain.state import State, Status

_DECIDED = (Status.APPROVED, Status.DENIED)


def met_when(state: State, record: ClockRecord) -> datetime | None:
    """When something that the rule names as meeting it first ended, after its trigger; None if nothing has."""
    if not record.rule.met_by or not record.owed:
        return None
    names = set(record.rule.met_by)
    ends = [
        *(each.ended_at for each in state.gates.values() if each.gate.name in names and each.status in _DECIDED),
        *(each.ended_at for each in state.tasks.values() if each.task.name in names and each.status is Status.DONE),
    ]
    if state.owner is not None and "owner" in names and state.owner.person:
        ends.append(state.owner.ended_at)
    since = min(record.trigger_at, record.armed_at)  # the desk's clock and the server's may differ a little
    return min((at for at in ends if at is not None and at >= since), default=None)


def settle_key(record: ClockRecord) -> str:
    """The key of the task that asks what became of the duty."""
    return f"{record.key}/settle"


def settle_task(record: ClockRecord, owner: Ladder) -> TaskPolicy:
    """The question to whoever owns the case, and to counsel: done with its record, or not owed for a reason."""
    rule = record.rule
    roles = {role: None for rung in owner.rungs for role in rung.page} | dict.fromkeys(sorted(COUNSEL))
    return TaskPolicy(
        name="settle-clock",
        title=f"{rule.id} is still owed: keep the record of how it was done, or say why it is not owed",
        roles=tuple(roles),
        ladder=owner,
        script=Script(write_down=(f"How this was done, and when: {rule.duty}.", f"Source: {rule.source}.")),
        reasons=("not-owed", "owed-by-another", "replaced-by-an-order"),
        artefact=True,
    )
