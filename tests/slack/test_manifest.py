"""The manifest asks for what the adapter does and for nothing else, and `check` says what Slack granted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import integrations.slack
from domain.errors import Code, HoldfastError
from domain.people import Directory
from integrations.slack.app import COMMAND, ESCALATE_MESSAGE, REPORT
from integrations.slack.checking import check
from integrations.slack.manifest import SCOPES, SlashCommand, manifest, wanted_scopes
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, workspace

CALLED = re.compile(r"""(?:call|answered)\(\s*"([a-zA-Z.]+)\"""")


def called() -> set[str]:
    """Every method of Slack's that the adapter names when it asks."""
    [folder] = integrations.slack.__path__
    return {name for file in Path(folder).glob("*.py") for name in CALLED.findall(file.read_text())}


def test_every_method_that_is_called_has_its_scope_and_none_is_asked_for_in_vain() -> None:
    assert len(called()) > 10
    assert called() == set(SCOPES)


def test_socket_mode_needs_no_address_and_http_has_one_everywhere() -> None:
    socket = manifest().as_json()
    assert socket["settings"]["socket_mode_enabled"]
    assert "url" not in socket["features"]["slash_commands"][0]
    url = "https://slack.example.org/slack/events"
    http = manifest(url).as_json()
    assert not http["settings"]["socket_mode_enabled"]
    assert http["features"]["slash_commands"][0]["url"] == url
    assert http["settings"]["interactivity"]["request_url"] == url
    assert http["settings"]["event_subscriptions"]["request_url"] == url
    for wrong in ("http://slack.example.org", "slack.example.org"):
        with pytest.raises(HoldfastError) as refused:
            manifest(wrong)
        assert refused.value.code is Code.INVALID


def test_what_it_registers_is_what_the_app_listens_to() -> None:
    features = manifest().as_json()["features"]
    assert [each["command"] for each in features["slash_commands"]] == [COMMAND]
    assert {each["callback_id"]: each["type"] for each in features["shortcuts"]} == {
        ESCALATE_MESSAGE: "message",
        REPORT: "global",
    }


def test_what_slack_would_not_take_does_not_become_a_manifest() -> None:
    with pytest.raises(ValueError, match="command"):
        SlashCommand(command="/Incident now", description="x", usage_hint="x", should_escape=True)


@pytest.mark.parametrize(
    ("scopes", "ok", "says"),
    [
        (wanted_scopes(), True, "all there, and no other"),
        (wanted_scopes()[1:], False, "missing: bookmarks:read"),
        ((*wanted_scopes(), "channels:history"), True, "not needed: channels:history"),
    ],
    ids=["as it should be", "one missing", "one too many"],
)
async def test_check_compares_the_scopes(directory: Directory, scopes: tuple[str, ...], ok: bool, says: str) -> None:
    async with workspace(directory, scopes=scopes) as slack:
        found = {each.what: each for each in await check(slack.api_url, BOT_TOKEN, APP_TOKEN, signed=False)}
    assert found["scopes"].ok is ok
    assert says in found["scopes"].says
    assert found["bot token"].ok
    assert found["reach"].says == "Socket Mode"


async def test_check_names_a_token_that_slack_refuses(directory: Directory) -> None:
    async with workspace(directory) as slack:
        [only] = await check(slack.api_url, "xoxb-wrong", APP_TOKEN, signed=False)
        *_, reach = await check(slack.api_url, BOT_TOKEN, "xapp-wrong", signed=False)
        *_, nothing = await check(slack.api_url, BOT_TOKEN, "", signed=False)
    assert "invalid_auth" in only.says
    assert (reach.what, reach.ok, nothing.ok) == ("reach", False, False)
    assert "wrong" not in only.says + reach.says
