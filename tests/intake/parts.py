"""Synthetic sources with real keys, requests signed as each sender signs, and a way in without a deployment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from console.intake.sources import Recipe, Source, Sources, checked

SECRET = b"SYNTHETIC-secret-0123456789abcdef"
SVIX = base64.b64encode(SECRET).decode()
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = Ed25519PrivateKey.generate()
MAILBOX = "edr@intake.example.org"
SOURCES = (
    Source(name="alerts", recipe=Recipe.GENERIC, key="alerts.key"),
    Source(name="other-alerts", recipe=Recipe.GENERIC, key="alerts.key"),
    Source(name="northfield", recipe=Recipe.GENERIC_ED25519, key="northfield.pub", agency="agency-northfield"),
    Source(name="coop", recipe=Recipe.COOP, key="coop.pem"),
    Source(name="pagerduty", recipe=Recipe.PAGERDUTY, key="pagerduty.key"),
    Source(name="incident-io", recipe=Recipe.INCIDENT_IO, key="incident-io.key", identifier="about.account"),
    Source(name="edr-mail", recipe=Recipe.MAIL, address=MAILBOX, most_bytes=100_000),
    Source(name="le-form", recipe=Recipe.FORM),
)


def write_keys(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    files = {
        "alerts.key": SECRET,
        "pagerduty.key": SECRET + b"-older\n" + SECRET,
        "incident-io.key": f"whsec_{SVIX}".encode(),
        "coop.pem": public,
        "northfield.pub": ED25519.public_key().public_bytes_raw().hex().encode(),
    }
    for name, data in files.items():
        path = folder / name
        path.write_bytes(data)
        path.chmod(0o600)


def sources(folder: Path) -> Sources:
    write_keys(folder)
    return checked(SOURCES, "sources.yaml", folder)


BEGAN = datetime.now(UTC)
"""When the senders of all tests sign, and where the clock of the ways in begins: whenever a test has its turn."""


@dataclass
class Request:
    """A request as a sender would send it."""

    source: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def _bytes(plain: Any) -> bytes:
    return plain if isinstance(plain, bytes) else json.dumps(plain).encode()


def generic(
    plain: Any, *, source: str = "alerts", at: datetime | None = None, secret: bytes = SECRET, signed: str = ""
) -> Request:
    """HMAC over source, time and body; `signed` says for another source's name."""
    body, seconds = _bytes(plain), str(int((at or BEGAN).timestamp()))
    mac = hmac.new(secret, f"{signed or source}.{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return Request(source, body, {"X-Holdfast-Signature": f"t={seconds},v1={mac}"})


def ed25519(plain: Any, *, source: str = "northfield", at: datetime | None = None) -> Request:
    body, seconds = _bytes(plain), str(int((at or BEGAN).timestamp()))
    signature = ED25519.sign(f"{source}.{seconds}.".encode() + body).hex()
    return Request(source, body, {"X-Holdfast-Signature": f"t={seconds},v1={signature}"})


def coop(plain: Any) -> Request:
    body = _bytes(plain)
    signature = base64.b64encode(RSA.sign(body, PKCS1v15(), SHA256())).decode()
    return Request("coop", body, {"Coop-Signature": signature})


def pagerduty(plain: Any, secret: bytes = SECRET) -> Request:
    body = _bytes(plain)
    mac = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return Request("pagerduty", body, {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={mac}"})


def incident_io(plain: Any, *, number: str = "msg_synthetic", at: datetime | None = None) -> Request:
    body, seconds = _bytes(plain), str(int((at or BEGAN).timestamp()))
    mac = hmac.new(SECRET, f"{number}.{seconds}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return Request(
        "incident-io",
        body,
        {"webhook-id": number, "webhook-timestamp": seconds, "webhook-signature": signature},
    )


def alert(key: str, **more: Any) -> dict[str, Any]:
    """SYNTHETIC: an alert in our own format."""
    return {"key": key, "line": "SYNTHETIC: somebody is in danger.", "identifier": f"acct-{key}", **more}


COOP_ACTION = {
    "item": {"id": "item-synthetic-1", "typeId": "type-1"},
    "action": {"id": "escalate-to-holdfast"},
    "policies": [{"id": "p-1", "name": "SYNTHETIC policy", "penalty": "SEVERE"}],
    "rules": [],
    "custom": {},
    "actorEmail": "reviewer@example.com",
    "creator": {"id": "acct-synthetic-coop", "typeId": "user"},
}


def pagerduty_event(kind: str = "incident.triggered", number: str = "EV1") -> dict[str, Any]:
    data = {"id": "PSYNTH1", "type": "incident", "title": "SYNTHETIC alert", "incident_key": "acct-synthetic-pd"}
    return {"event": {"id": number, "event_type": kind, "resource_type": "incident", "data": data}}


def incident_event(kind: str = "public_incident.incident_created_v2") -> dict[str, Any]:
    return {"event_type": kind, kind: {"id": "01SYNTH", "name": "SYNTHETIC incident"}, "about": {"account": "acct-io"}}
