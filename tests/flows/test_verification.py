"""The ladder on the real server: people answer the phone, the list answers for numbers, and nobody is talked round."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Approve, Cannot, Deny, Done
from domain.incident import Outcome
from domain.people import Role
from domain.state import Status
from tests.procedures import verifying
from tests.world import Case, World

NORTHFIELD = "desk.sergeant@police.northfield.example.org"


@pytest.fixture
async def request_of(world: World, one_agency: None) -> Any:
    async def declare(**answers: Any) -> Case:
        given = {
            "requester_email": NORTHFIELD,
            "country": "US",
            "officer": f"SYNTHETIC officer {world.fresh_account()}",
        }
        return await world.declare(slug=verifying.POLICY.slug, **{**given, **answers})

    return declare


async def called_back(case: Case, **said: Any) -> str:
    who = await case.world.someone(Role.LE_SPECIALIST)
    await case.act(who, "call-back", Done(result={"answer": "confirmed", **said}, artefact=await case.record()))
    return who


async def papers_read(case: Case, **said: Any) -> None:
    who = await case.world.someone(Role.LE_SPECIALIST)
    await case.act(who, "read-papers", Done(result={"agency": "yes", **said}, artefact=await case.record()))


async def supervisor(case: Case, **said: Any) -> None:
    who = await case.world.someone(Role.LE_SPECIALIST)
    result = {"answer": "confirmed", "how": "second-number", **said}
    await case.act(who, "ask-supervisor", Done(result=result, artefact=await case.record()))


def fields(case: Case) -> list[str]:
    [package] = case.world.packages(case.id)
    return package


async def test_a_request_that_is_confirmed_by_call_back_and_papers_carries_records_and_no_content(
    request_of: Any,
) -> None:
    case = await request_of()
    await called_back(case)
    await papers_read(case)
    await case.act(Role.LEGAL, "release/", Approve())
    await case.act(Role.DUTY_MANAGER, "release/", Approve())
    assert (await case.result()).outcome is Outcome.DISCLOSED
    assert "direct_messages" not in fields(case)


async def test_content_is_carried_only_with_a_supervisors_word(request_of: Any) -> None:
    case = await request_of(content_wanted=True)
    await called_back(case)
    await papers_read(case)
    await supervisor(case)
    await case.act(Role.LEGAL, "release/", Approve())
    await case.act(Role.DUTY_MANAGER, "release/", Approve())
    await case.result()
    assert "direct_messages" in fields(case)


async def test_being_pressed_asks_a_supervisor_and_seats_counsel_and_carries_no_content(request_of: Any) -> None:
    case = await request_of(content_wanted=True)
    await called_back(case, pressed=True)
    await papers_read(case)
    await supervisor(case)
    who = await case.world.someone(Role.LE_SPECIALIST)
    await case.act(who, "ask-peers", Cannot(code="no-peer"))
    manager = await case.world.someone(Role.DUTY_MANAGER)
    await case.act(manager, "release-with-counsel", Approve())
    state = await case.state()
    [gate] = [each for key, each in state.gates.items() if "release-with-counsel" in key]
    assert gate.status is Status.OPEN
    other = await case.world.someone(Role.DUTY_MANAGER, but=[manager])
    await case.act(other, "release-with-counsel", Approve())
    assert (await case.until(lambda s: len(s.gates[gate.key].votes) == 2)).gates[gate.key].status is Status.OPEN
    await case.act(Role.LEGAL, "release-with-counsel", Approve())
    await case.result()
    assert "direct_messages" not in fields(case)


async def test_a_call_back_that_nobody_answers_releases_nothing_and_calls_the_desk_that_serves_the_place(
    request_of: Any,
) -> None:
    case = await request_of(place="US-NF-HILLS")
    who = await case.world.someone(Role.LE_SPECIALIST)
    await case.act(who, "call-back", Cannot(code="nobody-answered"))
    await papers_read(case)
    waiting = await case.open("protect")
    assert waiting.card["recipient"] == "desk-northfield-hills"
    assert sorted(each["id"] for each in waiting.card["items"]) == ["last_login_at", "last_login_ip", "name", "phone"]
    await protect(case)
    await case.act(Role.DUTY_MANAGER, "call-desk", Cannot(code="nobody-answered"))
    await case.until(lambda state: any("protect/2" in key for key in state.gates))
    assert (await case.open("protect/2")).card["recipient"] == "desk-nf-state"
    await protect(case, "protect/2")
    await case.act(Role.DUTY_MANAGER, "call-desk/2", Done(result={"taken": True}, artefact=await case.record()))
    assert (await case.result()).outcome is Outcome.PROTECTED
    assert case.world.packages(case.id) == []


async def protect(case: Case, gate: str = "protect/1") -> None:
    await case.act(Role.ESCALATION_SPECIALIST, gate, Approve())
    await case.act(Role.LEGAL, gate, Approve())


async def test_a_denied_request_is_reported_to_the_real_agency_and_the_cyber_desk_and_its_sender_is_heard_no_more(
    request_of: Any,
) -> None:
    officer = "SYNTHETIC forger"
    first = await request_of(officer=officer)
    who = await first.world.someone(Role.LE_SPECIALIST)
    await first.act(who, "call-back", Cannot(code="declined"))
    await papers_read(first)
    await first.open("protect")  # unconfirmed, so it is no fraud yet

    sender = "forger@police.northfield.example.org"
    case = await request_of(requester_email=sender, officer=officer)
    await called_back(case, answer="denied")
    await papers_read(case)
    card = (await case.open("report-fraud")).card
    assert [each["id"] for each in card["items"]] == [
        "letter:impersonation@agency-northfield",
        "letter:forged-request@cyber-us",
    ]
    await case.act(Role.LE_SPECIALIST, "report-fraud", Approve())
    assert case.world.letters(case.id) == []
    await case.act(Role.LEGAL, "report-fraud", Approve())
    assert (await case.result()).outcome is Outcome.FRAUD
    assert case.world.letters(case.id) == ["edr@police.northfield.example.org", "reports@cyber.us.example.org"]
    journal = (await case.state()).journal
    linked = {each["case"]: each["why"] for each in journal["notify/gather_look_back/1"]["linked"]}
    assert linked[first.id] == ["same-officer", "same-domain"]

    again = await request_of(requester_email=sender)
    assert (await again.open("report-fraud")).card["recipient"] == "agency-northfield"
    assert all("call-back" not in key for key in (await again.state()).tasks)
    await again.act(Role.LEGAL, "report-fraud", Deny(code="not-fraud"))
    await again.result()

    lifted = await request_of(requester_email=sender)
    await lifted.open("call-back")


async def test_an_imitated_domain_is_reported_to_the_agency_that_it_imitates_and_nobody_is_called(
    request_of: Any,
) -> None:
    case = await request_of(requester_email="records@sheriff.rnarsh-mill.example.org")
    waiting = await case.open("report-fraud")
    assert waiting.card["recipient"] == "agency-marsh-mill"
    await case.act(Role.LE_SPECIALIST, "report-fraud", Approve())
    await case.act(Role.LEGAL, "report-fraud", Approve())
    await case.result()
    assert "records@sheriff.marsh-mill.example.org" in case.world.letters(case.id)
    assert not [key for key in (await case.state()).tasks if "call" in key]


async def test_one_account_asked_about_by_two_agencies_makes_the_second_amber(request_of: Any, world: World) -> None:
    account = world.fresh_account()
    first = await request_of(account=account)
    await first.open("call-back")
    second = await request_of(account=account, requester_email="clerk@sheriff.marsh-mill.example.org")
    await called_back(second)
    await papers_read(second)
    await second.open("ask-supervisor")
    seen = (await second.state()).journal["investigate/look_at_behaviour/1"]
    assert "same-target-elsewhere" in seen["ticks"]
