"""A stand-in for the platform's own enforcement and records API: what Holdfast preserves, hides and reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel

from integrations.simulator.accounts import (
    Account,
    Notice,
    PlatformState,
    Receipt,
    Tier,
    default_accounts,
    sha256_of_records,
    sha256_of_text,
)
from integrations.simulator.base import Simulator
from integrations.simulator.page import Table
from integrations.simulator.wire import Call, Operation, Refusal, Reply, require_bearer

PLATFORM_TOKEN = "synthetic-platform-token"  # noqa: S105 - invented, opens nothing but this stand-in


class _Reason(BaseModel):
    reason_code: str


class _Destroy(BaseModel):
    receipt_id: str


class _Tiers(BaseModel):
    tiers: list[Tier]


class _Fields(BaseModel):
    fields: list[str]


def _standing(account: Account) -> str:
    """The state, and beside it what was done without touching it."""
    beside = {"limited": account.limited, "stream cut": account.cut, "message shown": bool(account.notices)}
    return ", ".join([account.state, *(name for name, so in beside.items() if so)])


class PlatformSimulator(Simulator[PlatformState]):
    """Errors are {"error": code}: 401 unauthorized; 404 unknown_account, unknown_field, unknown_hold;
    409 destroyed, receipt_required, held; 422 idempotency_key_reused; 400 for what cannot be read.
    """

    title = "Platform stand-in"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = PLATFORM_TOKEN,
        accounts: Iterable[Account] | None = None,
        state_path: Path | None = None,
    ) -> None:
        seed = default_accounts() if accounts is None else accounts
        state = PlatformState(accounts={account.account: account for account in seed})
        super().__init__(state, host=host, port=port, state_path=state_path)
        self._token = token

    def account(self, account: str) -> Account:
        """The account as it is now; KeyError if there is none."""
        return self.state.accounts[account]

    @property
    def receipts(self) -> list[Receipt]:
        """All preservation receipts, oldest first."""
        return list(self.state.receipts.values())

    def authorise(self, call: Call) -> None:
        require_bearer(call, self._token)

    def operations(self) -> Sequence[Operation]:
        one = "/v1/accounts/{account}"
        return (
            Operation("GET", one, "account", self._show),
            Operation("POST", f"{one}/preserve", "preserve", self._preserve, act=True),
            Operation("POST", f"{one}/hide", "hide", self._measure("hide", hidden=True), act=True),
            Operation("POST", f"{one}/restore", "restore", self._measure("rest", hidden=False), act=True),
            Operation("POST", f"{one}/disable", "disable", self._measure("dis", disabled=True), act=True),
            Operation("POST", f"{one}/enable", "enable", self._measure("ena", disabled=False), act=True),
            Operation("POST", f"{one}/destroy", "destroy", self._destroy, act=True),
            Operation("POST", f"{one}/limit", "limit", self._measure("lim", limited=True), act=True),
            Operation("POST", f"{one}/unlimit", "unlimit", self._measure("unlim", limited=False), act=True),
            Operation("POST", f"{one}/cut", "cut", self._measure("cut", cut=True), act=True),
            Operation("POST", f"{one}/resume", "resume", self._measure("res", cut=False), act=True),
            Operation("POST", f"{one}/notices", "notice", self._notice, act=True),
            Operation("GET", f"{one}/holds", "holds", self._holds),
            Operation("POST", f"{one}/holds", "hold", self._hold, act=True),
            Operation("DELETE", f"{one}/holds/{{hold}}", "release_hold", self._release, act=True, key_required=False),
            Operation("POST", f"{one}/fields", "fields", self._fields),
            Operation("POST", f"{one}/records", "records", self._records),
        )

    def tables(self) -> Sequence[Table]:
        accounts = [
            (account.account, account.residency, _standing(account), ", ".join(account.holds))
            for account in self.state.accounts.values()
        ]
        receipts = [
            (receipt.receipt_id, receipt.account, receipt.reason_code, str(receipt.items), receipt.sha256)
            for receipt in self.receipts
        ]
        return (
            Table("Accounts", ("Account", "Residency", "State", "Holds"), accounts),
            Table("Preservation receipts", ("Receipt", "Account", "Reason", "Items", "SHA-256"), receipts),
        )

    def _find(self, call: Call) -> Account:
        account = self.state.accounts.get(call.params["account"])
        if account is None:
            raise Refusal(404, "unknown_account")
        return account

    def _living(self, call: Call) -> Account:
        account = self._find(call)
        if account.destroyed:
            raise Refusal(409, "destroyed")
        return account

    def _show(self, call: Call) -> Reply:
        account = self._find(call)
        shown = account.model_dump(mode="json", include={"account", "residency", "created_at"})
        return Reply(200, {**shown, "state": account.state})

    def _preserve(self, call: Call) -> Reply:
        account = self._living(call)
        reason = call.read(_Reason).reason_code
        values = account.values()
        receipt = Receipt(
            receipt_id=self.state.next_id("rcpt"),
            account=account.account,
            reason_code=reason,
            sha256=sha256_of_records(values),
            items=len(values),
            taken_at=call.now,
            snapshot=values,
        )
        self.state.receipts[receipt.receipt_id] = receipt
        return Reply(201, receipt.model_dump(mode="json", exclude={"snapshot", "reason_code"}))

    def _measure(self, name: str, **measures: bool) -> Callable[[Call], Reply]:
        """Set what is given and leave the rest: undoing what was never done changes nothing and succeeds."""

        def carry_out(call: Call) -> Reply:
            account = self._living(call)
            for measure, so in measures.items():
                setattr(account, measure, so)
            return self._acted(name, account)

        return carry_out

    def _acted(self, prefix: str, account: Account) -> Reply:
        action = self.state.next_id(prefix)
        return Reply(200, {"action_id": action, "account": account.account, "state": account.state})

    def _notice(self, call: Call) -> Reply:
        account = self._living(call)
        account.notices.append(call.read(Notice))
        return self._acted("note", account)

    def _destroy(self, call: Call) -> Reply:
        account = self._living(call)
        receipt = self.state.receipts.get(call.read(_Destroy).receipt_id)
        if receipt is None or receipt.account != account.account:
            raise Refusal(409, "receipt_required")
        if account.holds:
            raise Refusal(409, "held")
        account.destroyed = True
        account.records.clear()
        return self._acted("dest", account)

    def _holds(self, call: Call) -> Reply:
        return Reply(200, {"holds": list(self._find(call).holds)})

    def _hold(self, call: Call) -> Reply:
        account = self._living(call)
        hold = self.state.next_id("hold")
        account.holds.append(hold)
        return Reply(201, {"hold": hold, "account": account.account})

    def _release(self, call: Call) -> Reply:
        account = self._find(call)
        hold = call.params["hold"]
        if hold not in account.holds:
            raise Refusal(404, "unknown_hold")
        account.holds.remove(hold)
        return Reply(200, {"hold": hold, "account": account.account, "state": "released"})

    def _fields(self, call: Call) -> Reply:
        account = self._living(call)
        wanted = call.read(_Tiers).tiers
        listed = [
            {"name": name, "tier": tier, "sha256": sha256_of_text(value)}
            for tier, fields in account.records.items()
            if tier in wanted
            for name, value in fields.items()
        ]
        return Reply(200, {"fields": listed})

    def _records(self, call: Call) -> Reply:
        values = self._living(call).values()
        wanted = call.read(_Fields).fields
        if not values.keys() >= set(wanted):
            raise Refusal(404, "unknown_field")
        return Reply(200, {"records": {name: values[name] for name in wanted}})
