"""The step that has an attachment examined: hash lists first, then a confined reader; nobody opens the original."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import ClassVar

from pydantic import ValidationError

from activities.step import Patience, Step, performs, step
from domain.attachments import (
    LIMITS,
    Accepted,
    Declined,
    Drawn,
    Examined,
    Hit,
    Limits,
    Media,
    NotDrawn,
    Page,
    Refusal,
    Sealed,
    digests_of,
    first_look,
)
from domain.base import Model
from domain.canonical import canonical
from domain.document_checks import read_document
from domain.effects import Effect, Leave, Remedies
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.outside import DocumentReader, HashList
from domain.ports import Vault

# A reader may take a minute, and waits its turn before; it is started again twice if it or its worker died.
EXAMINING = Patience(timedelta(minutes=10), tries=3, heartbeat=timedelta(seconds=10))


@step
class ExamineAttachment(Step[Examined]):
    """Have one attachment examined. `country` is that of the agency that is said to have sent it; signals only. What
    is `surplus`, beyond what one request may send, is looked up in the hash list and not looked at.

    By hand it is never done: that would be a person opening it. Skipped, it counts as refused, not as harmless.
    """

    NAME: ClassVar[str] = "examine_attachment"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Examined
    PATIENCE: ClassVar[Patience] = EXAMINING
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER, skip=Leave.ALLOWED)

    attachment: EvidenceRef
    country: str = ""
    surplus: bool = False

    def skipped(self) -> Examined | None:
        return Examined(original=self.attachment, result=Declined(code=Refusal.NOT_EXAMINED))


class Attachments:
    """Reads originals from the vault and hands them to the reader alone; writes pages, text and readings back."""

    def __init__(self, vault: Vault, known: HashList, reader: DocumentReader, limits: Limits = LIMITS) -> None:
        self._vault, self._known, self._reader, self._limits = vault, known, reader, limits

    @performs(ExamineAttachment)
    async def examine(self, given: ExamineAttachment) -> Examined:
        case, ref = given.here.case, given.attachment
        if ref.kind is not EvidenceKind.ATTACHMENT:
            raise HoldfastError(Code.INVALID, "this is no attachment")
        name = f"attachment/{ref.id}/examination"
        if (found := await self._vault.find(case, name)) is not None:
            return _as_kept(await self._vault.get(case, found))
        data = await self._vault.get(case, ref)
        examined = Examined(original=ref, result=await self._result(case, ref, data, given))
        return await self._keep(case, name, examined)

    async def _result(
        self, case: str, ref: EvidenceRef, data: bytes, given: ExamineAttachment
    ) -> Accepted | Declined | Sealed:
        hit = await self._known.look_up(await asyncio.to_thread(digests_of, data))
        if hit is not None:  # before anything else looks at it, and whatever its size or kind
            return await self._sealed(case, ref, hit)
        code = Refusal.TOO_MANY if given.surplus else first_look(len(data), self._limits)
        if code is not None:
            return Declined(code=code)
        media = await asyncio.to_thread(self._reader.kind_of, data)
        if isinstance(media, Refusal):
            return Declined(code=media)
        match await self._reader.draw(data, media, self._known):
            case Hit() as inside:
                return await self._sealed(case, ref, inside)
            case NotDrawn(code=code):
                return Declined(code=code)
            case Drawn() as drawn:
                return await self._accepted(case, ref, media, drawn, given.country)

    async def _sealed(self, case: str, ref: EvidenceRef, hit: Hit) -> Sealed:
        name = f"attachment/{ref.id}/hit"
        return Sealed(record=await self._vault.put(case, EvidenceKind.EXAMINATION, canonical(hit), name=name))

    async def _accepted(self, case: str, ref: EvidenceRef, media: Media, drawn: Drawn, country: str) -> Accepted:
        pages = []
        for number, each in enumerate(drawn.pages, start=1):
            image = await self._put(case, EvidenceKind.PAGE, each.png, f"attachment/{ref.id}/page/{number}")
            pages.append(Page(number=number, width=each.width, height=each.height, image=image))
        text = None
        if drawn.text:
            data = drawn.text.encode("utf-8", "replace")
            text = await self._put(case, EvidenceKind.PAGE_TEXT, data, f"attachment/{ref.id}/text")
        seen = await asyncio.to_thread(read_document, drawn.text, country)
        return Accepted(
            media=media,
            pages=tuple(pages),
            text=text,
            reading=await self._put(case, EvidenceKind.READING, canonical(seen), f"attachment/{ref.id}/reading"),
            signals=seen.signals,
            never_call=len(seen.never_call),
        )

    async def _put(self, case: str, kind: EvidenceKind, data: bytes, name: str) -> EvidenceRef:
        """Store; a newer reader may draw a page a little otherwise than a try before it did, so such a one is kept
        beside the first and never instead of it."""
        try:
            return await self._vault.put(case, kind, data, name=name)
        except HoldfastError as error:
            if error.code is not Code.DUPLICATE_KEY:
                raise
            return await self._vault.put(case, kind, data, name=f"{name}/{digests_of(data).sha256}")

    async def _keep(self, case: str, name: str, examined: Examined) -> Examined:
        """The first examination that was kept counts, for ever; two tries may have run beside one another."""
        try:
            await self._vault.put(case, EvidenceKind.EXAMINATION, examined.model_dump_json().encode(), name=name)
            return examined
        except HoldfastError as error:
            found = await self._vault.find(case, name) if error.code is Code.DUPLICATE_KEY else None
            if found is None:
                raise
            return _as_kept(await self._vault.get(case, found))


def _as_kept(data: bytes) -> Examined:
    try:
        return Examined.model_validate_json(data)
    except ValidationError:
        raise HoldfastError(Code.UNREADABLE, "an examination of an attachment") from None
