"""The ways in that this deployment has, from one file; their keys lie beside our own, never in settings."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import yaml
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import Field, StringConstraints, ValidationError

from domain.base import Strict
from domain.errors import Code, HoldfastError
from domain.intake import Budget, Budgets, Channel, SourceTrust

MOST_BYTES = 64 * 1024  # of a signed request or a form; an alert has a few kilobytes
MOST_MAIL_BYTES = 10 * 1024 * 1024  # of a mail, or a form with files: a scanned letter with its letterhead
WINDOW = timedelta(minutes=5)  # how far a signature's time may be from ours, either way
_RSA_BITS = 2048  # NIST SP 800-131A
_LEAST_SECRET = 16  # bytes; what somebody made up is shorter

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class Recipe(StrEnum):
    """What speaks at a way in."""

    GENERIC = "generic"  # our own format, HMAC-SHA256
    GENERIC_ED25519 = "generic-ed25519"  # our own format, Ed25519
    COOP = "coop"
    PAGERDUTY = "pagerduty"
    INCIDENT_IO = "incident-io"
    MAIL = "mail"
    FORM = "form"


SIGNED = frozenset({Recipe.GENERIC, Recipe.GENERIC_ED25519, Recipe.COOP, Recipe.PAGERDUTY, Recipe.INCIDENT_IO})


class Limit(Strict):
    """At most so many cases in so many seconds."""

    cases: int = Field(ge=0, le=100_000)
    seconds: int = Field(ge=1, le=7 * 86_400)

    @property
    def budget(self) -> Budget:
        return Budget(cases=self.cases, per=timedelta(seconds=self.seconds))


class Limits(Strict):
    """A source's own budgets; one that is left out does not limit."""

    target: Limit | None = None
    domain: Limit | None = None
    source: Limit | None = None

    @property
    def budgets(self) -> Budgets:
        return Budgets(**{name: each.budget for name, each in self if each is not None})


class Source(Strict):
    """One way in. `procedure` is a slug or prefix; `key` a file in the folder of keys; `address` where mail for it
    goes; `agency` the directory's id of the agency that alone holds this key; `identifier` the path of the identifier
    in the body (`event.data.incident_key`), where the recipe's own is not what is wanted."""

    name: Name
    recipe: Recipe
    procedure: str = "edr"
    key: str = ""
    address: str = ""
    agency: str = ""
    identifier: str = ""
    most_bytes: int = Field(0, ge=0, le=50 * 1024 * 1024)
    limits: Limits | None = None

    @property
    def channel(self) -> Channel:
        return {Recipe.MAIL: Channel.MAIL, Recipe.FORM: Channel.FORM}.get(self.recipe, Channel.WEBHOOK)

    @property
    def trust(self) -> SourceTrust:
        """What this way in proves by itself; a mail may prove more."""
        return SourceTrust.SIGNED if self.recipe in SIGNED else SourceTrust.OPEN

    @property
    def largest(self) -> int:
        """Bytes."""
        return self.most_bytes or (MOST_MAIL_BYTES if self.recipe is Recipe.MAIL else MOST_BYTES)

    @property
    def largest_form(self) -> int:
        """Bytes of a form that comes with files."""
        return self.most_bytes or MOST_MAIL_BYTES

    @property
    def budgets(self) -> Budgets | None:
        return self.limits.budgets if self.limits is not None else None


class _File(Strict):
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, repr=False)
class Keys:
    """What the signatures of one source are checked with; several while they are rotated. Its repr shows none."""

    secrets: tuple[bytes, ...] = ()
    ed25519: tuple[Ed25519PublicKey, ...] = ()
    rsa: tuple[RSAPublicKey, ...] = ()

    def __repr__(self) -> str:
        return f"Keys({len(self.secrets)} secrets, {len(self.ed25519) + len(self.rsa)} public keys)"


@dataclass(frozen=True)
class Sources:
    """Every way in by name, with its keys."""

    by_name: Mapping[str, Source]
    keys: Mapping[str, Keys]

    def of(self, name: str, *recipes: Recipe) -> Source:
        """Raises:
        HoldfastError: `unknown-source`, also for one that does not speak any of these recipes.
        """
        found = self.by_name.get(name)
        if found is None or found.recipe not in recipes:
            raise HoldfastError(Code.UNKNOWN_SOURCE)
        return found

    def mailbox(self, address: str) -> Source | None:
        """The source that mail to this address is for."""
        wanted = address.strip().lower()
        return next((each for each in self.by_name.values() if each.address and each.address.lower() == wanted), None)


