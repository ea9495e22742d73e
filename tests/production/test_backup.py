"""A backup of a running deployment brings its open cases back to their end; a damaged one changes nothing."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from domain.acts import Approve
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.incident import Outcome
from domain.people import Role
from integrations.temporal.server import EmbeddedServer
from tests.cli.shell import Shell
from tests.flows.scenarios import RELEASED, effects_of
from tests.world import Case, Simulators, World, open_simulators, open_world
from workers.backup import back_up, back_up_keys
from workers.keys import make_keys
from workers.manifest import MANIFEST, Manifest, files_below, seal_of
from workers.restore import restore
from workers.settings import Settings, load_settings
from workers.wiring import open_records


@asynccontextmanager
async def deployment(home: Path, sims: Simulators) -> AsyncIterator[World]:
    """As `holdfast up` lays it out: the server's state lies under home too."""
    async with EmbeddedServer(home / "temporal", time_skipping=True) as server, open_world(home, server, sims) as world:
        yield world


def tree(root: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files_below(root).items()}


async def test_open_cases_go_on_after_their_deployment_was_destroyed_and_nothing_leaves_twice(tmp_path: Path) -> None:
    home, shell = tmp_path / "home", Shell(tmp_path)
    async with open_simulators() as sims:
        async with deployment(home, sims) as world:
            case, decided_later = await world.declare(), await world.declare()
            for each in (case, decided_later):
                await each.verified()
                await each.act(Role.LEGAL, "release", Approve())
            busy = asyncio.gather(*(world.declare() for _ in range(2)))
            await shell.ok("backup", "copy", "--keys", "apart")
            others = await busy
            # What is done after the backup is gone from our memory, and has left all the same.
            await decided_later.act(Role.DUTY_MANAGER, "release", Approve())
            await decided_later.until(lambda state: "notify/deliver/1" in state.journal)
        shutil.rmtree(home)

        await shell.ok("restore", "copy", "--keys", "apart")
        async with deployment(home, sims) as world:
            first, second = (_after(each, world) for each in (case, decided_later))
            state = await first.until(lambda state: bool(state.gates["notify/release/1"].votes))
            assert len(state.gates["notify/release/1"].votes) == 1
            for each in (first, second):
                await each.act(Role.DUTY_MANAGER, "release", Approve())
            await first.followed_up()
            assert (await first.result()).outcome is Outcome.DISCLOSED
            assert effects_of(first) == RELEASED
            # The portal has the first package and takes no other under its key: a person is asked.
            assert (await second.open("deliver")).kind == "intervention"
            assert effects_of(second) == RELEASED
            assert (await world.records.ledger.verify()).ok
            # Each of the others is in the backup as a whole or not at all.
            for known in await world.records.cases.list():
                assert await _runs(world, known.case)
            assert len(others) == 2
        for name in ("platform", "portal", "pager", "mail"):
            stats = getattr(sims, name).stats()
            assert stats["applied"] == stats["keys"], (name, stats)


def _after(case: Case, world: World) -> Case:
    """The same case in another deployment; its people never use an act's id twice."""
    again = Case(world, case.id, case.account)
    again._acts = itertools.count(100)
    return again


async def _runs(world: World, case: str) -> bool:
    try:
        await Case(world, case).state()
    except HoldfastError as error:
        if error.code is not Code.UNKNOWN_CASE:
            raise
        return False
    return True


@pytest.fixture
async def kept(tmp_path: Path) -> Settings:
    """A small deployment at rest: a store with a document of one case, and a server's file."""
    settings = load_settings(home=tmp_path / "home")
    make_keys(settings)
    async with open_records(settings) as (_, vault):
        await vault.put("EDR-00000-00001", EvidenceKind.INTAKE, b"SYNTHETIC intake", name="intake")
    settings.temporal_dir.mkdir()
    with closing(sqlite3.connect(settings.temporal_dir / "temporal.db")) as database:
        database.execute("CREATE TABLE synthetic (number INTEGER)")
        database.executemany("INSERT INTO synthetic VALUES (?)", [(each,) for each in range(5000)])
        database.commit()
    return settings


