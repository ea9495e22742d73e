"""Severity, reopening and what a lost case shows, on the pages and at the terminal."""

from __future__ import annotations

from domain.people import Role
from domain.severity import Severity
from tests.cli.conftest import at_desk, cli_desk  # noqa: F401 - fixtures
from tests.cli.shell import Shell
from tests.desk.conftest import Browser
from tests.desk.test_pages import field
from tests.flows.scenarios import SCENARIOS
from tests.flows.test_recover import gone, kept
from tests.world import World


async def test_severity_is_said_anew_on_the_page_and_at_the_terminal(
    world: World,
    desk_url: str,
    at_desk: object,  # noqa: F811
) -> None:
    case = await world.declare()
    async with Browser(desk_url, "esc-dara") as dara:
        page = (await dara.see(f"/cases/{case.id}")).text
        assert "Lowering a P0 needs a duty manager, or two people" in page
        said = {"imminence": "0", "harm": "3", "credibility": "1", "code": "calmer"}
        await dara.post(f"/decide/{case.id}", do="severity", id=field(page, "id"), **said)
        assert (await case.state()).severity is Severity.P0
        page = (await dara.see(f"/cases/{case.id}")).text
        assert "Dara Example says P2; a second person makes it so" in page
    assert callable(at_desk)
    ada: Shell = at_desk("les-ada")
    done = await ada.ok("severity", case.id, "--imminence", "0", "--harm", "2", "--credibility", "1", "-o", "json")
    assert done.data["status"] == "open"
    assert (await case.state()).severity is Severity.P2
    await ada.refused(2, "severity", case.id, "--harm", "9")


async def test_a_closed_case_is_reopened_by_its_button_and_the_command_finds_the_same_case(
    world: World,
    desk_url: str,
    at_desk: object,  # noqa: F811
) -> None:
    scenario = SCENARIOS["stand down"]
    case = await scenario.open(world)
    await scenario.play(case)
    await case.result()
    async with Browser(desk_url, "dut-hana") as hana:
        page = (await hana.see(f"/cases/{case.id}")).text
        assert "Open a new case that goes on from" in page
        new = await hana.post(f"/reopen/{case.id}", code="appeal-upheld")
        assert f'href="/cases/{case.id}"' in new.text
        old = (await hana.see(f"/cases/{case.id}")).text
        assert "Reopened as" in old
        assert "Open a new case that goes on from" not in old
    assert callable(at_desk)
    hana_too: Shell = at_desk("dut-hana")
    found = await hana_too.ok("reopen", case.id, "--reason", "appeal-upheld", "--yes", "-o", "json")
    assert (found.data["of"], found.data["new"]) == (case.id, False)
    assert found.data["case"] in old
    shown = await hana_too.ok("show", found.data["case"], "-o", "json")
    assert shown.data["reopens"] == case.id


async def test_the_page_of_a_lost_case_shows_its_last_copy_and_who_can_start_it_again(
    world: World, desk_url: str
) -> None:
    case = await world.declare()
    await case.open("call-back")
    await kept(case)
    await gone(case)
    async with Browser(desk_url, "les-ada") as ada:
        page = await ada.see(f"/cases/{case.id}")
    assert page.status_code == 200
    assert f"holdfast recover {case.id}" in page.text
    assert "Write a note" not in page.text


async def test_recover_at_the_terminal_asks_first_and_says_what_had_become_of_the_run(
    world: World,
    at_desk: object,  # noqa: F811
) -> None:
    case = await world.declare()
    await case.open("call-back")
    await case.until(lambda state: not state.pending)
    assert callable(at_desk)
    nia: Shell = at_desk("eng-nia")
    assert "runs as it should" in await nia.refused(1, "recover", case.id, "--yes")
    await case.handle.terminate("SYNTHETIC operator")
    assert "add --yes" in await nia.refused(2, "recover", case.id)
    done = await nia.ok("recover", case.id, "--yes", "-o", "json")
    assert done.data == {"case": case.id, "why": "terminated", "number": 1}
    hana: Shell = at_desk(await world.someone(Role.DUTY_MANAGER))
    assert "not allowed" in await hana.refused(4, "recover", case.id, "--yes")
