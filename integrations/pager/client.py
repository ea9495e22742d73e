"""The pager: signed webhooks, one page per de-duplication key."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Literal

import httpx

from domain.base import Model
from integrations.base.client import Refusal, Remote, as_json

DEADLINE = 5.0  # seconds; a step pages several people in 20, and a slow pager must leave time for mail
LONGEST_SUMMARY = 140  # characters: what a lock screen shows
NO_CONTACT = Refusal(409, "no_contact")
UNKNOWN_PAGE = Refusal(404, "unknown_page")


class _Accepted(Model):
    status: Literal["accepted"]


class _State(Model):
    status: Literal["triggered", "acknowledged", "resolved"]


class PagerClient:
    """`domain.outside.Pager`. Each event is signed with `secret`, an HMAC-SHA256 over time and body.

    The signature's time is this machine's clock, for it proves when it was sent, not when the case thinks it is.
    """

    def __init__(self, base_url: str, secret: str, http: httpx.AsyncClient) -> None:
        self._remote = Remote("pager", base_url, http, deadline=DEADLINE)
        self._secret = secret.encode()

    async def page(self, person: str, case: str, *, kind: str, summary: str, severity: int, key: str) -> bool:
        """False if the pager has no contact for this person. A long summary is cut: a page must not fail for it."""
        body = as_json(
            {
                "dedup_key": key,
                "person": person,
                "case": case,
                "kind": kind,
                "summary": summary if len(summary) <= LONGEST_SUMMARY else f"{summary[: LONGEST_SUMMARY - 1]}…",
                "severity": f"P{severity}",
            }
        )
        accepted = await self._remote.ask_unless(
            NO_CONTACT, "page", ("v1", "events"), _Accepted, body=body, headers=self._signed(body)
        )
        return accepted is not None

    async def acknowledged(self, key: str) -> bool:
        """Whether somebody took this page on the pager. A page that it does not know was taken by nobody."""
        body = as_json({"dedup_key": key})
        found = await self._remote.ask_unless(
            UNKNOWN_PAGE, "look", ("v1", "events", "state"), _State, body=body, headers=self._signed(body)
        )
        return found is not None and found.status in ("acknowledged", "resolved")

    def _signed(self, body: bytes) -> dict[str, str]:
        seconds = str(int(time.time()))
        mac = hmac.new(self._secret, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Holdfast-Signature": f"t={seconds},v1={mac}"}
