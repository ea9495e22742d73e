"""A thousand forged requests in a minute: one case and one call for all of them; the genuine one beside is first."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from console.intake.mails import Mails
from console.intake.wiring import OpenIntake, build_intake
from domain.intake import MOST_JOINED, RequesterTrust, Verdict
from domain.triage import LineQuery, Taken
from integrations.base.client import open_http
from tests.intake.conftest import at_the_door
from tests.intake.parts import BEGAN, SOURCES, write_keys
from tests.intake.test_mail import AGENCY, Records, mail, signed
from tests.world import Case, World

MAIL = next(each for each in SOURCES if each.name == "edr-mail")


@pytest.fixture
async def opened(world: World) -> AsyncIterator[OpenIntake]:
    """The ways in before the tests' whole deployment."""
    write_keys(world.settings.intake_keys)
    world.settings.intake_path.write_text(
        "sources:\n"
        "  - {name: alerts, recipe: generic, key: alerts.key}\n"
        "  - {name: le-form, recipe: form}\n"
        "  - {name: edr-mail, recipe: mail, address: edr@intake.example.org}\n"
    )
    async with open_http() as http:
        yield build_intake(
            world.settings,
            store=world.records,
            vault=world.ports.vault,
            declarer=world.declarer,
            directory=world.ports.directory,
            http=http,
        )


@pytest.mark.parametrize("count", [MOST_JOINED + 60, pytest.param(1000, marks=pytest.mark.soak)])
async def test_forged_requests_in_a_minute_are_one_case_and_the_genuine_one_is_worked_first(
    world: World, opened: OpenIntake, count: int
) -> None:
    began = BEGAN
    # However slow this machine is, all of it comes within the minute.
    opened.intake.now = lambda: min(datetime.now(UTC), began + timedelta(seconds=59))
    account = world.fresh_account()
    real = signed(mail(text=f"SYNTHETIC: he has not come home.\nAccount: {account}\n"))
    genuine: list[Taken] = []
    before = len(world.sims.pager.pages)

    async def forge(client: httpx.AsyncClient, number: int) -> None:
        form = {
            "key": f"forged-{count}-{number}",
            "requester": "law-enforcement",
            "line": "SYNTHETIC: hand it over now or somebody dies.",
            # Every one of them names another account and another domain; some steal the genuine agency's name, and
            # some its very target.
            "identifier": account if number % 7 == 0 else f"acct-forged-{number}",
            "email": f"chief@{AGENCY}" if number % 5 == 0 else f"chief@police-{number}.example.net",
        }
        assert (await client.post("/intake/le-form", data=form)).status_code == 200

    async with at_the_door(opened.door) as client:
        for start in range(0, count, 20):
            await asyncio.gather(*(forge(client, number) for number in range(start, start + 20)))
            if start == count // 40 * 20:
                mails = Mails(opened.intake, world.ports.vault, Records())
                genuine.append(await mails.take(MAIL, real))
    [taken] = genuine
    await opened.watch.once()

    every: list[tuple[str, Verdict, str, str]] = []
    page = await opened.intake.lines.find(LineQuery(since=began))
    assert page[0].line == taken.line.line, "whoever is confirmed stands first"
    while page:
        every += [(each.source, each.verdict, each.case, each.state.value) for each in page]
        page = await opened.intake.lines.find(LineQuery(since=began, after=page[-1].line))
    forged = [each for each in every if each[0] == "le-form"]
    assert Counter(each[1] for each in forged) == {
        Verdict.START: 1,
        Verdict.JOIN: MOST_JOINED,
        Verdict.OVERFLOW: count - 1 - MOST_JOINED,
    }
    [collapsed] = {each[2] for each in forged}
    assert taken.line.requester_trust is RequesterTrust.CONFIRMED
    assert (taken.line.verdict, taken.line.state.value) == (Verdict.START, "started")
    assert taken.line.case != collapsed

    # Both cases run. For all the forged ones together people are called as for one case, each of them once, and for
    # what waits in triage nobody is called beside it.
    real_case = Case(world, taken.line.case)
    assert (await real_case.state()).facts["requester_domain"] == AGENCY
    await Case(world, collapsed).open("assess-emergency")
    await real_case.open("call-back")
    pages = world.sims.pager.pages[before:]
    assert not [each for each in pages if each.kind == "triage"]
    called = Counter((each.kind, each.person) for each in pages if each.case == collapsed)
    assert set(called.values()) == {1}


async def test_a_case_begins_from_one_line_and_one_identifier_and_names_what_it_still_has_to_learn(
    world: World, opened: OpenIntake
) -> None:
    account = world.fresh_account()
    raw = signed(mail(text=f"SYNTHETIC: where is she?\nUser ID: {account}\n"))
    taken = await Mails(opened.intake, world.ports.vault, Records()).take(MAIL, raw)
    state = await Case(world, taken.line.case).until(lambda found: "contain/snapshot_account/1" in found.journal)
    assert state.facts["account"] == account
    assert (state.facts["category"], state.facts["country"]) == ("", "")
    missing = state.facts["missing_facts"]
    assert isinstance(missing, tuple | list)
    assert {"category", "country", "officer"} <= set(missing)
    assert "account" not in missing
    assert "requester_email" not in missing
