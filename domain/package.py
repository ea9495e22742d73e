"""The papers of a package: its manifest, the certificate that a court can read, and the mark on every copy."""

from __future__ import annotations

from datetime import datetime

from domain.base import Model
from domain.canonical import digest
from domain.people import Role


class ManifestItem(Model):
    """One item and the SHA-256 (hex) of its value in canonical form."""

    item: str
    sha256: str


class Manifest(Model):
    """Every item that a package holds, by name."""

    items: tuple[ManifestItem, ...]

    @property
    def sha256(self) -> str:
        """One hash over all names and hashes."""
        return digest(self)


class DecidedBy(Model):
    """A decision that the package rests on: in which roles, when (UTC), and the SHA-256 (hex) of the signed
    statement. No person."""

    roles: tuple[Role, ...]
    at: datetime
    statement: str


def manifest_of(records: dict[str, object]) -> Manifest:
    """The manifest of these values, sorted by name."""
    return Manifest(items=tuple(ManifestItem(item=name, sha256=digest(records[name])) for name in sorted(records)))


def watermark(case: str, agency: str, package: str) -> str:
    """What every copy carries, so that a copy that turns up says whose it was: ids of ours, no person's data."""
    return f"{case} / {agency} / {package}"


_CERTIFICATE = """\
CERTIFICATE OF WHAT WAS RELEASED

Case:       {case}
Package:    {package}
Recipient:  {agency} (entry of our own directory)
Basis:      {basis}
Made at:    {made_at}
Manifest:   SHA-256 {manifest}
{drill}
What was released, item by item:

{items}

By whose decision:

{decisions}

How to verify it. The hash of an item is the SHA-256 of its value as JSON in UTF-8 with sorted keys and without
spaces. The manifest's hash is that of {{"items":[{{"item":...,"sha256":...}},...]}} in the same form, items sorted by
name. A decision is named by the hash of the statement that its author signed; we keep the statements and produce
them on lawful demand.

This certificate was made by the system that made the package, at the same time and from the same values.
"""


def certificate(
    *,
    case: str,
    package: str,
    agency: str,
    basis: str,
    made_at: datetime,
    manifest: Manifest,
    decided: tuple[DecidedBy, ...],
    drill: bool = False,
) -> str:
    """What, when, by whose decision, and the hashes: plain text that a court can read and an expert can verify.

    Its content follows what a custodian certifies under FRE 902(11), (13) and (14); it claims no such rule itself.
    """
    items = "\n".join(f"  {each.item}\n    SHA-256 {each.sha256}" for each in manifest.items)
    decisions = "\n".join(
        f"  {' and '.join(each.roles)}, {each.at.isoformat()}\n    signed statement, SHA-256 {each.statement}"
        for each in decided
    )
    return _CERTIFICATE.format(
        case=case,
        package=package,
        agency=agency,
        basis=basis,
        made_at=made_at.isoformat(),
        manifest=manifest.sha256,
        drill="Drill:      yes; nothing in it is real\n" if drill else "",
        items=items,
        decisions=decisions,
    )
