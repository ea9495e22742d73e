"""What all stand-ins share: what they show, what they refuse to show, and what survives a restart."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

import integrations.simulator
from integrations.simulator.mail import MailSimulator
from integrations.simulator.pager import PagerSimulator
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from integrations.simulator.portal import PortalSimulator
from tests.simulators.conftest import client, key

ACCOUNT = "/v1/accounts/acct-synthetic-001"
FOLDER = Path(integrations.simulator.__file__).parent


async def test_the_log_shows_who_asked_what_and_never_a_value(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    answer = await api.post(f"{ACCOUNT}/records?why=secret-in-query", json={"fields": ["email"]})
    assert "person001@example.org" in answer.text
    await api.post(f"{ACCOUNT}/hide", json={"note": "synthetic-note"}, headers=key("k-1"))
    log = await api.get("/_sim/log")
    page = await api.get("/_sim")
    for text in (log.text, page.text):
        for value in ("person001@example.org", "synthetic-note", "secret-in-query", PLATFORM_TOKEN):
            assert value not in text
    shown = [(line["method"], line["path"], line["key"], line["status"]) for line in log.json()]
    assert shown == [("POST", f"{ACCOUNT}/records", None, 200), ("POST", f"{ACCOUNT}/hide", "k-1", 200)]


async def test_the_page_escapes_whatever_it_received(api: httpx.AsyncClient) -> None:
    await api.post(f"{ACCOUNT}/hide", json={}, headers=key("<script>alert(1)</script>"))
    await api.get("/v1/accounts/%3Cimg%20src=x%3E")
    page = await api.get("/_sim")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
async def test_a_path_that_does_not_exist_is_counted_and_not_found(
    api: httpx.AsyncClient, platform: PlatformSimulator, method: str
) -> None:
    answer = await api.request(method, "/v2/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})
    assert platform.stats()["requests"] == 1


@pytest.mark.parametrize("time", ["yesterday", "2031-01-01T00:00:00", "1930000000"])
async def test_a_time_that_cannot_be_read_is_refused(api: httpx.AsyncClient, time: str) -> None:
    answer = await api.get(ACCOUNT, headers={"X-Holdfast-Time": time})
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_time"})


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"text"'])
async def test_a_body_that_is_no_object_is_refused(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(f"{ACCOUNT}/hide", content=body, headers=key("k-1"))
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_json"})


@pytest.mark.parametrize("name", [b"\xff\xfe", b"x" * 256, "é".encode()])
async def test_a_key_that_could_not_be_stored_is_refused(
    platform: PlatformSimulator, api: httpx.AsyncClient, name: bytes
) -> None:
    answer = await api.post(f"{ACCOUNT}/hide", json={}, headers=[(b"Idempotency-Key", name)])
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_idempotency_key"})
    assert (await api.get("/_sim/log")).status_code == 200
    assert platform.stats()["applied"] == 0


async def test_the_same_request_spaced_otherwise_is_the_same_request(api: httpx.AsyncClient) -> None:
    first = await api.post(f"{ACCOUNT}/hide", content=b'{"a":1,"b":2}', headers=key("k-1"))
    again = await api.post(f"{ACCOUNT}/hide", content=b'{ "b": 2, "a": 1 }', headers=key("k-1"))
    assert (again.status_code, again.content) == (200, first.content)


async def test_what_was_done_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "platform.json"
    async with (
        PlatformSimulator(state_path=path) as first,
        client(first.url, PLATFORM_TOKEN) as one,
    ):
        hidden = await one.post(f"{ACCOUNT}/hide", json={}, headers=key("k-1"))
    async with (
        PlatformSimulator(state_path=path) as second,
        client(second.url, PLATFORM_TOKEN) as one,
    ):
        assert second.account("acct-synthetic-001").state == "hidden"
        again = await one.post(f"{ACCOUNT}/hide", json={}, headers=key("k-1"))
        assert again.content == hidden.content
        assert second.stats() == {"requests": 2, "keys": 1, "applied": 1}
    assert os.listdir(tmp_path) == ["platform.json"]


async def test_a_state_that_cannot_be_read_is_never_replaced_by_a_fresh_one(tmp_path: Path) -> None:
    path = tmp_path / "platform.json"
    path.write_text("{")
    with pytest.raises(ValidationError):
        await PlatformSimulator(state_path=path).__aenter__()
    assert path.read_text() == "{"


async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_open(platform: PlatformSimulator) -> None:
    port = int(platform.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="address already in use"):
        await PagerSimulator(port=port).__aenter__()
    with pytest.raises(OSError, match="address already in use"):
        await MailSimulator(port=port).__aenter__()


@pytest.mark.parametrize("kind", [PlatformSimulator, PortalSimulator, PagerSimulator, MailSimulator])
async def test_every_stand_in_has_its_page_and_its_counts(kind: type[PlatformSimulator]) -> None:
    async with kind() as sim, client(sim.url) as one:
        page = await one.get("/_sim")
        assert (page.status_code, sim.title in page.text) == (200, True)
        assert (await one.get("/_sim/stats")).json() == {"requests": 0, "keys": 0, "applied": 0}
        assert (await one.get("/_sim/log")).json() == []


def test_a_stand_in_imports_nothing_of_what_it_is_there_to_test() -> None:
    """Outside this package only libraries may be imported: a shared line would be a shared mistake.

    The simulated people are no party with a wire: they speak to the desk, and so in its words.
    """
    ours = {"domain", "workflows", "activities", "workers", "console", "integrations", "tests"}
    for file in [*FOLDER.glob("*.py"), *(FOLDER / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name.split(".")[0] in ours and not (file.name == "people.py" and name.startswith("domain.")):
                    assert name.startswith("integrations.simulator."), f"{file.name} imports {name!r}"
