"""Buttons on cards: who pressed comes from Slack, what is decided from the state as it is now."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.errors import SENTENCES, Code, HoldfastError
from domain.outside import Summons
from domain.people import Directory, Person
from integrations.simulator.slack.inputs import UserCannot
from integrations.simulator.slack.model import Message
from integrations.slack.cards import APPROVE, KEEP, OPEN, OVERTURN, RETRY, SEEN, SKIP, TAKE
from integrations.slack.room import SlackRoom
from integrations.slack.words import room_name
from tests.slack.conftest import Played
from tests.slack.fake_desk import CASE, waiting

ROOM = room_name(CASE)
STEP, GATE = "contain/snapshot/1!1", "contain/ratify-hide/1"
DIGEST = "d" * 64


def summons(people: tuple[Person, ...], kind: str, subject: str, **more: Any) -> Summons:
    return Summons(case=CASE, subject=subject, kind=kind, title="SYNTHETIC", rung=1, severity=0, people=people, **more)


@pytest.fixture
def people(directory: Directory) -> tuple[Person, ...]:
    return tuple(each for each in directory.people if each.slack in ("U0ESC01", "U0DUT01", "U0ENG01"))


async def posted(room: SlackRoom, app: Played, called: Summons) -> Message:
    await room.summon(called, key=f"key-{called.subject}-{called.rung}")
    return app.slack.messages(ROOM)[-1]


async def test_a_retry_pressed_three_times_counts_once(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    app.desk.waits.append(waiting("intervention", STEP, choices=("retry",)))
    card = await posted(room, app, summons(people, "intervention", STEP))

    pressed = await app.slack.click("U0ENG01", ROOM, card.ts, RETRY, times=3)
    await app.slack.until(lambda: len(pressed.response_messages) == 3)

    [(person, doing)] = app.desk.acts.values()
    assert (person, doing.subject, doing.act.kind) == ("eng-nia", STEP, "retry")
    assert (doing.nonce, doing.digest) == ("nonce-of-now", DIGEST)
    assert all(each["text"].startswith("Recorded") for each in pressed.response_messages)
    assert all(each["response_type"] == "ephemeral" for each in pressed.response_messages)


async def test_a_decided_card_has_no_buttons_and_says_who_chose_what(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    app.desk.waits.append(waiting("intervention", STEP, choices=("retry",)))
    card = await posted(room, app, summons(people, "intervention", STEP))
    await app.slack.click("U0ENG01", ROOM, card.ts, RETRY)
    await app.slack.until(lambda: card.edited_ts)
    assert "<@U0ENG01> chose: try it again." in str(card.blocks)
    assert card.metadata is not None
    with pytest.raises(UserCannot):
        await app.slack.click("U0ENG01", ROOM, card.ts, RETRY)


async def test_a_second_person_is_asked_for_where_two_must_choose(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    app.desk.closes = False
    leave = {"retry": "allowed", "skip": "second-person"}
    app.desk.waits.append(waiting("intervention", STEP, choices=("retry", "skip"), leave=leave))
    card = await posted(room, app, summons(people, "intervention", STEP, choices=("retry", "skip")))
    await app.slack.click("U0ENG01", ROOM, card.ts, SKIP)
    await app.slack.until(lambda: card.edited_ts)
    assert "still waits for another person" in str(card.blocks)
    assert "(two people)" in str(card.blocks)
    await app.slack.click("U0DUT01", ROOM, card.ts, SKIP)
    assert [person for person, _ in app.desk.acts.values()] == ["eng-nia", "dut-hana"]


async def test_a_step_that_may_not_be_skipped_has_no_such_button(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    card = await posted(room, app, summons(people, "intervention", STEP))
    with pytest.raises(UserCannot):
        await app.slack.click("U0ENG01", ROOM, card.ts, SKIP)


async def test_containment_is_ratified_in_place(app: Played, room: SlackRoom, people: tuple[Person, ...]) -> None:
    app.desk.waits.append(waiting("gate", GATE, family="contain", reasons=["wrong-account"]))
    called = summons(people, "gate", GATE, family="contain", digest=DIGEST, reasons=("wrong-account",))
    card = await posted(room, app, called)
    await app.slack.click("U0DUT01", ROOM, card.ts, KEEP)
    [(person, doing)] = app.desk.acts.values()
    assert (person, doing.subject, doing.act.kind, doing.digest) == ("dut-hana", GATE, "approve", DIGEST)


async def test_containment_is_overturned_with_the_code_of_its_button(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    reasons = ("not-harmful", "wrong-account")
    app.desk.waits.append(waiting("gate", GATE, family="contain", reasons=list(reasons)))
    called = summons(people, "gate", GATE, family="contain", digest=DIGEST, reasons=reasons)
    card = await posted(room, app, called)
    await app.slack.click("U0DUT01", ROOM, card.ts, f"{OVERTURN}_1")
    [(_, doing)] = app.desk.acts.values()
    assert doing.act.model_dump() == {"kind": "deny", "code": "wrong-account"}


@pytest.mark.parametrize("shown", ["e" * 64, ""])
async def test_a_card_that_shows_something_else_decides_nothing_and_is_drawn_anew(
    app: Played, room: SlackRoom, people: tuple[Person, ...], shown: str
) -> None:
    app.desk.waits.append(waiting("gate", GATE, family="contain", reasons=["wrong-account"]))
    card = await posted(room, app, summons(people, "gate", GATE, family="contain", digest=shown))

    pressed = await app.slack.click("U0DUT01", ROOM, card.ts, KEEP)
    await app.slack.until(lambda: card.edited_ts)

    assert not app.desk.acts
    assert SENTENCES[Code.STALE] in pressed.response_messages[0]["text"]
    assert "wrong-account" in str(card.blocks)
    await app.slack.click("U0DUT01", ROOM, card.ts, KEEP)
    assert len(app.desk.acts) == 1


@pytest.mark.parametrize("family", ["disclose", "protect", "refuse", "stand-down", "report"])
async def test_other_families_have_the_link_and_at_most_a_yes_that_needs_a_proof(
    app: Played, room: SlackRoom, people: tuple[Person, ...], family: str
) -> None:
    card = await posted(room, app, summons(people, "gate", "notify/release/1", family=family, digest=DIGEST))
    [row] = [each for each in card.blocks if each["type"] == "actions"]
    proved = [APPROVE] if family in ("disclose", "protect") else []
    assert [each["action_id"] for each in row["elements"]] == [*proved, SEEN, OPEN]
    assert row["elements"][-1]["url"].endswith(f"/decide/{CASE}?key=notify%2Frelease%2F1")
    assert (await app.slack.click("U0DUT01", ROOM, card.ts, OPEN)).ok


async def test_a_button_that_found_its_way_to_another_family_decides_nothing(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    app.desk.waits.append(waiting("gate", GATE, family="disclose"))
    card = await posted(room, app, summons(people, "gate", GATE, family="contain", digest=DIGEST))
    pressed = await app.slack.click("U0DUT01", ROOM, card.ts, KEEP)
    await app.slack.until(lambda: pressed.response_messages)
    assert SENTENCES[Code.NOT_ALLOWED] in pressed.response_messages[0]["text"]
    assert not app.desk.acts


async def test_the_owners_card_is_taken_with_one_press(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    card = await posted(room, app, summons(people, "owner", "owner"))
    await app.slack.click("U0ESC01", ROOM, card.ts, TAKE)
    [(person, doing)] = app.desk.acts.values()
    assert (person, doing.subject, doing.act.kind) == ("esc-dara", "", "take")


async def test_what_no_longer_waits_is_sent_to_the_case_and_its_refusal_shown(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    card = await posted(room, app, summons(people, "intervention", STEP))
    pressed = await app.slack.click("U0ENG01", ROOM, card.ts, RETRY)
    await app.slack.until(lambda: card.edited_ts)
    assert "NOT recorded" in pressed.response_messages[0]["text"]
    assert SENTENCES[Code.NOT_OPEN] in str(card.blocks)


@pytest.mark.parametrize("broken", ["silent", "unreachable", "fault", "stranger"])
async def test_a_press_that_did_not_get_through_says_that_it_was_not_recorded(
    app: Played, room: SlackRoom, people: tuple[Person, ...], broken: str
) -> None:
    who = "U0LEG01" if broken == "stranger" else "U0ENG01"
    app.desk.waits.append(waiting("intervention", STEP, choices=("retry",)))
    card = await posted(
        room, app, summons((*people, Person(id="x", name="x", roles=(), slack="U0LEG01")), "intervention", STEP)
    )
    app.desk.silent = broken == "silent"
    app.desk.fault = ZeroDivisionError("synthetic") if broken == "fault" else None
    app.desk.error = HoldfastError(Code.UNREACHABLE) if broken == "unreachable" else None

    pressed = await app.slack.click(who, ROOM, card.ts, RETRY)
    await app.slack.until(lambda: pressed.response_messages)

    assert pressed.ok
    said = "NOT confirmed" if broken == "silent" else "NOT recorded"
    assert said in pressed.response_messages[0]["text"]
    assert not app.desk.acts
    assert card.edited_ts is None


async def test_a_press_has_its_receipt_within_five_seconds_whatever_hangs(
    app: Played, room: SlackRoom, people: tuple[Person, ...]
) -> None:
    """The desk is silent, and so are both of Slack's own ways to whoever pressed: the promise is kept all the same."""
    app.desk.waits.append(waiting("intervention", STEP, choices=("retry",)))
    card = await posted(room, app, summons(people, "intervention", STEP))
    app.desk.silent = True
    for method in ("response_url", "chat.postEphemeral"):
        app.slack.faults.add(method=method, kind="latency", value=8)
    direct = app.slack.workspace.direct_message(["U0ENG01"])[0]
    began = asyncio.get_running_loop().time()
    await app.slack.click("U0ENG01", ROOM, card.ts, RETRY)
    await app.slack.until(lambda: direct.messages)
    assert asyncio.get_running_loop().time() - began < 5
    assert "NOT confirmed" in direct.messages[0].text
    assert not app.slack.faults.as_json()  # both were tried
