"""A page is signed, sent once per key, and tells the difference between nobody there and nothing works."""

from __future__ import annotations

import httpx
import pytest

from domain.errors import Code, HoldfastError, Passing
from domain.outside import Pager
from integrations.pager.client import LONGEST_SUMMARY, PagerClient
from integrations.simulator.faults import Fault
from integrations.simulator.pager import PAGER_SECRET, PagerSimulator
from tests.adapters.conftest import says_nothing_of

CASE, PERSON = "EDR-SYNTH-00001", "dut-hana"
SECRETS = (CASE, PERSON, "gate waits", "127.0.0.1", "http", PAGER_SECRET)


async def page(caller: PagerClient, summary: str = "P0: gate waits", key: str = "k") -> bool:
    return await caller.page(PERSON, CASE, kind="gate", summary=summary, severity=0, key=key)


def test_the_client_is_the_pager_that_the_steps_ask_for(caller: PagerClient) -> None:
    pager: Pager = caller
    assert pager is caller


async def test_a_page_arrives_as_it_was_given(pager: PagerSimulator, caller: PagerClient) -> None:
    assert await page(caller, summary="P0: gate waits, ünïcode") is True
    [shown] = pager.pages
    assert (shown.person, shown.case, shown.kind) == (PERSON, CASE, "gate")
    assert (shown.summary, shown.severity, shown.dedup_key) == ("P0: gate waits, ünïcode", "P0", "k")


async def test_a_person_without_contact_is_an_answer(pager: PagerSimulator, caller: PagerClient) -> None:
    pager.set_reachable(PERSON, False)
    assert await page(caller) is False
    assert pager.pages == []


async def test_another_conflict_is_not_mistaken_for_a_missing_contact(
    pager: PagerSimulator, caller: PagerClient
) -> None:
    pager.faults.add(Fault(kind="status", value=409))
    with pytest.raises(HoldfastError) as caught:
        await page(caller)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "pager page 409")


async def test_a_page_whose_reply_was_lost_rings_once(pager: PagerSimulator, caller: PagerClient) -> None:
    pager.faults.add(Fault(kind="reply_lost"))
    with pytest.raises(Passing) as caught:
        await page(caller)
    assert says_nothing_of(caught.value, *SECRETS)
    assert await page(caller) is True
    assert len(pager.pages) == pager.stats()["applied"] == 1


async def test_a_long_summary_is_cut_and_the_page_goes_out(pager: PagerSimulator, caller: PagerClient) -> None:
    assert await page(caller, summary="x" * 500) is True
    assert pager.pages[0].summary == "x" * (LONGEST_SUMMARY - 1) + "…"


async def test_a_signature_by_another_secret_needs_a_person(pager: PagerSimulator, http: httpx.AsyncClient) -> None:
    with pytest.raises(HoldfastError) as caught:
        await page(PagerClient(pager.url, "synthetic-wrong", http))
    assert (caught.value.code, caught.value.detail) == (Code.NEEDS_HUMAN, "pager page 401")
    assert says_nothing_of(caught.value, *SECRETS, "synthetic-wrong")
    assert pager.pages == []


@pytest.mark.parametrize(("status", "code"), [(429, Code.TRANSIENT), (500, Code.TRANSIENT), (400, Code.PERMANENT)])
async def test_a_failed_page_names_only_its_status(
    pager: PagerSimulator, caller: PagerClient, status: int, code: Code
) -> None:
    pager.faults.add(Fault(kind="status", value=status))
    with pytest.raises(HoldfastError) as caught:
        await page(caller)
    assert (caught.value.code, caught.value.detail) == (code, f"pager page {status}")
    assert says_nothing_of(caught.value, *SECRETS)


async def test_a_page_is_taken_when_its_person_says_so_on_the_pager(pager: PagerSimulator, caller: PagerClient) -> None:
    await page(caller)
    assert await caller.acknowledged("k") is False
    assert pager.acknowledge(pager.pages[0].page_id)
    assert await caller.acknowledged("k") is True


async def test_a_page_that_the_pager_does_not_know_was_taken_by_nobody(
    pager: PagerSimulator, caller: PagerClient
) -> None:
    assert await caller.acknowledged("never-sent") is False
    pager.faults.add(Fault(kind="status", value=404))
    with pytest.raises(HoldfastError) as caught:
        await caller.acknowledged("never-sent")
    assert caught.value.code is Code.PERMANENT, "a proxy's 404 is no answer of the pager"
