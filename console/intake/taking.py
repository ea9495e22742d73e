"""Takes a line in: durable before anybody is told so, ruled once, and started as a case or left for a person."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from temporalio.service import RPCError

from console.declaring import Declarer
from console.filing import keep_uploads, kept_uploads
from console.intake.recipes import Offered
from console.intake.sources import Source
from domain.canonical import digest
from domain.desk import Declaration
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceRef
from domain.ids import hashed
from domain.intake import (
    KEY_REUSED,
    Budgets,
    Channel,
    Facets,
    IntakeLine,
    MailEvidence,
    RequesterTrust,
    Ruling,
    SourceTrust,
    Verdict,
    answers_of,
    budgets_of,
    lane_of,
    missing_facts,
    requester_trust,
)
from domain.line_codes import LineState
from domain.outside import LiveDirectory
from domain.policy import FieldKind, FormField, Procedure
from domain.ports import Vault
from domain.triage import IntakeLines, Line, LineQuery, LineView, NewLine, Taken
from domain.uploads import Upload
from integrations.base.sealing import Sealer

_LOG = logging.getLogger("holdfast.intake")
_SAID = {"procedure", "requester", "domain", "text", "identifier", "answers", "attachments", "taken_by"}


class Intake:
    """Every way in ends here. `key` is that of ids, so that the same request is the same line and the same case.

    `heard` is told of each case that was opened, by id and slug.
    """

    def __init__(
        self,
        *,
        lines: IntakeLines,
        declarer: Declarer,
        directory: LiveDirectory,
        sealer: Sealer,
        key: bytes,
        vault: Vault,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        heard: Callable[[str, str], None] = lambda case, slug: None,
    ) -> None:
        self.lines = lines
        self._declarer = declarer
        self._directory = directory
        self._sealer = sealer
        self._key = key
        self._vault = vault
        self.now = now
        self._heard = heard

    def procedure(self, slug: str) -> Procedure:
        """Raises:
        HoldfastError: `unknown-procedure`.
        """
        return self._declarer.procedure(slug)

    def line_id(self, source: str, key: str) -> str:
        """The id of a line: the source's own name for it, hashed, and so never another source's."""
        return hashed(self._key, "intake", source, key)

    async def seal(self, source: str, key: str, uploads: Sequence[Upload]) -> tuple[EvidenceRef, ...]:
        """Keep what was handed in with a request, under a key of its line's own. Nobody opens it."""
        return await keep_uploads(self._vault, self.scope(source, key), uploads)

    def scope(self, source: str, key: str) -> str:
        """Where in the vault lies what came with a request."""
        return f"LINE-{self.line_id(source, key)}"

    async def offer(self, source: Source, offered: Offered, mail: MailEvidence | None = None) -> Taken:
        """What came in at a source. See `take`.

        Raises:
            HoldfastError: as `take`.
        """
        said = mail.from_domain if mail is not None else offered.email.rpartition("@")[2]
        domain = said.strip().lower().rstrip(".")
        proven = mail is not None and mail.authenticated
        trust = SourceTrust.AUTHENTICATED if proven else source.trust
        agency = await self._agency(domain) or (source.agency if not domain else "")
        answers = dict(offered.answers)
        form = self._declarer.procedure(source.procedure).intake
        sealed = await self.seal(source.name, offered.key, offered.uploads)
        if offered.email and (field := _mail_field(form)):
            answers.setdefault(field, offered.email)
        line = IntakeLine(
            key=offered.key,
            source=source.name,
            channel=source.channel,
            procedure=source.procedure,
            source_trust=trust,
            requester=offered.requester,
            requester_trust=requester_trust(trust, offered.requester, domain, agency, source.agency),
            agency=agency,
            domain=domain,
            text=offered.text,
            identifier=offered.identifier.strip(),
            answers=answers,
            attachments=sealed,
            scope=self.scope(source.name, offered.key),
            mail=mail,
            received_at=self.now(),
        )
        return await self.take(line, source.budgets)

    async def _agency(self, domain: str) -> str:
        """The directory's agency of this domain. While the directory cannot be read nobody is listed: the line comes
        in all the same, in the lane of its source."""
        try:
            found = (await self._directory.current()).agency_of_domain(domain) if domain else None
        except HoldfastError:
            return ""
        return found.id if found is not None else ""

    async def take(self, line: IntakeLine, own: Budgets | None = None) -> Taken:
        """Durable when this returns. Then its case runs, or waits in the inbox, or is started by `resume`; or the line
        waits for a person. The same key again is answered as it was.

        Raises:
            HoldfastError: `unknown-procedure`; `duplicate-key` if the source used this key for something else, which
                is kept as a line of its own for which people are called; `transient` if the store is away.
        """
        number = self.line_id(line.source, line.key)
        # What was said, and not what we made of it: a directory that was edited must not make a repeat look different.
        said = digest(line.model_dump(mode="json", include=_SAID))
        new = self._new(number, hashed(self._key, "intake-body", said), line, own)
        try:
            taken = await self.lines.take(new)
        except HoldfastError as error:
            if error.code is Code.DUPLICATE_KEY:
                again = line.model_copy(update={"key": f"{line.key}\n{new.digest}"})
                ruled = Ruling(verdict=Verdict.TRIAGE, why=KEY_REUSED)
                number = self.line_id(again.source, again.key)
                await self.lines.take(self._new(number, new.digest, again, own).model_copy(update={"forced": ruled}))
            raise
        if taken.line.state is LineState.STARTING:
            return taken.model_copy(update={"line": await self.start(taken.line)})
        return taken

    def _keyed(self, name: str, value: str) -> str:
        """The keyed hash by which a line is found again; "" of nothing."""
        plain = value.strip().lower()
        return hashed(self._key, f"intake-{name}", plain) if plain else ""

    def _new(self, number: str, said: str, line: IntakeLine, own: Budgets | None) -> NewLine:
        agency = self._keyed("agency", line.agency)
        facets = Facets(
            lane=lane_of(line.source, line.source_trust, line.requester_trust, agency),
            target=self._keyed("target", line.identifier),
            agency=agency,
            domain=self._keyed("domain", line.domain),
        )
        return NewLine(
            line=number,
            digest=said,
            told=line,
            facets=facets,
            budgets=budgets_of(line.source_trust, line.requester_trust, own),
            case=self._declarer.case_of(line.procedure, _declare_key(number)),
            body=self._sealer.seal(f"intake:{number}", line.model_dump_json().encode()),
        )

    def hashes(self, query: LineQuery) -> LineQuery:
        """The query as the store can answer it."""
        names = ("domain", "agency", "target")
        return query.model_copy(update={name: self._keyed(name, getattr(query, name)) for name in names})

    async def read(self, line: str) -> LineView:
        """A line and what was said.

        Raises:
            HoldfastError: `no-such-subject`, `unknown-key`, `tampered`.
        """
        row, body = await self.lines.line(line), await self.lines.body(line)
        if row is None or body is None:
            raise HoldfastError(Code.NO_SUCH_SUBJECT)
        told = IntakeLine.model_validate(json.loads(self._sealer.open(f"intake:{line}", body)))
        form = self._declarer.procedure(told.procedure).intake
        return LineView(line=row, told=told, missing=missing_facts(told, form))

    async def start(self, line: Line) -> Line:
        """Open the line's case, if it can be now; else `resume` will. Never twice: the case's id is the line's."""
        try:
            await self._start(line.line)
        except HoldfastError as error:
            _LOG.error("a line is not started yet: code=%s line=%s; it is tried again", error.code.value, line.line)
        except RPCError as error:
            _LOG.error("a line is not started yet: status=%s line=%s; it is tried again", error.status.name, line.line)
        return await self.lines.line(line.line) or line

    async def _start(self, line: str) -> None:
        told = (await self.read(line)).told
        procedure = self._declarer.procedure(told.procedure)
        declaration = Declaration(
            slug=procedure.slug,
            answers=answers_of(told, procedure.intake),
            key=_declare_key(line),
            channel=told.channel.value,
            attachments=await kept_uploads(self._vault, told.scope or f"LINE-{line}", told.attachments),
        )
        declared = await self._declarer.declare(told.taken_by or f"source:{told.source}", declaration, partial=True)
        await self.lines.started(line, self.now())
        if declared.new:
            self._heard(declared.case, procedure.slug)

    async def resume(self) -> int:
        """Start what was taken and not started: a crash, or a fault of ours, came between. Returns how many were."""
        started = 0
        for line in await self.lines.starting():
            after = await self.start(line)
            started += after.state is LineState.STARTED
        return started

    async def open(self, line: str, person: str, identifier: str) -> Line:
        """A person opens a case from a line that waits.

        Raises:
            HoldfastError: `invalid` if nothing says whom it is about, `not-open`.
        """
        view = await self.read(line)
        about = identifier.strip() or view.told.identifier
        if not about:
            raise HoldfastError(Code.INVALID, "identifier")
        if view.line.state is not LineState.OPEN:
            raise HoldfastError(Code.NOT_OPEN)
        case = self._declarer.case_of(view.told.procedure, _declare_key(line))
        told = view.told.model_copy(update={"identifier": about})
        body = self._sealer.seal(f"intake:{line}", told.model_dump_json().encode())
        target = self._keyed("target", about)
        await self.lines.opened(line, case=case, target=target, body=body, person=person, at=self.now())
        return await self.start(await self._row(line))

    async def _row(self, line: str) -> Line:
        row = await self.lines.line(line)
        if row is None:
            raise HoldfastError(Code.NO_SUCH_SUBJECT)
        return row

    def phone_line(self, person: str, given: Offered, procedure: str) -> IntakeLine:
        """A call that one of us took down. That proves who took it, and nothing of who called."""
        domain = given.email.rpartition("@")[2].strip().lower()
        form = self._declarer.procedure(procedure).intake
        field = _mail_field(form)
        answers = {**({field: given.email} if given.email and field else {}), **given.answers}
        return IntakeLine(
            key=given.key,
            source="phone",
            channel=Channel.PHONE,
            procedure=procedure,
            source_trust=SourceTrust.PERSON,
            requester=given.requester,
            requester_trust=RequesterTrust.UNKNOWN,
            domain=domain,
            text=given.text,
            identifier=given.identifier.strip(),
            answers=answers,
            taken_by=person,
            received_at=self.now(),
        )

    async def phone(self, person: str, given: Offered, procedure: str) -> Taken:
        """Take a call down. See `take`."""
        line = self.phone_line(person, given, procedure)
        sealed = await self.seal(line.source, line.key, given.uploads)
        line = line.model_copy(update={"attachments": sealed, "scope": self.scope(line.source, line.key)})
        agency = await self._agency(line.domain)
        trust = requester_trust(line.source_trust, line.requester, line.domain, agency, "")
        return await self.take(line.model_copy(update={"agency": agency, "requester_trust": trust}))


def _declare_key(line: str) -> str:
    return f"intake:{line}"


def _mail_field(form: tuple[FormField, ...]) -> str:
    """The field for the requester's mail address, where the form has one."""
    return next((each.name for each in form if each.kind is FieldKind.EMAIL), "")
