"""All that a report is made of, gathered; nothing in it names a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from activities.review import DraftReview
from domain.base import Model
from domain.figures import Figures
from domain.people import Directory
from domain.timeline import Entry, LedgerEntry

NOBODY = "the system"
UNKNOWN_ROLE = "unknown role"


class Said(Model):
    """An opinion as it is printed: its role, its factors, its words with our people's names taken out."""

    role: str
    factors: tuple[str, ...]
    words: str = ""


class Material(Model):
    """`written` is the case's chain, `beside` what was reported on the review itself after the case had closed.
    `texts` are the words of actions by number; `head` the case's last hash."""

    given: DraftReview
    written: tuple[LedgerEntry, ...]
    beside: tuple[Entry, ...] = ()
    figures: Figures
    said: tuple[Said, ...] = ()
    texts: dict[int, str] = {}
    roles: dict[str, str] = {}
    added: int = 0
    agrees: bool = True

    @property
    def entries(self) -> tuple[Entry, ...]:
        return (*(each.entry for each in self.written), *self.beside)

    @property
    def head(self) -> str:
        return self.written[-1].hash if self.written else ""

    @property
    def marking(self) -> str:
        """What stands on every page."""
        said = ["DRILL: nothing in this case was real"] if self.given.here.drill else []
        if self.given.privileged:
            said.append("Privileged and confidential. Prepared at the direction of counsel")
        else:
            said.append("Confidential. Internal review")
        return " · ".join(said)

    def role(self, entry: Entry) -> str:
        return self.roles.get(entry.who, UNKNOWN_ROLE) if entry.who else NOBODY


def roles_of(directory: Directory) -> dict[str, str]:
    """The first role of everybody, by id, in words."""
    return {each.id: in_words(each.roles[0].value) for each in directory.people if each.roles}


def in_words(code: str) -> str:
    return code.replace("-", " ").replace("_", " ")


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def without_names(text: str, directory: Directory) -> str:
    """The text with every name, id and address of our people replaced by their role: an opinion is never a person's."""
    known: dict[str, str] = {}
    for each in directory.people:
        role = f"[{in_words(each.roles[0].value)}]" if each.roles else "[colleague]"
        parts = each.name.split()
        known |= {word: role for word in (each.name, each.id, each.email, each.slack) if word}
        if parts and len(parts[0]) > 2:  # a first name alone names somebody too; a shorter one hides half the text
            known[parts[0]] = role
    if not known:
        return text
    longest_first = sorted(known, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(" + "|".join(re.escape(each) for each in longest_first) + r")(?!\w)", re.IGNORECASE)
    lowered = {word.lower(): role for word, role in known.items()}
    return pattern.sub(lambda found: lowered[found[1].lower()], text)


def of_kind(entries: Sequence[Entry], *kinds: object) -> list[Entry]:
    return [each for each in entries if each.kind in kinds]


def counted(values: Sequence[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for each in values:
        found[each] = found.get(each, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
