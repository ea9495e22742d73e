"""A beat is one request; whatever is not a plain yes is an error that does not name the address."""

from __future__ import annotations

import httpx
import pytest

from domain.errors import Code, HoldfastError
from domain.executions import Deadman
from integrations.deadman.client import DeadmanClient
from integrations.simulator.deadman import DEADMAN_TOKEN, DeadmanSimulator
from integrations.simulator.faults import Fault
from tests.adapters.conftest import says_nothing_of


async def test_a_beat_is_heard(http: httpx.AsyncClient) -> None:
    async with DeadmanSimulator() as switch:
        client: Deadman = DeadmanClient(switch.ping_url, http)
        await client.beat()
        assert switch.state.beats == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(503, Code.TRANSIENT), (404, Code.PERMANENT), (401, Code.NEEDS_HUMAN)],
)
async def test_a_refused_beat_names_only_its_status(http: httpx.AsyncClient, status: int, code: Code) -> None:
    async with DeadmanSimulator() as switch:
        switch.faults.add(Fault(kind="status", value=status))
        with pytest.raises(HoldfastError) as caught:
            await DeadmanClient(switch.ping_url, http).beat()
        assert (caught.value.code, caught.value.detail) == (code, f"deadman {status}")
        assert says_nothing_of(caught.value, DEADMAN_TOKEN, "127.0.0.1", "http")


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://127.0.0.1:9/ping/synthetic-secret", Code.TRANSIENT), ("nonsense/synthetic-secret", Code.PERMANENT)],
)
async def test_a_switch_that_cannot_be_reached_is_an_error_without_its_address(
    http: httpx.AsyncClient, url: str, code: Code
) -> None:
    with pytest.raises(HoldfastError) as caught:
        await DeadmanClient(url, http).beat()
    assert caught.value.code is code
    assert says_nothing_of(caught.value, "synthetic-secret", "127.0.0.1", "nonsense")
