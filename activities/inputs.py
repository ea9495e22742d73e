"""A case's whole input, kept where Temporal cannot lose it: what a run that is gone is started from again."""

from __future__ import annotations

from pydantic import ValidationError

from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.incident import OpenIncident
from domain.ports import Vault

_NAME = "input"


async def keep_input(vault: Vault, given: OpenIncident) -> OpenIncident:
    """Keep the input before the case is started, and return what is kept: the first that was, for ever.

    The same request opens the same case with the very same input, also when it comes twice at once.
    """
    kept = await kept_input(vault, given.case)
    if kept is not None:
        return kept
    try:
        await vault.put(given.case, EvidenceKind.INPUT, given.model_dump_json().encode(), name=_NAME)
    except HoldfastError as error:
        if error.code is not Code.DUPLICATE_KEY:
            raise
        return await kept_input(vault, given.case) or given
    return given


async def kept_input(vault: Vault, case: str) -> OpenIncident | None:
    """The input that a case was started with; None if there never was such a case.

    Raises:
        HoldfastError: as `Vault.get`; `unreadable` if another version kept it in a form that this one cannot read.
    """
    ref = await vault.find(case, _NAME)
    if ref is None:
        return None
    try:
        return OpenIncident.model_validate_json(await vault.get(case, ref))
    except ValidationError:
        raise HoldfastError(Code.UNREADABLE, "the input of the case") from None
