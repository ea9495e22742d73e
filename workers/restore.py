"""The way back from a backup: everything is checked first, and the home appears whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Code, HoldfastError
from integrations.base.keyring import load_ring
from integrations.vault.durable import private_directory, sync_directory
from workers.backup import CASE_KEYS, DIRECTORY, STORE, TEMPORAL, VAULT, store_path, temporal_path
from workers.manifest import Manifest, files_below, read_manifest
from workers.settings import Settings


@dataclass(frozen=True)
class Restored:
    """`keys`: the names of the keys that came along; none if they are elsewhere."""

    manifest: Manifest
    keys: tuple[str, ...]


def restore(settings: Settings, folder: Path, keys: Path | None = None) -> Restored:
    """Put a backup where the settings say that home is; `keys` is the folder of the keys, if they shall come along.

    Raises:
        HoldfastError: `invalid` if home is not empty or the folder holds no backup, `damaged` if the backup is
            damaged, `unknown-key` if the keys are not those of this backup, `broken-configuration` if a file cannot
            be read or written. Nothing is changed then.
    """
    home = settings.home
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise HoldfastError(Code.INVALID, f"{home} is not empty; a restore never overwrites")
    try:
        manifest = read_manifest(folder)
        places = _places(settings, manifest)
        _sound(folder, manifest)
        if keys is not None:
            _fitting(keys, manifest)
        draft = home.with_name(f".{home.name}.new")
        try:
            shutil.rmtree(draft, ignore_errors=True)  # of a restore that was interrupted
            private_directory(draft)
            for name in manifest.files:
                _copy(folder / name, draft / _place(places, name))
            brought = files_below(keys) if keys is not None else {}
            for name, path in brought.items():
                _copy(path, draft / "keys" / name)
            if home.exists():
                home.rmdir()
            draft.rename(home)
            sync_directory(home.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise HoldfastError(
            Code.BROKEN_CONFIGURATION, f"the copy cannot be read or written: {error.strerror}"
        ) from None
    return Restored(manifest, tuple(brought))


def _places(settings: Settings, manifest: Manifest) -> dict[str, Path]:
    """Where each part lies under home."""
    found = {VAULT: Path(VAULT), CASE_KEYS: Path(CASE_KEYS), DIRECTORY: Path(DIRECTORY)}
    for part, path in ((TEMPORAL, temporal_path(settings)), (STORE, store_path(settings))):
        if part not in manifest.parts:
            continue
        if path is None or not path.is_relative_to(settings.home):
            raise HoldfastError(Code.BROKEN_CONFIGURATION, "the backup has a store, HOLDFAST_STORE_URL is elsewhere")
        found[part] = path.relative_to(settings.home)
    if unknown := set(manifest.parts) - found.keys():
        raise HoldfastError(Code.INVALID, f"a newer program made this backup: {', '.join(sorted(unknown))}")
    return found


def _place(places: dict[str, Path], name: str) -> Path:
    part, _, rest = name.partition("/")
    return places[part] / rest


def _sound(folder: Path, manifest: Manifest) -> None:
    """A hash says that a file is what was copied; this says that what was copied is a database."""
    for part in (TEMPORAL, STORE):
        if part in manifest.parts:
            try:
                with closing(sqlite3.connect(f"file:{folder / part}?mode=ro&immutable=1", uri=True)) as database:
                    (answer,) = database.execute("PRAGMA integrity_check").fetchone()
            except sqlite3.Error:
                answer = "no database"
            if answer != "ok":
                raise HoldfastError(Code.DAMAGED, f"{part} is damaged")


def _fitting(keys: Path, manifest: Manifest) -> None:
    """Newer rings are fine: they hold the old keys too."""
    for name, needed in manifest.rings.items():
        if missing := set(needed) - set(load_ring(keys / name).keys):
            raise HoldfastError(Code.UNKNOWN_KEY, f"{name} has no key {sorted(missing)[0]!r}")


def _copy(source: Path, target: Path) -> None:
    private_directory(target.parent)
    shutil.copyfile(source, target)
    target.chmod(0o600)
