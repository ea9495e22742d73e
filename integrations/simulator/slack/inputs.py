"""What a person's choice looks like on the wire, and what Slack's own window would not let them send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.simulator.slack.model import Json

_TEXT = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
_SINGLE = {"static_select", "radio_buttons", "overflow", "external_select"}
_MULTIPLE = {"checkboxes", "multi_static_select", "multi_external_select"}
_DIRECT = {
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


class UserCannot(Exception):
    """A person could not do this in Slack: no such button, not in the channel, a required field empty."""


def action(block: Json, element: Json, value: Any, action_ts: str) -> Json:
    """The entry of `actions` for one press; `value` None means the button's own."""
    common = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": action_ts,
    }
    if element["type"] != "button":
        return {**common, **element_state(element, value)}
    if element.get("url") is None and value is not None and value != element.get("value"):
        raise UserCannot(f"button {element['action_id']!r} carries {element.get('value')!r}, not {value!r}")
    shown: Json = {key: element[key] for key in ("text", "value", "style") if key in element}
    return {**common, **shown}


def form_values(blocks: list[Json], given: Mapping[str, Any]) -> Json:
    """`state.values` of a modal: {block_id: {action_id: state}}.

    `given` maps a block id, or an action id, to the plain value; what is not given keeps its initial value.
    Raises UserCannot for an unknown field, an unknown option, or a required field left empty.
    """
    values: Json = {}
    unknown = dict(given)
    for block in blocks:
        element = block.get("element")
        if block.get("type") != "input" or not isinstance(element, dict):
            continue
        names = (block["block_id"], element["action_id"])
        chosen = next((unknown.pop(name) for name in names if name in unknown), None)
        if isinstance(chosen, dict) and element["action_id"] in chosen:
            chosen = chosen[element["action_id"]]
        state = element_state(element, chosen)
        if not block.get("optional") and not any(v for k, v in state.items() if k != "type"):
            raise UserCannot(f"required field {block['block_id']!r} is empty")
        values[block["block_id"]] = {element["action_id"]: state}
    if unknown:
        raise UserCannot(f"no such field: {', '.join(sorted(unknown))}")
    return values


def element_state(element: Json, value: Any) -> Json:
    """One element's state; a dict that already is such a state passes as it is."""
    kind = element["type"]
    if isinstance(value, dict):
        return {"type": kind, **value}
    if kind in _TEXT:
        return {"type": kind, "value": _checked_text(element, value)}
    if kind in _SINGLE:
        chosen = element.get("initial_option") if value is None else _option(element, value)
        return {"type": kind, "selected_option": chosen}
    if kind in _MULTIPLE:
        many = element.get("initial_options", []) if value is None else [_option(element, v) for v in value]
        return {"type": kind, "selected_options": many}
    if kind in _DIRECT:
        field = _DIRECT[kind]
        return {"type": kind, field: element.get(field.replace("selected", "initial")) if value is None else value}
    raise UserCannot(f"the stand-in cannot fill in {kind!r}")


def _checked_text(element: Json, value: Any) -> str | None:
    text = element.get("initial_value") if value is None else str(value)
    if text is None:
        return None
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if not low <= len(text) <= high:
        raise UserCannot(f"{element['action_id']!r} takes {low} to {high} characters, not {len(text)}")
    return str(text)


def _option(element: Json, value: Any) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    options: list[Json] = [*element.get("options", []), *(option for group in groups for option in group)]
    for option in options:
        if option["value"] == value:
            return option
    raise UserCannot(f"{element['action_id']!r} has no option {value!r}")
