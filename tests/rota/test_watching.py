"""A hole is said while there is time: at a shift change, at an edit, and when a case is declared; once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console.watching import ShiftWatch
from console.wiring import open_desk
from domain.desk import Declaration
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.timeline import Kind
from integrations.base.client import open_http
from integrations.directory.file import DirectoryFile
from integrations.pager.client import PagerClient
from integrations.rota.file import RotaFile
from integrations.simulator.faults import Fault
from integrations.simulator.pager import PAGER_SECRET, PagerSimulator
from tests.rota.parts import EXAMPLE, PEOPLE, utc
from tests.world import ANSWERS, World
from workers.catalogue import load_catalogue

NOW = utc(2026, 11, 23, 9)
AWAY = "leave:\n- {person: leg-fay, from: 2026-11-23T20:00Z, to: 2026-11-23T22:00Z}\n" + (
    "- {person: leg-gus, from: 2026-11-23T20:00Z, to: 2026-11-23T22:00Z}\n"
)


class Scene:
    """A watch with a clock that the test moves."""

    def __init__(self, home: Path, pager: PagerSimulator, client: PagerClient) -> None:
        self.at = NOW
        self.pager = pager
        self.rota = home / "rota.yaml"
        self.rota.write_text(EXAMPLE.read_text())
        people = DirectoryFile(PEOPLE)
        self.watch = ShiftWatch(
            directory=people,
            rotas=RotaFile(self.rota, people, self.now),
            procedures=load_catalogue().procedures,
            ledger=None,  # type: ignore[arg-type]  # nothing is declared here
            pager=client,
            mail=None,
            key=b"synthetic",
            now=self.now,
        )

    def now(self) -> datetime:
        return self.at

    def both_counsels_away(self) -> None:
        (self.rota.parent / "rota.changes.yaml").write_text(AWAY)

    @property
    def paged(self) -> list[tuple[str, str]]:
        return [(page.person, page.summary) for page in self.pager.pages]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with PagerSimulator() as pager, open_http() as http:
        yield Scene(tmp_path, pager, PagerClient(pager.url, PAGER_SECRET, http))


async def test_a_rota_without_holes_wakes_nobody(scene: Scene) -> None:
    assert await scene.watch.look() == ()
    assert scene.paged == []


async def test_a_hole_is_paged_once_to_the_duty_manager_on_duty(scene: Scene) -> None:
    scene.both_counsels_away()
    found = await scene.watch.look()
    assert {(each.start, each.end) for each in found} == {(utc(2026, 11, 23, 20), utc(2026, 11, 23, 22))}
    people = {person for person, _ in scene.paged}
    assert people <= {"dut-ivo", "dut-hana"}
    sentence = "gate release-content of emergency_data_request cannot be met between 23 Nov 20:00 and 22:00 UTC"
    assert sum(text.startswith(sentence) for _, text in scene.paged) == 1
    count = len(scene.paged)
    for hours in (1, 3, 4, 11, 12, 13, 20):
        scene.at = NOW + timedelta(hours=hours)
        assert await scene.watch.look() == (), f"the same hole is new again after {hours} h"
    assert len(scene.paged) == count


async def test_a_hole_that_comes_into_sight_is_seen_at_the_shift_change_and_not_before(scene: Scene) -> None:
    scene.both_counsels_away()
    scene.at = utc(2026, 11, 23, 5)
    assert await scene.watch.look() == (), "fifteen hours off: by day is time enough"
    scene.at = utc(2026, 11, 23, 8, 30)
    assert await scene.watch.look() == (), "no shift has changed"
    scene.at = utc(2026, 11, 23, 12)  # New York begins
    assert len(await scene.watch.look()) > 0


async def test_an_edit_of_the_rota_is_looked_at_without_a_shift_change(scene: Scene) -> None:
    assert await scene.watch.look() == ()
    scene.both_counsels_away()
    scene.at += timedelta(seconds=30)
    assert len(await scene.watch.look()) > 0


async def test_a_hole_that_nobody_could_be_told_of_is_told_at_the_next_look(scene: Scene) -> None:
    scene.both_counsels_away()
    scene.pager.faults.add(Fault(kind="status", value=503, times=None))
    assert len(await scene.watch.look()) > 0
    assert scene.paged == []
    scene.pager.faults.clear()
    scene.at += timedelta(seconds=30)
    assert len(await scene.watch.look()) > 0
    assert scene.paged


async def test_a_rota_that_cannot_be_read_ends_no_watch(scene: Scene) -> None:
    scene.rota.write_text("duties: [")
    await scene.watch.once()
    assert scene.watch.fault == Code.BROKEN_CONFIGURATION.value
    scene.rota.write_text(EXAMPLE.read_text())
    await scene.watch.once()
    assert scene.watch.fault == ""


async def test_a_case_that_will_meet_a_hole_says_so_and_the_duty_manager_hears_of_it(world: World) -> None:
    """The desk's own process: declared through its wiring, with everybody but the duty manager off duty."""
    file = world.settings.home / "rota.yaml"
    over = "".join(
        f"- {{role: {role.value}, people: [], from: 2020-01-01T00:00Z, to: 2099-01-01T00:00Z}}\n"
        for role in Role
        if role is not Role.DUTY_MANAGER
    )
    file.write_text(f"always: {{duty-manager: [dut-hana]}}\noverrides:\n{over}")
    try:
        async with open_desk(world.settings) as parts:
            answers = {**ANSWERS, "account": world.fresh_account()}
            declared = await parts.desk.declare("esc-dara", Declaration(slug="edr", answers=answers, key="rota-hole"))
            async with asyncio.timeout(20):
                while True:
                    entries = [each.entry for each in await parts.store.ledger.read(declared.case)]
                    holes = [each for each in entries if each.kind is Kind.HOLE]
                    if holes:
                        break
                    await asyncio.sleep(0.05)
    finally:
        file.unlink()
    assert {"release", "call-back"} <= {each.subject for each in holes}
    assert {each.detail["people"] for each in holes} == {"dut-hana"}
    told = [page.person for page in world.sims.pager.pages if page.case == declared.case and page.kind == "roster"]
    assert set(told) == {"dut-hana"}
    assert len(told) == len(holes)


async def test_who_does_not_act_here_cannot_acknowledge_for_those_who_do(world: World) -> None:
    from domain.acts import Acknowledge

    case = await world.declare()
    await case.open("call-back")
    with pytest.raises(HoldfastError) as caught:
        await case.act(Role.LEGAL, "call-back", Acknowledge())
    assert caught.value.code is Code.NOT_SEATED
    assert (await case.act(Role.LE_SPECIALIST, "call-back", Acknowledge())).status == "open"
    state = await case.state()
    task = next(each for key, each in state.tasks.items() if "call-back" in key)
    assert task.acknowledged == (await world.someone(Role.LE_SPECIALIST),)
