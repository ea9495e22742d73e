"""The agency's stand-in: it knows only what came to its own mailbox, and types what it was told on the phone."""

from __future__ import annotations

import base64
import hashlib
import json
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx
import pytest

from integrations.simulator.agency import Agency, Opened, Opener
from integrations.simulator.mail import MailSimulator
from integrations.simulator.portal import PORTAL_TOKEN, PortalSimulator

CASE, MAILBOX, CODE = "EDR-7K3QX-9VD42", "edr@police.northfield.example.org", "SYNTH-ETIC"
CONTENT = json.dumps({"records": {"email": "synthetic@example.net", "phone": "synthetic"}}).encode()


async def offered(http: httpx.AsyncClient, portal: PortalSimulator) -> str:
    """A package that opens with the code, its call made; returns its link."""
    salt = b"synthetic salt 16"
    known = hashlib.scrypt(CODE.replace("-", "").replace("I", "1").encode(), salt=salt, n=2**10, r=8, p=1, dklen=32)
    offer: dict[str, Any] = {
        "package": "synthetic-package-1",
        "case": CASE,
        "recipient": MAILBOX,
        "content_b64": base64.b64encode(CONTENT).decode(),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "code": {"n": 2**10, "r": 8, "p": 1, "salt": salt.hex(), "hash": known.hex()},
        "tries": 3,
        "countries": ["US"],
        "networks": ["government"],
        "expires_at": "2999-01-01T00:00:00Z",
    }
    ours = {"Authorization": f"Bearer {PORTAL_TOKEN}", "Idempotency-Key": "offer-1"}
    answer = await http.post(f"{portal.url}/v2/packages", json=offer, headers=ours)
    assert answer.status_code == 201, answer.text
    ours["Idempotency-Key"] = "allow-1"
    (await http.post(f"{portal.url}/v2/packages/{offer['package']}/allow", headers=ours)).raise_for_status()
    link: str = answer.json()["link"]
    return link


async def written(mail: MailSimulator, to: str, link: str) -> None:
    what = EmailMessage()
    what["From"], what["To"], what["Subject"] = "holdfast@example.org", to, f"Your request {CASE}"
    what["Message-ID"] = f"<{to}>"
    what.set_content(f"It lies at {link} until tomorrow.")
    await aiosmtplib.send(what, hostname=mail.smtp_host, port=mail.smtp_port, start_tls=False, timeout=5.0)


@pytest.mark.parametrize(
    ("code", "opener", "expected"),
    [
        (CODE, Opener(), Opened(200, fields=("email", "phone"))),
        ("OTHER-CODE", Opener(), Opened(403, refused="wrong_code")),
        (CODE, Opener(country="IS", network="hosting"), Opened(403, refused="sealed")),
    ],
)
async def test_it_opens_what_came_to_its_mailbox_with_the_code_it_heard(
    mail: MailSimulator, portal: PortalSimulator, code: str, opener: Opener, expected: Opened
) -> None:
    async with httpx.AsyncClient() as http:
        await written(mail, MAILBOX, await offered(http, portal))
        assert await Agency(http, mail.url, MAILBOX).opens(CASE, code, opener) == expected


async def test_what_came_to_somebody_else_it_does_not_know(mail: MailSimulator, portal: PortalSimulator) -> None:
    async with httpx.AsyncClient() as http:
        await written(mail, "desk@example.net", await offered(http, portal))
        agency = Agency(http, mail.url, MAILBOX)
        assert await agency.link(CASE) == ""
        assert await agency.opens(CASE, CODE, Opener()) == Opened(404, refused="no-link")
