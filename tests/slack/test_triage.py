"""The doors without a case: a bare command, a message that is escalated, the global shortcut, people nobody knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from domain.errors import SENTENCES, Code, HoldfastError
from integrations.simulator.slack import SlackSimulator
from integrations.simulator.slack.model import View
from integrations.slack import commands
from integrations.slack.app import ESCALATE_MESSAGE, REPORT
from integrations.slack.triage import WHAT, WORDS
from tests.slack.conftest import INCIDENTS, Played, everything_said, running_app
from tests.slack.fake_desk import FakeDesk
from tests.slack.test_forms import ANSWERS, _settled
from workflows.sops.emergency_data_request import POLICY

SAID = "SYNTHETIC somebody wrote that he will not see tomorrow"


async def modal(app: Played, person: str = "U0ESC01") -> View:
    await app.slack.until(lambda: _settled(app.slack.modal(person)))
    shown = app.slack.modal(person)
    assert shown is not None
    return shown


async def escalated(app: Played, person: str = "U0ESC01", ts: str = "") -> View:
    ts = ts or await app.slack.say("U0DUT01", INCIDENTS, SAID)
    assert (await app.slack.message_shortcut(person, INCIDENTS, ts, ESCALATE_MESSAGE)).ok
    return await modal(app, person)


async def chosen(app: Played, view: View, person: str = "U0ESC01", **values: str) -> View:
    sent = await app.slack.submit(person, view.id, {WHAT: POLICY.slug, **values})
    assert sent.response_action == "update", sent
    shown = app.slack.modal(person)
    assert shown is not None
    return shown


@pytest.mark.parametrize("text", ["", "drill"])
async def test_a_bare_command_asks_what_has_happened_and_opens_that_form(app: Played, text: str) -> None:
    assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", text)).ok
    form = await chosen(app, await modal(app), **{WORDS: SAID})
    assert SAID in str(form.content["blocks"])
    sent = await app.slack.submit("U0ESC01", form.id, ANSWERS)
    assert sent.response_action == "update"
    [(person, declaration)] = app.desk.declared
    assert (person, declaration.slug, declaration.drill) == ("esc-dara", POLICY.slug, text == "drill")


async def test_a_message_is_escalated_with_its_words_in_the_form(app: Played) -> None:
    form = await chosen(app, await escalated(app))
    assert SAID in str(form.content["blocks"])
    answers = {name: value for name, value in ANSWERS.items() if name != "narrative"}
    await app.slack.submit("U0ESC01", form.id, answers)
    assert app.desk.declared[0][1].answers["narrative"] == SAID


async def test_one_message_is_one_case_however_many_people_escalate_it(app: Played) -> None:
    ts = await app.slack.say("U0ENG01", INCIDENTS, SAID)
    for person in ("U0ESC01", "U0DUT01"):
        form = await chosen(app, await escalated(app, person, ts), person)
        await app.slack.submit(person, form.id, ANSWERS)
        assert ("is open" if person == "U0ESC01" else "was open already") in str(app.slack.modal(person))
    assert len({declaration.key for _, declaration in app.desk.declared}) == 1
    assert ts not in app.desk.declared[0][1].key


async def test_another_message_is_another_case(app: Played) -> None:
    for _ in range(2):
        form = await chosen(app, await escalated(app))
        await app.slack.submit("U0ESC01", form.id, ANSWERS)
    assert len({declaration.key for _, declaration in app.desk.declared}) == 2


async def test_the_global_shortcut_asks_the_same(app: Played) -> None:
    assert (await app.slack.global_shortcut("U0ESC01", REPORT)).ok
    assert WHAT in str((await modal(app)).content["blocks"])


async def test_a_shortcut_whose_trigger_is_over_is_answered_all_the_same(app: Played) -> None:
    ts = await app.slack.say("U0DUT01", INCIDENTS, SAID)
    app.slack.faults.add(method="views.open", kind="error", value="expired_trigger_id", times=2)
    pressed = await app.slack.message_shortcut("U0ESC01", INCIDENTS, ts, ESCALATE_MESSAGE)
    await app.slack.until(lambda: pressed.response_messages)
    assert "did NOT open" in pressed.response_messages[0]["text"]
    await app.slack.global_shortcut("U0ESC01", REPORT)
    direct = app.slack.workspace.direct_message(["U0ESC01"])[0]
    await app.slack.until(lambda: direct.messages)
    assert "did NOT open" in direct.messages[0].text


@pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
async def test_a_form_that_was_drawn_or_closed_by_then_is_no_fault(
    app: Played, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    app.slack.faults.add(method="views.update", kind="error", value=error)
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", "")
    assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", "help")).ok
    await app.slack.until(lambda: not app.slack.faults.as_json())
    assert not said.response_messages
    assert "failed" not in caplog.text


async def test_somebody_unknown_is_told_so_where_nobody_works_triage(app: Played) -> None:
    view = await escalated(app, "U0STRANGER")
    assert SENTENCES[Code.UNKNOWN_PERSON] in str(view.content["blocks"])
    assert not view.content.get("submit")


@dataclass
class Lines:
    """Where strangers' words go."""

    heard: dict[str, tuple[str, str]] = field(default_factory=dict)
    error: HoldfastError | None = None

    async def __call__(self, slack_id: str, words: str, key: str) -> str:
        if self.error is not None:
            raise self.error
        self.heard[key] = (slack_id, words)
        return "Received as L-1. Somebody reads it now."


