"""The outside systems as the steps need them: protocols and the plain values that pass through them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.attachments import Digests, Drawn, Hit, Media, NotDrawn, Refusal
from domain.base import Model
from domain.crisis import Resources
from domain.delivery import PackageEvent, PackageState
from domain.incident import OpenIncident
from domain.people import Directory, Person
from domain.rota import Rota
from domain.spoken import CodeHash
from domain.timeline import Projection
from domain.whereabouts import Expected


class AccountView(Model):
    """What the platform says of an account: whether it exists, where its user lives, its state."""

    account: str
    exists: bool
    residency: str = ""
    state: str = ""


class FieldView(Model):
    """A field that the platform holds: its name and tier (E1, E2, E3); never its value."""

    name: str
    tier: str


class SnapshotView(Model):
    """The platform's receipt for what it preserved."""

    receipt_id: str
    sha256: str
    items: int
    taken_at: datetime


class Platform(Protocol):
    """The platform's own enforcement and records interface. Every act takes the idempotency key of the act.

    All methods raise HoldfastError: `transient`, `permanent` or `needs-a-person`.
    """

    async def account(self, account: str) -> AccountView: ...

    async def preserve(self, account: str, *, reason: str, key: str) -> SnapshotView | None:
        """None if there is no such account."""
        ...

    async def act(self, verb: str, account: str, *, key: str, at: datetime, receipt_id: str = "") -> str:
        """`verb` is hide, restore, disable, enable or destroy; limit or unlimit (comments and gifts off, not
        recommended, no new viewers); cut or resume (the live stream). Returns the platform's action id."""
        ...

    async def show(self, account: str, notice: Resources, *, key: str, at: datetime) -> str:
        """Show a message of ours to the account's user, once. Returns the platform's action id."""
        ...

    async def holds(self, account: str) -> Sequence[str]: ...

    async def fields(self, account: str, tiers: Sequence[str]) -> Sequence[FieldView]: ...

    async def records(self, account: str, fields: Sequence[str]) -> dict[str, object]:
        """The values themselves. Only the disclosing worker has credentials for this."""
        ...


class Package(Model):
    """A delivery at the portal: id, link, and its state (sealed, opened, recalled, expired)."""

    id: str
    link: str
    state: str = "sealed"


class Offer(Model):
    """A package for the portal: the id is ours, made before it is sent; `code` is all that the portal learns of the
    spoken code, `tries` how often it may be guessed, `expected` from where it may be opened."""

    package: str
    case: str
    recipient: str
    content: bytes
    code: CodeHash
    tries: int
    expected: Expected
    expires_at: datetime


class Placed(Model):
    """An offer that the portal took; no link where the package was recalled before it came."""

    state: PackageState
    link: str = ""


class Portal(Protocol):
    """The secure file-transfer portal through which a disclosure leaves. Same errors as `Platform`."""

    async def deliver(
        self, case: str, recipient: str, content: bytes, *, expires_at: datetime, key: str, at: datetime
    ) -> Package: ...

    async def state(self, package_id: str) -> str: ...

    async def recall(self, package_id: str, *, key: str, at: datetime) -> bool:
        """True if it was recalled before anybody opened it, False if it was opened."""
        ...

    async def offer(self, offer: Offer, *, key: str, at: datetime) -> Placed:
        """Lay a package down that nobody may open yet. The same key with other content is `permanent`."""
        ...

    async def allow(self, package: str, *, key: str, at: datetime) -> PackageState:
        """It may be opened from now on. Returns how it stands: what is over stays over."""
        ...

    async def withdraw(self, package: str, *, key: str, at: datetime) -> PackageState:
        """Take it back if nobody has opened it; one that never came will find itself recalled. Returns how it
        stands."""
        ...

    async def events(self, package: str, after: int, *, at: datetime) -> Sequence[PackageEvent]:
        """What happened to it after the event of this number, in order."""
        ...


class Mail(Protocol):
    """Outgoing mail. `key` becomes the Message-ID, by which the other side recognises a repeat."""

    async def send(self, to: str, subject: str, text: str, *, key: str, at: datetime) -> str:
        """Returns the Message-ID. Raises HoldfastError like `Platform`."""
        ...


