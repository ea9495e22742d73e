"""Reaching one person about what is no case: the pager first, mail next. Nobody reached is an answer, and is said."""

from __future__ import annotations

import logging
from datetime import datetime

from domain.errors import HoldfastError
from domain.outside import Mail, Pager
from domain.people import Person

_LOG = logging.getLogger("holdfast.desk")


async def reach(
    pager: Pager | None,
    mail: Mail | None,
    person: Person,
    *,
    about: str,
    kind: str,
    summary: str,
    key: str,
    now: datetime,
) -> bool:
    """Whether a page or a mail was taken. `key` makes a repeated call count once."""
    try:
        if pager is not None and await pager.page(person.id, about, kind=kind, summary=summary, severity=1, key=key):
            return True
    except HoldfastError as error:
        _LOG.warning("the pager did not take a page about %s: %s", kind, error.code.value)
    if mail is None or not person.email:
        return False
    try:
        await mail.send(person.email, about, summary, key=key, at=now)
    except HoldfastError as error:
        _LOG.warning("nor did the mail relay: %s", error.code.value)
        return False
    return True
