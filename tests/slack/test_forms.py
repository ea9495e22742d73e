"""The form: a skeleton at once, the procedure's own fields after it, and errors where they were made."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import SENTENCES, Code, HoldfastError
from integrations.simulator.slack.inputs import UserCannot
from integrations.simulator.slack.model import View
from tests.slack.conftest import INCIDENTS, Played, everything_said
from tests.slack.fake_desk import CASE
from workflows.sops.emergency_data_request import POLICY

ANSWERS: dict[str, Any] = {
    "account": "acct-synthetic-001",
    "requester_email": "desk.sergeant@police.example.org",
    "category": "missing-person",
    "country": "US",
    "data_wanted": "email, name",
    "content_wanted": ["yes"],
    "narrative": "SYNTHETIC walker",
}


async def form(app: Played, text: str = "edr", person: str = "U0ESC01") -> View:
    assert (await app.slack.command(person, INCIDENTS, "/incident", text)).ok
    await app.slack.until(lambda: _settled(app.slack.modal(person)))
    shown = app.slack.modal(person)
    assert shown is not None
    return shown


def _settled(view: View | None) -> bool:
    return view is not None and "One moment" not in str(view.content["blocks"])


async def test_the_form_has_the_procedures_fields_and_declares_under_the_views_key(app: Played) -> None:
    view = await form(app)
    assert [each["block_id"] for each in view.content["blocks"]] == [each.name for each in POLICY.intake]

    sent = await app.slack.submit("U0ESC01", view.id, ANSWERS)

    assert sent.ok
    [(person, declaration)] = app.desk.declared
    assert person == "esc-dara"
    unsaid = {"attested": False, "withdrawn": False}
    assert declaration.answers == {**ANSWERS, "data_wanted": ("email", "name"), "content_wanted": True, **unsaid}
    assert view.id not in declaration.key
    assert sent.response_action == "update"
    assert "is open" in str(app.slack.modal("U0ESC01"))


async def test_the_same_form_sent_again_is_the_same_case(app: Played) -> None:
    view = await form(app)
    app.desk.error = HoldfastError(Code.UNREACHABLE)
    await app.slack.submit("U0ESC01", view.id, ANSWERS)
    app.desk.error = None
    sent = await app.slack.submit("U0ESC01", view.id, ANSWERS)
    again = await app.slack.outbox.send("interactive", sent.sent)
    assert "was open already" in str(again)
    assert len({each.key for _, each in app.desk.declared}) == 1


async def test_an_error_stands_at_the_field_that_it_names(app: Played) -> None:
    view = await form(app)
    app.desk.error = HoldfastError(Code.INVALID, "country is required; category must be one of x")
    sent = await app.slack.submit("U0ESC01", view.id, ANSWERS)
    assert sent.response_action == "errors"
    assert sent.errors == {"country": "country is required", "category": "category must be one of x"}


async def test_a_required_field_cannot_be_left_empty(app: Played) -> None:
    view = await form(app)
    with pytest.raises(UserCannot):
        await app.slack.submit("U0ESC01", view.id, {**ANSWERS, "account": ""})


@pytest.mark.parametrize("broken", ["silent", "unreachable", "fault"])
async def test_what_was_not_recorded_keeps_the_form_and_says_so(app: Played, broken: str) -> None:
    view = await form(app)
    if broken == "silent":
        app.desk.silent = True
    elif broken == "fault":
        app.desk.fault = ZeroDivisionError("synthetic")
    else:
        app.desk.error = HoldfastError(Code.UNREACHABLE)
    sent = await app.slack.submit("U0ESC01", view.id, ANSWERS)
    assert sent.ok
    assert sent.response_action == "errors"
    assert "NOT" in sent.errors["account"]
    assert not app.desk.declared


async def test_a_stranger_gets_the_reason_and_no_form(app: Played) -> None:
    view = await form(app, person="U0STRANGER")
    assert SENTENCES[Code.UNKNOWN_PERSON] in str(view.content["blocks"])
    assert not view.content.get("submit")


async def test_a_drills_form_says_so_and_declares_a_drill(app: Played) -> None:
    view = await form(app, "drill edr")
    assert view.content["title"]["text"].startswith("DRILL")
    await app.slack.submit("U0ESC01", view.id, ANSWERS)
    assert app.desk.declared[0][1].drill


async def test_a_form_that_cannot_be_opened_is_answered_all_the_same(app: Played) -> None:
    app.slack.faults.add(method="views.open", kind="error", value="expired_trigger_id")
    said = await app.slack.command("U0ESC01", INCIDENTS, "/incident", "edr")
    await app.slack.until(lambda: said.response_messages)
    assert "holdfast declare edr" in said.response_messages[0]["text"]


async def test_nothing_of_a_form_is_said_in_the_workspace(app: Played) -> None:
    view = await form(app)
    await app.slack.submit("U0ESC01", view.id, ANSWERS)
    for secret in ("acct-synthetic-001", "desk.sergeant", "walker"):
        assert secret not in everything_said(app.slack)


async def test_a_case_like_it_is_offered_in_the_form_and_sending_it_once_more_means_another(app: Played) -> None:
    view = await form(app)
    app.desk.offers = CASE
    sent = await app.slack.submit("U0ESC01", view.id, ANSWERS)
    offered = app.slack.modal("U0ESC01")
    assert (sent.ok, sent.response_action) == (True, "update")
    assert offered is not None
    assert f"{CASE}* may be this one" in str(offered.content["blocks"][0])
    assert offered.content["submit"]["text"] == "Declare another"
    # Slack keeps what was filled in where block and action stay the same.
    assert [each["block_id"] for each in offered.content["blocks"][1:]] == [each.name for each in POLICY.intake]
    assert not app.desk.declared

    sent = await app.slack.submit("U0ESC01", view.id, ANSWERS)
    [(_, declaration)] = app.desk.declared
    assert declaration.another
    assert "is open" in str(app.slack.modal("U0ESC01"))
