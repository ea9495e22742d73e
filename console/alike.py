"""Whoever declares again after an answer was lost is offered the case that may already exist."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.ids import hashed
from domain.ports import Cases, Inbox
from integrations.base.sealing import Sealer

WITHIN = timedelta(minutes=10)
_KIND = "alike"
_MOST = 20  # of one person, kind and subject within ten minutes; nobody is offered more
_PATIENCE = timedelta(seconds=1)


class Alike:
    """Remembers by whom, of which kind and about whom a case is to be opened, under keyed hashes, before it is."""

    def __init__(self, *, client: Client, inbox: Inbox, sealer: Sealer, outside: bytes, cases: Cases | None) -> None:
        self._client = client
        self._inbox = inbox
        self._sealer = sealer
        self._outside = outside
        self._cases = cases

    async def remember(self, person: str, slug: str, subject: str, case: str, at: datetime) -> None:
        """Durable when it returns. A case about nobody in particular is like no other."""
        if not subject:
            return
        for number in range(_MOST):
            key = self._key(person, slug, subject, _spell(at), number)
            body = self._sealer.seal(key, json.dumps({"case": case, "at": at.isoformat()}).encode())
            if await self._inbox.remember(key, _KIND, body) or await self._case(key, at) == case:
                return

    async def earlier(self, person: str, slug: str, subject: str, now: datetime) -> str:
        """The newest case of these ten minutes that is there, or may be while nobody can say; empty if none."""
        if not subject:
            return ""
        for spell in (_spell(now), _spell(now) - 1):
            found = []
            for number in range(_MOST):
                case = await self._case(self._key(person, slug, subject, spell, number), now)
                if case is None:
                    break
                found.append(case)
            for case in reversed(found):
                if case and await self._there(case):
                    return case
        return ""

    def _key(self, person: str, slug: str, subject: str, spell: int, number: int) -> str:
        return f"{_KIND}/{hashed(self._outside, _KIND, person, slug, subject, str(spell))}/{number}"

    async def _case(self, key: str, now: datetime) -> str | None:
        """The case under this key; empty if it is too long ago, None if there is nothing."""
        body = await self._inbox.body(key)
        if body is None:
            return None
        kept = json.loads(self._sealer.open(key, body))
        return str(kept["case"]) if now - datetime.fromisoformat(kept["at"]) <= WITHIN else ""

    async def _there(self, case: str) -> bool:
        """Whoever died between remembering and starting left no case behind."""
        if self._cases is not None and await self._cases.get(case) is not None:
            return True
        if await self._inbox.body(case) is not None:
            return True
        try:
            await self._client.get_workflow_handle(case).describe(rpc_timeout=_PATIENCE)
        except RPCError as error:
            return error.status is not RPCStatusCode.NOT_FOUND
        return True


def _spell(at: datetime) -> int:
    return int(at.timestamp() // WITHIN.total_seconds())
