"""What people do with lines that wait: look, take, close with a code, open a case after all."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from console.intake.taking import Intake
from domain.access import Action, may
from domain.errors import Code, HoldfastError
from domain.outside import LiveDirectory
from domain.triage import Closing, Line, LineQuery, LineView, Opening

_LOG = logging.getLogger("holdfast.intake")


class Triage:
    """`domain.triage.TriageDesk` over the store. Only codes and ids are logged; who looked at what is among them."""

    def __init__(self, intake: Intake, directory: LiveDirectory) -> None:
        self._intake = intake
        self._directory = directory

    async def allowed(self, person: str) -> None:
        """Raises:
        HoldfastError: `unknown-person`, `suspended` or `not-allowed` for whoever does not work in triage.
        """
        who = (await self._directory.current()).person(person)
        if (no := may(who, Action.TRIAGE)) is not None:
            raise HoldfastError(no.code)

    async def lines(self, person: str, query: LineQuery) -> Sequence[Line]:
        """Confirmed agencies first, then the oldest."""
        await self.allowed(person)
        return await self._intake.lines.find(self._intake.hashes(query))

    async def look(self, person: str, line: str) -> LineView:
        """One line and what was said."""
        await self.allowed(person)
        view = await self._intake.read(line)
        _LOG.info("a line was opened: line=%s person=%s", line, person)
        return view

    async def own(self, person: str, lines: tuple[str, ...]) -> int:
        """These are mine now. Returns how many of them were open.

        Raises:
            HoldfastError: `not-open` if none was.
        """
        await self.allowed(person)
        owned = await self._intake.lines.own(lines, person, self._intake.now())
        if not owned:
            raise HoldfastError(Code.NOT_OPEN)
        return owned

    async def close(self, person: str, closing: Closing) -> int:
        """These end with a code. Returns how many of them were open.

        Raises:
            HoldfastError: `invalid` if it names no line and no case, or both; `not-open` if none was open.
        """
        await self.allowed(person)
        if bool(closing.lines) == bool(closing.case):
            raise HoldfastError(Code.INVALID, "lines, or else a case")
        closed = await self._intake.lines.close(
            closing.lines, closing.case, closing.code.value, person, self._intake.now()
        )
        if not closed:
            raise HoldfastError(Code.NOT_OPEN)
        _LOG.info("lines were closed: lines=%d code=%s person=%s", closed, closing.code.value, person)
        return closed

    async def open(self, person: str, opening: Opening) -> Line:
        """Open a case from a line that waits, whatever its budget said."""
        await self.allowed(person)
        return await self._intake.open(opening.line, person, opening.identifier)
