"""Web API arguments wherever the caller put them: query string, form or JSON (`slack_sdk` uses all three)."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from integrations.simulator.slack.errors import SlackError, invalid_arguments

_TRUE = {"1", "true"}
_FALSE = {"0", "false", ""}


class Arguments:
    """Typed reading of one call's arguments; a missing required one is `invalid_arguments`."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = {k: v for k, v in values.items() if v is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name, default)
        if isinstance(value, (dict, list)):
            raise invalid_arguments(f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def flag(self, name: str) -> bool:
        value = str(self._values.get(name, "")).lower()
        if value not in _TRUE | _FALSE:
            raise invalid_arguments(f"must be a boolean [json-pointer:/{name}]")
        return value in _TRUE

    def number(self, name: str, default: int, highest: int) -> int:
        """A count from 1 to `highest`; 0 or nothing means the default, as in Slack."""
        try:
            value = int(self.text(name) or default) or default
        except ValueError as error:
            raise SlackError("invalid_limit") from error
        if value < 0:
            raise SlackError("invalid_limit")
        return min(value, highest)

    def names(self, name: str) -> list[str]:
        """A list given as a JSON list or as comma-separated text."""
        value = self._values.get(name, "")
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def structure(self, name: str) -> Any:
        """An object or list, sent as such in JSON or as JSON text in a form; None when absent."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise invalid_arguments(f"invalid JSON [json-pointer:/{name}]") from error


async def read_arguments(request: web.Request) -> Arguments:
    """Query, then body on top of it. Raises SlackError `invalid_json` or `json_not_object`."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.text()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        values.update(body)
    elif request.can_read_body:
        values.update({k: v for k, v in (await request.post()).items() if isinstance(v, str)})
    return Arguments(values)
