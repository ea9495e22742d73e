"""A rung calls people who may decide this now; a page that nobody acknowledged goes to the next of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.acts import Acknowledge, Approve, Deny, Escalate
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.timeline import Kind
from tests.flows.histories_check import quiet_tasks
from tests.world import Case, World

DAY = """
offices:
  here: {zone: Etc/UTC, country: US}
shifts:
  day: {office: here, days: mon-sun, start: "00:00", end: "00:00", works_holidays: true}
duties:
"""


@contextmanager
def on_duty(world: World, **roles: str) -> Iterator[None]:
    """A rota in which these are on duty at any hour, in this order, and of the other roles nobody."""
    lines = [f"  - {{role: {role.replace('_', '-')}, shift: day, people: [{who}]}}" for role, who in roles.items()]
    away = [role for role in Role if role.value.replace("-", "_") not in roles]
    over = "overrides:\n" + "".join(
        f"  - {{role: {role.value}, people: [], from: 2020-01-01T00:00Z, to: 2099-01-01T00:00Z}}\n" for role in away
    )
    file = world.settings.home / "rota.yaml"
    file.write_text(DAY + "\n".join(lines) + "\n" + over)
    try:
        yield
    finally:
        file.unlink()


def paged(world: World, case: Case, subject: str) -> list[str]:
    """Whom the pager called for gates of this case, oldest first."""
    return [page.person for page in world.sims.pager.pages if page.case == case.id and page.kind == subject]


async def refusal(world: World, rehearsal: Rehearsal | None = None) -> Case:
    """A case whose refusal waits for a specialist and for legal, with rungs at 0, 15 and 30 minutes."""
    case = await world.declare(rehearsal=rehearsal)
    await case.verified(answer="denied")
    await case.open("refuse")
    return case


async def test_a_rung_pages_only_whom_it_may_now_the_primary_first(world: World) -> None:
    """Who verified is barred, who is not on duty sleeps, and the backup takes the primary's place."""
    with on_duty(
        world,
        law_enforcement_specialist="les-ada, les-ben, les-cleo",
        escalation_specialist="esc-eli",
        legal_counsel="leg-gus",
        duty_manager="dut-ivo",
    ):
        case = await world.declare()
        verifier, _ = await case.verified()
        assert verifier == "les-ada"
        await case.until(lambda state: "notify/release/1" in state.gates and state.gates["notify/release/1"].called)
        assert paged(world, case, "gate") == ["les-ben", "leg-gus"]
        # Nobody else of these roles is on duty: the next rung's own people come early, and leg-fay sleeps on.
        await case.later(minutes=5, seconds=1)
        await case.until(lambda state: len(state.gates["notify/release/1"].called) >= 3)
        await case.act("leg-gus", "release", Deny(code="unverified"))
        await case.act("leg-gus", "refuse", Approve())
        await case.act("dut-ivo", "refuse", Approve())
        assert (await case.result()).outcome is Outcome.REFUSED
    called = set(paged(world, case, "gate"))
    assert called <= {"les-ben", "les-cleo", "leg-gus", "dut-ivo", "les-ada"}
    assert "leg-fay" not in called


async def test_nobody_on_duty_calls_the_next_rung_at_once_and_says_so(world: World) -> None:
    with on_duty(world, duty_manager="dut-ivo", general_counsel="gc-june", escalation_specialist="esc-eli"):
        case = await refusal(world)
        entry = await case.noted(Kind.UNPAGED, "nobody-on-duty")
        assert entry.subject == "investigate/call-back/1" or "refuse" in entry.subject
        state = await case.until(lambda state: bool(state.gates["notify/refuse/1"].called))
        assert set(state.gates["notify/refuse/1"].called) <= {"dut-ivo", "gc-june"}
        assert state.gates["notify/refuse/1"].rungs == 1, "its people come early, its powers do not"
        assert not state.gates["notify/refuse/1"].unpaged
    await case.act("gc-june", "refuse", Approve())
    await case.act("dut-ivo", "refuse", Approve())
    await case.result()


@pytest.mark.parametrize(
    "every_verb", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["one run", "continued as new"]
)
async def test_an_unacknowledged_page_goes_to_the_next_person_and_an_acknowledged_one_does_not(
    world: World, every_verb: bool
) -> None:
    case = await refusal(world, Rehearsal(every_verb=every_verb))
    key = "notify/refuse/1"
    state = await case.until(lambda state: len(state.gates[key].called) == 2)
    assert state.gates[key].called == ("les-ada", "leg-fay")
    # Legal takes the page on the pager itself; the specialist does not.
    page = next(
        each
        for each in world.sims.pager.pages
        if each.case == case.id and each.person == "leg-fay" and each.kind == "gate"
    )
    assert world.sims.pager.acknowledge(page.page_id)
    await case.later(minutes=5, seconds=1)
    state = await case.until(lambda state: len(state.gates[key].called) == 3)
    assert state.gates[key].called == ("les-ada", "leg-fay", "les-ben")
    assert state.gates[key].acknowledged == ("leg-fay",)
    # Now the second seat is heard from at the desk: nobody else is called before the next rung.
    await case.act("les-ben", "refuse", Acknowledge())
    await case.later(minutes=9)
    state = await case.state()
    assert (state.gates[key].rungs, len(state.gates[key].called)) == (1, 3)
    await case.later(minutes=1, seconds=10)
    state = await case.until(lambda state: state.gates[key].rungs == 2 and len(state.gates[key].called) > 3)
    people = paged(world, case, "gate")
    assert people[:3] == ["les-ada", "leg-fay", "les-ben"] or set(people[:3]) == {"les-ada", "leg-fay", "les-ben"}
    assert len(people) == len(set(people)), "nobody was paged twice"
    taken = [(each.who, each.code) for each in await case.timeline() if each.kind is Kind.ACKNOWLEDGED]
    assert taken == [("leg-fay", "pager"), ("les-ben", "desk")]
    await case.act(Role.LEGAL, "refuse", Approve())
    await case.act(Role.LE_SPECIALIST, "refuse", Approve())
    assert (await case.result()).turnovers >= (3 if every_verb else 0)
    assert quiet_tasks(await case.handle.fetch_history()) == []


async def test_a_decision_of_one_keeps_calling_for_the_other_seat_only(world: World) -> None:
    case = await refusal(world)
    key = "notify/refuse/1"
    await case.until(lambda state: len(state.gates[key].called) == 2)
    await case.act("leg-fay", "refuse", Approve())
    await case.later(minutes=5, seconds=1)
    state = await case.until(lambda state: len(state.gates[key].called) == 3)
    assert state.gates[key].called[2] == "les-ben"
    await case.act("les-ben", "refuse", Approve())
    await case.result()


async def test_escalating_calls_the_next_person_at_once_and_takes_nobodys_seat(world: World) -> None:
    case = await world.declare()
    first = (await case.until(lambda state: bool(state.owner and state.owner.called))).owner
    assert first is not None
    await case.act(Role.ESCALATION_SPECIALIST, "", Escalate())
    owner = (await case.until(lambda state: len(state.owner.called) > len(first.called))).owner  # type: ignore[union-attr]
    assert owner is not None
    assert owner.rungs == first.rungs
    assert owner.open
    assert paged(world, case, "owner") == list(owner.called)
    assert (await case.noted(Kind.ESCALATED)).who == await world.someone(Role.ESCALATION_SPECIALIST)
