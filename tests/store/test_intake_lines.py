"""Lines of intake on both databases: written once, ruled in turn, found by hash, and never taken out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import Code, HoldfastError
from domain.intake import (
    BUDGETS,
    CONFIRMED,
    MOST_JOINED,
    Budget,
    Budgets,
    Channel,
    Facets,
    IntakeLine,
    Requester,
    RequesterTrust,
    SourceTrust,
    Verdict,
)
from domain.line_codes import LineState
from domain.triage import AGAIN, LineQuery, NewLine
from integrations.store import Store, open_store
from integrations.vault.keys import CaseKeys

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
OPEN = BUDGETS[SourceTrust.OPEN]


def new(number: int, **more: Any) -> NewLine:
    """Line `number`, SYNTHETIC: from the open form, about an account and from a domain of its own."""
    confirmed = more.pop("confirmed", False)
    told = {
        "key": str(number),
        "source": "form",
        "channel": Channel.FORM,
        "procedure": "edr",
        "source_trust": SourceTrust.OPEN,
        "requester_trust": RequesterTrust.CONFIRMED if confirmed else RequesterTrust.CLAIMED,
        "identifier": f"acct-{number}",
        "received_at": NOW,
    }
    lane = "agency:a1" if confirmed else "source:form:open"
    facets = {"lane": lane, "target": f"t{number}", "domain": f"d{number}", "agency": "a1" if confirmed else ""}
    line = IntakeLine.model_validate({**told, **{key: value for key, value in more.items() if key in told}})
    line = line.model_copy(update={"requester": more.get("requester", Requester.LAW_ENFORCEMENT)})
    return NewLine(
        line=f"l{number}",
        digest=more.get("digest", "same"),
        told=line,
        facets=Facets(**{**facets, **{key: value for key, value in more.items() if key in facets}}),
        budgets=more.get("budgets", CONFIRMED if confirmed else OPEN),
        case=f"EDR-{number}",
        body=f"sealed {number}".encode(),
    )


async def test_a_line_comes_back_as_it_was_and_a_repeat_changes_nothing(store: Store) -> None:
    first, again = await store.lines.take(new(1)), await store.lines.take(new(1))
    assert (first.new, again.new) == (True, False)
    assert first.line == again.line
    assert (first.line.verdict, first.line.state, first.line.case) == (Verdict.START, LineState.STARTING, "EDR-1")
    assert await store.lines.body("l1") == b"sealed 1"
    assert await store.lines.body("none") is None
    with pytest.raises(HoldfastError) as refused:
        await store.lines.take(new(1, digest="other"))
    assert refused.value.code is Code.DUPLICATE_KEY


async def test_of_many_that_come_at_once_one_starts_a_case_and_the_rest_join_or_overflow(store: Store) -> None:
    taken = await asyncio.gather(*(store.lines.take(new(number)) for number in range(MOST_JOINED + 11)))
    verdicts = [each.line.verdict for each in taken]
    assert verdicts.count(Verdict.START) == 1
    assert verdicts.count(Verdict.JOIN) == MOST_JOINED
    assert verdicts.count(Verdict.OVERFLOW) == 10
    [case] = {each.line.case for each in taken}
    assert len(await store.lines.find(LineQuery(case=case))) == MOST_JOINED + 11
    assert await store.lines.counts() == {"starting": 1, "open": MOST_JOINED + 10}


async def test_a_confirmed_agency_is_ruled_in_its_own_lane_and_stands_first_in_every_list(store: Store) -> None:
    for number in range(3):
        await store.lines.take(new(number))
    genuine = await store.lines.take(new(9, target="t0", confirmed=True))
    assert (genuine.line.verdict, genuine.line.case) == (Verdict.START, "EDR-9")
    assert [each.line for each in await store.lines.starting()] == ["l9", "l0"]
    assert [each.line for each in await store.lines.find(LineQuery())] == ["l9", "l0", "l1", "l2"]


async def test_lists_are_read_page_by_page_and_no_line_is_left_out(store: Store) -> None:
    for number in range(7):
        await store.lines.take(new(number, confirmed=number in (2, 5)))
    seen: list[str] = []
    while page := await store.lines.find(LineQuery(limit=2, after=seen[-1] if seen else "")):
        seen += [each.line for each in page]
    assert seen == ["l2", "l5", "l0", "l1", "l3", "l4", "l6"]


async def test_lines_are_found_by_hash_source_time_state_and_reason(store: Store) -> None:
    await store.lines.take(new(1))
    later = NOW + timedelta(hours=2)
    await store.lines.take(new(2, domain="d1", source="mail", received_at=later, lane="source:mail:open"))
    await store.lines.take(new(3, requester=Requester.OTHER))
    cases = {
        "l1 l2": LineQuery(domain="d1"),
        "l2": LineQuery(target="t2"),
        "l2 ": LineQuery(source="mail"),
        "l2  ": LineQuery(since=NOW + timedelta(hours=1)),
        "l1 l3": LineQuery(until=NOW + timedelta(hours=1)),
        "l3": LineQuery(state="open"),
        "l3 ": LineQuery(why="not-law-enforcement"),
        "": LineQuery(agency="a1"),
    }
    for wanted, query in cases.items():
        assert [each.line for each in await store.lines.find(query)] == wanted.split()


async def test_a_token_comes_back_when_its_time_is_over(store: Store) -> None:
    budgets = Budgets(source=Budget(cases=1, per=timedelta(minutes=1)))
    times = (0, 30, 59, 60, 61, 121)
    verdicts = []
    for number, seconds in enumerate(times):
        at = NOW + timedelta(seconds=seconds)
        verdicts.append((await store.lines.take(new(number, received_at=at, budgets=budgets))).line.verdict.value)
    assert verdicts == ["start", "join", "join", "start", "join", "start"]


async def test_only_open_lines_are_owned_closed_or_opened_and_each_keeps_who_and_why(store: Store) -> None:
    for number in range(4):
        await store.lines.take(new(number))
    lines = store.lines
    assert await lines.own(["l0", "l1"], "les-ada", NOW) == 1
    assert await lines.close(["l1"], "", "forged", "les-ben", NOW) == 1
    assert await lines.close(["l1"], "", "test", "les-ben", NOW) == 0
    assert await lines.close([], "EDR-0", "same-request", "les-ben", NOW) == 2
    found = {each.line: each for each in await lines.find(LineQuery())}
    assert [(each.state.value, each.owner, each.code) for each in found.values()] == [
        ("starting", "", ""),
        ("closed", "les-ben", "forged"),
        ("closed", "les-ben", "same-request"),
        ("closed", "les-ben", "same-request"),
    ]
    assert found["l1"].owned_at == NOW
    with pytest.raises(HoldfastError) as refused:
        await lines.opened("l1", case="EDR-1", target="t", body=b"", person="les-ada", at=NOW)
    assert refused.value.code is Code.NOT_OPEN
    await lines.started("l0", NOW)
    await lines.take(new(5))
    await lines.opened("l5", case="EDR-5", target="t", body=b"now known", person="les-ada", at=NOW)
    [waiting] = await lines.starting()
    assert (waiting.case, waiting.code, await lines.body("l5")) == ("EDR-5", "opened", b"now known")


async def test_people_are_called_for_what_no_case_calls_for_and_again_for_what_nobody_owns(store: Store) -> None:
    lines = store.lines
    await lines.take(new(0))
    await lines.take(new(1))
    await lines.take(new(2, requester=Requester.OTHER))
    await lines.take(new(3, requester=Requester.OTHER))
    [waiting] = await lines.uncalled(NOW, AGAIN)
    assert (waiting.source, waiting.why, waiting.lines, waiting.oldest) == ("form", "not-law-enforcement", 2, NOW)
    await lines.called("form", "not-law-enforcement", NOW, AGAIN)
    assert await lines.uncalled(NOW + AGAIN / 2, AGAIN) == []
    again = await lines.uncalled(NOW + AGAIN, AGAIN)
    assert [(each.why, each.lines) for each in again] == [("not-law-enforcement", 2), ("source", 1)]
    await lines.own(["l1", "l2"], "les-ada", NOW)
    assert [each.lines for each in await lines.uncalled(NOW + AGAIN, AGAIN)] == [1]


async def test_lines_and_what_became_of_them_survive_reopening(store_url: str, keys: CaseKeys) -> None:
    async with open_store(store_url, keys) as store:
        await store.lines.take(new(1))
    async with open_store(store_url, keys) as store:
        assert (await store.lines.take(new(2))).line.case == "EDR-1"
        assert [each.line for each in await store.lines.starting()] == ["l1"]
