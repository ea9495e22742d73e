"""Ten thousand requests that are malformed, unsigned, replayed or too large: none crashes, none starts anything."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.intake.conftest import Ways, send
from tests.intake.parts import (
    BEGAN,
    COOP_ACTION,
    Request,
    alert,
    coop,
    ed25519,
    generic,
    incident_event,
    incident_io,
    pagerduty,
    pagerduty_event,
)

Attack = tuple[int, Callable[[random.Random], Request]]
LONG_AGO = BEGAN - timedelta(hours=1)
GOOD = [
    generic(alert("kept")),
    ed25519(alert("kept", email="a@police.northfield.example.org")),
    coop(COOP_ACTION),
    pagerduty(pagerduty_event()),
    incident_io(incident_event()),
]


def _noise(chance: random.Random, most: int = 400) -> bytes:
    return chance.randbytes(chance.randrange(most))


def _cut(chance: random.Random) -> Request:
    """A proven request whose body lost its end, or had one bit turned, on the way."""
    good = chance.choice(GOOD)
    at = chance.randrange(len(good.body))
    flipped = good.body[:at] + bytes([good.body[at] ^ (1 << chance.randrange(8))]) + good.body[at + 1 :]
    return Request(good.source, chance.choice((good.body[:at], flipped)), good.headers)


def _elsewhere(chance: random.Random) -> Request:
    """A proven request, brought to another source."""
    good = chance.choice(GOOD)
    others = [each.source for each in GOOD if each.source != good.source]
    return Request(chance.choice([*others, "other-alerts"]), good.body, good.headers)


def _strange(chance: random.Random) -> Request:
    """Headers of every kind that hold nothing of use."""
    text = "".join(chr(chance.randrange(32, 127)) for _ in range(chance.randrange(200)))
    names = ("X-Holdfast-Signature", "Coop-Signature", "X-PagerDuty-Signature", "webhook-signature", "webhook-id")
    said = dict.fromkeys(names, text) | {"webhook-timestamp": str(chance.randrange(10**11))}
    return Request(chance.choice(GOOD).source, _noise(chance), said)


def _unfit(chance: random.Random) -> Request:
    """Signed, JSON, and not what the source's schema asks for."""
    plain = chance.choice([{}, {"key": 1}, {"event": None}, {"item": []}, {"event_type": {}}, {"key": "", "line": ""}])
    return chance.choice((generic, ed25519, coop, pagerduty, incident_io))(plain)


ATTACKS: tuple[Attack, ...] = (
    (401, lambda chance: Request(chance.choice(GOOD).source, _noise(chance))),
    (401, _strange),
    (401, _cut),
    (401, _elsewhere),
    (401, lambda chance: generic(alert(str(chance.random())), at=LONG_AGO)),
    (401, lambda chance: generic(alert(str(chance.random())), secret=chance.randbytes(32))),
    (404, lambda chance: Request(f"s-{chance.randrange(10**6)}", _noise(chance))),
    (400, lambda chance: generic(b"\xff" + _noise(chance))),
    (400, lambda chance: coop(b"[" * chance.randrange(1, 5000))),
    (422, _unfit),
    (413, lambda chance: Request(chance.choice(GOOD).source, bytes(chance.randrange(65_537, 90_000)))),
)
REPLAYED = 202


async def _attacked(ways: Ways, count: int) -> tuple[Counter[int], float]:
    """Every request's status was the right one, or this fails with those that were not."""
    chance = random.Random(7)
    found: Counter[int] = Counter()
    wrong: list[str] = []
    transport = httpx.ASGITransport(app=ways.door.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://door.example.org") as client:
        for good in GOOD:
            assert (await send(client, good)).status_code == 202
        began = time.monotonic()
        for number in range(count):
            if number % 12 == 11:
                wanted, request = REPLAYED, chance.choice(GOOD)
            else:
                wanted, make = ATTACKS[number % 12 % len(ATTACKS)]
                request = make(chance)
            answer = await send(client, request)
            found[answer.status_code] += 1
            if answer.status_code != wanted:
                wrong.append(f"{number}: {wanted} {answer.status_code} {request.source} {answer.text}")
            if wanted == REPLAYED:
                assert answer.json()["new"] is False
        took = time.monotonic() - began
    assert not wrong, wrong[:5]
    return found, took


async def _nothing_more_started(ways: Ways) -> None:
    counts = await ways.store.lines.counts()
    assert counts == {"started": len(GOOD)}
    assert len(ways.starting.declared) == len(GOOD)


async def test_a_thousand_hostile_requests_start_nothing_and_each_is_refused_by_its_status(ways: Ways) -> None:
    found, _ = await _attacked(ways, 1000)
    assert set(found) == {202, 400, 401, 404, 413, 422}
    await _nothing_more_started(ways)


@pytest.mark.soak
async def test_ten_thousand_do_not_either(ways: Ways) -> None:
    found, took = await _attacked(ways, 10_000)
    assert sum(found.values()) == 10_000
    await _nothing_more_started(ways)
    print(f"10,000 hostile requests in {took:.1f} s: {dict(sorted(found.items()))}")
