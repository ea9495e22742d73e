"""views.*: modals and the Home tab, with the two races that bite (old hash, late or reused trigger)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.simulator.slack.arguments import Arguments
from integrations.simulator.slack.blocks import VIEW_BLOCKS, accept_blocks
from integrations.simulator.slack.errors import SlackError, invalid_arguments
from integrations.simulator.slack.model import Json, View
from integrations.simulator.slack.render import view_object
from integrations.simulator.slack.workspace import Workspace

_TITLE_LENGTH = 24
_PRIVATE_METADATA_LENGTH = 3000


def accept_view(content: Any, expected: str) -> Json:
    """The view with block ids filled in. Raises SlackError `invalid_arguments` naming every reason."""
    if not isinstance(content, dict):
        raise invalid_arguments("missing required field: view")
    problems = []
    if content.get("type") != expected:
        problems.append(f"view type must be {expected} [json-pointer:/view/type]")
    for part in ("title", "submit", "close"):
        text = (content.get(part) or {}).get("text", "")
        if len(text) > _TITLE_LENGTH:
            problems.append(f"must be less than 25 characters [json-pointer:/view/{part}/text]")
    if expected == "modal" and not (content.get("title") or {}).get("text"):
        problems.append("missing required field: title [json-pointer:/view]")
    if len(content.get("private_metadata") or "") > _PRIVATE_METADATA_LENGTH:
        problems.append("must be less than 3001 characters [json-pointer:/view/private_metadata]")
    try:
        blocks = accept_blocks(content.get("blocks"), VIEW_BLOCKS)
    except SlackError as error:
        blocks = []
        problems += error.extra.get("errors", [error.code])
    has_input = any(block.get("type") == "input" for block in blocks)
    if expected == "modal" and has_input and not content.get("submit"):
        problems.append("missing required field: submit, needed with input blocks [json-pointer:/view]")
    if problems:
        raise invalid_arguments(*problems)
    return {**content, "blocks": blocks}


def open_view(slack: Workspace, args: Arguments) -> Json:
    content = accept_view(args.structure("view"), "modal")
    user = slack.spend_trigger(args.required("trigger_id"))
    return {"view": view_object(slack.add_view(user, content))}


def push_view(slack: Workspace, args: Arguments) -> Json:
    content = accept_view(args.structure("view"), "modal")
    user = slack.spend_trigger(args.required("trigger_id"))
    open_views = [v for v in slack.state.views.values() if v.user == user and v.is_open and v.type == "modal"]
    if not open_views:
        raise SlackError("not_found")
    return {"view": view_object(slack.add_view(user, content, under=open_views[-1]))}


def update_view(slack: Workspace, args: Arguments) -> Json:
    view = _find(slack, args)
    content = accept_view(args.structure("view"), view.type)
    check_hash(view, args)
    replace(slack, view, content)
    return {"view": view_object(view)}


def publish_view(slack: Workspace, args: Arguments) -> Json:
    user = slack.user(args.required("user_id"))
    content = accept_view(args.structure("view"), "home")
    view = slack.state.views.get(slack.state.homes.get(user.id, ""))
    if view is None:
        view = slack.add_view(user.id, content)
        slack.state.homes[user.id] = view.id
    else:
        check_hash(view, args)
        replace(slack, view, content)
    return {"view": view_object(view)}


def check_hash(view: View, args: Arguments) -> None:
    if (given := args.optional("hash")) is not None and given != view.hash:
        raise SlackError("hash_conflict")


def replace(slack: Workspace, view: View, content: Json) -> None:
    view.content = content
    view.hash = slack.new_hash()


def _find(slack: Workspace, args: Arguments) -> View:
    view_id, external_id = args.optional("view_id"), args.optional("external_id")
    for view in slack.state.views.values():
        named = view.id == view_id or (external_id and view.content.get("external_id") == external_id)
        if named and view.is_open:
            return view
    raise SlackError("not_found")


METHODS: Mapping[str, Callable[[Workspace, Arguments], Json]] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}
