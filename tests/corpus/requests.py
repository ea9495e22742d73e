"""The corpus: invented requests, each with how its world behaves and how it must end. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.incident import Outcome
from tests.corpus.playing import Behaviour


class Kind(StrEnum):
    """What the request really is, which nobody in the case knows."""

    GENUINE = "genuine"
    CARELESS = "careless"  # an authority's, and not as it should be; or nobody's who may ask
    FORGED = "forged"


@dataclass(frozen=True)
class Request:
    """One entry. `key` names it, and the agency in whose name it is written: `police.<key>.example.org`.

    `asks` are the answers of the intake form, over those that every request has. `slowed` is what came on top of the
    shortest way to a release, by the names of `tests.corpus.measuring.SLOWS`. `lives` is where the user lives ("" is
    nobody knows, None is that there is no such account), `at_home` the agency's country, `listed` whether our own list
    has it, `second` whether with a second number. `agency_of`, `sender_of`, `officer_of` and `account_of` name the
    entry with which it shares these, and which is played first. `before` are requests of the same officer that came
    just before. `brief`: it began with what `asks` has and no more.
    """

    key: str
    name: str
    kind: Kind
    outcome: Outcome
    code: str = ""
    slowed: tuple[str, ...] = ()
    asks: Mapping[str, Any] = field(default_factory=dict)
    how: Behaviour = field(default_factory=Behaviour)
    lives: str | None = "US"
    at_home: str = "US"
    listed: bool = True
    second: bool = True
    agency_of: str = ""
    sender_of: str = ""
    officer_of: str = ""
    account_of: str = ""
    before: tuple[Mapping[str, Any], ...] = ()
    brief: bool = False

    @property
    def after(self) -> tuple[str, ...]:
        """The entries that must have ended before."""
        shared = (self.agency_of, self.sender_of, self.officer_of, self.account_of)
        return tuple(dict.fromkeys(each for each in shared if each))

    @property
    def domain(self) -> str:
        return f"police.{self.agency_of or self.key}.example.org"
