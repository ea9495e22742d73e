"""The one way a Web API method refuses: Slack answers HTTP 200 with `ok: false` and a stable code."""

from __future__ import annotations

from typing import Any


class SlackError(Exception):
    """A refusal. `code` is Slack's own word for it; `extra` are further fields of the answer."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.extra}


def invalid_arguments(*reasons: str) -> SlackError:
    """Slack's generic refusal, with the reasons where `slack_sdk` prints them."""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {r}" for r in reasons]})
