"""Steps of the ladder of verification that need no person: our own list, and earlier requests as keyed hashes."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, ClassVar

from activities.agencies import resembled
from activities.step import DISCLOSURE_QUEUE, Step, performs, step
from domain.agencies import Listed
from domain.agency_faults import plain_number
from domain.base import Model
from domain.canonical import digest
from domain.effects import Effect, Leave, Remedies
from domain.evidence import EvidenceRef
from domain.ids import hashed
from domain.outside import LiveDirectory
from domain.ports import Agencies, Marks, Vault
from domain.signals import Linked, Mark, Quarantined, look_back, signals
from domain.verification import Requester

_NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}\d")


@step
class LookUpRequester(Step[Requester]):
    """What our own list says of the requester's domain: whose it is, or whom it imitates, how far its entry carries.
    The request is read for one thing only: whether it quotes a number that we have for less than a day."""

    NAME: ClassVar[str] = "look_up_requester"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Requester
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    domain: str
    intake: EvidenceRef | None = None


class Behaviour(Model):
    """Ticks that a request earns beside earlier ones, whether its sender is quarantined and since which case, and how
    many earlier requests it was compared with."""

    ticks: tuple[str, ...] = ()
    quarantined: bool = False
    since: str = ""
    compared: int = 0


class LookBack(Model):
    """Earlier cases that a fraud makes doubtful, closest first. Not `forged`: two people said that it was no fraud."""

    linked: tuple[Linked, ...] = ()
    forged: bool = True


class Quarantine(Model):
    """A sender from whom nothing is taken any more (keyed hash), or from whom something is taken again."""

    sender: str = ""
    held: bool = True


class _OnRequest(Step[Any]):
    """A step that reads the request itself and hashes what identifies: only the disclosing worker has the key."""

    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    QUEUE: ClassVar[str] = DISCLOSURE_QUEUE
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    intake: EvidenceRef | None = None


@step
class LookAtBehaviour(_OnRequest):
    """Compare the request with earlier ones of this officer, agency and account, and remember it for later ones."""

    NAME: ClassVar[str] = "look_at_behaviour"
    RESULT: ClassVar[type[Model]] = Behaviour

    account: str
    agency: str = ""
    tier: str = "E1"


@step
class GatherLookBack(_OnRequest):
    """Which cases of the last twelve months this fraud makes doubtful."""

    NAME: ClassVar[str] = "gather_look_back"
    RESULT: ClassVar[type[Model]] = LookBack

    account: str
    agency: str = ""


@step
class QuarantineSender(_OnRequest):
    """Take nothing from this sender on its word any more. Nobody is told."""

    NAME: ClassVar[str] = "quarantine_sender"
    EFFECT: ClassVar[Effect] = Effect.HIDE
    RESULT: ClassVar[type[Model]] = Quarantine


@step
class LiftQuarantine(_OnRequest):
    """Take requests of this sender again. Safe on one that was never quarantined."""

    NAME: ClassVar[str] = "lift_quarantine"
    EFFECT: ClassVar[Effect] = Effect.UNDO
    RESULT: ClassVar[type[Model]] = Quarantine

    by: str = ""


class LookingUp:
    """Reads our own list; the file's agencies until the list has begun."""

    def __init__(self, directory: LiveDirectory, agencies: Agencies, vault: Vault) -> None:
        self._directory = directory
        self._agencies = agencies
        self._vault = vault

    @performs(LookUpRequester)
    async def look_up(self, given: LookUpRequester) -> Requester:
        wanted, now = given.domain.strip().lower().rstrip("."), given.here.at
        listed = await self._listed(now)
        found = next((each for each in listed if wanted in each.agency.domains and not each.agency.desk), None)
        if found is None:
            near = resembled((each.agency for each in listed), wanted)
            return Requester(looks_like=near.id if near else "")
        agency = found.agency
        # A number that stood in our list before this request is ours, whoever quotes it.
        fresh = not found.cool(now)
        quoted = fresh and await self._quotes(given, agency.call_back)
        return Requester(
            agency=agency.id,
            country=agency.country,
            contact=digest(agency),
            call_back=bool(agency.call_back),
            second_number=bool(agency.second_number),
            cool=found.cool(now),
            overdue=found.overdue(now),
            quoted=quoted,
        )

    async def _listed(self, now: datetime) -> tuple[Listed, ...]:
        book = await self._agencies.current()
        if book.revision:
            return tuple(book.listed.values())
        # A file keeps no checks by two people, so none of it can be overdue: that begins with the list.
        directory = await self._directory.current()
        return tuple(Listed(agency=each, checked_at=now) for each in directory.agencies)

    async def _quotes(self, given: LookUpRequester, number: str) -> bool:
        if given.intake is None:
            return False
        text = (await self._vault.get(given.here.case, given.intake)).decode(errors="replace")
        ours = plain_number(number)
        found = (plain_number(each) for each in _NUMBER.findall(text))
        return any(each and (each.endswith(ours) or ours.endswith(each)) for each in found)


