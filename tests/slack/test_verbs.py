"""Every verb of `/incident` on a case that is there: who said it, what is recorded, and words that say what happens."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import SENTENCES, Code, HoldfastError
from domain.timeline import Entry, Kind, LedgerEntry
from integrations.simulator.slack.results import CommandResult
from integrations.slack import commands
from integrations.slack.naming import case_in, case_of_room
from integrations.slack.room import SlackRoom
from integrations.slack.words import room_name
from tests.slack.conftest import DESK_URL, INCIDENTS, Played, everything_said
from tests.slack.fake_desk import CASE, T0, waiting
from tests.slack.test_forms import _settled
from tests.slack.test_room import projection

GATE, TASK = "notify/release/1", "investigate/call-back/1"


async def typed(app: Played, text: str, person: str = "U0ESC01", channel: str = INCIDENTS) -> CommandResult:
    said = await app.slack.command(person, channel, "/incident", text)
    assert said.ok
    return said


def acted(app: Played) -> tuple[str, str, str, dict[str, Any]]:
    """The one act: person, case, subject, and the act as data."""
    [(person, doing)] = app.desk.acts.values()
    return person, doing.case, doing.subject, doing.act.model_dump(mode="json", exclude_defaults=True)


async def test_a_note_lies_in_the_vault_and_is_not_said_again(app: Played) -> None:
    said = await typed(app, f"note {CASE} SYNTHETIC the sister called")
    assert said.text.startswith("Recorded")
    assert app.desk.kept == [(CASE, "reason", "SYNTHETIC the sister called")]
    assert acted(app)[3]["text"]["id"] == "kept-1"
    assert "sister" not in everything_said(app.slack)


async def test_an_update_is_recorded_and_said_in_the_room_once(app: Played, room: SlackRoom) -> None:
    await room.show(projection(), brief="", key="k1")
    said = await typed(app, f"update {CASE} monitoring")
    assert "said in the room" in said.text
    assert acted(app)[3] == {"code": "monitoring"}
    assert [each.text for each in app.slack.messages(room_name(CASE))][1:] == [
        "Update: The acute part is over; we are watching what comes of it."
    ]


async def test_an_update_that_the_room_did_not_get_says_so(app: Played) -> None:
    app.slack.faults.add(method="conversations.create", kind="error", value="restricted_action", times=9)
    said = await typed(app, f"update {CASE} looking")
    assert said.text.startswith("Recorded")
    assert "NOT told" in said.text


async def test_how_bad_it_is_can_be_typed(app: Played) -> None:
    said = await typed(app, f"severity {CASE} 1 harm=2 ? because=false-alarm")
    assert acted(app)[3] == {"imminence": 1, "harm": 2, "code": "false-alarm"}
    assert said.text == f"Recorded: {CASE} is now P3, it was P0."


async def test_how_bad_it_is_can_be_chosen_in_a_form(app: Played) -> None:
    await typed(app, f"severity {CASE}")
    await app.slack.until(lambda: _settled(app.slack.modal("U0ESC01")))
    form = app.slack.modal("U0ESC01")
    assert form is not None
    sent = await app.slack.submit("U0ESC01", form.id, {"imminence": "3", "harm": "4", "credibility": "?"})
    assert sent.response_action == "update"
    assert acted(app)[3] == {"imminence": 3, "harm": 4}
    assert f"{CASE} stays P0" in str(app.slack.modal("U0ESC01"))


@pytest.mark.parametrize("verb", ["escalate", "page"])
async def test_escalating_calls_for_one_thing_or_for_all(app: Played, verb: str) -> None:
    app.desk.waits.append(waiting("gate", GATE))
    said = await typed(app, f"{verb} {CASE} release")
    assert acted(app)[2:] == (GATE, {})
    assert "the next person is called now" in said.text
    assert "everything that waits" in (await typed(app, f"{verb} {CASE}")).text


async def test_a_case_is_offered_to_somebody_by_their_mention(app: Played) -> None:
    said = await typed(app, f"handover {CASE} to <@U0DUT01|hana> we promised to call back")
    assert "stays with its owner until somebody accepts" in said.text
    assert acted(app)[3]["to"] == "dut-hana"
    assert app.desk.kept == [(CASE, "artefact", "we promised to call back")]


@pytest.mark.parametrize(
    ("words", "act"),
    [("accept", {}), ("decline not-on-duty", {"code": "not-on-duty"}), ("withdraw", {})],
)
async def test_an_offer_is_answered_as_it_stands(app: Played, words: str, act: dict[str, Any]) -> None:
    app.desk.waits.append(waiting("hand-over", "hand-over/1"))
    said = await typed(app, f"handover {CASE} {words}", "U0DUT01")
    assert said.text.startswith("Recorded")
    assert acted(app) == ("dut-hana", CASE, "hand-over/1", act)


async def test_closing_asks_and_does_not_close(app: Played) -> None:
    said = await typed(app, f"close {CASE} false-alarm")
    assert acted(app)[3] == {"code": "false-alarm"}
    assert "Nothing is closed yet" in said.text


async def test_a_spill_is_kept_for_the_review_and_says_what_to_do(app: Played) -> None:
    said = await typed(app, f"spill {CASE}")
    assert acted(app)[3] == {"what": "deviation", "code": "other-channel"}
    assert "Delete your message" in said.text


async def test_work_is_listed_with_its_links(app: Played) -> None:
    app.desk.waits += [waiting("task", TASK), waiting("gate", GATE)]
    said = await typed(app, "task")
    assert f"{DESK_URL}/decide/{CASE}?key=investigate%2Fcall-back%2F1" in said.text
    assert "release" not in said.text


async def test_work_without_a_record_ends_here_and_other_work_at_the_desk(app: Played) -> None:
    app.desk.waits.append(waiting("task", TASK, form=[{"name": "answer"}]))
    said = await typed(app, f"task {CASE} call-back done")
    assert "NOT recorded" in said.text
    assert not app.desk.acts
    app.desk.waits[0] = waiting("task", TASK)
    await typed(app, f"task {CASE} call-back cannot nobody-answered")
    assert acted(app) == ("esc-dara", CASE, TASK, {"code": "nobody-answered"})


async def test_the_timeline_shows_codes_with_times_on_the_readers_clock(app: Played) -> None:
    entry = Entry(id="1", at=T0, kind=Kind.OWNER, subject="owner", who="esc-dara", code="taken")
    app.desk.entries.append(LedgerEntry(case=CASE, sequence=1, entry=entry, previous="", hash=""))
    said = await typed(app, f"timeline {CASE}")
    assert "owner · taken · by esc-dara" in said.text
    assert f"<!date^{int(T0.timestamp())}^" in said.text


async def test_links_lead_to_the_case_and_to_what_waits_there(app: Played) -> None:
    app.desk.waits.append(waiting("gate", GATE))
    said = await typed(app, f"link {CASE}")
    assert f"{DESK_URL}/cases/{CASE}" in said.text
    assert f"{DESK_URL}/decide/{CASE}?key=notify%2Frelease%2F1" in said.text


async def test_tonight_names_each_hole(app: Played) -> None:
    said = await typed(app, "tonight 3")
    assert said.text.startswith("1 hole(s) in 3 day(s).")
    assert "synthetic / release" in said.text
    assert "No rota is kept" in said.text


@pytest.mark.parametrize("text", ["note", "update", "severity", "escalate", "handover", "spill", "timeline", "link"])
async def test_in_the_cases_own_room_its_id_may_be_left_out(app: Played, room: SlackRoom, text: str) -> None:
    await room.show(projection(), brief="", key="k1")
    app.slack.channel(room_name(CASE)).members.append("U0ESC01")
    elsewhere = await typed(app, text)
    assert SENTENCES[Code.UNKNOWN_CASE] in elsewhere.text or "REASON" in elsewhere.text or "required" in elsewhere.text
    said = await typed(app, text, channel=room_name(CASE))
    assert SENTENCES[Code.UNKNOWN_CASE] not in said.text


async def test_a_channel_that_somebody_named_like_a_room_means_no_case(app: Played) -> None:
    made = await app.slack.create_channel("U0ESC01", room_name(CASE), private=True)
    app.slack.channel(made).members.append("U0BOT")
    assert (await typed(app, "link", channel=made)).text == SENTENCES[Code.UNKNOWN_CASE]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"close {CASE}", Code.REASON_REQUIRED),
        (f"close {CASE} because i say so", Code.REASON_REQUIRED),
        (f"update {CASE} all is well", Code.REASON_REQUIRED),
        (f"severity {CASE} 9", Code.INVALID),
        (f"severity {CASE} harm=0", Code.INVALID),
        (f"note {CASE}", Code.INVALID),
        (f"escalate {CASE} nothing", Code.NO_SUCH_SUBJECT),
        (f"handover {CASE} decline", Code.REASON_REQUIRED),
        (f"handover {CASE} accept", Code.NOT_OPEN),
        (f"handover {CASE}", Code.INVALID),
        ("take", Code.UNKNOWN_CASE),
        ("timeline EDR", Code.UNKNOWN_CASE),
    ],
)
async def test_what_cannot_be_done_says_why_and_records_nothing(app: Played, text: str, code: Code) -> None:
    said = await typed(app, text)
    assert said.text.startswith(SENTENCES[code])
    assert not app.desk.acts


@pytest.mark.parametrize("text", [f"note {CASE} x", f"close {CASE} test", f"escalate {CASE}", f"update {CASE} looking"])
async def test_a_verb_that_did_not_get_through_in_time_is_not_confirmed(
    app: Played, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "BUDGET", 0.1)
    app.desk.silent = True
    assert (await typed(app, text)).text == SENTENCES[Code.NOT_RECORDED]


async def test_a_stranger_acts_on_nothing(app: Played) -> None:
    assert (await typed(app, f"note {CASE} x", "U0STRANGER")).text == SENTENCES[Code.UNKNOWN_PERSON]
    assert not app.desk.kept


async def test_a_refusal_of_the_desk_is_said_as_it_is(app: Played) -> None:
    app.desk.error = HoldfastError(Code.NOT_SEATED)
    assert (await typed(app, f"take {CASE}")).text == SENTENCES[Code.NOT_SEATED]


@pytest.mark.parametrize(
    ("text", "case"),
    [
        (CASE, CASE),
        (CASE.lower(), CASE),
        (f"`{CASE}`", CASE),
        (f"{CASE}/review", f"{CASE}/review"),
        (f"{CASE}/other", ""),
        ("release", ""),
        ("", ""),
    ],
)
def test_a_word_is_a_case_or_it_is_none(text: str, case: str) -> None:
    assert case_in(text) == case


@pytest.mark.parametrize(
    ("name", "case"),
    [
        (room_name(CASE), CASE),
        (f"{room_name(CASE)}-2", CASE),
        (room_name(f"{CASE}/review"), f"{CASE}/review"),
        ("incidents", ""),
        (f"{room_name(CASE)}-retro", ""),
    ],
)
def test_a_rooms_name_is_its_case(name: str, case: str) -> None:
    assert case_of_room(name) == case
