"""How Slack reaches us: the same handlers over HTTP, other people's connections, and replies that find another way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from domain.errors import Code, HoldfastError
from domain.people import Directory
from integrations.simulator.slack import SlackSimulator
from integrations.simulator.slack.outbox import DeliveryFailed
from integrations.slack import commands
from integrations.slack.app import ESCALATE_MESSAGE, REPORT
from integrations.slack.cards import APPROVE, FILL, KEEP, OPEN, OVERTURN, RETRY, SEEN, SKIP, TAKE
from integrations.slack.forms import DECLARE
from integrations.slack.home import DECLARE_HERE, REFRESH
from integrations.slack.manifest import wanted_scopes
from integrations.slack.room import open_room
from integrations.slack.running import EVENTS_PATH, Reach, open_slack_app
from integrations.slack.triage import SEVERITY, STRANGER, TRIAGE, WHAT
from integrations.slack.work import WORK
from tests.slack.conftest import BOT_TOKEN, DESK_URL, INCIDENTS, Played, running_app, workspace
from tests.slack.fake_desk import CASE, FakeDesk, waiting
from tests.slack.test_commands import EDR
from tests.slack.test_forms import ANSWERS, _settled
from tests.slack.test_presses import GATE, ROOM, STEP, summons
from workflows.sops.emergency_data_request import POLICY

SIGNED = Reach(signing_secret="synthetic")


@pytest.fixture
async def over_http(directory: Directory) -> AsyncIterator[Played]:
    """The app behind signed HTTP, with the scopes of its own manifest and no other."""
    desk = FakeDesk(POLICY)
    async with (
        workspace(directory, scopes=wanted_scopes()) as slack,
        open_slack_app(
            desk,
            procedures={POLICY.slug: POLICY},
            api_url=slack.api_url,
            bot_token=BOT_TOKEN,
            desk_url=DESK_URL,
            reach=SIGNED,
        ) as port,
    ):
        slack.request_url = f"http://127.0.0.1:{port}{EVENTS_PATH}"
        yield Played(slack, desk)


async def test_over_http_the_same_things_happen(over_http: Played, directory: Directory) -> None:
    slack, desk = over_http.slack, over_http.desk
    said = await slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    assert "is open" in said.text

    desk.waits.append(waiting("intervention", STEP, choices=("retry",)))
    async with open_room(slack.api_url, BOT_TOKEN, DESK_URL, pace=0) as room:
        people = tuple(each for each in directory.people if each.slack == "U0ENG01")
        await room.summon(summons(people, "intervention", STEP), key="k")
    pressed = await slack.click("U0ENG01", ROOM, slack.messages(ROOM)[-1].ts, RETRY, times=3)
    await slack.until(lambda: len(pressed.response_messages) == 3)
    assert len(desk.acts) == 1

    assert (await slack.global_shortcut("U0ESC01", REPORT)).ok
    await slack.until(lambda: _settled(slack.modal("U0ESC01")))
    form = slack.modal("U0ESC01")
    assert form is not None
    await slack.submit("U0ESC01", form.id, {WHAT: POLICY.slug})
    await slack.submit("U0ESC01", form.id, ANSWERS)
    assert len(desk.declared) == 2

    receipt = await slack.open_home("U0ESC01")
    await slack.until(lambda: slack.home("U0ESC01") and receipt.settled)
    assert receipt.acknowledged


async def test_what_slack_did_not_sign_is_refused(over_http: Played) -> None:
    form = {"command": "/incident", "text": EDR, "user_id": "U0ESC01", "trigger_id": "1", "team_id": "T0SYNTHETIC"}
    async with aiohttp.ClientSession() as http, http.post(over_http.slack.request_url or "", data=form) as answer:
        assert answer.status == 401
    assert not over_http.desk.declared


async def test_without_a_secret_or_a_free_port_http_does_not_begin(over_http: Played) -> None:
    port = int((over_http.slack.request_url or "").split(":")[2].split("/")[0])
    for reach, named in ((Reach(), "SIGNING_SECRET"), (Reach(signing_secret="synthetic", port=port), "SLACK_LISTEN")):
        with pytest.raises(HoldfastError) as refused:
            async with open_slack_app(
                over_http.desk,
                procedures={},
                api_url=over_http.slack.api_url,
                bot_token=BOT_TOKEN,
                desk_url=DESK_URL,
                reach=reach,
            ):
                pass
        assert refused.value.code is Code.BROKEN_CONFIGURATION
        assert named in refused.value.sentence


async def test_a_connection_that_is_not_ours_raises_the_alarm(app: Played) -> None:
    heard: list[int] = []

    async def alarm(connections: int) -> None:
        heard.append(connections)
        app.slack.workspace.changed()

    async with running_app(app.slack, app.desk, {}, alarm=alarm):
        await app.slack.until(lambda: heard)
    assert heard == [2]


async def test_our_own_connection_is_no_alarm(slack: SlackSimulator, caplog: pytest.LogCaptureFixture) -> None:
    async with running_app(slack, FakeDesk(POLICY), {}):
        await slack.disconnect()
        await slack.connected()
    assert "another process answers" not in caplog.text


async def test_a_receipt_whose_way_is_blocked_takes_another(app: Played) -> None:
    """The response URL fails, then the ephemeral message as well: the last way is a direct message."""
    card = await _card(app)
    app.slack.faults.add(method="response_url", kind="status", value=500)
    await app.slack.click("U0ENG01", ROOM, card, RETRY)
    channel = app.slack.channel(ROOM)
    await app.slack.until(lambda: channel.ephemerals)
    assert channel.ephemerals[0].ephemeral_to == "U0ENG01"
    assert channel.ephemerals[0].text.startswith("Recorded")

    card = await _card(app, "again/1!1")
    app.slack.faults.add(method="response_url", kind="drop", times=2)  # the SDK tries a dropped one again
    app.slack.faults.add(method="chat.postEphemeral", kind="error", value="user_not_in_channel")
    await app.slack.click("U0ENG01", ROOM, card, RETRY)
    direct = app.slack.workspace.direct_message(["U0ENG01"])[0]
    await app.slack.until(lambda: direct.messages)
    assert direct.messages[0].text.startswith("Recorded")


async def _card(app: Played, key: str = STEP) -> str:
    app.desk.waits.append(waiting("intervention", key, choices=("retry",)))
    async with open_room(app.slack.api_url, BOT_TOKEN, DESK_URL, pace=0) as room:
        people = tuple(each for each in (await _people()) if each.slack == "U0ENG01")
        await room.summon(summons(people, "intervention", key), key=key)
    return app.slack.messages(ROOM)[-1].ts


async def _people() -> Any:
    from integrations.directory.file import DirectoryFile
    from tests.world import EXAMPLE_DIRECTORY

    return (await DirectoryFile(EXAMPLE_DIRECTORY).current()).people


# -- nothing is left without an acknowledgement -------------------------------------------------------------

Deliver = Callable[[SlackSimulator], Awaitable[Any]]


def _envelope(kind: str, **fields: Any) -> dict[str, Any]:
    who = {"id": "U0ESC01", "team_id": "T0SYNTHETIC"}
    common = {
        "type": kind,
        "user": who,
        "team": {"id": "T0SYNTHETIC"},
        "trigger_id": "1.1",
        "is_enterprise_install": False,
    }
    return {**common, **fields}


def _pressed(action: str) -> dict[str, Any]:
    value = f"{CASE}|{GATE}|{'d' * 16}|"
    press = {"action_id": action, "block_id": "b", "type": "button", "value": value, "action_ts": "1.2"}
    return _envelope("block_actions", actions=[press], channel={"id": "C0INCIDENTS"}, container={"type": "message"})


def _sent(form: str) -> dict[str, Any]:
    metadata = {SEVERITY: CASE, DECLARE: f"real:{POLICY.slug}:"}.get(form, "real:")
    block = {"block_id": "b", "type": "input", "element": {"action_id": "value", "type": "plain_text_input"}}
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": form,
        "private_metadata": metadata,
        "state": {"values": {}},
        "blocks": [block],
    }
    return _envelope("view_submission", view=view)


EVERYTHING = {
    **{
        action: _pressed(action)
        for action in (RETRY, SKIP, KEEP, TAKE, SEEN, APPROVE, FILL, OPEN, DECLARE_HERE, REFRESH, f"{OVERTURN}_0")
    },
    **{form: _sent(form) for form in (DECLARE, TRIAGE, STRANGER, SEVERITY, WORK)},
    REPORT: _envelope("shortcut", callback_id=REPORT, action_ts="1.3"),
    ESCALATE_MESSAGE: _envelope(
        "message_action",
        callback_id=ESCALATE_MESSAGE,
        channel={"id": "C0INCIDENTS"},
        message={"ts": "1.4", "text": "x"},
    ),
}


@pytest.mark.parametrize("broken", ["silent", "fault"])
async def test_every_listener_acknowledges_whatever_the_desk_does(
    app: Played, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`send` raises what Slack would show: `operation_timeout` for a listener that never acknowledges."""
    monkeypatch.setattr(commands, "BUDGET", 0.1)
    app.desk.silent = broken == "silent"
    app.desk.fault = ZeroDivisionError("synthetic") if broken == "fault" else None
    unacknowledged = []
    for name, payload in EVERYTHING.items():
        try:
            await app.slack.outbox.send("interactive", payload)
        except DeliveryFailed:
            unacknowledged.append(name)
    assert not unacknowledged


