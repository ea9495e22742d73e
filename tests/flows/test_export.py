"""Histories are kept in the vault, sealed, with their hash on the timeline; Temporal may then delete its own."""

from __future__ import annotations

import asyncio
import gzip
import hashlib

import pytest
from temporalio.worker import Replayer

from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.incident import Rehearsal
from domain.timeline import Entry, Kind
from integrations.base.keyring import load_ring
from integrations.temporal.histories import read_history
from integrations.temporal.plugin import holdfast_plugin
from tests.flows.scenarios import SCENARIOS
from tests.world import Case, World


async def exported(case: Case) -> list[Entry]:
    return [each for each in await case.timeline() if each.kind is Kind.EXPORTED]


async def test_each_run_keeps_the_one_before_and_the_review_keeps_the_last(world: World) -> None:
    scenario = SCENARIOS["deny then refuse"]
    case = await scenario.open(world, Rehearsal(turnover_after=(3,)))
    await scenario.play(case)
    report = await case.result()
    assert report.turnovers == 1
    async with asyncio.timeout(60):
        while all(each.subject != report.run for each in await exported(case.review)):
            await asyncio.sleep(0.05)
    # The review may have continued as new too, and then keeps its own first run beside the case's last.
    said = [*await exported(case), *(each for each in await exported(case.review) if each.subject == report.run)]
    assert [each.code for each in said] == ["whole", "up-to-here", "whole"]
    for each, whose in zip(said, (case, case, case.review), strict=True):
        named = tuple(str(each.detail["patches"]).split(","))
        assert named == (await whose.state()).patches[: len(named)]
        assert "export" in named
    assert said[1].subject == said[2].subject == report.run
    replayer = Replayer(
        workflows=list(world.catalogue.workflows), plugins=[holdfast_plugin(load_ring(world.settings.codec_ring))]
    )
    for entry in said:
        [ref] = entry.evidence
        data = await world.ports.vault.get(case.id, ref)
        assert (ref.kind, entry.detail["sha256"]) == (EvidenceKind.HISTORY, hashlib.sha256(data).hexdigest())
        # Sealed as Temporal had it: neither what people wrote nor our own field names can be read.
        plain = gzip.decompress(data)
        assert b"SYNTHETIC" not in plain
        assert b"copy_of_state" not in plain
        await replayer.replay_workflow(read_history(data))


async def test_a_vault_that_fails_keeps_no_case_from_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = world.ports.vault.put

    async def full(case: str, kind: EvidenceKind, data: bytes, *, name: str) -> EvidenceRef:
        if kind is EvidenceKind.HISTORY:
            raise HoldfastError(Code.PERMANENT, "SYNTHETIC: no space")
        return await put(case, kind, data, name=name)

    monkeypatch.setattr(world.ports.vault, "put", full)
    scenario = SCENARIOS["deny then refuse"]
    case = await scenario.open(world)
    await scenario.play(case)
    assert (await case.result()).outcome is scenario.outcome
    assert [each.code for each in await exported(case)] == ["permanent"]
