"""Block Kit limits, enforced as Slack does, because nothing checks most of them before Slack.

Source: Slack's Block Kit reference (limits per block and element).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.model import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
_ID_LENGTH = 255
_KNOWN = {
    *("actions", "context", "context_actions", "divider", "file", "header", "image", "input", "markdown"),
    *("rich_text", "section", "table", "video"),
}


def accept_blocks(blocks: Any, at_most: int = MESSAGE_BLOCKS) -> list[Json]:
    """The blocks with missing block and action ids filled in. Raises SlackError `invalid_blocks`."""
    if blocks is None:
        return []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    problems = list(_problems(blocks, at_most))
    if problems:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise SlackError("invalid_blocks", errors=problems, response_metadata={"messages": messages})
    for block in blocks:
        block.setdefault("block_id", secrets.token_hex(3))
        for element in elements_of(block):
            element.setdefault("action_id", secrets.token_hex(3))
    return blocks


def elements_of(block: Json) -> list[Json]:
    """The interactive elements of one block."""
    found = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    if block.get("type") in ("context", "rich_text"):
        return []
    return [element for element in found if isinstance(element, dict)]


def find_element(blocks: list[Json], action_id: str) -> tuple[Json, Json] | None:
    """(block, element) of the first element with that action id."""
    for block in blocks:
        for element in elements_of(block):
            if element.get("action_id") == action_id:
                return block, element
    return None


def _problems(blocks: list[Json], at_most: int) -> Iterator[str]:
    if len(blocks) > at_most:
        yield f"no more than {at_most} items allowed [json-pointer:/blocks]"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    for duplicate in {block_id for block_id in ids if ids.count(block_id) > 1}:
        yield f"`block_id` {duplicate} already exists [json-pointer:/blocks]"
    for n, block in enumerate(blocks):
        for problem in _block_problems(block):
            yield f"{problem} [json-pointer:/blocks/{n}]"


def _block_problems(block: Json) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _KNOWN:
        yield f"unsupported type: {kind}"
    if len(str(block.get("block_id", ""))) > _ID_LENGTH:
        yield f"block_id must be at most {_ID_LENGTH} characters"
    elements = block.get("elements", [])
    if kind == "section":
        if not block.get("text") and not block.get("fields"):
            yield "missing required field: text"
        yield from _text(block.get("text"), 3000)
        if len(block.get("fields", [])) > 10:
            yield "no more than 10 fields allowed"
        for field in block.get("fields", []):
            yield from _text(field, 2000)
    elif kind == "header":
        yield from _text(block.get("text"), 150, required=True, plain=True)
    elif kind == "context" and not 1 <= len(elements) <= 10:
        yield "a context needs 1 to 10 elements"
    elif kind == "actions" and not 1 <= len(elements) <= 25:
        yield "an actions block needs 1 to 25 elements"
    elif kind == "input":
        yield from _text(block.get("label"), 2000, required=True, plain=True)
        if not isinstance(block.get("element"), dict):
            yield "missing required field: element"
    elif kind == "image" and not block.get("alt_text"):
        yield "missing required field: alt_text"
    action_ids = [element["action_id"] for element in elements_of(block) if "action_id" in element]
    if len(set(action_ids)) < len(action_ids):
        yield "`action_id` already exists"
    for element in elements_of(block):
        yield from _element_problems(element)


def _element_problems(element: Json) -> Iterator[str]:
    if len(str(element.get("action_id", ""))) > _ID_LENGTH:
        yield f"action_id must be at most {_ID_LENGTH} characters"
    if element.get("type") == "button":
        yield from _text(element.get("text"), 75, required=True, plain=True)
        if len(str(element.get("value", ""))) > 2000:
            yield "value must be at most 2000 characters"
    options = element.get("options", [])
    if len(options) > 100:
        yield "no more than 100 options allowed"
    for option in options:
        yield from _text(option.get("text"), 75, required=True)
        if not 0 < len(str(option.get("value", ""))) <= 150:
            yield "an option's value needs 1 to 150 characters"


def _text(text: Any, at_most: int, *, required: bool = False, plain: bool = False) -> Iterator[str]:
    if text is None:
        if required:
            yield "missing required field: text"
        return
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield "text must be a text object"
        return
    if plain and text["type"] != "plain_text":
        yield "text must be plain_text"
    if not 0 < len(str(text.get("text", ""))) <= at_most:
        yield f"text must be 1 to {at_most} characters"
