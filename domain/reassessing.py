"""Severity said anew while a case runs: up at once by whoever is trained, down from P0 never by one person alone."""

from __future__ import annotations

from datetime import datetime

from domain.acts import Reassess, Statement
from domain.errors import Code
from domain.people import Role
from domain.refusal import Refused
from domain.severity import Assessment, Severity
from domain.state import Lowering, State
from domain.timeline import Kind

ASSESSORS = frozenset(
    {
        Role.ESCALATION_SPECIALIST,
        Role.CHILD_SAFETY,
        Role.LE_SPECIALIST,
        Role.DUTY_MANAGER,
        Role.INCIDENT_COMMANDER,
    }
)
"""Who may say how bad it is."""
_ALONE = frozenset({Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER})


def reassess(state: State, said: Statement, act: Reassess, now: datetime) -> State | Refused:
    """The state after a new assessment; an axis that nobody knows counts as the worst.

    A P0 is lowered by a duty manager or an incident commander, or by two others who both come below P0: the first
    is noted as `proposed`, and the milder of the two is not believed over the graver.
    """
    held = set(said.authority.roles)
    if not held & ASSESSORS:
        return Refused(code=Code.NOT_SEATED)
    wanted = Assessment(imminence=act.imminence, harm=act.harm, credibility=act.credibility).severity()
    if state.severity is Severity.P0 and wanted > Severity.P0 and not held & _ALONE:
        first = state.lowering
        me = {said.person, said.authority.delegate_of} - {""}
        if first is None or me & {first.person, first.delegate_of}:
            proposal = Lowering(
                person=said.person, delegate_of=said.authority.delegate_of, severity=wanted, code=act.code, at=now
            )
            return _noted(state.with_(lowering=proposal), said, act, wanted, now, "proposed")
        wanted = min(wanted, first.severity)
    how = "raised" if wanted < state.severity else "lowered" if wanted > state.severity else "confirmed"
    return _noted(state.with_(severity=wanted, lowering=None), said, act, wanted, now, how, before=state.severity)


def _noted(
    state: State,
    said: Statement,
    act: Reassess,
    wanted: Severity,
    now: datetime,
    how: str,
    before: Severity | None = None,
) -> State:
    axes = {"imminence": act.imminence, "harm": act.harm, "credibility": act.credibility}
    detail: dict[str, str | int | bool] = {
        "from": int(state.severity if before is None else before),
        "to": int(wanted),
        **{name: "unknown" if value is None else value for name, value in axes.items()},
    }
    if act.code:
        detail["reason"] = act.code
    return state.noted(now, Kind.SEVERITY, who=said.person, code=how, detail=detail)
