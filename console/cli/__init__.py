"""The command line: `holdfast`. Nothing heavy is imported before a command runs, so that help is instant."""

from console.cli.entry import main

__all__ = ["main"]
