"""How grave a case is when it is declared: a procedure names one of these rules, and the rule reads its facts."""

from __future__ import annotations

from collections.abc import Callable

from domain.acts import Facts
from domain.errors import Code, HoldfastError
from domain.selfharm import self_harm_severity
from domain.severity import Assessment, Severity


def _nothing_known(_: Facts) -> Severity:
    """Every axis unknown: each rounds up."""
    return Assessment().severity()


def declared_severity(rule: str, facts: Facts) -> Severity:
    """How grave this is by the procedure's own rule.

    Raises:
        HoldfastError: `broken-configuration` if there is no such rule.
    """
    if rule not in RULES:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"there is no severity rule {rule!r}")
    return RULES[rule](facts)


RULES: dict[str, Callable[[Facts], Severity]] = {"": _nothing_known, "self-harm": self_harm_severity}
"""Rules by the name that `Procedure.severity_rule` gives; no name, nothing known, P0."""
