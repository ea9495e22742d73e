"""What has no procedure of its own is still somebody's, has a clock, and ends with a person's word."""

from __future__ import annotations

import pytest

from activities.linking import Linking, OpenLinked
from activities.step import Place
from domain.acts import Done, Take
from domain.clocks import ClockStatus
from domain.incident import Outcome
from domain.people import Role
from domain.severity import Severity
from domain.timeline import Kind
from integrations.temporal.starter import TemporalStarter
from tests.world import Case, World
from workers.keys import outside_key, trusted_keys


async def test_a_case_in_triage_climbs_until_somebody_takes_it_and_breaches_until_somebody_places_it(
    world: World,
) -> None:
    case = await world.declare(slug="triage", seems="something-new", why="reported-by-phone", narrative="SYNTHETIC")
    await case.open("look-and-place")
    await case.later(minutes=11)
    breached = await case.noted(Kind.CLOCK, "breached")
    assert "TRIAGE-TAKE" in breached.subject
    await case.act(Role.INCIDENT_COMMANDER, "", Take())
    placed = Done(result={"became": "told-who-must-know"}, artefact=await case.record())
    await case.act(Role.DUTY_MANAGER, "look-and-place", placed)
    report = await case.result()
    assert (report.outcome, report.code) == (Outcome.COMPLETED, "told-who-must-know")
    clocks = (await case.state()).clocks
    assert clocks["clock/TRIAGE-DECIDE/1"].status is ClockStatus.MET


@pytest.mark.parametrize(("seems", "opens"), [("rehearsed_clocks", "rehearsed_clocks"), ("nothing_yet", "triage")])
async def test_a_linked_case_is_opened_once_by_its_own_procedure_or_by_triage(
    world: World, seems: str, opens: str
) -> None:
    linking = Linking(
        vault=world.ports.vault,
        starter=TemporalStarter(world.client),
        key=outside_key(world.settings),
        procedures=world.catalogue.procedures,
    )
    of = await world.declare(slug="triage", seems="something-new", why="reported-by-phone")
    declared = await of.state()
    step = OpenLinked(
        seems=seems,
        why="wrong-recipient",
        severity=Severity.P1,
        declared_by=await world.someone(Role.DUTY_MANAGER),
        trusted=trusted_keys(world.settings),
        place=Place(case=of.id, key="notify/open_linked/1", at=declared.declared_at),
    )
    first, second = await linking.open(step), await linking.open(step)
    assert (first.slug, first.new, second.new, second.case) == (opens, True, False, first.case)
    state = await Case(world, first.case).state()
    assert {each: state.facts[each] for each in ("of", "why", "seems")} == {
        "of": of.id,
        "why": "wrong-recipient",
        "seems": seems,
    }
    assert state.severity is Severity.P1
