"""Two dashboards as code: what the shift looks at, and what whoever runs the engine looks at.

Written as `docs/dashboards/*.json` for Grafana over Prometheus; a test proves that every figure in them exists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_WIDTH, _HEIGHT = 24, 8  # Grafana's grid: columns, and rows of a panel
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
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


def _now(metric: str, by: str, more: str = "", how: str = "sum") -> str:
    """A gauge of real cases, folded by labels."""
    return f"{how} by ({by}) ({metric}{{{', '.join(filter(None, (REAL, more)))}}})"


def _count(metric: str, by: str, over: str, more: str = "") -> str:
    """How often something happened in real cases."""
    return f"sum by ({by}) (increase({metric}_total{{{', '.join(filter(None, (REAL, more)))}}}[{over}]))"


def _took(metric: str, by: str, quantile: float, over: str, labels: str = REAL) -> str:
    """A quantile of a histogram."""
    braces = f"{{{labels}}}" if labels else ""
    return f"histogram_quantile({quantile}, sum by (le, {by}) (rate({metric}_seconds_bucket{braces}[{over}])))"


_NAME, _SEVERITY = "{{holdfast_name}}", "{{holdfast_severity}}"

SHIFT = Dashboard(
    "holdfast-shift",
    "Holdfast: the shift",
    "Who waits for whom, now. Drills are left out.",
    (
        Panel(
            "Open cases",
            "By severity; reviews are cases too.",
            ((_now("holdfast_cases_open", "holdfast_severity", 'holdfast_procedure!="review"'), _SEVERITY),),
            "stat",
            width=6,
        ),
        Panel(
            "Cases without an owner",
            "Nobody took the owner's seat yet.",
            ((_now("holdfast_waiting_open", "holdfast_severity", 'holdfast_kind="owner"'), _SEVERITY),),
            "stat",
            width=6,
        ),
        Panel(
            "Waiting, and nobody could be reached",
            "The pager, mail and chat all failed for the last call. Somebody has to walk over.",
            (
                (
                    _now("holdfast_waiting_open", "holdfast_kind, holdfast_name", 'holdfast_unpaged="true"'),
                    "{{holdfast_kind}} " + _NAME,
                ),
            ),
            "stat",
            width=6,
        ),
        Panel(
            "Age of these figures",
            "The desk reads what is open every 15 seconds. Older than a minute: do not trust this page, ask the desk.",
            (("max(holdfast_watch_age_seconds)", "age"),),
            "stat",
            "s",
            6,
        ),
        Panel(
            "Who waits",
            "Everything that waits for people, by kind.",
            ((_now("holdfast_waiting_open", "holdfast_kind, holdfast_name"), "{{holdfast_kind}} " + _NAME),),
            "bargauge",
            width=12,
        ),
        Panel(
            "Open gates by age",
            "Age of the oldest gate of each name.",
            (
                (
                    _now("holdfast_waiting_age_seconds", "holdfast_name", 'holdfast_kind="gate"', "max"),
                    _NAME,
                ),
            ),
            "bargauge",
            "s",
            12,
        ),
        Panel(
            "Clocks in danger",
            "Time left to the nearest clock of each id; below zero it is breached. Unconfirmed is unconfirmed.",
            (
                (
                    _now(
                        "holdfast_clock_remaining_seconds",
                        "holdfast_clock, holdfast_state, holdfast_counsel",
                        how="min",
                    ),
                    "{{holdfast_clock}} {{holdfast_state}} ({{holdfast_counsel}})",
                ),
            ),
            "bargauge",
            "s",
            12,
        ),
        Panel(
            "Clocks warned and breached, last day",
            "By clock and basis.",
            (
                (
                    _count(
                        "holdfast_clock_changes",
                        "holdfast_clock, holdfast_state, holdfast_basis",
                        "1d",
                        'holdfast_state=~"warned|breached"',
                    ),
                    "{{holdfast_clock}} {{holdfast_state}} {{holdfast_basis}}",
                ),
            ),
            "table",
            width=12,
        ),
        Panel(
            "Interventions that wait",
            "Failed steps that a person has to choose about, and the age of the oldest.",
            (
                (_now("holdfast_waiting_open", "holdfast_name", 'holdfast_kind="intervention"'), _NAME),
                (
                    _now("holdfast_waiting_age_seconds", "holdfast_name", 'holdfast_kind="intervention"', "max"),
                    f"{_NAME}: age in s",
                ),
            ),
            "table",
            width=12,
        ),
        Panel(
            "Calls that reached nobody",
            "Per hour, by what was called for.",
            ((_count("holdfast_unpaged", "holdfast_kind", "1h"), "{{holdfast_kind}}"),),
            width=12,
        ),
        Panel(
            "Declared and closed, last day",
            "By procedure and outcome.",
            (
                (_count("holdfast_cases_opened", "holdfast_procedure", "1d"), "declared {{holdfast_procedure}}"),
                (
                    _count("holdfast_cases_closed", "holdfast_procedure, holdfast_outcome", "1d"),
                    "{{holdfast_outcome}} {{holdfast_procedure}}",
                ),
            ),
        ),
        Panel(
            "Gates opened, decided and silent",
            "Per hour. A silent gate goes on calling.",
            (
                (_count("holdfast_gates_opened", "holdfast_gate", "1h"), "opened {{holdfast_gate}}"),
                (
                    _count("holdfast_gates_decided", "holdfast_gate, holdfast_outcome", "1h"),
                    "{{holdfast_outcome}} {{holdfast_gate}}",
                ),
                (_count("holdfast_gates_silent", "holdfast_gate", "1h"), "silent {{holdfast_gate}}"),
            ),
        ),
        Panel(
            "Tasks opened and ended",
            "Per hour.",
            (
                (_count("holdfast_tasks_opened", "holdfast_task", "1h"), "opened {{holdfast_task}}"),
                (
                    _count("holdfast_tasks_ended", "holdfast_task, holdfast_outcome", "1h"),
                    "{{holdfast_outcome}} {{holdfast_task}}",
                ),
            ),
        ),
    ),
)

ENGINE = Dashboard(
    "holdfast-engine",
    "Holdfast: the engine",
    "How fast people and machines are, and what fails. Drills are left out where a figure knows of them.",
    (
        Panel(
            "Workflow tasks that fail",
            "Anything but zero: a case may be stuck, because a change does not replay or code raised.",
            (
                (
                    "sum by (workflow_type) (increase(temporal_workflow_task_execution_failed_total[5m]))",
                    "{{workflow_type}}",
                ),
            ),
            "stat",
            width=6,
        ),
        Panel(
            "Pollers",
            "By queue; none means that nobody works there.",
            (("sum by (task_queue, poller_type) (temporal_num_pollers)", "{{task_queue}} {{poller_type}}"),),
            "stat",
            width=6,
        ),
        Panel(
            "Free slots",
            "By queue; at zero, steps wait.",
            (
                (
                    "min by (task_queue, worker_type) (temporal_worker_task_slots_available)",
                    "{{task_queue}} {{worker_type}}",
                ),
                (
                    "max by (task_queue, worker_type) (temporal_worker_task_slots_used)",
                    "used {{task_queue}} {{worker_type}}",
                ),
            ),
            "stat",
            width=6,
        ),
        Panel(
            "Open cases whose record cannot be read",
            "Run the audit: a case's chain is broken or its key is lost.",
            (("max(holdfast_watch_unreadable)", "cases"),),
            "stat",
            width=6,
        ),
        Panel(
            "Time to a vote",
            "Median and 9 of 10, by family and role.",
            (
                (
                    _took("holdfast_decision_latency", "holdfast_family, holdfast_role", 0.5, "1d"),
                    "half {{holdfast_family}} {{holdfast_role}}",
                ),
                (
                    _took("holdfast_decision_latency", "holdfast_family, holdfast_role", 0.9, "1d"),
                    "9 of 10 {{holdfast_family}} {{holdfast_role}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Time to a decision",
            "9 of 10, by gate.",
            ((_took("holdfast_gate_duration", "holdfast_gate", 0.9, "1d"), "{{holdfast_gate}}"),),
            unit="s",
        ),
        Panel(
            "Time to the end of a task or an intervention",
            "9 of 10.",
            (
                (_took("holdfast_task_duration", "holdfast_task", 0.9, "1d"), "{{holdfast_task}}"),
                (_took("holdfast_intervention_duration", "holdfast_step", 0.9, "1d"), "intervention {{holdfast_step}}"),
            ),
            unit="s",
        ),
        Panel(
            "One try of a step",
            "19 of 20, by step.",
            ((_took("holdfast_step_duration", "holdfast_step", 0.95, "5m"), "{{holdfast_step}}"),),
            unit="s",
        ),
        Panel(
            "Tries that failed, and retries",
            "Per five minutes, by step.",
            (
                (
                    "sum by (holdfast_step, holdfast_outcome) (increase(holdfast_step_duration_seconds_count"
                    f'{{{REAL}, holdfast_outcome!="done"}}[5m]))',
                    "{{holdfast_outcome}} {{holdfast_step}}",
                ),
                (_count("holdfast_step_retries", "holdfast_step", "5m"), "retry {{holdfast_step}}"),
            ),
        ),
        Panel(
            "Steps put before people",
            "Tries are exhausted; per hour, by step and code, and how people ended it.",
            (
                (
                    _count("holdfast_steps_failed", "holdfast_step, holdfast_code", "1h"),
                    "{{holdfast_code}} {{holdfast_step}}",
                ),
                (_count("holdfast_interventions_opened", "holdfast_step", "1h"), "asked {{holdfast_step}}"),
                (
                    _count("holdfast_interventions_ended", "holdfast_step, holdfast_outcome", "1h"),
                    "{{holdfast_outcome}} {{holdfast_step}}",
                ),
            ),
        ),
        Panel(
            "Refusals",
            "Per hour, by code and by who refused. `forged` or `tampered` is somebody at work.",
            (
                (
                    _count("holdfast_refusals", "holdfast_code, holdfast_where", "1h"),
                    "{{holdfast_code}} ({{holdfast_where}})",
                ),
            ),
        ),
        Panel(
            "Calls",
            "Rungs called and people reached, per hour.",
            (
                (_count("holdfast_rungs_called", "holdfast_kind", "1h"), "rung {{holdfast_kind}}"),
                (_count("holdfast_pages", "holdfast_kind", "1h"), "reached {{holdfast_kind}}"),
            ),
        ),
        Panel(
            "Wait for a worker",
            "19 of 20, by queue: steps, and workflow tasks.",
            (
                (_took("temporal_activity_schedule_to_start_latency", "task_queue", 0.95, "5m", ""), "{{task_queue}}"),
                (
                    _took("temporal_workflow_task_schedule_to_start_latency", "task_queue", 0.95, "5m", ""),
                    "workflow tasks {{task_queue}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Temporal",
            "19 of 20 calls, and calls that failed in five minutes.",
            (
                (_took("temporal_request_latency", "operation", 0.95, "5m", ""), "{{operation}}"),
                (
                    "sum by (operation, status_code) (increase(temporal_request_failure_total[5m]))",
                    "{{status_code}} {{operation}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Cases in workers",
            "Cached cases, and runs that continued as new in an hour.",
            (
                ("sum by (task_queue) (temporal_sticky_cache_size)", "cached"),
                (_count("holdfast_turnovers", "holdfast_procedure", "1h"), "continued {{holdfast_procedure}}"),
            ),
        ),
        Panel(
            "Ledger: one append",
            "Half, and 99 of 100.",
            (
                (
                    _took("holdfast_ledger_append_duration", "holdfast_outcome", 0.5, "5m", ""),
                    "half {{holdfast_outcome}}",
                ),
                (
                    _took("holdfast_ledger_append_duration", "holdfast_outcome", 0.99, "5m", ""),
                    "99 of 100 {{holdfast_outcome}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Ledger: entries, and appends that failed",
            "Per five minutes. A failed append is tried again without end; a case waits for it.",
            (
                ("sum(increase(holdfast_ledger_entries_total[5m]))", "entries"),
                (
                    "sum by (holdfast_outcome) (increase(holdfast_ledger_append_duration_seconds_count"
                    '{holdfast_outcome!="done"}[5m]))',
                    "{{holdfast_outcome}}",
                ),
            ),
        ),
        Panel(
            "Length of a run",
            "Half of the runs, by type.",
            ((_took("temporal_workflow_endtoend_latency", "workflow_type", 0.5, "1d", ""), "{{workflow_type}}"),),
            unit="s",
        ),
    ),
)

DASHBOARDS = {"shift": SHIFT, "engine": ENGINE}


def pages() -> dict[str, str]:
    """The text of each dashboard's file, by its path under `docs/`."""
    return {f"dashboards/{name}.json": json.dumps(_grafana(each), indent=2) + "\n" for name, each in DASHBOARDS.items()}


def _grafana(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.about,
        "tags": ["holdfast"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "15s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}]
        },
        "panels": list(_panels(dashboard)),
    }


def _panels(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    x = y = 0
    for number, panel in enumerate(dashboard.panels, start=1):
        if x + panel.width > _WIDTH:
            x, y = 0, y + _HEIGHT
        instant = panel.kind != "timeseries"
        yield {
            "id": number,
            "type": panel.kind,
            "title": panel.title,
            "description": panel.about,
            "datasource": _SOURCE,
            "gridPos": {"x": x, "y": y, "w": panel.width, "h": _HEIGHT},
            "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
            "options": {},
            "targets": [
                {
                    "refId": chr(ord("A") + index),
                    "datasource": _SOURCE,
                    "expr": expression,
                    "legendFormat": legend,
                    "instant": instant,
                    "range": not instant,
                }
                for index, (expression, legend) in enumerate(panel.queries)
            ],
        }
        x += panel.width
