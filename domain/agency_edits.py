"""One revision of the list of agencies: an edit with its number and time, as the text that the desk signed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field, ValidationError

from domain.acts import PublicKey, Signed
from domain.agencies import Confirmed, Dropped, Edit, Notified, Proposed
from domain.base import Model
from domain.errors import Code
from domain.refusal import Refused
from domain.signing import Signer, open_text

_CONTEXT = b"holdfast agency edit v1\x00"


class Revision(Model):
    """Edit `number` (from 1), accepted at `at` (UTC)."""

    number: int
    at: datetime
    edit: Annotated[Edit, Field(discriminator="kind")]

    @property
    def who(self) -> str:
        """Whose edit it is; empty where it is the desk's own."""
        match self.edit:
            case Proposed(by=by) | Confirmed(by=by) | Dropped(by=by):
                return by.person
            case Notified(by=person):
                return person
            case _:
                return ""


def sealed(signer: Signer, revision: Revision) -> Signed:
    return signer.sign_text(_CONTEXT, revision.model_dump_json())


def opened(signed: Signed, trusted: Iterable[PublicKey] | None) -> Revision | Refused:
    """The revision if one of these desks signed exactly it; None: whoever asks has no key to check with."""
    body = signed.body if trusted is None else open_text(_CONTEXT, signed, trusted)
    if isinstance(body, Refused):
        return body
    try:
        return Revision.model_validate_json(body)
    except ValidationError:
        return Refused(code=Code.UNREADABLE)
