"""Our own list of agencies, as its edits make it: nobody alone makes a number usable, nor anybody on its open case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from domain.agency_faults import agency_faults, plain_number
from domain.base import Model, Strict
from domain.canonical import digest
from domain.errors import Code
from domain.people import Agency, Person, Role
from domain.refusal import Refused

RECHECK_EVERY = timedelta(days=90)  # a switchboard's number moves on about as fast as an office does
COOLING_OFF = timedelta(hours=24)  # a day in which the old contact can object before content may leave on it
SETTLED = timedelta(hours=24)  # a role granted minutes ago is how somebody would bring a second pair of hands
PROPOSED_FOR = timedelta(days=7)  # what nobody confirmed in a week is looked up again, not waved through
NOTICE_WITHIN = timedelta(hours=24)  # the old contact hears of a change before the cooling-off ends
KEEPERS = frozenset({Role.LE_SPECIALIST, Role.LE_LIAISON, Role.SECURITY, Role.LEGAL})
DIRECTORY_EDITOR = "directory-editor"  # how a task records whoever keeps the list; it makes nobody a worker of the case


class SourceKind(StrEnum):
    """Where a number may come from. The request itself is not among them."""

    REGISTER = "national-register"
    GOVERNMENT_SITE = "government-site"
    PRINTED = "printed-directory"
    LIAISON = "known-liaison"
    PEER = "trusted-peer"
    SEED = "seed-file"


class Source(Strict):
    """An independent source by kind and name, such as a national register."""

    kind: SourceKind
    name: str

    @property
    def fault(self) -> str:
        if self.kind is SourceKind.SEED or not self.name.strip():
            return "the number needs a named independent source"
        return ""


SEED = Source(kind=SourceKind.SEED, name="directory file")


class Editor(Model):
    """Who edits, as the desk saw them: a directory id, their roles, whose delegate they are. `human` is a hash of
    their mail address: two ids of one human are one human."""

    person: str
    roles: tuple[Role, ...] = ()
    delegate_of: str = ""
    human: str = ""

    def is_or_stands_for(self, other: Editor) -> bool:
        """Whether both are one human, or one acts for the other, or both for the same third."""
        mine, theirs = {self.person, self.delegate_of} - {""}, {other.person, other.delegate_of} - {""}
        return bool(mine & theirs) or (bool(self.human) and self.human == other.human)


def editor_of(person: Person) -> Editor:
    human = digest(person.email.strip().lower()) if person.email else ""
    return Editor(person=person.id, roles=person.roles, delegate_of=person.delegate_of, human=human)


class Seeded(Model):
    """The first revision: the directory's file as it was, the people who may keep the list from then on, and who holds
    which roles."""

    kind: Literal["seeded"] = "seeded"
    agencies: tuple[Agency, ...]
    keepers: tuple[str, ...]
    roles: dict[str, tuple[Role, ...]] = {}


class KeepersSeen(Model):
    """Everybody who may edit, as the desk finds them in the directory: who is new here has to wait."""

    kind: Literal["keepers-seen"] = "keepers-seen"
    keepers: tuple[str, ...]


class RolesSeen(Model):
    """Everybody's roles, as the desk finds them in the directory: a new one decides on no release for a day."""

    kind: Literal["roles-seen"] = "roles-seen"
    roles: dict[str, tuple[Role, ...]]


class Change(StrEnum):
    """What a proposal is for."""

    ADD = "add"
    CHANGE = "change"
    RECHECK = "recheck"
    REMOVE = "remove"


class Proposed(Model):
    """One person proposes a whole entry. `base` is the hash of the entry that it would take the place of, `case` the
    one that asked for it, `working` who worked an open case of the agency when it was proposed."""

    kind: Literal["proposed"] = "proposed"
    id: str
    change: Change
    agency: Agency
    source: Source
    second_source: Source | None = None
    base: str = ""
    case: str = ""
    by: Editor
    working: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        return digest(self)


class Confirmed(Model):
    """A second person looked it up as well, at a source of their own, and saw exactly this proposal (`seen`)."""

    kind: Literal["confirmed"] = "confirmed"
    id: str
    seen: str
    source: Source
    by: Editor
    working: tuple[str, ...] = ()


class Dropped(Model):
    """A proposal is taken back, or another keeper says that it is wrong."""

    kind: Literal["dropped"] = "dropped"
    id: str
    by: Editor


class Notified(Model):
    """The old contact was told that we changed our entry for them, by mail or on the phone."""

    kind: Literal["notified"] = "notified"
    notice: str
    by: str
    how: str


Edit = Seeded | KeepersSeen | RolesSeen | Proposed | Confirmed | Dropped | Notified


