"""Declaring: durable before it is acknowledged, in Temporal or else in the inbox; the same key, the same case."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.acts import PublicKey
from domain.assessing import declared_severity
from domain.canonical import canonical
from domain.desk import Declaration, Declared
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.ids import case_id
from domain.incident import OpenIncident, Rehearsal, compressed
from domain.policy import Procedure, check_form, facts_of
from domain.ports import Inbox, Vault
from integrations.base.sealing import Sealer

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

    async def declare(self, person: str, declaration: Declaration) -> Declared:
        """Start the case, or join it if this key was declared before.

        Raises:
            HoldfastError: `unknown-procedure`, `invalid` (the fields by name), `duplicate-key` (the key was used
                for other answers), `unreachable` when neither Temporal nor the inbox could take it.
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
        problems = check_form(procedure.intake, declaration.answers)
        if problems:
            raise HoldfastError(Code.INVALID, "; ".join(problems))
        given = await self._incident(person, declaration, procedure)
        return await self._start(given)

    async def _incident(self, person: str, declaration: Declaration, procedure: Procedure) -> OpenIncident:
        case = case_id(self._outside, procedure.prefix, declaration.key)
        # Not the channel: the same request by another way in is still the same request.
        document = {"answers": declaration.answers, "slug": procedure.slug}
        intake = await self._vault.put(case, EvidenceKind.INTAKE, canonical(document), name="intake")
        facts = facts_of(procedure.intake, declaration.answers)
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
            facts=facts,
            drill=declaration.drill,
            channel=declaration.channel,
            rehearsal=self.rehearsal,
        )

    async def _start(self, given: OpenIncident) -> Declared:
        try:
            return Declared(case=given.case, new=await self._run(given))
        except RPCError as error:
            if error.status not in _WAITING:
                raise HoldfastError(Code.FAULT, "Temporal refused the start") from None
        body = self._sealer.seal(given.case, given.model_dump_json().encode())
        new = await self._inbox.put(given.case, "declare", body)
        return Declared(case=given.case, new=new, running=False)

    async def _run(self, given: OpenIncident) -> bool:
        """True if this call started it; False if it ran or had ended before."""
        try:
            await self._client.start_workflow(
                f"sop.{given.slug}",
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
                given = OpenIncident.model_validate(json.loads(self._sealer.open(key, body)))
            except HoldfastError as error:
                unreadable = unreadable or error
                continue
            try:
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
