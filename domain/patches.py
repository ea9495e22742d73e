"""Every branch that running cases take by the version they began under: what for, since when, until when."""

from __future__ import annotations

from domain.base import Model


class Patch(Model):
    """A named change of what a running case does. `since` is the release that brought it, `why` what differs,
    `until` what must be true of every open case before the old branch may go."""

    name: str
    since: str
    why: str
    until: str


_NO_OLDER = "no open case was declared before that release (`holdfast replay --live` names what open cases ask for)"
PATCHES = {
    each.name: each
    for each in (
        Patch(
            name="follow-up-armed",
            since="0.1.0",
            why="a follow-up says in the ledger when it is due, so that the auditor can miss it",
            until=_NO_OLDER,
        ),
        Patch(
            name="export",
            since="0.1.0",
            why="a run's history is kept in the vault after it continued as new, and at the close",
            until=_NO_OLDER,
        ),
        Patch(
            name="ratify-late",
            since="0.1.0",
            why="what was done at once and is not ratified in time is said aloud",
            until=_NO_OLDER,
        ),
        Patch(
            name="review-beside",
            since="0.1.0",
            why="the review starts beside the procedure, so that no effect waits for it",
            until=_NO_OLDER,
        ),
        Patch(
            name="books-before-the-review",
            since="0.1.0",
            why="the end of a case is in the ledger before its review hears of it",
            until=_NO_OLDER,
        ),
        Patch(
            name="review-of-standing-down",
            since="0.1.0",
            why="a case that is stood down is reviewed too",
            until=_NO_OLDER,
        ),
        Patch(
            name="review-at-re-entry",
            since="0.1.0",
            why="a run that continues as new begins a review that the one before did not come to",
            until=_NO_OLDER,
        ),
        Patch(
            name="books-in-turn",
            since="0.1.0",
            why="what an act sets in motion writes the ledger once for both, before its effect",
            until=_NO_OLDER,
        ),
        Patch(
            name="books-shared",
            since="0.1.0",
            why="whoever needs the ledger's receipt takes that of a write which held its entries already",
            until=_NO_OLDER,
        ),
    )
}
"""By name. A name is never used twice, also not after its removal."""
