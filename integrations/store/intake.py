"""Intake lines on SQL: ruled and written in one transaction, searchable without being read, never taken out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Update, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Code, HoldfastError
from domain.intake import Facets, RequesterTrust, Ruling, Start, Verdict, bounded, ruling
from domain.line_codes import MOST_LISTED, ClosingCode, LineState
from domain.triage import Line, LineQuery, NewLine, Taken, Uncalled
from integrations.store.database import Database, rows_of
from integrations.store.postgresql import Turn, take_turn
from integrations.store.tables import intake_line as table

_SHOWN = [column for column in table.c if column.name in Line.model_fields]
_OPEN = table.c.state == LineState.OPEN.value
# Whoever is confirmed is worked first; after that the first to come.
_ORDER = (table.c.confirmed.desc(), table.c.position)


class SqlIntakeLines:
    """`domain.triage.IntakeLines` on SQL. Bodies are stored as they come: sealed by whoever hands them in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, new: NewLine) -> Taken:
        """Rule by the lines of the same lane and write, in one transaction; whoever comes at once takes turns.

        Raises:
            HoldfastError: `duplicate-key` if the id is there with another digest, `transient` if the store is locked.
        """

        async def work(connection: AsyncConnection) -> Taken:
            await take_turn(connection, Turn.INTAKE)
            found, starts = await _known(connection, new)
            if found is not None:
                if found.digest != new.digest:
                    raise HoldfastError(Code.DUPLICATE_KEY)
                return Taken(line=_line(found), new=False)
            ruled = new.forced or await _ruled(connection, new, starts)
            values = _values(new, ruled)
            await connection.execute(table.insert().values(**values))
            return Taken(line=Line.model_validate({**values, "owned_at": None, "ended_at": None}), new=True)

        return await self._database.write(work)

    async def line(self, line: str) -> Line | None:
        """The row of one line, or None."""
        found = await self._rows(select(*_SHOWN).where(table.c.line == line))
        return found[0] if found else None

    async def body(self, line: str) -> bytes | None:
        """The sealed body, or None for a line that is not there."""
        rows = await self._database.read(rows_of(select(table.c.body).where(table.c.line == line)))
        return rows[0].body if rows else None

    async def find(self, query: LineQuery) -> Sequence[Line]:
        """As `IntakeLines.find`. An unknown `after` gives the first page."""
        wanted = select(*_SHOWN).order_by(*_ORDER).limit(min(max(query.limit, 1), MOST_LISTED))
        for name in ("state", "source", "case", "why", "domain", "agency", "target"):
            if value := getattr(query, name):
                wanted = wanted.where(table.c[name] == value)
        if query.since is not None:
            wanted = wanted.where(table.c.received_at >= query.since)
        if query.until is not None:
            wanted = wanted.where(table.c.received_at < query.until)
        if query.after:
            last = select(table.c.confirmed, table.c.position).where(table.c.line == query.after)
            rows = await self._database.read(rows_of(last))
            if rows:
                confirmed = bool(rows[0].confirmed)
                behind = and_(table.c.confirmed.is_(confirmed), table.c.position > rows[0].position)
                wanted = wanted.where(or_(behind, table.c.confirmed.is_(False)) if confirmed else behind)
        return await self._rows(wanted)

    async def starting(self, limit: int = 100) -> Sequence[Line]:
        """What has still to be started, confirmed agencies first."""
        wanted = select(*_SHOWN).where(table.c.state == LineState.STARTING.value)
        return await self._rows(wanted.order_by(*_ORDER).limit(limit))

    async def started(self, line: str, at: datetime) -> None:
        """The case of this line runs, or waits in the inbox; a second time changes nothing."""
        starting = table.update().where(table.c.line == line, table.c.state == LineState.STARTING.value)
        await self._change(starting.values(state=LineState.STARTED.value, ended_at=at))

    async def own(self, lines: Sequence[str], person: str, at: datetime) -> int:
        """Of these lines, those that are open belong to this person from now on."""
        mine = table.update().where(table.c.line.in_(lines), _OPEN)
        return await self._change(mine.values(owner=person, owned_at=at))

    async def close(self, lines: Sequence[str], case: str, code: str, person: str, at: datetime) -> int:
        """By id, or every open line of a case."""
        which = table.c.line.in_(lines) if not case else table.c.case == case
        closing = table.update().where(which, _OPEN)
        closed = {"state": LineState.CLOSED.value, "code": code, "owner": person, "ended_at": at}
        return await self._change(closing.values(**closed))

    async def opened(self, line: str, *, case: str, target: str, body: bytes, person: str, at: datetime) -> None:
        """An open line is to be started as this case; `target` and `body` say now whom it is about.

        Raises:
            HoldfastError: `not-open` if it is not open, or no longer.
        """
        state = {"state": LineState.STARTING.value, "code": ClosingCode.OPENED.value, "case": case}
        values = {**state, "target": target, "body": body, "owner": person, "owned_at": at}
        if not await self._change(table.update().where(table.c.line == line, _OPEN).values(**values)):
            raise HoldfastError(Code.NOT_OPEN)

    async def uncalled(self, now: datetime, again: timedelta) -> Sequence[Uncalled]:
        """Open lines without an owner that nobody was called for since `again`, by source and reason."""
        oldest = func.min(table.c.received_at, type_=table.c.received_at.type).label("oldest")
        wanted = select(table.c.source, table.c.why, func.count().label("lines"), oldest)
        grouped = wanted.where(_unheard(now, again)).group_by(table.c.source, table.c.why)
        rows = await self._database.read(rows_of(grouped.order_by(table.c.source, table.c.why)))
        return [Uncalled.model_validate(dict(row._mapping)) for row in rows]

    async def called(self, source: str, why: str, now: datetime, again: timedelta) -> None:
        """Somebody was called for all of these."""
        these = and_(_unheard(now, again), table.c.source == source, table.c.why == why)
        await self._change(table.update().where(these).values(called_at=now))

    async def counts(self) -> dict[str, int]:
        """How many lines are in each state."""
        counted = select(table.c.state, func.count().label("lines")).group_by(table.c.state)
        return {row.state: row.lines for row in await self._database.read(rows_of(counted))}

    async def _rows(self, query: Select[Any]) -> list[Line]:
        return [_line(row) for row in await self._database.read(rows_of(query))]

    async def _change(self, change: Update) -> int:
        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(change)).rowcount

        return await self._database.write(work)


