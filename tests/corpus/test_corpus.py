"""Invented requests on the real server, each to its end: what is forged gets nothing, what is genuine gets its help,
and nobody who is not confirmed can read from our answer, or from its hour, whether there is an account."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.register import EDR_DECIDE
from tests.cases import Case
from tests.corpus.corpus import BY_KEY, CORPUS, Corpus
from tests.corpus.measuring import Measured, outward
from tests.corpus.playing import ORDINARY
from tests.corpus.printing import page, sums, table, unlike
from tests.corpus.requests import Kind
from tests.world import World

THIN = ("missing-walker", "no-emergency", "look-alike", "voice-only")
"""One of each kind of ending; who cannot be reached is below, and all of the rest is `make corpus`."""
GREEN = "missing-walker"


def test_there_are_sixty_requests_at_least_each_of_its_own_name() -> None:
    assert len(CORPUS) >= 60
    assert len(BY_KEY) == len(CORPUS) == len({each.name for each in CORPUS})
    assert {each.kind for each in CORPUS} == set(Kind)
    known = list(BY_KEY)
    assert all(known.index(other) < known.index(each.key) for each in CORPUS for other in each.after)


async def test_a_thin_selection_of_the_corpus_ends_as_it_must(town: World) -> None:
    found = await Corpus(town).play([BY_KEY[key] for key in THIN])
    _all_as_expected(found)
    [green] = [each for each in found if each.request.key == GREEN]
    _inside_the_budget(green)


async def test_whoever_is_not_confirmed_reads_nothing_from_the_letters_nor_from_when_they_leave(town: World) -> None:
    # People who take their time over what there is to do only where there is an account.
    slow = {**ORDINARY, "protect": 9.0, "call-desk": 40.0}
    real = BY_KEY["phone-rings-out"]
    there = replace(real, key="there", agency_of=real.key, how=replace(real.how, pace=slow))
    nowhere = replace(there, key="not-there", lives=None)
    corpus = Corpus(town)
    one, other = await asyncio.gather(corpus.alone(there), corpus.alone(nowhere))
    assert ("desk" in one.slowed, "desk" in other.slowed) == (True, False)
    assert await _heard(town, one) == await _heard(town, other)


async def _heard(town: World, found: Measured) -> list[tuple[str, str, int]]:
    """What came to the requester: subject, text, and after how many whole minutes of the case."""
    case = Case(town, found.case)
    since = (await case.state()).declared_at
    heard = [
        (each.subject.replace(case.id, "REFERENCE"), each.text.replace(case.id, "REFERENCE"), each.at - since)
        for each in await outward(case)
    ]
    assert [int(after / timedelta(minutes=1)) for _, _, after in heard] == [10, 30]
    return [(subject, text, int(after / timedelta(minutes=1))) for subject, text, after in heard]


@pytest.mark.soak
async def test_the_whole_corpus_ends_as_it_must(town: World) -> None:
    found = await Corpus(town).play(CORPUS)
    print("\n".join(["", *table(found), "", *sums(found)]))
    if to := os.environ.get("CORPUS_TO"):
        Path(to).write_text(page(found, "make corpus", datetime.now(UTC).date().isoformat()))
    _all_as_expected(found)
    _inside_the_budget(next(each for each in found if each.request.key == GREEN))


def _all_as_expected(found: list[Measured]) -> None:
    forged = [each for each in found if each.request.kind is Kind.FORGED]
    assert [each.request.key for each in forged if each.released] == []
    assert [unlike(each) for each in found if not each.expected] == []
    assert [each.request.key for each in found if each.faults] == []


def _inside_the_budget(green: Measured) -> None:
    """People of an ordinary pace: the owner one minute, tasks three to five, decisions three."""
    assert green.to_human is not None
    assert green.to_safe is not None
    assert green.to_opened is not None
    print(
        f"\na green request, simulated minutes: {green.to_human:.1f} to a human, {green.to_safe:.1f} to evidence safe, "
        f"{green.to_opened:.1f} to E1 and E2 opened"
    )
    budget = EDR_DECIDE.target
    assert budget is not None
    assert timedelta(minutes=max(green.to_human, green.to_safe, green.to_opened)) <= budget == timedelta(minutes=30)
