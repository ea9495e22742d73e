"""Simulated people who work at the desk as real ones would: they look, hesitate, decide, and write down what they did.

They know the desk by its protocol only. Where two may do a thing, one does it; nobody sits on two seats.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.acts import Act, Approve, Deny, Done, FactValue, Retry, Take
from domain.desk import Desk, Doing, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.people import Person, Role
from domain.policy import FieldKind, FormField
from domain.rows import write_rows

LOOK_EVERY = 0.3  # seconds between two looks at the desk
_TRIES = 3  # a person who was refused that often on the same thing leaves it alone
_OWNS = Role.ESCALATION_SPECIALIST

# What they answer where a form asks; anything else that is required gets its first choice.
ANSWERS: Mapping[str, FactValue] = {
    "answer": "confirmed",
    "real": True,
    "because": ("plausible-account",),
    "outcome": "resolved",
    "kind": "ordinary",
    "owners": (Role.DUTY_MANAGER.value,),
    "taken": True,
    "country": "US",
}


@dataclass(frozen=True)
class Deed:
    """One thing that somebody did, or tried: `refused` is the desk's code, None if it was recorded."""

    person: str
    case: str
    subject: str
    act: str
    title: str = ""
    refused: Code | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Plan:
    """Who does what next. `mark` tells one thing to do from every other; `about` is None for the owner's seat."""

    person: Person
    case: str
    mark: tuple[str, ...]
    about: Waiting | None


class People:
    """`run` until cancelled. `desks` has each person's way to the desk; `delay` is their hesitation in seconds, least
    and most. `hear` is told of every deed as it happens; `deeds` and `refusals` keep them. With `case` they see that
    case alone; `answer` may say what one of them does, and else they do what anybody would who sees nothing wrong."""

    def __init__(
        self,
        people: Sequence[Person],
        desks: Mapping[str, Desk],
        *,
        seed: int = 1,
        delay: tuple[float, float] = (0.2, 1.0),
        hear: Callable[[Deed], None] = lambda deed: None,
        case: str = "",
        answer: Callable[[Person, Waiting], Awaitable[Act | None]] | None = None,
    ) -> None:
        self._case = case
        self._answer = answer
        self._people = {each.id: each for each in people}
        self._desks = desks
        self._random = random.Random(seed)  # noqa: S311 - hesitation, not a secret
        self._delay = delay
        self._hear = hear
        self._planned: set[tuple[str, ...]] = set()
        self._done: set[tuple[str, ...]] = set()
        self._refused: Counter[tuple[str, ...]] = Counter()
        self._last_look: dict[str, Code | None] = {}
        self._noticed: set[tuple[str, ...]] = set()
        self.deeds: list[Deed] = []

    @property
    def refusals(self) -> list[Deed]:
        """What the desk refused, oldest first."""
        return [each for each in self.deeds if each.refused is not None]

    async def run(self) -> None:
        """Look and act, again and again."""
        async with asyncio.TaskGroup() as group:
            while True:
                for plan in await self._look():
                    self._planned.add(plan.mark)
                    group.create_task(self._carry_out(plan, self._random.uniform(*self._delay)))
                await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> list[Plan]:
        """What they would do now, for whoever sets their pace."""
        return await self._look(at_once=True)

    async def carry_out(self, plan: Plan) -> None:
        """Do one of these now."""
        await self._carry_out(plan, 0.0)

    # -- looking ------------------------------------------------------------------------------------------

    async def _look(self, *, at_once: bool = False) -> list[Plan]:
        seen = await asyncio.gather(*(self._waiting(each) for each in self._people))
        things: dict[tuple[str, str], list[tuple[Person, Waiting]]] = {}
        for person, found in zip(self._people.values(), seen, strict=True):
            for each in found:
                things.setdefault((each.case, each.key), []).append((person, each))
        # Only what somebody saw a look ago: by now everybody saw it, so that the right people share it out.
        known, self._noticed = self._noticed, {_mark(views[0][1]) for views in things.values()}
        old = [views for views in things.values() if at_once or _mark(views[0][1]) in known]
        plans = [*await self._seats_to_take(), *(plan for views in old for plan in self._share(views))]
        return [each for each in plans if each.mark not in self._planned | self._done and not self._gave_up(each.mark)]

    async def _waiting(self, person: str) -> Sequence[Waiting]:
        try:
            found = await self._desks[person].waiting(person, case=self._case)
        except HoldfastError as error:
            if self._last_look.get(person) is not error.code:  # a desk that is away is said once
                self._note(Deed(person, "", "", "look", refused=error.code, sentence=error.sentence))
            self._last_look[person] = error.code
            return ()
        self._last_look[person] = None
        return found

    async def _seats_to_take(self) -> list[Plan]:
        """Every case needs an owner; the first escalation specialist takes it."""
        owner = next((each for each in self._people.values() if _OWNS in each.roles), None)
        if owner is None or self._last_look.get(owner.id) is not None:
            return []
        try:
            cases = await self._desks[owner.id].cases(owner.id, open_only=True)
        except HoldfastError as error:
            self._note(Deed(owner.id, "", "", "look", refused=error.code, sentence=error.sentence))
            return []
        mine = [each for each in cases if self._case in ("", each.case)]
        free = [each.case for each in mine if not each.owner and "/" not in each.case]
        return [Plan(owner, case, (case, "owner", owner.id), None) for case in free]

    def _share(self, views: Sequence[tuple[Person, Waiting]]) -> Iterator[Plan]:
        """Who of those who may does it: one person a task or intervention, one a seat of a gate."""
        about = views[0][1]
        able = [person for person, each in views if each.may]
        mark = _mark(about)
        match about.kind:
            case "gate":
                voted = {each["person"] for each in about.card["votes"]}
                seats = [each["roles"] for each in about.card["seats"]]
                for person in _seated(seats, [each for each in self._people.values() if each in able], voted):
                    if person.id not in voted:
                        yield Plan(person, about.case, (*mark, person.id), about)
            case "task":
                able.sort(key=lambda each: _rank(each, about.card["roles"]))
                if able:
                    yield Plan(able[0], about.case, mark, about)
            case _:
                engineers = [each for each in able if Role.ENGINEER in each.roles]
                if engineers and about.card["leave"]["retry"] == "allowed":
                    yield Plan(engineers[0], about.case, mark, about)

    def _gave_up(self, mark: tuple[str, ...]) -> bool:
        return self._refused[mark] >= _TRIES

    # -- acting -------------------------------------------------------------------------------------------

    async def _carry_out(self, plan: Plan, hesitation: float) -> None:
        await asyncio.sleep(hesitation)
        about, who, act = plan.about, plan.person.id, ""
        subject, title = (about.key, about.title) if about else ("", "the owner's seat")
        try:
            wanted = await self._decide(plan)
            act = wanted.kind
            await self._desks[who].act(who, self._doing(plan, wanted))
        except HoldfastError as error:
            # What was not confirmed may have been recorded: the same id again tells, and does not count as refused.
            if error.code is not Code.NOT_RECORDED:
                self._refused[plan.mark] += 1
            self._note(Deed(who, plan.case, subject, act, title, error.code, error.sentence))
        else:
            self._done.add(plan.mark)
            self._note(Deed(who, plan.case, subject, act, title))
        finally:
            self._planned.discard(plan.mark)

    def _doing(self, plan: Plan, act: Act) -> Doing:
        name = "|".join((*plan.mark, plan.person.id, str(self._refused[plan.mark])))
        seen = plan.about
        return Doing(
            id=hashlib.sha256(name.encode()).hexdigest()[:24],
            case=plan.case,
            subject=seen.key if seen else "",
            nonce=seen.nonce if seen else "",
            digest=seen.digest if seen else "",
            act=act,
        )

    async def _decide(self, plan: Plan) -> Act:
        about = plan.about
        if about is None:
            return Take()
        said = None if self._answer is None else await self._answer(plan.person, about)
        if said is not None:
            return said
        match about.kind:
            case "gate" if about.card.get("because"):
                # Acting may harm as much as not acting: they leave things as they are, and say why.
                return Deny(code=about.card["reasons"][0])
            case "gate":
                return Approve()
            case "task":
                return await self._worked(plan.person.id, about)
            case _:
                return Retry()

    async def _worked(self, person: str, about: Waiting) -> Act:
        """The form filled in; what the script asks to write down is kept in the vault first."""
        form = [FormField.model_validate(each) for each in about.card["form"]]
        result = {each.name: answer for each in form if (answer := _answer(each, about)) is not None}
        if not about.card["artefact"]:
            return Done(result=result)
        kind = EvidenceKind.CALL_RECORD if about.card["script"]["say"] else EvidenceKind.ARTEFACT
        text = f"SYNTHETIC record of “{about.title}”, written by the simulated person {person}."
        return Done(result=result, artefact=await self._desks[person].keep(person, about.case, kind, text))

    def _note(self, deed: Deed) -> None:
        self.deeds.append(deed)
        self._hear(deed)


