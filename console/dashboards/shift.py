"""What the shift looks at: who waits for whom, and what is about to be late."""

from __future__ import annotations

from console.dashboards.panels import Dashboard, Panel, count, now

_NAME, _SEVERITY = "{{holdfast_name}}", "{{holdfast_severity}}"

SHIFT = Dashboard(
    "holdfast-shift",
    "Holdfast: the shift",
    "Who waits for whom, now. Drills are left out.",
    (
        Panel(
            "Open cases",
            "By severity; reviews are cases too.",
            ((now("holdfast_cases_open", "holdfast_severity", 'holdfast_procedure!="review"'), _SEVERITY),),
            "stat",
            width=6,
        ),
        Panel(
            "Cases without an owner",
            "Nobody took the owner's seat yet.",
            ((now("holdfast_waiting_open", "holdfast_severity", 'holdfast_kind="owner"'), _SEVERITY),),
            "stat",
            width=6,
        ),
        Panel(
            "Waiting, and nobody could be reached",
            "The pager, mail and chat all failed for the last call. Somebody has to walk over.",
            (
                (
                    now("holdfast_waiting_open", "holdfast_kind, holdfast_name", 'holdfast_unpaged="true"'),
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
            ((now("holdfast_waiting_open", "holdfast_kind, holdfast_name"), "{{holdfast_kind}} " + _NAME),),
            "bargauge",
            width=12,
        ),
        Panel(
            "Open gates by age",
            "Age of the oldest gate of each name.",
            (
                (
                    now("holdfast_waiting_age_seconds", "holdfast_name", 'holdfast_kind="gate"', "max"),
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
                    now(
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
                    count(
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
                (now("holdfast_waiting_open", "holdfast_name", 'holdfast_kind="intervention"'), _NAME),
                (
                    now("holdfast_waiting_age_seconds", "holdfast_name", 'holdfast_kind="intervention"', "max"),
                    f"{_NAME}: age in s",
                ),
            ),
            "table",
            width=12,
        ),
        Panel(
            "Calls that reached nobody",
            "Per hour, by what was called for.",
            ((count("holdfast_unpaged", "holdfast_kind", "1h"), "{{holdfast_kind}}"),),
            width=12,
        ),
        Panel(
            "Declared and closed, last day",
            "By procedure and outcome.",
            (
                (count("holdfast_cases_opened", "holdfast_procedure", "1d"), "declared {{holdfast_procedure}}"),
                (
                    count("holdfast_cases_closed", "holdfast_procedure, holdfast_outcome", "1d"),
                    "{{holdfast_outcome}} {{holdfast_procedure}}",
                ),
            ),
        ),
        Panel(
            "Gates opened, decided and silent",
            "Per hour. A silent gate goes on calling.",
            (
                (count("holdfast_gates_opened", "holdfast_gate", "1h"), "opened {{holdfast_gate}}"),
                (
                    count("holdfast_gates_decided", "holdfast_gate, holdfast_outcome", "1h"),
                    "{{holdfast_outcome}} {{holdfast_gate}}",
                ),
                (count("holdfast_gates_silent", "holdfast_gate", "1h"), "silent {{holdfast_gate}}"),
            ),
        ),
        Panel(
            "Tasks opened and ended",
            "Per hour.",
            (
                (count("holdfast_tasks_opened", "holdfast_task", "1h"), "opened {{holdfast_task}}"),
                (
                    count("holdfast_tasks_ended", "holdfast_task, holdfast_outcome", "1h"),
                    "{{holdfast_outcome}} {{holdfast_task}}",
                ),
            ),
        ),
    ),
)
