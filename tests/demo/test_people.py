"""Simulated people against a desk of a few lines: who acts, on what, and what they do when they are refused."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from domain.acts import Done, Recorded
from domain.desk import Doing
from domain.errors import Code, StepUpNeeded
from domain.evidence import EvidenceKind
from domain.people import Person, Role
from integrations.simulator.people import Deed, People
from tests.demo.fake_desk import FakeDesk, gate, intervention, task

CREW = (
    Person(id="esc", name="Esc Example", roles=(Role.ESCALATION_SPECIALIST,)),
    Person(id="les", name="Les Example", roles=(Role.LE_SPECIALIST,)),
    Person(id="leg", name="Leg Example", roles=(Role.LEGAL,)),
    Person(id="dut", name="Dut Example", roles=(Role.DUTY_MANAGER,)),
    Person(id="dut-2", name="Dutt Example", roles=(Role.DUTY_MANAGER,)),
    Person(id="eng", name="Eng Example", roles=(Role.ENGINEER,)),
)
LEADS = (("law-enforcement-specialist", "legal-counsel", "duty-manager"), ("legal-counsel", "duty-manager"))


@asynccontextmanager
async def at_work(desk: FakeDesk) -> AsyncIterator[People]:
    people = People(CREW, {each.id: desk for each in CREW}, seed=7, delay=(0.0, 0.02))
    running = asyncio.create_task(people.run())
    try:
        yield people
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def who(desk: FakeDesk) -> list[str]:
    return [person for person, _ in desk.acts]


async def test_the_owners_seat_of_a_case_is_taken_once_and_that_of_a_review_never() -> None:
    desk = FakeDesk(owner="")
    async with at_work(desk):
        await desk.until(lambda: bool(desk.acts))
    assert [(person, doing.act.kind, doing.case) for person, doing in desk.acts] == [("esc", "take", "EDR-SYNTHETIC")]


async def test_a_gate_gets_one_person_a_seat_and_never_one_who_is_excluded() -> None:
    desk = FakeDesk(gate("release", *LEADS, may=("leg", "dut", "dut-2")))  # les verified, and so is excluded
    async with at_work(desk):
        await desk.until(lambda: not desk.things)
    assert sorted(who(desk)) == ["dut", "leg"]
    assert {doing.digest for _, doing in desk.acts} == {"d1"}


async def test_nobody_hurries_to_what_the_others_have_not_seen_yet() -> None:
    desk = FakeDesk(gate("release", *LEADS, may=("leg", "dut", "dut-2")))
    desk.unseen_by = {"leg"}  # in the first look, as when a gate opens between two people's looks
    async with at_work(desk):
        await desk.until(lambda: not desk.things)
    assert sorted(who(desk)) == ["dut", "leg"]


async def test_who_decided_already_keeps_their_seat() -> None:
    release = gate("release", *LEADS, may=("leg", "dut", "dut-2"))
    release["card"]["votes"] = [{"person": "dut-2"}]
    desk = FakeDesk(release)
    async with at_work(desk):
        await desk.until(lambda: not desk.things)
    assert who(desk) == ["leg"]


async def test_a_task_is_done_by_one_person_with_its_form_and_its_record() -> None:
    form = [
        {"name": "answer", "label": "Answer", "kind": "choice", "required": True, "choices": ["denied", "confirmed"]},
        {"name": "colour", "label": "Colour", "kind": "choice", "required": True, "choices": ["red", "blue"]},
        {"name": "remark", "label": "Remark"},
    ]
    call = task(
        "call-back",
        *("law-enforcement-specialist", "duty-manager"),
        may=("dut", "les"),
        form=form,
        artefact=True,
        script={"say": ["…"]},
    )
    desk = FakeDesk(call)
    async with at_work(desk):
        await desk.until(lambda: not desk.things)
    ((person, doing),) = desk.acts
    assert person == "les"
    assert isinstance(doing.act, Done)
    assert doing.act.result == {"answer": "confirmed", "colour": "red"}
    assert doing.act.artefact is not None
    ((keeper, kind, text),) = desk.kept
    assert (keeper, kind) == ("les", EvidenceKind.CALL_RECORD)
    assert text.startswith("SYNTHETIC")


async def test_the_engineer_retries_a_failed_step_and_leaves_one_that_may_not_be_retried() -> None:
    desk = FakeDesk(intervention("dut", "eng"))
    async with at_work(desk):
        await desk.until(lambda: not desk.things)
        assert [(person, doing.act.kind) for person, doing in desk.acts] == [("eng", "retry")]
        desk.things = {"notify/deliver/1!1": intervention("eng", leave="never")}
        looked = await looks(desk, 2)
        assert looked
        assert len(desk.acts) == 1


async def test_a_refusal_is_kept_and_tried_three_times_only() -> None:
    desk = FakeDesk(task("sign-off", "duty-manager", may=("dut",)))
    desk.refuse = lambda person, doing: Code.STALE
    async with at_work(desk) as people:
        await desk.until(lambda: len(desk.refused) == 3)
        await looks(desk, 2)
        assert len(desk.refused) == 3
    assert [(each.person, each.act, each.refused) for each in people.refusals] == [("dut", "done", Code.STALE)] * 3
    assert len({doing.id for _, doing in desk.refused}) == 3


async def test_an_unconfirmed_act_is_sent_again_under_the_same_id_until_it_is_recorded() -> None:
    desk = FakeDesk(task("sign-off", "duty-manager", may=("dut",)))
    lost = itertools.count(1)
    desk.refuse = lambda person, doing: Code.NOT_RECORDED if next(lost) <= 4 else None
    async with at_work(desk):
        await desk.until(lambda: bool(desk.acts))
    assert {doing.id for _, doing in desk.refused} == {desk.acts[0][1].id}
    assert len(desk.refused) == 4


async def test_a_desk_that_is_away_is_said_once_and_found_again() -> None:
    desk = FakeDesk(task("sign-off", "duty-manager", may=("dut",)))
    desk.away = True
    async with at_work(desk) as people:
        await looks(desk, 3)
        desk.away = False
        await desk.until(lambda: bool(desk.acts))
    said: list[Deed] = [each for each in people.refusals if each.act == "look"]
    assert sorted(each.person for each in said) == sorted(each.id for each in CREW)


async def looks(desk: FakeDesk, rounds: int) -> bool:
    """Wait until everybody has looked so many times more."""
    seen = 0
    original = desk.waiting

    async def counted(person: str, *, kind: str = "", case: str = "") -> object:
        nonlocal seen
        seen += 1
        return await original(person, kind=kind, case=case)

    desk.waiting = counted  # type: ignore[method-assign,assignment]
    await desk.until(lambda: seen >= rounds * len(CREW))
    desk.waiting = original  # type: ignore[method-assign]
    return True


async def test_somebody_who_is_asked_for_a_proof_gives_it_and_presses_again() -> None:
    class Asking(FakeDesk):
        """Asks everybody once."""

        proved: set[str] = set()

        async def act(self, person: str, doing: Doing) -> Recorded:
            if person not in self.proved:
                raise StepUpNeeded("/intent/synthetic")
            return await super().act(person, doing)

    desk = Asking(gate("release", *LEADS, may=("leg", "dut")))

    async def prove(person: str) -> None:
        desk.proved.add(person)

    people = People(CREW, {each.id: desk for each in CREW}, seed=7, delay=(0.0, 0.02), prove=prove)
    running = asyncio.create_task(people.run())
    try:
        await desk.until(lambda: not desk.things)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert sorted(who(desk)) == ["dut", "leg"]
    assert people.refusals == []
