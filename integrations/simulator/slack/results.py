"""What a person's act in the stand-in came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.simulator.slack.model import Json, ResponseUrl

EnvelopeType = Literal["slash_commands", "interactive", "events_api"]


@dataclass
class EventReceipt:
    """How the delivery of one event goes. `settled` is true once it was acknowledged or given up."""

    event_id: str
    type: str
    attempts: int = 0
    acknowledged: bool = False
    settled: bool = False
    error: str | None = None


@dataclass(frozen=True)
class CommandResult:
    """A slash command. `ack` is the payload of the acknowledgement, `sent` what the app was sent.

    `error` is what Slack would show: operation_timeout (no ack within 3 s), dispatch_failed (nobody there).
    `message_ts` is the message the ack showed. `response_messages` is live: later answers appear in it.
    """

    ok: bool
    error: str | None
    ack: Json
    sent: Json
    message_ts: str | None
    hook: ResponseUrl = field(repr=False)

    @property
    def text(self) -> str:
        return str(self.ack.get("text") or "")

    @property
    def blocks(self) -> list[Json]:
        return list(self.ack.get("blocks") or [])

    @property
    def response_messages(self) -> list[Json]:
        return self.hook.messages

    def as_json(self) -> dict[str, Any]:
        return {
            **{"ok": self.ok, "error": self.error, "text": self.text, "blocks": self.blocks, "ack": self.ack},
            **{"message_ts": self.message_ts, "response_messages": self.response_messages},
        }


@dataclass(frozen=True)
class ClickResult:
    """A press or a shortcut. `errors` has one entry per delivery that failed; `ok` means none did."""

    errors: tuple[str, ...]
    sent: Json
    hook: ResponseUrl | None = field(repr=False)

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def error(self) -> str | None:
        return self.errors[0] if self.errors else None

    @property
    def response_messages(self) -> list[Json]:
        return self.hook.messages if self.hook is not None else []

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "error": self.error, "response_messages": self.response_messages}


@dataclass(frozen=True)
class SubmitResult:
    """A submitted modal. `response_action` is the app's (None: the modal closed), `errors` by block id,
    `view_id` the modal the person now sees, if any."""

    ok: bool
    error: str | None
    response_action: str | None
    errors: dict[str, str]
    view_id: str | None
    sent: Json

    def as_json(self) -> dict[str, Any]:
        return {
            **{"ok": self.ok, "error": self.error, "response_action": self.response_action},
            **{"errors": self.errors, "view_id": self.view_id},
        }
