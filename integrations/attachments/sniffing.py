"""What a file is by its content: an allow-list of three, and the right word for everything else."""

from __future__ import annotations

import io
import zipfile

import puremagic

from domain.attachments import Media, Refusal

# At the very first byte: other readers look further in, and that is how one file passes for two.
_LISTED = {b"%PDF-": Media.PDF, b"\x89PNG\r\n\x1a\n": Media.PNG, b"\xff\xd8\xff": Media.JPEG}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: Word, Excel and PowerPoint up to 2003
_OLE_VBA = tuple(name.encode("utf-16-le") for name in ("_VBA_PROJECT", "Macros", "VBA"))  # names of its streams
_ARCHIVES = frozenset(
    {
        ".zip", ".jar", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".lzma", ".zst", ".lz", ".lz4", ".z",
        ".cab", ".arj", ".ace", ".iso", ".img", ".dmg", ".vhd", ".vhdx", ".cpio", ".rpm", ".deb", ".ar", ".lzh",
    }
)  # fmt: skip
_MAIL_HEADERS = (b"received:", b"return-path:", b"from:", b"mime-version:", b"delivered-to:", b"message-id:")


def kind_of(data: bytes) -> Media | Refusal:
    """The media of a listed document; else why it is refused. Nothing is unpacked or decoded for it."""
    for start, media in _LISTED.items():
        if data.startswith(start):
            return Refusal.TWO_IN_ONE if zipfile.is_zipfile(io.BytesIO(data)) else media
    if data.startswith(_OLE):
        return Refusal.MACROS if any(name in data for name in _OLE_VBA) else Refusal.OFFICE
    if zipfile.is_zipfile(io.BytesIO(data)):
        return _zip(data)
    if data[:64].lstrip().lower().startswith(_MAIL_HEADERS):
        return Refusal.MESSAGE
    return Refusal.ARCHIVE if _guesses(data) & _ARCHIVES else Refusal.NOT_LISTED


def _zip(data: bytes) -> Refusal:
    """Office documents are archives too; the table of contents tells them apart. Nothing in it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [each.lower() for each in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return Refusal.ARCHIVE
    if any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in names):
        return Refusal.MACROS
    office = "[content_types].xml" in names or "meta-inf/manifest.xml" in names
    return Refusal.OFFICE if office else Refusal.ARCHIVE


def _guesses(data: bytes) -> set[str]:
    try:
        return {each.extension for each in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return set()
