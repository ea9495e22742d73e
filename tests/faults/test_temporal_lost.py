"""The whole of Temporal's database is gone: every case goes on from the store, and none begins a second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.acts import Approve
from domain.desk import Declaration, Recover
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.timeline import Kind
from integrations.temporal.server import EmbeddedServer
from tests.faults.processes import Process
from tests.faults.test_kills import nothing_twice
from tests.flows.scenarios import RELEASED, SCENARIOS, effects_of
from tests.world import ANSWERS, World


async def test_open_cases_go_on_from_the_store_on_a_new_and_empty_server(
    bare: World, worker: Process, own_server: EmbeddedServer, tmp_path: Path
) -> None:
    closed = await SCENARIOS["contradicted requester"].open(bare)
    await SCENARIOS["contradicted requester"].play(closed)
    await closed.result()
    case = await bare.declare(key="lost-with-everything")
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.until(lambda state: not state.pending)
    await own_server.kill()
    for each in own_server.database.parent.glob(f"{own_server.database.name}*"):
        each.unlink()
    await own_server.restart()
    engineer = await bare.someone(Role.ENGINEER)
    # People still see where it stood; the same request again neither opens it a second time nor starts it over.
    assert (await bare.desk.show(engineer, case.id)).journal
    again = Declaration(slug="edr", answers={**ANSWERS, "account": case.account}, key="lost-with-everything")
    assert not (await bare.desk.declare(await bare.someone(Role.ESCALATION_SPECIALIST), again)).new
    assert (await bare.desk.recover(engineer, Recover(case=case.id))).why == "lost"
    await case.until(lambda state: state.recovered == 1, within=40)
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.noted(Kind.EFFECT, "disclose")
    assert effects_of(case) == RELEASED
    nothing_twice(bare)
    assert (await bare.records.ledger.verify()).ok
    with pytest.raises(HoldfastError) as refused:
        await bare.desk.recover(engineer, Recover(case=closed.id))
    assert refused.value.code is Code.ALREADY_CLOSED
