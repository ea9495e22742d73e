"""A dashboard that shows nothing is worse than none: every figure in them was sent by a real evening."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.figures import prometheus
from integrations.telemetry.names import METRICS, TEMPORAL
from tests.docs.pages import ROOT
from tests.telemetry.collector import Collector, points_of
from tests.telemetry.conftest import Recorded

FILES = sorted((ROOT / "docs" / "dashboards").glob("*.json"))
_SELECTOR = re.compile(r"\b((?:holdfast|temporal)_[a-z0-9_]+)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'\s*([a-z_]+)(=~|!=|=)"([^"]*)"\s*')
_GROUPING = re.compile(r"\bby \(([^)]*)\)")


@dataclass(frozen=True)
class Query:
    where: str
    expression: str

    def selectors(self) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
        bare = _GROUPING.sub("", self.expression)
        for name, braces in _SELECTOR.findall(bare):
            matchers = [_MATCHER.fullmatch(part) for part in filter(None, braces.split(","))]
            assert all(matchers), self.expression
            yield name, [each.groups() for each in matchers if each]  # type: ignore[misc]

    def groups(self) -> set[str]:
        return {label.strip() for found in _GROUPING.findall(self.expression) for label in found.split(",")}


def queries() -> list[Query]:
    return [
        Query(f"{path.stem}: {panel['title']}", target["expr"])
        for path in FILES
        for panel in json.loads(path.read_text())["panels"]
        for target in panel["targets"]
    ]


Series = dict[str, list[dict[str, str]]]


def series(collector: Collector) -> Series:
    """What Prometheus would hold, by its own rules for OTLP: names with unit and type, labels with underscores."""
    found: Series = {}
    for name, metric in collector.metrics.items():
        kind = metric.WhichOneof("data")
        plain = re.sub(r"[^a-zA-Z0-9_]", "_", name)
        plain += "_seconds" if metric.unit == "s" and not plain.endswith("_seconds") else ""
        names = [plain]
        if kind == "sum" and metric.sum.is_monotonic:
            names = [f"{plain}_total"]
        elif kind == "histogram":
            names = [f"{plain}_bucket", f"{plain}_sum", f"{plain}_count"]
        for point in points_of(metric):
            labels = {key.replace(".", "_"): _text(value) for key, value in point.labels.items()}
            for each in names:
                found.setdefault(each, []).append({**labels, **({"le": "1"} if each.endswith("_bucket") else {})})
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def fits(labels: dict[str, str], matchers: list[tuple[str, str, str]]) -> bool:
    tests = {
        "=": lambda have, want: have == want,
        "!=": lambda have, want: have != want,
        "=~": lambda have, want: re.fullmatch(want, have) is not None,
    }
    return all(tests[how](labels.get(name, ""), want) for name, how, want in matchers)


def test_every_query_finds_what_a_real_evening_sent(recorded: Recorded) -> None:
    held, wrong = series(recorded.collector), []
    asked = queries()
    assert len(asked) > 40
    for query in asked:
        found = list(query.selectors())
        assert found, query.expression
        for name, matchers in found:
            fitting = [labels for labels in held.get(name, []) if fits(labels, matchers)]
            missing = query.groups() - {label for labels in fitting for label in labels}
            if not fitting or missing:
                wrong.append(f"{query.where}: {name} {matchers} has {len(fitting)} series and lacks {missing}")
    assert wrong == []


def test_no_dashboard_counts_drills() -> None:
    with_drills = {prometheus(each) for each in METRICS if "drill" in each.labels}
    for query in queries():
        for name, matchers in query.selectors():
            if re.sub(r"_(bucket|sum|count)$", "", name) in with_drills and name != "holdfast_ledger_entries_total":
                assert ("holdfast_drill", "=", "false") in matchers, query


def test_every_figure_of_ours_is_on_a_dashboard() -> None:
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for query in queries() for name, _ in query.selectors()}
    assert {prometheus(each) for each in METRICS} - shown == set()
    theirs = {re.sub(r"_(seconds|total)$", "", name) for name in shown if name.startswith("temporal_")}
    assert theirs == set(TEMPORAL)


def test_panels_do_not_overlap_and_fill_the_width() -> None:
    for path in FILES:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(path.read_text())["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert max(x for x, _ in cells) < 24
            assert not cells & taken, panel["title"]
            taken |= cells
