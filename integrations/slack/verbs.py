"""The verbs of `/incident` on cases that are there: look, say, act; every answer says what happened."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.acts import (
    Accept,
    Act,
    AskToStandDown,
    Cannot,
    Decline,
    Done,
    Escalate,
    HandOver,
    Note,
    Reassess,
    Recorded,
    Report,
    Take,
    Update,
    Withdraw,
)
from domain.codes import UPDATES
from domain.desk import Desk, Doing, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.handing import REASONS
from domain.standing import REVIEW, tail_of
from integrations.slack import listings, words
from integrations.slack.naming import case_in, meant

# Posts a sentence into a case's room, once for its key.
Say = Callable[[str, str, str], Awaitable[None]]
AXES = {"imminence": range(4), "harm": range(1, 5), "credibility": range(1, 4)}
CLOSES = ("false-alarm", "duplicate", "resolved", "withdrawn", "test")
_SPILLED = "other-channel"  # the deviation under which something ended up where it must not be
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class Asked:
    """One command: who, on which case ("" if none was named), with which words, and the id of the delivery."""

    person: str
    case: str
    words: tuple[str, ...]
    id: str


@dataclass(frozen=True)
class OpenSeverity:
    """The answer to a command is the form for how bad it is."""

    case: str


@dataclass(frozen=True)
class OpenWork:
    """The answer to a command is the form of some work of a review."""

    case: str
    key: str


Answered = str | OpenSeverity | OpenWork
Verb = Callable[[Asked], Awaitable[Answered]]


class Verbs:
    """`say` is None where no room can be told, as in tests of words alone."""

    def __init__(self, desk: Desk, *, desk_url: str, say: Say | None = None) -> None:
        self._desk = desk
        self._desk_url = desk_url
        self._say = say
        self._verbs: Mapping[str, Verb] = {
            "status": self._status,
            "list": self._list,
            "take": self._take,
            "note": self._note,
            "task": self._task,
            "tasks": self._task,
            "update": self._update,
            "severity": self._severity,
            "escalate": self._escalate,
            "page": self._escalate,
            "handover": self._hand_over,
            "hand-over": self._hand_over,
            "spill": self._spill,
            "timeline": self._timeline,
            "link": self._link,
            "close": self._close,
            "tonight": self._tonight,
        }

    def knows(self, verb: str) -> bool:
        return verb in self._verbs

    @staticmethod
    def split(rest: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The case that the first word names, if it does, and the words after it."""
        case = case_in(rest[0]) if rest else ""
        return (case, tuple(rest[1:])) if case else ("", tuple(rest))

    async def answer(self, verb: str, asked: Asked) -> Answered:
        """Raises HoldfastError."""
        return await self._verbs[verb](asked)

    # -- looking ------------------------------------------------------------------------------------------

    async def _status(self, asked: Asked) -> Answered:
        if not asked.case:
            if asked.words:
                raise HoldfastError(Code.UNKNOWN_CASE)
            return await self._list(asked)
        return words.status_lines(await self._desk.show(asked.person, asked.case), self._desk_url)

    async def _list(self, asked: Asked) -> Answered:
        every = "all" in asked.words
        return words.open_cases(await self._desk.cases(asked.person, open_only=not every))

    async def _timeline(self, asked: Asked) -> Answered:
        case = _case(asked)
        return listings.timeline(await self._desk.timeline(asked.person, case), case, self._desk_url)

    async def _link(self, asked: Asked) -> Answered:
        case = _case(asked)
        await self._desk.show(asked.person, case)
        mine = [each for each in await self._desk.waiting(asked.person, case=case) if each.may]
        return listings.links(case, mine, self._desk_url)

    async def _tonight(self, asked: Asked) -> Answered:
        days = int(asked.words[0]) if asked.words and asked.words[0].isdecimal() else 14
        return listings.tonight(await self._desk.tonight(asked.person, days=days))

    # -- acting on the case -------------------------------------------------------------------------------

    async def _take(self, asked: Asked) -> Answered:
        await self._act(asked, Take())
        return f"Recorded: you own {words.escaped(asked.case)}."

    async def _note(self, asked: Asked) -> Answered:
        case, text = _case(asked), " ".join(asked.words).strip()
        if not text:
            raise HoldfastError(Code.INVALID, "/incident note CASE WORDS: write what you want to keep")
        kept = await self._desk.keep(asked.person, case, EvidenceKind.REASON, text)
        await self._act(asked, Note(text=kept))
        return f"Recorded: your note on {case} is sealed in the vault; the timeline says that you wrote one."

    async def _update(self, asked: Asked) -> Answered:
        code = _code(asked.words, UPDATES)
        await self._act(asked, Update(code=code))
        sentence = words.brief_sentence(code)
        if self._say is not None:
            try:
                await self._say(asked.case, words.update_sentence(code), asked.id)
            except HoldfastError as error:
                return f"Recorded: “{sentence}” But the room was NOT told: {words.escaped(error.sentence)}"
        return f"Recorded, and said in the room: “{sentence}”"

    async def _severity(self, asked: Asked) -> Answered:
        case = _case(asked)
        if not asked.words:
            await self._desk.show(asked.person, case)
            return OpenSeverity(case)
        return await self.reassess(asked, assessed(asked.words))

    async def reassess(self, asked: Asked, act: Reassess) -> str:
        """Say severity anew, and what came of it. Raises HoldfastError."""
        before = await self._desk.show(asked.person, asked.case)
        await self._act(asked, act)
        return words.severity_said(asked.case, before, await self._desk.show(asked.person, asked.case))

    async def _escalate(self, asked: Asked) -> Answered:
        case, subject = _case(asked), ""
        if asked.words:
            subject = meant(await self._desk.waiting(asked.person, case=case), asked.words[0]).key
        await self._act(asked, Escalate(), subject=subject)
        what = words.subject_name(subject) if subject else "everything that waits"
        return (
            f"Recorded: for {what} of {case} the next person is called now. Nothing is decided by it, and who was "
            "called before may still decide."
        )

    async def _close(self, asked: Asked) -> Answered:
        case = _case(asked)
        await self._act(asked, AskToStandDown(code=_code(asked.words, CLOSES)))
        return (
            f"Recorded: you asked that {case} be stood down. Nothing is closed yet: two people decide that, and then "
            f"what was done is taken back. <{words.case_link(self._desk_url, case)}|Open the case>"
        )

    async def _spill(self, asked: Asked) -> Answered:
        await self._act(asked, Report(what="deviation", code=_SPILLED))
        return (
            f"Recorded in {asked.case}, for its review: something was written where it must not be. Do this now:\n"
            "1. Delete your message (⋯ → Delete message). If it is somebody else's, ask them to, and quote nothing.\n"
            f"2. What is needed goes into <{words.case_link(self._desk_url, asked.case)}|the case at the desk>.\n"
            "3. If it shows a child or a victim: do not look again, do not download, and tell the wellbeing lead."
        )

    async def _hand_over(self, asked: Asked) -> Answered:
        case, said = _case(asked), list(asked.words)
        if said and said[0].lower() == "to":
            said = said[1:]
        match [each.lower() for each in said[:2]]:
            case ["accept"]:
                await self._on_offer(asked, Accept())
                return f"Recorded: {case} is yours, with all that is open in it."
            case ["withdraw"]:
                await self._on_offer(asked, Withdraw())
                return f"Recorded: the offer is withdrawn, {case} stays with its owner."
            case ["decline", code] if code in REASONS:
                await self._on_offer(asked, Decline(code=code))
                return f"Recorded: you declined {case}; the next people are asked."
            case ["decline", *_]:
                raise HoldfastError(Code.REASON_REQUIRED, f"decline with one of {', '.join(REASONS)}")
            case []:
                raise HoldfastError(Code.INVALID, "/incident handover CASE to OFFICE or PERSON [what we promised]")
        promised = " ".join(said[1:])
        kept = await self._desk.keep(asked.person, case, EvidenceKind.ARTEFACT, promised) if promised else None
        await self._act(asked, HandOver(to=await self._whom(said[0]), promises=kept))
        return f"Recorded: {case} is offered. It stays with its owner until somebody accepts it."

    async def _whom(self, word: str) -> str:
        """An office or a directory id; a mention of somebody is their directory id."""
        mentioned = re.fullmatch(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>", word)
        return await self._desk.by_slack(mentioned[1]) if mentioned else word

    async def _on_offer(self, asked: Asked, act: Act) -> None:
        found = await self._desk.waiting(asked.person, kind="hand-over", case=asked.case)
        if not found:
            raise HoldfastError(Code.NOT_OPEN)
        await self._on(asked, found[-1], act)

    # -- work ---------------------------------------------------------------------------------------------

    async def _task(self, asked: Asked) -> Answered:
        """`task`: mine, everywhere. `task CASE`: of this case. `task CASE NAME done|cannot CODE`: ends one."""
        found = await self._desk.waiting(asked.person, kind="task", case=asked.case)
        if len(asked.words) < 2:
            mine = [each for each in found if each.may]
            if asked.words:
                mine = [meant(mine, asked.words[0])]
            return listings.tasks(mine, self._desk_url)
        if not asked.case:
            raise HoldfastError(Code.UNKNOWN_CASE)
        task = meant(found, asked.words[0])
        match asked.words[1:]:
            case ["done"] if tail_of(task.case) == REVIEW:
                return OpenWork(task.case, task.key)
            case ["done"]:
                if task.card.get("form") or task.card.get("artefact"):
                    link = words.decide_link(self._desk_url, task.case, task.key)
                    return f"NOT recorded: this work has a record to write. <{link}|Open it and write it down>"
                await self._on(asked, task, Done())
                return f"Recorded: {words.subject_name(task.key)} is done."
            case ["cannot", code]:
                await self._on(asked, task, Cannot(code=code.lower()))
                return f"Recorded: {words.subject_name(task.key)} cannot be done."
            case _:
                reasons = ", ".join(task.card.get("reasons", ()))
                raise HoldfastError(Code.INVALID, f"say `done`, or `cannot` with one of {reasons or 'no code'}")

    # -- the act itself -----------------------------------------------------------------------------------

    async def _act(self, asked: Asked, act: Act, subject: str = "") -> Recorded:
        return await self._desk.act(asked.person, Doing(id=asked.id, case=_case(asked), subject=subject, act=act))

    async def _on(self, asked: Asked, waiting: Waiting, act: Act) -> Recorded:
        """On exactly what waits now: its nonce and digest were read this moment."""
        seen: dict[str, Any] = {"subject": waiting.key, "nonce": waiting.nonce, "digest": waiting.digest}
        return await self._desk.act(asked.person, Doing(id=asked.id, case=waiting.case, act=act, **seen))


def _case(asked: Asked) -> str:
    if not asked.case:
        raise HoldfastError(Code.UNKNOWN_CASE)
    return asked.case


def _code(said: Sequence[str], known: Sequence[str]) -> str:
    """The one code that was said. Raises HoldfastError `reason-required` with those there are."""
    code = said[0].lower() if len(said) == 1 else ""
    if code not in known:
        raise HoldfastError(Code.REASON_REQUIRED, ", ".join(known))
    return code


def assessed(said: Sequence[str]) -> Reassess:
    """`imminence=3 harm=4 credibility=? because=code`, or the three numbers in that order; `?` is unknown.

    Raises:
        HoldfastError: `invalid`, saying which words there are.
    """
    axes: dict[str, int | None] = {}
    code, names = "", list(AXES)
    for number, word in enumerate(said):
        name, equals, value = word.lower().partition("=")
        if not equals:
            name, value = (names[number] if number < len(names) else "because"), name
        if name == "because" and _CODE.fullmatch(value):
            code = value
        elif name in AXES and (value == "?" or (value.isdecimal() and int(value) in AXES[name])):
            axes[name] = None if value == "?" else int(value)
        else:
            raise HoldfastError(Code.INVALID, "imminence 0-3, harm 1-4, credibility 1-3, ? for unknown, because=CODE")
    imminence, harm, credibility = (axes.get(name) for name in AXES)
    return Reassess(imminence=imminence, harm=harm, credibility=credibility, code=code)
