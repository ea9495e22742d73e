"""Small workflows that show what reaches a handler."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, ChildWorkflowError

with workflow.unsafe.imports_passed_through():
    from domain.refusal import Refused
    from tests.temporal.messages import Envelope, Story
    from tests.temporal.steps import beat, break_down, echo, parked

SOON = timedelta(seconds=20)
QUICKLY = RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=2)


def told(message: Envelope | Refused) -> str:
    return message.code.value if isinstance(message, Refused) else message.text


@workflow.defn(name="test.mailbox")
class Mailbox:
    """Keeps what its handlers were given, until it is closed."""

    @workflow.init
    def __init__(self, opened: Envelope | Refused) -> None:
        self.seen: list[str] = [told(opened)]
        self.closed = False

    @workflow.run
    async def run(self, opened: Envelope | Refused) -> list[str]:
        await workflow.wait_condition(lambda: self.closed)
        return self.seen

    @workflow.signal
    def put(self, message: Envelope | Refused) -> None:
        self.seen.append(told(message))

    @workflow.signal
    def close(self) -> None:
        self.closed = True

    @workflow.update
    def decide(self, message: Envelope | Refused) -> str:
        self.seen.append(told(message))
        return told(message)

    @decide.validator
    def check(self, message: Envelope | Refused) -> None:
        if isinstance(message, Refused):
            raise ApplicationError(f"refused: {message.code.value}", type=message.code.value)

    @workflow.query
    def read(self) -> list[str]:
        return self.seen


@workflow.defn(name="test.strict")
class Strict:
    """Did not think of refusals."""

    @workflow.run
    async def run(self, opened: Envelope) -> str:
        return opened.text


@workflow.defn(name="test.errand")
class Errand:
    """Waits for a step that is completed from outside and says what came."""

    @workflow.run
    async def run(self, opened: Envelope) -> str:
        return told(
            await workflow.execute_activity(
                parked, opened, activity_id="parked", start_to_close_timeout=SOON, retry_policy=QUICKLY
            )
        )


@workflow.defn(name="test.timer")
class Timer:
    """Waits for thirty minutes on its own clock."""

    @workflow.run
    async def run(self, opened: Envelope) -> Envelope:
        await workflow.sleep(timedelta(minutes=30))
        return await workflow.execute_activity(echo, opened, start_to_close_timeout=SOON)


@workflow.defn(name="test.stuck")
class Stuck:
    """A bug: a plain exception, which fails the workflow task for ever."""

    @workflow.run
    async def run(self, opened: Envelope) -> None:
        raise RuntimeError(f"bug near {opened.text}")


@workflow.defn(name="test.everywhere")
class Everywhere:
    """Puts its text into everything that Temporal stores."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @workflow.run
    async def run(self, story: Story) -> Envelope:
        text = story.text
        envelope = Envelope(text=text)
        workflow.set_current_details(f"details {text}")
        workflow.upsert_memo({"upserted": text})
        await workflow.sleep(timedelta(milliseconds=5), summary=f"timer {text}")
        for step in (echo, beat):
            result = await workflow.execute_activity(
                step,
                envelope,
                start_to_close_timeout=SOON,
                heartbeat_timeout=SOON,
                retry_policy=QUICKLY,
                summary=f"step {text}",
            )
            assert result == envelope, f"got {result!r}"
        local = await workflow.execute_local_activity(echo, envelope, start_to_close_timeout=SOON)
        assert local == envelope
        if story.child:
            await self.delegate(Story(text=text, child=False))
            await self.delegate(Story(text=text, child=False, fail=True))
        else:
            parent = workflow.info().parent
            assert parent
            await workflow.get_external_workflow_handle(parent.workflow_id).signal("hear", envelope)
        if not story.fail:
            await workflow.wait_condition(lambda: not story.child or len(self.heard) >= 4)
            return envelope
        try:
            await workflow.execute_activity(
                break_down, envelope, start_to_close_timeout=SOON, retry_policy=RetryPolicy(maximum_attempts=1)
            )
        except ActivityError as error:
            if text not in str(error.cause):
                raise ApplicationError("the message did not come through") from error
            raise ApplicationError(f"failed near {text}", envelope, type="synthetic") from error
        raise ApplicationError("the step should have failed")

    async def delegate(self, story: Story) -> None:
        try:
            await workflow.execute_child_workflow(
                Everywhere.run, story, static_summary=story.text, memo={"child": story.text}
            )
        except ChildWorkflowError as error:
            cause = error.cause
            if not (story.fail and isinstance(cause, ApplicationError)):
                raise
            assert story.text in cause.message
            assert cause.details[0] == {"text": story.text}

    @workflow.signal
    def hear(self, envelope: Envelope | Refused) -> None:
        self.heard.append(told(envelope))

    @workflow.update
    def decide(self, envelope: Envelope | Refused) -> Envelope | Refused:
        self.heard.append(told(envelope))
        return envelope

    @workflow.update
    def fail_to_decide(self, envelope: Envelope) -> None:
        raise ApplicationError(f"cannot decide on {envelope.text}", envelope.text, type="synthetic")

    @workflow.query
    def ask(self, envelope: Envelope) -> Envelope:
        return envelope

    @workflow.query
    def header(self) -> bytes:
        return workflow.info().headers["x-note"].data


PROCEDURES = [Mailbox, Strict, Errand, Timer, Stuck, Everywhere]
