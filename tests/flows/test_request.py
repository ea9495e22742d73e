"""The emergency data request as it stands today, from its first line to the answer, on the real server."""

from __future__ import annotations

import json

import pytest

from domain.acts import Approve, Done, Take
from domain.errors import Code, HoldfastError
from domain.incident import Outcome
from domain.people import Directory, Person, Role
from domain.timeline import Kind
from tests.corpus.playing import Behaviour, played
from tests.flows.handing import opened, spoken, tries, written_down
from tests.flows.test_verification import called_back, papers_read
from tests.world import Case, World


async def taken(case: Case) -> None:
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())


async def assessed(case: Case, real: bool = True, **said: object) -> None:
    await case.act(
        Role.ESCALATION_SPECIALIST,
        "assess-emergency",
        Done(result={"real": real, "because": ("plausible-account",), **said}),
    )


async def test_a_genuine_request_is_verified_decided_spoken_opened_and_followed_up(today: World) -> None:
    case = await today.declare(mail_checks="pass")
    await taken(case)
    await called_back(case)
    await papers_read(case)
    await assessed(case)
    await case.act(Role.LEGAL, "release/", Approve())
    await case.act(Role.DUTY_MANAGER, "release/", Approve())
    body = opened(await tries(case, await spoken(case)))
    assert today.packages(case.id) == [sorted(body["records"])]
    assert sorted(body["records"]) == ["email", "last_login_at", "last_login_ip", "phone"]
    await written_down(case)
    await case.later(minutes=5)  # the next look at the portal
    await case.followed_up()
    report = await case.result()
    assert report.outcome is Outcome.DISCLOSED


async def test_what_is_forged_is_reported_looked_back_on_and_answered_like_everything_else(today: World) -> None:
    case = await today.declare(requester_email="forger-1@police.northfield.example.org", mail_checks="pass")
    _, report = await played(case, Behaviour(tasks={"call-back": {"answer": "denied"}}))
    assert (report.outcome, report.code) == (Outcome.FRAUD, "fraud")
    assert not today.packages(case.id)
    linked = [each for each in await case.timeline() if each.kind is Kind.LINKED]
    assert linked[0].subject.startswith("TRI-")
    assert letters(case, "forger-1@police.northfield.example.org") == 2


@pytest.mark.soak
async def test_danger_without_identity_is_told_to_a_desk_and_never_to_whoever_asked(today: World) -> None:
    case = await today.declare(requester_email="unheard-1@police.northfield.example.org", mail_checks="pass")
    _, report = await played(case, Behaviour(tasks={"call-back": "nobody-answered"}))
    assert report.outcome is Outcome.PROTECTED
    assert not today.packages(case.id)
    assert letters(case, "unheard-1@police.northfield.example.org") == 2


async def test_a_user_of_a_sister_company_is_handed_over_without_the_data(today: World) -> None:
    account = today.fresh_account()
    held = today.sims.platform.state.accounts
    held[account] = held[account].model_copy(update={"residency": "GB"})
    case = await today.declare(account=account, requester_email="abroad-1@police.northfield.example.org")
    state, report = await played(case, Behaviour(tasks={"read-papers": {"agency": "yes"}}))
    assert (report.outcome, report.code) == (Outcome.HANDED_OVER, "uk")
    assert not today.packages(case.id)
    [passed] = [each for each in state.tasks.values() if each.task.name == "pass-on"]
    sheet = json.loads(await document(case, state.journal["notify/prepare_hand_off/1"]["document"]))
    assert sheet["to_entity"] == passed.about["entity"] == "uk"
    assert "GB" not in json.dumps(sheet)
    assert account not in json.dumps(sheet)


async def test_who_is_no_authority_is_redirected_and_somebody_looks_at_the_danger(today: World) -> None:
    case = await today.declare(requester="other", requester_email="worried-1@example.net")
    _, report = await played(case, Behaviour())
    assert (report.outcome, report.code) == (Outcome.REFUSED, "redirected")
    linked = await case.noted(Kind.LINKED)
    assert (linked.subject[:4], linked.code) == ("TRI-", "not-an-authority")
    assert "call-back" not in [each.task.name for each in (await case.state()).tasks.values()]


@pytest.mark.soak
async def test_a_request_taken_back_ends_only_on_the_word_of_the_agency(today: World) -> None:
    case = await today.declare(requester_email="back-1@police.northfield.example.org", withdrawn=True)
    behaviour = Behaviour(tasks={"call-about-withdrawal": {"answer": "taken-back"}})
    _, report = await played(case, behaviour)
    assert report.outcome is Outcome.WITHDRAWN
    other = await today.declare(requester_email="back-2@police.northfield.example.org", withdrawn=True)
    behaviour = Behaviour(
        tasks={"call-about-withdrawal": {"answer": "not-taken-back"}}, denies={"release": "scope-too-wide"}
    )
    _, report = await played(other, behaviour)
    assert (report.outcome, report.code) == (Outcome.REFUSED, "scope-too-wide")
    assert [each.code for each in await other.timeline() if each.kind is Kind.TRIGGER] == ["withdrawal-not-followed"]


async def test_a_role_that_was_granted_minutes_ago_has_no_seat_at_a_release(today: World) -> None:
    new = "leg-gus"

    async def settled(person: Person) -> tuple[Role, ...]:
        return () if person.id == new else person.roles

    case = await today.declare(requester_email="new-1@police.northfield.example.org", mail_checks="pass")
    await taken(case)
    await called_back(case)
    await papers_read(case)
    await assessed(case)
    today.desk._settled = settled
    try:
        with pytest.raises(HoldfastError) as refused:
            await case.act(new, "release/", Approve())
        assert refused.value.code is Code.NOT_SEATED
        await case.act("leg-fay", "release/", Approve())
        assert not today.packages(case.id)
    finally:
        today.desk._settled = None
    assert (await case.noted(Kind.REFUSAL, Code.NOT_SEATED.value)).who == new


async def test_a_quorum_that_nobody_can_fill_is_said_at_once_and_somebody_is_called(today: World) -> None:
    known = today.ports.directory.current
    full = await known()
    able = {"les-ada", "leg-fay", "esc-dara", "eng-nia", "inc-lena"}  # one who may lead, and she will have verified
    few = tuple(each.model_copy(update={"suspended": each.id not in able}) for each in full.people)

    async def fewer() -> Directory:
        return full.model_copy(update={"people": few})

    case = await today.declare(requester_email="few-1@police.northfield.example.org", mail_checks="pass")
    await taken(case)
    await called_back(case)
    await papers_read(case)
    today.ports.directory.current = fewer  # type: ignore[method-assign]
    try:
        await assessed(case)
        said = await case.noted(Kind.HOLE, "no-quorum")
        assert said.subject == "notify/release/1"
        await case.noted(Kind.PAGED, "no-quorum")
    finally:
        today.ports.directory.current = known  # type: ignore[method-assign]
    assert not today.packages(case.id)


def letters(case: Case, to: str) -> int:
    """How many letters of this case went there."""
    return case.world.letters(case.id).count(to)


async def document(case: Case, plain: dict[str, object]) -> bytes:
    return await case.world.ports.vault.get(case.id, case.world.reference(plain))
