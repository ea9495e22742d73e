"""A whole case with its books on PostgreSQL and its checkpoints at a witness: released, audited, exported, checked."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from domain.errors import Code, HoldfastError
from domain.incident import Outcome
from domain.people import Role
from domain.timeline import Kind
from integrations.simulator.witness import WITNESS_TOKEN, WitnessSimulator
from integrations.temporal.server import EmbeddedServer
from tests.postgres import Postgres
from tests.store.raw import opened
from tests.world import Approve, Simulators, World, open_world


async def released(world: World) -> str:
    case = await world.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.followed_up()
    assert (await case.result()).outcome is Outcome.DISCLOSED
    return case.id


async def test_a_case_runs_on_postgresql_and_its_record_proves_itself(
    tmp_path: Path, simulators: Simulators, postgres: Postgres
) -> None:
    url = await postgres.url()
    # A server of its own: another deployment's workers would open nothing that this one sealed.
    async with EmbeddedServer(tmp_path / "temporal", time_skipping=True) as server, WitnessSimulator() as witness:
        more = {"store_url": url, "witness_url": witness.url, "witness_token": WITNESS_TOKEN}
        async with open_world(tmp_path / "home", server, simulators, **more) as world:
            case = await released(world)
            auditor = await world.someone(Role.AUDITOR)
            specialist = await world.someone(Role.LE_SPECIALIST)
            async with asyncio.timeout(60):  # the review and the care of people go on writing for a moment
                while True:
                    await world.auditing.checkpointing.now()
                    report = await world.desk.audit(auditor)
                    if not report.unwitnessed:
                        break
            assert (report.ok, report.witness, report.unwitnessed) == (True, "agrees", 0)

            with pytest.raises(HoldfastError) as refused:
                await world.desk.export(specialist, case)
            assert refused.value.code is Code.NOT_ALLOWED
            data = await world.desk.export(auditor, case)
            last = (await world.records.ledger.read(case))[-1].entry
            assert (last.kind, last.who) == (Kind.EXPORTED, auditor)
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(tmp_path / "out")
            command = [sys.executable, str(tmp_path / "out" / case / "verify.py")]
            run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
            assert (run.returncode, run.stderr) == (0, ""), run.stdout

            with opened(url) as raw:
                for table in ("ledger_entry", "ledger_head", "projection", "case_copy"):
                    raw(f'DELETE FROM {table} WHERE "case" = :case', case=case)
            found = await world.desk.audit(auditor)
            assert (case, 1, "removed") in [(each.case, each.sequence, each.fault) for each in found.faults]
    postgres.drop(url)
