"""The rota at the command line: the real command, with files of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.people import Role
from tests.cli.conftest import at_desk, cli_desk
from tests.cli.shell import Shell
from tests.rota.parts import EXAMPLE, PEOPLE
from tests.world import World

__all__ = ["at_desk", "cli_desk"]


@pytest.fixture
def keeper(tmp_path: Path) -> Shell:
    """Whoever keeps the example rota in a home of their own."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(EXAMPLE, home / "rota.yaml")
    return Shell(tmp_path, "", {"HOLDFAST_DIRECTORY_FILE": str(PEOPLE.absolute())})


async def test_tonight_ends_with_0_without_a_hole_and_with_1_and_its_span_with_one(keeper: Shell) -> None:
    whole = await keeper.ok("tonight", "--json")
    assert whole.data["holes"] == []
    assert {each["role"] for each in whole.data["alone"]} >= {"executive"}
    away = "\n".join(
        f"- {{person: {who}, from: 2020-01-01T00:00Z, to: 2099-01-01T00:00Z}}" for who in ("leg-fay", "leg-gus")
    )
    (keeper.directory / "home" / "rota.changes.yaml").write_text(f"leave:\n{away}\n")
    holed = await keeper.run("tonight", "--days", "2")
    assert holed.status == 1
    assert [line[3:] for line in holed.lines] == [
        ["emergency_data_request", "release-content", "too-few-on-duty", "legal"]
    ]
    assert "1 hole(s) in 2 day(s)." in holed.err


async def test_leave_comes_in_by_calendar_after_a_dry_run(keeper: Shell) -> None:
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Synthetic//EN", "BEGIN:VEVENT", "UID:1@example.org",
        "DTSTART:20990105T120000Z", "DTEND:20990105T180000Z", "SUMMARY:Leave: leg-fay", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    file = keeper.file("leave.ics", "\r\n".join(lines) + "\r\n")
    kept = keeper.directory / "home" / "rota.changes.yaml"
    assert "Nothing was written" in (await keeper.ok("rota", "import", file)).err
    assert not kept.exists()
    assert "1 change(s) kept" in (await keeper.ok("rota", "import", file, "--yes")).err
    assert "person: leg-fay" in kept.read_text()
    assert "Nothing is to be changed" in (await keeper.ok("rota", "import", file, "--yes")).err
    shown = await keeper.ok("rota", "show", "--role", "legal-counsel", "--at", "2099-01-05T15:00Z")
    assert [line[1] for line in shown.lines] == ["leg-gus"]


async def test_an_exported_calendar_comes_back_without_a_change(keeper: Shell) -> None:
    out = await keeper.ok("rota", "export", "--person", "leg-fay", "--days", "7")
    assert out.out.count("BEGIN:VEVENT") >= 7
    assert "leg-gus@example.com" not in out.out
    back = await keeper.ok("rota", "import", keeper.file("out.ics", out.out))
    assert (back.out, back.err) == ("", "Nothing is to be changed.\n")


async def test_a_broken_rota_is_one_sentence_with_its_line(keeper: Shell) -> None:
    file = keeper.directory / "home" / "rota.yaml"
    file.write_text(file.read_text().replace("days: tue-sat", "days: tue-sax"))
    said = await keeper.refused(2, "tonight")
    assert "rota.yaml, line " in said
    assert "shifts.uk-early.days" in said


async def test_a_task_is_acknowledged_by_its_name_and_the_owners_seat_too(
    world: World, at_desk: Callable[[str], Shell]
) -> None:
    case = await world.declare()
    await case.open("call-back")
    who = await world.someone(Role.LE_SPECIALIST)
    shell = at_desk(who)
    assert (await shell.ok("ack", case.id, "call-back", "-o", "json")).data["status"] == "open"
    await shell.ok("ack", case.id, "owner")
    state = await case.state()
    assert [each.acknowledged for key, each in state.tasks.items() if "call-back" in key] == [(who,)]
    assert state.owner is not None
    assert state.owner.acknowledged == (who,)
    await at_desk("leg-fay").refused(4, "ack", case.id, "call-back")
