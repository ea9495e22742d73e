"""Containment and records over the wire: once per key, nothing about anybody else, silent errors."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from domain.errors import Code, HoldfastError, Passing
from domain.outside import AccountView, Platform
from integrations.platform.client import PlatformClient
from integrations.simulator.accounts import synthetic_account
from integrations.simulator.faults import Fault
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from tests.adapters.conftest import ACCOUNT, AT, says_nothing_of

SECRETS = (ACCOUNT, "127.0.0.1", "http", "injected", "unauthorized", PLATFORM_TOKEN)


def test_the_client_is_the_platform_that_the_steps_ask_for(enforcement: PlatformClient) -> None:
    platform: Platform = enforcement
    assert platform is enforcement


async def test_an_account_is_shown_with_its_residency_and_state(enforcement: PlatformClient) -> None:
    assert await enforcement.account(ACCOUNT) == AccountView(
        account=ACCOUNT, exists=True, residency="US", state="active"
    )


async def test_a_missing_account_is_a_view_that_says_so(enforcement: PlatformClient) -> None:
    assert await enforcement.account("nobody") == AccountView(account="nobody", exists=False)


async def test_preserving_returns_the_platforms_receipt(
    platform: PlatformSimulator, enforcement: PlatformClient
) -> None:
    kept = await enforcement.preserve(ACCOUNT, reason="edr", key="k")
    [receipt] = platform.receipts
    assert kept is not None
    assert (kept.receipt_id, kept.sha256, kept.items) == (receipt.receipt_id, receipt.sha256, receipt.items)
    assert kept.taken_at == receipt.taken_at
    assert receipt.reason_code == "edr"


async def test_preserving_a_missing_account_keeps_nothing(
    platform: PlatformSimulator, enforcement: PlatformClient
) -> None:
    assert await enforcement.preserve("nobody", reason="edr", key="k") is None
    assert platform.receipts == []


async def test_a_wrong_address_is_not_mistaken_for_a_missing_account(
    platform: PlatformSimulator, http: httpx.AsyncClient
) -> None:
    lost = PlatformClient(f"{platform.url}/elsewhere", PLATFORM_TOKEN, http)
    with pytest.raises(HoldfastError) as caught:
        await lost.preserve(ACCOUNT, reason="edr", key="k")
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "platform preserve 404")


@pytest.mark.parametrize(
    ("verb", "state"), [("hide", "hidden"), ("disable", "disabled"), ("restore", "active"), ("enable", "active")]
)
async def test_an_act_takes_effect_and_returns_its_id(
    platform: PlatformSimulator, enforcement: PlatformClient, verb: str, state: str
) -> None:
    assert await enforcement.act(verb, ACCOUNT, key="k", at=AT)
    assert platform.account(ACCOUNT).state == state


async def test_an_act_happens_at_the_time_of_the_case(platform: PlatformSimulator, enforcement: PlatformClient) -> None:
    await enforcement.act("hide", ACCOUNT, key="k", at=AT)
    assert [(line.at, line.key) for line in platform.state.log] == [(AT, "k")]


async def test_a_moment_without_a_zone_is_never_sent(platform: PlatformSimulator, enforcement: PlatformClient) -> None:
    with pytest.raises(HoldfastError) as caught:
        await enforcement.act("hide", ACCOUNT, key="k", at=AT.replace(tzinfo=None))
    assert caught.value.code is Code.PERMANENT
    assert platform.stats()["requests"] == 0


@pytest.mark.parametrize("verb", ["records", "fields", "../holds", "", "HIDE"])
async def test_only_the_five_acts_can_be_asked_for(
    platform: PlatformSimulator, enforcement: PlatformClient, verb: str
) -> None:
    with pytest.raises(HoldfastError) as caught:
        await enforcement.act(verb, ACCOUNT, key="k", at=AT)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "platform act: no such verb")
    assert platform.stats()["requests"] == 0


async def test_destroying_needs_the_receipt_of_what_was_preserved(
    platform: PlatformSimulator, enforcement: PlatformClient
) -> None:
    with pytest.raises(HoldfastError) as caught:
        await enforcement.act("destroy", ACCOUNT, key="k-1", at=AT, receipt_id="rcpt-none")
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "platform destroy 409")
    kept = await enforcement.preserve(ACCOUNT, reason="edr", key="k-2")
    assert kept is not None
    assert await enforcement.act("destroy", ACCOUNT, key="k-3", at=AT, receipt_id=kept.receipt_id)
    assert platform.account(ACCOUNT).destroyed


async def test_holds_are_listed(platform: PlatformSimulator, enforcement: PlatformClient) -> None:
    platform.account(ACCOUNT).holds.append("hold-synthetic")
    assert list(await enforcement.holds(ACCOUNT)) == ["hold-synthetic"]


async def test_fields_are_named_by_tier_and_records_are_exactly_those_asked_for(enforcement: PlatformClient) -> None:
    fields = await enforcement.fields(ACCOUNT, ("E2",))
    assert {(field.name, field.tier) for field in fields} == {("last_login_ip", "E2"), ("last_login_at", "E2")}
    assert await enforcement.records(ACCOUNT, ("phone", "last_login_ip")) == {
        "phone": "555-0101",
        "last_login_ip": "192.0.2.101",
    }


@pytest.mark.parametrize("times", [1, 3])
async def test_an_act_whose_reply_was_lost_is_applied_once_however_often_it_is_tried(
    platform: PlatformSimulator, enforcement: PlatformClient, times: int
) -> None:
    platform.faults.add(Fault(match="preserve", kind="reply_lost", times=times))
    for _ in range(times):
        with pytest.raises(Passing) as caught:
            await enforcement.preserve(ACCOUNT, reason="edr", key="k")
        assert says_nothing_of(caught.value, *SECRETS)
    kept = await enforcement.preserve(ACCOUNT, reason="edr", key="k")
    assert kept is not None
    assert [receipt.receipt_id for receipt in platform.receipts] == [kept.receipt_id]
    assert platform.stats()["applied"] == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, Code.TRANSIENT),
        (500, Code.TRANSIENT),
        (503, Code.TRANSIENT),
        (401, Code.NEEDS_HUMAN),
        (403, Code.NEEDS_HUMAN),
        (404, Code.PERMANENT),
        (409, Code.PERMANENT),
    ],
)
async def test_a_failure_is_named_by_its_status_and_by_nothing_else(
    platform: PlatformSimulator, enforcement: PlatformClient, status: int, code: Code
) -> None:
    platform.faults.add(Fault(match="hide", kind="status", value=status, retry_after=7))
    with pytest.raises(HoldfastError) as caught:
        await enforcement.act("hide", ACCOUNT, key="k", at=AT)
    assert (caught.value.code, caught.value.detail) == (code, f"platform hide {status}")
    assert isinstance(caught.value, Passing) == (code is Code.TRANSIENT)
    assert getattr(caught.value, "retry_after", None) == (7.0 if code is Code.TRANSIENT else None)
    assert says_nothing_of(caught.value, *SECRETS)


async def test_a_refused_token_needs_a_person(platform: PlatformSimulator, http: httpx.AsyncClient) -> None:
    stranger = PlatformClient(platform.url, "synthetic-wrong", http)
    with pytest.raises(HoldfastError) as caught:
        await stranger.account(ACCOUNT)
    assert (caught.value.code, caught.value.detail) == (Code.NEEDS_HUMAN, "platform account 401")
    assert says_nothing_of(caught.value, *SECRETS, "synthetic-wrong")


@pytest.mark.parametrize("account", ["..", ".", ""])
async def test_an_id_that_would_name_another_address_is_never_sent(
    platform: PlatformSimulator, enforcement: PlatformClient, account: str
) -> None:
    with pytest.raises(HoldfastError) as caught:
        await enforcement.act("hide", account, key="k", at=AT)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "platform hide: unusable id")
    assert platform.stats()["requests"] == 0


@pytest.mark.parametrize("account", ["a/../b", "a?b#c", "%2e%2e", "ä ö", "a%2Fb"])
async def test_an_odd_id_names_exactly_its_own_account(http: httpx.AsyncClient, account: str) -> None:
    odd = synthetic_account(1, "US").model_copy(update={"account": account})
    async with PlatformSimulator(accounts=[odd]) as sim:
        client = PlatformClient(sim.url, PLATFORM_TOKEN, http)
        assert (await client.account(account)).exists
        await client.act("hide", account, key="k", at=AT)
        assert sim.account(account).hidden


async def test_an_id_that_is_no_text_is_a_silent_refusal(enforcement: PlatformClient) -> None:
    with pytest.raises(HoldfastError) as caught:
        await enforcement.account(f"{ACCOUNT}\ud800")
    assert caught.value.code is Code.PERMANENT
    assert says_nothing_of(caught.value, *SECRETS)


async def test_times_with_another_zone_are_sent_in_utc(
    platform: PlatformSimulator, enforcement: PlatformClient
) -> None:
    local = datetime.fromisoformat("2031-01-01T23:00:00+11:00")
    await enforcement.act("hide", ACCOUNT, key="k", at=local)
    assert platform.state.log[-1].at == local.astimezone(UTC) == AT
