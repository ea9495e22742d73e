"""The tree is the architecture: what the design forbids fails here, by a rule and not by a list of names."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_settings import BaseSettings

from activities.step import STEPS, Step
from domain.base import Model
from domain.errors import SENTENCES, Code

ROOT = Path(__file__).parent.parent
PACKAGES = ("domain", "workflows", "activities", "integrations", "workers", "console")
SIMULATOR = "integrations.simulator"
MOST_LINES, MOST_LINES_OF_A_SOP = 400, 150  # what one person reads in one go; what fits two screens
# Stand-ins for outside parties keep mutable state of synthetic data, as those parties do; they are not ours.
NOT_OUR_DATA = (SIMULATOR,)
GENERATED = "integrations/store/migrations/versions"


@cache
def sources() -> dict[Path, ast.Module]:
    """Every Python file of the project with its syntax tree."""
    files = [path for top in (*PACKAGES, "tests") for path in sorted((ROOT / top).rglob("*.py"))]
    return {path: ast.parse(path.read_text()) for path in files}


def ours() -> list[Path]:
    return [path for path in sources() if path.relative_to(ROOT).parts[0] in PACKAGES]


def under(*parts: str) -> list[Path]:
    return [path for path in sources() if path.is_relative_to(ROOT.joinpath(*parts))]


def shown(path: Path, line: int | None = None) -> str:
    return f"{path.relative_to(ROOT)}{'' if line is None else f':{line}'}"


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the six packages, imported; `__main__` and migrations run when imported and are left out."""
    found = []
    for package in PACKAGES:
        top = importlib.import_module(package)
        for each in pkgutil.walk_packages(top.__path__, f"{package}."):
            if not each.name.endswith("__main__") and ".migrations" not in each.name:
                found.append(importlib.import_module(each.name))
    return tuple(found)


def classes() -> Iterator[type[Any]]:
    for module in modules():
        for each in vars(module).values():
            if inspect.isclass(each) and each.__module__ == module.__name__:
                yield each


# -- imports ------------------------------------------------------------------------------------------------


def test_imports_point_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", run.stdout), run.stdout


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(sources()[path]):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_a_stand_in_never_imports_the_adapter_that_it_imitates() -> None:
    allowed = (SIMULATOR, "integrations.base")
    wrong = {
        f"{shown(path)} imports {name}"
        for path in under("integrations", "simulator")
        for name in imported(path)
        if name.startswith("integrations.") and not name.startswith(allowed)
    }
    assert not wrong


def test_procedures_do_not_import_one_another() -> None:
    sops = under("workflows", "sops")
    assert len(sops) > 1
    wrong = {shown(path) for path in sops for name in imported(path) if name.startswith("workflows.sops")}
    assert not wrong


def test_nothing_of_ours_queries_a_run() -> None:
    """A query that a worker takes up late can spoil the run for ever (docs/adr/0026)."""
    asked = {
        shown(path, node.lineno)
        for path in ours()
        for node in ast.walk(sources()[path])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "query"
        if ast.unparse(node.func) != "workflow.query"
    }
    assert not asked


# -- size ---------------------------------------------------------------------------------------------------


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_file_needs_a_table_of_contents() -> None:
    assert not {shown(path): lines(path) for path in sources() if lines(path) > MOST_LINES}


def test_a_procedure_is_read_in_one_go() -> None:
    sops = under("workflows", "sops")
    assert not {shown(path): lines(path) for path in sops if lines(path) > MOST_LINES_OF_A_SOP}


@pytest.mark.parametrize("path", [path for path in ours() if path.name != "__init__.py"], ids=shown)
def test_a_module_says_why_it_exists(path: Path) -> None:
    said = ast.get_docstring(sources()[path])
    assert said
    sop = path.is_relative_to(ROOT / "workflows" / "sops") or path.parent == ROOT / "workflows"
    generated = path.is_relative_to(ROOT / GENERATED)
    assert sop or generated or len(said.splitlines()) <= 3, "three lines at most; a procedure's docstring is its text"


# -- types --------------------------------------------------------------------------------------------------


def test_every_model_is_frozen_and_silent_about_its_values() -> None:
    models = [
        each for each in classes() if issubclass(each, BaseModel) and not each.__module__.startswith(NOT_OUR_DATA)
    ]
    assert len(models) > 50
    loud = {f"{each.__module__}.{each.__name__}" for each in models if not issubclass(each, Model | BaseSettings)}
    assert loud - {"domain.base.Model"} == set()
    for each in models:
        assert each.model_config.get("frozen"), each
        assert each.model_config.get("hide_input_in_errors"), each


def test_workflows_define_no_data() -> None:
    found = [each for each in classes() if each.__module__.startswith("workflows.")]
    assert len(found) > 5
    wrong = [
        f"{each.__module__}.{each.__name__}"
        for each in found
        if issubclass(each, BaseModel | Enum) or hasattr(each, "__dataclass_fields__") or issubclass(each, tuple | dict)
    ]
    assert not wrong


