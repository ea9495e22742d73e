"""The secure file-transfer portal over HTTP: the one way by which data leaves."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Literal

import httpx
from pydantic import Field

from domain.base import Model
from domain.outside import Package
from integrations.base.client import Refusal, Remote, act_headers, as_json, instant

UPLOAD_DEADLINE = 45.0  # seconds; a package may be large, and its step gives one try 60
ALREADY_OPENED = Refusal(409, "already_opened")


class _Sealed(Model):
    package_id: str = Field(min_length=1)
    link: str = Field(min_length=1)


class _State(Model):
    state: Literal["sealed", "opened", "recalled", "expired"]


class _Recalled(Model):
    state: Literal["recalled"]


class PortalClient:
    """`domain.outside.Portal`. `base_url` without `/v1`; `token` is sent as a bearer token."""

    def __init__(self, base_url: str, token: str, http: httpx.AsyncClient) -> None:
        self._remote = Remote("portal", base_url, http, headers={"Authorization": f"Bearer {token}"})

    async def deliver(
        self, case: str, recipient: str, content: bytes, *, expires_at: datetime, key: str, at: datetime
    ) -> Package:
        """Seal `content` for `recipient`. The same key with other content is `permanent`."""
        body = as_json(
            {
                "case": case,
                "recipient": recipient,
                "content_b64": base64.b64encode(content).decode("ascii"),
                "sha256": hashlib.sha256(content).hexdigest(),
                "expires_at": instant(expires_at),
            }
        )
        sealed = await self._remote.ask(
            "deliver",
            ("v1", "packages"),
            _Sealed,
            body=body,
            headers=act_headers(key, at),
            deadline=UPLOAD_DEADLINE,
        )
        return Package(id=sealed.package_id, link=sealed.link)

    async def state(self, package_id: str) -> str:
        """sealed, opened, recalled or expired."""
        return (await self._remote.ask("state", ("v1", "packages", package_id), _State)).state

    async def recall(self, package_id: str, *, key: str, at: datetime) -> bool:
        """False if it was opened before it could be recalled."""
        recalled = await self._remote.ask_unless(
            ALREADY_OPENED,
            "recall",
            ("v1", "packages", package_id, "recall"),
            _Recalled,
            body=as_json({}),
            headers=act_headers(key, at),
        )
        return recalled is not None
