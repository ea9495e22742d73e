"""Help is there at once and says what the exit status means."""

from __future__ import annotations

import os
import subprocess

import pytest

from console.cli.app import app
from console.cli.entry import run
from tests.cli.shell import COMMAND, ROOT, Shell

_HEAVY = ("temporalio", "sqlalchemy", "cryptography", "httpx", "pydantic", "yaml")


def test_help_is_there_in_half_a_second(shell: Shell) -> None:
    """In processor time, which a busy machine does not stretch as it does the wall's."""
    assert min(_spent(shell) for _ in range(5)) < 0.5  # seconds


def _spent(shell: Shell) -> float:
    before = os.times()
    subprocess.run([*COMMAND, "--help"], env=shell.environment(), check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    code = f"import sys, console.cli.app; print([name for name in {_HEAVY!r} if name in sys.modules])"
    command = [COMMAND[0], "-c", code]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


async def test_help_says_what_the_exit_status_means(shell: Shell) -> None:
    ended = await shell.ok("--help")
    assert "0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 unreachable" in ended.out
    assert (await shell.ok()).out == ended.out


@pytest.mark.parametrize("command", [each.name or "" for each in app.registered_commands])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert f"holdfast {command}" in capsys.readouterr().out


async def test_no_color_is_respected_and_a_pipe_gets_none(shell: Shell) -> None:
    shell.settings["FORCE_COLOR"] = "1"
    shell.settings["NO_COLOR"] = "1"
    assert "\x1b[3" not in (await shell.ok("sops", "-o", "table")).out


def test_a_reader_that_leaves_early_is_no_failure(shell: Shell) -> None:
    command = " ".join((*COMMAND, "sop", "edr"))
    script = f"set -o pipefail; {command} | head -1"
    found = subprocess.run(
        ["/bin/bash", "-c", script], env=shell.environment(), cwd=shell.directory, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "# Emergency data request\n", "")
