"""kill -9 of the desk at each point between a declaration's receipt from Slack and its acknowledgement.

What was acknowledged exists. Everything else showed an error, and trying again offers the case that is there already.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integrations.base.ports import free_port
from integrations.simulator.slack import SlackSimulator
from tests.faults.dying import POINTS, STARTED, THERE
from tests.faults.processes import Process, answers
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, INCIDENTS, directory, workspace
from tests.world import ANSWERS, World

__all__ = ["directory"]
WORDS = f"{ANSWERS['requester_email']} US missing-person SYNTHETIC"
DARA = "U0ESC01"
_workspaces = itertools.count(1)


@dataclass
class Dying:
    """A desk as a process that can be told where to die."""

    process: Process
    slack: SlackSimulator
    url: str
    wanted: Path

    async def up(self) -> None:
        await answers(self.url)
        await self.slack.connected()

    async def again(self) -> None:
        """It died by its own hand: the next one lives on."""
        assert await self.process.ended() == -9
        self.wanted.unlink()
        await self.slack.until(lambda: self.slack.connections == 0)
        await self.process.start()
        await self.up()

    async def say(self, text: str) -> Any:
        return await self.slack.command(DARA, INCIDENTS, "/incident", text)


@pytest.fixture
async def dying(bare: World, worker: Process, tmp_path: Path, directory: Any) -> AsyncIterator[Dying]:
    port, wanted = free_port(), tmp_path / "die-at"
    async with workspace(directory, ack_seconds=2.6) as slack:
        slack.workspace.state.counter = 1000 * next(_workspaces)  # Slack gives no view the id of another
        more = {
            "HOLDFAST_SLACK_API_URL": slack.api_url,
            "HOLDFAST_SLACK_BOT_TOKEN": BOT_TOKEN,
            "HOLDFAST_SLACK_APP_TOKEN": APP_TOKEN,
            "DIE_AT": str(wanted),
        }
        command = (sys.executable, "-m", "tests.faults.dying")
        desk = Process(bare.settings, tmp_path / "desk.log", "desk", "--port", str(port), more=more, command=command)
        async with desk:
            it = Dying(desk, slack, f"http://127.0.0.1:{port}", wanted)
            await it.up()
            yield it


def case_in(text: str) -> str:
    found = re.search(r"EDR-\w{5}-\w{5}", text)
    assert found is not None, text
    return found.group()


async def _by_command(bare: World, dying: Dying, point: str) -> None:
    account = bare.fresh_account()
    dying.wanted.write_text(point)
    said = await dying.say(f"edr {account} {WORDS}")
    assert not said.ok
    assert said.error in ("operation_timeout", "dispatch_failed")
    await dying.again()

    said = await dying.say(f"edr {account} {WORDS}")
    assert ("may be this one" in said.text) is (point in THERE), said.text
    assert (await bare.look(case_in(said.text))).case == case_in(said.text)
    # Whichever it was: from now on it is the one that is offered.
    assert case_in((await dying.say(f"edr {account} {WORDS}")).text) == case_in(said.text)


async def _by_form(bare: World, dying: Dying, point: str) -> None:
    """The same window, sent again, is the same case: nothing has to be offered."""
    account = bare.fresh_account()
    assert (await dying.say("edr")).ok
    await dying.slack.until(lambda: _drawn(dying.slack))
    view = dying.slack.modal(DARA)
    assert view is not None
    filled = {**ANSWERS, "account": account}
    dying.wanted.write_text(point)
    sent = await dying.slack.submit(DARA, view.id, filled)
    assert not sent.ok
    await dying.again()

    sent = await dying.slack.submit(DARA, view.id, filled)
    assert sent.ok
    said = str(dying.slack.modal(DARA))
    assert ("was open already" in said) is (point in THERE)
    assert (await bare.look(case_in(said))).case == case_in(said)
    await dying.slack.close(DARA, view.id)


def _drawn(slack: SlackSimulator) -> bool:
    view = slack.modal(DARA)
    return view is not None and "One moment" not in str(view.content["blocks"])


async def test_a_desk_that_dies_after_the_start_and_before_the_answer_loses_and_doubles_nothing(
    bare: World, dying: Dying
) -> None:
    said = await dying.say(f"edr {bare.fresh_account()} {WORDS}")
    assert "is open" in said.text
    await _by_command(bare, dying, STARTED)
    assert (await bare.look(case_in(said.text))).case == case_in(said.text)


@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS)
async def test_wherever_the_desk_dies_nothing_is_lost_or_doubled(bare: World, dying: Dying, point: str) -> None:
    await _by_command(bare, dying, point)
    await _by_form(bare, dying, point)


@pytest.mark.soak
async def test_what_was_acknowledged_exists_however_soon_the_desk_is_killed(bare: World, dying: Dying) -> None:
    cases = []
    for _ in range(10):
        said = await dying.say(f"edr {bare.fresh_account()} {WORDS}")
        await dying.process.kill()
        assert "is open" in said.text
        cases.append(case_in(said.text))
        await dying.slack.until(lambda: dying.slack.connections == 0)
        await dying.process.start()
        await dying.up()
    for case in cases:
        assert (await bare.look(case)).case == case
