"""The second program of the child: a document becomes bare pixels and text. It runs inside `confine.py` alone.

What it says is believed by nobody: the parent takes codes from a closed list, counts, and pixels by their number.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import importlib
import io
import pkgutil
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdf
import pypdfium2
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from integrations.attachments.frames import (
    DIGESTS,
    HEADER,
    LENGTH,
    PAGE,
    SAYS_DIGESTS,
    SAYS_DONE,
    SAYS_INSPECTED,
    SAYS_PAGE,
    SAYS_REFUSED,
    SAYS_TEXT,
)

_SCALE = 150 / 72  # 150 dots per inch: small print stays readable, a sheet stays under four megapixels
_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch-action",
    "/SubmitForm": "outward-action",
    "/ImportData": "outward-action",
    "/GoToR": "outward-action",
    "/GoToE": "embedded-file",
    "/Rendition": "active-content",
    "/Movie": "active-content",
    "/Sound": "active-content",
    "/RichMediaExecute": "active-content",
}
_KEYS = {
    "/JS": "javascript",
    "/EmbeddedFiles": "embedded-file",
    "/EF": "embedded-file",
    "/Collection": "embedded-file",
    "/XFA": "active-content",
    "/RichMediaContent": "active-content",
}
_SUBTYPES = {
    "/FileAttachment": "embedded-file",
    "/RichMedia": "active-content",
    "/3D": "active-content",
    "/Screen": "active-content",
    "/Movie": "active-content",
    "/Sound": "active-content",
}
_PICTURES = ("/DCTDecode", "/DCT", "/JPXDecode")  # stored in a document byte for byte as the file that they were
_IMAGES = {b"png ": "PNG", b"jpeg": "JPEG"}


def load_everything() -> None:
    """Import what the libraries would import on the way: behind the closed door they could not."""
    for name in ("ImageColor", "ImageChops", "ImagePalette", "JpegImagePlugin", "MpoImagePlugin", "PngImagePlugin"):
        importlib.import_module(f"PIL.{name}")
    importlib.import_module("PIL.TiffImagePlugin")  # reads the EXIF block of a photograph
    for each in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
        with contextlib.suppress(ImportError):  # what needs an extra that is not installed is not needed
            importlib.import_module(each.name)
    for name in ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-be", "utf-16-le", "cp1252", "mac-roman", "charmap"):
        codecs.lookup(name)


class Unfit(Exception):
    """The document is not accepted; the text is the code."""


def work(read: BinaryIO, write: BinaryIO) -> None:
    """Read one document, say what is in it, wait for the word to go on, then draw it."""
    media, size, *limits = HEADER.unpack(read.read(HEADER.size))
    data = read.read(size)
    try:
        if media == b"pdf ":
            _pdf(data, limits, read, write)
        else:
            _image(data, _IMAGES[media], limits, read, write)
    except Unfit as unfit:
        code = str(unfit).encode()
        write.write(SAYS_REFUSED + LENGTH.pack(len(code)) + code)
        return
    write.write(SAYS_DONE)


def _may_go_on(read: BinaryIO, write: BinaryIO) -> None:
    write.write(SAYS_INSPECTED)
    write.flush()
    if read.read(1) != b"g":
        raise Unfit("damaged")


def _say_page(write: BinaryIO, picture: Image.Image) -> None:
    write.write(SAYS_PAGE + PAGE.pack(picture.width, picture.height))
    write.write(picture.tobytes())


def _say_text(write: BinaryIO, text: str) -> None:
    data = text.encode("utf-8", "replace")
    write.write(SAYS_TEXT + LENGTH.pack(len(data)) + data)


# -- images ---------------------------------------------------------------------------------------------------


def _image(data: bytes, kind: str, limits: list[int], read: BinaryIO, write: BinaryIO) -> None:
    _, _, decoded, drawn, _ = limits
    Image.MAX_IMAGE_PIXELS = None  # the header is asked below, with a code of its own
    try:
        picture = Image.open(io.BytesIO(data), formats=(kind,))
    except MemoryError:
        raise
    except Exception:
        raise Unfit("damaged") from None
    if picture.width * picture.height > decoded:
        raise Unfit("page-too-large")
    if getattr(picture, "n_frames", 1) != 1:
        raise Unfit("too-many-pages")
    _may_go_on(read, write)
    try:
        upright = ImageOps.exif_transpose(picture)
        flat = Image.new("RGB", upright.size, (255, 255, 255))
        seen = upright.convert("RGBA")
        flat.paste(seen, mask=seen.getchannel("A"))
    except MemoryError:
        raise
    except Exception:
        raise Unfit("damaged") from None
    _say_page(write, _within(flat, drawn))


def _within(picture: Image.Image, pixels: int) -> Image.Image:
    area = picture.width * picture.height
    if area <= pixels:
        return picture
    scale = (pixels / area) ** 0.5
    return picture.resize((max(1, int(picture.width * scale)), max(1, int(picture.height * scale))))


# -- PDF ------------------------------------------------------------------------------------------------------


def _pdf(data: bytes, limits: list[int], read: BinaryIO, write: BinaryIO) -> None:
    most, side, _, drawn, characters = limits
    filled = ""
    try:
        filled = _inspect(data, most, write)
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
    except (Unfit, MemoryError):
        raise
    except Exception:
        raise Unfit("damaged") from None
    if pages > most:
        raise Unfit("too-many-pages")
    if not pages:
        raise Unfit("damaged")
    _may_go_on(read, write)
    document.init_forms()  # what was typed into a form is on the page too; this build has no script engine
    left = characters
    for number in range(pages):
        try:
            picture, text = _drawn(document[number], side, drawn)
        except pypdfium2.PdfiumError:
            raise Unfit("damaged") from None
        _say_page(write, picture)
        said = text if number else f"{text}\n{filled}"
        _say_text(write, said[:left])
        left -= len(said[:left])


def _drawn(page: Any, side: int, pixels: int) -> tuple[Image.Image, str]:
    width, height = page.get_size()
    if not (0 < width <= side and 0 < height <= side):
        raise Unfit("page-too-large")
    scale = min(_SCALE, (pixels / (width * height)) ** 0.5 * 0.999)  # whole pixels are rounded up
    picture = page.render(scale=scale).to_pil().convert("RGB")
    words = page.get_textpage().get_text_range()
    page.close()
    return picture, words


def _inspect(data: bytes, most: int, write: BinaryIO) -> str:
    """Look at every object, say the digests of every picture, and give back what was typed into a form."""
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise Unfit("encrypted")
    for each in _objects(reader):
        _refuse_what_acts(each)
        if isinstance(each, StreamObject) and _value(each, "/Subtype") == "/Image" and _as_file(each):
            _say_digests(write, each.get_data())
    if len(reader.pages) > most:
        raise Unfit("too-many-pages")
    return "\n".join(str(value) for value in (reader.get_form_text_fields() or {}).values() if value)


def _as_file(picture: StreamObject) -> bool:
    filters = _value(picture, "/Filter")
    last = filters[-1] if isinstance(filters, ArrayObject) and filters else filters
    return last in _PICTURES


def _say_digests(write: BinaryIO, data: bytes) -> None:
    write.write(SAYS_DIGESTS)
    weak = (hashlib.md5(data, usedforsecurity=False), hashlib.sha1(data, usedforsecurity=False))
    write.write(DIGESTS.pack(*(each.digest() for each in (*weak, hashlib.sha256(data)))))


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object of the file, whether a page uses it or not, and what lies directly inside it."""
    wanted = [(number, generation) for generation, table in reader.xref.items() for number in table]
    wanted += [(number, 0) for number in reader.xref_objStm]
    todo: list[Any] = [reader.trailer]
    for number, generation in wanted:
        todo.append(reader.get_object(IndirectObject(number, generation, reader)))
        while todo:
            each = todo.pop()
            yield each
            if isinstance(each, DictionaryObject):
                todo.extend(value for value in each.values() if not isinstance(value, IndirectObject))
            elif isinstance(each, ArrayObject):
                todo.extend(value for value in each if not isinstance(value, IndirectObject))


def _refuse_what_acts(each: Any) -> None:
    if not isinstance(each, DictionaryObject):
        return
    for key, code in _KEYS.items():
        if key in each:
            raise Unfit(code)
    for key, codes in (("/S", _ACTIONS), ("/Subtype", _SUBTYPES), ("/Type", {"/EmbeddedFile": "embedded-file"})):
        value = _value(each, key)
        if isinstance(value, str) and value in codes:
            raise Unfit(codes[value])


def _value(each: DictionaryObject, key: str) -> Any:
    """A value, also where only a reference to it is written: a name can hide behind one."""
    value = each.get(key)
    return value.get_object() if isinstance(value, IndirectObject) else value
