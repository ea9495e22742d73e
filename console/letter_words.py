"""Every letter that may leave us about a request, in full, as a page that counsel can read and correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from console.cli.spans import span
from domain.answers import EARLIEST, EVERY, HOLDING_AFTER, OF_WHAT_LEFT, TO_ANYBODY, TO_CONFIRMED, Answer
from domain.letters import LEFT_OUT, RECALLED_LATE, Letter


def letter_page() -> Iterator[str]:
    """The page on letters."""
    yield from ("# Letters", "")
    yield "The words in braces are filled in, nothing else is. Counsel has confirmed none of them. Cases that began"
    yield "under the first version of the emergency data request send the letters of `activities/letters.py` to their"
    yield "end."
    yield from ("", "## To whoever is not confirmed", "")
    yield "There are two texts and no more. They are made of the case's reference alone, so that they are the same to"
    yield "the byte whether or not an account exists, wherever its user is, whatever was asked before and however the"
    yield "case ended. There is none about a release, and none about a hand-over to a sister company."
    yield ""
    yield f"The first leaves {span(HOLDING_AFTER)} after the receipt, to everybody. The second leaves {span(EARLIEST)}"
    yield f"after it at the earliest, and then only at whole steps of {span(EVERY)} counted from the receipt."
    yield from _texts(TO_ANYBODY)
    yield from ("", "## To a confirmed authority", "")
    yield "At once, and only to its own mailbox in our directory. But for `handed-over`, whose sending says that"
    yield "somebody else answers for the user, these letters too say nothing of an account until something has left."
    yield from _texts(TO_CONFIRMED)
    yield from ("", "A recall that came after the package was opened:", "", *_quoted(RECALLED_LATE))
    yield from ("", "## Why something was left out", "")
    yield "Codes of fields that stay. The letter says each reason once and names no field."
    yield from ("", "| Code | What the letter says |", "|---|---|")
    yield from (f"| `{code}` | {words} |" for code, words in LEFT_OUT.items())


def _texts(table: Mapping[Answer, Letter]) -> Iterator[str]:
    seen: list[Letter] = []
    for words in table.values():
        if words not in seen:
            seen.append(words)
            of = [f"`{each.value}`" for each in Answer if table.get(each) == words]
            speaks = any(each in OF_WHAT_LEFT for each in Answer if table.get(each) == words)
            yield from ("", f"{', '.join(of)}{' (speaks of a release)' if speaks else ''}:", "", *_quoted(words))


def _quoted(words: Letter) -> Iterator[str]:
    yield f"> **{words.subject}**"
    for line in words.text.rstrip().split("\n"):
        yield f"> {line}" if line else ">"
