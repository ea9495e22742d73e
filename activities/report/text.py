"""The report as Markdown: the one source of every other form. Facts come from the ledger, opinions are marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from activities.report.material import Material, Said, counted, in_words, moment, of_kind
from domain.codes import MEANS, Depth
from domain.figures import Span
from domain.timeline import Entry, Kind

PICTURE = "timeline.svg"  # what the other forms put in place of the picture's reference
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")
Rows = Iterable[Sequence[object]]


def markdown(report: Material) -> str:
    """The whole report; ends with a line feed."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def escaped(text: str) -> str:
    """People's words as text: nothing in them becomes a link, a picture or a heading."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def span(seconds: int | None) -> str:
    """`1 h 05 min`, `4 min 10 s`, `-` if it never came."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def table(head: Sequence[str], rows: Rows, none: str = "None is recorded.") -> Iterator[str]:
    lines = [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    if not lines:
        yield from (none, "")
        return
    yield from (f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines, "")


def _lines(report: Material) -> Iterator[str]:
    yield from _cover(report)
    yield from _summary(report)
    yield from ("## Timeline", "", f"![Timeline of {report.given.of}]({PICTURE})", "")
    yield from _decisions(report)
    yield from _clocks(report)
    yield from _trouble(report)
    yield from _opinions(report)
    yield from _actions(report)
    yield from _again(report)
    yield from _versions(report)
    yield from _appendix(report)


# -- cover and summary --------------------------------------------------------------------------------------


def _cover(report: Material) -> Iterator[str]:
    given = report.given
    depth = {Depth.FULL: "full", Depth.SHORT: "short", None: "not decided yet"}[given.depth]
    kind = "directed by counsel" if given.privileged else "ordinary"
    begun = next((each.at for each in report.entries if each.kind is Kind.DECLARED), None)
    yield from (f"# Post-incident review of {given.of}", "", f"**{report.marking}**", "")
    rows: list[tuple[str, str]] = [
        ("Case", f"`{given.of}`"),
        ("Procedure", escaped(given.title) or "-"),
        ("Severity", f"P{int(given.severity)}"),
        ("Declared", f"{moment(begun)} UTC" if begun else "-"),
        ("Outcome", in_words(given.outcome) or "the case is still open"),
        ("Review", f"{depth}, {kind}"),
        ("Version", f"{len(given.earlier) + 1}, {escaped(given.version)}, {moment(given.here.at)} UTC"),
        ("Draft due", _due(given.draft_due)),
        ("Actions owned by", _due(given.owned_due)),
    ]
    yield from table(("About", "This review"), rows)
    yield from (
        "Facts in this report are drafted by Holdfast from the case's ledger alone. Opinions are words of people who "
        "took part; each is marked with a role. Neither names a person.",
        "",
    )


def _kept(each: Span) -> str:
    if each.seconds is None or each.target is None:
        return "-"
    return "**late**" if each.late else "in time"


def _due(at: datetime | None) -> str:
    return f"{moment(at)} UTC" if at else "-"


def _summary(report: Material) -> Iterator[str]:
    given, figures = report.given, report.figures
    met, ended = figures.attained
    said = f"{met} of {ended} met in time" if ended else "no confirmed statutory clock ended"
    yield from ("## Summary", "")
    yield from (f"Statutory clocks confirmed by counsel: {said}.", "")
    if given.depth is not None:
        why = [
            (in_words(each.trigger.value), MEANS[each.trigger], ", ".join(each.entries) or "-") for each in given.fired
        ]
        yield from ("### Why this review is " + given.depth.value, "")
        yield from table(("Trigger", "What it says", "Entries"), why, "No universal trigger fired.")
    yield from ("### From the declaration", "")
    spans = [(each.name, span(each.seconds), span(each.target), _kept(each)) for each in figures.spans]
    yield from table(("To", "Took", "Target", ""), spans)
    yield from ("### In figures", "")
    rows = [(name, count) for name, count in figures.counts.items()]
    half = (len(rows) + 1) // 2
    pairs = [(*rows[i], *(rows[i + half] if i + half < len(rows) else ("", ""))) for i in range(half)]
    yield from table(("What", "Count", "What", "Count"), pairs)


# -- decisions and clocks -----------------------------------------------------------------------------------


def _decisions(report: Material) -> Iterator[str]:
    figures = report.figures
    yield from ("## Decisions", "")
    rows = [
        (
            f"`{each.key}`",
            in_words(each.code),
            span(each.seconds),
            each.rungs,
            ", ".join(
                [*(["silence to the end of the ladder"] if each.silent else []), *(["alone"] if each.alone else [])]
            )
            or "-",
        )
        for each in figures.gates
    ]
    yield from table(("Gate", "Ended", "After", "Rungs", "Marks"), rows, "None was asked for.")
    yield from ("### How fast each role decided", "")
    by_role = [(f"`{e.gate}`", e.role, e.decisions, span(e.median), span(e.longest)) for e in figures.roles]
    yield from table(("Gate", "Role", "Decisions", "Median", "Longest"), by_role, "Nobody decided.")


def _clocks(report: Material) -> Iterator[str]:
    yield from ("## Clocks", "")
    rows = [
        (
            f"`{each.clock}`",
            each.kind,
            f"{escaped(each.counsel)}{'' if each.counted or each.kind != 'statutory' else ' (not counted)'}",
            f"**{each.code}**" if each.code == "breached" else each.code,
            each.due[:19].replace("T", " ") or "-",
            "-" if each.share is None else f"{max(each.share, 0):.0%}",
        )
        for each in report.figures.clocks
    ]
    yield from table(("Clock", "Kind", "Counsel", "Ended", "Due (UTC)", "Time left"), rows, "No clock ran.")
    if rows:
        yield from ("A clock that counsel has not confirmed runs and pages, and is left out of attainment.", "")


# -- what went otherwise ------------------------------------------------------------------------------------

_TROUBLE: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("What came of it", (Kind.CONSEQUENCE,)),
    ("Deviations from the procedure", (Kind.DEVIATION, Kind.CANCEL_ASKED)),
    ("Faults of our tools", (Kind.TOOL_FAULT, Kind.UNPAGED)),
    ("Steps that failed, and how people went on", (Kind.STEP_FAILED, Kind.INTERVENTION_ENDED)),
    ("Refused", (Kind.REFUSAL,)),
)


