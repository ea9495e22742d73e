"""Everything that anybody sees, on one page for who has no script; plain HTML, every value escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from integrations.simulator.slack.blocks import elements_of
from integrations.simulator.slack.model import Channel, Json, Message, State, View

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
article{border-left:4px solid #767676;margin:.75rem 0;padding:.25rem .75rem}
article.ephemeral{border-left-style:dashed}
.meta{color:#555;font-size:.875rem}
.control{border:1px solid #767676;border-radius:4px;padding:0 .5rem;margin-right:.25rem}
pre{white-space:pre-wrap;margin:.25rem 0;font:inherit}
"""


def render_page(state: State, figures: dict[str, int], connections: int) -> str:
    shown = ", ".join(f"{name} {number}" for name, number in figures.items())
    body = "".join(
        [
            "<h1>Slack stand-in</h1><p>Synthetic workspace: nothing here reaches real Slack.</p>",
            f'<p class="meta">{escape(shown)}; Socket Mode connections {connections}</p>',
            *(_channel(state, channel) for channel in state.channels.values()),
            *(_view(state, view) for view in state.views.values() if view.is_open),
        ]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Slack stand-in</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _channel(state: State, channel: Channel) -> str:
    facts = [channel.kind, *(["archived"] if channel.archived else []), f"id {channel.id}"]
    people = ", ".join(_name(state, member) for member in channel.members)
    messages = sorted([*channel.messages, *channel.ephemerals], key=lambda m: m.ts)
    return (
        f"<section><h2>#{escape(channel.name)}</h2>"
        f'<p class="meta">{escape("; ".join(facts))}; members: {escape(people)}</p>'
        + (f"<p>Topic: {escape(channel.topic)}</p>" if channel.topic else "")
        + "".join(_message(state, channel, message) for message in messages)
        + "</section>"
    )


def _message(state: State, channel: Channel, message: Message) -> str:
    notes = [message.ts]
    if message.ephemeral_to:
        notes.append(f"only visible to {_name(state, message.ephemeral_to)}")
    notes += [
        label
        for label, holds in (
            ("edited", message.edited_ts),
            ("pinned", message.ts in channel.pins),
            ("reply in thread", message.thread_ts),
        )
        if holds
    ]
    kind = ' class="ephemeral"' if message.ephemeral_to else ""
    return (
        f"<article{kind}><b>{escape(_name(state, message.user))}</b> "
        f'<span class="meta">{escape(", ".join(notes))}</span>'
        f"{_content(message.text, message.blocks)}</article>"
    )


def _view(state: State, view: View) -> str:
    title = (view.content.get("title") or {}).get("text") or "Home"
    heading = f"{view.type} of {_name(state, view.user)}: {title}"
    return (
        f'<section><h2>{escape(heading)}</h2><p class="meta">id {escape(view.id)}</p>'
        f"{_content('', view.content.get('blocks', []))}</section>"
    )


def _content(text: str, blocks: list[Json]) -> str:
    """Blocks when there are some, else the text: that is what Slack shows."""
    lines = [line for block in blocks for line in _texts(block)] if blocks else [text]
    controls = [_label(element) for block in blocks for element in elements_of(block)]
    shown = "".join(f"<pre>{escape(line)}</pre>" for line in lines if line)
    pressed = "".join(f'<span class="control">{escape(label)}</span>' for label in controls)
    return shown + (f"<p>{pressed}</p>" if pressed else "")


def _texts(block: Json) -> Iterator[str]:
    if block.get("type") == "rich_text":
        yield from _rich_texts(block)
        return
    candidates = [block.get("text"), block.get("label"), *block.get("fields", [])]
    if block.get("type") == "context":
        candidates += block.get("elements", [])
    for candidate in candidates:
        if isinstance(candidate, dict):
            inner = candidate.get("text") or candidate.get("alt_text") or ""
            yield inner if isinstance(inner, str) else ""
        elif isinstance(candidate, str):
            yield candidate


def _rich_texts(node: Json) -> Iterator[str]:
    if isinstance(node.get("text"), str):
        yield node["text"]
    for child in node.get("elements", []):
        yield from _rich_texts(child)


def _label(element: Json) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return f"{text.get('text') or element.get('type', '')} [{element.get('action_id', '')}]"


def _name(state: State, user_id: str) -> str:
    user = state.users.get(user_id)
    return user.name if user is not None else user_id
