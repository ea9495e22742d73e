"""What a dashboard is made of, and the queries that its panels ask."""

from __future__ import annotations

from dataclasses import dataclass

REAL = 'holdfast_drill="false"'


@dataclass(frozen=True)
class Panel:
    """One panel: its queries with the legend of each. `kind` is Grafana's, `unit` too; `width` is in columns."""

    title: str
    about: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 8


@dataclass(frozen=True)
class Dashboard:
    """A page of panels, in reading order."""

    uid: str
    title: str
    about: str
    panels: tuple[Panel, ...]


def now(metric: str, by: str, more: str = "", how: str = "sum") -> str:
    """A gauge of real cases, folded by labels."""
    return f"{how} by ({by}) ({metric}{{{', '.join(filter(None, (REAL, more)))}}})"


def count(metric: str, by: str, over: str, more: str = "") -> str:
    """How often something happened in real cases."""
    return f"sum by ({by}) (increase({metric}_total{{{', '.join(filter(None, (REAL, more)))}}}[{over}]))"


def took(metric: str, by: str, quantile: float, over: str, labels: str = REAL) -> str:
    """A quantile of a histogram."""
    braces = f"{{{labels}}}" if labels else ""
    return f"histogram_quantile({quantile}, sum by (le, {by}) (rate({metric}_seconds_bucket{braces}[{over}])))"
