"""Clocks in words: one rule for a procedure's document, and the whole register as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from console.cli.spans import span
from domain.clock_rules import ClockRule, Read
from domain.register import REGISTER

READ = {
    Read.SOURCE: "source read",
    Read.SECOND_HAND: "second hand",
    Read.MEMORY: "from memory",
    Read.OURS: "our own",
}
_PROSE = Path(__file__).with_name("clocks.md")


def time_words(rule: ClockRule) -> str:
    """`within 48 hours (our own target: 1 day)`."""
    said = [f'"{rule.words}"'] if rule.words else []
    if rule.span is not None:
        said.append(f"{'for' if rule.term else 'within'} {rule.span.words}")
    if rule.target is not None:
        ours = span(rule.target)
        said.append(f"our own target: {ours}" if said else f"within {ours}, our own target")
    return said[0] + (f" ({'; '.join(said[1:])})" if said[1:] else "")


def clock_words(rule: ClockRule) -> str:
    return f"{rule.duty}, {time_words(rule)}"


def clock_page() -> Iterator[str]:
    """The page on clocks, with every row of the register."""
    yield from _PROSE.read_text(encoding="utf-8").splitlines()
    yield from ("", "| Clock | Duty | From | Time | Where, to whom | Source | How we know | Counsel | Reviewed |")
    yield "|---|---|---|---|---|---|---|---|---|"
    for each in REGISTER:
        cells = (
            f"`{each.id}`",
            each.duty,
            each.trigger.value.replace("-", " "),
            f"{time_words(each)}{' (term)' if each.term else ''}",
            f"{each.jurisdiction}; {each.authority}",
            each.source,
            READ[each.read],
            each.counsel.standing.value,
            each.reviewed.isoformat(),
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    yield from ("", "Doubts:", "")
    yield from (f"- `{each.id}`: {each.doubt}" for each in REGISTER if each.doubt)
