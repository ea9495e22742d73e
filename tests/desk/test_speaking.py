"""The code is shown at the desk, on its page or at the terminal, once, and to whoever has the agency on the line."""

from __future__ import annotations

import re

from domain.errors import Code
from tests.cli.conftest import at_desk, cli_desk  # noqa: F401 - fixtures
from tests.cli.shell import Shell
from tests.desk.conftest import Browser
from tests.flows.handing import on_the_line, opened, released, tries
from tests.world import World

WRITTEN = re.compile("[0-9A-Z]{4}-[0-9A-Z]{4}")


async def test_the_page_shows_the_code_once_and_it_opens_the_package(world: World, desk_url: str) -> None:
    case = await released(world)
    caller = await on_the_line(case)
    task = (await case.open("speak-code")).key
    async with Browser(desk_url, caller) as browser:
        answer = await browser.post(f"/speak/{case.id}", subject=task)
        assert answer.headers["Cache-Control"] == "no-store"
        [code] = WRITTEN.findall(answer.text.replace(case.id, ""))
        again = await browser.post(f"/speak/{case.id}", subject=task)
        assert code not in again.text
    opened(await tries(case, code))


async def test_the_terminal_shows_the_code_to_the_caller_and_refuses_everybody_else(
    world: World,
    at_desk: object,  # noqa: F811
) -> None:
    case = await released(world)
    caller = await on_the_line(case)
    await case.open("speak-code")
    assert callable(at_desk)
    other: Shell = at_desk("leg-fay")
    refused = await other.run("speak", case.id, "speak-code")
    assert Code.NOT_SEATED.value in refused.err or Code.NO_SUCH_SUBJECT.value in refused.err
    mine: Shell = at_desk(caller)
    said = await mine.ok("speak", case.id, "speak-code", "-o", "json")
    opened(await tries(case, said.data["code"]))
