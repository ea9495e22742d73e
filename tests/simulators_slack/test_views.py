"""Modals: the trigger's short life, the hash, and what a person sends with a form."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from integrations.simulator.slack import SlackSimulator, UserCannot
from tests.simulators_slack.conftest import Desk, FakeClock, refusal


def form(**changes: Any) -> dict[str, Any]:
    def plain(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text}

    options = [{"text": plain(level), "value": level.lower()} for level in ("P0", "P1")]
    return {
        "type": "modal",
        "callback_id": "declare",
        "private_metadata": "draft-1",
        "title": plain("Declare"),
        "submit": plain("Declare"),
        "blocks": [
            {
                "type": "input",
                "block_id": "summary",
                "label": plain("What happened"),
                "element": {"type": "plain_text_input", "action_id": "text", "max_length": 40},
            },
            {
                "type": "input",
                "block_id": "severity",
                "label": plain("Severity"),
                "element": {"type": "static_select", "action_id": "level", "options": options},
            },
        ],
        **changes,
    }


async def test_a_trigger_opens_one_view_and_only_within_three_seconds(
    slack: SlackSimulator, client: AsyncWebClient, clock: FakeClock
) -> None:
    trigger = slack.workspace.new_trigger("U0ANA")
    clock.seconds += 2.9
    await client.views_open(trigger_id=trigger, view=form())
    late = slack.workspace.new_trigger("U0ANA")
    clock.seconds += 3.1

    assert await refusal(client.views_open(trigger_id=trigger, view=form())) == "exchanged_trigger_id"
    assert await refusal(client.views_open(trigger_id=late, view=form())) == "expired_trigger_id"
    assert await refusal(client.views_open(trigger_id="none", view=form())) == "invalid_trigger_id"


async def test_an_update_with_an_old_hash_is_a_conflict(slack: SlackSimulator, client: AsyncWebClient) -> None:
    trigger = slack.workspace.new_trigger("U0ANA")
    opened = (await client.views_open(trigger_id=trigger, view=form()))["view"]
    changed = {"view_id": opened["id"], "view": form(private_metadata="draft-2")}
    updated = (await client.views_update(**changed, hash=opened["hash"]))["view"]

    assert updated["private_metadata"] == "draft-2"
    assert await refusal(client.views_update(**changed, hash=opened["hash"])) == "hash_conflict"
    assert await refusal(client.views_update(view_id="V0NONE", view=form())) == "not_found"


async def test_a_view_slack_would_not_show_is_refused(slack: SlackSimulator, client: AsyncWebClient) -> None:
    trigger = slack.workspace.new_trigger("U0ANA")
    for broken in (form(type="home"), form(submit=None), form(title={"type": "plain_text", "text": "x" * 25})):
        assert await refusal(client.views_open(trigger_id=trigger, view=broken)) == "invalid_arguments"


async def test_a_form_sends_what_the_person_chose(desk: Desk) -> None:
    seen: list[dict[str, Any]] = []

    @desk.app.command("/incident")
    async def incident(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @desk.app.view("declare")
    async def declared(ack: Any, view: dict[str, Any]) -> None:
        seen.append(view)
        if len(seen) == 1:
            await ack(response_action="errors", errors={"summary": "say more"})
        else:
            await ack()

    await desk.slack.command("U0ANA", "incidents", "/incident")
    await desk.slack.until(lambda: desk.slack.modal("U0ANA"))
    modal = desk.slack.modal("U0ANA")
    assert modal is not None
    first = await desk.slack.submit("U0ANA", modal.id, {"summary": "short", "severity": "p0"})
    second = await desk.slack.submit("U0ANA", modal.id, {"text": "longer words", "severity": "p0"})

    assert (first.response_action, first.errors, first.view_id) == ("errors", {"summary": "say more"}, modal.id)
    assert (second.ok, second.view_id, desk.slack.modal("U0ANA")) == (True, None, None)
    assert seen[1]["state"]["values"]["summary"]["text"]["value"] == "longer words"
    assert seen[1]["state"]["values"]["severity"]["level"]["selected_option"]["value"] == "p0"
    assert (seen[1]["id"], seen[1]["private_metadata"]) == (modal.id, "draft-1")


async def test_what_slacks_own_window_would_not_send_is_not_sent(slack: SlackSimulator, client: AsyncWebClient) -> None:
    trigger = slack.workspace.new_trigger("U0ANA")
    view_id = (await client.views_open(trigger_id=trigger, view=form()))["view"]["id"]
    for values in (
        {"summary": "no severity"},
        {"summary": "x" * 41, "severity": "p0"},
        {"summary": "x", "severity": "p9"},
        {"summary": "x", "severity": "p0", "other": "x"},
    ):
        with pytest.raises(UserCannot):
            await slack.submit("U0ANA", view_id, values)
    with pytest.raises(UserCannot):
        await slack.submit("U0BEN", view_id, {"summary": "not mine", "severity": "p0"})