class Comparing:
    """Keeps and compares keyed hashes of who asked about whom. Constructed in the disclosing worker alone."""

    def __init__(self, *, marks: Marks, vault: Vault, directory: LiveDirectory, key: bytes) -> None:
        self._marks = marks
        self._vault = vault
        self._directory = directory
        self._key = key

    @performs(LookAtBehaviour)
    async def behaviour(self, given: LookAtBehaviour) -> Behaviour:
        mark = await self._mark(given, given.account, given.agency, given.tier)
        await self._marks.remember(mark)
        known = await self._marks.beside(mark)
        # A retry compares as the first try did: with what was remembered of it, at its time.
        mine = next((each for each in known if each.case == mark.case), mark)
        agency = (await self._directory.current()).agency(given.agency)
        held = await self._marks.quarantined(mine.sender)
        earlier = [each for each in known if each.case != mine.case]
        return Behaviour(
            ticks=signals(mine, earlier, agency.zone if agency else ""),
            quarantined=held is not None and held.case != mine.case,
            since=held.case if held is not None else "",
            compared=len(earlier),
        )

    @performs(GatherLookBack)
    async def gather(self, given: GatherLookBack) -> LookBack:
        mark = await self._mark(given, given.account, given.agency)
        return LookBack(linked=look_back(mark, await self._marks.beside(mark)))

    @performs(QuarantineSender)
    async def quarantine(self, given: QuarantineSender) -> Quarantine:
        sender = (await self._mark(given)).sender
        if sender:
            await self._marks.quarantine(Quarantined(sender=sender, case=given.here.case, at=given.here.at))
        return Quarantine(sender=sender, held=bool(sender))

    @performs(LiftQuarantine)
    async def lift(self, given: LiftQuarantine) -> Quarantine:
        sender = (await self._mark(given)).sender
        if sender:
            await self._marks.lift(sender, given.by or given.here.case, given.here.at)
        return Quarantine(sender=sender, held=False)

    async def _mark(self, given: _OnRequest, account: str = "", agency: str = "", tier: str = "E1") -> Mark:
        """What is kept of the request. Spellings that a person would take for the same are the same."""
        answers: dict[str, Any] = {}
        if given.intake is not None:
            answers = json.loads(await self._vault.get(given.here.case, given.intake)).get("answers", {})
        sender = str(answers.get("requester_email") or "").strip().lower()
        return Mark(
            case=given.here.case,
            at=given.here.at,
            officer=self._hash("officer", _plain(answers.get("officer"))),
            sender=self._hash("sender", sender),
            domain=self._hash("domain", sender.rpartition("@")[2]),
            agency=agency,
            target=self._hash("target", account.strip()),
            tier=tier,
        )

    def _hash(self, kind: str, value: str) -> str:
        return hashed(self._key, "mark", kind, value) if value else ""


def _plain(value: object) -> str:
    """Small letters, no signs: "Sgt. A. Example" and "sgt a example" are one officer."""
    text = "".join(each if each.isalnum() else " " for each in str(value or "").lower())
    return " ".join(text.split())
