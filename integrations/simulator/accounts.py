"""The invented people of the platform stand-in, and the world it keeps."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.state import SimState

Tier = Literal["E1", "E2", "E3"]
AccountState = Literal["active", "hidden", "disabled", "destroyed"]


class Notice(BaseModel):
    """What the platform showed to a user: the name of the words, the place they are for, and the words."""

    template: str
    place: str
    language: str
    text: str


class Account(BaseModel):
    """One account. `records`: tier → field → value; all values are text and all are invented. `limited`: comments and
    gifts off, not recommended, no new viewers. `cut`: the live stream was ended, and no new one may begin."""

    account: str
    residency: str
    created_at: AwareDatetime
    records: dict[Tier, dict[str, str]]
    hidden: bool = False
    disabled: bool = False
    destroyed: bool = False
    limited: bool = False
    cut: bool = False
    notices: list[Notice] = Field(default_factory=list)
    holds: list[str] = Field(default_factory=list)

    @property
    def state(self) -> AccountState:
        """The strongest measure in force."""
        if self.destroyed:
            return "destroyed"
        if self.disabled:
            return "disabled"
        return "hidden" if self.hidden else "active"

    def values(self) -> dict[str, str]:
        """Field → value over all tiers."""
        return {name: value for fields in self.records.values() for name, value in fields.items()}


class Receipt(BaseModel):
    """Proof of a preservation; `snapshot` outlives the account."""

    receipt_id: str
    account: str
    reason_code: str
    sha256: str
    items: int
    taken_at: AwareDatetime
    snapshot: dict[str, str]


class PlatformState(SimState):
    """Accounts by id, receipts by id."""

    accounts: dict[str, Account] = Field(default_factory=dict)
    receipts: dict[str, Receipt] = Field(default_factory=dict)


def sha256_of_text(value: str) -> str:
    """SHA-256 of the UTF-8 bytes of one field's value, in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()


def sha256_of_records(values: dict[str, str]) -> str:
    """SHA-256 over JSON with sorted keys and no spaces: what a receipt vouches for."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def synthetic_account(number: int, residency: str) -> Account:
    """`acct-synthetic-<number>`, number 1 to 99: documentation addresses, reserved phone numbers only."""
    created = f"2025-01-{(number - 1) % 28 + 1:02d}T09:00:00Z"
    return Account.model_validate(
        {
            "account": f"acct-synthetic-{number:03d}",
            "residency": residency,
            "created_at": created,
            "records": {
                "E1": {
                    "name": f"Synthetic Person {number:03d}",
                    "email": f"person{number:03d}@example.org",
                    "phone": f"555-01{number:02d}",
                    "created_at": created,
                    "signup_ip": f"192.0.2.{number}",
                },
                "E2": {
                    "last_login_ip": f"192.0.2.{100 + number}",
                    "last_login_at": "2026-11-02T03:04:05Z",
                },
                "E3": {
                    "direct_messages": f"[synthetic] message of account {number:03d}",
                    "precise_location": f"[synthetic] 0.00{number:02d}, 0.00{number:02d}",
                },
            },
        }
    )


def default_accounts() -> list[Account]:
    """Six accounts, resident in the US, Ireland, Germany, the UK, Brazil and Australia."""
    residencies = ("US", "IE", "DE", "GB", "BR", "AU")
    return [synthetic_account(number, residency) for number, residency in enumerate(residencies, start=1)]
