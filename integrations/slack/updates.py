"""An update as a room reads it: fixed sentences with codes in them, and a check that nothing else is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from domain.errors import Code, HoldfastError
from domain.updates import Line, News, RoomUpdate
from integrations.slack import words

_SENTENCES: Mapping[News, str] = {
    News.PHASE: "Phase: {code}.",
    News.SEVERITY: "Severity was said anew.",
    News.OWNER: "The owner's seat: {code}.",
    News.HANDED_OVER: "Handing over: {code}.",
    News.ASKED: "A decision was asked for: {subject}.",
    News.DECIDED: "Decided: {subject}, {code}.",
    News.WORK_DONE: "Work has ended: {subject}.",
    News.CONTAINED: "Something was hidden.",
    News.RELEASED: "Something that was approved has left us.",
    News.FILED: "A report was filed.",
    News.UNDONE: "Something was taken back.",
    News.FAILED: "A step failed and asks a person: {subject}.",
    News.GOES_ON: "A failed step was dealt with: {subject}.",
    News.UNREACHED: "Somebody could not be reached.",
    News.STANDING_DOWN: "Standing down: {code}.",
    News.CLOCK: "A clock: {subject}, {code}.",
}
_BLANK = "see the desk"  # what stands where a code is none that may be said
_WORD = r"[a-z][a-z0-9_.\- ]{0,59}"
_CASE = r"[A-Z]{2,5}-[0-9A-Z]{5}-[0-9A-Z]{5}"
_HEAD = rf"(?:DRILL · )?\*Update\* · P[0-3] · {_CASE}"
_TAIL = r"… and \d{1,6} more at the desk"


def _line(line: Line) -> str:
    said = _SENTENCES[line.news].format(
        code=line.code.replace("-", " ") or _BLANK, subject=line.subject.replace("-", " ") or _BLANK
    )
    return f"• {said}" + (f" ({line.count} times)" if line.count > 1 else "")


def _shape(sentence: str) -> str:
    return re.escape(sentence).replace(r"\{code\}", _WORD).replace(r"\{subject\}", _WORD)


_TEMPLATE = re.compile(
    rf"{_HEAD}(?:\n• (?:{'|'.join(map(_shape, _SENTENCES.values()))})(?: \(\d{{1,6}} times\))?)+(?:\n{_TAIL})?"
)


def update_text(update: RoomUpdate) -> str:
    """The post. Raises HoldfastError `guard` if anything but our sentences and codes would be in it."""
    head = f"{words.drill_mark(update.drill)}*Update* · P{update.severity} · {update.case}"
    more = [f"… and {update.more} more at the desk"] if update.more else []
    text = "\n".join([head, *map(_line, update.lines), *more])
    if _TEMPLATE.fullmatch(text) is None:
        raise HoldfastError(Code.GUARD, "an update that fits no template")
    return text
