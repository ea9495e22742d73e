"""What Slack brings that opens no case is a line in triage: durable, sealed, and on the desk's own page."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from console.intake.chat import SOURCE, ChatLines
from console.intake.taking import Intake
from console.intake.triage import Triage
from domain.intake import Channel, SourceTrust
from domain.line_codes import LineState
from domain.triage import LineQuery, LineView
from integrations.base.keyring import load_ring
from integrations.base.sealing import Sealer
from integrations.simulator.slack import SlackSimulator
from integrations.slack.app import ESCALATE_MESSAGE, REPORT
from integrations.slack.triage import UNSURE, WHAT, WORDS
from tests.desk.conftest import Browser, served, web_over
from tests.slack.conftest import INCIDENTS, Played, everything_said, running_app
from tests.slack.fake_desk import FakeDesk
from tests.slack.test_triage import SAID, modal
from tests.world import World
from workflows.sops.emergency_data_request import POLICY


@dataclass
class Lines:
    """The app, and the triage behind it."""

    app: Played
    triage: Triage
    url: str

    async def of(self, text: str) -> list[LineView]:
        """The open lines in which this was said, as somebody who works triage reads them."""
        found = await self.triage.lines("les-ada", LineQuery(source=SOURCE, state=LineState.OPEN.value))
        views = [await self.triage.look("les-ada", each.line) for each in found]
        return [each for each in views if text in each.told.text]


@pytest.fixture
async def lines(slack: SlackSimulator, world: World) -> AsyncIterator[Lines]:
    intake = Intake(
        lines=world.records.lines,
        declarer=world.declarer,
        directory=world.ports.directory,
        sealer=Sealer(load_ring(world.settings.store_ring)),
        vault=world.ports.vault,
        key=secrets.token_bytes(32),  # each stand-in numbers its views from one
    )
    triage, desk = Triage(intake, world.ports.directory), FakeDesk(POLICY)
    async with (
        running_app(
            slack, desk, {POLICY.slug: POLICY}, to_triage=ChatLines(intake, world.ports.directory, procedure="triage")
        ),
        served(replace(web_over(world), triage=triage, intake=intake)) as url,
    ):
        yield Lines(Played(slack, desk), triage, url)


async def test_a_strangers_message_is_a_line_that_the_desk_shows(lines: Lines) -> None:
    app, words = lines.app, f"{SAID} (stranger)"
    ts = await app.slack.say("U0DUT01", INCIDENTS, words)
    assert (await app.slack.message_shortcut("U0STRANGER", INCIDENTS, ts, ESCALATE_MESSAGE)).ok
    view = await modal(app, "U0STRANGER")
    sent = await app.slack.submit("U0STRANGER", view.id, {})
    await app.slack.outbox.send("interactive", sent.sent)  # Slack may deliver it again
    [line] = await lines.of(words)
    assert (line.told.channel, line.told.source_trust) == (Channel.CHAT, SourceTrust.OPEN)
    assert (line.told.answers, line.told.taken_by) == ({"slack": "U0STRANGER"}, "")
    assert line.line.line in str(app.slack.modal("U0STRANGER"))
    assert not app.desk.declared
    async with Browser(lines.url, "les-ada") as ada:
        assert line.line.line in (await ada.see("/triage")).text
        shown = (await ada.see(f"/triage/{line.line.line}")).text
        assert words.split(" (")[0] in shown
        assert "U0STRANGER" in shown
    assert everything_said(app.slack).count(words) == 1  # the message that somebody wrote


@pytest.mark.parametrize("door", ["bare", "shortcut"])
async def test_who_cannot_say_what_it_is_is_read_by_people(lines: Lines, door: str) -> None:
    app, words = lines.app, f"{SAID} ({door})"
    if door == "bare":
        assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", "")).ok
    else:
        assert (await app.slack.global_shortcut("U0ESC01", REPORT)).ok
    view = await modal(app)
    empty = await app.slack.submit("U0ESC01", view.id, {WHAT: UNSURE})
    assert "few words" in empty.errors[WORDS]
    sent = await app.slack.submit("U0ESC01", view.id, {WHAT: UNSURE, WORDS: words})
    assert sent.response_action == "update"
    [line] = await lines.of(words)
    assert (line.told.source_trust, line.told.taken_by) == (SourceTrust.PERSON, "esc-dara")
    assert re.search(r"Received as line \w+", str(app.slack.modal("U0ESC01")))
    assert not app.desk.declared


async def test_an_unknown_persons_bare_command_ends_in_the_same_place(lines: Lines) -> None:
    app, words = lines.app, f"{SAID} (bare stranger)"
    assert (await app.slack.command("U0STRANGER", INCIDENTS, "/incident", "")).ok
    view = await modal(app, "U0STRANGER")
    await app.slack.submit("U0STRANGER", view.id, {WORDS: words})
    assert len(await lines.of(words)) == 1


async def test_one_message_from_two_people_is_two_lines_and_changed_words_are_kept_beside(lines: Lines) -> None:
    app, words = lines.app, f"{SAID} (twice)"
    app.slack.workspace.state.users["U0ESC01"].team = "T0ELSEWHERE"  # a guest, whose id is one of ours
    ts = await app.slack.say("U0DUT01", INCIDENTS, words)
    for person, more in (("U0STRANGER", ""), ("U0ESC01", ""), ("U0STRANGER", " and more")):
        await app.slack.message_shortcut(person, INCIDENTS, ts, ESCALATE_MESSAGE)
        view = await modal(app, person)
        sent = await app.slack.submit(person, view.id, {WORDS: words + more})
        assert sent.response_action == "update", sent
    found = await lines.of(words)
    assert sorted(str(each.told.answers["slack"]) for each in found) == ["U0STRANGER", "U0STRANGER", "foreign/U0ESC01"]
    assert {each.told.taken_by for each in found} == {""}


async def test_a_drill_has_no_way_into_triage(lines: Lines) -> None:
    app = lines.app
    assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", "drill")).ok
    assert UNSURE not in str((await modal(app)).content["blocks"])
