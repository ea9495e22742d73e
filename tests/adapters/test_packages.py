"""A package that opens with a spoken code, over the wire: one of them whatever is lost, and every event once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from domain.delivery import TRIES, Did, PackageState
from domain.errors import Code, HoldfastError, Passing
from domain.outside import Offer, Placed
from domain.spoken import hashed_code
from domain.whereabouts import Expected, Network, Whereabouts
from integrations.portal.client import PortalClient
from integrations.simulator.faults import Fault
from integrations.simulator.portal import PORTAL_TOKEN, PortalSimulator
from tests.adapters.conftest import says_nothing_of

AT = datetime(2031, 1, 1, 12, tzinfo=UTC)
CODE, PACKAGE = "7K3Q-X9VD", "5" * 32
CONTENT = b'{"phone": "555-0101"}\x00\xff'
KNOWN = hashed_code(CODE, b"salt of sixteen.", n=2**10)
RECIPIENT = "edr@police.northfield.example.org"
SECRETS = (RECIPIENT, "555-0101", "EDR-SYNTH-00001", PACKAGE, "127.0.0.1", "http", PORTAL_TOKEN, KNOWN.hash)


def offer(content: bytes = CONTENT, package: str = PACKAGE) -> Offer:
    return Offer(
        package=package,
        case="EDR-SYNTH-00001",
        recipient=RECIPIENT,
        content=content,
        code=KNOWN,
        tries=TRIES,
        expected=Expected(countries=("US",)),
        expires_at=AT + timedelta(hours=24),
    )


async def placed(delivery: PortalClient) -> Placed:
    return await delivery.offer(offer(), key="k", at=AT)


async def come(http: httpx.AsyncClient, link: str, code: str = CODE, opener: str = "one") -> httpx.Response:
    where = {"X-Synthetic-Country": "US", "X-Synthetic-Network": "mobile", "X-Holdfast-Time": AT.isoformat()}
    return await http.post(link, json={"code": code, "opener": opener}, headers=where)


async def did(delivery: PortalClient, after: int = 0) -> list[Did]:
    return [each.did for each in await delivery.events(PACKAGE, after, at=AT)]


async def test_what_was_offered_opens_after_it_was_allowed_and_each_event_is_told_once(
    portal: PortalSimulator, delivery: PortalClient, http: httpx.AsyncClient
) -> None:
    made = await placed(delivery)
    assert made.state is PackageState.OFFERED
    assert await delivery.allow(PACKAGE, key="k-allow", at=AT) is PackageState.OFFERED
    assert (await come(http, made.link, "0000-0000")).json() == {"error": "wrong_code"}
    assert (await come(http, made.link)).content == CONTENT
    events = await delivery.events(PACKAGE, 2, at=AT)
    assert [(each.number, each.did) for each in events] == [(3, Did.TRIED), (4, Did.OPENED)]
    assert events[1].place == Whereabouts(country="US", network=Network.MOBILE)
    assert len(events[1].opener) == 64  # a hash, not the portal's own word
    assert await did(delivery, 4) == []
    assert KNOWN.hash in portal.state.model_dump_json()
    assert CODE not in portal.state.model_dump_json()


async def test_offers_and_words_whose_reply_was_lost_count_once(
    portal: PortalSimulator, delivery: PortalClient
) -> None:
    for verb in ("offer", "allow", "withdraw"):
        portal.faults.add(Fault(match=verb, kind="reply_lost"))
        with pytest.raises(Passing) as caught:
            await say(delivery, verb)
        assert says_nothing_of(caught.value, *SECRETS)
        await say(delivery, verb)
    assert len(portal.state.held) == 1
    assert await did(delivery) == [Did.OFFERED, Did.ALLOWED, Did.RECALLED]
    assert portal.stats()["applied"] == 3


async def say(delivery: PortalClient, verb: str) -> None:
    match verb:
        case "offer":
            await placed(delivery)
        case "allow":
            await delivery.allow(PACKAGE, key="k-allow", at=AT)
        case _:
            await delivery.withdraw(PACKAGE, key="k-withdraw", at=AT)


async def test_a_package_that_was_recalled_before_it_came_never_lies_there(
    portal: PortalSimulator, delivery: PortalClient
) -> None:
    assert await delivery.withdraw(PACKAGE, key="k-undo", at=AT) is PackageState.RECALLED
    assert await placed(delivery) == Placed(state=PackageState.RECALLED)
    assert not portal.state.held


async def test_an_opened_package_stays_opened_and_a_recalled_one_recalled(
    delivery: PortalClient, http: httpx.AsyncClient
) -> None:
    made = await placed(delivery)
    await delivery.allow(PACKAGE, key="k-allow", at=AT)
    await come(http, made.link)
    assert await delivery.withdraw(PACKAGE, key="k-1", at=AT) is PackageState.OPENED
    await delivery.offer(offer(package="6" * 32), key="k-2", at=AT)
    assert await delivery.withdraw("6" * 32, key="k-3", at=AT) is PackageState.RECALLED
    assert await delivery.allow("6" * 32, key="k-4", at=AT) is PackageState.RECALLED


async def test_it_runs_out_in_the_callers_time_and_says_so_once(delivery: PortalClient) -> None:
    await placed(delivery)
    late = AT + timedelta(hours=25)
    for _ in range(2):
        events = await delivery.events(PACKAGE, 1, at=late)
        assert [(each.did, each.at) for each in events] == [(Did.EXPIRED, AT + timedelta(hours=24))]


@pytest.mark.parametrize("changed", [offer(b"other"), offer(package="6" * 32)], ids=["content", "id"])
async def test_one_key_never_carries_two_packages(delivery: PortalClient, changed: Offer) -> None:
    await placed(delivery)
    with pytest.raises(HoldfastError) as caught:
        await delivery.offer(changed, key="k", at=AT)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "portal offer 422")


@pytest.mark.parametrize(
    ("status", "code"), [(429, Code.TRANSIENT), (503, Code.TRANSIENT), (401, Code.NEEDS_HUMAN), (413, Code.PERMANENT)]
)
async def test_what_fails_says_whose_it_was_to_nobody(
    portal: PortalSimulator, delivery: PortalClient, status: int, code: Code
) -> None:
    portal.faults.add(Fault(kind="status", value=status))
    with pytest.raises(HoldfastError) as caught:
        await placed(delivery)
    assert (caught.value.code, caught.value.detail) == (code, f"portal offer {status}")
    assert says_nothing_of(caught.value, *SECRETS)


async def test_an_event_that_carries_text_instead_of_codes_is_not_read(
    portal: PortalSimulator, delivery: PortalClient
) -> None:
    await placed(delivery)
    portal.state.held[PACKAGE].events[0].code = "Somebody from +1-202-555-0101"
    with pytest.raises(HoldfastError) as caught:
        await delivery.events(PACKAGE, 0, at=AT)
    assert caught.value.code is Code.PERMANENT
    assert "555" not in str(caught.value)


async def test_recall_and_opening_at_once_have_one_winner_each_time_and_both_sides_name_it(
    portal: PortalSimulator, delivery: PortalClient, http: httpx.AsyncClient
) -> None:
    winners = []
    for number in range(16):
        package = f"{number:032d}"
        made = await delivery.offer(offer(package=package), key=f"k-{number}", at=AT)
        await delivery.allow(package, key=f"a-{number}", at=AT)
        racing = [come(http, made.link), delivery.withdraw(package, key=f"w-{number}", at=AT)]
        if number % 2:
            racing.reverse()
        ended = await asyncio.gather(*racing)
        [answer] = [each for each in ended if isinstance(each, httpx.Response)]
        [state] = [each for each in ended if isinstance(each, PackageState)]
        told = [each.did.value for each in await delivery.events(package, 2, at=AT)]
        assert told == [state.value] == [portal.state.held[package].state]
        assert (answer.status_code == 200) == (state is PackageState.OPENED)
        winners.append(state)
    assert set(winners) == {PackageState.OPENED, PackageState.RECALLED}
