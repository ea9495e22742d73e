"""A mail as a line: what its subject and first words say, whom it is about, and its parts kept as they came."""

from __future__ import annotations

import asyncio
import email.policy
import hashlib
import re
from email.message import EmailMessage, Message, MIMEPart
from email.parser import BytesParser
from email.utils import getaddresses

from console.intake.recipes import Offered
from console.intake.sources import Source
from console.intake.taking import Intake
from domain.evidence import EvidenceKind
from domain.intake import LONGEST_TEXT, Requester
from domain.ports import Vault
from domain.triage import Taken
from domain.uploads import Upload, plain_name
from integrations.mail.authenticity import TextRecords, prove

MOST_ATTACHMENTS = 50  # beyond these the mail in full still holds them
_UNREADABLE = (LookupError, ValueError, KeyError, AssertionError, AttributeError, TypeError)
# A line such as "Account: some-id". A mail without one waits for a person, who reads whom it is about.
_ABOUT = re.compile(
    r"^[ \t>*-]*(?:account(?: id)?|user ?id|user ?name|profile|identifier)[ \t]*[:=][ \t]*(\S{1,200})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


class Mails:
    """Takes mails in. The vault keeps the mail and each attachment under a key of that mail's own."""

    def __init__(self, intake: Intake, vault: Vault, records: TextRecords) -> None:
        self._intake = intake
        self._vault = vault
        self._records = records

    async def take(self, source: Source, raw: bytes) -> Taken:
        """Durable when this returns; the same bytes again are the same line.

        Raises:
            HoldfastError: `transient` and whatever else the store or the vault raises: the sender must keep the mail.
        """
        key = hashlib.sha256(raw).hexdigest()
        scope = self._intake.scope(source.name, key)
        proven = await asyncio.to_thread(prove, raw, self._records)
        original = await self._vault.put(scope, EvidenceKind.INTAKE, raw, name="mail")
        offered = await asyncio.to_thread(offered_by, raw, key)
        uploads = await asyncio.to_thread(attachments_of, raw)
        evidence = proven.model_copy(update={"original": original})
        return await self._intake.offer(source, offered.model_copy(update={"uploads": tuple(uploads)}), evidence)


def offered_by(raw: bytes, key: str) -> Offered:
    """What a mail brings. Whatever cannot be read of it is left out; the mail itself is kept."""
    message = _parsed(raw)
    words = "\n".join(each for each in (_header(message, "Subject"), _body(message)) if each)
    about = _ABOUT.search(words)
    senders = [address for _, address in getaddresses([_header(message, "From")]) if "@" in address]
    return Offered(
        key=key,
        text=words[:LONGEST_TEXT],
        identifier=about[1].strip("<>.,;") if about else "",
        requester=Requester.UNKNOWN,
        email=senders[0][:320] if len(senders) == 1 else "",
    )


def attachments_of(raw: bytes) -> list[Upload]:
    """The bytes of every attached part and its sender's name for it, as far as they can be taken apart."""
    found: list[Upload] = []
    try:
        for part in _parsed(raw).walk():
            if part.is_multipart() or not (part.is_attachment() or part.get_content_maintype() != "text"):
                continue
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload:
                found.append(Upload(data=payload, name=plain_name(_name(part))))
    except _UNREADABLE:
        return found
    return found[:MOST_ATTACHMENTS]


def _name(part: Message) -> str:
    try:
        return part.get_filename("") or ""
    except _UNREADABLE:
        return ""


def _parsed(raw: bytes) -> EmailMessage:
    parsed = BytesParser(policy=email.policy.default).parsebytes(raw)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "")).strip()
    except _UNREADABLE:
        return ""


def _body(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        content = part.get_content() if isinstance(part, MIMEPart) else ""
    except _UNREADABLE:
        return ""
    # A NUL cannot be stored as text everywhere, and a lone surrogate cannot be written at all.
    plain = content if isinstance(content, str) else ""
    return plain.encode("utf-8", "replace").decode().replace("\x00", "").strip()