def _trouble(report: Material) -> Iterator[str]:
    yield from ("## Deviations and faults", "")
    for title, kinds in _TROUBLE:
        rows = [
            (moment(each.at), in_words(each.kind.value), in_words(each.code), _where(each), report.role(each))
            for each in of_kind(report.entries, *kinds)
        ]
        yield from (f"### {title}", "")
        yield from table(("UTC", "What", "Code", "Where", "By"), rows)


def _where(entry: Entry) -> str:
    return f"`{entry.subject}`" if entry.subject else "the case"


# -- people's part ------------------------------------------------------------------------------------------


def _opinions(report: Material) -> Iterator[str]:
    if report.given.depth is not Depth.FULL:
        return
    yield from ("## Opinions", "", "Not facts: what people who took part think, by role.", "")
    for each in report.said:
        yield from _opinion(each)
    if not report.said:
        yield from ("Nobody has said anything yet.", "")
    coded = counted([each for said in report.said for each in said.factors])
    yield from ("### Contributing factors", "")
    agreed = report.given.agreed
    rows = [(in_words(name), count, "yes" if name in agreed else "-") for name, count in coded.items()]
    rows += [(in_words(name), 0, "yes") for name in agreed if name not in coded]
    yield from table(("Factor", "Named by", "Agreed in the meeting"), rows, "None is coded yet.")