async def test_everything_that_is_registered_is_in_that_list(monkeypatch: pytest.MonkeyPatch) -> None:
    from integrations.slack.app import SlackApp

    found: set[str] = set()

    class Registering:
        def __getattr__(self, kind: str) -> Any:
            def register(*what: Any) -> Any:
                if kind in ("shortcut", "view", "action"):
                    name = what[0]["action_id"].pattern.replace(r"\d+", "0") if isinstance(what[0], dict) else what[0]
                    found.add(name)
                return lambda handler: handler

            return register

    SlackApp(None, None, None, None, desk_url="").listen(Registering())  # type: ignore[arg-type]
    assert found == set(EVERYTHING)


async def test_after_slack_moved_us_commands_are_answered_on_the_new_connection(app: Played) -> None:
    await app.slack.disconnect()
    await app.slack.connected()
    assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", "help")).ok


async def test_an_event_that_nobody_took_comes_again_and_is_acted_on(directory: Directory) -> None:
    async with workspace(directory, event_retry_delays=(0.05,) * 200) as slack:
        receipt = await slack.open_home("U0ESC01")
        async with running_app(slack, FakeDesk(POLICY), {}):
            await slack.until(lambda: receipt.acknowledged and slack.home("U0ESC01"))
        assert receipt.attempts > 1