class Pager(Protocol):
    """The pager. `key` is its de-duplication key."""

    async def page(self, person: str, case: str, *, kind: str, summary: str, severity: int, key: str) -> bool:
        """True if accepted, False if this person has no contact there. Raises HoldfastError like `Platform`."""
        ...

    async def acknowledged(self, key: str) -> bool:
        """Whether somebody took the page of this key, on the pager itself. Raises HoldfastError like `Platform`."""
        ...


class Starter(Protocol):
    """Starts a workflow of its own beside a case."""

    async def start(self, given: OpenIncident, workflow: str) -> bool:
        """True if this call started it, False if it was started before (running or ended).

        Raises:
            HoldfastError: `transient` when Temporal could not take it.
        """
        ...


class Histories(Protocol):
    """What Temporal wrote down of a case's runs."""

    async def of(self, case: str, run: str, *, whole: bool) -> bytes | None:
        """One run's history as a gzipped JSON file, its payloads still sealed; None if Temporal has none.

        Raises:
            HoldfastError: `transient` when Temporal did not answer, or the `whole` is asked of a run not yet over.
        """
        ...


class LiveDirectory(Protocol):
    """The directory as it is this minute."""

    async def current(self) -> Directory: ...


class KnownRota(Model):
    """The rota as far as it is known. None where none is kept; `fault` says why it may be older than it should be, and
    `as_of` (UTC) of when it is then."""

    rota: Rota | None = None
    as_of: datetime | None = None
    fault: str = ""


class Rotas(Protocol):
    """The rota as it is this minute, or as it was last known: never empty because somebody else is down."""

    async def current(self) -> KnownRota:
        """Raises HoldfastError (`broken-configuration`) only where no rota was ever known."""
        ...


class ScheduledTurn(Model):
    """One turn of another system's schedule: whose (by mail address), from when to when (None: open), at what level
    of its escalation (1 is called first)."""

    schedule: str
    email: str
    start: datetime | None = None
    end: datetime | None = None
    level: int = 1


class Schedules(Protocol):
    """On-call schedules that somebody keeps elsewhere. Raises HoldfastError like `Platform`."""

    async def on_call(self, schedules: Sequence[str], since: datetime, until: datetime) -> Sequence[ScheduledTurn]: ...


class Summons(Model):
    """A card for people's attention in chat: what waits, for whom, and where to decide. No sensitive word.

    `family` is that of a gate. `digest` is of what waits, `choices` the ways out of an intervention, `reasons` the
    codes with which a gate may be denied: what a card needs for its buttons, where it may have any.
    """

    case: str
    subject: str
    kind: str
    title: str
    rung: int
    severity: int
    people: tuple[Person, ...] = ()
    drill: bool = False
    family: str = ""
    digest: str = ""
    choices: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Room(Protocol):
    """The case's private room in chat. `key` makes a repeated post one post."""

    async def show(self, status: Projection, *, brief: str, key: str) -> str:
        """Create the room if needed, make its pinned status say this; returns the room's id."""
        ...

    async def summon(self, summons: Summons, *, key: str) -> None:
        """Post a card into the room for the people named, who are invited first."""
        ...


class HashList(Protocol):
    """Hashes of what nobody may look at, as its keepers share them."""

    async def look_up(self, digests: Digests) -> Hit | None:
        """The entry that knows one of these, or None.

        Raises:
            HoldfastError: `broken-configuration` if there is no list to ask; then nothing may be drawn.
        """
        ...


class DocumentReader(Protocol):
    """Reads what was sent, where it can harm nobody."""

    def kind_of(self, data: bytes) -> Media | Refusal:
        """What the content is; a name is never asked."""
        ...

    async def draw(self, data: bytes, media: Media, known: HashList) -> Drawn | NotDrawn | Hit:
        """Pages and text. Every picture inside is looked up in `known` before anything is drawn.

        Raises:
            HoldfastError: `broken-configuration` if nothing can be read safely here; `transient` if the reader does
                not start; as `HashList.look_up`.
        """
        ...
