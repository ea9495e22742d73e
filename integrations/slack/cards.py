"""Cards as blocks: what waits, for whom, and what a press does; facts of the case stay on the desk's page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    SectionBlock,
)

from domain.desk import Waiting
from domain.errors import Code, HoldfastError
from domain.gates import Family
from domain.outside import Summons
from domain.standing import REVIEW, tail_of
from domain.stepping import NEEDS_STEP_UP
from domain.timeline import Projection
from integrations.slack import words

OPEN, TAKE, SEEN, APPROVE = "holdfast_open", "holdfast_take", "holdfast_seen", "holdfast_approve"
FILL = "holdfast_fill"
RETRY, SKIP, KEEP, OVERTURN = "holdfast_retry", "holdfast_skip", "holdfast_keep", "holdfast_overturn"
SHORT = 16  # characters of a digest on a card: enough to notice a change, and the whole one is read again anyway
_SEPARATOR = "|"
_BUTTON = 75  # characters, Slack's limit of a button's text
_CLOCKS = 10  # clocks in a status
_MOST = 20  # reasons as buttons; Slack takes 25 elements in a row


@dataclass(frozen=True)
class Pressed:
    """What a button's value says: which card of which case, what it showed, and the reason it stands for."""

    case: str
    key: str
    short: str
    code: str = ""

    def __str__(self) -> str:
        return _SEPARATOR.join((self.case, self.key, self.short, self.code))

    @classmethod
    def of(cls, value: str) -> Pressed:
        """Raises HoldfastError `not-allowed` for a value that is none of ours."""
        parts = value.split(_SEPARATOR)
        if len(parts) != 4 or not parts[0]:
            raise HoldfastError(Code.NOT_ALLOWED)
        return cls(*parts)


@dataclass(frozen=True)
class Controls:
    """What decides which buttons a card has. CONTAIN and failed steps are decided in chat; a yes to what needs a proof
    can be begun there; everything else is decided at the desk."""

    case: str
    key: str
    kind: str
    family: str
    digest: str
    choices: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    second: tuple[str, ...] = ()

    @classmethod
    def called(cls, summons: Summons) -> Controls:
        # Every failed step may be tried again unless its policy says otherwise, and then the desk refuses.
        ways = summons.choices or (("retry",) if summons.kind == "intervention" else ())
        return cls(
            case=summons.case,
            key=summons.subject,
            kind=summons.kind,
            family=summons.family,
            digest=summons.digest,
            choices=ways,
            reasons=summons.reasons,
        )

    @classmethod
    def waiting(cls, waiting: Waiting) -> Controls:
        leave: Mapping[str, str] = waiting.card.get("leave", {})
        return cls(
            case=waiting.case,
            key=waiting.key,
            kind=waiting.kind,
            family=str(waiting.card.get("family", "")),
            digest=waiting.digest,
            choices=waiting.choices,
            reasons=tuple(waiting.card.get("reasons", ())),
            second=tuple(way for way, leave_of in leave.items() if leave_of == "second-person"),
        )

    @property
    def ratifies(self) -> bool:
        return self.kind == "gate" and self.family == Family.CONTAIN.value

    @property
    def proved(self) -> bool:
        return self.kind == "gate" and self.family in {each.value for each in NEEDS_STEP_UP} and bool(self.digest)

    def row(self, desk_url: str) -> ActionsBlock:
        """The buttons, the link to the desk always last."""
        if self.kind == "intervention":
            names = {"retry": (RETRY, "Try it again"), "skip": (SKIP, "Go on without it")}
            ways = [(*names[way], way) for way in self.choices if way in names]
            found = [
                self._button(action, f"{says} (two people)" if way in self.second else says)
                for action, says, way in ways
            ]
        elif self.ratifies:
            codes = self.reasons[:_MOST] or ("",)
            found = [self._button(KEEP, "Keep it", style="primary")]
            found += [
                self._button(f"{OVERTURN}_{n}", f"Take it back: {code}" if code else "Take it back", code=code)
                for n, code in enumerate(codes)
            ]
        elif self.proved:
            found = [self._button(APPROVE, "Approve what the desk shows")]
        elif self.kind == "owner":
            found = [self._button(TAKE, "Take this case", style="primary")]
        elif self.kind == "task" and tail_of(self.case) == REVIEW:
            found = [self._button(FILL, "Fill it in here", style="primary")]
        else:
            found = []
        if self.kind in ("gate", "task", "intervention") and self.digest:
            found.append(self._button(SEEN, "I have seen this"))
        return ActionsBlock(elements=[*found, self._link(desk_url)])

    def _button(self, action: str, says: str, *, code: str = "", style: str | None = None) -> ButtonElement:
        value = str(Pressed(self.case, self.key, self.digest[:SHORT], code))
        return ButtonElement(action_id=action, text=says[:_BUTTON], value=value, style=style)

    def _link(self, desk_url: str) -> ButtonElement:
        if self.kind == "gate":
            url, says = words.decide_link(desk_url, self.case, self.key), "Open and decide"
        elif self.kind in ("task", "intervention", "hand-over"):
            url, says = words.decide_link(desk_url, self.case, self.key), "Open"
        else:
            url, says = words.case_link(desk_url, self.case), "Open the case"
        return ButtonElement(action_id=OPEN, text=says, url=url)


