"""`holdfast slack`: the manifest on stdout, and what Slack says of our app by exit status."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.people import Directory
from integrations.directory.file import DirectoryFile
from integrations.simulator.slack import SlackSimulator
from integrations.slack.manifest import manifest, wanted_scopes
from tests.cli.shell import Shell
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, workspace
from tests.world import EXAMPLE_DIRECTORY


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    directory: Directory = await DirectoryFile(EXAMPLE_DIRECTORY).current()
    async with workspace(directory, scopes=wanted_scopes()) as running:
        yield running


async def test_the_manifest_is_printed_as_slack_takes_it(shell: Shell) -> None:
    assert (await shell.ok("slack", "manifest")).data == manifest().as_json()
    refused = await shell.refused(2, "slack", "manifest", "--url", "http://slack.example.org")
    assert "https" in refused


async def test_check_says_what_is_there_and_exits_by_it(shell: Shell, slack: SlackSimulator) -> None:
    shell.settings |= {
        "HOLDFAST_SLACK_API_URL": slack.api_url,
        "HOLDFAST_SLACK_BOT_TOKEN": BOT_TOKEN,
        "HOLDFAST_SLACK_APP_TOKEN": APP_TOKEN,
    }
    found = await shell.ok("slack", "check", "-o", "json")
    assert [each["what"] for each in found.data] == ["bot token", "where", "scopes", "reach"]
    shell.settings["HOLDFAST_SLACK_APP_TOKEN"] = "xapp-wrong"
    ended = await shell.run("slack", "check")
    assert ended.status == 1
    assert "xapp-wrong" not in ended.out + ended.err


async def test_check_without_a_token_names_the_setting(shell: Shell) -> None:
    assert "HOLDFAST_SLACK_BOT_TOKEN" in await shell.refused(2, "slack", "check")
