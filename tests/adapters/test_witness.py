"""The witness takes each checkpoint once, in order, and nothing makes it take another in the place of one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import GENESIS, Notary, SealedCheckpoint, Vouched
from domain.errors import Code, HoldfastError, Passing
from domain.ports import Witness
from integrations.simulator.faults import Fault
from integrations.simulator.witness import WITNESS_TOKEN, WitnessSimulator
from integrations.witness.client import WitnessClient
from tests.adapters.conftest import AT, says_nothing_of

NOTARY = Notary(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))  # synthetic
CASE = "EDR-SYNTH-00001"
SECRETS = (CASE, "127.0.0.1", "http", WITNESS_TOKEN)


def chain(length: int, case: str = CASE) -> list[SealedCheckpoint]:
    """Checkpoints in which the case grows by one entry each time."""
    made, previous = list[SealedCheckpoint](), GENESIS
    for number in range(1, length + 1):
        head = Vouched(case=case, sequence=number, hash=f"{number:064x}")
        made.append(NOTARY.seal(number, AT + timedelta(minutes=number), previous, {case: head}, (head,)))
        previous = made[-1].hash
    return made


@pytest.fixture
async def sim() -> AsyncIterator[WitnessSimulator]:
    async with WitnessSimulator() as started:
        yield started


@pytest.fixture
def witness(sim: WitnessSimulator, http: httpx.AsyncClient) -> Witness:
    return WitnessClient(sim.url, WITNESS_TOKEN, http)


async def test_what_was_kept_comes_back_as_it_was_signed(witness: Witness) -> None:
    assert await witness.latest() is None
    assert list(await witness.read(0)) == []
    made = chain(3)
    for each in made:
        await witness.keep(each)
    assert await witness.latest() == made[2]
    assert list(await witness.read(0)) == made
    assert list(await witness.read(2)) == made[2:]


async def test_a_checkpoint_whose_reply_was_lost_is_kept_once(sim: WitnessSimulator, witness: Witness) -> None:
    [first] = chain(1)
    sim.faults.add(Fault(kind="reply_lost"))
    with pytest.raises(Passing) as caught:
        await witness.keep(first)
    assert says_nothing_of(caught.value, *SECRETS)
    await witness.keep(first)
    assert len(sim.state.kept) == 1


async def test_an_earlier_number_is_never_rewritten_and_none_is_skipped(
    sim: WitnessSimulator, witness: Witness
) -> None:
    made, others = chain(3), chain(3, "EDR-SYNTH-00002")
    await witness.keep(made[0])
    await witness.keep(made[1])
    for refused in (others[0], others[1], others[2], chain(4)[3]):
        with pytest.raises(HoldfastError) as caught:
            await witness.keep(refused)
        assert caught.value.code is Code.TAMPERED
        assert says_nothing_of(caught.value, *SECRETS)
    assert [each.body for each in sim.state.kept] == [each.body for each in made[:2]]
    await witness.keep(made[2])


@pytest.mark.parametrize(
    ("status", "code"), [(503, Code.TRANSIENT), (403, Code.NEEDS_HUMAN), (409, Code.PERMANENT), (422, Code.PERMANENT)]
)
async def test_a_failure_says_who_must_act_next(
    sim: WitnessSimulator, witness: Witness, status: int, code: Code
) -> None:
    sim.faults.add(Fault(kind="status", value=status))
    with pytest.raises(HoldfastError) as caught:
        await witness.keep(chain(1)[0])
    assert caught.value.code is code


async def test_another_token_opens_nothing(sim: WitnessSimulator, http: httpx.AsyncClient) -> None:
    with pytest.raises(HoldfastError) as caught:
        await WitnessClient(sim.url, "another", http).latest()
    assert caught.value.code is Code.NEEDS_HUMAN


async def test_the_log_survives_being_killed(tmp_path: Path, http: httpx.AsyncClient) -> None:
    made = chain(2)
    async with WitnessSimulator(state_path=tmp_path / "witness.json") as sim:
        await WitnessClient(sim.url, WITNESS_TOKEN, http).keep(made[0])
    async with WitnessSimulator(state_path=tmp_path / "witness.json") as sim:
        again = WitnessClient(sim.url, WITNESS_TOKEN, http)
        await again.keep(made[1])
        assert list(await again.read(0)) == made
