"""What came of all that was sent with a request: codes for the card and the people who verify, never a word of it."""

from __future__ import annotations

from domain.acts import Facts
from domain.attachments import SUSPICIOUS, Accepted, Declined, Examined, Refusal, Sealed
from domain.base import Model
from domain.cards import Finding
from domain.document_checks import Signal

HIT = "hash-list-hit"
"""Why a case is opened for an attachment that a list knows."""


class Papers(Model):
    """Every attachment in the order in which it came. `linked` is the case that was opened because a list knows one."""

    examined: tuple[Examined, ...] = ()
    linked: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """For the card: one for each attachment, by its number."""
        return tuple(
            Finding(about=f"attachment-{number}", verdict=each.result.outcome, because=codes_of(each))
            for number, each in enumerate(self.examined, start=1)
        )

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What their texts give away, each once. Signs for people; none of them decides anything."""
        found = [each.result.signals for each in self.examined if isinstance(each.result, Accepted)]
        return tuple(dict.fromkeys(signal for signals in found for signal in signals))

    @property
    def about(self) -> Facts:
        """For the task of whoever reads the papers: how many there are to look at, and how many nobody may see."""
        return {
            "attachments": len(self.examined),
            "to-read": sum(isinstance(each.result, Accepted) for each in self.examined),
            "refused": sum(isinstance(each.result, Declined) for each in self.examined),
            "sealed": self.sealed,
        }

    @property
    def sealed(self) -> int:
        """How many a hash list knows."""
        return sum(isinstance(each.result, Sealed) for each in self.examined)


def codes_of(examined: Examined) -> tuple[str, ...]:
    """What became of one attachment, as codes."""
    match examined.result:
        case Accepted(media=media, signals=signals):
            return (
                media.value,
                *(f"{each.sign.value}-{each.about}" if each.about else each.sign.value for each in signals),
            )
        case Declined(code=code):
            return (code.value,)
        case Sealed():
            return (HIT,)


def suspicious(examined: Examined) -> Refusal | None:
    """The code of an attachment that somebody built to do harm; None for any other."""
    result = examined.result
    return result.code if isinstance(result, Declined) and result.code in SUSPICIOUS else None
