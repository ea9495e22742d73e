"""`/incident`: durable first, then the answer. Nothing that was typed is ever said again, not even to who typed it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.acts import Reassess
from domain.desk import Declaration, Declared, Desk
from domain.errors import Code, HoldfastError
from domain.policy import Procedure
from integrations.slack import words
from integrations.slack.forms import order_of, words_of
from integrations.slack.naming import NameOf, case_of_room
from integrations.slack.verbs import Answered, Asked, OpenSeverity, OpenWork, Say, Verbs

T = TypeVar("T")
LOOKS = frozenset({"status", "list", "timeline", "link", "tonight"})  # what changes nothing, however late it is
BUDGET = 2.5  # seconds: Slack gives three, and the acknowledgement has to travel as well
AT_ONCE = 16  # declarations under way; more would only take from one another the seconds that Slack gives
# Failures of ours: the same request may still get through from a terminal.
_OURS = frozenset(
    {Code.UNREACHABLE, Code.TRANSIENT, Code.FAULT, Code.NOT_RECORDED, Code.BROKEN_CONFIGURATION, Code.PERMANENT}
)


def once(*parts: str) -> str:
    """An id from Slack's ids (a trigger, a view, a press): the same delivery gives the same, and shows none of them."""
    return f"slack-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"


async def within(work: Awaitable[T], late: Code = Code.NOT_RECORDED) -> T:
    """The result, or HoldfastError `late` when it does not come while Slack still listens."""
    try:
        async with asyncio.timeout(BUDGET):
            return await work
    except TimeoutError:
        error = HoldfastError(late, "" if late is Code.NOT_RECORDED else "the desk")
    raise error


@dataclass(frozen=True)
class OpenForm:
    """The answer to a command is a form."""

    procedure: Procedure
    drill: bool


@dataclass(frozen=True)
class OpenTriage:
    """The answer to a bare command is the question what has happened."""

    drill: bool = False


