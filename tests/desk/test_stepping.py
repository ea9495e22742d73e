"""A proof counts for a quarter of an hour everywhere; a press without one is kept, and its link works once."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from domain.acts import Amend, Approve, AskFirst, Deny
from domain.desk import Doing
from domain.errors import SENTENCES, Code, HoldfastError, StepUpNeeded
from domain.evidence import EvidenceKind
from domain.people import Role
from domain.stepping import LINK_LASTS, STEP_UP_LASTS, IntentState
from domain.timeline import Kind
from integrations.desk_client import DeskClient
from tests.desk.conftest import Browser
from tests.desk.test_pages import bound, release_of
from tests.stepping import Proving, open_proving
from tests.world import Case, World

FAY, HANA = "leg-fay", "dut-hana"


@pytest.fixture
async def proving(world: World) -> AsyncIterator[Proving]:
    async with open_proving(world) as opened:
        # Far ahead of every other test of this deployment: no proof of theirs holds here.
        opened.clock.by = timedelta(hours=1 + len(_used))
        _used.append("")
        yield opened


_used: list[str] = []


@pytest.fixture(scope="module")
async def undecided(world: World) -> tuple[Case, str]:
    """A release on which none of the tests that share it decides."""
    return await release_of(world)


async def pressed(proving: Proving, case: Case, person: str = FAY, number: str = "press", **more: object) -> str:
    """A press on the release of this case; the link that it is answered with."""
    waiting = await case.open("release")
    seen = {"subject": waiting.key, "nonce": waiting.nonce, "digest": waiting.digest}
    doing = Doing.model_validate({"id": number, "case": case.id, "act": Approve(), **seen, **more})
    with pytest.raises(StepUpNeeded) as needed:
        await proving.desk.act(person, doing)
    assert SENTENCES[Code.STEP_UP] in needed.value.sentence
    return needed.value.link


async def votes(case: Case, key: str) -> list[str]:
    return [each.person for each in (await case.state()).gates[key].votes]


async def state_of(proving: Proving, link: str) -> tuple[str, str]:
    token = link.rpartition("/")[2]
    found = await proving.stepping.intents.intent(hashlib.sha256(token.encode()).hexdigest())
    assert found is not None
    assert token not in found.model_dump_json(exclude={"body"})
    assert token.encode() not in found.body
    return found.state.value, found.code


async def test_a_press_without_a_proof_counts_when_its_person_confirms_it_on_the_card(
    world: World, proving: Proving
) -> None:
    case, key = await release_of(world)
    link = await pressed(proving, case)
    assert await votes(case, key) == []
    async with Browser(proving.url, FAY) as fay:
        page = await fay.see(link)
        assert page.status_code == 200
        assert "It does not count yet" in page.text
        for item in (await case.state()).gates[key].card.items:
            assert f'<span class="name">{item.label}</span>' in page.text
        receipt = await fay.post(link, do="confirm")
        assert "You approved everything that the card showed." in receipt.text
    [vote] = (await case.state()).gates[key].votes
    assert (vote.person, '"step_up":"development"' in vote.signed.body) == (FAY, True)
    assert await state_of(proving, link) == ("used", "")


async def test_a_browser_is_led_to_the_proof_and_back_to_the_receipt(world: World, proving: Proving) -> None:
    case, key = await release_of(world)
    async with Browser(proving.url, FAY) as fay:
        page = await fay.see(f"/decide/{case.id}", key=key)
        asked = await fay.post(f"/decide/{case.id}", do="approve", **bound(page.text))
        assert "/intent/" in str(asked.url)
        assert await votes(case, key) == []
        receipt = await fay.post(asked.url.path, do="confirm")
        assert "You approved everything that the card showed." in receipt.text


async def test_a_proof_counts_for_a_quarter_of_an_hour_on_every_surface_and_no_longer(
    world: World, proving: Proving
) -> None:
    first, key = await release_of(world)
    second, other = await release_of(world)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        client = DeskClient(proving.url, FAY, http)
        with pytest.raises(StepUpNeeded) as needed:
            await client.act(FAY, await _approval(first))
        assert needed.value.link.startswith(f"{proving.url}/intent/")  # what the command line prints
        await client.step_up(FAY)
        proving.clock.by += STEP_UP_LASTS - timedelta(minutes=1)
        await client.act(FAY, await _approval(first, "again"))
        assert await votes(first, key) == [FAY]
        with pytest.raises(StepUpNeeded):
            await client.act(HANA, await _approval(first))  # hers is not his
        proving.clock.by += timedelta(minutes=1)
        with pytest.raises(StepUpNeeded):
            await client.act(FAY, await _approval(second))
    assert await votes(second, other) == []


async def _approval(case: Case, number: str = "press") -> Doing:
    waiting = await case.open("release")
    return Doing(
        id=number, case=case.id, subject=waiting.key, nonce=waiting.nonce, digest=waiting.digest, act=Approve()
    )


async def test_where_the_card_was_not_shown_a_proof_alone_is_not_enough(world: World, proving: Proving) -> None:
    case, key = await release_of(world)
    await proving.stepping.step_up(FAY)
    link = await pressed(proving, case, unseen=True)
    async with Browser(proving.url, FAY) as fay:
        await fay.see(link)
    waiting = await case.open("release")
    await proving.desk.act(FAY, (await _approval(case, "now")).model_copy(update={"unseen": True}))
    assert waiting.key == key
    assert await votes(case, key) == [FAY]
    assert (await state_of(proving, link))[0] == "void"  # the other press of the same person, overtaken


async def test_a_link_that_was_used_is_refused_and_changes_nothing(world: World, proving: Proving) -> None:
    case, _ = await release_of(world)
    link = await pressed(proving, case)
    async with Browser(proving.url, FAY) as fay:
        await fay.post(link, do="confirm")
        before = (await case.state()).entry_number
        for answer in (await fay.see(link), await fay.post(link, do="confirm")):
            assert (answer.status_code, "this link was used" in answer.text) == (409, True)
    assert (await case.state()).entry_number == before


async def test_a_link_is_its_own_persons_alone(undecided: tuple[Case, str], proving: Proving) -> None:
    case, key = undecided
    link = await pressed(proving, case, number="mine")
    async with Browser(proving.url, HANA) as hana:
        for answer in (await hana.see(link), await hana.post(link, do="confirm")):
            assert answer.status_code == 403
            assert "somebody else" in answer.text
            assert case.id not in answer.text
    assert await votes(case, key) == []
    assert await state_of(proving, link) == ("open", "")
    assert await proving.stepping.current(HANA) is None


async def test_a_link_whose_card_has_changed_is_refused_and_over(world: World, proving: Proving) -> None:
    case, key = await release_of(world, data_wanted=["email", "phone", "name"])
    shown, posted = await pressed(proving, case), await pressed(proving, case, HANA)
    await case.act(Role.LE_SPECIALIST, "", Amend(facts={"data_wanted": ("email", "phone")}))
    async with Browser(proving.url, FAY) as fay:
        assert (await fay.see(shown)).status_code == 409
    async with Browser(proving.url, HANA) as hana:
        answer = await hana.post(posted, do="confirm")
        assert (answer.status_code, SENTENCES[Code.STALE] in answer.text) == (409, True)
    assert await votes(case, key) == []
    assert {await state_of(proving, each) for each in (shown, posted)} == {("void", "stale")}


async def test_a_link_that_nobody_ever_made_is_refused(proving: Proving) -> None:
    async with Browser(proving.url, FAY) as fay:
        assert (await fay.post("/intent/000000000000000000000000", do="confirm")).status_code == 404


async def test_who_is_not_signed_in_is_asked_who_they_are_and_comes_back(
    undecided: tuple[Case, str], proving: Proving
) -> None:
    case, _ = undecided
    link = await pressed(proving, case, number="signed-out")
    async with httpx.AsyncClient(base_url=proving.url, trust_env=False) as http:
        answer = await http.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={link}")


async def test_an_expired_press_is_refused_written_down_and_said_to_its_person(
    undecided: tuple[Case, str], proving: Proving
) -> None:
    case, key = undecided
    link = await pressed(proving, case, number="late")
    proving.clock.by += LINK_LASTS
    async with Browser(proving.url, FAY) as fay:
        answer = await fay.post(link, do="confirm")
        assert (answer.status_code, SENTENCES[Code.EXPIRED] in answer.text) == (409, True)
    proving.told.reaches = False
    await proving.expiry.once()
    assert proving.expiry.fault == "nobody-reached"
    proving.told.reaches = True
    for _ in range(2):
        await proving.expiry.once()
    assert proving.expiry.fault == ""
    [(person, said)] = [each for each in proving.told.heard.values() if case.id in each[1]]
    assert (person, "did NOT count" in said) == (FAY, True)
    entry = await case.noted(Kind.REFUSAL, Code.EXPIRED.value)
    assert (entry.who, entry.subject) == (FAY, key)
    assert len([each for each in await case.timeline() if each.code == Code.EXPIRED.value]) == 1
    assert await votes(case, key) == []
    with pytest.raises(HoldfastError) as refused:  # the very same press again cannot revive it
        await proving.desk.act(FAY, await _approval(case, "late"))
    assert refused.value.code is Code.EXPIRED


async def test_a_press_that_counted_is_never_said_not_to_have(world: World, proving: Proving) -> None:
    """The desk died between the record and its own note of it."""
    case, _ = await release_of(world)
    link = await pressed(proving, case)
    recorded = proving.stepping.recorded

    async def dies(said: object) -> None:
        raise HoldfastError(Code.TRANSIENT)

    proving.stepping.recorded = dies  # type: ignore[method-assign,assignment]
    with pytest.raises(HoldfastError):
        await proving.stepping.complete(proving.desk, FAY, link.rpartition("/")[2])
    proving.stepping.recorded = recorded  # type: ignore[method-assign]
    assert (await state_of(proving, link))[0] == "open"
    await case.until(lambda it: bool(it.seen))
    proving.clock.by += LINK_LASTS
    await proving.expiry.once()
    assert (await state_of(proving, link))[0] == "used"
    assert not [each for each in proving.told.heard.values() if case.id in each[1]]


async def test_the_same_press_twice_is_one_link_and_a_newer_press_takes_its_place(
    undecided: tuple[Case, str], proving: Proving
) -> None:
    case, _ = undecided
    first = await pressed(proving, case, number="first")
    assert await pressed(proving, case, number="first") == first
    newer = await pressed(proving, case, number="other")
    assert newer != first
    assert await state_of(proving, first) == ("void", "newer")
    assert await state_of(proving, newer) == (IntentState.OPEN.value, "")


async def test_what_the_case_would_refuse_is_refused_at_once_and_nothing_is_kept(
    undecided: tuple[Case, str], proving: Proving
) -> None:
    case, _ = undecided
    barred = await _approval(case, "barred")
    with pytest.raises(HoldfastError) as refused:
        await proving.desk.act("les-ada", barred)
    assert refused.value.code in (Code.NOT_SEATED, Code.EXCLUDED)


async def test_asking_first_needs_no_proof_and_a_no_does(undecided: tuple[Case, str], proving: Proving) -> None:
    case, key = undecided
    question = await proving.desk.keep(FAY, case.id, EvidenceKind.REASON, "SYNTHETIC question?")
    plain = await _approval(case)
    no = plain.model_copy(update={"id": "no", "act": Deny(code="unverified")})
    with pytest.raises(StepUpNeeded):
        await proving.desk.act(FAY, no)
    asked = plain.model_copy(update={"id": "ask", "act": AskFirst(question=question, of=Role.LEGAL)})
    await proving.desk.act(FAY, asked)
    assert await votes(case, key) == []
