"""Proofs that it is you, and presses that wait for one, on SQL: nobody's link and nobody's words can be read here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Update, and_, or_, select
from sqlalchemy import case as when
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.stepping import Intent, IntentState, StepUp
from integrations.store.database import Database, insert, rows_of
from integrations.store.tables import intent as table
from integrations.store.tables import step_up as step_table

_OPEN = table.c.state == IntentState.OPEN.value


class SqlIntents:
    """`domain.stepping.Intents` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stepped_up(self, step: StepUp) -> None:
        async def work(connection: AsyncConnection) -> None:
            fresh = insert(connection, step_table).values(**step.model_dump())
            changes = {"way": fresh.excluded.way, "at": fresh.excluded.at}
            await connection.execute(fresh.on_conflict_do_update(index_elements=[step_table.c.person], set_=changes))

        await self._database.write(work)

    async def step_up(self, person: str) -> StepUp | None:
        rows = await self._database.read(rows_of(select(step_table).where(step_table.c.person == person)))
        return StepUp.model_validate(dict(rows[0]._mapping)) if rows else None

    async def keep(self, intent: Intent) -> Intent:
        async def work(connection: AsyncConnection) -> Intent:
            values = {**intent.model_dump(), "state": intent.state.value}
            fresh = insert(connection, table).values(**values)
            made = await connection.execute(fresh.on_conflict_do_nothing(index_elements=[table.c.link]))
            if made.rowcount:
                before = and_(_mine(intent.person, intent.case, intent.subject), table.c.link != intent.link)
                await connection.execute(
                    table.update().where(before).values(state=IntentState.VOID.value, code="newer")
                )
            row = (await connection.execute(select(table).where(table.c.link == intent.link))).one()
            return _intent(row)

        return await self._database.write(work)

    async def intent(self, link: str) -> Intent | None:
        rows = await self._database.read(rows_of(select(table).where(table.c.link == link)))
        return _intent(rows[0]) if rows else None

    async def end(self, link: str, state: IntentState, code: str = "") -> bool:
        ended = table.update().where(table.c.link == link, _OPEN).values(state=state.value, code=code)
        return bool(await self._change(ended))

    async def decided(self, person: str, case: str, subject: str, doing: str) -> None:
        used = table.c.doing == doing
        after = when((used, IntentState.USED.value), else_=IntentState.VOID.value)
        why = when((used, ""), else_="decided")
        await self._change(table.update().where(_mine(person, case, subject)).values(state=after, code=why))

    async def late(self, before: datetime, limit: int = 100) -> Sequence[Intent]:
        untold = and_(table.c.state == IntentState.EXPIRED.value, table.c.told_at.is_(None))
        wanted = select(table).where(or_(and_(_OPEN, table.c.at <= before), untold))
        rows = await self._database.read(rows_of(wanted.order_by(table.c.at, table.c.link).limit(limit)))
        return [_intent(row) for row in rows]

    async def told(self, link: str, at: datetime) -> None:
        await self._change(table.update().where(table.c.link == link).values(told_at=at))

    async def _change(self, change: Update) -> int:
        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(change)).rowcount

        return await self._database.write(work)


def _mine(person: str, case_id: str, subject: str) -> Any:
    return and_(_OPEN, table.c.person == person, table.c.case == case_id, table.c.subject == subject)


def _intent(row: Row[Any]) -> Intent:
    return Intent.model_validate(dict(row._mapping))
