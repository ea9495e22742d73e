"""A package that opens with a code spoken on the call-back: offered, allowed, watched, taken back.

Each step that lets something out verifies the whole quorum again, as `deliver` does.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any, ClassVar

from activities.disclosure import DELIVERY_LIFE, Disclosing, mailbox_of, must_be_complete
from activities.letters import letter
from activities.step import DISCLOSURE_QUEUE, LOOK, OUTWARD, Patience, Step, performs, step
from domain.answers import Answer, CaseFacts, Released, draft
from domain.base import Model
from domain.basis_rows import ROWS
from domain.canonical import canonical, digest
from domain.delivery import TRIES, PackageEvent, PackageRecord, PackageState, contiguous
from domain.effects import Effect, Leave, Remedies
from domain.emergency import Known
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.gates import Family
from domain.ids import outside_key
from domain.letters import Letter
from domain.outside import Offer
from domain.package import DecidedBy, certificate, manifest_of, watermark
from domain.people import Agency
from domain.ports import Vault
from domain.refusal import Refused
from domain.signing import open_statement
from domain.spoken import SALT_BYTES, SYMBOLS, CodeHash, hashed_code, spelled
from domain.voting import Approval


class Offered(Model):
    """The package as it lies at the portal, the hash of its manifest, and how many items it holds."""

    record: PackageRecord
    manifest: str
    items: int


class Stands(Model):
    """How the package stands at the portal after we said something to it."""

    state: PackageState


class Seen(Model):
    """What happened to a package since the last look, in order."""

    events: tuple[PackageEvent, ...]


class _OfPackage(Step[Any]):
    """A step on one package. `name` is ours and unique in the case: every id of the package is made of it."""

    QUEUE: ClassVar[str] = DISCLOSURE_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD

    name: str


@step
class OfferPackage(_OfPackage):
    """Lay exactly the approved fields down at the portal and send the link to the agency's own mailbox. Nobody can
    open it before the agency has been called. `left_out` are the codes of what stayed, for the letter; None: the letter
    says nothing of it, as before it could."""

    NAME: ClassVar[str] = "offer_package"
    EFFECT: ClassVar[Effect] = Effect.DISCLOSE
    RESULT: ClassVar[type[Model]] = Offered
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    account: str
    approval: Approval | None = None
    left_out: tuple[str, ...] | None = None


@step
class AllowOpening(_OfPackage):
    """The agency is on the line at our own number: from now on the code opens the package."""

    NAME: ClassVar[str] = "allow_opening"
    EFFECT: ClassVar[Effect] = Effect.DISCLOSE
    RESULT: ClassVar[type[Model]] = Stands
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    approval: Approval | None = None


@step
class WatchPackage(_OfPackage):
    """Read what happened to the package since the last look."""

    NAME: ClassVar[str] = "watch_package"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Seen
    PATIENCE: ClassVar[Patience] = LOOK
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    after: int


@step
class RecallPackage(_OfPackage):
    """Take the package back if nobody has opened it. One that has not come yet finds itself recalled when it does."""

    NAME: ClassVar[str] = "recall_package"
    EFFECT: ClassVar[Effect] = Effect.UNDO
    RESULT: ClassVar[type[Model]] = Stands


class SpokenCode(Model):
    """A code as it lies in the vault, and what the portal is given of it.

    References of documents carry a hash of their bytes, and the portal knows the salt: without `pad`, which it never
    sees, whoever has both could try all codes with a fast hash.
    """

    code: str
    known: CodeHash
    pad: str


def code_name(package_name: str) -> str:
    """The name of a package's code in the vault."""
    return f"code/{package_name}"


async def code_of(vault: Vault, case: str, package_name: str) -> SpokenCode | None:
    """The code of a package; None if none was made."""
    ref = await vault.find(case, code_name(package_name))
    return None if ref is None else SpokenCode.model_validate_json(await vault.get(case, ref))


