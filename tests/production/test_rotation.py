"""Rotating keys: what is old stays readable, what is new is under the new key, and an interrupted run is finished."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload

from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from integrations.base.keyring import load_ring
from integrations.base.sealing import Sealer
from integrations.temporal.codec import SealingCodec
from integrations.vault.keys import CaseKeys
from tests.cli.shell import Shell
from tests.store.parts import entries
from workers.keys import make_keys
from workers.rotation import add_keys, advance, rewrap, unfinished
from workers.settings import Settings, load_settings
from workers.wiring import open_records

CASES = [f"EDR-00000-0000{number}" for number in range(6)]


@pytest.fixture
async def kept(tmp_path: Path) -> Settings:
    """Six cases with records and documents, one of them erased, and one declaration that waits."""
    settings = load_settings(home=tmp_path / "home")
    make_keys(settings)
    async with open_records(settings) as (store, vault):
        for case in CASES:
            await store.ledger.append(case, entries(1, 3))
            await vault.put(case, EvidenceKind.INTAKE, case.encode(), name="intake")
        await vault.erase(CASES[5])
        sealed = Sealer(load_ring(settings.store_ring)).seal("EDR-00000-00009", b"SYNTHETIC declaration")
        await store.inbox.put("EDR-00000-00009", "declare", sealed)
        await vault.put("EDR-00000-00009", EvidenceKind.INTAKE, b"SYNTHETIC intake", name="intake")
    return settings


async def _readable(settings: Settings) -> None:
    """Everything that was written before is there, and every chain is whole."""
    async with open_records(settings) as (store, vault):
        assert (await store.ledger.verify()).ok
        for case in CASES[:5]:
            assert [each.entry for each in await store.ledger.read(case)] == entries(1, 3)
            found = await vault.find(case, "intake")
            assert found is not None
            assert await vault.get(case, found) == case.encode()
        ((key, _, body),) = await store.inbox.pending()
        assert Sealer(load_ring(settings.store_ring)).open(key, body) == b"SYNTHETIC declaration"


def _case_keys(settings: Settings) -> CaseKeys:
    return CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))


async def test_what_was_sealed_before_opens_after_and_what_is_new_is_under_the_new_key(kept: Settings) -> None:
    old_codec, old_store = load_ring(kept.codec_ring), load_ring(kept.store_ring)
    (before,) = await SealingCodec(old_codec).encode([Payload(data=b"SYNTHETIC")])
    assert advance(kept) == ["codec.json", "store.json"]
    done = await rewrap(kept)
    assert (done.done, done.left) == (6, 0)
    codec, store = load_ring(kept.codec_ring), load_ring(kept.store_ring)
    assert codec.active != old_codec.active
    assert old_codec.keys.items() <= codec.keys.items()
    assert dict(_case_keys(kept).wrapped_by()) == {store.active: 6}
    await _readable(kept)
    assert [each.data for each in await SealingCodec(codec).decode([before])] == [b"SYNTHETIC"]
    (after,) = await SealingCodec(codec).encode([Payload(data=b"SYNTHETIC")])
    assert after.metadata["key-id"] == codec.active.encode()
    # Who has only the old ring reads no case any more.
    with pytest.raises(HoldfastError) as refused:
        CaseKeys(kept.home / "case-keys", old_store).existing(CASES[0])
    assert refused.value.code is Code.UNKNOWN_KEY


async def test_a_key_is_known_everywhere_before_it_seals_anything(kept: Settings) -> None:
    before = load_ring(kept.codec_ring)
    assert add_keys(kept) == ["codec.json", "store.json"]
    added = load_ring(kept.codec_ring)
    assert (added.active, len(added.keys)) == (before.active, 2)
    assert add_keys(kept) == []
    advance(kept)
    rotated = load_ring(kept.codec_ring)
    assert rotated.keys == added.keys
    # A process that was started in between reads what one that was started just now has sealed.
    (sealed,) = await SealingCodec(rotated).encode([Payload(data=b"SYNTHETIC")])
    assert [each.data for each in await SealingCodec(added).decode([sealed])] == [b"SYNTHETIC"]


async def test_an_interrupted_run_leaves_everything_readable_and_the_next_one_finishes_it(
    kept: Settings, tmp_path: Path
) -> None:
    advance(kept)
    assert (await rewrap(kept, limit=2)).done == 2
    assert await unfinished(kept)
    await _readable(kept)
    ring = load_ring(kept.store_ring)
    shell = Shell(tmp_path)
    ended = await shell.ok("keys", "rotate", "-o", "json")
    assert (ended.data["done"], ended.data["left"], ended.data["changed"]) == (4, 0, [])
    assert load_ring(kept.store_ring).keys == ring.keys
    assert not await unfinished(kept)
    await _readable(kept)
    used = [line for line in (await shell.ok("keys", "list")).lines if line[0] == "store.json"]
    assert [(line[2], line[3]) for line in used] == [("opens only", "0"), ("seals", "6")]


async def test_an_erased_case_stays_erased_even_if_it_is_erased_meanwhile(kept: Settings) -> None:
    advance(kept)
    keys = _case_keys(kept)
    await asyncio.gather(
        *(asyncio.to_thread(keys.rewrap, CASES[0]) for _ in range(4)),
        asyncio.to_thread(keys.erase, CASES[0]),
        *(asyncio.to_thread(keys.rewrap, CASES[0]) for _ in range(4)),
    )
    await rewrap(kept)
    assert keys.erased(CASES[0])
    assert keys.erased(CASES[5])


async def test_a_key_that_fits_no_case_or_was_altered_is_left_as_it_is_and_counted(kept: Settings) -> None:
    _case_keys(kept).key("EDR-00000-00077")  # of a case that the store has never heard of
    victim = next(each for each in (kept.home / "case-keys").glob("*.key") if b"wrapped" in each.read_bytes())
    advance(kept)
    altered = victim.read_bytes().replace(b'"wrapped": "', b'"wrapped": "AAAA')
    victim.write_bytes(altered)
    assert (await rewrap(kept)).left in (1, 2)
    assert victim.read_bytes() == altered


async def test_rotating_under_a_running_desk_is_refused_until_every_process_could_know_the_key(
    kept: Settings, tmp_path: Path
) -> None:
    listening = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    try:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        shell, before = Shell(tmp_path, settings={"HOLDFAST_DESK_URL": url}), load_ring(kept.store_ring)
        assert "holdfast keys add" in await shell.refused(4, "keys", "rotate")
        assert load_ring(kept.store_ring).keys == before.keys
        await shell.ok("keys", "add")
        await shell.ok("keys", "rotate")
        assert load_ring(kept.store_ring).active != before.active
    finally:
        listening.close()
