"""Ways in which a case of imminent self-harm can go, as plays: the same play whatever happens underneath."""

from __future__ import annotations

from typing import Any

from domain.acts import Approve, AskToStandDown, Deny, Done, Take
from domain.incident import Outcome
from domain.people import Role
from tests.flows.scenarios import Play, Scenario
from tests.world import Case

RAW = "SYNTHETIC-RAW-WORDS of somebody in distress"
HIDDEN = {
    "narrative": RAW,
    "whereabouts": "SYNTHETIC-WHEREABOUTS",
    "history": "SYNTHETIC-HISTORY",
    "reporter_contact": "SYNTHETIC-REPORTER",
}
FACTS: dict[str, Any] = {"named": ["plan"], "signs": "intent", "age": "adult", "country": "US", "reporter": "friend"}
SCENARIOS: dict[str, Scenario] = {}
QUIET = {"snapshots": 1, "shown": 1, "letters": [], "packages": [], "state": "active"}
GIVEN_BACK = {**QUIET, "limited": False, "cut": False}


def scenario(outcome: Outcome, code: str = "", *, answers: dict[str, Any] | None = None, **effects: Any) -> Any:
    def add(play: Play) -> Play:
        name = play.__name__.replace("_", " ")
        SCENARIOS[name] = Scenario(name, play, outcome, code, effects, "ish", {**FACTS, **HIDDEN, **(answers or {})})
        return play

    return add


async def looked(
    case: Case,
    *,
    named: tuple[str, ...] = ("plan",),
    signs: str = "intent",
    alerted: str = "no",
    limits: Deny | None = None,
) -> None:
    """Owner, both legs of the investigation, and the ratified limits."""
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())
    seen = {"named": named, "signs": signs, "alerted": alerted}
    await case.act(Role.ESCALATION_SPECIALIST, "assess-triad", Done(result=seen))
    await case.act(Role.DUTY_MANAGER, "keep-limits", limits or Approve())
    await case.act(Role.LE_SPECIALIST, "locate", Done(result={"country": "us", "source": "last-login"}))


async def called(case: Case) -> None:
    """Two people decide, and one of them calls."""
    await case.act(Role.ESCALATION_SPECIALIST, "/welfare/1", Approve())
    await case.act(Role.DUTY_MANAGER, "/welfare/1", Approve())
    record = await case.record()
    await case.act(Role.ESCALATION_SPECIALIST, "call-for-welfare", Done(result={"taken": True}, artefact=record))


async def a_day_later(case: Case, outcome: str = "safe", found: str = "right-address") -> None:
    await case.act(Role.ESCALATION_SPECIALIST, "tell-partner", Done(result={"taken": True}))
    key = "notify/wait-day/1"
    due = (await case.until(lambda state: key in state.deadlines)).deadlines[key]
    for _ in range(30):
        if key in (await case.state()).journal:
            break
        left = due - await case.world.travel.now(case.handle)
        await case.later(seconds=max(left.total_seconds(), 0) + 1)
    result: dict[str, Any] = {"outcome": outcome, "found": found, "active": True}
    await case.act(Role.ESCALATION_SPECIALIST, "look-after", Done(result=result))


async def ended(case: Case, lift: str = "now") -> None:
    """What is left to people at the end."""
    await case.act(Role.ESCALATION_SPECIALIST, "give-back", Done(result={"lift": lift}))
    await case.act(Role.WELLBEING, "care-for-staff", Done())


async def chosen(case: Case, choice: Approve | Deny, ratified: Approve | Deny) -> None:
    """The duty manager chooses, somebody else ratifies."""
    await case.act(Role.DUTY_MANAGER, "cut-stream/1", choice)
    await case.act(Role.INCIDENT_COMMANDER, "cut-stream/1+ratify", ratified)
    await case.act(Role.ESCALATION_SPECIALIST, "hunt-copies", Done(result={"copies": 2}))


CUT, KEEP = Approve(code="graphic"), Deny(code="keeps-contact")
WRONG = Deny(code="wrong-choice")


@scenario(Outcome.PROTECTED, **GIVEN_BACK)
async def not_live_and_a_desk_is_called(case: Case) -> None:
    await looked(case)
    await called(case)
    await a_day_later(case)
    await ended(case)


@scenario(Outcome.PROTECTED, answers={"live": True}, **{**GIVEN_BACK, "limited": True, "cut": True})
async def the_stream_is_cut(case: Case) -> None:
    await chosen(case, CUT, Approve())
    await looked(case)
    await called(case)
    await a_day_later(case)
    await ended(case, "later-by-policy")


@scenario(Outcome.COMPLETED, "help-is-there", answers={"live": True, "minutes_live": 12, "age": "13-15"}, **GIVEN_BACK)
async def the_stream_is_kept_and_help_is_there(case: Case) -> None:
    await chosen(case, KEEP, Approve())
    await looked(case, alerted="yes")
    await case.act(Role.DUTY_MANAGER, "/welfare/1", Deny(code="help-is-there"))
    await a_day_later(case, "died", "wrong-address")
    await ended(case)


@scenario(Outcome.COMPLETED, "resources-shown", answers={"live": True}, **{**GIVEN_BACK, "limited": True, "cut": False})
async def the_stream_was_cut_wrongly(case: Case) -> None:
    await chosen(case, CUT, WRONG)
    await looked(case, named=("none",), signs="ideation")
    await ended(case, "later-by-policy")


@scenario(Outcome.COMPLETED, "resources-shown", answers={"live": True}, **{**GIVEN_BACK, "limited": True, "cut": True})
async def the_stream_was_kept_wrongly(case: Case) -> None:
    # The choice comes when the rest of the case is a phase further: its keys must not depend on that.
    await looked(case, named=("none",), signs="ideation")
    await case.open("give-back")
    await chosen(case, KEEP, WRONG)
    await ended(case, "later-by-policy")


@scenario(Outcome.COMPLETED, "resources-shown", answers={"named": ["none"], "signs": "ideation"}, **GIVEN_BACK)
async def not_imminent(case: Case) -> None:
    await looked(case, named=("none",), signs="ideation")
    await ended(case)


@scenario(Outcome.STOOD_DOWN, "mistake", answers={"live": True}, **GIVEN_BACK)
async def stood_down_after_a_cut(case: Case) -> None:
    await chosen(case, CUT, Approve())
    await case.until(lambda state: any("limit_reach" in key for key in state.journal))
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
    await case.act(Role.LEGAL, "stand-down", Approve())


TRIGGERS = {"the stream is kept and help is there": ["death", "minor", "late-stream", "wrong-address"]}
"""What the review is told to look at, by play; nothing in the others."""


def effects_of(case: Case) -> dict[str, Any]:
    """What the outside systems hold of one case: counts and names, no values."""
    platform = case.world.sims.platform
    account = platform.account(case.account)
    return {
        "snapshots": sum(1 for each in platform.receipts if each.account == case.account),
        "shown": len(account.notices),
        "limited": account.limited,
        "cut": account.cut,
        "letters": case.world.letters(case.id),
        "packages": case.world.packages(case.id),
        "state": account.state,
    }
