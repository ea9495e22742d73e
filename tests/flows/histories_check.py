"""What every history must keep to, so that it replays whatever happened to its worker."""

from __future__ import annotations

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

_SCHEDULED, _STARTED, _COMPLETED = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
)


def quiet_tasks(history: WorkflowHistory) -> list[int]:
    """Ids of workflow tasks that took something in, gave no command, and were followed by another task at once."""
    kinds = [event.event_type for event in history.events]
    found = []
    for index in range(len(kinds) - 1):
        if kinds[index] != _COMPLETED or kinds[index + 1] != _SCHEDULED:
            continue
        began = index - 2  # scheduled, started, completed
        while began >= 0 and kinds[began] != _SCHEDULED:
            began -= 1
        if began > 0 and kinds[began - 1] != _COMPLETED:
            found.append(history.events[index].event_id)
    return found
