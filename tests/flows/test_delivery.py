"""A package goes to one recipient who was called, and everything else that could happen to it ends with a person."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib

import pytest
from temporalio.converter import WorkflowSerializationContext
from temporalio.service import RPCError

from activities.delivery import code_of
from domain.acts import AskToStandDown, Cannot, Done
from domain.canonical import canonical, digest
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.incident import Outcome
from domain.package import manifest_of
from domain.people import Directory, Role
from domain.state import Status
from domain.timeline import Kind
from integrations.simulator.faults import Fault
from integrations.temporal.codec import SealingCodec
from tests.flows.handing import (
    events,
    followed,
    linked,
    on_the_line,
    opened,
    packages,
    payloads,
    released,
    shown,
    spoken,
    tries,
    written_down,
)
from tests.world import Approve, Case, World


async def looked(case: Case) -> None:
    """The next look at the portal."""
    await case.later(minutes=4, seconds=10)


async def run_out(case: Case) -> None:
    """Until the link is dead."""
    while (await case.state()).status is Status.OPEN:
        with contextlib.suppress(RPCError):  # it closed meanwhile
            await case.later(hours=6, minutes=1)


async def settled(case: Case) -> Case:
    """Both cases are dealt with by people; returns the linked one, closed."""
    other = await linked(case)
    await case.act(Role.DUTY_MANAGER, "look-at-seal", Done(result={"was": "attack"}))
    await other.act(
        Role.DUTY_MANAGER,
        "look-and-place",
        Done(result={"became": "contained"}, artefact=await other.record()),
    )
    return other


async def test_a_called_recipient_opens_what_was_approved_and_can_prove_it(world: World) -> None:
    case = await released(world)
    code = await spoken(case)
    [held] = packages(case)
    assert held.recipient == "edr@police.northfield.example.org"
    answer = await tries(case, f" {code.lower().replace('-', ' ')}")
    body = opened(answer)
    await written_down(case)
    await looked(case)
    told = await case.noted(Kind.DELIVERY, "opened")
    assert told.subject == held.package
    # What they hold proves itself, and names no person of ours.
    manifest = manifest_of(body["records"])
    assert body["manifest"] == {**manifest.model_dump(mode="json"), "sha256": manifest.sha256}
    assert body["watermark"] == f"{case.id} / agency-northfield / {held.package}"
    gate = (await case.state()).gates["notify/release/1"]
    for vote in gate.votes:
        assert digest(vote.signed) in body["certificate"]
    assert "legal-counsel" in body["certificate"]
    people = (await world.ports.directory.current()).people
    assert not [each for each in people if each.id in answer.text or each.name in answer.text]
    assert world.letters(case.id) == ["edr@police.northfield.example.org"]
    await run_out(case)
    report = await case.result()
    assert (report.outcome, report.code) == (Outcome.COMPLETED, "opened")
    assert not [each for each in await case.timeline() if each.kind is Kind.LINKED]


async def test_the_code_is_shown_once_to_who_made_the_call_and_stands_nowhere_else(world: World) -> None:
    case = await released(world)
    caller = await on_the_line(case)
    key = (await case.open("speak-code")).key
    other = await world.someone(Role.LE_SPECIALIST, but=[caller])
    with pytest.raises(HoldfastError) as refused:
        await shown(case, other, key)
    assert refused.value.code is Code.NOT_SEATED
    code = await shown(case, caller, key)
    with pytest.raises(HoldfastError) as refused:
        await shown(case, caller, key)
    assert refused.value.code is Code.NOT_ALLOWED
    noted = await case.noted(Kind.DELIVERY, "code-shown")
    assert noted.who == caller
    # Not in the state that every screen renders from, not in the timeline, the chat, mail, pages or at the portal.
    await written_down(case)
    history = await case.handle.fetch_history()
    said = [
        str((await case.state()).model_dump()),
        str(await case.timeline()),
        world.sims.portal.state.model_dump_json(),
    ]
    said += [str(vars(each)) for each in (*world.sims.mail.messages, *world.sims.pager.pages)]
    codec = world.client.data_converter.payload_codec
    assert isinstance(codec, SealingCodec)
    own = codec.with_context(WorkflowSerializationContext(namespace="default", workflow_id=case.id))
    for payload in (each for event in history.events for each in payloads(event)):
        [plain] = await own.decode([payload])
        said.append(plain.data.decode(errors="replace"))
    assert len(said) > 50
    assert "offer_package" in "".join(said)
    bare = code.replace("-", "")
    assert not [each for each in said if code in each or bare in each]
    kept = [each for each in await world.ports.vault.documents(case.id) if each.kind is EvidenceKind.CODE]
    # Nobody reads it as a document, and the hash of the document is no way to try codes.
    for ref in kept:
        for role in (Role.LE_SPECIALIST, Role.GENERAL_COUNSEL, Role.INCIDENT_COMMANDER):
            with pytest.raises(HoldfastError) as refused:
                await world.desk.document(await world.someone(role), case.id, ref)
            assert refused.value.code is Code.NOT_ALLOWED
    made = await code_of(world.ports.vault, case.id, "notify/release/1#1")
    assert made is not None
    known = made.model_copy(update={"pad": ""})  # all that whoever has history and the portal's records could try with
    guesses = [hashlib.sha256(each).hexdigest() for each in (code.encode(), bare.encode(), canonical(known))]
    assert len(made.pad) == 32
    assert made.pad not in "".join(said)
    assert not {ref.sha256 for ref in kept} & set(guesses)


@pytest.mark.parametrize("name", ["before the call-back", "unexpected country", "hidden network", "guessed"])
async def test_whoever_comes_without_our_call_or_from_elsewhere_seals_it_and_opens_a_case_at_once(
    world: World, name: str
) -> None:
    case = await released(world)
    match name:
        case "before the call-back":
            answer, why = await tries(case, "0000-0000"), "before-call-back"
        case "unexpected country":
            answer, why = await tries(case, await spoken(case), place=("GB", "government")), "unexpected-place"
        case "hidden network":
            answer, why = await tries(case, await spoken(case), place=("US", "hidden")), "unexpected-place"
        case _:
            code = await spoken(case)
            wrong = [await tries(case, "0000-0000", opener="whoever has the mail") for _ in range(3)]
            assert [each.json()["error"] for each in wrong] == ["wrong_code", "wrong_code", "sealed"]
            answer, why = await tries(case, code), "code-guessed"
    assert answer.status_code in (403, 410)
    assert case.account not in answer.text
    await looked(case)
    other = await linked(case)
    state = await other.state()
    assert {name: state.facts[name] for name in ("of", "why", "seems")} == {
        "of": case.id,
        "why": why,
        "seems": "impersonated_authority",
    }
    assert state.owner is not None
    assert len(state.clocks) == 2
    paged = {each.case for each in world.sims.pager.pages}
    await case.open("look-at-seal")
    # Nobody is asked to call any more, and nothing is offered anew under the same decision.
    assert not [key for key, each in (await case.state()).tasks.items() if each.open and "look-at-seal" not in key]
    await settled(case)
    assert (await case.result()).code == why
    assert (await other.result()).code == "contained"
    assert {case.id, other.id} <= paged | {each.case for each in world.sims.pager.pages}
    assert (await case.noted(Kind.TRIGGER)).code == f"package-{why}"


async def test_a_forwarded_link_is_worth_nothing_without_the_code_and_looking_at_it_opens_nothing(world: World) -> None:
    case = await released(world)
    code = await spoken(case)
    assert await followed(case) == {"needs": "code"}
    assert (await tries(case, "0000-0000", opener="who it was forwarded to")).json() == {"error": "wrong_code"}
    opened(await tries(case, code))
    await written_down(case)
    await looked(case)
    assert [each.code for each in await events(case) if each.code in ("tried", "opened")] == ["tried", "opened"]


async def test_a_second_opener_is_refused_seals_it_and_is_a_case_though_the_first_was_right(world: World) -> None:
    case = await released(world)
    code = await spoken(case)
    opened(await tries(case, code))
    await written_down(case)
    await looked(case)
    opened(await tries(case, code))  # the first opener may look again
    assert (await tries(case, code, opener="somebody else")).json() == {"error": "sealed"}
    assert (await tries(case, code)).status_code == 410
    await case.later(hours=6, seconds=10)
    other = await linked(case)
    assert (await other.state()).facts["why"] == "second-opener"
    await settled(case)
    assert (await case.result()).code == "opened"


async def test_a_portal_that_let_the_wrong_person_in_is_believed_in_nothing_else(world: World) -> None:
    case = await released(world)
    code = await spoken(case)
    [held] = packages(case)
    held.countries.append("GB")  # the portal forgot what we told it
    opened(await tries(case, code, place=("GB", "government")))
    await looked(case)
    other = await linked(case)
    facts = (await other.state()).facts
    assert (facts["why"], facts["seems"]) == ("unexpected-place", "data_access_incident")
    assert (await case.noted(Kind.CONSEQUENCE)).code == "wrong-recipient"


async def test_other_bytes_than_we_gave_the_portal_are_a_wrong_scope(world: World) -> None:
    case = await released(world)
    code = await spoken(case)
    [held] = packages(case)
    held.content = held.content[:-4] + "AAAA"
    await tries(case, code)
    await looked(case)
    other = await linked(case)
    assert (await other.state()).facts["why"] == "wrong-scope"
    assert (await case.noted(Kind.CONSEQUENCE)).code == "wrong-scope"


async def test_what_nobody_opens_is_taken_back_and_offered_anew_with_another_code_if_somebody_says_so(
    world: World,
) -> None:
    case = await released(world)
    first = await spoken(case)
    await case.later(minutes=17)
    task = await case.open("offer-anew")
    assert task.card["about"]["why"] == "unopened"
    assert (await tries(case, first)).json() == {"error": "recalled"}
    await case.act(Role.DUTY_MANAGER, "offer-anew", Done(result={"anew": True}))
    await case.open("release-call/2")
    assert [each.state for each in packages(case)] == ["recalled", "offered"]
    caller = await on_the_line(case)
    second = await shown(case, caller, (await case.open("speak-code/2")).key)
    assert second != first
    opened(await tries(case, second))
    await written_down(case)
    await run_out(case)
    assert (await case.result()).code == "opened"


async def test_an_agency_that_knows_of_nothing_gets_nothing_and_is_a_case(world: World) -> None:
    case = await released(world)
    await case.act(Role.LE_SPECIALIST, "release-call", Cannot(code="agency-denies"))
    other = await linked(case)
    assert (await other.state()).facts["why"] == "agency-denies"
    assert [each.state for each in packages(case)] == ["recalled"]
    assert (await case.result()).code == "agency-denies"


async def test_standing_down_takes_an_unopened_package_back_and_an_opened_one_never(world: World) -> None:
    async def stood_down(case: Case) -> None:
        await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
        await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
        await case.act(Role.LEGAL, "stand-down", Approve())
        assert (await case.result()).outcome is Outcome.STOOD_DOWN

    unopened, taken = await released(world), await released(world)
    code = await spoken(taken)
    opened(await tries(taken, code))
    await stood_down(unopened)
    await stood_down(taken)
    assert [each.state for each in (*packages(unopened), *packages(taken))] == ["recalled", "opened"]


async def test_recall_and_opening_at_the_same_instant_have_one_winner_that_both_sides_name(world: World) -> None:
    winners = set()
    for ahead in (0.0, 0.03):
        case = await released(world)
        code = await spoken(case)
        due = (await case.state()).tasks["notify/a.speak-code/1"].key

        async def comes(case: Case = case, code: str = code, ahead: float = ahead) -> bool:
            await asyncio.sleep(ahead)
            return (await tries(case, code)).status_code == 200

        got, _ = await asyncio.gather(comes(), case.act(Role.LE_SPECIALIST, due, Cannot(code="line-dropped")))
        [held] = packages(case)
        state = await case.until(lambda state: "notify/b.recall_package/1" in state.journal)
        assert state.journal["notify/b.recall_package/1"]["state"] == held.state
        assert held.state == ("opened" if got else "recalled")
        [ended] = [each.did for each in held.events if each.did in ("opened", "recalled")]
        await case.noted(Kind.DELIVERY, ended)
        winners.add(held.state)
    assert winners  # either may win; each time exactly one did


async def test_a_lost_reply_makes_no_second_package_no_second_code_and_no_second_letter(world: World) -> None:
    world.sims.portal.faults.add(Fault(match="offer", kind="reply_lost"))
    case = await released(world)
    code = await spoken(case)
    world.sims.portal.faults.add(Fault(match="allow", kind="reply_lost"))
    assert len(packages(case)) == 1
    assert world.letters(case.id) == ["edr@police.northfield.example.org"]
    opened(await tries(case, code))
    world.sims.portal.faults.clear()


async def test_a_decider_who_is_suspended_before_the_call_ends_what_they_decided(world: World) -> None:
    case = await released(world)
    legal = await world.someone(Role.LEGAL)
    known = world.ports.directory.current
    full = await known()
    people = tuple(each.model_copy(update={"suspended": each.id == legal}) for each in full.people)

    async def without() -> Directory:
        return full.model_copy(update={"people": people})

    world.ports.directory.current = without  # type: ignore[method-assign]
    try:
        await on_the_line(case)
        stuck = await case.open("allow_opening/1!1")
    finally:
        world.ports.directory.current = known  # type: ignore[method-assign]
    assert stuck.card["fault"] == Code.SUSPENDED.value
    assert stuck.choices == ("retry",)
    assert not packages(case)[0].allowed
