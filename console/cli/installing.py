"""`holdfast setup`: everything that must exist before the first start, made once and never overwritten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

from console.cli.exits import Told
from console.cli.namespace import prepare_namespace
from domain.errors import Code
from workers.keys import make_keys

if TYPE_CHECKING:
    from workers.settings import Settings

_WITHIN = timedelta(seconds=5)  # for a server that should be there


async def install(
    settings: Settings, parts: Collection[str] = (), within: timedelta | None = None
) -> list[tuple[str, str]]:
    """Make what is missing; returns (what, what came of it). `parts` are `keys`, `directory`, `namespace` and
    `tables`; without any, the first three. With `within`, Temporal is waited for, and required.

    Raises:
        HoldfastError: `broken-configuration` if home cannot be written or the named directory file is not there;
            `unreachable` or `not-allowed` if a namespace that is required did not come about.
    """
    wanted = parts or ("keys", "directory", "namespace")
    if "directory" in wanted and settings.directory_file is not None and not settings.directory_path.is_file():
        raise Told(Code.BROKEN_CONFIGURATION, "HOLDFAST_DIRECTORY_FILE names no file; nothing was made.")
    made = []
    try:
        if "keys" in wanted:
            made += _keys(settings)
        if "directory" in wanted:
            made.append(_directory(settings))
        if "namespace" in wanted:
            what = f"namespace {settings.namespace}"
            said = await prepare_namespace(settings, within=within or _WITHIN, required=within is not None)
            made.append((what, said))
        if "tables" in wanted:
            made.append(await _tables(settings))
    except OSError as error:
        raise Told(
            Code.BROKEN_CONFIGURATION, f"HOLDFAST_HOME cannot be written: {error.strerror}; choose another directory."
        ) from None
    return made


def _keys(settings: Settings) -> list[tuple[str, str]]:
    if settings.keys is None:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = make_keys(settings)
    every = (
        settings.codec_ring,
        settings.store_ring,
        settings.outside_key,
        settings.desk_key,
        settings.desk_public_key,
        settings.notary_key,
        settings.notary_public_key,
    )
    return [(f"key {path.name}", "made" if path.name in made else "kept") for path in every]


def _directory(settings: Settings) -> tuple[str, str]:
    path = settings.directory_path
    if path.exists():
        return "directory", f"kept: {path}"
    example = files("integrations.directory").joinpath("example.yaml").read_bytes()
    with path.open("xb") as file:
        file.write(example)
    path.chmod(0o600)
    return "directory", f"made from the synthetic example: {path}; replace every entry before real use"


async def _tables(settings: Settings) -> tuple[str, str]:
    """Needs the store's address, and no key."""
    from integrations.store.database import open_database
    from integrations.store.schema import upgrade

    async with open_database(settings.store_url) as database:
        await upgrade(database)
    return "tables", "the store's tables are up to date"
