"""Declaring: durable before it is acknowledged, in Temporal or else in the inbox; the same key, the same case."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import keep_input
from console.filing import keep_uploads
from domain.acts import PublicKey
from domain.assessing import declared_severity
from domain.canonical import canonical
from domain.desk import Declaration, Declared
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.ids import case_id, hashed
from domain.incident import OpenIncident, Rehearsal, compressed
from domain.intake import partial_form, unknown_facts
from domain.policy import FieldKind, Procedure, check_form, facts_of
from domain.ports import Cases, Inbox, Vault
from domain.reopening import declare_key
from domain.severity import Assessment
from domain.state import State
from integrations.base.sealing import Sealer
from integrations.base.tracing import here, traced, under

START_WITHIN = timedelta(seconds=2)  # Slack's three seconds, less what the acknowledgement itself takes
_WAITING = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)


class Declarer:
    """Turns a declaration into a running case. `outside` is the key of ids; `trusted` the desk keys a case obeys."""

    def __init__(
        self,
        *,
        client: Client,
        vault: Vault,
        inbox: Inbox,
        sealer: Sealer,
        outside: bytes,
        trusted: tuple[PublicKey, ...],
        procedures: dict[str, Procedure],
        cases: Cases | None = None,
        rehearsal: Rehearsal | None = None,
        drill_factor: float = 1.0,
        stand_ins: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._vault = vault
        self._inbox = inbox
        self._sealer = sealer
        self._outside = outside
        self._trusted = trusted
        self._procedures = procedures
        self._cases = cases
        self.rehearsal = rehearsal or Rehearsal()
        self._drill_factor = drill_factor
        self._stand_ins = stand_ins
        self._now = now

    def procedure(self, slug: str) -> Procedure:
        """By slug, or by prefix in any case (`edr`).

        Raises:
            HoldfastError: `unknown-procedure`.
        """
        wanted = slug.strip().lower().replace("-", "_")
        for each in self._procedures.values():
            if wanted in (each.slug, each.prefix.lower()):
                return each
        raise HoldfastError(Code.UNKNOWN_PROCEDURE)

    async def declare(self, person: str, declaration: Declaration, *, partial: bool = False) -> Declared:
        """Start the case, or join it if this key was declared before. A `partial` declaration needs only whom it is
        about: the fact `missing_facts` names what the case has still to learn. What is attached is sealed first.

        Raises:
            HoldfastError: `unknown-procedure`, `invalid` (the fields by name), `duplicate-key` (the key was used
                for other answers or attachments), `unreachable` when neither Temporal nor the inbox could take it.
        """
        procedure = self.procedure(declaration.slug)
        if self._drill_factor < 1:
            # A deployment that plays drills can open nothing else.
            declaration = declaration.model_copy(update={"drill": True, "drill_factor": self._drill_factor})
        if declaration.drill and not self._stand_ins:
            raise HoldfastError(Code.NOT_ALLOWED, "drills are played only where every outside party is a stand-in")
        if not declaration.key.strip():
            raise HoldfastError(Code.INVALID, "key is required")
        if declaration.drill_factor != 1.0 and not (declaration.drill and 0 < declaration.drill_factor < 1):
            raise HoldfastError(Code.INVALID, "only a drill may be played faster")
        form = partial_form(procedure.intake) if partial else procedure.intake
        problems = check_form(form, declaration.answers)
        if problems:
            raise HoldfastError(Code.INVALID, "; ".join(problems))
        with traced("declare", procedure=procedure.slug, drill=declaration.drill) as span:
            given = await self._incident(person, declaration, procedure, partial)
            declared = await self.open(given, whole=not partial)
            span.set_attribute("holdfast.outcome", _how(declared))
            return declared

    async def open(self, given: OpenIncident, *, whole: bool = False) -> Declared:
        """Start a case, or join it if it was started before. Its input is kept first: it outlives Temporal. `whole`
        says that the same request must have the same attachments too."""
        kept = await keep_input(self._vault, given)
        if whole and kept.attachments != given.attachments:
            # What came later would lie in the vault and be examined by nobody.
            raise HoldfastError(Code.DUPLICATE_KEY, "other attachments")
        if self._cases is not None and await self._cases.copy(kept.case) is not None:
            # It has run before. Should Temporal have lost it, a new beginning would contradict the ledger: recover it.
            return Declared(case=kept.case, new=False)
        return await self._start(kept)

    def case_of(self, slug: str, key: str) -> str:
        """The id of the case that this key declares, whether it was opened or not."""
        return case_id(self._outside, self.procedure(slug).prefix, key)

    async def _incident(
        self, person: str, declaration: Declaration, procedure: Procedure, partial: bool
    ) -> OpenIncident:
        case = case_id(self._outside, procedure.prefix, declaration.key)
        # Not the channel: the same request by another way in is still the same request.
        document = {"answers": declaration.answers, "slug": procedure.slug}
        intake = await self._vault.put(case, EvidenceKind.INTAKE, canonical(document), name="intake")
        attachments = await keep_uploads(self._vault, case, declaration.attachments)
        facts = facts_of(procedure.intake, declaration.answers)
        if partial:
            facts = {**unknown_facts(procedure.intake, declaration.answers), **facts}
        frozen = procedure if declaration.drill_factor == 1.0 else compressed(procedure, declaration.drill_factor)
        return OpenIncident(
            case=case,
            slug=procedure.slug,
            procedure=frozen,
            trusted=self._trusted,
            declared_by=person,
            declared_at=self._now(),
            severity=declared_severity(procedure.severity_rule, facts),
            intake=intake,
            attachments=attachments,
            subject=self._subject(procedure, declaration.answers),
            facts=facts,
            drill=declaration.drill,
            channel=declaration.channel,
            rehearsal=self.rehearsal,
        )

    def _subject(self, procedure: Procedure, answers: dict[str, Any]) -> str:
        """Whom the case is about, as a keyed hash: the same account is found again, and its id stands nowhere."""
        accounts = [str(answers.get(each.name) or "") for each in procedure.intake if each.kind is FieldKind.ACCOUNT]
        return hashed(self._outside, "subject", *accounts) if any(accounts) else ""

    def reopening(self, person: str, old: State, before: OpenIncident, code: str) -> OpenIncident:
        """The input of the case that goes on from a closed one: today's procedure, yesterday's facts.

        Raises:
            HoldfastError: `unknown-procedure` if there is no such procedure any more.
        """
        procedure = self.procedure(old.slug)
        if old.drill and not self._stand_ins:
            raise HoldfastError(Code.NOT_ALLOWED, "drills are played only where every outside party is a stand-in")
        return OpenIncident(
            case=case_id(self._outside, procedure.prefix, declare_key(old.case)),
            slug=procedure.slug,
            procedure=before.procedure if old.drill else procedure,  # a drill keeps the pace that it is played at
            trusted=self._trusted,
            declared_by=person,
            declared_at=self._now(),
            severity=min(Assessment().severity(), old.severity),
            facts=old.facts,
            drill=old.drill,
            channel=before.channel,
            reopens=old.case,
            because=code,
            rehearsal=self.rehearsal,
        )

    async def _start(self, given: OpenIncident) -> Declared:
        try:
            return Declared(case=given.case, new=await self._run(given))
        except RPCError as error:
            if error.status not in _WAITING:
                raise HoldfastError(Code.FAULT, "Temporal refused the start") from None
        kept = {"traceparent": here(), **given.model_dump(mode="json")}
        body = self._sealer.seal(given.case, json.dumps(kept).encode())
        new = await self._inbox.put(given.case, "declare", body)
        return Declared(case=given.case, new=new, running=False)

    async def _run(self, given: OpenIncident) -> bool:
        """True if this call started it; False if it ran or had ended before."""
        try:
            await self._client.start_workflow(
                given.procedure.workflow,
                given,
                id=given.case,
                task_queue="sop",
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                priority=Priority(priority_key=given.severity.priority_key),
                rpc_timeout=START_WITHIN,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def drain(self) -> int:
        """Start what waits in the inbox, oldest first; returns how many. Called again and again by the desk.

        Raises:
            HoldfastError: the first request that could not be opened; it stays, and those behind it were started.
        """
        started, unreadable = 0, None
        for key, kind, body in await self._inbox.pending():
            if kind != "declare":
                continue
            try:
                kept = json.loads(self._sealer.open(key, body))
                caller = kept.pop("traceparent", "")
                given = OpenIncident.model_validate(kept)
            except HoldfastError as error:
                unreadable = unreadable or error
                continue
            try:
                with under(caller, "declare from the inbox", procedure=given.slug, drill=given.drill):
                    await self._run(given)
            except RPCError as error:
                if error.status in _WAITING:
                    return started
                raise
            await self._inbox.done(key)
            started += 1
        if unreadable is not None:
            raise unreadable
        return started


def _how(declared: Declared) -> str:
    if not declared.running:
        return "kept"
    return "new" if declared.new else "known"
