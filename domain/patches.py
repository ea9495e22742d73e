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
    )
}
"""By name. A name is never used twice, also not after its removal."""