class Listed(Model):
    """An agency as it stands in the list, on whose word, since when. `changed_at` is when anything that we would call,
    write to or trust was changed last; None for what was there from the start."""

    agency: Agency
    source: Source = SEED
    second_source: Source | None = None
    proposed_by: str = ""
    confirmed_by: str = ""
    changed_at: datetime | None = None
    checked_at: datetime | None = None

    @property
    def recheck_due(self) -> datetime | None:
        """None: never checked, so due now."""
        return None if self.checked_at is None else self.checked_at + RECHECK_EVERY

    def overdue(self, now: datetime) -> bool:
        return self.recheck_due is None or now >= self.recheck_due

    @property
    def cool_at(self) -> datetime | None:
        """From when it may carry content (E3); None: it may."""
        return None if self.changed_at is None else self.changed_at + COOLING_OFF

    def cool(self, now: datetime) -> bool:
        return self.cool_at is None or now >= self.cool_at

    @property
    def second_number(self) -> bool:
        """Whether there is a second number; no edit brings one that was found at the source of the first."""
        return bool(self.agency.second_number)


class Waiting(Model):
    """A proposal that waits for a second person, until when."""

    proposed: Proposed
    at: datetime

    @property
    def until(self) -> datetime:
        return self.at + PROPOSED_FOR


class Notice(Model):
    """The old contact of a changed entry is still to be told, at `mailbox` or `call_back` as they were."""

    id: str
    agency: str
    mailbox: str = ""
    call_back: str = ""
    change: Change
    due: datetime


class Book(Model):
    """What all edits come to. `keepers` says since when each of them may edit, `roles` since when who holds which."""

    revision: int = 0
    listed: dict[str, Listed] = {}
    waiting: dict[str, Waiting] = {}
    keepers: dict[str, datetime] = {}
    roles: dict[str, dict[str, datetime]] = {}
    notices: dict[str, Notice] = {}

    @property
    def agencies(self) -> tuple[Agency, ...]:
        return tuple(each.agency for each in self.listed.values())

    def owner_of(self, domain: str) -> Listed | None:
        wanted = domain.strip().lower().rstrip(".")
        return next((each for each in self.listed.values() if wanted in each.agency.domains), None)

    def due_for_recheck(self, now: datetime) -> tuple[Listed, ...]:
        return tuple(each for each in self.listed.values() if each.overdue(now))


def applied(book: Book, edit: Edit, at: datetime) -> Book | Refused:
    """The list after one more edit, or why the edit does not count. Whoever reads the list asks this of every edit
    again, so that nothing which was written past the desk becomes a number that somebody calls."""
    match edit:
        case Seeded():
            changed = _seeded(book, edit, at)
        case KeepersSeen():
            since = {person: book.keepers.get(person, at) for person in edit.keepers}
            changed = book.model_copy(update={"keepers": since})
        case RolesSeen():
            # What is there at the first look was there before: only what comes later is new.
            changed = book.model_copy(update={"roles": _held(book, edit.roles, at if book.roles else at - SETTLED)})
        case Proposed():
            changed = _proposed(book, edit, at)
        case Confirmed():
            changed = _confirmed(book, edit, at)
        case Dropped():
            changed = _dropped(book, edit, at)
        case Notified():
            changed = _notified(book, edit)
    if isinstance(changed, Refused):
        return changed
    return changed.model_copy(update={"revision": book.revision + 1})


def barred(book: Book, editor: Editor, working: tuple[str, ...], now: datetime) -> Refused | None:
    """Why this person may not edit an agency's entry now, when these people work an open case of it; None if they
    may."""
    if not KEEPERS & set(editor.roles):
        return Refused(code=Code.NOT_SEATED)
    since = book.keepers.get(editor.person)
    if since is None or now - since < SETTLED:
        return Refused(code=Code.NOT_ALLOWED, detail="this role was granted less than a day ago")
    if {editor.person, editor.delegate_of} & set(working):
        return Refused(code=Code.EXCLUDED, detail="an open case of this agency is theirs to work on")
    return None


def _seeded(book: Book, edit: Seeded, at: datetime) -> Book | Refused:
    if book.revision:
        return Refused(code=Code.NOT_ALLOWED, detail="the list has begun already")
    listed = {each.id: Listed(agency=each, checked_at=each.checked_on) for each in edit.agencies}
    settled = at - SETTLED
    return book.model_copy(
        update={
            "listed": listed,
            "keepers": dict.fromkeys(edit.keepers, settled),
            "roles": _held(book, edit.roles, settled),
        }
    )


def _held(book: Book, roles: dict[str, tuple[Role, ...]], new: datetime) -> dict[str, dict[str, datetime]]:
    return {
        person: {role.value: book.roles.get(person, {}).get(role.value, new) for role in held}
        for person, held in roles.items()
    }


def settled_roles(book: Book, person: str, roles: Iterable[Role], now: datetime) -> tuple[Role, ...]:
    """Those that count at a release: held for a day, as far as the book goes back. All, while nobody kept a book."""
    since = book.roles.get(person, {})
    return tuple(
        role for role in roles if not book.roles or (role.value in since and now - since[role.value] >= SETTLED)
    )


