"""A terminal in an empty directory; and one in front of a real desk of the tests' deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from console.cli.entry import run
from tests.cli.shell import NOWHERE, Ended, Shell
from tests.desk.conftest import served, web_over
from tests.world import World


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command line in this process, which is much faster; for what must be refused before a desk is asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOLDFAST_AS", "les-ada")
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOLDFAST_DESK_URL", NOWHERE)

    def ended(*arguments: str) -> Ended:
        status = run(list(arguments))
        said = capsys.readouterr()
        return Ended(status, said.out, said.err)

    return ended


@pytest.fixture(scope="session")
async def cli_desk(world: World) -> AsyncIterator[str]:
    async with served(web_over(world)) as url:
        yield url


@pytest.fixture
def at_desk(tmp_path: Path, cli_desk: str) -> Callable[[str], Shell]:
    """The terminal of a person, with that desk as theirs."""
    return lambda person: Shell(tmp_path, person, {"HOLDFAST_DESK_URL": cli_desk})
