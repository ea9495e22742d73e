"""Keeping the books and reaching people: the steps that every procedure uses through the kit."""

from __future__ import annotations

from typing import ClassVar

from activities.step import BOOKS, COMMS_QUEUE, PAGING, Patience, Step, performs, step
from domain.base import Model
from domain.effects import Effect
from domain.evidence import LedgerReceipt
from domain.fitness import Fitness
from domain.people import Role
from domain.ports import Ledger
from domain.timeline import Entry, Projection


@step
class KeepBooks(Step[LedgerReceipt]):
    """Append timeline entries to the ledger, refresh the case's line in the list, and keep a copy of its state."""

    NAME: ClassVar[str] = "keep_books"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = LedgerReceipt
    PATIENCE: ClassVar[Patience] = BOOKS

    entries: tuple[Entry, ...]
    projection: Projection
    copy_of_state: str = ""


class Paged(Model):
    """Who was reached (directory ids). `unpaged` means that no channel reached anybody; `room` is `told`, `none` or
    the code of why the room was not told.

    `code` says why it was not simply the rung's people on duty; `pages` are the pager's keys with their people;
    `short`: not even with everybody who may decide can all seats of this gate be filled;
    `acknowledged` took an earlier page on the pager itself; `exhausted`: there is nobody left to call on any rung.
    """

    people: tuple[str, ...] = ()
    unpaged: bool = False
    room: str = "none"
    code: str = ""
    pages: dict[str, str] = {}
    acknowledged: tuple[str, ...] = ()
    exhausted: bool = False
    short: bool = False


@step
class Page(Step[Paged]):
    """Call those who hold one of the roles and are not excluded; on-call people first.

    `to` narrows them to an office (a country code) or to one person, whatever their role.
    `subject` is the verb key that waits for them; `kind` gate, task, intervention, owner, hand-over or refusal; `rung`
    counts calls from 1; `family`, `digest`, `choices` and `reasons` are what a
    card in the room needs for its buttons. Nothing sensitive is ever in a page. `people` are called
    instead of the roles, if any of them can be.

    `call` counts the calls of one rung: from the second on, the pager is first asked whether `pages` were taken, and
    only if they were not the next person is called. The other fields are those of `domain.summoning.Call`.
    """

    NAME: ClassVar[str] = "page"
    EFFECT: ClassVar[Effect] = Effect.TELL
    RESULT: ClassVar[type[Model]] = Paged
    QUEUE: ClassVar[str] = COMMS_QUEUE
    PATIENCE: ClassVar[Patience] = PAGING

    subject: str
    kind: str
    title: str
    roles: tuple[Role, ...]
    excluded: tuple[str, ...] = ()
    to: str = ""
    rung: int = 1
    severity: int = 1
    code: str = ""
    family: str = ""
    digest: str = ""
    choices: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    call: int = 1
    one_by_one: bool = False
    later: tuple[tuple[Role, ...], ...] = ()
    seats: tuple[tuple[Role, ...], ...] = ()
    heard: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    recall: tuple[str, ...] = ()
    pages: dict[str, str] = {}
    fitness: Fitness = Fitness()
    slug: str = ""
    people: tuple[str, ...] = ()


class Told(Model):
    """Whether the room was told, and which of its messages."""

    told: bool
    reference: str = ""


@step
class TellRoom(Step[Told]):
    """Open the case's room if it has none, and make its pinned status say this."""

    NAME: ClassVar[str] = "tell_room"
    EFFECT: ClassVar[Effect] = Effect.TELL
    RESULT: ClassVar[type[Model]] = Told
    QUEUE: ClassVar[str] = COMMS_QUEUE
    PATIENCE: ClassVar[Patience] = PAGING

    projection: Projection
    brief: str = ""


class Bookkeeping:
    """Writes to the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @performs(KeepBooks)
    async def keep_books(self, given: KeepBooks) -> LedgerReceipt:
        copy = given.copy_of_state.encode() or None
        return await self._ledger.append(given.here.case, given.entries, given.projection, copy)
