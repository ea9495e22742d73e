"""What the corpus came to, as a page: a line for each request, then the sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from domain.incident import Outcome
from tests.bench.report import machine
from tests.corpus.measuring import Measured
from tests.corpus.requests import Kind

_WORDS = """What a made-up team of an ordinary night makes of made-up requests, on the real server with its clock moved
on: the owner comes after one minute, a task takes three to five, a decision three; where an entry is about people who
are slow or silent, it says so. Minutes are the case's own, from its receipt: until somebody of ours has it in hand,
until the account is preserved, until the release was opened (looked at every few minutes, so up to five late). Nobody
and nothing in it exists. *What slowed it* is all that came on top of the shortest way to a release.

A forged request counts as released if any package of its case was ever opened, or any letter but the two neutral ones
left to an address that is not our own list's. Besides pace and one agency for each request, one thing is not as it is
in earnest: after an opening the package is looked at four times in a day instead of 48."""


def page(found: Sequence[Measured], command: str, date: str) -> str:
    """The whole page, Markdown."""
    lines = ["# Corpus", "", f"Printed by `{command}` on {date}.", "", _WORDS, ""]
    lines += [f"- {name}: {value}" for name, value in machine().items()]
    lines += ["", *table(found), "", *sums(found)]
    return "\n".join(lines) + "\n"


def table(found: Iterable[Measured]) -> list[str]:
    """A line for each request."""
    return [
        "| request | kind | ends | in hand | safe | opened | what slowed it |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {each.request.name} | {each.request.kind.value} | {_ending(each)} | {_minutes(each.to_human)} | "
            f"{_minutes(each.to_safe)} | {_minutes(each.to_opened)} | {', '.join(each.slowed)} |"
            for each in found
        ),
    ]


def sums(found: Sequence[Measured]) -> list[str]:
    """What it comes to: what left wrongly, what left rightly, and what genuine requests had to wait for."""
    genuine = [each for each in found if each.request.kind is Kind.GENUINE]
    forged = [each for each in found if each.request.kind is Kind.FORGED]
    helped = Counter(each.outcome for each in genuine)
    slowed = Counter(name for each in genuine for name in each.slowed)
    waited = sorted(each.to_opened for each in genuine if each.to_opened is not None)
    return [
        "## Sums",
        "",
        f"- requests: {len(found)} ({_by_kind(found)})",
        f"- forged and released: {sum(each.released for each in forged)} of {len(forged)}",
        f"- careless and released: {_released(found, Kind.CARELESS)}",
        f"- genuine and released: {helped[Outcome.DISCLOSED.value]} of {len(genuine)}; a desk nearby was called for "
        f"{helped[Outcome.PROTECTED.value]}, passed on {helped[Outcome.HANDED_OVER.value]}, taken back "
        f"{helped[Outcome.WITHDRAWN.value]}, refused {helped[Outcome.REFUSED.value]}",
        f"- genuine, minutes until the release was opened: {_minutes(waited[0])} at the least, "
        f"{_minutes(waited[len(waited) // 2])} in the middle, {_minutes(waited[-1])} at the most"
        if waited
        else "- genuine, minutes until the release was opened: none was",
        f"- genuine and slowed: {sum(bool(each.slowed) for each in genuine)} of {len(genuine)}; by "
        + ", ".join(f"{name} {count}" for name, count in slowed.most_common()),
        f"- not as expected: {sum(not each.expected for each in found)}",
        *(f"  - {unlike(each)}" for each in found if not each.expected),
    ]


def unlike(each: Measured) -> str:
    """What was expected and what came, of one request."""
    wanted = each.request
    return (
        f"{wanted.key}: expected {wanted.outcome.value} {wanted.code} {list(wanted.slowed)}, "
        f"came {each.outcome} {each.code} {list(each.slowed)} ({each.case})"
    )


def _released(found: Iterable[Measured], kind: Kind) -> str:
    of = [each for each in found if each.request.kind is kind]
    return f"{sum(each.outcome == Outcome.DISCLOSED.value for each in of)} of {len(of)}"


def _by_kind(found: Iterable[Measured]) -> str:
    count = Counter(each.request.kind for each in found)
    return ", ".join(f"{count[kind]} {kind.value}" for kind in Kind)


def _ending(each: Measured) -> str:
    code = "" if each.code in ("", each.outcome) else f", {each.code}"
    return f"{each.outcome}{code}"


def _minutes(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
