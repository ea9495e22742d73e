"""The portal stand-in: what was opened cannot be taken back, what was not can."""

from __future__ import annotations

import base64
import hashlib

import httpx
import pytest

from integrations.simulator.portal import PortalSimulator
from tests.simulators.conftest import client, key

CONTENT = b"synthetic document\x00\xff"
AT_NOON = {"X-Holdfast-Time": "2031-01-01T12:00:00Z"}
NEXT_DAY = {"X-Holdfast-Time": "2031-01-02T12:00:00Z"}


def package(**changes: str) -> dict[str, str]:
    return {
        "recipient": "desk@example.org",
        "content_b64": base64.b64encode(CONTENT).decode(),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "expires_at": "2031-01-02T00:00:00Z",
        "case": "EDR-SYNTHETIC",
    } | changes


async def seal(sender: httpx.AsyncClient, name: str = "k-1", **changes: str) -> httpx.Response:
    return await sender.post("/v1/packages", json=package(**changes), headers=key(name) | AT_NOON)


async def opened(link: str, headers: dict[str, str]) -> httpx.Response:
    async with client("") as recipient:
        return await recipient.get(link, headers=headers)


async def test_the_link_gives_the_recipient_the_bytes_once_and_records_it(
    sender: httpx.AsyncClient, portal: PortalSimulator
) -> None:
    made = (await seal(sender)).json()
    where = f"/v1/packages/{made['package_id']}"
    assert (await sender.get(where, headers=AT_NOON)).json() == {"state": "sealed", "opened_at": None}

    first = await opened(made["link"], AT_NOON)
    assert (first.status_code, first.content) == (200, CONTENT)
    status = (await sender.get(where, headers=NEXT_DAY)).json()
    assert status == {"state": "opened", "opened_at": "2031-01-01T12:00:00+00:00"}
    second = await opened(made["link"], AT_NOON)
    assert (second.status_code, second.json()) == (410, {"error": "already_opened"})
    assert portal.stats()["applied"] == 1


async def test_asking_for_the_head_of_a_link_does_not_open_it(sender: httpx.AsyncClient) -> None:
    made = (await seal(sender)).json()
    async with client("") as scanner:
        assert (await scanner.head(made["link"], headers=AT_NOON)).status_code == 404
    state = (await sender.get(f"/v1/packages/{made['package_id']}", headers=AT_NOON)).json()["state"]
    assert state == "sealed"


async def test_a_recalled_package_never_opens(sender: httpx.AsyncClient) -> None:
    made = (await seal(sender)).json()
    where = f"/v1/packages/{made['package_id']}"
    answer = await sender.post(f"{where}/recall", headers=key("k-2"))
    assert (answer.status_code, answer.json()) == (200, {"state": "recalled"})
    refused = await opened(made["link"], AT_NOON)
    assert (refused.status_code, refused.json()) == (410, {"error": "recalled"})
    assert (await sender.get(where, headers=AT_NOON)).json()["state"] == "recalled"


async def test_an_opened_package_cannot_be_recalled(sender: httpx.AsyncClient) -> None:
    made = (await seal(sender)).json()
    await opened(made["link"], AT_NOON)
    answer = await sender.post(f"/v1/packages/{made['package_id']}/recall", headers=key("k-2"))
    assert (answer.status_code, answer.json()) == (409, {"error": "already_opened"})


async def test_a_package_expires_by_the_callers_time(sender: httpx.AsyncClient) -> None:
    made = (await seal(sender)).json()
    where = f"/v1/packages/{made['package_id']}"
    assert (await sender.get(where, headers=NEXT_DAY)).json()["state"] == "expired"
    refused = await opened(made["link"], NEXT_DAY)
    assert (refused.status_code, refused.json()) == (410, {"error": "expired"})
    assert (await opened(made["link"], AT_NOON)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"sha256": "0" * 64}, 422, "sha256_mismatch"),
        ({"content_b64": "***"}, 400, "bad_base64"),
        ({"content_b64": "é"}, 400, "bad_base64"),
        ({"expires_at": "2030-01-01T00:00:00Z"}, 422, "already_expired"),
        ({"expires_at": "2031-01-02T00:00:00"}, 400, "bad_request"),
        ({"recipient": ""}, 400, "bad_request"),
    ],
)
async def test_a_package_that_is_not_right_is_not_sealed(
    sender: httpx.AsyncClient, portal: PortalSimulator, changes: dict[str, str], status: int, code: str
) -> None:
    answer = await seal(sender, **changes)
    assert (answer.status_code, answer.json()) == (status, {"error": code})
    assert portal.packages == []
    assert portal.stats()["applied"] == 0


async def test_sealing_twice_under_one_key_makes_one_package(
    sender: httpx.AsyncClient, portal: PortalSimulator
) -> None:
    first, again = await seal(sender), await seal(sender)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(portal.packages) == 1


async def test_the_senders_api_needs_its_token_and_the_log_keeps_the_link_secret(
    sender: httpx.AsyncClient, portal: PortalSimulator
) -> None:
    made = (await seal(sender)).json()
    await opened(made["link"], AT_NOON)
    async with client(portal.url) as stranger:
        assert (await stranger.get(f"/v1/packages/{made['package_id']}")).status_code == 401
        log = await stranger.get("/_sim/log")
    assert made["link"].rsplit("/", 1)[1] not in log.text
    assert [line["path"] for line in log.json()][:2] == ["/v1/packages", "/p/…"]
