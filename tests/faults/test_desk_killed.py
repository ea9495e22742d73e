"""kill -9 of the desk between receipt and acknowledgement: what it acknowledged exists, and trying again is safe."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import httpx

from integrations.base.ports import free_port
from integrations.temporal.server import EmbeddedServer
from tests.faults.processes import Process, answers
from tests.world import ANSWERS, World


async def declared(http: httpx.AsyncClient, url: str, key: str, account: str) -> str:
    """The case id of an acknowledged declaration, or "" where no acknowledgement came."""
    body = {"slug": "edr", "answers": {**ANSWERS, "account": account}, "key": key}
    try:
        answer = await http.post(f"{url}/v1/declare", json=body, headers={"X-Holdfast-Person": "esc-dara"})
    except httpx.HTTPError:
        return ""
    return str(answer.json()["case"]) if answer.status_code == 202 else ""


async def test_each_acknowledged_declaration_exists_however_often_the_desk_is_killed(
    bare: World, worker: Process, tmp_path: Path
) -> None:
    port = free_port()
    url, chance = f"http://127.0.0.1:{port}", random.Random(20261122)
    accounts = {f"kill-{number}": bare.fresh_account() for number in range(24)}
    acknowledged: dict[str, str] = {}
    async with (
        Process(bare.settings, tmp_path / "desk.log", "desk", "--port", str(port)) as desk,
        httpx.AsyncClient(timeout=10) as http,
    ):
        for first in range(0, 24, 6):
            await answers(url)
            keys = list(accounts)[first : first + 6]
            sent = asyncio.gather(*(declared(http, url, key, accounts[key]) for key in keys))
            await asyncio.wait({sent}, timeout=chance.uniform(0.01, 0.4))
            await desk.kill()
            acknowledged |= {key: case for key, case in zip(keys, await sent, strict=True) if case}
            await desk.start()
        await answers(url)
        before = dict(acknowledged)
        # Whoever got no answer tries again, and whoever got one may: the same key is the same case.
        for key, account in accounts.items():
            case = await declared(http, url, key, account)
            assert case
            assert before.get(key, case) == case
            acknowledged[key] = case
    for case in acknowledged.values():
        assert (await bare.look(case)).case == case


async def test_what_is_declared_while_temporal_is_down_waits_in_the_inbox_and_runs_afterwards(
    bare: World, worker: Process, tmp_path: Path, own_server: EmbeddedServer
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with Process(bare.settings, tmp_path / "desk.log", "desk", "--port", str(port)) as desk:
        await answers(url)
        await own_server.kill()
        async with httpx.AsyncClient(timeout=20) as http:
            body = {"slug": "edr", "answers": {**ANSWERS, "account": bare.fresh_account()}, "key": "while-down"}
            answer = await http.post(f"{url}/v1/declare", json=body, headers={"X-Holdfast-Person": "esc-dara"})
        assert answer.status_code == 202
        assert answer.json()["running"] is False
        # Not even the desk survives; what it acknowledged does.
        await desk.kill()
        await own_server.restart()
        await desk.start()
        await answers(url)
        async with asyncio.timeout(30):
            while await bare.records.inbox.pending():
                await asyncio.sleep(0.1)
    assert (await bare.look(answer.json()["case"])).case == answer.json()["case"]
