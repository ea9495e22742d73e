"""What we say in chat, in one place: sentences from codes, and never a word that came with a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
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
    "no-news": "Nothing has changed; we are still on it.",
}

_OF = "CASE is its id; in the case's own room you may leave it out.\n"
HELP = (
    "`/incident` asks what has happened and opens the form for it.\n"
    "`/incident edr` opens that form at once; `/incident edr <account-id> <requester mail> <country> <category> "
    "[words]` declares. `/incident drill edr …` declares a drill, `/incident another edr …` one like your last.\n"
    f"{_OF}"
    "`/incident status CASE` says who is waited for; `list` what is open (`list all`: closed too); `timeline CASE` "
    "what happened; `link CASE` where to go.\n"
    "`/incident take CASE` makes you its owner. `handover CASE to OFFICE [what we promised]` offers it; `handover "
    "CASE accept`, `decline CODE` or `withdraw` answers.\n"
    "`/incident note CASE WORDS` keeps a note in the vault. `update CASE CODE` tells the room where it stands "
    "(looking, contained, verified, waiting, monitoring, no-news).\n"
    "`/incident task [CASE]` lists your work; `task CASE NAME done` or `cannot CODE` ends it.\n"
    "`/incident severity CASE` asks how bad it is (or: `severity CASE 3 4 2`: imminence, harm, credibility).\n"
    "`/incident escalate CASE [NAME]` or `page` calls the next person now.\n"
    "`/incident close CASE CODE` asks two people to stand it down (false-alarm, duplicate, resolved, withdrawn, "
    "test).\n"
    "`/incident spill CASE` when something was written here that must not be.\n"
    "`/incident tonight [DAYS]` tells when a decision could not be met.\n"
    "`/incident help` shows this."
)


def escaped(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or channel can be made with it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def at(moment: datetime) -> str:
    """A moment that Slack shows in the reader's zone; in UTC where it cannot."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{moment:%Y-%m-%d %H:%M} UTC>"


def brief_sentence(code: str) -> str:
    """The short sentence for a brief's code."""
    return _BRIEFS.get(code, f"News: {escaped(code.replace('-', ' '))}. The pinned message has the rest.")


def update_sentence(code: str) -> str:
    """What the room is told by a person, so that it is told apart from what the procedure says by itself."""
    return f"Update: {brief_sentence(code)}"


def turn_said(slack_id: str, severity: int, case: str, title: str, desk_url: str, key: str) -> str:
    """What somebody is told whose earlier card is done."""
    link = f"<{decide_link(desk_url, case, key)}|{escaped(title)}>"
    return f"<@{slack_id}> next for you: P{severity} · {escaped(case)} · {link}"


def severity_said(case: str, before: State, after: State) -> str:
    """What came of a new assessment; the axes themselves stay on the desk's page."""
    was, now = int(before.severity), int(after.severity)
    if after.lowering is not None and was == now:
        return (
            f"Recorded: {case} stays P{now}. You proposed P{int(after.lowering.severity)}; a P0 is lowered when a "
            "second person agrees, or by a duty manager or an incident commander."
        )
    how = "stays" if was == now else "is now"
    return f"Recorded: {case} {how} P{now}" + ("." if was == now else f", it was P{was}.")


def room_name(case: str) -> str:
    """The room's name: the case id as Slack allows it (`inc-edr-xxxxx-xxxxx`, and `…-review`)."""
    return f"inc-{case.lower().replace('/', '-')}"


def case_link(desk_url: str, case: str) -> str:
    return f"{desk_url.rstrip('/')}/cases/{quote(case)}"


def decide_link(desk_url: str, case: str, key: str) -> str:
    return f"{desk_url.rstrip('/')}/decide/{quote(case)}?key={quote(key, safe='')}"


def to_confirm(desk_url: str, link: str) -> str:
    """What somebody is told whose press waits for a proof; the link is theirs, and works once."""
    address = link if "://" in link else desk_url.rstrip("/") + link
    return (
        "This does NOT count yet: it needs proof that it is you, who saw the card. "
        f"<{address}|Confirm it at the desk> within 5 minutes; the link works once, and for you alone."
    )


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
