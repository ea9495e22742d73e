"""Severity raised while the case runs reaches the owner, the pages, the list and the priority of what comes after."""

from __future__ import annotations

from domain.acts import Approve, Reassess
from domain.people import Role
from domain.severity import Severity
from domain.timeline import Kind
from tests.flows.histories_check import quiet_tasks
from tests.world import World
from workflows.kit.core import HOUSEKEEPING


async def test_a_raised_severity_pages_the_owner_and_goes_with_everything_after(world: World) -> None:
    case = await world.declare()
    _, owner = await case.verified()
    await case.open("release")
    await case.act(Role.DUTY_MANAGER, "", Reassess(imminence=0, harm=3, credibility=2))
    # Until it is written: only a step of its own shows with which priority the case went on.
    lowered = await case.until(lambda state: state.severity is Severity.P2 and not state.pending)
    assert lowered.severity is Severity.P2
    await case.act(Role.ESCALATION_SPECIALIST, "", Reassess(harm=4, code="new-facts"))
    await case.noted(Kind.PAGED, "severity")
    paged = [each for each in await case.timeline() if each.kind is Kind.PAGED and each.code == "severity"]
    assert [each.detail["people"] for each in paged] == [owner]
    found = await world.records.cases.get(case.id)
    assert found is not None
    assert found.severity == 0
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.noted(Kind.EFFECT, "disclose")
    history = await case.handle.fetch_history()
    assert quiet_tasks(history) == []
    priorities = [
        each.activity_task_scheduled_event_attributes.priority.priority_key
        for each in history.events
        if each.HasField("activity_task_scheduled_event_attributes")
    ]
    # P0 as long as nobody knew, then P2, then P0 again; housekeeping is nobody's severity.
    mine = [each for each in priorities if each != HOUSEKEEPING]
    assert [key for key, before in zip(mine, [0, *mine], strict=False) if key != before] == [1, 3, 1]
