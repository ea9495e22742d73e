"""Who sent this: each recipe's own signature over the raw bytes, before anything of them is read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from console.intake.sources import WINDOW, Keys, Recipe, Source
from domain.errors import Code, HoldfastError

HEADER = "x-holdfast-signature"
_OURS = re.compile(r"t=(?P<time>\d{1,12}),v1=(?P<signature>[0-9a-f]{64,128})")
_MOST_SIGNATURES = 8  # of one header: two while a key is rotated; each one costs us a comparison


def prove(source: Source, keys: Keys, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises:
    HoldfastError: `unproven` unless a key of this source signed these bytes, lately where the signature says when.
        It never says which of these it was.
    """
    _SCHEMES[source.recipe](source, keys, headers, body, now)


def sign_generic(source: str, secret: bytes, body: bytes, at: datetime) -> str:
    """The value of `X-Holdfast-Signature` for our own format. The source's name is part of what is signed."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={hmac.new(secret, _content(source, seconds, body), hashlib.sha256).hexdigest()}"


def _content(source: str, seconds: str, body: bytes) -> bytes:
    return f"{source}.{seconds}.".encode() + body


def _unproven() -> HoldfastError:
    return HoldfastError(Code.UNPROVEN)


def _fresh(seconds: str, now: datetime) -> None:
    at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(seconds))
    if abs(now - at) > WINDOW:
        raise _unproven()


def _macs(secrets: Iterable[bytes], content: bytes) -> list[bytes]:
    return [hmac.new(each, content, hashlib.sha256).digest() for each in secrets]


def _any_equal(found: Iterable[bytes], wanted: Iterable[bytes]) -> bool:
    """Every pair is compared, so that the time taken says nothing."""
    pairs = [hmac.compare_digest(one, other) for one in found for other in wanted]
    return any(pairs)


def _holdfast(source: Source, keys: Keys, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """`t=<Unix seconds>,v1=<hex>` over `<source>.<t>.<body>`."""
    said = _OURS.fullmatch(headers.get(HEADER, ""))
    if said is None:
        raise _unproven()
    _fresh(said["time"], now)
    content, signature = _content(source.name, said["time"], body), bytes.fromhex(said["signature"][:128])
    if source.recipe is Recipe.GENERIC:
        proven = _any_equal([signature], _macs(keys.secrets, content))
    else:
        proven = any(_verifies(key.verify, signature, content) for key in keys.ed25519)
    if not proven:
        raise _unproven()


def _coop(source: Source, keys: Keys, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """RSASSA-PKCS1-v1_5 with SHA-256 over the body, base64. It carries no time."""
    signature = _base64(headers.get("coop-signature", ""))
    if not any(_verifies(key.verify, signature, body, PKCS1v15(), SHA256()) for key in keys.rsa):
        raise _unproven()


def _pagerduty(source: Source, keys: Keys, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """`v1=<hex>` of HMAC-SHA256 over the body, several separated by commas. It carries no time."""
    said = [each.strip() for each in headers.get("x-pagerduty-signature", "").split(",")[:_MOST_SIGNATURES]]
    found = [each.removeprefix("v1=").encode() for each in said if each.startswith("v1=")]
    if not _any_equal(found, [each.hex().encode() for each in _macs(keys.secrets, body)]):
        raise _unproven()


def _standard(source: Source, keys: Keys, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Standard Webhooks: `v1,<base64>` of HMAC-SHA256 over `<id>.<time>.<body>`, several separated by spaces."""
    number, seconds, signature = (headers.get(f"webhook-{each}", "") for each in ("id", "timestamp", "signature"))
    if not number or not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 12):
        raise _unproven()
    _fresh(seconds, now)
    said = [each for each in signature.split(" ")[:_MOST_SIGNATURES] if each.startswith("v1,")]
    found = [_base64(each.removeprefix("v1,")) for each in said]
    if not _any_equal(found, _macs(keys.secrets, f"{number}.{seconds}.".encode() + body)):
        raise _unproven()


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _verifies(verify: Callable[..., None], *signed: object) -> bool:
    try:
        verify(*signed)
    except InvalidSignature:
        return False
    return True


_SCHEMES: dict[Recipe, Callable[[Source, Keys, Mapping[str, str], bytes, datetime], None]] = {
    Recipe.GENERIC: _holdfast,
    Recipe.GENERIC_ED25519: _holdfast,
    Recipe.COOP: _coop,
    Recipe.PAGERDUTY: _pagerduty,
    Recipe.INCIDENT_IO: _standard,
}
