"""Faults strike where, when and as often as they were told, and tell the truth about what was done."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from pydantic import ValidationError

from integrations.simulator.faults import Fault, Faults
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from tests.simulators.conftest import client, key

ACCOUNT = "/v1/accounts/acct-synthetic-001"
HIDE = f"{ACCOUNT}/hide"


async def test_a_lost_reply_was_done_and_the_retry_gets_the_first_answer(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    platform.faults.add(Fault(match="hide", kind="reply_lost"))
    with pytest.raises(httpx.TransportError):
        await api.post(HIDE, json={}, headers=key("k-1"))
    assert platform.account("acct-synthetic-001").state == "hidden"
    retry = await api.post(HIDE, json={}, headers=key("k-1"))
    assert (retry.status_code, retry.headers["Idempotency-Replayed"]) == (200, "true")
    assert platform.stats() == {"requests": 2, "keys": 1, "applied": 1}


async def test_a_lost_reply_and_a_new_key_is_done_twice_and_the_figures_show_it(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    platform.faults.add(Fault(match="preserve", kind="reply_lost"))
    body = {"reason_code": "edr"}
    with pytest.raises(httpx.TransportError):
        await api.post(f"{ACCOUNT}/preserve", json=body, headers=key("k-1"))
    await api.post(f"{ACCOUNT}/preserve", json=body, headers=key("k-2"))
    assert platform.stats()["applied"] == 2


async def test_a_dropped_request_was_not_done(api: httpx.AsyncClient, platform: PlatformSimulator) -> None:
    platform.faults.add(Fault(kind="drop", times=2))
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            await api.post(HIDE, json={}, headers=key("k-1"))
    assert platform.stats() == {"requests": 2, "keys": 0, "applied": 0}
    assert (await api.post(HIDE, json={}, headers=key("k-1"))).status_code == 200


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_an_injected_status_is_answered_and_nothing_is_done(
    api: httpx.AsyncClient, platform: PlatformSimulator, status: int
) -> None:
    platform.faults.add(Fault(kind="status", value=status, retry_after=7))
    answer = await api.post(HIDE, json={}, headers=key("k-1"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "7")
    assert platform.account("acct-synthetic-001").state == "active"
    assert (await api.post(HIDE, json={}, headers=key("k-1"))).status_code == 200


async def test_a_client_that_gives_up_on_a_slow_answer_was_served_all_the_same(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    platform.faults.add(Fault(match="hide", kind="latency", value=0.3))
    with pytest.raises(httpx.ReadTimeout):
        await api.post(HIDE, json={}, headers=key("k-1"), timeout=0.05)
    await platform.until(lambda: platform.stats()["applied"] == 1)
    assert (await api.post(HIDE, json={}, headers=key("k-1"))).headers["Idempotency-Replayed"] == "true"


async def test_the_same_key_many_times_at_once_is_done_once(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    platform.faults.add(Fault(kind="latency", value=0.01, times=None))
    answers = await asyncio.gather(*(api.post(HIDE, json={}, headers=key("k-1")) for _ in range(20)))
    assert len({answer.content for answer in answers}) == 1
    assert platform.stats() == {"requests": 20, "keys": 1, "applied": 1}


async def test_a_request_meets_only_the_first_fault_that_fits_it(
    api: httpx.AsyncClient, platform: PlatformSimulator
) -> None:
    platform.faults.add(
        Fault(match="destroy", kind="status", value=500),
        Fault(match="/v1/accounts/acct-synthetic-002", kind="status", value=502),
        Fault(match="*", kind="status", value=503, times=2),
        Fault(match="hide", kind="status", value=504),
    )
    seen = [(await api.post(HIDE, json={}, headers=key("k-1"))).status_code for _ in range(4)]
    assert seen == [503, 503, 504, 200]
    assert [fault.match for fault in platform.faults.armed()] == [
        "destroy",
        "/v1/accounts/acct-synthetic-002",
    ]


async def test_faults_are_armed_and_cleared_over_http_and_never_strike_the_controls(
    platform: PlatformSimulator,
) -> None:
    async with client(platform.url, PLATFORM_TOKEN) as one:
        single = {"match": "*", "kind": "status", "value": 503, "times": None}
        assert (await one.post("/_sim/faults", json=single)).status_code == 201
        many = await one.post("/_sim/faults", json=[{"kind": "drop"}, {"kind": "reply_lost", "match": "hide"}])
        assert [fault["kind"] for fault in many.json()["armed"]] == ["status", "drop", "reply_lost"]
        assert (await one.get(ACCOUNT)).status_code == 503
        assert (await one.get("/_sim/stats")).json() == {"requests": 1, "keys": 0, "applied": 0}
        assert (await one.delete("/_sim/faults")).json() == {"armed": []}
        assert (await one.get(ACCOUNT)).status_code == 200


@pytest.mark.parametrize(
    "body",
    ["", "[", '{"kind":"explode"}', '{"kind":"status","value":200}', '{"kind":"latency"}', '{"kind":"drop","x":1}'],
)
async def test_a_fault_that_makes_no_sense_is_refused(platform: PlatformSimulator, body: str) -> None:
    async with client(platform.url) as one:
        answer = await one.post("/_sim/faults", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_fault")
    assert platform.faults.armed() == []


def test_a_fault_is_used_up_by_exactly_its_times() -> None:
    faults = Faults()
    faults.add(Fault(match="hide", kind="drop", times=2))
    taken = [faults.take(verb=verb) for verb in ("restore", "hide", "hide", "hide")]
    assert [fault is not None for fault in taken] == [False, True, True, False]


def test_a_fault_without_its_value_cannot_be_made() -> None:
    with pytest.raises(ValidationError):
        Fault(kind="status")
    with pytest.raises(ValidationError):
        Fault(kind="drop", times=0)
