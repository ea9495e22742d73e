"""What whoever runs the engine looks at: latencies, retries, refusals, queues, workers, the ledger."""

from __future__ import annotations

from console.dashboards.panels import REAL, Dashboard, Panel, count, took

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
                    took("holdfast_decision_latency", "holdfast_family, holdfast_role", 0.5, "1d"),
                    "half {{holdfast_family}} {{holdfast_role}}",
                ),
                (
                    took("holdfast_decision_latency", "holdfast_family, holdfast_role", 0.9, "1d"),
                    "9 of 10 {{holdfast_family}} {{holdfast_role}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Time to a decision",
            "9 of 10, by gate.",
            ((took("holdfast_gate_duration", "holdfast_gate", 0.9, "1d"), "{{holdfast_gate}}"),),
            unit="s",
        ),
        Panel(
            "Time to the end of a task or an intervention",
            "9 of 10.",
            (
                (took("holdfast_task_duration", "holdfast_task", 0.9, "1d"), "{{holdfast_task}}"),
                (took("holdfast_intervention_duration", "holdfast_step", 0.9, "1d"), "intervention {{holdfast_step}}"),
            ),
            unit="s",
        ),
        Panel(
            "One try of a step",
            "19 of 20, by step.",
            ((took("holdfast_step_duration", "holdfast_step", 0.95, "5m"), "{{holdfast_step}}"),),
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
                (count("holdfast_step_retries", "holdfast_step", "5m"), "retry {{holdfast_step}}"),
            ),
        ),
        Panel(
            "Steps put before people",
            "Tries are exhausted; per hour, by step and code, and how people ended it.",
            (
                (
                    count("holdfast_steps_failed", "holdfast_step, holdfast_code", "1h"),
                    "{{holdfast_code}} {{holdfast_step}}",
                ),
                (count("holdfast_interventions_opened", "holdfast_step", "1h"), "asked {{holdfast_step}}"),
                (
                    count("holdfast_interventions_ended", "holdfast_step, holdfast_outcome", "1h"),
                    "{{holdfast_outcome}} {{holdfast_step}}",
                ),
            ),
        ),
        Panel(
            "Refusals",
            "Per hour, by code and by who refused. `forged` or `tampered` is somebody at work.",
            (
                (
                    count("holdfast_refusals", "holdfast_code, holdfast_where", "1h"),
                    "{{holdfast_code}} ({{holdfast_where}})",
                ),
            ),
        ),
        Panel(
            "Calls",
            "Rungs called and people reached, per hour.",
            (
                (count("holdfast_rungs_called", "holdfast_kind", "1h"), "rung {{holdfast_kind}}"),
                (count("holdfast_pages", "holdfast_kind", "1h"), "reached {{holdfast_kind}}"),
            ),
        ),
        Panel(
            "Wait for a worker",
            "19 of 20, by queue: steps, and workflow tasks.",
            (
                (took("temporal_activity_schedule_to_start_latency", "task_queue", 0.95, "5m", ""), "{{task_queue}}"),
                (
                    took("temporal_workflow_task_schedule_to_start_latency", "task_queue", 0.95, "5m", ""),
                    "workflow tasks {{task_queue}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Temporal",
            "19 of 20 calls, and calls that failed in five minutes.",
            (
                (took("temporal_request_latency", "operation", 0.95, "5m", ""), "{{operation}}"),
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
                (count("holdfast_turnovers", "holdfast_procedure", "1h"), "continued {{holdfast_procedure}}"),
            ),
        ),
        Panel(
            "Ledger: one append",
            "Half, and 99 of 100.",
            (
                (
                    took("holdfast_ledger_append_duration", "holdfast_outcome", 0.5, "5m", ""),
                    "half {{holdfast_outcome}}",
                ),
                (
                    took("holdfast_ledger_append_duration", "holdfast_outcome", 0.99, "5m", ""),
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
            ((took("temporal_workflow_endtoend_latency", "workflow_type", 0.5, "1d", ""), "{{workflow_type}}"),),
            unit="s",
        ),
    ),
)
