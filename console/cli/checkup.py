"""`holdfast doctor`: what an engineer would look at first, each line with what to do about it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import HoldfastError

if TYPE_CHECKING:
    from workers.settings import Settings

_WITHIN = 5.0  # seconds for one look; a doctor must not hang where the patient does
_OLDEST = (3, 11)


class Grade(StrEnum):
    """`warn` is for what some role lacks; `fail` for what no incident can do without."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """One thing looked at, and what to do if it is not well."""

    grade: Grade
    about: str
    sentence: str


Look = Callable[["Settings"], Awaitable[list[Check]]]


async def examine() -> list[Check]:
    """Every check, in a fixed order. Without readable settings only those that need none."""
    from console.cli import checkup_outside as outside
    from workers.settings import load_settings

    first = [_python(), _packages()]
    try:
        settings = load_settings()
    except HoldfastError as error:
        return [*first, Check(Grade.FAIL, "settings", error.sentence)]
    first.append(Check(Grade.OK, "settings", f"home is {settings.home}"))
    looks: tuple[tuple[str, Look], ...] = (
        ("home", _home),
        ("keys", _keys),
        ("directory", _directory),
        ("procedures", _procedures),
        ("store", outside.store),
        ("temporal binary", outside.binary),
        ("temporal", outside.temporal),
        ("desk", outside.desk),
        ("mail", outside.mail),
        ("outside systems", outside.systems),
        ("witness", outside.witness),
        ("slack", outside.slack),
        ("attachments", outside.attachments),
        ("auditor", outside.auditor),
        ("telemetry", outside.telemetry),
    )
    # One after the other: what one of them imports would otherwise eat the time of the next.
    return [*first, *[check for about, look in looks for check in await _looked(about, look, settings)]]


async def _looked(about: str, look: Look, settings: Settings) -> list[Check]:
    try:
        async with asyncio.timeout(_WITHIN):
            return await look(settings)
    except HoldfastError as error:
        return [Check(Grade.FAIL, about, error.sentence)]
    except TimeoutError:
        return [Check(Grade.FAIL, about, f"no answer within {_WITHIN:.0f} seconds; check what it runs on")]
    except OSError as error:
        return [Check(Grade.FAIL, about, f"cannot be looked at: {error.strerror}; check its permissions")]


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < _OLDEST:
        return Check(Grade.FAIL, "python", f"{version} is too old; install Python {_OLDEST[0]}.{_OLDEST[1]} or newer")
    return Check(Grade.OK, "python", version)


def _packages() -> Check:
    """Another distribution also installs a top-level `workflows`."""
    from importlib.util import find_spec

    ours = Path(__file__).resolve().parents[2]
    for name in ("domain", "workflows", "activities", "integrations", "workers"):
        spec = find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).resolve().parent.parent != ours:
            return Check(
                Grade.FAIL,
                "packages",
                f"`import {name}` finds another distribution's; install holdfast in an environment of its own",
            )
    return Check(Grade.OK, "packages", "all six are ours")


async def _home(settings: Settings) -> list[Check]:
    if not settings.home.is_dir():
        return [Check(Grade.FAIL, "home", f"{settings.home} is not there; run `holdfast setup`")]
    if settings.home.stat().st_mode & 0o077:
        return [Check(Grade.WARN, "home", f"{settings.home} is open to others; run `chmod 700` on it")]
    return [Check(Grade.OK, "home", "for its owner only")]


async def _keys(settings: Settings) -> list[Check]:
    from integrations.base.keyring import load_ring
    from workers.keys import notary_keys, outside_key, trusted_keys

    def ring(path: Path) -> str:
        return f"{len(load_ring(path).keys)} keys"

    def desk_key() -> str:
        from workers.keys import desk_signer

        return f"signs as {desk_signer(settings).public.id}"

    def notary_key() -> str:
        from workers.keys import notary

        return f"signs checkpoints as {notary(settings).public.id}"

    every: tuple[tuple[Path, Callable[[], str]], ...] = (
        (settings.codec_ring, lambda: ring(settings.codec_ring)),
        (settings.store_ring, lambda: ring(settings.store_ring)),
        (settings.outside_key, lambda: f"{len(outside_key(settings))} bytes"),
        (settings.desk_public_key, lambda: f"{len(trusted_keys(settings))} trusted"),
        (settings.desk_key, desk_key),
        (settings.notary_public_key, lambda: f"{len(notary_keys(settings))} of checkpoints; publish it"),
        (settings.notary_key, notary_key),
    )
    signing = (settings.desk_key, settings.notary_key)
    return [_key(path, read, needed=path not in signing) for path, read in every]


def _key(path: Path, read: Callable[[], str], *, needed: bool) -> Check:
    about = f"key {path.name}"
    if not path.exists():
        if needed:
            return Check(Grade.FAIL, about, "is not there; run `holdfast setup`, or restore it from your backup")
        return Check(Grade.WARN, about, "is not there; only the desk's own machine needs it")
    try:
        return Check(Grade.OK, about, read())
    except HoldfastError as error:
        return Check(Grade.FAIL, about, f"{error.sentence} Try `chmod 600`, else restore it from your backup.")


async def _directory(settings: Settings) -> list[Check]:
    from integrations.directory.file import DirectoryFile

    path = settings.directory_path
    if not os.access(path, os.R_OK):
        return [Check(Grade.FAIL, "directory", f"{path} cannot be read; run `holdfast setup` or correct its setting")]
    directory = await DirectoryFile(path).current()
    counts = f"{len(directory.people)} people, {len(directory.agencies)} agencies, revision {directory.revision}"
    if directory.revision.startswith("example+"):
        return [Check(Grade.WARN, "directory", f"{counts}: this is the synthetic example; replace it for real use")]
    return [Check(Grade.OK, "directory", counts)]


async def _procedures(settings: Settings) -> list[Check]:
    from workers.catalogue import load_catalogue

    return [Check(Grade.OK, "procedures", ", ".join(sorted(load_catalogue().procedures)))]
