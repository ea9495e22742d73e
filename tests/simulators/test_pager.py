"""The pager stand-in takes only what is signed and fresh, and pages once per dedup key."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import httpx
import pytest

from integrations.simulator.pager import PAGER_SECRET, PagerSimulator
from tests.simulators.conftest import client


def event(**changes: str) -> dict[str, str]:
    return {
        "dedup_key": "dk-1",
        "person": "synthetic-approver",
        "case": "EDR-SYNTHETIC",
        "kind": "gate",
        "summary": "A decision waits for you",
        "severity": "critical",
    } | changes


def sign(body: bytes, at: int, secret: str = PAGER_SECRET) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


async def send(
    pager: PagerSimulator,
    what: dict[str, str],
    *,
    signature: str | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    body = json.dumps(what).encode()
    signed = {"X-Holdfast-Signature": signature or sign(body, int(time.time()))}
    async with client(pager.url) as one:
        return await one.post("/v1/events", content=body, headers=signed | (headers or {}))


async def test_a_signed_event_becomes_a_page(pager: PagerSimulator) -> None:
    answer = await send(pager, event())
    assert answer.status_code == 202
    assert answer.json() == {"status": "accepted", "page_id": pager.pages[0].page_id}
    assert pager.pages[0].person == "synthetic-approver"
    assert pager.stats() == {"requests": 1, "keys": 1, "applied": 1}


async def test_the_same_dedup_key_is_the_same_page(pager: PagerSimulator) -> None:
    first = await send(pager, event())
    again = await send(pager, event(summary="A decision still waits for you"))
    other = await send(pager, event(dedup_key="dk-2"))
    assert again.json() == first.json()
    assert other.json() != first.json()
    assert [page.summary for page in pager.pages] == ["A decision waits for you"] * 2
    assert pager.stats() == {"requests": 3, "keys": 2, "applied": 2}


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "v1=00",
        f"t=1,v1={'0' * 64}",
        sign(json.dumps(event()).encode(), int(time.time()), secret="another"),
        sign(json.dumps(event(person="someone-else")).encode(), int(time.time())),
    ],
    ids=["none", "no time", "long ago", "another secret", "another body"],
)
async def test_what_is_not_signed_by_us_pages_nobody(pager: PagerSimulator, signature: str) -> None:
    body = json.dumps(event()).encode()
    async with client(pager.url) as one:
        answer = await one.post("/v1/events", content=body, headers={"X-Holdfast-Signature": signature})
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})
    assert pager.pages == []


@pytest.mark.parametrize(("age", "status"), [(300, 202), (301, 401), (-300, 202), (-301, 401)])
async def test_a_signature_is_good_for_five_minutes_of_the_callers_time(
    pager: PagerSimulator, age: int, status: int
) -> None:
    now = int(datetime(2031, 2, 27, 15, 0, tzinfo=UTC).timestamp())
    signature = sign(json.dumps(event()).encode(), now - age)
    headers = {"X-Holdfast-Time": "2031-02-27T15:00:00Z"}
    answer = await send(pager, event(), signature=signature, headers=headers)
    assert answer.status_code == status


async def test_a_summary_that_does_not_fit_a_lock_screen_is_refused(pager: PagerSimulator) -> None:
    fits = await send(pager, event(summary="x" * 140))
    too_long = await send(pager, event(dedup_key="dk-2", summary="x" * 141))
    assert fits.status_code == 202
    assert (too_long.status_code, too_long.json()) == (400, {"error": "summary_too_long"})


async def test_a_person_without_contact_is_reported_and_reached_once_they_have_one(
    pager: PagerSimulator,
) -> None:
    async with client(pager.url) as one:
        assert (await one.put("/_sim/unreachable/synthetic-approver")).status_code == 200
        refused = await send(pager, event())
        assert (refused.status_code, refused.json()) == (409, {"error": "no_contact"})
        assert (await send(pager, event(dedup_key="dk-2", person="another"))).status_code == 202
        await one.delete("/_sim/unreachable/synthetic-approver")
    assert (await send(pager, event())).status_code == 202
