"""What a person does in Slack: type a command, press a button, send a form, write, look at the Home tab."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from integrations.simulator.slack import payloads
from integrations.simulator.slack.arguments import Arguments
from integrations.simulator.slack.blocks import find_element
from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.inputs import UserCannot, action, form_values
from integrations.simulator.slack.methods_chat import read_content
from integrations.simulator.slack.methods_views import accept_view, replace
from integrations.simulator.slack.model import BOT_USER, TEAM_ID, Channel, Json, Message, ResponseUrl, User, View
from integrations.simulator.slack.outbox import DeliveryFailed, Outbox
from integrations.simulator.slack.response_urls import show
from integrations.simulator.slack.results import ClickResult, CommandResult, EventReceipt, SubmitResult
from integrations.simulator.slack.workspace import Workspace


class UserVerbs:
    """Channels are named by id, name or `#name`. What a person could not do raises UserCannot."""

    def __init__(self, workspace: Workspace, outbox: Outbox) -> None:
        self.workspace = workspace
        self.outbox = outbox

    async def command(self, user: str, channel: str, command: str, text: str = "") -> CommandResult:
        """Type a slash command; returns when the app acknowledged or Slack gave up (3 s)."""
        who, where = self._there(user, channel)
        hook = self.workspace.new_response_url(where.id, who.id, None)
        sent = payloads.slash_command(
            who,
            where,
            command,
            text,
            trigger_id=self.workspace.new_trigger(who.id),
            response_url=self._url("commands", hook),
        )
        try:
            ack = await self.outbox.send("slash_commands", sent)
        except DeliveryFailed as failure:
            return CommandResult(False, failure.code, {}, sent, None, hook)
        try:
            shown = self._show(where, who, ack)
        except SlackError as refusal:
            return CommandResult(False, f"invalid_command_response: {refusal.code}", ack, sent, None, hook)
        return CommandResult(True, None, ack, sent, shown.ts if shown else None, hook)

    async def click(
        self, user: str, channel: str, message_ts: str, action_id: str, value: Any = None, *, times: int = 1
    ) -> ClickResult:
        """Press a control of a message; `times` delivers the very same press that often, at once."""
        who, where = self._there(user, channel)
        message = self._visible(who, where, message_ts)
        block, element = _control(message.blocks, action_id)
        hook = self.workspace.new_response_url(where.id, who.id, message.ts)
        sent = payloads.block_actions_on_message(
            who,
            where,
            message,
            action(block, element, value, self.workspace.next_ts()),
            trigger_id=self.workspace.new_trigger(who.id),
            response_url=self._url("actions", hook),
        )
        return await self._interact(sent, hook, times)

    async def click_view(
        self, user: str, view_id: str, action_id: str, value: Any = None, *, times: int = 1
    ) -> ClickResult:
        """Press a control of a modal or of the Home tab."""
        who = self._person(user)
        view = self._view(who, view_id)
        block, element = _control(view.content["blocks"], action_id)
        pressed = action(block, element, value, self.workspace.next_ts())
        trigger_id = self.workspace.new_trigger(who.id)
        sent = payloads.block_actions_on_view(who, view, pressed, {}, trigger_id=trigger_id)
        return await self._interact(sent, None, times)

    async def submit(self, user: str, view_id: str, values: Mapping[str, Any]) -> SubmitResult:
        """Send a modal; `values` maps block or action ids to plain values (an option's value, a user id, a text)."""
        who = self._person(user)
        view = self._view(who, view_id)
        if not view.content.get("submit"):
            raise UserCannot(f"view {view_id!r} has no submit button")
        state = form_values(view.content["blocks"], values)
        trigger_id = self.workspace.new_trigger(who.id)
        sent = payloads.view_submission(who, view, state, trigger_id=trigger_id)
        try:
            answer = await self.outbox.send("interactive", sent)
        except DeliveryFailed as failure:
            return SubmitResult(False, failure.code, None, {}, view.id, sent)
        return self._after_submit(view, answer, sent)

    async def close(self, user: str, view_id: str) -> None:
        """Close a modal without sending it; the app is told only where it asked to be (`notify_on_close`)."""
        who = self._person(user)
        view = self._view(who, view_id)
        self._close(view, everything=False)
        self.workspace.changed()
        if view.content.get("notify_on_close"):
            with suppress(DeliveryFailed):  # Slack tells nobody that this one was not delivered
                await self.outbox.send("interactive", payloads.view_closed(who, view))

    async def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> str:
        """Write a message; returns its `ts`. The app hears of it where it is a member, and when mentioned."""
        who, where = self._there(user, channel)
        if where.archived:
            raise UserCannot(f"channel {channel!r} is archived")
        content = {"text": text, "thread_ts": thread_ts, "client_msg_id": str(uuid.uuid4())}
        message = self.workspace.post(where, who.id, content)
        if BOT_USER in where.members:
            event = payloads.message_event(where, message)
            self._event(event)
            if f"<@{BOT_USER}>" in text and where.kind != "im":
                mention = {k: v for k, v in event.items() if k != "channel_type"}
                self._event({**mention, "type": "app_mention"})
        self.workspace.changed()
        return message.ts

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> ClickResult:
        who, where = self._there(user, channel)
        message = self._visible(who, where, ts)
        hook = self.workspace.new_response_url(where.id, who.id, message.ts)
        sent = payloads.message_shortcut(
            who,
            where,
            message,
            callback_id,
            trigger_id=self.workspace.new_trigger(who.id),
            response_url=self._url("actions", hook),
            action_ts=self.workspace.next_ts(),
        )
        return await self._interact(sent, hook, 1)

    async def global_shortcut(self, user: str, callback_id: str) -> ClickResult:
        who = self._person(user)
        trigger_id, action_ts = self.workspace.new_trigger(who.id), self.workspace.next_ts()
        sent = payloads.global_shortcut(who, callback_id, trigger_id=trigger_id, action_ts=action_ts)
        return await self._interact(sent, None, 1)

    async def open_home(self, user: str) -> EventReceipt:
        """Open the app's Home tab; the app is told by an event and may publish a view."""
        who = self._person(user)
        channel, _ = self.workspace.direct_message([who.id])
        event = payloads.home_opened_event(who, channel, self.home(user), self.workspace.next_ts())
        receipt = self._event(event)
        self.workspace.changed()
        return receipt

    async def create_channel(self, user: str, name: str, *, private: bool = False) -> str:
        """A channel made by a person: the app is not in it. Returns its id."""
        who = self._person(user)
        if self.workspace.find_channel(name) is not None:
            raise UserCannot(f"channel {name!r} exists")
        kind: Any = "private" if private else "public"
        channel = self.workspace.add_channel(name, kind, who.id, [who.id])
        self.workspace.changed()
        return channel.id

    def home(self, user: str) -> View | None:
        """The Home tab as last published for that person."""
        return self.workspace.state.views.get(self.workspace.state.homes.get(user, ""))

    def modal(self, user: str) -> View | None:
        """The modal on top of that person's screen."""
        views = self.workspace.state.views.values()
        mine = [v for v in views if v.user == user and v.is_open and v.type == "modal"]
        return mine[-1] if mine else None

    async def _interact(self, sent: Json, hook: ResponseUrl | None, times: int) -> ClickResult:
        deliveries = (self.outbox.send("interactive", sent) for _ in range(times))
        outcomes = await asyncio.gather(*deliveries, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, DeliveryFailed):
                raise outcome
        errors = tuple(outcome.code for outcome in outcomes if isinstance(outcome, DeliveryFailed))
        return ClickResult(errors, sent, hook)

    def _after_submit(self, view: View, answer: Json, sent: Json) -> SubmitResult:
        kind = answer.get("response_action")
        errors: dict[str, str] = {}
        on_screen: View | None = view
        try:
            if kind == "errors":
                errors = dict(answer.get("errors") or {})
                known = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
                if not errors or not errors.keys() <= known:
                    raise SlackError("invalid_error_blocks")
            elif kind == "update":
                replace(self.workspace, view, accept_view(answer.get("view"), "modal"))
            elif kind == "push":
                content = accept_view(answer.get("view"), "modal")
                on_screen = self.workspace.add_view(view.user, content, under=view)
            elif kind in (None, "clear"):
                on_screen = self._close(view, everything=kind == "clear")
            else:
                raise SlackError("invalid_response_action")
        except SlackError as refusal:
            return SubmitResult(False, refusal.code, kind, {}, view.id, sent)
        self.workspace.changed()
        return SubmitResult(True, None, kind, errors, on_screen.id if on_screen else None, sent)

    def _close(self, view: View, *, everything: bool) -> View | None:
        view.is_open = False
        for other in self.workspace.state.views.values():
            if everything and other.root_id == view.root_id:
                other.is_open = False
        below = self.workspace.state.views.get(view.previous_id or "")
        return below if below is not None and below.is_open else None

    def _show(self, channel: Channel, who: User, ack: Json) -> Message | None:
        """What the ack of a command puts on the screen. Raises SlackError for one that Slack would not show."""
        if not (ack.get("text") or ack.get("blocks")):
            self.workspace.changed()
            return None
        content = read_content(Arguments(ack))
        shown = show(self.workspace, channel, who.id, content, in_channel=ack.get("response_type") == "in_channel")
        self.workspace.changed()
        return shown

    def _event(self, event: Json) -> EventReceipt:
        event_id = self.workspace.next_id("Ev")
        now = int(self.workspace.now())
        return self.outbox.send_event(payloads.event_callback(event, event_id=event_id, event_time=now))

    def _person(self, user: str) -> User:
        found = self.workspace.state.users.get(user)
        if found is None or found.is_bot:
            raise UserCannot(f"no such person: {user!r}")
        return found

    def _there(self, user: str, channel: str) -> tuple[User, Channel]:
        who = self._person(user)
        where = self.workspace.find_channel(channel)
        if where is None or who.id not in where.members:
            raise UserCannot(f"{user!r} is in no channel {channel!r}")
        return who, where

    def _visible(self, who: User, where: Channel, ts: str) -> Message:
        for message in [*where.messages, *where.ephemerals]:
            if message.ts == ts and message.ephemeral_to in (None, who.id):
                return message
        raise UserCannot(f"{who.id!r} sees no message {ts!r} in {where.id!r}")

    def _view(self, who: User, view_id: str) -> View:
        view = self.workspace.state.views.get(view_id)
        if view is None or view.user != who.id or not view.is_open:
            raise UserCannot(f"{who.id!r} sees no view {view_id!r}")
        return view

    def _url(self, kind: str, hook: ResponseUrl) -> str:
        return f"{self.workspace.base_url}/{kind}/{TEAM_ID}/{hook.token}"


def _control(blocks: list[Json], action_id: str) -> tuple[Json, Json]:
    found = find_element(blocks, action_id)
    if found is None:
        raise UserCannot(f"nothing to press with action id {action_id!r}")
    return found
