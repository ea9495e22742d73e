"""A worker that dies around a warning neither loses it nor gives it twice."""

from __future__ import annotations

import asyncio

import pytest

from domain.state import State
from domain.timeline import Kind
from tests.faults.processes import Process
from tests.world import World

KEY = "clock/US-EDR-DECIDE/1"


def warned(state: State) -> tuple[int, ...]:
    return state.clocks[KEY].warned_target if KEY in state.clocks else ()


@pytest.mark.soak
async def test_a_worker_killed_across_a_warning_neither_skips_nor_repeats_it(bare: World, worker: Process) -> None:
    case = await bare.declare()
    await case.until(lambda state: KEY in state.clocks)
    await worker.kill()
    moving = asyncio.create_task(case.later(minutes=16))
    await worker.start()
    await moving
    await case.until(lambda state: warned(state) == (50,) and not state.pending)
    said = [each for each in await case.timeline() if each.kind is Kind.CLOCK and each.subject == KEY]
    assert [each.code for each in said] == ["armed", "warned"]
    pages = [each for each in bare.sims.pager.pages if each.case == case.id and each.kind == "clock"]
    assert len({each.dedup_key for each in pages}) == len(pages)