class Delivering(Disclosing):
    """What the disclosing worker does with packages. It alone holds the portal's credentials."""

    @performs(OfferPackage)
    async def offer(self, given: OfferPackage) -> Offered:
        approval, directory = await self._authorised(given, given.approval, Family.DISCLOSE)
        agency = mailbox_of(directory, approval.card.recipient)
        must_be_complete(approval)
        here, package = given.here, self._package_id(given)
        content = await self._vault.get(here.case, await self._made(given, approval, agency, package))
        body = json.loads(content)
        expires_at = datetime.fromisoformat(body["expires_at"])
        key = outside_key(self._key, here.case, here.key)
        offer = Offer(
            package=package,
            case=here.case,
            recipient=agency.mailbox,
            content=content,
            code=(await self._code(here.case, given.name)).known,
            tries=TRIES,
            expected=agency.expected,
            expires_at=expires_at,
        )
        placed = await self._portal.offer(offer, key=key, at=here.at)
        if placed.link:
            words = _letter(given, approval, placed.link, body["expires_at"])
            await self._mail.send(agency.mailbox, words.subject, words.text, key=key, at=here.at)
        record = PackageRecord(
            id=package,
            sha256=hashlib.sha256(content).hexdigest(),
            expected=agency.expected,
            offered_at=datetime.fromisoformat(body["made_at"]),
            expires_at=expires_at,
            state=placed.state,
        )
        return Offered(record=record, manifest=body["manifest"]["sha256"], items=len(body["records"]))

    @performs(AllowOpening)
    async def allow(self, given: AllowOpening) -> Stands:
        await self._authorised(given, given.approval, Family.DISCLOSE)
        return Stands(state=await self._portal.allow(self._package_id(given), key=self._act(given), at=given.here.at))

    @performs(WatchPackage)
    async def watch(self, given: WatchPackage) -> Seen:
        events = tuple(await self._portal.events(self._package_id(given), given.after, at=given.here.at))
        if not contiguous(events, given.after):
            raise HoldfastError(Code.PERMANENT, "the portal left out events")
        return Seen(events=events)

    @performs(RecallPackage)
    async def recall(self, given: RecallPackage) -> Stands:
        package = self._package_id(given)
        return Stands(state=await self._portal.withdraw(package, key=self._act(given), at=given.here.at))

    # -- ids and what is made once ------------------------------------------------------------------------

    def _package_id(self, given: _OfPackage) -> str:
        """Known before the portal has answered, so that a package whose offer got lost can be recalled too."""
        return outside_key(self._key, given.here.case, f"package/{given.name}")

    def _act(self, given: _OfPackage) -> str:
        return outside_key(self._key, given.here.case, given.here.key)

    async def _code(self, case: str, name: str) -> SpokenCode:
        """Made once. Of two tries that make one at the same time the vault keeps the first, and both use that."""
        if (found := await code_of(self._vault, case, name)) is not None:
            return found
        code = spelled(secrets.token_bytes(SYMBOLS))
        made = SpokenCode(
            code=code, known=hashed_code(code, secrets.token_bytes(SALT_BYTES)), pad=secrets.token_hex(SALT_BYTES)
        )
        try:
            await self._vault.put(case, EvidenceKind.CODE, canonical(made), name=code_name(name))
        except HoldfastError as error:
            if error.code is not Code.DUPLICATE_KEY:
                raise
        kept = await code_of(self._vault, case, name)
        if kept is None:
            raise HoldfastError(Code.FAULT, "a code that was kept is not there")
        return kept

    async def _made(self, given: OfferPackage, approval: Approval, to: Agency, package: str) -> EvidenceRef:
        """The bytes of the package, made once: a retry finds them, so that the portal sees the same again."""
        here, name = given.here, f"package/{given.name}"
        if (found := await self._vault.find(here.case, name)) is not None:
            return found
        wanted = sorted(approval.card.item_ids)
        records = await self._platform.records(given.account, wanted)
        if sorted(records) != wanted:
            raise HoldfastError(Code.GUARD, "the platform answered other fields than were approved")
        manifest = manifest_of(records)
        paper = certificate(
            case=here.case,
            package=package,
            agency=to.id,
            basis=approval.card.basis,
            made_at=here.at,
            manifest=manifest,
            decided=self._decided(approval),
            drill=here.drill,
        )
        body = {
            "case": here.case,
            "package": package,
            "to": to.id,
            "basis": approval.card.basis,
            "made_at": here.at.isoformat(),
            "expires_at": (here.at + DELIVERY_LIFE).isoformat(),
            "records": records,
            "manifest": {**manifest.model_dump(), "sha256": manifest.sha256},
            "certificate": paper,
            "watermark": watermark(here.case, to.id, package),
            "drill": here.drill,
        }
        data = json.dumps(body, sort_keys=True, indent=1).encode()
        return await self._vault.put(here.case, EvidenceKind.PACKAGE, data, name=name)

    def _decided(self, approval: Approval) -> tuple[DecidedBy, ...]:
        """In which roles of the gate's seats each of them signed. Who they are stays with us."""
        seated = {role for seat in approval.gate.seats for role in seat.roles}
        found = []
        for signed in approval.signed:
            said = open_statement(signed, self._trusted)
            if isinstance(said, Refused):
                raise HoldfastError(said.code)
            roles = tuple(role for role in said.authority.roles if role in seated)
            found.append(DecidedBy(roles=roles, at=said.at, statement=digest(signed)))
        return tuple(found)


def _letter(given: OfferPackage, approval: Approval, link: str, until: str) -> Letter:
    """Drafted from what leaves: on which ground, and why the rest was left out."""
    if given.left_out is None:
        return letter("package", case=given.here.case, link=link, until=until)
    names = approval.card.basis.split(",")
    grounds = tuple(dict.fromkeys(each.source for each in ROWS if each.id in names))
    said = Answer.RELEASED_LESS if given.left_out else Answer.RELEASED
    left = Released(link=link, until=until, grounds=grounds or tuple(names), left_out=given.left_out)
    return draft(said, Known.CONFIRMED, CaseFacts(case=given.here.case, released=left))