def _unheard(now: datetime, again: timedelta) -> Any:
    late = or_(table.c.called_at.is_(None), table.c.called_at <= now - again)
    return and_(_OPEN, table.c.owner == "", late)


async def _known(connection: AsyncConnection, new: NewLine) -> tuple[Row[Any] | None, list[Start]]:
    """The line itself if it is there, and every start of its lane that its budgets look back to, which the budgets
    themselves keep few. One question, because a burst asks it a thousand times."""
    since = new.told.received_at - new.budgets.longest
    mine, start = table.c.lane == new.facets.lane, table.c.verdict == Verdict.START.value
    like = and_(mine, start, table.c.received_at > since)
    columns = (*_SHOWN, table.c.digest, table.c.target, table.c.agency, table.c.domain)
    rows = (await connection.execute(select(*columns).where(or_(table.c.line == new.line, like)))).all()
    found = next((row for row in rows if row.line == new.line), None)
    starts = [
        Start(
            facets=Facets(lane=new.facets.lane, target=row.target, agency=row.agency, domain=row.domain),
            case=row.case,
            at=row.received_at,
        )
        for row in rows
        if row.line != new.line
    ]
    return found, starts


async def _ruled(connection: AsyncConnection, new: NewLine, starts: Sequence[Start]) -> Ruling:
    found = ruling(new.told, new.case, new.facets, new.budgets, starts)
    if found.verdict is not Verdict.JOIN:
        return found
    counting = select(func.count()).where(table.c.case == found.case, table.c.verdict == Verdict.JOIN.value)
    return bounded(found, await connection.scalar(counting) or 0)


def _values(new: NewLine, ruled: Ruling) -> dict[str, Any]:
    told = new.told
    state = LineState.STARTING if ruled.verdict is Verdict.START else LineState.OPEN
    # The case that it belongs to calls people already: for this line they are called when nobody owns it for long.
    called = told.received_at if ruled.verdict in (Verdict.JOIN, Verdict.OVERFLOW) and ruled.case else None
    return {
        "line": new.line,
        "digest": new.digest,
        "source": told.source,
        "channel": told.channel.value,
        "procedure": told.procedure,
        "source_trust": told.source_trust.value,
        "requester": told.requester.value,
        "requester_trust": told.requester_trust.value,
        "lane": new.facets.lane,
        "confirmed": told.requester_trust is RequesterTrust.CONFIRMED,
        "target": new.facets.target,
        "agency": new.facets.agency,
        "domain": new.facets.domain,
        "verdict": ruled.verdict.value,
        "why": ruled.why,
        "state": state.value,
        "case": ruled.case,
        "owner": "",
        "code": "",
        "body": new.body,
        "received_at": told.received_at,
        "called_at": called,
    }


def _line(row: Row[Any]) -> Line:
    return Line.model_validate({name: value for name, value in row._mapping.items() if name in Line.model_fields})
