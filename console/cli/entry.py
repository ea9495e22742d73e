"""The one way in and out: every command ends here, flushed, by `os._exit`; every error becomes one sentence.

The Temporal SDK's threads can crash an interpreter that shuts down in the ordinary way.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from console.cli import faults
from console.cli.exits import FAILED, INTERRUPTED, OK, Told, error_text, exit_status, wants_json
from domain.errors import Code, HoldfastError


def main() -> NoReturn:
    """Run `sys.argv`, then leave with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign must not cost the answer
    status = run(sys.argv[1:])
    os._exit(_flushed(status))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit status (see `exits`); prints, and never raises."""
    as_json = wants_json(arguments)
    try:
        return _command(arguments)
    except HoldfastError as error:
        return _told(error, as_json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except BaseExceptionGroup as group:
        known = group.subgroup(HoldfastError)
        return _told(_first(known), as_json) if known is not None else _fault(group, as_json)
    except Exception as error:  # the last resort that keeps every traceback from people; nothing is lost
        return _fault(error, as_json)


def _command(arguments: list[str]) -> int:
    import typer

    from console.cli.app import app

    faults.catch_logs()
    if any("\udc80" <= sign <= "\udcff" for each in arguments for sign in each):
        raise Told(Code.INVALID, "The command line is not UTF-8; correct your terminal's encoding.")
    misused: type[Exception] = typer.BadParameter.__bases__[0]  # UsageError, which typer does not name
    try:
        found = typer.main.get_command(app)(args=arguments or ["--help"], prog_name="holdfast", standalone_mode=False)
    except misused as error:
        text: str = error.format_message() if hasattr(error, "format_message") else str(error)
        sentence = text.strip().rstrip(".").replace("\n", " ")
        raise Told(Code.INVALID, f"{sentence}; `holdfast --help` and `holdfast COMMAND --help` say how.") from None
    except typer.Abort:
        return FAILED
    return found if isinstance(found, int) else OK


def _told(error: HoldfastError, as_json: bool) -> int:
    print(error_text(error, as_json=as_json), file=sys.stderr)
    return exit_status(error.code)


def _fault(error: BaseException, as_json: bool) -> int:
    where = faults.keep(error)
    said = f"Something failed on our side; the details are in {where}." if where else ""
    return _told(Told(Code.FAULT, said) if said else HoldfastError(Code.FAULT), as_json)


def _first(group: BaseException) -> HoldfastError:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group if isinstance(group, HoldfastError) else HoldfastError(Code.FAULT)


def _reader_left() -> int:
    """Whoever read our output (`| head`) has enough; what is still buffered goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return OK


def _flushed(status: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_left() or status
    except OSError:  # a full disk: what was printed is not all there
        status = status or FAILED
    try:
        sys.stderr.flush()
    except OSError:
        return status or FAILED
    return status
