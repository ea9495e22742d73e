"""The list of agencies from a terminal: two people, two terminals."""

from __future__ import annotations

from collections.abc import Callable

from tests.cli.shell import Shell
from tests.keeping import keeping
from tests.world import World

ENTRY = """
name: Fell Police (synthetic)
country: US
domains: [police.fell.example.org]
call_back: "+1-202-555-0160"
mailbox: edr@police.fell.example.org
"""
SOURCE = ("--source-kind", "national-register", "--source", "SYNTHETIC register")
OWN = ("--source-kind", "government-site", "--source", "SYNTHETIC site")


async def test_two_people_at_two_terminals_add_an_agency(at_desk: Callable[[str], Shell], world: World) -> None:
    await keeping(world).begin()
    ada, fay = at_desk("les-ada"), at_desk("leg-fay")
    file = ada.file("fell.yaml", ENTRY)
    done = (await ada.ok("agencies", "propose", "agency-fell", "--file", file, *SOURCE, "-o", "json")).data
    assert done["status"] == "waiting"
    alone = await ada.run("agencies", "confirm", done["id"], *OWN, "--yes")
    assert alone.status == 4
    assert "[excluded]" in alone.err
    told = await fay.ok("agencies", "confirm", done["id"], *OWN, "--yes")
    assert "+1-202-555-0160" in told.err
    [line] = [line for line in (await fay.ok("agencies", "list")).lines if line[0] == "agency-fell"]
    assert line[1:4] == ["agency", "US", "+1-202-555-0160"]
    assert line[5].startswith("content from ")

    shown = await ada.ok("agencies", "show", "agency-fell", "-o", "json")
    assert [each["edit"]["kind"] for each in shown.data["history"]] == ["proposed", "confirmed"]


async def test_what_is_no_source_or_no_entry_is_refused_in_one_sentence(
    at_desk: Callable[[str], Shell], world: World
) -> None:
    await keeping(world).begin()
    ada = at_desk("les-ada")
    rumour = ("--source-kind", "the-request", "--source", "it")
    assert "national-register" in await ada.refused(2, "agencies", "recheck", "agency-northfield", *rumour)
    file = ada.file("bad.yaml", ENTRY.replace("domains", "domain"))
    said = await ada.refused(2, "agencies", "propose", "agency-fell-2", "--file", file, *SOURCE)
    assert "police.fell" not in said
