"""Who asks: eight steps, each with its record, by people who can be pressed. Their sum is pure and cannot be."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.identity_tasks import (
    ASK_PEERS,
    CALL_BACK,
    CONFIRM_NUMBER,
    FIND_NUMBER,
    READ_PAPERS,
    SUPERVISOR,
)

with workflow.unsafe.imports_passed_through():
    from activities.verifying import LookAtBehaviour, LookUpRequester
    from domain.emergency import Known
    from domain.gates import Gate, Seat
    from domain.ladder_steps import asked, channel_step, domain_step, heard, read, told_by_peers
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.people import Role
    from domain.verification import Check, Colour, Requester, StepResult, Verified, scored

CONTENT = "E3"


async def verify_requester(case: IncidentWorkflow, *, wanted: tuple[str, ...] = ("E1", "E2")) -> Verified:
    """Confirmed, unconfirmed (missing what) or contradicted (by what), with a colour and the tiers that it carries.

    A supervisor is asked where content is wanted, the requester is foreign, or anything was ticked. Once there is a
    stop nobody is called any more: nothing that they could say would count.
    """
    found = await _look_up(case)
    steps = [channel_step(case.state.facts, case.incident.channel, case.incident.intake), domain_step(found)]
    if not found.known:
        return scored(steps, found)
    foreign = found.country != str(case.fact("country")).upper()
    steps.append(await _behaviour(case, found, wanted))
    if scored(steps, found).colour is Colour.RED:
        return scored(steps, found, foreign=foreign)
    called, papers = await case.both(_call_back(case, found), _papers(case))
    steps += [called, *papers]
    so_far = scored(steps, found, foreign=foreign)
    if so_far.colour is Colour.RED or not (so_far.ticks or foreign or CONTENT in wanted):
        return so_far
    supervisor, peers = await case.both(_supervisor(case, found), _peers(case, found, bool(so_far.ticks)))
    return scored([*steps, supervisor, *peers], found, foreign=foreign)


def with_counsel(gate: Gate) -> Gate:
    """The same decision with counsel in a seat: for what is amber or foreign. A procedure names both."""
    others = tuple(seat for seat in gate.seats if set(seat.roles) - {Role.LEGAL, Role.GENERAL_COUNSEL})[:1]
    counsel = Seat(name="counsel", roles=(Role.LEGAL, Role.GENERAL_COUNSEL))
    return gate.model_copy(update={"name": f"{gate.name}-with-counsel", "seats": (counsel, *others)})


async def _look_up(case: IncidentWorkflow) -> Requester:
    """What our list says. Where it knows nobody, two people who work no step of this case may add the agency; what
    they tell the case counts for nothing, only what then stands in the list."""
    domain, intake = str(case.fact("requester_domain")), case.incident.intake
    found = await case.do(LookUpRequester(domain=domain, intake=intake))
    if found.known or found.looks_like or not domain:
        return found
    match await case.have(FIND_NUMBER, {"domain": domain}):
        case WorkDone(result=said) if said["proposed"]:
            pass
        case WorkDone() | WorkCannot() | NoAnswer():
            return found
    await case.have(CONFIRM_NUMBER, {"domain": domain})
    return await case.do(LookUpRequester(domain=domain, intake=intake))


async def _behaviour(case: IncidentWorkflow, found: Requester, wanted: tuple[str, ...]) -> StepResult:
    account, intake = str(case.fact("account")), case.incident.intake
    seen = await case.do(LookAtBehaviour(account=account, agency=found.agency, tier=max(wanted), intake=intake))
    against = ("sender-quarantined",) if seen.quarantined else ()
    known = Known.CONTRADICTED if against else Known.CONFIRMED
    return StepResult(check=Check.BEHAVIOUR, known=known, against=against, ticks=seen.ticks, how="compared")


async def _call_back(case: IncidentWorkflow, found: Requester) -> StepResult:
    if not found.call_back:
        return StepResult(check=Check.PERSON, against=("no-number",))
    called = await case.have(CALL_BACK, {"agency": found.agency, "call": "the number in our directory"})
    return heard(Check.PERSON, called)


async def _papers(case: IncidentWorkflow) -> tuple[StepResult, ...]:
    return read(await case.have(READ_PAPERS))


async def _supervisor(case: IncidentWorkflow, found: Requester) -> StepResult:
    second = "the second number in our directory" if found.second_number else "a liaison or account that we know"
    return asked(await case.have(SUPERVISOR, {"agency": found.agency, "call": second}), found)


async def _peers(case: IncidentWorkflow, found: Requester, wanted: bool) -> tuple[StepResult, ...]:
    if not wanted:
        return ()
    return (told_by_peers(await case.have(ASK_PEERS, {"agency": found.agency})),)
