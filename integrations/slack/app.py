"""The Slack app: commands, forms and presses over Socket Mode, in the desk's own process.

Durable first, then the acknowledgement; only opening a form acknowledges first.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.models.views import View
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from domain.desk import Desk
from domain.errors import SENTENCES, Code, HoldfastError, Passing
from domain.policy import Procedure
from integrations.base.tracing import request
from integrations.slack import words
from integrations.slack.calls import call, open_client
from integrations.slack.cards import KEEP, OPEN, OVERTURN, RETRY, SEEN, SKIP, TAKE, renewed
from integrations.slack.commands import Commands, OpenForm, once, within
from integrations.slack.forms import DECLARE, answers_of, errors_of, intake_form, told_form, waiting_form
from integrations.slack.presses import Outcome, Presses

COMMAND = "/incident"
_NOT_RECORDED = f"NOT recorded. {SENTENCES[Code.FAULT]}"


class SlackApp:
    """Turns what Slack sends into questions to the desk, and answers into what Slack shows."""

    def __init__(self, commands: Commands, presses: Presses, *, desk_url: str) -> None:
        self._commands = commands
        self._presses = presses
        self._desk_url = desk_url

    def listen(self, app: AsyncApp) -> None:
        """Register with Bolt."""
        app.command(COMMAND)(self.on_command)
        app.view(DECLARE)(self.on_submit)
        for action in (RETRY, SKIP, KEEP, TAKE, SEEN):
            app.action(action)(self.on_press)
        app.action({"action_id": _numbered(OVERTURN)})(self.on_press)
        app.action(OPEN)(self.on_link)
        app.error(self.on_fault)

    async def on_command(
        self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        with request("slack /incident"):
            answer = await self._commands.answer(body["user_id"], body.get("text") or "", body["trigger_id"])
        if not isinstance(answer, OpenForm):
            await ack(text=answer, response_type="ephemeral")
            return
        await ack()
        try:
            await self._open(answer, body["user_id"], body["trigger_id"], client)
        except HoldfastError as error:
            key = once("trigger", body["trigger_id"])
            await respond(self._commands.refused(error, answer.procedure, key, answer.drill), response_type="ephemeral")

    async def _open(self, form: OpenForm, slack_id: str, trigger_id: str, client: AsyncWebClient) -> None:
        """A skeleton before the trigger dies, then what belongs there."""
        title = form.procedure.title
        opened = await call("views.open", client.views_open(trigger_id=trigger_id, view=waiting_form(title)))
        view: View
        try:
            await within(self._commands.person(slack_id), Code.UNREACHABLE)
            view = intake_form(form.procedure, drill=form.drill)
        except HoldfastError as error:
            view = told_form(title, words.escaped(error.sentence))
        shown = opened["view"]
        await call("views.update", client.views_update(view_id=shown["id"], hash=shown["hash"], view=view))

    async def on_submit(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        kind, _, slug = str(view.get("private_metadata", "")).partition(":")
        procedure = self._commands.procedure(slug)
        if procedure is None:
            await ack(response_action="update", view=told_form("Incident", SENTENCES[Code.UNKNOWN_PROCEDURE]))
            return
        key, drill = once("view", view["id"]), kind == "drill"
        try:
            answers = answers_of(procedure, view["state"]["values"])
            with request("slack form", procedure=procedure.slug):
                declared = await self._commands.declare(body["user"]["id"], procedure, answers, key, drill)
        except HoldfastError as error:
            why = self._commands.refused(error, procedure, key, drill)
            detail = error.detail if error.code is Code.INVALID else ""
            await ack(response_action="errors", errors=errors_of(procedure, why, detail))
        else:
            receipt = told_form(procedure.title, self._commands.declared(declared))
            await ack(response_action="update", view=receipt)

    async def on_press(
        self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        action, slack_id = body["actions"][0], body["user"]["id"]
        value = str(action.get("value", ""))
        with request("slack press"):
            outcome = await self._presses.press(slack_id, action["action_id"], value, action["action_ts"])
        await ack()
        await respond(text=outcome.receipt, response_type="ephemeral", replace_original=False)
        if outcome.renew:
            await self._renew(body, slack_id, value, outcome, client)

    async def _renew(
        self, body: dict[str, Any], slack_id: str, value: str, outcome: Outcome, client: AsyncWebClient
    ) -> None:
        """The card shows what is there now: other buttons, or none."""
        message = body.get("message")
        if not message:
            return  # an ephemeral card cannot be edited, and its receipt was given
        controls = await self._presses.now(slack_id, value)
        blocks = renewed(message.get("blocks") or [], controls, outcome.note, self._desk_url)
        await call(
            "chat.update",
            client.chat_update(
                channel=body["channel"]["id"], ts=message["ts"], text=message.get("text") or outcome.note, blocks=blocks
            ),
        )

    async def on_link(self, ack: AsyncAck) -> None:
        """A press on a link is reported as well; the browser has opened it already."""
        await ack()

    async def on_fault(
        self,
        error: Exception,
        body: dict[str, Any],
        respond: AsyncRespond,
        response: BoltResponse | None,
        logger: logging.Logger,
    ) -> BoltResponse | None:
        """A fault of ours: kept in the log with its trace, and the person is told that nothing was recorded.

        The answer is returned, because Bolt forgets what was acknowledged by a listener that raises.
        """
        logger.error("%s from Slack failed: %s", body.get("type", COMMAND), type(error).__name__, exc_info=error)
        if response is None:
            return None  # it was acknowledged: the receipt or the case's card tell what became of it
        answer: dict[str, Any] = {}
        if "command" in body:
            answer = {"response_type": "ephemeral", "text": _NOT_RECORDED}
        elif body.get("type") == "view_submission":
            first = body["view"]["blocks"][0]["block_id"]
            answer = {"response_action": "errors", "errors": {first: _NOT_RECORDED}}
        else:
            await respond(text=_NOT_RECORDED, response_type="ephemeral", replace_original=False)
        return BoltResponse(
            status=200, headers={"content-type": "application/json"}, body=json.dumps(answer) if answer else ""
        )


def _numbered(action: str) -> re.Pattern[str]:
    return re.compile(rf"{action}_\d+")


async def _renew_address(client: SocketModeClient, seconds: float) -> None:
    """The SDK asks for an address once and then tries it for ever, but Slack's addresses expire within a minute."""
    while True:
        await asyncio.sleep(seconds)
        if not await client.is_connected():
            client.wss_uri = None  # as the SDK itself begins


