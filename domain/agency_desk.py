"""The list of agencies as every surface sees it: who may look, propose, confirm, and what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.agencies import Change, Listed, Notice, Source, Waiting
from domain.agency_edits import Revision
from domain.base import Model, Strict
from domain.people import Agency


class Propose(Strict):
    """One person's proposal: the whole entry as it should be. `case` is the one that asks for it, if one does."""

    change: Change
    agency: Agency
    source: Source
    second_source: Source | None = None
    case: str = ""


class Confirm(Strict):
    """A second person's word: they looked it up at `source`, and saw exactly the proposal of this hash."""

    id: str
    seen: str
    source: Source


class Notify(Strict):
    """The old contact was told; `how` is call or mail."""

    notice: str
    how: str


class Edited(Model):
    """What an edit came to: the proposal's id and hash, the list's revision, and what is so now (`waiting`,
    `listed`, `dropped`, `told`)."""

    id: str
    revision: int
    status: str
    digest: str = ""


class AgencyLine(Model):
    """One agency in the list, with what is due. `kind` is agency, safety-desk or cyber-desk."""

    listed: Listed
    kind: str
    overdue: bool
    recheck_due: datetime | None = None
    cool_at: datetime | None = None


class AgencyList(Model):
    """The whole list at one revision: agencies, proposals that wait (with the hash to confirm), notices to be given."""

    revision: int
    agencies: tuple[AgencyLine, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    notices: tuple[Notice, ...] = ()


class AgencyKeeping(Protocol):
    """What people can do with the list. All methods raise HoldfastError; nothing is changed then."""

    async def agencies(self, person: str) -> AgencyList: ...

    async def history(self, person: str, agency: str) -> Sequence[Revision]:
        """Every edit of one agency, in order."""
        ...

    async def propose(self, person: str, wanted: Propose) -> Edited: ...

    async def confirm(self, person: str, wanted: Confirm) -> Edited: ...

    async def drop(self, person: str, proposal: str) -> Edited: ...

    async def notified(self, person: str, wanted: Notify) -> Edited: ...
