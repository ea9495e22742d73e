"""Which procedures there are: found by walking the package on the host, never by an import side effect."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import workflows.sops
from domain.assessing import declared_severity
from domain.errors import Code, HoldfastError
from domain.policy import Procedure, checked
from workflows.kit.incident import IncidentWorkflow
from workflows.review import Review
from workflows.wellbeing import Wellbeing


@dataclass(frozen=True)
class Catalogue:
    """Sound procedures by slug, the newest of each, and every workflow class that a `sop` worker runs: those of earlier
    versions too, for the cases that began with them."""

    procedures: dict[str, Procedure]
    modules: dict[str, ModuleType]
    workflows: tuple[type[Any], ...]

    def procedure(self, slug: str) -> Procedure:
        """By its slug, or by the prefix of its case ids in small letters (`edr`).

        Raises:
            HoldfastError: `unknown-procedure`.
        """
        wanted = slug.strip().lower().replace("-", "_")
        for each in self.procedures.values():
            if wanted in (each.slug, each.prefix.lower()):
                return each
        raise HoldfastError(Code.UNKNOWN_PROCEDURE)


def load_catalogue(extra: Iterable[ModuleType] = ()) -> Catalogue:
    """Import every module of `workflows.sops` and check its policy.

    Raises:
        HoldfastError: `broken-configuration` when a procedure is unsound or names no rule of severity that there is,
            or ours is not the package imported.
    """
    path = list(workflows.sops.__path__)
    found = [importlib.import_module(f"workflows.sops.{each.name}") for each in pkgutil.iter_modules(path)]
    procedures: dict[str, Procedure] = {}
    modules: dict[str, ModuleType] = {}
    classes: list[type[Any]] = [Review, Wellbeing]
    for module in (*found, *extra):
        policy = getattr(module, "POLICY", None)
        if not isinstance(policy, Procedure):
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{module.__name__} has no POLICY")
        declared_severity(checked(policy).severity_rule, {})
        if policy.slug not in procedures or procedures[policy.slug].version < policy.version:
            procedures[policy.slug], modules[policy.slug] = policy, module
        classes += [
            each
            for each in vars(module).values()
            if isinstance(each, type) and issubclass(each, IncidentWorkflow) and each.__module__ == module.__name__
        ]
    return Catalogue(procedures, modules, tuple(classes))
