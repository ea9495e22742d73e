"""Whether the clocks of a procedure can be kept: a rule that could not warn anybody is found before it runs."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.clock_rules import FULL, ClockRule, Span, Standing, Unit


def clock_faults(rules: tuple[ClockRule, ...], names: Collection[str]) -> list[str]:
    """Every way in which these rules are unsound; `names` are the gates and tasks that may meet one."""
    known = {*names, "owner"}
    faults = [fault for rule in rules for fault in rule_faults(rule)]
    for rule in rules:
        faults += [
            f"{rule.id}: met by {name!r}, which nothing here is called" for name in rule.met_by if name not in known
        ]
    ids = [each.id for each in rules]
    return faults + [f"{each}: two clocks have this id" for each in sorted({e for e in ids if ids.count(e) > 1})]


def rule_faults(rule: ClockRule) -> list[str]:
    """Every way in which one rule is unsound; empty for one that may run."""
    faults = [
        f"{rule.id}: {name} is missing"
        for name in ("duty", "source", "authority", "jurisdiction")
        if not getattr(rule, name)
    ]
    if rule.span is None and rule.target is None and not rule.words:
        faults.append(f"{rule.id}: a clock needs a span, a target, or the words of the law")
    if rule.words and rule.span is None and rule.target is None and not rule.term:
        faults.append(f"{rule.id}: words alone cannot be watched; set a target beside them")
    if rule.target is not None and rule.target.total_seconds() <= 0:
        faults.append(f"{rule.id}: a target needs a time")
    exact = rule.span.exact if rule.span else None
    if exact is not None and rule.target is not None and rule.target > exact:
        faults.append(f"{rule.id}: our own target is later than the law's")
    if list(rule.warn) != sorted(set(rule.warn)) or any(not 0 < each < FULL for each in rule.warn):
        faults.append(f"{rule.id}: warnings are percentages below 100, in order")
    if not all(rule.roles(each) for each in (*rule.warn, FULL)):
        faults.append(f"{rule.id}: nobody is called at some of its warnings")
    counsel = rule.counsel
    if counsel.standing is Standing.CONFIRMED and (counsel.on is None or counsel.by is None):
        faults.append(f"{rule.id}: confirmed by counsel needs the day and the role")
    return faults + ([f"{rule.id}: {fault}" for fault in _span_faults(rule.span)] if rule.span else [])


def _span_faults(span: Span) -> list[str]:
    faults = [] if span.count > 0 else ["a span is more than nothing"]
    if span.unit is Unit.BUSINESS_DAYS and not span.country:
        faults.append("business days need a country")
    try:
        ZoneInfo(span.zone)
    except (ZoneInfoNotFoundError, ValueError):
        faults.append(f"there is no time zone {span.zone!r}")
    return faults
