"""`holdfast auditor --once` as an operator meets it: text or JSON, an exit status, and no traces left."""

from __future__ import annotations

import pytest

from integrations.base.keyring import load_ring
from integrations.store.store import open_store
from integrations.temporal.server import EmbeddedServer
from integrations.vault.keys import CaseKeys
from tests.cli.shell import Shell
from workers.settings import load_settings

OUTSIDE = {
    "HOLDFAST_TEMPORAL_ADDRESS": "127.0.0.1:9",
    "HOLDFAST_PAGER_URL": "http://127.0.0.1:9",
    "HOLDFAST_PAGER_SECRET": "synthetic",
}


@pytest.fixture
async def ready(shell: Shell) -> Shell:
    """A machine that was set up and has a store."""
    shell.settings |= OUTSIDE
    await shell.ok("setup")
    return shell


@pytest.fixture
async def store(ready: Shell) -> None:
    settings = load_settings(home=ready.directory / "home")
    async with open_store(settings.store_url, CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))):
        pass


async def test_without_a_store_it_says_so_and_makes_none(ready: Shell) -> None:
    said = await ready.refused(2, "auditor", "--once")
    assert "HOLDFAST_STORE_URL: there is no store at" in said
    assert not (ready.directory / "home" / "holdfast.db").exists()


async def test_it_prints_what_it_finds_and_what_to_do(ready: Shell, store: None) -> None:
    ended = await ready.run("auditor", "--once")
    assert ended.status == 1
    assert [line[:2] for line in ended.lines] == [["P1", "cannot-read-temporal"]]
    assert ended.lines[0][-1] == "The auditor cannot read Temporal (unreachable); see that it runs."
    assert "Not everything could be read" in ended.err
    told = await ready.run("auditor", "--once", "--json")
    assert (told.status, told.data["complete"]) == (1, False)
    assert [each["code"] for each in told.data["findings"]] == ["cannot-read-temporal"]
    assert not (ready.directory / "home" / "auditor").exists()


async def test_it_needs_no_key_but_the_stores(ready: Shell, store: None, temporal_server: EmbeddedServer) -> None:
    ready.settings["HOLDFAST_TEMPORAL_ADDRESS"] = temporal_server.address
    keys = ready.directory / "home" / "keys"
    for each in keys.iterdir():
        if each.name != "store.json":
            each.unlink()
    ended = await ready.run("auditor", "--once", "-o", "json")
    assert ended.data["complete"] is True
    assert ended.err == ""


async def test_a_role_that_does_not_exist_is_refused_by_the_name_of_its_setting(ready: Shell, store: None) -> None:
    ready.settings["HOLDFAST_AUDITOR_ROLES"] = "janitor"
    assert "HOLDFAST_AUDITOR_ROLES must name roles" in await ready.refused(2, "auditor", "--once")


async def test_the_doctor_says_that_nobody_watches(ready: Shell, store: None) -> None:
    found = {each["about"]: each for each in (await ready.run("doctor", "-o", "json")).data}
    assert found["auditor"]["grade"] == "warn"
    assert "holdfast auditor" in found["auditor"]["sentence"]
