"""A review as a test plays it: declared, decided, held, acted on, signed, looked back on."""

from __future__ import annotations

from typing import Any

from domain.acts import Approve, Done, Report
from domain.evidence import EvidenceKind, ref_text
from domain.people import Role
from domain.rows import write_rows
from domain.standing import Standing, standing
from domain.state import State
from domain.timeline import Kind
from tests.world import Case, World

FACTS = ("first-drafted", "after-the-close", "for-sign-off")
GRAVE = Report(what="consequence", code="media-inquiry")


async def decided_case(world: World, *, grave: bool = False, **more: Any) -> Case:
    """A case at its decision; `grave` lets something be reported that makes its review full."""
    case = await world.declare(**more)
    if grave:
        await case.act(Role.ESCALATION_SPECIALIST, "", GRAVE)
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.noted(Kind.REVIEW, "started")
    return case


async def closed_case(world: World, **more: Any) -> Case:
    case = await decided_case(world, **more)
    await case.followed_up()
    await case.result()
    return case


async def choose(review: Case, kind: str = "ordinary") -> None:
    await review.act(Role.LEGAL, "choose-privilege", Done(result={"kind": kind}))


async def sealed(review: Case, person: str, text: str, kind: EvidenceKind = EvidenceKind.ACTION) -> str:
    return ref_text(await review.world.desk.keep(person, review.id, kind, text))


async def held(review: Case, *actions: dict[str, Any], facilitator: str = "", factors: tuple[str, ...] = ()) -> str:
    """A facilitator's seat taken and the meeting held, with these actions; returns who facilitated."""
    person = facilitator or await review.world.someone(Role.POLICY)
    await review.act(person, "facilitate", Done())
    minutes = await review.world.desk.keep(person, review.id, EvidenceKind.ARTEFACT, "SYNTHETIC: minutes")
    rows = [
        {**each, **({"text": await sealed(review, person, each["text"])} if "text" in each else {})} for each in actions
    ]
    result = {"actions": write_rows(rows)} if rows else {}
    await review.act(
        person,
        "collect-actions",
        Done(result={**result, **({"factors": factors} if factors else {})}, artefact=minutes),
    )
    return person


def action(owner: str = "engineer", days: int = 14, kind: str = "fix-a-tool", **more: Any) -> dict[str, Any]:
    return {"owner": owner, "due_days": days, "kind": kind, **more}


async def signer(world: World) -> str:
    """Somebody who may sign and has decided nothing in these plays."""
    return await world.someone(Role.GENERAL_COUNSEL)


async def looked_back(review: Case) -> State:
    """Past both looks; the review is then closed."""
    await review.until(lambda state: len(standing(state).looks) == 2)
    for number in (1, 2):
        due = standing(await review.state()).looks[number - 1]
        while f"said/recurrence/{number}" not in (await review.state()).journal:
            left = due - await review.world.travel.now(review.handle)
            await review.later(seconds=max(left.total_seconds(), 0) + 1)
    return await review.state()


async def now(review: Case) -> Standing:
    return standing(await review.state())


async def report(review: Case, form: str = "md", person: str = "", version: int = -1) -> bytes:
    """A version of the report, as somebody who may read it gets it."""
    ref = (await now(review)).versions[version].form(form)
    assert ref is not None
    return await review.world.desk.document(person or await review.world.someone(Role.LEGAL), review.id, ref)
