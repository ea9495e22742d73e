"""The letter that two people decided leaves in the words that they saw, and not a byte of it hangs on the account."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from activities.letters import letter
from domain.answers import EARLIEST, Answer, CaseFacts, draft
from domain.emergency import Known
from domain.entities import Way
from domain.least import Least
from domain.people import Role
from integrations.simulator.accounts import synthetic_account
from integrations.simulator.mail import Mail
from tests.world import Approve, Case, Retry, World

WRITER = "desk.sergeant@police.northfield.example.org"


async def decided(world: World, drill: bool = False, **answers: Any) -> Case:
    """A case whose letter two people have approved; by default to a writer whom nobody could confirm."""
    given = {"requester_email": WRITER, "answer": "no-legal-basis", "known": "unconfirmed", **answers}
    case = await world.declare(slug="rehearsed_answer", drill=drill, **given)
    await case.act(Role.LE_SPECIALIST, "refuse", Approve())
    await case.act(Role.LEGAL, "refuse", Approve())
    return case


async def sent_late(case: Case) -> Mail:
    """The letter of a case whose step was too early and is tried again after the earliest moment."""
    await case.open("send_answer")
    await case.later(seconds=EARLIEST.total_seconds() + 1)
    await case.act(Role.ENGINEER, "send_answer", Retry())
    await case.result()
    return the_letter(case)


def the_letter(case: Case) -> Mail:
    found = {each.message_id: each for each in case.world.sims.mail.messages if case.id in each.subject}
    [only] = [each for each in found.values() if not each.to[0].endswith("@example.com")]
    return only


def abroad(world: World, residency: str) -> str:
    account = world.fresh_account()
    there = world.sims.platform.state.accounts[account]
    moved = synthetic_account(7, residency)
    world.sims.platform.state.accounts[account] = there.model_copy(
        update={"residency": residency, "records": moved.records}
    )
    return account


async def test_to_an_unconfirmed_writer_the_bytes_are_the_same_whether_or_not_there_is_an_account(
    world: World,
) -> None:
    # As drills: they need not wait for the moment at which such a letter may leave.
    cases = await asyncio.gather(
        decided(world, drill=True, account=world.fresh_account(), answer="not-an-emergency"),
        decided(world, drill=True, account="acct-nobody-has-this"),
        decided(world, drill=True, account=abroad(world, "DE"), known="contradicted", answer="fraud"),
    )
    arrived = []
    for case in cases:
        await case.result()
        mail = the_letter(case)
        assert mail.to == [WRITER]
        arrived.append((mail.subject.replace(case.id, ""), mail.text.replace(case.id, "")))
    assert len(set(arrived)) == 1


async def test_a_letter_to_an_unconfirmed_writer_is_not_sent_early(world: World) -> None:
    case = await decided(world)
    await case.open("send_answer")
    assert not world.letters(case.id)
    arrived = await sent_late(case)
    assert arrived.subject == draft(Answer.NO_LEGAL_BASIS, Known.UNCONFIRMED, CaseFacts(case=case.id)).subject


async def test_a_confirmed_agency_is_answered_at_once_at_its_own_mailbox(world: World) -> None:
    case = await decided(world, known="confirmed", to="agency-marsh-mill")
    await case.result()
    arrived = the_letter(case)
    assert arrived.to == ["records@sheriff.marsh-mill.example.org"]
    words = draft(Answer.NO_LEGAL_BASIS, Known.CONFIRMED, CaseFacts(case=case.id))
    assert arrived.text.split() == words.text.split()


@pytest.mark.parametrize(
    "answers",
    [
        {"known": "unconfirmed", "taken_for": "confirmed", "to": "agency-northfield"},
        {"known": "confirmed", "taken_for": "unconfirmed", "to": "agency-northfield"},
        {"known": "confirmed", "found": "unconfirmed", "to": "agency-northfield"},
        {"known": "confirmed"},
        {"known": "unconfirmed", "to": "agency-northfield"},
    ],
    ids=[
        "told-more-than-decided",
        "told-less-than-decided",
        "not-as-found",
        "confirmed-at-any-address",
        "unconfirmed-at-an-agency",
    ],
)
async def test_a_letter_that_was_not_decided_so_does_not_leave_and_asks_a_person(
    world: World, answers: dict[str, str]
) -> None:
    case = await decided(world, **answers)
    await case.open("send_answer")
    assert not world.letters(case.id)


async def test_what_is_looked_at_beforehand_is_the_route_and_the_least(world: World) -> None:
    case = await decided(world, account=abroad(world, "DE"))
    journal = (await case.state()).journal
    route = next(value for key, value in journal.items() if "route_request" in key)
    assert (route["way"], route["to"]) == (Way.SISTER.value, "ie")
    gathered = Least.model_validate(next(value for key, value in journal.items() if "gather_least" in key))
    assert gathered.scope.items == ()
    ours = await decided(world)
    journal = (await ours.state()).journal
    gathered = Least.model_validate(next(value for key, value in journal.items() if "gather_least" in key))
    assert [item.id for item in gathered.scope.items] == ["email", "phone", "last_login_at", "last_login_ip"]
    assert gathered.scope.basis == {"E1": "us-agency-records", "E2": "us-agency-records"}


def test_the_holding_reply_of_before_is_word_for_word_the_one_of_now() -> None:
    now = draft(Answer.HOLDING, Known.UNCONFIRMED, CaseFacts(case="EDR-00000-00000"))
    assert now == letter("holding", case="EDR-00000-00000")
