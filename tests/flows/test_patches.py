"""Each patch in the code is registered; that it replays on both of its sides is `test_gate`."""

from __future__ import annotations

import ast
from pathlib import Path

from domain.patches import PATCHES
from workers.replaying import ROOT


def asked_for() -> set[str]:
    """Every name that workflow code asks for."""
    found = set()
    for path in sorted((ROOT / "workflows").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_patched":
                [name] = node.args
                assert isinstance(name, ast.Constant), f"{path.name}: a patch is named where it is asked for"
                found.add(str(name.value))
    return found


def test_every_patch_is_registered_and_every_registered_one_is_in_use() -> None:
    assert asked_for() == set(PATCHES)
    for each in PATCHES.values():
        assert each.since
        assert each.why
        assert each.until


def test_nothing_else_asks_temporal_for_a_patch() -> None:
    asking = [path for path in Path(ROOT / "workflows").rglob("*.py") if "workflow.patched(" in path.read_text()]
    assert [path.name for path in asking] == ["core.py"]
