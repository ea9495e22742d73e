"""What the guard lets through, without a server."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from domain.errors import Code
from domain.refusal import Refused
from integrations.base.keyring import new_ring
from integrations.temporal.guard import fitted, reject_unexpected
from integrations.temporal.plugin import PASSED_THROUGH, holdfast_plugin
from tests.temporal.messages import Envelope

REFUSED = Refused(code=Code.UNSEALED)


class Steps:
    async def strict(self, envelope: Envelope) -> None: ...

    async def either(self, envelope: Envelope | Refused, note: str = "") -> None: ...


def test_a_step_never_runs_on_a_refusal_it_did_not_ask_for() -> None:
    for step in (Steps().strict, Steps.strict):
        with pytest.raises(ApplicationError) as refused:
            reject_unexpected(step, [REFUSED])
        assert refused.value.type == "unsealed"
        assert refused.value.non_retryable


def test_a_step_that_asks_for_refusals_gets_them() -> None:
    reject_unexpected(Steps().either, [REFUSED])
    reject_unexpected(Steps().strict, [Envelope(text="x")])


def test_arguments_that_cannot_be_passed_become_refusals() -> None:
    unreadable = [Refused(code=Code.UNREADABLE)]
    assert fitted(Steps().either, []) == unreadable
    assert fitted(Steps().either, [1, 2, 3]) == unreadable
    assert fitted(Steps().either, [REFUSED]) == [REFUSED]
    assert fitted(None, [1, 2, 3]) == [1, 2, 3]


def test_models_have_one_identity_inside_and_outside_the_sandbox() -> None:
    plugin = holdfast_plugin(new_ring())
    for given in ({}, {"workflow_runner": SandboxedWorkflowRunner()}):
        runner = plugin.configure_replayer({"workflows": [], **given})["workflow_runner"]  # type: ignore[typeddict-item]
        assert isinstance(runner, SandboxedWorkflowRunner)
        assert set(PASSED_THROUGH) <= runner.restrictions.passthrough_modules


def test_a_runner_that_is_no_sandbox_is_left_alone() -> None:
    chosen = UnsandboxedWorkflowRunner()
    configured = holdfast_plugin(new_ring()).configure_replayer({"workflows": [], "workflow_runner": chosen})
    assert configured["workflow_runner"] is chosen
