"""The steps after which something has left us. Each verifies everything again with keys of its own."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar

from activities.letters import letter, letter_digest
from activities.step import DISCLOSURE_QUEUE, OUTWARD, Patience, Step, performs, step
from domain.acts import PublicKey
from domain.base import Model
from domain.basis import basis_digest
from domain.canonical import digest
from domain.effects import Effect, Leave, Remedies
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.gates import Family
from domain.ids import outside_key
from domain.outside import LiveDirectory, Mail, Platform, Portal
from domain.people import Agency, Directory
from domain.ports import Ledger, Vault
from domain.voting import Approval, quorum_fault

DELIVERY_LIFE = timedelta(hours=24)  # long enough for a shift to open it, short enough to be forgotten by nobody
REQUESTER = "requester"  # whoever wrote to us, at the address they gave; never for data


class Delivery(Model):
    """What left: the portal's package id, the hash over names and value hashes, how many fields, until when."""

    package_id: str
    manifest: str
    fields: int
    expires_at: datetime


class Sent(Model):
    """A letter that left, and its text in the vault."""

    message_id: str
    letter: EvidenceRef


class SafetyCall(Model):
    """What the caller of a public-safety desk may read out, in the vault."""

    document: EvidenceRef
    desk: str


class _Leaves(Step[Any]):
    """A step of the disclosing worker."""

    EFFECT: ClassVar[Effect] = Effect.DISCLOSE
    QUEUE: ClassVar[str] = DISCLOSURE_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)


@step
class Deliver(_Leaves):
    """Release exactly the approved fields to the agency's own mailbox, by a link that expires and opens once."""

    NAME: ClassVar[str] = "deliver"
    RESULT: ClassVar[type[Model]] = Delivery

    account: str
    approval: Approval | None = None


@step
class PrepareSafetyCall(_Leaves):
    """Write down, for the caller's eyes only, what a public-safety desk may be told."""

    NAME: ClassVar[str] = "prepare_safety_call"
    RESULT: ClassVar[type[Model]] = SafetyCall

    account: str
    approval: Approval | None = None


@step
class SendRefusal(_Leaves):
    """Send the letter of a refusal that two people decided."""

    NAME: ClassVar[str] = "send_refusal"
    RESULT: ClassVar[type[Model]] = Sent

    letter: str
    to: str
    intake: EvidenceRef | None = None
    approval: Approval | None = None


@step
class SendHolding(_Leaves):
    """Tell the requester that we are at work, and nothing else."""

    NAME: ClassVar[str] = "send_holding"
    EFFECT: ClassVar[Effect] = Effect.TELL
    RESULT: ClassVar[type[Model]] = Sent
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.ALLOWED)

    intake: EvidenceRef | None = None


