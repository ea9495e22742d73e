"""A stand-in for an agency: it reads its own mailbox, follows the link, and types the code that it heard on the phone.

It knows the stand-ins of mail and portal by their HTTP only, as whoever receives a package would.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import httpx

_LINK = re.compile(r"https?://\S+/o/[\w-]+")


@dataclass(frozen=True)
class Opener:
    """Who follows the link, and from where: `name` is how the portal tells openers apart, `country` two letters,
    `network` one of `domain.whereabouts.Network`."""

    name: str = "duty-officer"
    country: str = "US"
    network: str = "government"


@dataclass(frozen=True)
class Opened:
    """What the portal answered: an HTTP status, the names of the fields inside, or the code of its refusal."""

    status: int
    fields: tuple[str, ...] = ()
    refused: str = ""


class Agency:
    """`mail` is the base address of the mail stand-in's pages, `mailbox` the agency's own."""

    def __init__(self, http: httpx.AsyncClient, mail: str, mailbox: str) -> None:
        self._http = http
        self._mail = mail.rstrip("/")
        self._mailbox = mailbox

    async def link(self, case: str) -> str:
        """The newest link to a package of this case; empty while none came."""
        found = await self._http.get(f"{self._mail}/_sim/mailboxes/{self._mailbox}")
        letters = [each["text"] for each in found.raise_for_status().json() if case in each["subject"]]
        links = [link for text in letters for link in _LINK.findall(text)]
        return links[-1] if links else ""

    async def opens(self, case: str, code: str, by: Opener, *, at: datetime | None = None) -> Opened:
        """Follow the newest link and type a code; `at` is the moment on the case's own clock, if that is not now."""
        link = await self.link(case)
        if not link:
            return Opened(404, refused="no-link")
        headers = {"X-Synthetic-Country": by.country, "X-Synthetic-Network": by.network}
        if at is not None:
            headers["X-Holdfast-Time"] = at.isoformat()
        answer = await self._http.post(link, json={"code": code, "opener": by.name}, headers=headers)
        said = answer.json()
        if not answer.is_success:
            return Opened(answer.status_code, refused=str(said.get("error", "")))
        return Opened(answer.status_code, fields=tuple(sorted(said["records"])))
