"""Each command, form, button and shortcut against the stand-in's own rules; delivered three times, it counts once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from console.docs import commands as commands_of_the_terminal
from domain.people import Directory, Person
from integrations.simulator.slack import workspace as rules
from integrations.simulator.slack.methods_views import replace
from integrations.simulator.slack.outbox import DeliveryFailed
from integrations.slack import commands
from integrations.slack.app import ESCALATE_MESSAGE, REPORT
from integrations.slack.calls import Refusal, call
from integrations.slack.cards import KEEP, OVERTURN, RETRY, SEEN, SKIP, TAKE
from integrations.slack.home import DECLARE_HERE
from integrations.slack.room import SlackRoom
from integrations.slack.triage import WHAT
from integrations.slack.verbs import Verbs
from tests.slack.conftest import DESK_URL, INCIDENTS, Played
from tests.slack.fake_desk import CASE, waiting
from tests.slack.test_commands import EDR
from tests.slack.test_forms import ANSWERS, _settled, form
from tests.slack.test_presses import GATE, ROOM, STEP, posted, summons
from tests.slack.test_triage import modal


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


# What one types, and a word of the answer; None is a form.
TYPED: dict[str, tuple[str, str | None]] = {
    "status": (f"status {CASE}", CASE),
    "list": ("list", CASE),
    "take": (f"take {CASE}", "you own"),
    "note": (f"note {CASE} SYNTHETIC", "sealed in the vault"),
    "task": ("task", "No work waits for you"),
    "tasks": ("tasks", "No work waits for you"),
    "update": (f"update {CASE} looking", "Recorded"),
    "severity": (f"severity {CASE}", None),
    "escalate": (f"escalate {CASE}", "the next person is called"),
    "page": (f"page {CASE}", "the next person is called"),
    "handover": (f"handover {CASE} to uk", "is offered"),
    "hand-over": (f"hand-over {CASE} to uk", "is offered"),
    "spill": (f"spill {CASE}", "Delete your message"),
    "timeline": (f"timeline {CASE}", ""),
    "link": (f"link {CASE}", DESK_URL),
    "close": (f"close {CASE} duplicate", "Nothing is closed yet"),
    "tonight": ("tonight", ""),
}


@pytest.fixture
def people(directory: Directory) -> tuple[Person, ...]:
    return tuple(each for each in directory.people if each.slack in ("U0ESC01", "U0DUT01", "U0ENG01"))


def test_every_verb_is_in_the_list_below() -> None:
    assert set(TYPED) == set(Verbs(None, desk_url="")._verbs)  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", TYPED)
async def test_each_verb_is_answered_to_who_typed_it(app: Played, verb: str) -> None:
    text, says = TYPED[verb]
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", text)
    assert said.ok
    if says is None:
        await app.slack.until(lambda: _settled(app.slack.modal("U0ESC01")))
        return
    assert says in said.text
    assert said.ack.get("response_type") == "ephemeral"
    assert not app.slack.messages(INCIDENTS)


@pytest.mark.parametrize("verb", TYPED)
async def test_each_verb_delivered_three_times_is_recorded_once(app: Played, verb: str) -> None:
    text, _ = TYPED[verb]
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", text)
    for _ in range(2):
        await app.slack.outbox.send("slash_commands", said.sent)
    assert len(app.desk.acts) <= 1


async def test_a_command_that_declares_delivered_three_times_is_one_case(app: Played) -> None:
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    again = [await app.slack.outbox.send("slash_commands", said.sent) for _ in range(2)]
    assert all("was open already" in each["text"] for each in again)
    assert len({each.key for _, each in app.desk.declared}) == 1


async def test_a_form_delivered_three_times_at_once_is_one_case(app: Played) -> None:
    view = await form(app)
    sent = await app.slack.submit("U0ESC01", view.id, ANSWERS)
    await asyncio.gather(*(app.slack.outbox.send("interactive", sent.sent) for _ in range(2)))
    assert len({each.key for _, each in app.desk.declared}) == 1


@pytest.mark.parametrize(
    ("action", "kind", "subject", "family"),
    [
        (RETRY, "intervention", STEP, ""),
        (SKIP, "intervention", STEP, ""),
        (KEEP, "gate", GATE, "contain"),
        (f"{OVERTURN}_0", "gate", GATE, "contain"),
        (SEEN, "gate", GATE, "disclose"),
        (TAKE, "owner", "owner", ""),
    ],
)
async def test_each_button_delivered_three_times_counts_once(
    app: Played, room: SlackRoom, people: tuple[Person, ...], action: str, kind: str, subject: str, family: str
) -> None:
    if kind != "owner":
        app.desk.waits.append(waiting(kind, subject, choices=("retry", "skip"), family=family, reasons=["not-needed"]))
    more: dict[str, Any] = {"family": family} if family else {}
    choices = ("retry", "skip") if kind == "intervention" else ()
    called = summons(people, kind, subject, digest="d" * 64, choices=choices, reasons=("not-needed",), **more)
    card = await posted(room, app, called)
    pressed = await app.slack.click("U0ENG01", ROOM, card.ts, action, times=3)
    assert pressed.ok
    await app.slack.until(lambda: len(pressed.response_messages) == 3)
    assert len(app.desk.acts) == 1
    assert all(each["text"].startswith("Recorded") for each in pressed.response_messages)


@pytest.mark.parametrize("where", ["home", "global", "message"])
async def test_a_press_that_opens_a_form_delivered_three_times_opens_one(app: Played, where: str) -> None:
    """Slack spends the trigger once; the other two deliveries find it spent."""
    app.slack.faults.add(method="views.open", kind="latency", value=0.01, times=3)
    if where == "home":
        await app.slack.open_home("U0ESC01")
        await app.slack.until(lambda: app.slack.home("U0ESC01"))
        home = app.slack.home("U0ESC01")
        assert home is not None
        assert (await app.slack.click_view("U0ESC01", home.id, DECLARE_HERE, times=3)).ok
    elif where == "global":
        sent = (await app.slack.global_shortcut("U0ESC01", REPORT)).sent
        await asyncio.gather(*(app.slack.outbox.send("interactive", sent) for _ in range(2)))
    else:
        ts = await app.slack.say("U0DUT01", INCIDENTS, "SYNTHETIC")
        sent = (await app.slack.message_shortcut("U0ESC01", INCIDENTS, ts, ESCALATE_MESSAGE)).sent
        await asyncio.gather(*(app.slack.outbox.send("interactive", sent) for _ in range(2)))
    await until(lambda: not app.slack.faults.as_json())
    assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", "help")).ok
    assert WHAT in str((await modal(app)).content["blocks"])
    opened = [each for each in app.slack.workspace.state.views.values() if each.type == "modal"]
    assert len(opened) == 1
    # Nobody whose form stands open is told that it did not open.
    direct = app.slack.workspace.direct_message(["U0ESC01"])[0]
    assert not direct.messages
    assert [each for each in app.slack.channel(INCIDENTS).ephemerals if "did NOT open" in each.text] == []


async def test_a_trigger_that_died_on_the_way_is_said_and_the_line_for_a_terminal_given(
    app: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the stand-in's own clock, not by a planned refusal."""
    monkeypatch.setattr(rules, "TRIGGER_SECONDS", 0.05)
    app.slack.faults.add(method="views.open", kind="latency", value=0.1)
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", "edr")
    await app.slack.until(lambda: said.response_messages)
    assert "NOT" in said.response_messages[0]["text"]
    assert app.slack.modal("U0ESC01") is None