class Commands:
    """What a person may say to `/incident`. With `drill_factor` below 1 every case is a drill, played that much
    faster: such a deployment is for rehearsing."""

    def __init__(
        self,
        desk: Desk,
        procedures: Mapping[str, Procedure],
        *,
        desk_url: str,
        drill_factor: float = 1.0,
        say: Say | None = None,
        name_of: NameOf | None = None,
    ) -> None:
        self.verbs = Verbs(desk, desk_url=desk_url, say=say)
        self._name_of = name_of
        self._desk = desk
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._procedures = procedures
        self._desk_url = desk_url
        self._drill_factor = drill_factor

    async def person(self, slack_id: str) -> str:
        """Who this is. Slack vouches for the id: over a signed request, or over the socket that we opened to it."""
        return await self._desk.by_slack(slack_id)

    async def answer(
        self, slack_id: str, text: str, trigger_id: str, channel: str = ""
    ) -> str | OpenForm | OpenTriage | OpenSeverity | OpenWork:
        """What to answer, once it is durable. Takes at most `BUDGET` seconds. `channel` is where it was typed."""
        verb, *rest = text.split() or [""]
        if verb.lower() in ("", "drill") and not rest:
            return OpenTriage(drill=bool(verb))
        drill = verb.lower() == "drill" and bool(rest)
        if drill:
            verb, *rest = rest
        another = verb.lower() == "another" and bool(rest)
        if another:
            verb, *rest = rest
        procedure = self.procedure(verb)
        if procedure is not None:
            if not rest:
                return OpenForm(procedure, drill)
            return await self._declare_words(slack_id, procedure, rest, once("trigger", trigger_id), drill, another)
        if not self.verbs.knows(verb := verb.lower()):
            return words.HELP
        late = Code.UNREACHABLE if verb in LOOKS else Code.NOT_RECORDED
        try:
            return await within(self._on_case(slack_id, verb, rest, once("trigger", trigger_id), channel), late)
        except HoldfastError as error:
            return words.escaped(error.sentence)

    async def _on_case(self, slack_id: str, verb: str, rest: list[str], key: str, channel: str) -> Answered:
        person = await self.person(slack_id)
        case, said = self.verbs.split(rest)
        if not case and not (verb == "task" and not said) and verb not in ("list", "tonight"):
            case = await self._case_here(channel)
        return await self.verbs.answer(verb, Asked(person, case, said, key))

    async def _case_here(self, channel: str) -> str:
        """The case in whose room somebody stands; empty elsewhere."""
        if not channel or self._name_of is None:
            return ""
        return case_of_room(await self._name_of(channel))

    def procedure(self, name: str) -> Procedure | None:
        """By slug or by prefix, in any case."""
        wanted = name.lower().replace("-", "_")
        return next((each for each in self._procedures.values() if wanted in (each.slug, each.prefix.lower())), None)

    @property
    def procedures(self) -> Iterable[Procedure]:
        return self._procedures.values()

    async def reassess(self, slack_id: str, case: str, act: Reassess, doing: str) -> str:
        """From the form: the axes as chosen. Raises HoldfastError."""
        person = await self.person(slack_id)
        return await self.verbs.reassess(Asked(person, case, (), doing), act)

    async def declare(
        self, slack_id: str, procedure: Procedure, answers: dict[str, Any], key: str, drill: bool, another: bool = False
    ) -> Declared:
        """Raises HoldfastError; `not-recorded` after `BUDGET` seconds. Without `another` a case that is like it may be
        offered instead."""
        declaration = Declaration(
            slug=procedure.slug,
            answers=answers,
            key=key,
            channel="slack",
            drill=drill or self._drill_factor < 1,
            drill_factor=self._drill_factor,
            another=another,
        )

        async def go() -> Declared:
            person = await self.person(slack_id)
            async with self._turns:
                return await self._desk.declare(person, declaration)

        return await within(go())

    async def _declare_words(
        self, slack_id: str, procedure: Procedure, rest: list[str], key: str, drill: bool, another: bool
    ) -> str:
        try:
            declared = await self.declare(slack_id, procedure, words_of(procedure, rest), key, drill, another)
        except HoldfastError as error:
            return self.refused(error, procedure, key, drill)
        if declared.offered:
            how = f"/incident {'drill ' if drill else ''}another {procedure.prefix.lower()} …"
            return f"{self.declared(declared)} If it is another one, say `{how}` with the same words."
        return self.declared(declared)

    def declared(self, declared: Declared) -> str:
        """The receipt."""
        link = f"<{words.case_link(self._desk_url, declared.case)}|Open it at the desk>"
        if declared.offered:
            like = "may be this one: you declared the same within ten minutes. Nothing was opened."
            return f"*{declared.case}* {like} {link}"
        if not declared.running:
            return f"*{declared.case}*: received, not yet running. It is kept, and starts by itself. {link}"
        return f"*{declared.case}* is open. {link}" if declared.new else f"*{declared.case}* was open already. {link}"

    def refused(self, error: HoldfastError, procedure: Procedure, key: str, drill: bool) -> str:
        """Why nothing was opened, and how to open it all the same. The key makes it the same case, not a second."""
        name = procedure.prefix.lower()
        if error.code is Code.INVALID:
            order = " ".join(f"<{each}>" for each in order_of(procedure))
            return words.escaped(f"{error.sentence}\nThe order is: /incident {name} {order} [words]")
        if error.code not in _OURS:
            return words.escaped(error.sentence)
        why = "Your request was NOT recorded in time." if error.code is Code.NOT_RECORDED else error.sentence
        line = f"holdfast declare {name} --file FILE --key {key}" + (" --drill" if drill else "")
        return (
            f"NOT confirmed. {words.escaped(why)}\nFrom a terminal: `{line}` "
            f"(`holdfast declare {name} --template` prints the file to fill in)."
        )