REPEATABLE = frozenset({"__future__", "asyncio", "collections", "contextlib", "contextvars", "datetime", "typing"})
CLOCKS = ("now", "utcnow", "today", "time", "monotonic", "fromtimestamp")
UNORDERED = ("asyncio.wait", "asyncio.as_completed", "asyncio.sleep", "asyncio.timeout", "asyncio.to_thread")


def test_workflows_import_nothing_that_could_differ_when_they_are_replayed() -> None:
    """The sandbox passes our workflows through (docs/adr/0027), so what it would forbid there is forbidden here."""
    allowed = REPEATABLE | {"temporalio", "domain", "activities", "workflows"}
    wrong = {
        f"{shown(path)} imports {name}"
        for path in under("workflows")
        for name in imported(path)
        if name.partition(".")[0] not in allowed
    }
    assert not wrong


def test_workflows_take_the_time_from_their_history_alone() -> None:
    called = [
        (path, node.lineno, ast.unparse(node.func))
        for path in under("workflows")
        for node in ast.walk(sources()[path])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert ("workflow.now") in {name for _, _, name in called}
    wrong = {
        f"{shown(path, line)}: {name}"
        for path, line, name in called
        if name in UNORDERED or (name.rpartition(".")[2] in CLOCKS and not name.startswith("workflow."))
    }
    assert not wrong


def test_packages_of_workflows_are_empty() -> None:
    inits = [path for path in under("workflows") if path.name == "__init__.py"]
    assert len(inits) >= 4
    assert not {shown(path) for path in inits if path.read_text().strip()}


def test_every_workflow_has_a_name_of_its_own() -> None:
    named: dict[str, str] = {}
    for each in classes():
        defined = each.__dict__.get("__temporal_workflow_definition")
        if defined is None:
            continue
        assert defined.name != each.__name__, f"{each!r} is known by its class name: renaming it would orphan histories"
        assert defined.name not in named, f"{each!r} and {named[defined.name]} share a name"
        named[defined.name] = repr(each)
    assert len(named) >= 2


# -- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_for_its_reader(code: Code) -> None:
    sentence = SENTENCES[code]
    assert re.fullmatch(r"[A-Z`].*[a-z`]\.", sentence), sentence
    assert len(sentence) < 120, "one line of a terminal"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.value)


def test_no_sentence_is_said_for_two_codes_and_none_without_a_code() -> None:
    assert set(SENTENCES) == set(Code)
    assert len(set(SENTENCES.values())) == len(SENTENCES)


def test_every_step_is_named_once_and_says_what_it_does() -> None:
    modules()
    assert STEPS
    for name, step in STEPS.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
        assert name == step.NAME
        assert "NAME" in vars(step), f"{step!r} inherits its name"
        assert step.__doc__, f"{step!r} says nothing"
        assert step.__doc__ != (step.__mro__[1].__doc__ or "")
        assert issubclass(step.RESULT, Model)
        assert step.EFFECT


def test_every_named_step_is_known() -> None:
    named = [each for each in classes() if issubclass(each, Step) and "NAME" in vars(each)]
    assert {each.NAME for each in named} == set(STEPS)
    assert len(named) == len(STEPS)


def calls(path: Path, name: str) -> Iterator[int]:
    for node in ast.walk(sources()[path]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node.lineno


def test_only_the_console_prints() -> None:
    # A `__main__` is a process of its own: what it prints is its answer to whoever started it.
    quiet = [path for path in ours() if path.relative_to(ROOT).parts[0] != "console" and path.name != "__main__.py"]
    assert not {shown(path, line) for path in quiet for line in calls(path, "print")}


def test_nothing_is_left_for_later() -> None:
    left = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    found = {
        shown(path, number)
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if left.search(line)
    }
    assert not found


WIDE = ("Exception", "BaseException")


def wide(node: ast.expr | None) -> bool:
    caught = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(each is None or (isinstance(each, ast.Name) and each.id in WIDE) for each in caught)


def handlers(path: Path) -> Iterator[ast.ExceptHandler]:
    return (node for node in ast.walk(sources()[path]) if isinstance(node, ast.ExceptHandler))


def test_no_unknown_exception_is_swallowed() -> None:
    silent = {
        shown(path, node.lineno)
        for path in ours()
        for node in handlers(path)
        if wide(node.type) and all(isinstance(each, ast.Pass | ast.Continue) for each in node.body)
    }
    suppressed = {
        shown(path, node.lineno)
        for path in ours()
        for node in ast.walk(sources()[path])
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress") and any(map(wide, node.args))
    }
    assert not silent | suppressed


def test_procedures_never_catch_what_ends_them() -> None:
    """Whoever catches everything also catches the cancellation with which a run is taken off its worker."""
    assert not {shown(path, node.lineno) for path in under("workflows") for node in handlers(path) if wide(node.type)}
