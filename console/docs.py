"""The parts of the documentation that are drawn from the code, so that a reader never meets an older program.

`python -m console.docs` writes them; with `--check` it only says which of them are stale, and exits with 1.
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from typer.models import ArgumentInfo, OptionInfo
from typer.utils import get_params_from_function

import console
from console.basis_words import basis_page
from console.cli.app import app
from console.cli.exits import exit_status
from console.clock_words import clock_page
from console.dashboards.files import pages as dashboards
from console.document import document_of, markdown
from console.figures import telemetry
from console.letter_words import letter_page
from console.web.errors import status_of
from domain.errors import SENTENCES, Code
from workers.catalogue import load_catalogue
from workers.settings import PREFIX, SECRETS, TOML_FILE, Settings

FOLDER = Path(console.__file__).parents[1] / "docs"
_MADE = "<!-- Made by `python -m console.docs`; do not edit. -->"


def pages() -> dict[str, str]:
    """The text of every generated page by its path under `docs/`. The same code gives the same text."""
    catalogue = load_catalogue()
    return {
        "settings.md": _page(_settings()),
        "errors.md": _page(_errors()),
        "commands.md": _page(_commands()),
        "clocks.md": _page(clock_page()),
        "basis.md": _page(basis_page()),
        "letters.md": _page(letter_page()),
        "telemetry.md": _page(telemetry()),
        **dashboards(),
        **{
            f"procedures/{slug}.md": f"{_MADE}\n\n{markdown(document_of(procedure, catalogue.modules[slug]))}"
            for slug, procedure in sorted(catalogue.procedures.items())
        },
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """The pages under `folder` that are not what the code gives, those of procedures that are gone included."""
    wanted = pages()
    wrong = [name for name, text in wanted.items() if not _is(folder / name, text)]
    gone = {f"procedures/{each.name}" for each in (folder / "procedures").glob("*.md")} - set(wanted)
    return sorted({*wrong, *gone})


def write(folder: Path = FOLDER) -> list[str]:
    """Make every page what the code gives; returns those that changed. Removes pages of procedures that are gone."""
    changed, wanted = stale(folder), pages()
    for name in changed:
        path = folder / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _page(lines: Iterator[str]) -> str:
    return "\n".join((_MADE, "", *lines)).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# -- settings -----------------------------------------------------------------------------------------------


def _settings() -> Iterator[str]:
    yield from ("# Settings", "")
    yield f"Every setting is a variable `{PREFIX}<NAME>` in the environment, else in `.env`, else the text of a file"
    yield f"`holdfast_<name>` in `{SECRETS}`, else `<name>` in `{TOML_FILE}`; `.env` and `{TOML_FILE}` are those of the"
    yield "working directory. `holdfast config show` prints each value, secrets hidden, and where it comes from. A name"
    yield f"in `.env` or `{TOML_FILE}` that is no setting is refused."
    yield from ("", "| Variable | Default | What it is |", "|---|---|---|")
    for name, field in Settings.model_fields.items():
        secret = " **Secret.**" if SecretStr in typing.get_args(field.annotation) else ""
        about = f"{_cell(field.description or '')}.{_limits(field)}{secret}"
        yield f"| `{PREFIX}{name.upper()}` | {_default(field)} | {about} |"
    yield from (
        "",
        "`HOLDFAST_AS` and `HOLDFAST_ZONE` are no settings of a deployment: they name who acts, and in whose",
    )
    yield "time they read, for the command line alone."


def _default(field: FieldInfo) -> str:
    return "not set" if field.default in (None, "") else f"`{field.default}`"


def _limits(field: FieldInfo) -> str:
    if typing.get_origin(field.annotation) is typing.Literal:
        return f" One of {', '.join(f'`{each}`' for each in typing.get_args(field.annotation))}."
    return ""


# -- errors -------------------------------------------------------------------------------------------------


def _errors() -> Iterator[str]:
    yield from ("# Errors", "")
    yield "Every failure that a person or a program meets has one of these codes. A code never changes its meaning; a"
    yield "sentence may be improved. After the sentence may stand, in brackets, the name of a field or a setting, never"
    yield "its value. *Exit* is the exit status of the command line, *HTTP* the status of the desk's interface."
    yield from ("", "| Code | What it says | Exit | HTTP |", "|---|---|---|---|")
    for code in Code:
        yield f"| `{code.value}` | {_cell(SENTENCES[code])} | {exit_status(code)} | {status_of(code)} |"


# -- commands -----------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield from ("# Commands", "")
    yield "Exit status: 0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 unreachable. Data goes to standard output,"
    yield "everything else to standard error. `--as` is a development login: only a desk on this machine accepts it."
    for name, callback in commands():
        parameters = tuple(_parameters(callback))
        yield from ("", f"## holdfast {name}", "", inspect.cleandoc(callback.__doc__ or ""))
        yield from ("", *parameters) if parameters else ()


def commands() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every command with what it calls, in the order of the help; those of a group with the group's name."""
    for found, prefix in ((app, ""), *((each.typer_instance, f"{each.name} ") for each in app.registered_groups)):
        if prefix and found is not None and found.registered_callback and found.registered_callback.callback:
            yield prefix.strip(), found.registered_callback.callback
        for command in found.registered_commands if found is not None else ():
            if command.name and command.callback:
                yield f"{prefix}{command.name}", command.callback


def _parameters(callback: Callable[..., object]) -> Iterator[str]:
    for name, parameter in get_params_from_function(callback).items():
        said = parameter.default
        if isinstance(said, ArgumentInfo):
            yield f"- `{said.metavar or name.upper()}`: {said.help}"
        elif isinstance(said, OptionInfo):
            value = "" if parameter.annotation is bool else f" {said.metavar or _value(name, parameter.annotation)}"
            names = said.param_decls or (f"--{name.replace('_', '-')}",)
            yield f"- {', '.join(f'`{each}{value}`' for each in names)}: {said.help}"


def _value(name: str, annotation: object) -> str:
    """What stands for an option's value: the choices of an enum, else the option's name."""
    for each in (annotation, *typing.get_args(annotation)):
        if isinstance(each, type) and issubclass(each, Enum):
            return "|".join(str(choice.value) for choice in each)
    return name.upper()


def main(arguments: list[str]) -> int:
    """Write, or with `--check` compare; the exit status."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m console.docs [--check]", file=sys.stderr)
        return 2
    found = stale() if arguments else write()
    for name in found:
        print(f"docs/{name}{' is stale; run `python -m console.docs`' if arguments else ''}")
    return 1 if arguments and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