def _mark(about: Waiting) -> tuple[str, ...]:
    return (about.case, about.key, about.nonce, about.digest)


def _rank(person: Person, roles: Sequence[str]) -> int:
    """How near the front of the list of roles this person stands."""
    return min((place for place, role in enumerate(roles) if role in person.roles), default=len(roles))


def _seated(seats: Sequence[Sequence[str]], able: Sequence[Person], voted: set[str]) -> list[Person]:
    """One person a seat; who decided already keeps a seat, else the role that the seat names first."""
    chosen: list[Person] = []
    for roles in seats:
        free = [each for each in able if each not in chosen and _rank(each, roles) < len(roles)]
        if free:
            chosen.append(min(free, key=lambda each: (each.id not in voted, _rank(each, roles))))
    return chosen


def _answer(field: FormField, about: Waiting) -> FactValue | None:
    known = ANSWERS.get(field.name)
    if known is not None and not field.problem(known):
        return known
    if field.kind is FieldKind.ROWS:
        cells = {each.name: _answer(each, about) for each in field.columns}
        return write_rows([{name: cell for name, cell in cells.items() if cell is not None}])
    if field.name == "offered":  # everybody at once
        return int(about.card["about"]["people"])
    if not field.required:
        return None
    match field.kind:
        case FieldKind.BOOL:
            return True
        case FieldKind.NUMBER:
            return 1
        case FieldKind.CHOICE:
            return field.choices[0]
        case FieldKind.LIST:
            return field.choices[:1]
        case _:
            return "synthetic"
