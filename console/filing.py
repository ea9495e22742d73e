"""What lies in the vault before an act or a case carries its reference: words that a form wants sealed, attachments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from domain.canonical import canonical, digest
from domain.desk import Desk
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef, ref_of, ref_text
from domain.policy import FieldKind, FormField
from domain.ports import Vault
from domain.rows import read_rows, write_rows
from domain.uploads import Upload, plain_name


async def keep_uploads(vault: Vault, case: str, uploads: Sequence[Upload]) -> tuple[EvidenceRef, ...]:
    """Seal what was handed in; the names that its sender gave are kept beside it and used for nothing. The same things
    again are the same references, whatever they are called then.

    Raises:
        HoldfastError: what the vault raises.
    """
    kept = tuple([await _upload(vault, case, number, each) for number, each in enumerate(uploads, start=1)])
    if any(each.name for each in uploads) and await vault.find(case, _names(kept)) is None:
        names = canonical([plain_name(each.name) for each in uploads])
        await vault.put(case, EvidenceKind.INTAKE, names, name=_names(kept))
    return kept


async def kept_uploads(vault: Vault, case: str, kept: Sequence[EvidenceRef]) -> tuple[Upload, ...]:
    """What was handed in, to be sealed for the case that it opens."""
    found = await vault.find(case, _names(kept))
    names: list[str] = json.loads(await vault.get(case, found)) if found is not None else [""] * len(kept)
    pairs = zip(kept, names, strict=True)
    return tuple([Upload(data=await vault.get(case, ref), name=name) for ref, name in pairs])


async def _upload(vault: Vault, case: str, number: int, upload: Upload) -> EvidenceRef:
    """What was handed in under a key that is used already lies beside the first, until somebody says what it is."""
    name = f"attachment-{number}"
    try:
        return await vault.put(case, EvidenceKind.ATTACHMENT, upload.data, name=name)
    except HoldfastError as error:
        if error.code is not Code.DUPLICATE_KEY:
            raise
        other = f"{name}/{hashlib.sha256(upload.data).hexdigest()}"
        return await vault.put(case, EvidenceKind.ATTACHMENT, upload.data, name=other)


def _names(kept: Sequence[EvidenceRef]) -> str:
    return f"attachment-names/{digest([each.id for each in kept])}"


def seals(form: Sequence[FormField]) -> bool:
    """Whether a form has anything to seal or rows to write."""
    return any(each.kind in (FieldKind.DOCUMENT, FieldKind.ROWS) for each in form)


async def filed(
    desk: Desk, person: str, case: str, form: Sequence[FormField], answers: Mapping[str, object]
) -> dict[str, object]:
    """The answers with every document sealed and every row written; what fits no kind is left for the form's check."""
    found = dict(answers)
    for each in form:
        value = found.get(each.name)
        if each.kind is FieldKind.DOCUMENT and isinstance(value, str) and value:
            found[each.name] = await _sealed(desk, person, case, EvidenceKind.OPINION, value)
        elif each.kind is FieldKind.ROWS and isinstance(value, list | tuple):
            rows = [dict(row) if isinstance(row, Mapping) else row for row in value]
            plain = read_rows(rows) if all(isinstance(row, str) for row in rows) else rows
            if plain is not None and all(isinstance(row, dict) for row in plain):
                found[each.name] = write_rows(
                    [await _row(desk, person, case, each.columns, row) for row in plain if isinstance(row, dict)]
                )
    return found


async def _row(
    desk: Desk, person: str, case: str, columns: Sequence[FormField], row: Mapping[str, object]
) -> dict[str, object]:
    found = dict(row)
    for each in columns:
        value = found.get(each.name)
        if each.kind is FieldKind.DOCUMENT and isinstance(value, str) and value:
            found[each.name] = await _sealed(desk, person, case, EvidenceKind.ACTION, value)
    return found


async def _sealed(desk: Desk, person: str, case: str, kind: EvidenceKind, text: str) -> str:
    return text if ref_of(text) else ref_text(await desk.keep(person, case, kind, text))
