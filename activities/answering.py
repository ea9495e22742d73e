"""The step that answers whoever asked for data: a letter that two people decided, in the words that they were shown."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from activities.disclosure import REQUESTER, Disclosing, Sent
from activities.step import DISCLOSURE_QUEUE, OUTWARD, Patience, Step, performs, step
from domain.answers import OF_WHAT_LEFT, Answer, CaseFacts, answer_item, draft, leaves_at
from domain.base import Model
from domain.effects import Effect, Leave, Remedies
from domain.emergency import Known
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.gates import Family
from domain.ids import outside_key
from domain.voting import Approval


@step
class SendAnswer(Step[Sent]):
    """Send the letter that a REFUSE gate decided. `known` is the requester's standing, as the card's own finding on
    identity says it. A confirmed authority is answered at its mailbox in our directory (`to` is its id), anybody else
    at the address that they gave, and not before the moment that `received_at` gives.

    What speaks of a release is written where the release is made, and nowhere else.
    """

    NAME: ClassVar[str] = "send_answer"
    EFFECT: ClassVar[Effect] = Effect.DISCLOSE
    RESULT: ClassVar[type[Model]] = Sent
    QUEUE: ClassVar[str] = DISCLOSURE_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    answer: Answer
    known: Known
    to: str
    received_at: datetime
    intake: EvidenceRef | None = None
    approval: Approval | None = None


class Answering(Disclosing):
    """`Disclosing` with one step more, of the same worker and with the same checks."""

    @performs(SendAnswer)
    async def answer(self, given: SendAnswer) -> Sent:
        here = given.here
        approval, directory = await self._authorised(given, given.approval, Family.REFUSE)
        if given.answer in OF_WHAT_LEFT:
            raise HoldfastError(Code.GUARD, "a release is told of where it is made")
        if approval.card.recipient != given.to or answer_item(given.answer, given.known) not in approval.card.items:
            raise HoldfastError(Code.NO_APPROVAL, "another letter or another recipient was decided")
        if not _agree(approval, given):
            raise HoldfastError(Code.NO_APPROVAL, "the card says something else of the requester's identity")
        if (given.known is Known.CONFIRMED) == (given.to == REQUESTER):
            raise HoldfastError(Code.GUARD, "who is confirmed is answered at our directory's address, nobody else is")
        if not here.drill and here.at < leaves_at(given.answer, given.known, given.received_at, given.received_at):
            raise HoldfastError(Code.GUARD, "it is too early for a letter to somebody who is not confirmed")
        words = draft(given.answer, given.known, CaseFacts(case=here.case))
        to = await self._address(here.case, given.to, given.intake, directory)
        text = f"{words.subject}\n\n{words.text}".encode()
        kept = await self._vault.put(here.case, EvidenceKind.LETTER, text, name=f"letter/{here.key}")
        key = outside_key(self._key, here.case, here.key)
        sent = await self._mail.send(to, words.subject, words.text, key=key, at=here.at)
        return Sent(message_id=sent, letter=kept)


def _agree(approval: Approval, given: SendAnswer) -> bool:
    """Whether the findings that were decided on hold the requester to be what the letter takes them for."""
    # A finding may say the ladder's colour behind the verdict.
    said = {each.verdict.partition(",")[0] for each in approval.card.findings if each.about == "identity"}
    if given.answer is Answer.IMPERSONATED:  # to an agency that we know, about a writer whom it denies
        return said == {Known.CONTRADICTED.value}
    return (said == {Known.CONFIRMED.value}) == (given.known is Known.CONFIRMED)
