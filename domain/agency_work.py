"""Who works an open case of an agency: they verify with its number, so they may not be the ones who write it down."""

from __future__ import annotations

from domain.agencies import DIRECTORY_EDITOR
from domain.people import Agency
from domain.state import State, Status


def concerns(state: State, agency: Agency) -> bool:
    """Whether an open case is about a request in this agency's name: by its domain, what was looked up, whom it would
    answer, or what it gave people to do."""
    if state.status is Status.CLOSED:
        return False
    domains = [state.facts.get("requester_domain"), *(each.about.get("domain") for each in state.tasks.values())]
    if any(str(each).lower() in agency.domains for each in domains if each):
        return True
    looked_up = (each for each in state.journal.values() if isinstance(each, dict))
    named = [
        *(found.get(name) for found in looked_up for name in ("agency", "looks_like")),
        *(each.about.get("agency") for each in state.tasks.values()),
        *(each.base.recipient for each in state.gates.values()),
    ]
    return agency.id in named


def people_on(state: State) -> tuple[str, ...]:
    """Everybody who took part in a case, and whom they stand for; not who only keeps the list for it."""
    found = {state.owner.person} if state.owner else set()
    for how, people in state.involved.items():
        found.update(people if how != DIRECTORY_EDITOR else ())
    for gate in state.gates.values():
        found.update(gate.acknowledged)
        for vote in gate.votes:
            found.update((vote.person, vote.delegate_of))
    for task in state.tasks.values():
        if task.task.records_as != DIRECTORY_EDITOR:
            found.update((task.doer, *task.acknowledged))
    for each in state.interventions.values():
        found.update(choice.person for choice in each.choices)
    return tuple(sorted(found - {""}))
