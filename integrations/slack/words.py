"""What we say in chat, in one place: sentences from codes, and never a word that came with a request."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from domain.state import Called, GateRecord, InterventionRecord, State, TaskRecord
from domain.timeline import Projection

_BRIEFS = {
    "looking": "We are looking into it.",
    "contained": "What could be stopped at once is stopped; it is now being ratified.",
    "verified": "The request has been verified.",
    "waiting": "We are waiting for decisions; the pinned message says whose.",
    "released": "What was approved has been released.",
    "refused": "The request has been refused.",
    "handed-over": "The case has a new owner.",
    "monitoring": "The acute part is over; we are watching what comes of it.",
    "closed": "The case is closed.",
}

HELP = (
    "`/incident edr` opens the form; `/incident edr <account-id> <requester mail> <country> <category> [words]` "
    "declares at once.\n"
    "`/incident drill edr …` declares a drill.\n"
    "`/incident status` lists what is open; `/incident status CASE` says who is waited for.\n"
    "`/incident take CASE` makes you its owner.\n"
    "`/incident help` shows this."
)


def escaped(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or channel can be made with it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def brief_sentence(code: str) -> str:
    """The short sentence for a brief's code."""
    return _BRIEFS.get(code, f"News: {escaped(code.replace('-', ' '))}. The pinned message has the rest.")


def room_name(case: str) -> str:
    """The room's name: the case id as Slack allows it (`inc-edr-xxxxx-xxxxx`, and `…-review`)."""
    return f"inc-{case.lower().replace('/', '-')}"


def case_link(desk_url: str, case: str) -> str:
    return f"{desk_url.rstrip('/')}/cases/{quote(case)}"


def decide_link(desk_url: str, case: str, key: str) -> str:
    return f"{desk_url.rstrip('/')}/decide/{quote(case)}?key={quote(key, safe='')}"


def subject_name(key: str) -> str:
    """A verb key as people read it: `notify/release/1` is `release`."""
    parts = key.split("/")
    name = parts[1] if len(parts) > 1 else key
    again = f" ({parts[2]})" if len(parts) > 2 and parts[2] != "1" else ""
    return escaped(f"{name.rpartition('.')[2]}{again}")


def drill_mark(drill: bool) -> str:
    return "DRILL · " if drill else ""


def heading(shown: Projection) -> str:
    """One line: which case, how grave, where it stands."""
    ended = f", {shown.outcome}" if shown.outcome else ""
    return f"{drill_mark(shown.drill)}P{shown.severity} · {shown.case} · {shown.phase} · {shown.status}{ended}"


def status_lines(state: State, desk_url: str) -> str:
    """The answer to `/incident status CASE`: where it stands and who is waited for, by role and person id."""
    shown = state.projection(state.declared_at)
    owner = shown.owner or "nobody yet"
    lines = [f"*{escaped(heading(shown))}*", f"Owner: {escaped(owner)}"]
    waiting = [
        *(_line("decision", each.gate.title, each) for each in state.gates.values() if each.open),
        *(_line("task", each.task.title, each) for each in state.tasks.values() if each.open),
        *(
            _line("failed step", f"{each.step}: {each.fault}", each)
            for each in state.interventions.values()
            if each.open
        ),
    ]
    lines += waiting or ["Nobody is waited for."]
    lines.append(f"<{case_link(desk_url, state.case)}|Open the case>")
    return "\n".join(lines)


def _line(what: str, title: str, record: Called) -> str:
    roles = ", ".join(dict.fromkeys(_roles(record)))
    called = f"; called: {', '.join(record.called)}" if record.called else ""
    unpaged = "; NOBODY COULD BE REACHED" if record.unpaged else ""
    said = f"; {len(record.votes)} decided" if isinstance(record, GateRecord) and record.votes else ""
    return f"• {what}: {escaped(title)} — waits for {escaped(roles + said + called + unpaged)}"


def _roles(record: Called) -> Iterable[str]:
    match record:
        case GateRecord():
            return [role.value for seat in record.gate.seats for role in seat.roles]
        case TaskRecord():
            return [role.value for role in record.task.roles]
        case InterventionRecord():
            return [role.value for role in record.ladder.rung(max(record.rungs - 1, 0)).page]
        case _:
            return []


def open_cases(cases: Iterable[Projection]) -> str:
    """The answer to `/incident status`: a line for each open case, the gravest first."""
    found = sorted(cases, key=lambda each: (each.severity, each.case))
    lines = [
        f"• {escaped(heading(each))} — owner {escaped(each.owner or 'nobody yet')}, "
        f"{len(each.open_gates)} decisions, {len(each.open_tasks)} tasks, {len(each.open_interventions)} failed steps"
        for each in found[:20]
    ]
    more = len(found) - 20
    return "\n".join([*lines, *([f"… and {more} more"] if more > 0 else [])]) or "No case is open that is yours to see."