@asynccontextmanager
async def open_slack_app(
    desk: Desk,
    *,
    procedures: Mapping[str, Procedure],
    api_url: str | None,
    bot_token: str,
    app_token: str,
    desk_url: str,
    ping_interval: float = 10,
    drill_factor: float = 1.0,
) -> AsyncIterator[None]:
    """Answers Slack while the context is open; comes up without Slack, and connects when it is there.

    `procedures` (by slug) give the forms; `api_url` None is Slack's own; `ping_interval` is in seconds, and after
    four of them without an answer the connection is made anew; with `drill_factor` below 1 every case is a
    drill, played that much faster.

    Raises:
        HoldfastError: `needs-a-person` or `permanent` when Slack does not accept one of the tokens.
    """
    commands = Commands(desk, procedures, desk_url=desk_url, drill_factor=drill_factor)
    async with open_client(api_url, bot_token) as client:
        app = AsyncApp(name="holdfast", logger=client.logger, client=client, signing_secret="none: Socket Mode")  # noqa: S106
        SlackApp(commands, Presses(desk), desk_url=desk_url).listen(app)
        handler = AsyncSocketModeHandler(app, app_token, logger=client.logger, ping_interval=ping_interval)
        handler.client.proxy = None
        try:
            # The SDK tries for ever, also with a token that will never do; so the tokens are asked for first.
            with suppress(Passing):
                await call("auth.test", client.auth_test())
                opened = await call("apps.connections.open", client.apps_connections_open(app_token=app_token))
                handler.client.wss_uri = opened["url"]
            tasks = [
                asyncio.create_task(handler.connect_async()),  # type: ignore[no-untyped-call]
                asyncio.create_task(_renew_address(handler.client, 4 * ping_interval)),
            ]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]