def _proposed(book: Book, edit: Proposed, at: datetime) -> Book | Refused:
    if (no := barred(book, edit.by, edit.working, at)) is not None:
        return no
    if edit.id in book.waiting:
        return Refused(code=Code.DUPLICATE_KEY)
    known = book.listed.get(edit.agency.id)
    if (known is None) is not (edit.change is Change.ADD):
        return Refused(code=Code.INVALID, detail="an agency is added once, and changed only when it is there")
    if edit.base != (digest(known.agency) if known else ""):
        return Refused(code=Code.STALE)
    others = tuple(each for each in book.agencies if each.id != edit.agency.id)
    fault = edit.source.fault or (edit.second_source.fault if edit.second_source else "")
    fault = fault or next(iter(agency_faults(edit.agency, others)), "")
    if edit.agency.second_number and edit.second_source in (None, edit.source):
        fault = fault or "the second number needs a source of its own"
    if edit.change is Change.RECHECK and known is not None and _contacts(edit.agency) != _contacts(known.agency):
        fault = fault or "a check finds what is there; propose a change instead"
    if fault:
        return Refused(code=Code.INVALID, detail=fault)
    return book.model_copy(update={"waiting": {**book.waiting, edit.id: Waiting(proposed=edit, at=at)}})


def _confirmed(book: Book, edit: Confirmed, at: datetime) -> Book | Refused:
    waiting = book.waiting.get(edit.id)
    if waiting is None or at > waiting.until:
        return Refused(code=Code.NOT_OPEN)
    proposed = waiting.proposed
    if edit.by.is_or_stands_for(proposed.by):
        return Refused(code=Code.EXCLUDED, detail="whoever proposed it, and who stands for them, cannot confirm it")
    # Whoever took the agency's case between the two steps bars the first of them as well.
    for who in (edit.by, proposed.by):
        if (no := barred(book, who, edit.working, at)) is not None:
            return no
    known = book.listed.get(proposed.agency.id)
    if edit.seen != proposed.digest or proposed.base != (digest(known.agency) if known else ""):
        return Refused(code=Code.STALE)
    if edit.source.fault:
        return Refused(code=Code.INVALID, detail=edit.source.fault)
    left = {key: each for key, each in book.waiting.items() if key != edit.id}
    if proposed.change is Change.REMOVE:
        listed = {key: each for key, each in book.listed.items() if key != proposed.agency.id}
    else:
        listed = {**book.listed, proposed.agency.id: _listed(known, proposed, edit, at)}
    notices = {**book.notices, **_notices(known, proposed, at)}
    return book.model_copy(update={"listed": listed, "waiting": left, "notices": notices})


def _listed(known: Listed | None, proposed: Proposed, confirmed: Confirmed, at: datetime) -> Listed:
    same = known is not None and _contacts(known.agency) == _contacts(proposed.agency)
    return Listed(
        agency=proposed.agency.model_copy(update={"checked_on": at}),
        source=proposed.source,
        second_source=proposed.second_source,
        proposed_by=proposed.by.person,
        confirmed_by=confirmed.by.person,
        changed_at=known.changed_at if known is not None and same else at,
        checked_at=at,
    )


def _notices(known: Listed | None, proposed: Proposed, at: datetime) -> dict[str, Notice]:
    """A real agency learns at its old address that somebody gave us a new one."""
    if known is None or (
        proposed.change is not Change.REMOVE and _contacts(known.agency) == _contacts(proposed.agency)
    ):
        return {}
    was = known.agency
    if not (was.mailbox or was.call_back):
        return {}
    notice = Notice(
        id=proposed.id,
        agency=was.id,
        mailbox=was.mailbox,
        call_back=was.call_back,
        change=proposed.change,
        due=at + NOTICE_WITHIN,
    )
    return {notice.id: notice}


def _dropped(book: Book, edit: Dropped, at: datetime) -> Book | Refused:
    if edit.id not in book.waiting:
        return Refused(code=Code.NOT_OPEN)
    if not KEEPERS & set(edit.by.roles):
        return Refused(code=Code.NOT_SEATED)
    return book.model_copy(update={"waiting": {key: each for key, each in book.waiting.items() if key != edit.id}})


def _notified(book: Book, edit: Notified) -> Book | Refused:
    if edit.notice not in book.notices:
        return Refused(code=Code.NOT_OPEN)
    return book.model_copy(update={"notices": {k: each for k, each in book.notices.items() if k != edit.notice}})


def _contacts(agency: Agency) -> tuple[object, ...]:
    """What somebody would have to change to be called, written to or believed in the agency's place."""
    numbers = plain_number(agency.call_back), plain_number(agency.second_number)
    kind = agency.country, agency.safety_desk, agency.cyber_desk, agency.serves
    return (*numbers, agency.mailbox.lower(), tuple(sorted(agency.domains)), *kind)