NO_SOURCES = Sources({}, {})


def load_sources(path: Path, folder: Path) -> Sources:
    """Read the file of sources, and from `folder` the key of each that has one; none if the file is not there.

    Raises:
        HoldfastError: `broken-configuration`, naming the source and never a value of its key.
    """
    try:
        plain = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return NO_SOURCES
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} cannot be read") from None
    try:
        found = _File.model_validate(plain or {}).sources
    except ValidationError as error:
        wrong = ", ".join(".".join(str(part) for part in each["loc"]) for each in error.errors(include_input=False))
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name}: {wrong}") from None
    return checked(found, path.name, folder)


def checked(found: tuple[Source, ...], name: str, folder: Path) -> Sources:
    """These sources with their keys.

    Raises:
        HoldfastError: `broken-configuration` for a name or address that is there twice, a signed source without a
            key, a mail source without an address, or a key that is not one.
    """
    names = [each.name for each in found]
    boxes = [each.address.lower() for each in found if each.address]
    twice = {each for each in (*names, *boxes) if names.count(each) + boxes.count(each) > 1}
    faults = [f"{each} is there twice" for each in sorted(twice)]
    faults += [f"{each.name} has no key" for each in found if each.recipe in SIGNED and not each.key]
    faults += [
        f"{each.name} has no address" for each in found if each.recipe is Recipe.MAIL and "@" not in each.address
    ]
    faults += [f"{each.name} names a folder" for each in found if Path(each.key).name != each.key]
    if faults:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{name}: {'; '.join(faults)}")
    keys = {each.name: _keys(each, folder / each.key) for each in found if each.recipe in SIGNED}
    return Sources({each.name: each for each in found}, keys)


def _keys(source: Source, path: Path) -> Keys:
    try:
        shared = path.stat().st_mode & 0o077
        data = path.read_bytes()
    except OSError:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"the key {path.name} of {source.name} cannot be read") from None
    try:
        return _READERS[source.recipe](data, bool(shared))
    except (ValueError, UnsupportedAlgorithm):
        wrong = HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} is no key for {source.name}, or others read it")
    raise wrong  # outside the handler, so that no context carries the key


def _secrets(data: bytes, shared: bool) -> Keys:
    """One secret a line, as text."""
    lines = tuple(data.split())
    return Keys(secrets=_strong(lines, shared))


def _standard_secrets(data: bytes, shared: bool) -> Keys:
    """One secret a line, as Standard Webhooks writes it: `whsec_` and base64."""
    try:
        plain = tuple(base64.b64decode(line.removeprefix(b"whsec_"), validate=True) for line in data.split())
    except binascii.Error as error:
        raise ValueError from error
    return Keys(secrets=_strong(plain, shared))


def _strong(secrets: tuple[bytes, ...], shared: bool) -> tuple[bytes, ...]:
    if shared or not secrets or any(len(each) < _LEAST_SECRET for each in secrets):
        raise ValueError("no secret, a short one, or one that others can read")
    return secrets


def _ed25519(data: bytes, _: bool) -> Keys:
    """One public key a line, in hexadecimal."""
    found = tuple(Ed25519PublicKey.from_public_bytes(bytes.fromhex(line.decode())) for line in data.split())
    if not found:
        raise ValueError("no key")
    return Keys(ed25519=found)


def _rsa(data: bytes, _: bool) -> Keys:
    """Public keys in PEM, one after the other."""
    end = b"-----END PUBLIC KEY-----"
    blocks = [block + end for block in data.split(end) if block.strip()]
    found = tuple(load_pem_public_key(block) for block in blocks)
    strong = tuple(each for each in found if isinstance(each, RSAPublicKey) and each.key_size >= _RSA_BITS)
    if not found or len(strong) != len(found):
        raise ValueError("no RSA key, or a short one")
    return Keys(rsa=strong)


_READERS: dict[Recipe, Callable[[bytes, bool], Keys]] = {
    Recipe.GENERIC: _secrets,
    Recipe.PAGERDUTY: _secrets,
    Recipe.INCIDENT_IO: _standard_secrets,
    Recipe.GENERIC_ED25519: _ed25519,
    Recipe.COOP: _rsa,
}


def at_path(plain: Any, path: str) -> str:
    """What lies at a dotted path, as text; "" if there is nothing or no plain value."""
    for part in path.split("."):
        plain = plain.get(part) if isinstance(plain, dict) else None
    return str(plain) if isinstance(plain, str | int) and not isinstance(plain, bool) else ""