def test_both_databases_are_of_one_moment(kept: Settings, tmp_path: Path) -> None:
    """Somebody writes each number to the store, then to the server's file: they are never further apart than one."""
    files = (kept.home / "holdfast.db", kept.temporal_dir / "temporal.db")
    for file in files:
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE counting (number INTEGER)")
            database.execute("CREATE TABLE filling AS SELECT randomblob(4000000) AS filler")
            database.commit()
    stop, reached = threading.Event(), threading.Event()

    def count() -> None:
        with closing(sqlite3.connect(files[0], timeout=30)) as ours, closing(sqlite3.connect(files[1])) as theirs:
            for number in range(1_000_000):
                for database in (ours, theirs):
                    database.execute("INSERT INTO counting VALUES (?)", (number,))
                    database.commit()
                if number > 20:
                    reached.set()
                if stop.is_set():
                    return

    writer = threading.Thread(target=count)
    writer.start()
    try:
        assert reached.wait(30)
        back_up(kept, tmp_path / "copy")
    finally:
        stop.set()
        writer.join(30)
    counts = []
    for name in ("store.db", "temporal.db"):
        with closing(sqlite3.connect(tmp_path / "copy" / name)) as database:
            counts.append(database.execute("SELECT count(*) FROM counting").fetchone()[0])
    ours, theirs = counts
    assert theirs > 20
    assert theirs <= ours <= theirs + 1


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _first(folder: Path, part: str) -> Path:
    return next(path for name, path in files_below(folder).items() if name.startswith(part))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a byte of the store": lambda copy: _flip(copy / "store.db"),
    "a byte of Temporal's file": lambda copy: _flip(copy / "temporal.db"),
    "a document": lambda copy: _flip(_first(copy, "vault/")),
    "a key that is gone": lambda copy: _first(copy, "case-keys/").unlink(),
    "a file that is not ours": lambda copy: (copy / "vault" / "stranger").write_text("SYNTHETIC"),
    "no manifest": lambda copy: (copy / MANIFEST).unlink(),
    "half a manifest": lambda copy: (copy / MANIFEST).write_text("{"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_backup_is_refused_and_changes_nothing(damage: str, kept: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(kept, copy)
    DAMAGE[damage](copy)
    fresh = load_settings(home=tmp_path / "fresh")
    with pytest.raises(HoldfastError) as refused:
        restore(fresh, copy)
    assert refused.value.code in (Code.DAMAGED, Code.INVALID)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy", "home"]


def test_a_database_that_was_damaged_before_it_was_copied_is_refused_too(kept: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(kept, copy)
    database = copy / "temporal.db"
    database.write_bytes(database.read_bytes()[:4096] + b"\xff" * 4096 + database.read_bytes()[8192:])
    manifest = Manifest.model_validate_json((copy / MANIFEST).read_bytes())
    sealed = {**manifest.files, "temporal.db": seal_of(database)}
    (copy / MANIFEST).write_text(manifest.model_copy(update={"files": sealed}).model_dump_json())
    with pytest.raises(HoldfastError, match=r"temporal\.db is damaged"):
        restore(load_settings(home=tmp_path / "fresh"), copy)


def test_a_home_that_is_not_empty_is_never_overwritten(kept: Settings, tmp_path: Path) -> None:
    back_up(kept, tmp_path / "copy")
    before = tree(kept.home)
    with pytest.raises(HoldfastError, match="not empty"):
        restore(kept, tmp_path / "copy")
    assert tree(kept.home) == before


def test_a_backup_never_overwrites_another_and_leaves_no_half_one(kept: Settings, tmp_path: Path) -> None:
    back_up(kept, tmp_path / "copy")
    before = tree(tmp_path / "copy")
    with pytest.raises(HoldfastError, match="not empty"):
        back_up(kept, tmp_path / "copy")
    assert tree(tmp_path / "copy") == before
    (kept.temporal_dir / "temporal.db").write_bytes(b"SYNTHETIC: no database, and long enough not to be an empty one")
    with pytest.raises(HoldfastError):
        back_up(kept, tmp_path / "second")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy", "home"]


async def test_the_keys_are_apart_and_without_the_right_ones_nothing_is_restored(
    kept: Settings, tmp_path: Path
) -> None:
    back_up(kept, tmp_path / "copy")
    back_up_keys(kept, tmp_path / "apart")
    assert not {"codec.json", "store.json", "outside.key", "desk.ed25519"} & {
        path.name for path in (tmp_path / "copy").rglob("*")
    }
    strangers = load_settings(home=tmp_path / "strangers")
    make_keys(strangers)
    fresh = load_settings(home=tmp_path / "fresh")
    with pytest.raises(HoldfastError) as refused:
        restore(fresh, tmp_path / "copy", strangers.keys_dir)
    assert refused.value.code is Code.UNKNOWN_KEY
    assert not fresh.home.exists()
    restore(fresh, tmp_path / "copy", tmp_path / "apart")
    async with open_records(fresh) as (_, vault):
        found = await vault.find("EDR-00000-00001", "intake")
        assert found is not None
        assert await vault.get("EDR-00000-00001", found) == b"SYNTHETIC intake"
    assert {path.stat().st_mode & 0o077 for path in (fresh.home, *fresh.home.rglob("*"))} == {0}


async def test_the_command_says_that_keys_were_left_out_and_refuses_to_put_them_beside_the_rest(
    kept: Settings, tmp_path: Path
) -> None:
    shell = Shell(tmp_path)
    assert "without them nothing here can be read" in (await shell.ok("backup", "copy")).out
    assert "Keys beside what they open" in await shell.refused(2, "backup", "copy2", "--keys", "copy2/keys")
    assert not (tmp_path / "copy2").exists()
    shutil.rmtree(kept.home)
    assert "put them into" in (await shell.ok("restore", "copy")).out
