"""The command line in this process, as the tests of the other commands have it."""

from __future__ import annotations

from tests.cli.conftest import here, shell

__all__ = ["here", "shell"]
