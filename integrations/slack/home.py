"""The Home tab: what waits for one person, their incidents, and the door for reporting. Codes and links only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from domain.desk import Desk, Waiting
from domain.errors import Code, HoldfastError
from domain.timeline import Projection
from integrations.slack import words
from integrations.slack.cards import FILL, OPEN, SHORT, Pressed
from integrations.slack.words import at
from integrations.slack.work import fillable

DECLARE_HERE, REFRESH = "holdfast_declare_here", "holdfast_refresh"
_EACH = 10  # lines of one kind; a Home tab takes 100 blocks, and nobody reads so many
_REVIEW = "/review"


class Home:
    """Draws the tab for whoever opened it."""

    def __init__(self, desk: Desk, *, desk_url: str) -> None:
        self._desk = desk
        self._desk_url = desk_url

    async def of(self, slack_id: str, now: datetime) -> View:
        """Never raises what its reader should know: it stands there instead."""
        try:
            person = await self._desk.by_slack(slack_id)
            waiting = [each for each in await self._desk.waiting(person) if each.may]
            cases = await self._desk.cases(person, open_only=True)
        except HoldfastError as error:
            return self.told(error.sentence, known=error.code is not Code.UNKNOWN_PERSON)
        groups = {
            "Decisions that wait for you": [each for each in waiting if each.kind == "gate"],
            "Failed steps that wait for you": [each for each in waiting if each.kind == "intervention"],
            "Offered to you": [each for each in waiting if each.kind == "hand-over"],
            "Your work": [each for each in waiting if each.kind == "task" and not each.case.endswith(_REVIEW)],
            "Actions of reviews": [each for each in waiting if each.kind == "task" and each.case.endswith(_REVIEW)],
        }
        blocks: list[Block] = [*_doors(True)]
        for name, found in groups.items():
            blocks += self._group(name, found)
        mine = [each for each in cases if each.owner == person]
        blocks += self._cases("Your incidents", mine)
        blocks += self._cases("Other open incidents", [each for each in cases if each.owner != person])
        if len(blocks) == 1:
            blocks.append(_text("Nothing waits for you, and no incident is open that is yours to see."))
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"As of {at(now)}")]))
        return _view(blocks)

    @staticmethod
    def told(sentence: str, *, known: bool = True) -> View:
        """A tab that only says something, with the door for reporting."""
        return _view([_text(words.escaped(sentence)), *_doors(known)])

    def _group(self, name: str, found: Sequence[Waiting]) -> list[Block]:
        """The gravest first, then who has waited longest."""
        ordered = sorted(found, key=lambda each: (each.severity, each.opened_at))
        rows = [self._waits(each) for each in ordered[:_EACH]]
        return _section(name, rows, len(found))

    def _waits(self, each: Waiting) -> Block:
        alarm = " · *nobody could be reached*" if each.unpaged else ""
        head = f"*P{each.severity}* · {words.drill_mark(each.drill)}{words.escaped(each.case)}"
        text = f"{head} · {words.escaped(each.title)}\nwaits since {at(each.opened_at)}{alarm}"
        link = words.decide_link(self._desk_url, each.case, each.key)
        button = ButtonElement(action_id=OPEN, text="Open", url=link)
        if fillable(each.case, each.kind):
            value = str(Pressed(each.case, each.key, each.digest[:SHORT]))
            button = ButtonElement(action_id=FILL, text="Fill it in", value=value)
            text = f"{text} · <{link}|at the desk>"
        return SectionBlock(text=MarkdownTextObject(text=text[:2900]), accessory=button)

    def _cases(self, name: str, found: Sequence[Projection]) -> list[Block]:
        ordered = sorted(found, key=lambda each: (each.severity, each.case))
        return _section(name, [self._case(each) for each in ordered[:_EACH]], len(found))

    def _case(self, each: Projection) -> Block:
        due = f" · next clock {at(each.next_clock)}" if each.next_clock else ""
        text = f"{words.escaped(words.heading(each))} · owner {words.escaped(each.owner or 'nobody yet')}{due}"
        button = ButtonElement(action_id=OPEN, text="Open", url=words.case_link(self._desk_url, each.case))
        return SectionBlock(text=MarkdownTextObject(text=text[:2900]), accessory=button)


def _section(name: str, rows: Sequence[Block], count: int) -> list[Block]:
    if not rows:
        return []
    more = [_text(f"… and {count - len(rows)} more at the desk")] if count > len(rows) else []
    return [DividerBlock(), HeaderBlock(text=f"{name} ({count})"), *rows, *more]


def _doors(known: bool) -> list[Block]:
    says = "Report an incident" if known else "Tell the people on duty"
    return [
        ActionsBlock(
            elements=[
                ButtonElement(action_id=DECLARE_HERE, text=says, style="danger"),
                ButtonElement(action_id=REFRESH, text="Refresh"),
            ]
        )
    ]


def _text(text: str) -> Block:
    return SectionBlock(text=MarkdownTextObject(text=text[:2900]))


def _view(blocks: Sequence[Block]) -> View:
    return View(type="home", blocks=list(blocks))
