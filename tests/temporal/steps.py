"""Activities of the test procedures."""

from __future__ import annotations

from temporalio import activity
from temporalio.exceptions import ApplicationError

from tests.temporal.messages import Envelope


@activity.defn
async def echo(envelope: Envelope) -> Envelope:
    return envelope


@activity.defn
async def beat(envelope: Envelope) -> Envelope:
    """Fails once with its text, after a heartbeat; the second attempt returns what the heartbeat said."""
    info = activity.info()
    if info.attempt == 1:
        activity.heartbeat(envelope.text)
        raise ApplicationError(f"failed on {envelope.text}", envelope.text, type="beat")
    return Envelope(text=info.heartbeat_details[0])


@activity.defn
async def break_down(envelope: Envelope) -> Envelope:
    raise ValueError(f"broke on {envelope.text}")


@activity.defn
async def parked(envelope: Envelope) -> Envelope:
    """Completed from outside."""
    activity.raise_complete_async()


STEPS = [echo, beat, break_down, parked]
