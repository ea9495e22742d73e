"""The Slack app: what Slack sends becomes a question to the desk, and the answer what Slack shows; however it travels.

Durable first, then the acknowledgement; only opening a form acknowledges first.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from domain.errors import SENTENCES, Code, HoldfastError
from integrations.base.tracing import request
from integrations.slack import words
from integrations.slack.calls import Refusal, call
from integrations.slack.cards import APPROVE, FILL, KEEP, OPEN, OVERTURN, RETRY, SEEN, SKIP, TAKE, Pressed, renewed
from integrations.slack.commands import Commands, OpenForm, OpenTriage, once, within
from integrations.slack.forms import DECLARE, answers_of, errors_of, intake_form, told_form, waiting_form
from integrations.slack.home import DECLARE_HERE, Home
from integrations.slack.presses import Outcome, Presses
from integrations.slack.replies import tell
from integrations.slack.tab import HomeTab
from integrations.slack.triage import (
    SEVERITY,
    STRANGER,
    TRIAGE,
    UNSURE,
    WHAT,
    WORDS,
    Origin,
    assessed_in,
    chosen,
    severity_form,
    stranger_form,
    triage_form,
)
from integrations.slack.verbs import OpenWork
from integrations.slack.who import user_of
from integrations.slack.work import WORK, Work, work_errors

COMMAND = "/incident"
ESCALATE_MESSAGE, REPORT = "holdfast_escalate_message", "holdfast_report"
_NOT_RECORDED = f"NOT recorded. {SENTENCES[Code.FAULT]}"
_LOG = logging.getLogger("holdfast.slack")
# A form that somebody closed, or that another delivery has drawn already, needs no drawing.
_GONE = ("hash_conflict", "not_found")
# This very press was delivered before, and its form stands open.
_SPENT = "exchanged_trigger_id"
# Words of somebody whom the directory does not know: Slack id, words, key. Returns what to tell them.
ToTriage = Callable[[str, str, str], Awaitable[str]]


class SlackApp:
    """Registers with Bolt, over Socket Mode and over HTTP alike. Without `to_triage` a stranger is told no."""

    def __init__(
        self,
        commands: Commands,
        presses: Presses,
        home: Home,
        work: Work,
        *,
        desk_url: str,
        to_triage: ToTriage | None = None,
    ) -> None:
        self._commands = commands
        self._presses = presses
        self._tab = HomeTab(home)
        self._work = work
        self._desk_url = desk_url
        self._to_triage = to_triage

    def listen(self, app: AsyncApp) -> None:
        """Register with Bolt."""
        app.command(COMMAND)(self.on_command)
        app.shortcut(ESCALATE_MESSAGE)(self.on_message_shortcut)
        app.shortcut(REPORT)(self.on_report)
        for form, handler in (
            (DECLARE, self.on_submit),
            (TRIAGE, self.on_triaged),
            (STRANGER, self.on_stranger),
            (SEVERITY, self.on_severity),
            (WORK, self.on_worked),
        ):
            app.view(form)(handler)
        for action in (RETRY, SKIP, KEEP, TAKE, SEEN, APPROVE):
            app.action(action)(self.on_press)
        app.action({"action_id": _numbered(OVERTURN)})(self.on_press)
        app.action(FILL)(self.on_fill)
        app.action(OPEN)(self.on_link)
        app.action(DECLARE_HERE)(self.on_report)
        self._tab.listen(app)
        app.error(self.on_fault)

    # -- commands and shortcuts ---------------------------------------------------------------------------

    async def on_command(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        respond: AsyncRespond,
        client: AsyncWebClient,
        context: AsyncBoltContext,
    ) -> None:
        who, trigger = user_of(body, context.authorize_result), body["trigger_id"]
        with request("slack /incident"):
            answer = await self._commands.answer(who, body.get("text") or "", trigger, body.get("channel_id", ""))
        if isinstance(answer, str):
            await ack(text=answer, response_type="ephemeral")
            return
        await ack()
        try:
            if isinstance(answer, OpenForm):
                drawn = intake_form(answer.procedure, drill=answer.drill)
                await self._open(answer.procedure.title, trigger, client, lambda: self._known(who, drawn))
            elif isinstance(answer, OpenTriage):
                await self._open_triage(who, trigger, client, Origin(answer.drill))
            elif isinstance(answer, OpenWork):
                pressed = Pressed(answer.case, answer.key, "")
                await self._open("Review", trigger, client, lambda: self._work.form(who, pressed))
            else:
                case = answer.case
                await self._open("How bad is it?", trigger, client, lambda: self._known(who, severity_form(case)))
        except HoldfastError as error:
            said = f"The form did NOT open. {words.escaped(error.sentence)}"
            if isinstance(answer, OpenForm):
                said = self._commands.refused(error, answer.procedure, once("trigger", trigger), answer.drill)
            await tell(said, body, respond, client)

    async def on_message_shortcut(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        respond: AsyncRespond,
        client: AsyncWebClient,
        context: AsyncBoltContext,
    ) -> None:
        """Escalate this message: its words stand in the form, and it is one case however many people escalate it."""
        await ack()
        message = body["message"]
        origin = Origin(message=once("message", body["channel"]["id"], str(message["ts"])))
        who, text = user_of(body, context.authorize_result), str(message.get("text", ""))
        try:
            await self._open_triage(who, body["trigger_id"], client, origin, text)
        except HoldfastError as error:
            await tell(f"The form did NOT open. {words.escaped(error.sentence)}", body, respond, client)

    async def on_report(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """The global shortcut, and the button of the Home tab."""
        await ack()
        try:
            await self._open_triage(user_of(body, context.authorize_result), body["trigger_id"], client, Origin())
        except HoldfastError as error:
            await tell(f"The form did NOT open. {words.escaped(error.sentence)}", body, None, client)

    # -- forms --------------------------------------------------------------------------------------------

    async def _open_triage(
        self, who: str, trigger: str, client: AsyncWebClient, origin: Origin, text: str = ""
    ) -> None:
        async def draw() -> View:
            try:
                await self._commands.person(who)
            except HoldfastError as error:
                if error.code is not Code.UNKNOWN_PERSON or self._to_triage is None:
                    raise
                return stranger_form(origin, text)
            return triage_form(self._commands.procedures, origin, text, unsure=self._to_triage is not None)

        await self._open("What has happened?", trigger, client, draw)

    async def _known(self, who: str, view: View) -> View:
        await self._commands.person(who)
        return view

    async def _open(
        self, title: str, trigger: str, client: AsyncWebClient, draw: Callable[[], Awaitable[View]]
    ) -> None:
        """A skeleton before the trigger dies, then what belongs there."""
        try:
            opened = await call("views.open", client.views_open(trigger_id=trigger, view=waiting_form(title)))
        except Refusal as refusal:
            if refusal.error == _SPENT:
                return
            raise
        try:
            view = await within(draw(), Code.UNREACHABLE)
        except HoldfastError as error:
            view = told_form(title, words.escaped(error.sentence))
        except Exception as error:
            # It was acknowledged, and Bolt forgets that when a listener raises: so nothing may be raised from here.
            _LOG.error("a form could not be drawn: %s", type(error).__name__, exc_info=error)
            view = told_form(title, SENTENCES[Code.FAULT])
        shown = opened["view"]
        try:
            await call("views.update", client.views_update(view_id=shown["id"], hash=shown["hash"], view=view))
        except Refusal as refusal:
            if refusal.error not in _GONE:
                raise

    async def on_triaged(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """The kind is chosen: its own form, in the same window, with the words that were there; or nobody can say."""
        values, origin = view["state"]["values"], Origin.of(str(view.get("private_metadata", "")))
        if chosen(values, WHAT) == UNSURE:
            await self.on_stranger(ack, body, view, context)
            return
        procedure = self._commands.procedure(chosen(values, WHAT))
        if procedure is None:
            await ack(response_action="errors", errors={WHAT: SENTENCES[Code.UNKNOWN_PROCEDURE]})
            return
        form = intake_form(procedure, drill=origin.drill, message=origin.message, text=chosen(values, WORDS))
        await ack(response_action="update", view=form)

    async def on_stranger(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Words for people to read. Of somebody unknown there is only Slack's word for who it is; an id of another
        organisation is nobody's of ours."""
        origin, said = Origin.of(str(view.get("private_metadata", ""))), chosen(view["state"]["values"], WORDS)
        key = origin.message or once("view", view["id"])
        if self._to_triage is None:
            await ack(response_action="errors", errors={WORDS: SENTENCES[Code.UNKNOWN_PERSON]})
            return
        try:
            with request("slack triage"):
                writer, known = str(body["user"]["id"]), user_of(body, context.authorize_result)
                told = await within(self._to_triage(writer if known == writer else f"{known}/{writer}", said, key))
        except HoldfastError as error:
            empty = error.code is Code.INVALID
            why = "Say in a few words what has happened." if empty else f"NOT confirmed. {error.sentence}"
            await ack(response_action="errors", errors={WORDS: why})
        else:
            await ack(response_action="update", view=told_form("Thank you", words.escaped(told)))

    async def on_severity(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        who, case = user_of(body, context.authorize_result), str(view.get("private_metadata", ""))
        try:
            act = assessed_in(view["state"]["values"])
            with request("slack form"):
                said = await within(self._commands.reassess(who, case, act, once("view", view["id"])))
        except HoldfastError as error:
            await ack(response_action="errors", errors={"imminence": error.sentence})
        else:
            await ack(response_action="update", view=told_form("How bad is it?", said))

    async def on_submit(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        kind, slug, message, offered = (*str(view.get("private_metadata", "")).split(":"), "", "", "")[:4]
        procedure = self._commands.procedure(slug)
        if procedure is None:
            await ack(response_action="update", view=told_form("Incident", SENTENCES[Code.UNKNOWN_PROCEDURE]))
            return
        key, drill = once(message, slug) if message else once("view", view["id"]), kind == "drill"
        try:
            answers = answers_of(procedure, view["state"]["values"])
            with request("slack form", procedure=procedure.slug):
                who = user_of(body, context.authorize_result)
                declared = await self._commands.declare(who, procedure, answers, key, drill, bool(offered))
        except HoldfastError as error:
            why = self._commands.refused(error, procedure, key, drill)
            detail = error.detail if error.code is Code.INVALID else ""
            await ack(response_action="errors", errors=errors_of(procedure, why, detail))
        else:
            said = self._commands.declared(declared)
            receipt = told_form(procedure.title, said)
            if declared.offered:
                receipt = intake_form(procedure, drill=drill, message=message, offer=said)
            await ack(response_action="update", view=receipt)

    async def on_fill(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        """A press on work of a review: its form, or why there is none."""
        await ack()
        who, value = user_of(body, context.authorize_result), str(body["actions"][0].get("value", ""))
        try:
            pressed = Pressed.of(value)
            await self._open("Review", body["trigger_id"], client, lambda: self._work.form(who, pressed))
        except HoldfastError as error:
            await tell(f"The form did NOT open. {words.escaped(error.sentence)}", body, None, client)

    async def on_worked(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        try:
            with request("slack form"):
                said = await within(self._work.submit(user_of(body, context.authorize_result), view))
        except HoldfastError as error:
            await ack(response_action="errors", errors=work_errors(view, error))
        else:
            await ack(response_action="update", view=told_form("Review", said))

    # -- presses and the Home tab -------------------------------------------------------------------------

    async def on_press(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        respond: AsyncRespond,
        client: AsyncWebClient,
        context: AsyncBoltContext,
    ) -> None:
        action, slack_id = body["actions"][0], user_of(body, context.authorize_result)
        value = str(action.get("value", ""))
        with request("slack press"):
            outcome = await self._presses.press(slack_id, action["action_id"], value, action["action_ts"])
        await ack()
        await tell(outcome.receipt, body, respond, client)
        if outcome.renew:
            try:
                await self._renew(body, slack_id, value, outcome, client)
            except HoldfastError as error:
                # The receipt was given, and a press on the old card is told what is there now. Raising here would make
                # Bolt forget the acknowledgement, and Slack call a recorded choice failed.
                _LOG.warning("a card could not be drawn anew: %s", error.sentence)

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

    # -- faults -------------------------------------------------------------------------------------------

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
            fields = [each["block_id"] for each in body["view"]["blocks"] if each.get("type") == "input"]
            answer = {"response_action": "errors", "errors": {fields[0]: _NOT_RECORDED}}
        elif body.get("response_url"):
            await respond(text=_NOT_RECORDED, response_type="ephemeral", replace_original=False)
        return BoltResponse(
            status=200, headers={"content-type": "application/json"}, body=json.dumps(answer) if answer else ""
        )


def _numbered(action: str) -> re.Pattern[str]:
    return re.compile(rf"{action}_\d+")
