"""The desk as every surface sees it: the CLI over HTTP, the Slack app and the pages in its own process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from pydantic import Field

from domain.acts import Act, Recorded
from domain.base import Model, Strict
from domain.evidence import EvidenceKind, EvidenceRef
from domain.state import State
from domain.timeline import AuditReport, LedgerEntry, Projection
from domain.tonight import Bare, Hole
from domain.uploads import Upload


class Declaration(Strict):
    """A request to open a case. `answers` fill the procedure's intake form; the same `key` is the same case.

    `attachments` are sealed in the vault and opened by nobody. `drill_factor` below 1 plays a drill's human patience
    faster (1/60: minutes as seconds); only drills may.
    """

    slug: str
    answers: dict[str, Any]
    key: str
    attachments: tuple[Upload, ...] = ()
    channel: str = "desk"
    drill: bool = False
    drill_factor: float = 1.0


class Declared(Model):
    """The case, whether this call opened it, and whether it runs already (else it waits in the inbox)."""

    case: str
    new: bool
    running: bool = True


class Waiting(Model):
    """One thing that waits for people. `nonce` and `digest` are what a decision on it must carry.

    `card` is the card, task or intervention as JSON; `may` says whether the person asking may act on it, and
    `why_not` the code if not.
    """

    case: str
    key: str
    kind: str
    title: str
    severity: int
    opened_at: datetime
    nonce: str
    digest: str
    rungs: int
    unpaged: bool = False
    drill: bool = False
    card: dict[str, Any] = {}
    choices: tuple[str, ...] = ()
    may: bool = True
    why_not: str = ""


class Doing(Strict):
    """What a person wants to do. `id` makes a repeated delivery count once; nonce and digest are what they saw."""

    id: str
    case: str
    subject: str = ""
    nonce: str = ""
    digest: str = ""
    act: Act


class Recover(Strict):
    """A case whose run was lost is to go on from the store's copy. `replace` says that a run which is open but
    stuck, or was reset with Temporal's own tools, is to be ended first."""

    case: str
    replace: bool = False


class Recovered(Model):
    """The case runs again. `why` is what had become of its run, `number` counts its recoveries."""

    case: str
    why: str
    number: int


class Reopen(Strict):
    """A closed case is to go on as a new one. `code` is one of `domain.reopening.REASONS`."""

    case: str
    code: str


class Reopened(Model):
    """The new case, the old one, and whether this call opened it. A case is reopened once, for ever."""

    case: str
    of: str
    new: bool


class Speak(Strict):
    """Whoever has an agency on the line asks for the code that they are to read out; `subject` is the task's key."""

    case: str
    subject: str


class Spoken(Model):
    """A one-time code, as it is read out. It is shown once, and nowhere written by whoever shows it."""

    code: str = Field(repr=False)


class Tonight(Model):
    """In which spans of [start, end), UTC, some gate could not be met, and where one person alone stands for a role.

    `rota` is false where none is kept and everybody counts as on duty; `fault` is why the rota may be old.
    """

    start: datetime
    end: datetime
    holes: tuple[Hole, ...] = ()
    alone: tuple[Bare, ...] = ()
    rota: bool = True
    fault: str = ""


class Desk(Protocol):
    """Everything a person can do, under one authority. `person` is a directory id that the surface has proved.

    All methods raise HoldfastError; nothing is changed then.
    """

    async def declare(self, person: str, declaration: Declaration) -> Declared: ...

    async def cases(self, person: str, *, open_only: bool = False) -> Sequence[Projection]: ...

    async def show(self, person: str, case: str) -> State: ...

    async def fate(self, person: str, case: str) -> str:
        """What became of the case's run: a `Fate` of integrations.temporal.runs, or empty when nobody can say now."""
        ...

    async def timeline(self, person: str, case: str, *, after: int = 0) -> Sequence[LedgerEntry]: ...

    async def waiting(self, person: str, *, kind: str = "", case: str = "") -> Sequence[Waiting]:
        """`kind` is gate, task or intervention; empty for all."""
        ...

    async def act(self, person: str, doing: Doing) -> Recorded: ...

    async def keep(self, person: str, case: str, kind: EvidenceKind, text: str) -> EvidenceRef:
        """Put a note, an artefact or a question into the vault."""
        ...

    async def document(self, person: str, case: str, ref: EvidenceRef) -> bytes: ...

    async def code_to_speak(self, person: str, wanted: Speak) -> Spoken:
        """The one-time code of a package: once, and only to who reported the agency to be on the line."""
        ...

    async def recover(self, person: str, wanted: Recover) -> Recovered:
        """Start a case whose run was lost from the store's copy."""
        ...

    async def reopen(self, person: str, wanted: Reopen) -> Reopened:
        """Open a new case that goes on from a closed one."""
        ...

    async def tonight(self, person: str, *, days: int = 14) -> Tonight:
        """Whether every gate of every procedure could be met in the days to come (1 to 31)."""
        ...

    async def audit(self, person: str) -> AuditReport: ...

    async def export(self, person: str, case: str) -> bytes:
        """The case as a ZIP archive that proves itself; for those who may audit, and noted in its timeline."""
        ...

    async def by_slack(self, slack_id: str) -> str:
        """The directory id of a Slack user of a *signed* payload; `unknown-person` if there is none."""
        ...