def _opinion(said: Said) -> Iterator[str]:
    yield from (f"### Opinion: {said.role}", "")
    for part in [each for each in said.words.split("\n\n") if each.strip()]:
        yield from (f"> {escaped(part)}", "")
    if said.factors:
        yield from (f"Factors: {', '.join(in_words(each) for each in said.factors)}", "")


def _actions(report: Material) -> Iterator[str]:
    given = report.given
    if given.depth is Depth.SHORT:
        return
    yield from ("## Actions", "")
    rows = [
        (
            each.action.number,
            in_words(each.action.kind.value),
            in_words(each.action.owner.value),
            each.action.system or "-",
            in_words(each.action.factor.value) if each.action.factor else "-",
            f"{each.due:%Y-%m-%d}{' (moved)' if each.moved else ''}",
            f"**{each.status}**"
            if each.status == "overdue"
            else each.status + (f": {in_words(each.code)}" if each.code else ""),
        )
        for each in given.done
    ]
    rows = rows or [(i, "-", in_words(owner), "-", "-", "-", "-") for i, owner in enumerate(given.actions, 1)]
    yield from table(("No", "What", "Owner", "System", "Factor", "Due", "State"), rows, "None is agreed yet.")
    for each in given.done:
        if words := report.texts.get(each.action.number):
            yield from (f"- **Action {each.action.number}:** {escaped(words)}",)
    yield from ("",) if report.texts else ()


def _again(report: Material) -> Iterator[str]:
    if not report.given.recurrences:
        return
    yield from ("## Did it happen again?", "")
    rows = [
        (
            f"{each.after_days} days",
            moment(each.at),
            "**yes**" if each.found else "no",
            each.subject_cases,
            ", ".join(in_words(one) for one in each.factors) or "-",
        )
        for each in report.given.recurrences
    ]
    yield from table(("After", "Looked (UTC)", "Again", "Cases on the subject", "Factors seen again"), rows)


# -- versions and record ------------------------------------------------------------------------------------


def _versions(report: Material) -> Iterator[str]:
    given = report.given
    yield from ("## Versions of this report", "")
    rows = [(i, escaped(e.version), e.entries, f"`{e.head[:16]}`") for i, e in enumerate(given.earlier, 1)]
    rows.append((len(rows) + 1, f"{escaped(given.version)} (this one)", len(report.written), f"`{report.head[:16]}`"))
    yield from table(("Version", "When", "Entries", "Ledger head"), rows)
    if given.earlier:
        kinds = [each.entry.kind.value for each in report.written[given.earlier[-1].entries :]]
        came = ", ".join(f"{in_words(kind)} {count}" for kind, count in counted(kinds).items())
        same = (
            "The record under the version before is unchanged"
            if report.agrees
            else "**The record under the version before has been changed: treat this as tampering**"
        )
        yield from (f"{same}; {report.added} entries came after it{f' ({came})' if came else ''}.", "")


def _appendix(report: Material) -> Iterator[str]:
    yield from ("## Appendix: the record", "")
    rows = [
        (each.sequence, moment(each.entry.at), in_words(each.entry.kind.value), _where(each.entry),
         report.role(each.entry), in_words(each.entry.code) or "-")
        for each in report.written
    ]  # fmt: skip
    yield from table(("No", "UTC", "What", "Where", "By", "Code"), rows)
    yield from (
        "### How to verify this report",
        "",
        f"The record has {len(report.written)} entries. Each is chained to the one before by a SHA-256 hash over its "
        "encrypted body; the last hash is",
        "",
        f"`{report.head or 'none'}`",
        "",
        "- `holdfast audit verify` reads every chain from end to end and names each fault.",
        f"- `holdfast timeline {report.given.of} -o json` shows the entries with their hashes: the last must be "
        "the one above, or stand behind that one if the case went on.",
        "- The hash of this document is in the timeline of the review; "
        f"`holdfast review {report.given.of} --format pdf` refuses a document that was changed.",
        "",
    )