class Disclosing:
    """The only steps that read records. Constructed in the disclosing worker alone. Without `stand_ins` it lets
    nothing of a drill leave."""

    def __init__(
        self,
        *,
        platform: Platform,
        portal: Portal,
        mail: Mail,
        vault: Vault,
        ledger: Ledger,
        directory: LiveDirectory,
        trusted: tuple[PublicKey, ...],
        key: bytes,
        stand_ins: bool = False,
    ) -> None:
        self._stand_ins = stand_ins
        self._platform = platform
        self._portal = portal
        self._mail = mail
        self._vault = vault
        self._ledger = ledger
        self._directory = directory
        self._trusted = trusted
        self._key = key

    @performs(Deliver)
    async def deliver(self, given: Deliver) -> Delivery:
        approval, directory = await self._authorised(given, given.approval, Family.DISCLOSE)
        agency = mailbox_of(directory, approval.card.recipient)
        must_be_complete(approval)
        until = (given.here.at + DELIVERY_LIFE).isoformat()
        package = await self._package(given, approval, agency, until)
        content = await self._vault.get(given.here.case, package)
        made = json.loads(content)
        expires_at = datetime.fromisoformat(made["expires_at"])
        key = outside_key(self._key, given.here.case, given.here.key)
        kept = await self._portal.deliver(
            given.here.case, agency.mailbox, content, expires_at=expires_at, key=key, at=given.here.at
        )
        words = letter("delivery", case=given.here.case, link=kept.link, until=made["expires_at"])
        await self._mail.send(agency.mailbox, words.subject, words.text, key=key, at=given.here.at)
        return Delivery(
            package_id=kept.id, manifest=made["manifest"], fields=len(made["records"]), expires_at=expires_at
        )

    @performs(PrepareSafetyCall)
    async def prepare_call(self, given: PrepareSafetyCall) -> SafetyCall:
        approval, directory = await self._authorised(given, given.approval, Family.PROTECT)
        desk = directory.agency(approval.card.recipient)
        if desk is None or not desk.safety_desk:
            raise HoldfastError(Code.GUARD, "the recipient is not a public-safety desk of our directory")
        document = await self._package(given, approval, desk, "")
        return SafetyCall(document=document, desk=desk.id)

    @performs(SendRefusal)
    async def refuse(self, given: SendRefusal) -> Sent:
        approval, directory = await self._authorised(given, given.approval, Family.REFUSE)
        words = {item.id: item.sha256 for item in approval.card.items}
        if approval.card.recipient != given.to or words.get(f"letter:{given.letter}") != letter_digest(given.letter):
            raise HoldfastError(Code.NO_APPROVAL, "another letter or another recipient was decided")
        return await self._send(
            given, given.letter, await self._address(given.here.case, given.to, given.intake, directory)
        )

    @performs(SendHolding)
    async def hold(self, given: SendHolding) -> Sent:
        directory = await self._directory.current()
        to = await self._address(given.here.case, REQUESTER, given.intake, directory)
        return await self._send(given, "holding", to)

    # -- what all of them share ---------------------------------------------------------------------------

    async def _authorised(
        self, given: Step[Any], approval: Approval | None, family: Family
    ) -> tuple[Approval, Directory]:
        """The approval, after the whole quorum, the live directory and the ledger have been asked again."""
        here = given.here
        self._not_for_real(given)
        if approval is None or approval.gate.family is not family or approval.case != here.case:
            raise HoldfastError(Code.NO_APPROVAL)
        written = await self._ledger.head(here.case)
        if here.receipt is None or written is None or written.sequence < here.receipt.sequence:
            raise HoldfastError(Code.GUARD, "the ledger does not yet hold what must be written first")
        directory = await self._directory.current()
        live = {each.id: each.roles for each in directory.people if not each.suspended}
        if (fault := quorum_fault(approval, self._trusted, live)) is not None:
            raise HoldfastError(fault.code)
        card, recipient = approval.card, directory.agency(approval.card.recipient)
        if card.contact_sha256 and (recipient is None or digest(recipient) != card.contact_sha256):
            raise HoldfastError(Code.STALE, "the recipient's directory entry has changed since")
        if card.basis and basis_digest(card.basis) != card.basis_sha256:
            raise HoldfastError(Code.STALE, "the legal basis has changed since")
        return approval, directory

    async def _package(
        self, given: Deliver | PrepareSafetyCall, approval: Approval, to: Agency, until: str
    ) -> EvidenceRef:
        """Made once: a retry finds what the first try made, so that the other side sees the same bytes."""
        here = given.here
        name = f"package/{here.key}"
        if (found := await self._vault.find(here.case, name)) is not None:
            return found
        wanted = sorted(approval.card.item_ids)
        records = await self._platform.records(given.account, wanted)
        if sorted(records) != wanted:
            raise HoldfastError(Code.GUARD, "the platform answered other fields than were approved")
        hashes = {field: digest(value) for field, value in records.items()}
        body = {
            "case": here.case,
            "to": to.id,
            "basis": approval.card.basis,
            "expires_at": until,
            "records": records,
            "hashes": hashes,
            "manifest": digest(hashes),
            "watermark": outside_key(self._key, here.case, f"watermark/{to.id}"),
            "drill": here.drill,
        }
        data = json.dumps(body, sort_keys=True, indent=1).encode()
        return await self._vault.put(here.case, EvidenceKind.PACKAGE, data, name=name)

    def _not_for_real(self, given: Step[Any]) -> None:
        """A drill must not reach anything real, whoever declared it and however."""
        if given.here.drill and not self._stand_ins:
            raise HoldfastError(Code.GUARD, "a drill may not leave a deployment with real outside parties")

    async def _address(self, case: str, to: str, intake: EvidenceRef | None, directory: Directory) -> str:
        if to != REQUESTER:
            return mailbox_of(directory, to).mailbox
        if intake is None:
            raise HoldfastError(Code.GUARD, "the intake names no address to answer to")
        document = json.loads(await self._vault.get(case, intake))
        address = document.get("answers", {}).get("requester_email", "")
        if not address:
            raise HoldfastError(Code.GUARD, "the intake names no address to answer to")
        return str(address)

    async def _send(self, given: SendRefusal | SendHolding, name: str, to: str) -> Sent:
        here = given.here
        self._not_for_real(given)
        words = letter(name, case=here.case)
        kept = await self._vault.put(
            here.case, EvidenceKind.LETTER, f"{words.subject}\n\n{words.text}".encode(), name=f"letter/{here.key}"
        )
        key = outside_key(self._key, here.case, here.key)
        sent = await self._mail.send(to, words.subject, words.text, key=key, at=here.at)
        return Sent(message_id=sent, letter=kept)


def must_be_complete(approval: Approval) -> None:
    """Raises HoldfastError (`guard`) unless the card names items, their legal basis and whose entry they go to."""
    if not approval.card.items or not approval.card.basis or not approval.card.contact_sha256:
        raise HoldfastError(Code.GUARD, "no item, no legal basis or no contact")


def mailbox_of(directory: Directory, agency_id: str) -> Agency:
    """The agency, if our directory has an address for it; else raises HoldfastError (`guard`)."""
    agency = directory.agency(agency_id)
    if agency is None or not agency.mailbox:
        raise HoldfastError(Code.GUARD, "the recipient has no mailbox in our directory")
    return agency