@pytest.fixture
async def lines(slack: SlackSimulator) -> AsyncIterator[tuple[Played, Lines]]:
    desk, into = FakeDesk(POLICY), Lines()
    async with running_app(slack, desk, {POLICY.slug: POLICY}, to_triage=into):
        yield Played(slack, desk), into


async def test_somebody_unknown_reaches_triage_and_opens_no_case(lines: tuple[Played, Lines]) -> None:
    app, into = lines
    view = await escalated(app, "U0STRANGER")
    assert SAID in str(view.content["blocks"])
    assert [each["block_id"] for each in view.content["blocks"] if each["type"] == "input"] == [WORDS]
    sent = await app.slack.submit("U0STRANGER", view.id, {})
    assert sent.response_action == "update"
    assert list(into.heard.values()) == [("U0STRANGER", SAID)]
    assert not app.desk.declared
    assert "L-1" in str(app.slack.modal("U0STRANGER"))
    await app.slack.outbox.send("interactive", sent.sent)
    assert len(into.heard) == 1


async def test_words_that_triage_did_not_get_are_kept_in_the_form(lines: tuple[Played, Lines]) -> None:
    app, into = lines
    view = await escalated(app, "U0STRANGER")
    into.error = HoldfastError(Code.UNREACHABLE)
    sent = await app.slack.submit("U0STRANGER", view.id, {WORDS: SAID})
    assert "NOT confirmed" in sent.errors[WORDS]


async def test_a_guest_of_another_company_is_nobody_whatever_their_id(app: Played) -> None:
    app.slack.workspace.state.users["U0ESC01"].team = "T0ELSEWHERE"
    assert (await app.slack.global_shortcut("U0ESC01", REPORT)).ok
    assert SENTENCES[Code.UNKNOWN_PERSON] in str((await modal(app)).content["blocks"])


async def test_what_was_typed_into_a_form_is_said_to_nobody(app: Played) -> None:
    form = await chosen(app, await escalated(app))
    await app.slack.submit("U0ESC01", form.id, ANSWERS)
    assert everything_said(app.slack).count(SAID) == 1  # the message that somebody wrote


async def test_a_desk_that_is_silent_leaves_a_form_that_says_so(app: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "BUDGET", 0.1)
    app.desk.silent = True
    assert (await app.slack.command("U0ESC01", INCIDENTS, "/incident", "")).ok
    assert SENTENCES[Code.UNREACHABLE] in str((await modal(app)).content["blocks"])
