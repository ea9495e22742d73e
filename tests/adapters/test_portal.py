"""What leaves through the portal leaves once, and a recall says honestly whether it came in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from domain.errors import Code, HoldfastError, Passing
from domain.outside import Package, Portal
from integrations.portal.client import PortalClient
from integrations.simulator.faults import Fault
from integrations.simulator.portal import PORTAL_TOKEN, PortalSimulator
from tests.adapters.conftest import says_nothing_of

CONTENT = b'{"phone": "555-0101"}\x00\xff'
RECIPIENT = "edr@police.northfield.example.org"
SECRETS = (RECIPIENT, "555-0101", "EDR-SYNTH-00001", "pkg-", "127.0.0.1", "http", PORTAL_TOKEN)
AT = datetime.now(UTC)  # the portal's state has no time of the case, so that these tests live today
UNTIL = AT + timedelta(hours=24)


async def deliver(delivery: PortalClient, key: str = "k", content: bytes = CONTENT) -> Package:
    return await delivery.deliver("EDR-SYNTH-00001", RECIPIENT, content, expires_at=UNTIL, key=key, at=AT)


def test_the_client_is_the_portal_that_the_steps_ask_for(delivery: PortalClient) -> None:
    portal: Portal = delivery
    assert portal is delivery


async def test_a_delivery_arrives_as_it_was_given_and_opens_once(
    portal: PortalSimulator, delivery: PortalClient, http: httpx.AsyncClient
) -> None:
    package = await deliver(delivery)
    [sealed] = portal.packages
    assert (sealed.recipient, sealed.case) == (RECIPIENT, "EDR-SYNTH-00001")
    assert (sealed.sealed_at, sealed.expires_at) == (AT, UNTIL)
    assert await delivery.state(package.id) == package.state == "sealed"
    assert (await http.get(package.link)).content == CONTENT
    assert await delivery.state(package.id) == "opened"
    assert (await http.get(package.link)).status_code == 410


async def test_an_unopened_delivery_can_be_recalled(portal: PortalSimulator, delivery: PortalClient) -> None:
    package = await deliver(delivery)
    assert await delivery.recall(package.id, key="k-recall", at=AT) is True
    assert await delivery.state(package.id) == "recalled"


async def test_an_opened_delivery_cannot_be_recalled_and_that_is_an_answer(
    delivery: PortalClient, http: httpx.AsyncClient
) -> None:
    package = await deliver(delivery)
    await http.get(package.link)
    assert await delivery.recall(package.id, key="k-recall", at=AT) is False


async def test_another_conflict_is_not_mistaken_for_an_opened_package(
    portal: PortalSimulator, delivery: PortalClient
) -> None:
    package = await deliver(delivery)
    portal.faults.add(Fault(match="recall", kind="status", value=409))
    with pytest.raises(HoldfastError) as caught:
        await delivery.recall(package.id, key="k-recall", at=AT)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "portal recall 409")


async def test_a_delivery_whose_reply_was_lost_leaves_once(portal: PortalSimulator, delivery: PortalClient) -> None:
    portal.faults.add(Fault(match="seal", kind="reply_lost"))
    with pytest.raises(Passing) as caught:
        await deliver(delivery)
    assert says_nothing_of(caught.value, *SECRETS)
    package = await deliver(delivery)
    assert [sealed.package_id for sealed in portal.packages] == [package.id]
    assert portal.stats()["applied"] == 1


async def test_a_recall_whose_reply_was_lost_still_says_that_it_came_in_time(
    portal: PortalSimulator, delivery: PortalClient
) -> None:
    package = await deliver(delivery)
    portal.faults.add(Fault(match="recall", kind="reply_lost"))
    with pytest.raises(Passing):
        await delivery.recall(package.id, key="k-recall", at=AT)
    assert await delivery.recall(package.id, key="k-recall", at=AT) is True


async def test_one_key_never_carries_two_contents(portal: PortalSimulator, delivery: PortalClient) -> None:
    await deliver(delivery)
    with pytest.raises(HoldfastError) as caught:
        await deliver(delivery, content=b"other")
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "portal deliver 422")
    assert len(portal.packages) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(429, Code.TRANSIENT), (502, Code.TRANSIENT), (401, Code.NEEDS_HUMAN), (413, Code.PERMANENT)]
)
async def test_a_failed_delivery_tells_nobody_whose_it_was(
    portal: PortalSimulator, delivery: PortalClient, status: int, code: Code
) -> None:
    portal.faults.add(Fault(kind="status", value=status))
    with pytest.raises(HoldfastError) as caught:
        await deliver(delivery)
    assert (caught.value.code, caught.value.detail) == (code, f"portal deliver {status}")
    assert says_nothing_of(caught.value, *SECRETS)
    assert portal.packages == []


async def test_an_unknown_package_is_permanent_and_unnamed(delivery: PortalClient) -> None:
    with pytest.raises(HoldfastError) as caught:
        await delivery.state("pkg-999999")
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "portal state 404")
    assert says_nothing_of(caught.value, *SECRETS)
