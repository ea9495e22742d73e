"""The one verdict that a command line asks for, and what it comes to on the card that was shown."""

from __future__ import annotations

from dataclasses import dataclass

from console.cli.exits import Told
from domain.acts import Act, Approve, ApproveLess, AskFirst, Deny, Withdraw
from domain.cards import Card
from domain.desk import Desk, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.people import Role


@dataclass(frozen=True)
class Question:
    """A question before deciding; it goes to the vault only when it is asked."""

    text: str
    of: Role
    minutes: int


@dataclass(frozen=True)
class Chosen:
    """What the person chose."""

    verdict: Approve | ApproveLess | Deny | Withdraw | Question

    def check(self, waiting: Waiting, card: Card) -> None:
        """Raises HoldfastError: `reason-required` or `not-a-subset`, naming what the card offers."""
        reasons = tuple(waiting.card.get("reasons", ()))
        if isinstance(self.verdict, Deny) and reasons and self.verdict.code not in reasons:
            raise HoldfastError(Code.REASON_REQUIRED, ", ".join(reasons))
        because = tuple(waiting.card.get("because", ()))
        if isinstance(self.verdict, Approve) and because and self.verdict.code not in because:
            raise HoldfastError(Code.REASON_REQUIRED, f"--because {', '.join(because)}")
        if isinstance(self.verdict, ApproveLess):
            wanted = frozenset(self.verdict.items)
            if not wanted or not wanted <= card.item_ids:
                raise HoldfastError(Code.NOT_A_SUBSET, ", ".join(sorted(card.item_ids)))

    def narrowed(self, card: Card) -> Card:
        """The card with what would leave by this verdict alone."""
        return card.only(frozenset(self.verdict.items)) if isinstance(self.verdict, ApproveLess) else card

    def sentence(self, card: Card) -> str:
        """What happens if they go on, as a button would say it."""
        match self.verdict:
            case Approve() | ApproveLess():
                return card.button
            case Deny(code=code):
                return f"Deny with the reason {code!r}; nothing leaves"
            case Withdraw():
                return "Take back your decision"
            case Question(of=of, minutes=minutes):
                return f"Ask {of.value} first and wait {minutes} minutes; nothing leaves"

    async def act(self, desk: Desk, person: str, case: str) -> Act:
        """The act to send; a question is put into the vault here."""
        if not isinstance(self.verdict, Question):
            return self.verdict
        kept = await desk.keep(person, case, EvidenceKind.REASON, self.verdict.text)
        return AskFirst(question=kept, of=self.verdict.of, minutes=self.verdict.minutes)


def verdict_of(
    *, approve: bool, only: str, deny: str, ask: str, of: str, minutes: int, withdraw: bool, because: str = ""
) -> Chosen:
    """Exactly one of the ways to decide.

    Raises:
        HoldfastError: `invalid` for none, several, or a question to no known role.
    """
    if (
        sum((approve, bool(only), bool(deny), bool(ask), withdraw)) != 1
        or bool(of) != bool(ask)
        or (because and not approve)
    ):
        raise Told(
            Code.INVALID,
            "Choose one: --approve (with --because where the card asks), --only ITEM,ITEM, --deny CODE, "
            "--ask QUESTION with --of ROLE, or --withdraw.",
        )
    if ask:
        return Chosen(Question(ask, _role(of), minutes))
    if only:
        return Chosen(ApproveLess(items=tuple(each.strip() for each in only.split(",") if each.strip())))
    if deny:
        return Chosen(Deny(code=deny))
    return Chosen(Approve(code=because) if approve else Withdraw())


def _role(text: str) -> Role:
    try:
        return Role(text.strip().lower())
    except ValueError:
        known = ", ".join(each.value for each in Role)
        raise Told(Code.INVALID, f"--of names no role; choose one of: {known}.") from None
