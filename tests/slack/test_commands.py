"""`/incident` typed by a person, over a real WebSocket, before a desk that does as the test says."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import SENTENCES, Code, HoldfastError
from integrations.slack.running import Reach, open_slack_app
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, DESK_URL, INCIDENTS, Played, everything_said
from tests.slack.fake_desk import CASE

MAIL, ACCOUNT, WORDS = "desk.sergeant@police.example.org", "acct-synthetic-001", "SYNTHETIC a walker is missing"
EDR = f"edr {ACCOUNT} {MAIL} US missing-person {WORDS}"


async def test_a_command_declares_with_its_words_and_is_answered_with_the_case(app: Played) -> None:
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)

    assert said.ok
    assert "is open" in said.text
    [(person, declaration)] = app.desk.declared
    assert (person, declaration.slug, declaration.channel) == ("esc-dara", "emergency_data_request", "slack")
    assert declaration.answers == {
        "account": ACCOUNT,
        "requester_email": MAIL,
        "country": "US",
        "category": "missing-person",
        "narrative": WORDS,
    }
    assert said.sent["trigger_id"] not in declaration.key


async def test_nothing_that_was_typed_is_said_again(app: Played) -> None:
    await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    app.desk.error = HoldfastError(Code.UNREACHABLE, "Temporal")
    await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    for secret in (MAIL, ACCOUNT, WORDS, "walker"):
        assert secret not in everything_said(app.slack)
    assert not app.slack.messages(INCIDENTS)


async def test_an_address_that_slack_made_a_link_of_is_an_address_again(app: Played) -> None:
    linked = EDR.replace(MAIL, f"<mailto:{MAIL}|{MAIL}>")
    await app.slack.command("U0ESC01", INCIDENTS, "/incident", linked)
    assert app.desk.declared[0][1].answers["requester_email"] == MAIL


async def test_a_declaration_that_waits_in_the_inbox_says_so(app: Played) -> None:
    app.desk.running = False
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    assert "received, not yet running" in said.text


async def test_an_unreachable_desk_is_answered_with_the_line_for_a_terminal(app: Played) -> None:
    app.desk.error = HoldfastError(Code.UNREACHABLE, "Temporal")
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    assert SENTENCES[Code.UNREACHABLE] in said.text
    assert "holdfast declare edr --file FILE --key slack-" in said.text


async def test_a_desk_that_never_answers_is_not_recorded_within_slacks_three_seconds(app: Played) -> None:
    app.desk.silent = True
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    assert said.ok
    assert "NOT recorded" in said.text
    assert "holdfast declare edr" in said.text


async def test_a_fault_of_ours_is_an_answer_too(app: Played) -> None:
    app.desk.fault = ZeroDivisionError("synthetic")
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    assert said.ok
    assert "NOT recorded" in said.text


async def test_wrong_words_are_named_by_their_field_and_the_order_is_shown(app: Played) -> None:
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", f"edr {ACCOUNT} {MAIL} US no-such-thing")
    assert "category must be one of" in said.text
    assert "&lt;requester_email&gt;" in said.text
    assert not app.desk.declared


async def test_a_stranger_starts_nothing(app: Played) -> None:
    said = await app.slack.command("U0STRANGER", INCIDENTS, "/incident", EDR)
    assert said.text == SENTENCES[Code.UNKNOWN_PERSON]
    assert not app.desk.declared


async def test_a_drill_is_declared_as_one(app: Played) -> None:
    await app.slack.command("U0ESC01", INCIDENTS, "/incident", f"drill {EDR}")
    assert app.desk.declared[0][1].drill


@pytest.mark.parametrize("text", ["help", "no-such-thing"])
async def test_what_is_not_understood_is_answered_with_help(app: Played, text: str) -> None:
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", text)
    assert "/incident status CASE" in said.text


async def test_status_says_where_a_case_stands_to_the_person_alone(app: Played) -> None:
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", f"status {CASE.lower()}")
    assert "P0" in said.text
    assert CASE in said.text
    assert "Owner: nobody yet" in said.text
    listed = await app.slack.command("U0ESC01", INCIDENTS, "/incident", "status")
    assert CASE in listed.text
    assert not app.slack.messages(INCIDENTS)


async def test_status_of_a_case_that_is_not_theirs_is_no_case(app: Played) -> None:
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", "status EDR-00000-00000")
    assert said.text == SENTENCES[Code.UNKNOWN_CASE]


async def test_taking_a_case_has_its_receipt(app: Played) -> None:
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", f"take {CASE}")
    assert said.text.startswith("Recorded")
    [(person, doing)] = app.desk.acts.values()
    assert (person, doing.case, doing.act.kind) == ("esc-dara", CASE, "take")


async def test_commands_are_answered_again_after_slack_was_away(app: Played) -> None:
    await app.slack.go_down()
    await app.slack.until(lambda: app.slack.connections == 0)
    app.slack.come_up()
    await app.slack.connected()
    assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)).ok


async def test_the_app_comes_up_while_slack_is_away_and_connects_when_it_is_back(app: Played) -> None:
    slack = app.slack
    before = slack.connections
    slack.faults.add(method="apps.connections.open", kind="status", value=503, times=2)
    async with open_slack_app(
        app.desk,
        procedures={},
        api_url=slack.api_url,
        bot_token=BOT_TOKEN,
        reach=Reach(app_token=APP_TOKEN),
        desk_url=DESK_URL,
        ping_interval=0.05,
    ):
        await slack.connected(before + 1)


async def test_an_address_that_expired_before_it_was_used_is_asked_for_again(
    app: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, given = app.slack, app.slack._sockets.new_url
    expired = iter([f"{slack.base_url.replace('http', 'ws')}/link/?ticket=expired"])
    monkeypatch.setattr(slack._sockets, "new_url", lambda: next(expired, None) or given())
    before = slack.connections
    async with open_slack_app(
        app.desk,
        procedures={},
        api_url=slack.api_url,
        bot_token=BOT_TOKEN,
        reach=Reach(app_token=APP_TOKEN),
        desk_url=DESK_URL,
        ping_interval=0.05,
    ):
        await slack.connected(before + 1)


async def test_a_token_that_slack_refuses_stops_the_app_at_its_start(app: Played) -> None:
    for bot, ours in (("xoxb-wrong", APP_TOKEN), (BOT_TOKEN, "xapp-wrong")):
        with pytest.raises(HoldfastError) as refused:
            async with (
                asyncio.timeout(5),
                open_slack_app(
                    app.desk,
                    procedures={},
                    api_url=app.slack.api_url,
                    bot_token=bot,
                    reach=Reach(app_token=ours),
                    desk_url=DESK_URL,
                ),
            ):
                pass
        assert refused.value.code is Code.NEEDS_HUMAN
        assert "wrong" not in refused.value.sentence


async def test_a_case_like_it_is_offered_and_another_one_opened_by_saying_so(app: Played) -> None:
    app.desk.offers = CASE
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", EDR)
    assert f"*{CASE}* may be this one" in said.text
    assert f"{DESK_URL}/cases/{CASE}" in said.text
    assert "/incident another edr …" in said.text
    assert not app.desk.declared
    drill = await app.slack.command("U0ESC01", INCIDENTS, "/incident", f"drill {EDR}")
    assert "/incident drill another edr …" in drill.text

    opened = await app.slack.command("U0ESC01", INCIDENTS, "/incident", f"another {EDR}")
    assert "is open" in opened.text
    [(_, declaration)] = app.desk.declared
    assert declaration.another
    assert declaration.answers["account"] == ACCOUNT
