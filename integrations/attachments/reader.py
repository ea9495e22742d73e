"""Documents become pictures: a confined child says bare pixels, and we make files of them.

A child may have been taken over by what it read, so its words are counted and checked, and none of its files is kept.
"""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

from PIL import Image

from domain.attachments import (
    LIMITS,
    Digests,
    Drawn,
    DrawnPage,
    Hit,
    Limits,
    Media,
    NotDrawn,
    Refusal,
    last_look,
)
from domain.outside import HashList
from integrations.attachments import sniffing
from integrations.attachments.confinement import Bounds, Channel, Ended, Ending, confined
from integrations.attachments.frames import (
    DIGESTS,
    HEADER,
    LENGTH,
    PAGE,
    SAYS_DIGESTS,
    SAYS_DONE,
    SAYS_INSPECTED,
    SAYS_PAGE,
    SAYS_REFUSED,
    SAYS_TEXT,
)

_PROGRAM = Path(__file__).with_name("draw.py")
_ENDINGS = {
    Ending.TIME: Refusal.TOOK_TOO_LONG,
    Ending.MEMORY: Refusal.TOO_MUCH_MEMORY,
    Ending.OUTPUT: Refusal.TOO_MUCH_OUTPUT,
    Ending.BROKE: Refusal.BROKE_THE_READER,
}
_AT_ONCE = 3  # children of one process; each may take a gigabyte
_MOST_PICTURES = 1000  # of one document; beyond that nobody assembled it by hand


class ConfinedReader:
    """`program` is what the child runs; tests give others, to see that it holds them."""

    def __init__(self, limits: Limits = LIMITS, bounds: Bounds | None = None, program: Path = _PROGRAM) -> None:
        self._limits, self._bounds, self._program = limits, bounds or Bounds(), program
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def check(self) -> None:
        """Start a child, see that it confines itself, and end it.

        Raises:
            HoldfastError: as `draw`.
        """
        async with confined(self._program, self._bounds):
            pass

    def kind_of(self, data: bytes) -> Media | Refusal:
        return sniffing.kind_of(data)

    async def draw(self, data: bytes, media: Media, known: HashList) -> Drawn | NotDrawn | Hit:
        """Pages and text of a document of this media. Every picture inside is looked up before anything is drawn.

        Raises:
            HoldfastError: `broken-configuration` if this system cannot confine a child, or there is no hash list;
                `transient` if the child does not start, or is ended by somebody outside: it is to be started again.
        """
        try:
            async with self._turn, confined(self._program, self._bounds) as child:
                return await self._talk(child, data, media, known)
        except Ended as ended:
            return NotDrawn(code=_ENDINGS[ended.why])
        except _Refused as refused:
            return NotDrawn(code=refused.code)

    async def _talk(self, child: Channel, data: bytes, media: Media, known: HashList) -> Drawn | Hit:
        limits = self._limits
        first = (limits.pages, limits.side, limits.decoded, limits.drawn, limits.characters)
        sending = asyncio.create_task(child.send(HEADER.pack(media.value.ljust(4).encode(), len(data), *first) + data))
        try:
            hit = await self._inspected(child, known)
            if hit is not None:
                return hit
            await sending
            await child.send(b"g")
            return await self._drawn(child)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _inspected(self, child: Channel, known: HashList) -> Hit | None:
        for _ in range(_MOST_PICTURES + 1):
            match await child.take(1):
                case each if each == SAYS_DIGESTS:
                    md5, sha1, sha256 = DIGESTS.unpack(await child.take(DIGESTS.size))
                    hit = await known.look_up(Digests(md5=md5.hex(), sha1=sha1.hex(), sha256=sha256.hex()))
                    if hit is not None:
                        return hit.model_copy(update={"inside": True})
                case each if each == SAYS_INSPECTED:
                    return None
                case each:
                    await self._refusal(child, each)
        raise _Refused(Refusal.TOO_MUCH_OUTPUT)

    async def _drawn(self, child: Channel) -> Drawn:
        pages: list[DrawnPage] = []
        texts: list[str] = []
        while (said := await child.take(1)) != SAYS_DONE:
            if said == SAYS_PAGE:
                width, height = PAGE.unpack(await child.take(PAGE.size))
                self._check([*((each.width, each.height) for each in pages), (width, height)], texts)
                pixels = await child.take(width * height * 3)
                png = await asyncio.to_thread(_png, width, height, pixels)
                pages.append(DrawnPage(width=width, height=height, png=png))
            elif said == SAYS_TEXT:
                (length,) = LENGTH.unpack(await child.take(LENGTH.size))
                if length > self._limits.characters * 4:  # UTF-8 has four bytes for a letter at most
                    raise _Refused(Refusal.TOO_MUCH_OUTPUT)
                texts.append((await child.take(length)).decode(errors="replace"))
            else:
                await self._refusal(child, said)
        self._check([(each.width, each.height) for each in pages], texts)
        return Drawn(pages=tuple(pages), text="\n".join(each for each in texts if each.strip()))

    def _check(self, sizes: list[tuple[int, int]], texts: list[str]) -> None:
        code = last_look(sizes, sum(map(len, texts)), self._limits)
        if code is not None:
            raise _Refused(code)

    async def _refusal(self, child: Channel, said: bytes) -> None:
        """The child's own refusal, if it is one that we know; whatever else it says is a broken reader."""
        if said == SAYS_REFUSED:
            (length,) = LENGTH.unpack(await child.take(LENGTH.size))
            if length <= 32:  # the longest code is shorter
                code = (await child.take(length)).decode(errors="replace")
                if code in set(Refusal):
                    raise _Refused(Refusal(code))
        raise _Refused(Refusal.BROKE_THE_READER)


class _Refused(Exception):
    """The document is not drawn, and why."""

    def __init__(self, code: Refusal) -> None:
        self.code = code
        super().__init__(code.value)


def _png(width: int, height: int, pixels: bytes) -> bytes:
    made = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(made, "PNG")
    return made.getvalue()
