"""What the platform is asked for somebody in danger from themselves: less reach, a message, the stream."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from domain.crisis import resources
from domain.errors import Code, HoldfastError
from integrations.platform.client import PlatformClient
from integrations.simulator.faults import Fault
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator

ACCOUNT = "acct-synthetic-001"
AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NOTICE = resources("US", minor=False)


@pytest.fixture
def care(platform: PlatformSimulator, http: httpx.AsyncClient) -> PlatformClient:
    return PlatformClient(platform.url, PLATFORM_TOKEN, http)


async def test_limits_and_a_cut_are_taken_back_one_by_one_and_the_account_stays_active(
    platform: PlatformSimulator, care: PlatformClient
) -> None:
    seen = []
    for number, verb in enumerate(("limit", "cut", "unlimit", "resume", "resume")):
        assert await care.act(verb, ACCOUNT, key=f"k-{number}", at=AT)
        account = platform.account(ACCOUNT)
        seen.append((account.limited, account.cut, account.state))
    assert seen == [
        (True, False, "active"),
        (True, True, "active"),
        (False, True, "active"),
        (False, False, "active"),
        (False, False, "active"),
    ]


async def test_a_message_is_shown_once_word_for_word_though_the_first_answer_was_lost(
    platform: PlatformSimulator, care: PlatformClient
) -> None:
    platform.faults.add(Fault(match="notice", kind="reply_lost"))
    with pytest.raises(HoldfastError) as lost:
        await care.show(ACCOUNT, NOTICE, key="k", at=AT)
    assert lost.value.code in (Code.TRANSIENT, Code.UNREACHABLE)
    assert await care.show(ACCOUNT, NOTICE, key="k", at=AT)
    assert [each.model_dump() for each in platform.account(ACCOUNT).notices] == [NOTICE.model_dump()]
    assert platform.stats()["applied"] == platform.stats()["keys"] == 1


async def test_nothing_is_shown_to_an_account_that_is_not_there(care: PlatformClient) -> None:
    with pytest.raises(HoldfastError) as caught:
        await care.show("acct-nobody", NOTICE, key="k", at=AT)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "platform show 404")
