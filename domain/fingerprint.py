"""What must not change behind an open case: its decisions as one digest, and the code that they rest on by function."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from domain.canonical import digest
from domain.state import State

# What a case has still to write, and what only counts its writing: two versions may differ in it and decide alike.
_NOT_DECISIVE = {"pending", "entry_number", "written", "patches"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def decisive(state: State) -> str:
    """The digest of everything that people or rules have decided in a case, and of what is open in it."""
    return digest(state.model_dump(mode="json", exclude=_NOT_DECISIVE, exclude_defaults=True))


def functions_of(root: Path, packages: Iterable[str]) -> dict[str, str]:
    """Every function of these packages as `path:Class.name` with a hash of its code, and each module's own
    statements (constants, classes' fields) as `path`. Comments, docstrings and layout do not count."""
    found: dict[str, str] = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            found |= _file(path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
    return found


def key_of(path: str, qualified: str) -> str:
    """Under which key of `functions_of` a running piece of code stands: what is nested counts as what it is in."""
    outer = qualified.split(".<locals>")[0]
    return path if "<" in outer else f"{path}:{outer}"


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The keys whose code is not what it was; new functions are no change, because nothing has run them."""
    return sorted(name for name, code in before.items() if now.get(name) != code)


def _file(name: str, tree: ast.Module) -> dict[str, str]:
    functions = {f"{name}:{qualified}": _hash([node]) for qualified, node in _functions(tree.body, "")}
    return {name: _hash(_statements(tree.body)), **functions}


def _functions(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, _Function]]:
    for node in body:
        if isinstance(node, _Function):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """What a module does by itself; of a class its fields. Imports only bring names."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _statements(node.body)
        elif not isinstance(node, _Function | ast.Import | ast.ImportFrom | ast.If | ast.With):
            yield node


def _hash(nodes: Iterable[ast.stmt]) -> str:
    text = "\n".join(ast.dump(_bare(node)) for node in nodes if not _is_docstring(node))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _bare(node: ast.stmt) -> ast.stmt:
    """Without docstrings, at any depth."""
    for each in ast.walk(node):
        body = getattr(each, "body", None)
        if isinstance(each, _Function | ast.ClassDef) and isinstance(body, list) and _is_docstring(body[0]):
            each.body = body[1:] or [ast.Pass()]
    return node


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