async def test_a_view_that_changed_meanwhile_is_left_as_it_is(app: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the stand-in's own hash: whoever drew later has the window."""
    refused: list[str] = []

    async def heard(what: str, request: Any) -> Any:
        try:
            return await call(what, request)
        except Refusal as refusal:
            refused.append(refusal.error)
            raise

    monkeypatch.setattr("integrations.slack.app.call", heard)
    app.slack.faults.add(method="views.update", kind="latency", value=0.3)
    await app.slack.command("U0ESC01", INCIDENTS, "/incident", "edr")
    await app.slack.until(lambda: app.slack.modal("U0ESC01"))
    view = app.slack.modal("U0ESC01")
    assert view is not None
    newer = {**view.content, "title": {"type": "plain_text", "text": "Newer"}}
    replace(app.slack.workspace, view, newer)
    await until(lambda: refused)
    assert refused == ["hash_conflict"]
    assert view.content["title"]["text"] == "Newer"


@pytest.mark.parametrize("broken", ["silent", "fault"])
async def test_a_command_and_an_event_are_acknowledged_whatever_the_desk_does(
    app: Played, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "BUDGET", 0.1)
    app.desk.silent = broken == "silent"
    app.desk.fault = ZeroDivisionError("synthetic") if broken == "fault" else None
    for text in ("", "help", "edr", EDR, *(text for text, _ in TYPED.values())):
        assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", text)).ok, text
    receipt = await app.slack.open_home("U0ESC01")
    await app.slack.until(lambda: receipt.settled)
    assert receipt.acknowledged


async def test_a_listener_that_never_acknowledges_is_found_by_these_tests(
    app: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check itself goes red: what every listener test asks of the stand-in is refused for such a one."""
    app.slack._sockets._ack_seconds = 0.3

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(commands.Commands, "answer", never)
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", "list")
    assert (said.ok, said.error) == (False, "operation_timeout")
    with pytest.raises(DeliveryFailed):
        await app.slack.outbox.send("slash_commands", said.sent)


async def test_a_command_in_a_channel_that_we_are_not_in_is_answered_and_its_receipt_comes(app: Played) -> None:
    theirs = await app.slack.create_channel("U0ESC01", "elsewhere", private=True)
    said = await app.slack.command("U0ESC01", theirs, "/incident", f"take {CASE}")
    assert "you own" in said.text
    app.slack.faults.add(method="views.open", kind="error", value="expired_trigger_id")
    app.slack.faults.add(method="response_url", kind="drop", times=2)
    await app.slack.command("U0ESC01", theirs, "/incident", "edr")
    direct = app.slack.workspace.direct_message(["U0ESC01"])[0]
    await app.slack.until(lambda: direct.messages)
    assert "NOT" in direct.messages[0].text


async def test_a_press_in_a_room_that_was_put_away_counts_and_is_answered(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    app.desk.waits.append(waiting("intervention", STEP, choices=("retry",)))
    card = await posted(room, app, summons(people, "intervention", STEP))
    app.slack.channel(ROOM).archived = True
    pressed = await app.slack.click("U0ENG01", ROOM, card.ts, RETRY)
    assert pressed.ok
    await app.slack.until(lambda: pressed.response_messages)
    assert pressed.response_messages[0]["text"].startswith("Recorded")
    assert len(app.desk.acts) == 1


async def test_a_rate_limit_on_the_receipt_loses_no_decision(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    app.desk.waits.append(waiting("intervention", STEP, choices=("retry",)))
    card = await posted(room, app, summons(people, "intervention", STEP))
    app.slack.faults.add(method="response_url", kind="ratelimited", value=30)
    app.slack.faults.add(method="chat.update", kind="ratelimited", value=30)
    pressed = await app.slack.click("U0ENG01", ROOM, card.ts, RETRY)
    assert pressed.ok
    await app.slack.until(lambda: app.slack.channel(ROOM).ephemerals)
    assert app.slack.channel(ROOM).ephemerals[0].text.startswith("Recorded")
    assert len(app.desk.acts) == 1


# What somebody does about the same thing while Slack is away. `update` speaks in the room and nowhere else.
AT_A_TERMINAL = {
    "status": "show",
    "list": "list",
    "take": "own",
    "note": "note",
    "task": "tasks",
    "tasks": "done",
    "severity": "severity",
    "escalate": "escalate",
    "page": "escalate",
    "handover": "hand-over",
    "hand-over": "accept",
    "spill": "report-deviation",
    "timeline": "timeline",
    "link": "show",
    "close": "stand-down",
    "tonight": "tonight",
}


def test_each_verb_has_its_command_at_a_terminal() -> None:
    assert set(AT_A_TERMINAL) == set(TYPED) - {"update"}
    assert set(AT_A_TERMINAL.values()) <= {name for name, _ in commands_of_the_terminal()}
