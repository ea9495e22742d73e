"""Schedules kept in PagerDuty: read over the real wire, joined with our rota, and never a reason for an empty one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from domain.duty import on_duty
from domain.errors import Code, HoldfastError
from domain.outside import KnownRota
from domain.people import Role
from integrations.base.client import open_http
from integrations.directory.file import DirectoryFile
from integrations.pagerduty.schedules import PagerDutySchedules
from integrations.rota.combined import WithSchedules
from integrations.rota.file import RotaFile
from integrations.simulator.faults import Fault
from integrations.simulator.pagerduty import PAGERDUTY_TOKEN, OnCall, PagerDutySimulator
from tests.rota.parts import EXAMPLE, PEOPLE, utc

NOW = utc(2026, 11, 22, 9)
FAY, GUS = "leg-fay@example.com", "leg-gus@example.com"


class Time:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http() as client:
        yield client


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDutySimulator]:
    async with PagerDutySimulator() as sim:
        yield sim


def joined(sim: PagerDutySimulator, http: httpx.AsyncClient, home: Path, clock: Time) -> WithSchedules:
    file = home / "rota.yaml"
    file.write_text(EXAMPLE.read_text() + "\nschedules: {PLEGAL1: legal-counsel, PLEGAL2: legal-counsel}\n")
    people = DirectoryFile(PEOPLE)
    schedules = PagerDutySchedules(sim.url, PAGERDUTY_TOKEN, http)
    return WithSchedules(RotaFile(file, people, clock), schedules, people, home / "schedules.json", clock)


async def legal(known: KnownRota, at: datetime) -> list[str]:
    people = await DirectoryFile(PEOPLE).current()
    return [each.person.id for each in on_duty(known.rota, people, Role.LEGAL, at)]


async def test_every_page_of_the_answer_is_read(pagerduty: PagerDutySimulator, http: httpx.AsyncClient) -> None:
    pagerduty.schedule(
        *(
            OnCall(schedule="P1", email=FAY, start=NOW + timedelta(hours=hour), end=NOW + timedelta(hours=hour + 1))
            for hour in range(250)
        ),
        OnCall(schedule="P2", email=GUS),
    )
    found = await PagerDutySchedules(pagerduty.url, PAGERDUTY_TOKEN, http).on_call(
        ["P1"], NOW, NOW + timedelta(days=30)
    )
    assert len(found) == 250
    assert {(each.schedule, each.email, each.level) for each in found} == {("P1", FAY, 1)}


async def test_the_schedules_say_who_is_on_duty_by_level(
    pagerduty: PagerDutySimulator, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    pagerduty.schedule(
        OnCall(schedule="PLEGAL1", email=FAY, start=NOW, end=NOW + timedelta(hours=4)),
        OnCall(schedule="PLEGAL2", email=GUS, level=2),
        OnCall(schedule="PLEGAL2", email="stranger@example.com", level=3),
    )
    known = await joined(pagerduty, http, tmp_path, Time()).current()
    assert await legal(known, NOW + timedelta(hours=1)) == ["leg-fay", "leg-gus"]
    assert await legal(known, NOW + timedelta(hours=5)) == ["leg-gus"]


async def test_when_they_cannot_be_asked_the_last_known_stand_with_their_age_even_after_a_restart(
    pagerduty: PagerDutySimulator, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    clock = Time()
    pagerduty.schedule(OnCall(schedule="PLEGAL1", email=FAY))
    found = joined(pagerduty, http, tmp_path, clock)
    assert (await found.current()).fault == ""
    pagerduty.faults.add(Fault(kind="status", value=503, times=None))
    clock.at += timedelta(minutes=20)
    for rotas in (found, joined(pagerduty, http, tmp_path, clock)):
        known = await rotas.current()
        assert (known.fault, known.as_of) == ("pagerduty oncalls 503", NOW)
        assert await legal(known, clock.at) == ["leg-fay"]
    assert "example.com" not in (tmp_path / "schedules.json").read_text(), "no addresses are kept"
    pagerduty.faults.clear()
    clock.at += timedelta(minutes=2)
    assert (await found.current()).fault == ""


async def test_never_heard_from_our_own_rota_stands_and_says_so(
    pagerduty: PagerDutySimulator, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    pagerduty.faults.add(Fault(kind="drop", times=None))
    known = await joined(pagerduty, http, tmp_path, Time()).current()
    assert known.fault.startswith("pagerduty oncalls")
    assert await legal(known, NOW) == ["leg-gus", "leg-fay"]


async def test_a_wrong_key_needs_a_person_and_is_not_shown(
    pagerduty: PagerDutySimulator, http: httpx.AsyncClient
) -> None:
    with pytest.raises(HoldfastError) as caught:
        await PagerDutySchedules(pagerduty.url, "synthetic-wrong", http).on_call(["P1"], NOW, NOW + timedelta(days=1))
    assert caught.value.code is Code.NEEDS_HUMAN
    assert "synthetic-wrong" not in str(caught.value)
