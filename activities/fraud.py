"""Telling those whose name was used, and those who look for whoever used it: at our own address for them."""

from __future__ import annotations

from typing import ClassVar

from activities.disclosure import Disclosing, Sent
from activities.letters import letter, letter_digest
from activities.step import DISCLOSURE_QUEUE, OUTWARD, Patience, Step, performs, step
from domain.base import Model
from domain.cards import CardItem
from domain.effects import Effect, Leave, Remedies
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.gates import Family
from domain.ids import outside_key
from domain.voting import Approval


def report_item(name: str, to: str) -> CardItem:
    """A letter to somebody of our list, as people decide on it: its name, its words, its addressee."""
    return CardItem(id=f"letter:{name}@{to}", label=f"letter {name} to {to}", sha256=letter_digest(name))


@step
class ReportForgery(Step[Sent]):
    """Send one letter about a forged request to somebody of our own list, as two people decided."""

    NAME: ClassVar[str] = "report_forgery"
    EFFECT: ClassVar[Effect] = Effect.DISCLOSE
    RESULT: ClassVar[type[Model]] = Sent
    QUEUE: ClassVar[str] = DISCLOSURE_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    letter: str
    to: str
    approval: Approval | None = None


class Reporting(Disclosing):
    """Reports of forged requests, with the same checks as every disclosure."""

    @performs(ReportForgery)
    async def report(self, given: ReportForgery) -> Sent:
        approval, directory = await self._authorised(given, given.approval, Family.REFUSE)
        wanted = report_item(given.letter, given.to)
        if all((each.id, each.sha256) != (wanted.id, wanted.sha256) for each in approval.card.items):
            raise HoldfastError(Code.NO_APPROVAL, "another letter or another recipient was decided")
        to = directory.agency(given.to)
        if to is None or not to.mailbox:
            raise HoldfastError(Code.GUARD, "the recipient has no mailbox in our directory")
        here, words = given.here, letter(given.letter, case=given.here.case)
        text = f"{words.subject}\n\n{words.text}".encode()
        kept = await self._vault.put(here.case, EvidenceKind.LETTER, text, name=f"letter/{here.key}")
        key = outside_key(self._key, here.case, here.key)
        sent = await self._mail.send(to.mailbox, words.subject, words.text, key=key, at=here.at)
        return Sent(message_id=sent, letter=kept)