_ASKS = {
    "gate": "A decision is needed",
    "task": "Work is needed",
    "intervention": "A step failed and asks what to do",
    "owner": "This case needs an owner",
    "hand-over": "This case is handed over to the next shift",
    "clock": "A clock of this case is running out",
    "refusal": "Something was refused",
    "cancel": "Somebody asked Temporal to cancel this case",
}


def summons_card(summons: Summons, desk_url: str, quiet: Collection[str] = frozenset()) -> tuple[str, list[Block]]:
    """The text for notifications, and the blocks. Names the kind of thing, whom it calls, and nothing of the case.

    `quiet` are Slack ids of people who are named without being called: something graver has their attention.
    """
    asks = _ASKS.get(summons.kind, "Somebody is needed")
    head = f"{words.drill_mark(summons.drill)}P{summons.severity} · {summons.case} · {asks}"
    people = ", ".join(
        f"<@{each.slack}> ({words.escaped(', '.join(each.roles))})"
        if each.slack and each.slack not in quiet
        else words.escaped(each.id) + (" (after what they have before them)" if each.slack in quiet else "")
        for each in summons.people
    )
    rung = f"call {summons.rung}" + ("" if summons.rung < 2 else ", nobody answered the one before")
    rung = f"{summons.rung} % of its time is gone" if summons.kind == "clock" else rung
    blocks: list[Block] = [
        HeaderBlock(text=head[:150]),
        SectionBlock(text=MarkdownTextObject(text=f"*{words.escaped(summons.title)[:2800]}*")),
        ContextBlock(elements=[MarkdownTextObject(text=f"{rung} · for {people or 'nobody in this workspace'}"[:2900])]),
        Controls.called(summons).row(desk_url),
    ]
    return f"{head}: {words.escaped(summons.title)} {people}", blocks


def renewed(blocks: Sequence[Mapping[str, Any]], controls: Controls | None, note: str, desk_url: str) -> list[Any]:
    """A card's blocks with the buttons of now (none if nothing waits any more) and a line of what happened."""
    kept: list[Any] = [dict(each) for each in blocks if each.get("type") not in ("actions", "divider")]
    said = [each for each in kept if each.get("block_id") != "note"]
    line = ContextBlock(block_id="note", elements=[MarkdownTextObject(text=note)])
    row = [controls.row(desk_url).to_dict()] if controls is not None else []
    return [*said, *row, line.to_dict()]


def status_card(shown: Projection, called: Mapping[str, Iterable[str]], desk_url: str) -> tuple[str, list[Block]]:
    """The pinned message. `called` are the Slack ids of who was called last, by what waits for them."""
    head = words.heading(shown)
    waits = [
        *(("decision", key) for key in shown.open_gates),
        *(("task", key) for key in shown.open_tasks),
        *(("failed step", key) for key in shown.open_interventions),
    ]
    lines = []
    for what, key in waits[:30]:
        people = " ".join(f"<@{each}>" for each in called.get(key, ()))
        lines.append(f"• {what}: {words.subject_name(key)}" + (f" — waits for {people}" if people else ""))
    more = [f"… and {len(waits) - 30} more"] if len(waits) > 30 else []
    body = "\n".join([*lines, *more]) or "Nobody is waited for."
    owner = words.escaped(shown.owner or "nobody yet")
    clocks = [SectionBlock(text=MarkdownTextObject(text=text))] if (text := _clocks(shown)) else []
    blocks: list[Block] = [
        HeaderBlock(text=head[:150]),
        SectionBlock(text=MarkdownTextObject(text=f"Owner: *{owner}*\n{body}"[:2900])),
        *clocks,
        ActionsBlock(
            elements=[ButtonElement(action_id=OPEN, text="Open the case", url=words.case_link(desk_url, shown.case))]
        ),
    ]
    return f"{head}. Owner: {owner}", blocks


def _clocks(shown: Projection) -> str:
    """What is owed and until when, on each reader's own clock; law before our own targets."""
    lines = []
    for line in sorted(shown.clocks, key=lambda each: (not each.runs, not each.statutory, each.key))[:_CLOCKS]:
        mark = "" if line.counsel == "confirmed" else f" ({words.escaped(line.counsel)})"
        if line.still_since is not None:
            state = f"stands still since {words.at(line.still_since)}"
        else:
            ends = [f"{face.face.value} {words.at(face.due_at)}" for face in line.faces]
            state = f"due {', '.join(ends)}" if ends else "without a time in law"
        lines.append(f"• {words.escaped(line.duty)}: {state}{mark}")
    more = [f"… and {len(shown.clocks) - _CLOCKS} more"] if len(shown.clocks) > _CLOCKS else []
    return "\n".join(["*Clocks*", *lines, *more])[:2900] if lines else ""
