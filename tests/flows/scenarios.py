"""Every way in which a case can go, as something a test plays: the same play whatever happens underneath."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from domain.acts import (
    Amend,
    Approve,
    ApproveLess,
    AskFirst,
    AskToStandDown,
    ByHand,
    Cannot,
    Deny,
    Done,
    Retry,
    Take,
    Withdraw,
)
from domain.evidence import EvidenceKind, EvidenceRef, PreservationReceipt
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.state import Status
from integrations.simulator.faults import Fault
from tests.world import Case, World

Play = Callable[[Case], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """`effects` is what the outside systems must have seen in the end, see `effects_of`."""

    name: str
    play: Play
    outcome: Outcome
    code: str
    effects: dict[str, Any]
    slug: str = "edr"
    answers: dict[str, Any] | None = None

    async def open(self, world: World, rehearsal: Rehearsal | None = None) -> Case:
        account = world.fresh_account()
        if self.name.startswith("vendor down"):
            # 409 is not worth a second try. Down until it is mended: a worker may die after it was told so.
            world.sims.platform.faults.add(Fault(match=_preserve(account), kind="status", value=409, times=None))
        return await world.declare(slug=self.slug, rehearsal=rehearsal, account=account, **(self.answers or {}))


def _preserve(account: str) -> str:
    """The path with the account in it, so that a fault meets one case alone."""
    return f"/v1/accounts/{account}/preserve"


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    outcome: Outcome, code: str = "", *, slug: str = "edr", answers: dict[str, Any] | None = None, **effects: Any
) -> Callable[[Play], Play]:
    def add(play: Play) -> Play:
        name = play.__name__.replace("_", " ")
        SCENARIOS[name] = Scenario(name, play, outcome, code, effects, slug, answers)
        return play

    return add


FIELDS = ["created_at", "email", "last_login_at", "last_login_ip", "name", "phone", "signup_ip"]
RELEASED = {"snapshots": 1, "packages": [FIELDS], "letters": ["police.northfield.example.org"], "state": "active"}
NOTHING = {"snapshots": 1, "packages": [], "letters": [], "state": "active"}
REFUSED = {**NOTHING, "letters": ["police.northfield.example.org"]}


async def _both_approve(case: Case, gate: str = "release") -> None:
    await case.act(Role.LEGAL, gate, Approve())
    await case.act(Role.DUTY_MANAGER, gate, Approve())


@scenario(Outcome.DISCLOSED, **RELEASED)
async def approve(case: Case) -> None:
    await case.verified()
    await _both_approve(case)
    await case.followed_up()


@scenario(Outcome.DISCLOSED, **{**RELEASED, "packages": [["email", "name"]]})
async def approve_less(case: Case) -> None:
    await case.verified()
    await case.act(Role.LEGAL, "release", ApproveLess(items=("email", "name")))
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.followed_up()


@scenario(
    Outcome.DISCLOSED,
    answers={"content_wanted": True},
    **{
        **RELEASED,
        "packages": [FIELDS, ["direct_messages", "precise_location"]],
        "letters": ["police.northfield.example.org"] * 2,
    },
)
async def content_after_the_rest(case: Case) -> None:
    await case.verified()
    await _both_approve(case, "release/")
    await _both_approve(case, "release-content")
    await case.followed_up()


@scenario(Outcome.DISCLOSED, **RELEASED)
async def ask_first(case: Case) -> None:
    await case.verified()
    legal = await case.world.someone(Role.LEGAL)
    question = await case.world.desk.keep(legal, case.id, EvidenceKind.REASON, "SYNTHETIC: is the place plausible?")
    await case.act(legal, "release", AskFirst(question=question, of=Role.POLICY, minutes=30))
    answer = await case.record("SYNTHETIC: it is.")
    await case.act(Role.POLICY, "question", Done(artefact=answer))
    await case.act(legal, "release/1", Approve())
    await case.act(Role.DUTY_MANAGER, "release/1", Approve())
    await case.followed_up()


@scenario(Outcome.REFUSED, "scope-too-wide", **REFUSED)
async def deny_then_refuse(case: Case) -> None:
    verifier, _ = await case.verified()
    await case.act(Role.LEGAL, "release", Deny(code="scope-too-wide"))
    await case.act(Role.LEGAL, "refuse", Approve())
    await case.act(verifier, "refuse", Approve())


@scenario(Outcome.DISCLOSED, **RELEASED)
async def withdraw(case: Case) -> None:
    await case.verified()
    legal = await case.world.someone(Role.LEGAL)
    other = await case.world.someone(Role.LEGAL, but=[legal])
    await case.act(legal, "release", Approve())
    await case.act(legal, "release", Withdraw())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    assert (await case.state()).gates["notify/release/1"].open
    await case.act(other, "release", Approve())
    await case.followed_up()


@scenario(Outcome.DISCLOSED, **{**RELEASED, "letters": ["police.northfield.example.org"] * 2})
async def silence_to_the_end(case: Case) -> None:
    await case.verified()
    await case.open("release")
    for _ in range(8):
        await case.later(minutes=5, seconds=1)
    await case.until(lambda state: any("send_holding" in key for key in state.journal))
    assert not case.world.packages(case.id)
    await _both_approve(case)
    await case.followed_up()


@scenario(Outcome.DISCLOSED, **{**RELEASED, "packages": [["email"]]})
async def amended_payload_voids(case: Case) -> None:
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.ESCALATION_SPECIALIST, "", Amend(facts={"data_wanted": ("name",)}))
    await case.act(Role.ESCALATION_SPECIALIST, "", Amend(facts={"data_wanted": ("email",)}))
    assert not (await case.state()).gates["notify/release/1"].votes
    await _both_approve(case)
    await case.followed_up()


@scenario(Outcome.DISCLOSED, **RELEASED)
async def vendor_down_then_retry(case: Case) -> None:
    await case.open("snapshot_account/1!")
    case.world.sims.platform.faults.clear(_preserve(case.account))
    await case.act(Role.ENGINEER, "snapshot_account/1!", Retry())
    await case.verified()
    await _both_approve(case)
    await case.followed_up()


@scenario(Outcome.DISCLOSED, **{**RELEASED, "snapshots": 0})
async def vendor_down_then_by_hand(case: Case) -> None:
    receipt = PreservationReceipt(
        receipt_id="by-hand-1",
        account=EvidenceRef(id="by-hand", kind=EvidenceKind.SNAPSHOT, sha256="0" * 64, size=1),
        sha256="0" * 64,
        items=1,
        taken_at=(await case.state()).declared_at,
    ).model_dump(mode="json")
    record = await case.record("SYNTHETIC: preserved from the console")
    by_hand = ByHand(result=receipt, artefact=record)
    await case.act(Role.ENGINEER, "snapshot_account/1!", by_hand)
    assert (await case.state()).interventions["contain/snapshot_account/1!1"].status is Status.OPEN
    await case.act(Role.DUTY_MANAGER, "snapshot_account/1!", by_hand)
    await case.verified()
    await _both_approve(case)
    await case.followed_up()


@scenario(Outcome.PROTECTED, **{**NOTHING})
async def protect_when_unconfirmed(case: Case) -> None:
    verifier = await case.world.someone(Role.LE_SPECIALIST)
    assessor = await case.world.someone(Role.ESCALATION_SPECIALIST)
    await case.act(assessor, "", Take())
    await case.act(verifier, "call-back", Cannot(code="nobody-answered"))
    await case.act(assessor, "assess-emergency", Done(result={"real": True}))
    await case.act(assessor, "protect", Approve())
    await case.act(Role.DUTY_MANAGER, "protect", Approve())
    await case.act(assessor, "call-desk", Done(result={"taken": True}, artefact=await case.record()))


@scenario(Outcome.FRAUD, "fraud", **REFUSED)
async def contradicted_requester(case: Case) -> None:
    verifier, _ = await case.verified(answer="denied")
    await case.act(Role.LEGAL, "refuse", Approve())
    await case.act(verifier, "refuse", Approve())


@scenario(Outcome.STOOD_DOWN, "mistake", **NOTHING)
async def stand_down(case: Case) -> None:
    await case.open("call-back")
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
    await case.act(Role.LEGAL, "stand-down", Approve())


@scenario(Outcome.STOOD_DOWN, "raw-cancel", **NOTHING)
async def raw_cancel(case: Case) -> None:
    await case.open("call-back")
    await case.handle.cancel()
    await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
    await case.act(Role.LEGAL, "stand-down", Approve())


CONTAINED = {"slug": "rehearsed_containment", "snapshots": 1, "packages": [], "letters": []}


async def _looked(case: Case, delete: bool = False) -> None:
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())
    await case.act(Role.ESCALATION_SPECIALIST, "tell-policy", Done())
    await case.act(Role.ESCALATION_SPECIALIST, "look-at-content", Done(result={"delete": delete}))


@scenario(Outcome.COMPLETED, **CONTAINED, state="hidden")
async def hide_then_ratify(case: Case) -> None:
    await _looked(case)
    await case.act(Role.DUTY_MANAGER, "ratify-hide", Approve())


@scenario(Outcome.COMPLETED, **CONTAINED, state="active")
async def hide_then_overturn(case: Case) -> None:
    await _looked(case)
    await case.act(Role.DUTY_MANAGER, "ratify-hide", Deny(code="not-harmful"))


@scenario(Outcome.COMPLETED, **CONTAINED, state="destroyed")
async def destroy_after_preserving(case: Case) -> None:
    await _looked(case, delete=True)
    await case.act(Role.DUTY_MANAGER, "ratify-hide", Approve())


@scenario(Outcome.STOOD_DOWN, "mistake", answers={"lock": True}, **CONTAINED, state="active")
async def stand_down_then_undo(case: Case) -> None:
    await case.open("look-at-content")
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
    await case.act(Role.LEGAL, "stand-down", Approve())


@scenario(
    Outcome.COMPLETED, slug="rehearsed_clocks", answers={"rule": "TEST-LAW", "ago": 60},
    snapshots=0, packages=[], letters=[], state="active",
)  # fmt: skip
async def clock_breached_then_settled(case: Case) -> None:
    owner = await case.world.someone(Role.ESCALATION_SPECIALIST)
    await case.act(owner, "", Take())
    await case.later(minutes=41)
    receipt = await case.world.desk.keep(owner, case.id, EvidenceKind.ARTEFACT, "SYNTHETIC receipt")
    await case.act(owner, "settle", Done(artefact=receipt))
    await case.act(owner, "investigate/duty", Done(artefact=receipt))


def effects_of(case: Case) -> dict[str, Any]:
    """What the outside systems hold of one case: counts and names, no values."""
    platform = case.world.sims.platform
    return {
        "snapshots": sum(1 for each in platform.receipts if each.account == case.account),
        "packages": case.world.packages(case.id),
        "letters": [to.rpartition("@")[2] for to in case.world.letters(case.id)],
        "state": platform.account(case.account).state,
    }
