"""A copy of a running deployment at one moment. An embedded deployment lies in one directory, and so does its copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from domain.errors import Code, HoldfastError
from integrations.base.keyring import load_ring
from integrations.vault.durable import private_directory, sync_directory, write_once
from workers.manifest import MANIFEST, Manifest, files_below, seal_of
from workers.settings import Settings

TEMPORAL, STORE, VAULT, CASE_KEYS, DIRECTORY = "temporal.db", "store.db", "vault", "case-keys", "directory.yaml"
_BUSY = 30.0  # seconds for the store's lock; a writer holds it for one fsync


def store_path(settings: Settings) -> Path | None:
    """The store's SQLite file; None for another database."""
    scheme, found, path = settings.store_url.partition("///")
    return Path(path.partition("?")[0]) if found and scheme.startswith("sqlite") else None


def temporal_path(settings: Settings) -> Path:
    """The embedded server's SQLite file."""
    return settings.temporal_dir / "temporal.db"


def back_up(settings: Settings, folder: Path) -> Manifest:
    """Copy the embedded Temporal server's file, the store, the vault and the wrapped keys of cases into `folder`.

    The keys that open them are **not** copied; see `back_up_keys`. Everything may go on running. While the two
    databases are copied nobody writes to the store: an entry that only one of the two copies has would either be
    missing for ever or be refused when it is written again. A database that is not here (PostgreSQL, a server
    elsewhere) is not part of the copy; `parts` says what is.

    Raises:
        HoldfastError: `invalid` if `folder` is not empty or there is nothing to copy, `transient` if the store stays
            locked, `broken-configuration` if a ring or a file cannot be read or written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise HoldfastError(Code.INVALID, f"{folder} is there already and not empty")
    rings = {path.name: tuple(sorted(load_ring(path).keys)) for path in (settings.codec_ring, settings.store_ring)}
    draft = folder.with_name(f".{folder.name}.new")
    try:
        shutil.rmtree(draft, ignore_errors=True)  # of a backup that was interrupted
        private_directory(draft)
        _copy_all(settings, draft)
        found = files_below(draft)
        parts = tuple(dict.fromkeys(name.partition("/")[0] for name in found))
        if not parts:
            raise HoldfastError(Code.INVALID, f"there is nothing to back up in {settings.home}")
        manifest = Manifest(
            taken_at=datetime.now(UTC),
            program=version("holdfast"),
            namespace=settings.namespace,
            parts=parts,
            rings=rings,
            files={name: seal_of(path) for name, path in found.items()},
        )
        write_once(draft / MANIFEST, manifest.model_dump_json(indent=1).encode())
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
        sync_directory(folder.parent)
    except OSError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"the copy cannot be written: {error.strerror}") from None
    except sqlite3.Error as error:
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        code = Code.TRANSIENT if busy else Code.BROKEN_CONFIGURATION
        raise HoldfastError(code, "a database cannot be copied") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def back_up_keys(settings: Settings, folder: Path) -> list[str]:
    """Copy the deployment's keys into a folder of their own; returns their names.

    Raises:
        HoldfastError: `invalid` if a key is there already, `broken-configuration` if one cannot be read or written.
    """
    copied = []
    try:
        private_directory(folder)
        for name, path in files_below(settings.keys_dir).items():
            if not write_once(folder / name, path.read_bytes()):
                raise HoldfastError(Code.INVALID, f"{folder / name} is there already")
            copied.append(name)
    except OSError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"a key cannot be copied: {error.strerror}") from None
    if not copied:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"there is no key in {settings.keys_dir}")
    return copied


def _copy_all(settings: Settings, draft: Path) -> None:
    store, temporal = store_path(settings), temporal_path(settings)
    with _held(store):
        if temporal.exists():
            _copy_database(temporal, draft / TEMPORAL)
        if store is not None and store.exists():
            _copy_database(store, draft / STORE)
    # After the databases: what they name was written before. What is newer is found again by the step that made it.
    _copy_files(settings.home / VAULT, draft / VAULT)
    # Last: each of the files above needs its case's key.
    _copy_files(settings.home / CASE_KEYS, draft / CASE_KEYS)
    if settings.directory_file is None and settings.directory_path.is_file():
        _copy_file(settings.directory_path, draft / DIRECTORY)


@contextmanager
def _held(store: Path | None) -> Iterator[None]:
    """Nobody else writes to the store meanwhile; whoever wants to waits, and retries after half a minute."""
    if store is None or not store.exists():
        yield
        return
    with closing(sqlite3.connect(store, timeout=_BUSY, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            lock.execute("ROLLBACK")


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's online backup: one state of the file, whoever writes to it meanwhile."""
    with closing(sqlite3.connect(source, timeout=_BUSY)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file: no log beside it that could be left behind
    _settle(target)


def _copy_files(source: Path, target: Path) -> None:
    for name, path in files_below(source).items():
        # A name that begins with a dot is a draft of somebody who writes just now, or died writing.
        if not path.name.startswith("."):
            _copy_file(path, target / name)


def _copy_file(source: Path, target: Path) -> None:
    private_directory(target.parent)
    shutil.copyfile(source, target)
    _settle(target)


def _settle(path: Path) -> None:
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
