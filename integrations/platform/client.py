"""The platform's enforcement and records interface over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import httpx
from pydantic import AwareDatetime, Field

from domain.base import Model
from domain.crisis import Resources
from domain.outside import AccountView, FieldView, SnapshotView
from integrations.base.client import Refusal, Remote, act_headers, as_json

VERBS = frozenset({"hide", "restore", "disable", "enable", "destroy", "limit", "unlimit", "cut", "resume"})
NO_SUCH_ACCOUNT = Refusal(404, "unknown_account")


class _Account(Model):
    account: str
    residency: str
    state: str


class _Receipt(Model):
    receipt_id: str = Field(min_length=1)
    account: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    items: int = Field(ge=0)
    taken_at: AwareDatetime


class _Action(Model):
    action_id: str = Field(min_length=1)
    account: str


class _Holds(Model):
    holds: tuple[str, ...]


class _Fields(Model):
    fields: tuple[FieldView, ...]


class _Records(Model):
    records: dict[str, object]


class PlatformClient:
    """`domain.outside.Platform`. `base_url` without `/v1`; `token` is sent as a bearer token.

    An answer about another account, or one holding other data than was asked for, is refused as `permanent`.
    """

    def __init__(self, base_url: str, token: str, http: httpx.AsyncClient) -> None:
        self._remote = Remote("platform", base_url, http, headers={"Authorization": f"Bearer {token}"})

    async def account(self, account: str) -> AccountView:
        """A missing account is a view that says so."""
        found = await self._remote.ask_unless(NO_SUCH_ACCOUNT, "account", _path(account), _Account)
        if found is None:
            return AccountView(account=account, exists=False)
        self._same("account", account, found.account)
        return AccountView(account=account, exists=True, residency=found.residency, state=found.state)

    async def preserve(self, account: str, *, reason: str, key: str) -> SnapshotView | None:
        """None if there is no such account."""
        receipt = await self._remote.ask_unless(
            NO_SUCH_ACCOUNT,
            "preserve",
            _path(account, "preserve"),
            _Receipt,
            body=as_json({"reason_code": reason}),
            headers=act_headers(key),
        )
        if receipt is None:
            return None
        self._same("preserve", account, receipt.account)
        return SnapshotView(
            receipt_id=receipt.receipt_id, sha256=receipt.sha256, items=receipt.items, taken_at=receipt.taken_at
        )

    async def act(self, verb: str, account: str, *, key: str, at: datetime, receipt_id: str = "") -> str:
        """Returns the platform's action id. A verb outside `VERBS` is `permanent` and never sent."""
        if verb not in VERBS:
            raise self._remote.broken("act", "no such verb")
        body = {"receipt_id": receipt_id} if verb == "destroy" else {}
        action = await self._remote.ask(
            verb, _path(account, verb), _Action, body=as_json(body), headers=act_headers(key, at)
        )
        self._same(verb, account, action.account)
        return action.action_id

    async def show(self, account: str, notice: Resources, *, key: str, at: datetime) -> str:
        """Returns the platform's action id."""
        action = await self._remote.ask(
            "show",
            _path(account, "notices"),
            _Action,
            body=as_json(notice.model_dump(mode="json")),
            headers=act_headers(key, at),
        )
        self._same("show", account, action.account)
        return action.action_id

    async def holds(self, account: str) -> Sequence[str]:
        """The ids of what forbids deletion."""
        return (await self._remote.ask("holds", _path(account, "holds"), _Holds)).holds

    async def fields(self, account: str, tiers: Sequence[str]) -> Sequence[FieldView]:
        """The fields of these tiers."""
        found = await self._remote.ask(
            "fields", _path(account, "fields"), _Fields, body=as_json({"tiers": list(tiers)})
        )
        if not {field.tier for field in found.fields} <= set(tiers):
            raise self._remote.broken("fields", "more than was asked for")
        return found.fields

    async def records(self, account: str, fields: Sequence[str]) -> dict[str, object]:
        """Exactly these fields, by name."""
        found = await self._remote.ask(
            "records", _path(account, "records"), _Records, body=as_json({"fields": list(fields)})
        )
        if found.records.keys() != set(fields):
            raise self._remote.broken("records", "not what was asked for")
        return found.records

    def _same(self, verb: str, asked: str, answered: str) -> None:
        if asked != answered:
            raise self._remote.broken(verb, "answer about another account")


def _path(account: str, *rest: str) -> tuple[str, ...]:
    return ("v1", "accounts", account, *rest)
