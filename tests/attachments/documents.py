"""Documents made for the tests, all SYNTHETIC: good ones, and one for each thing that is refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from fpdf import FPDF
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

LETTER = (
    "SYNTHETIC. Emergency disclosure request under 18 U.S.C. 2702(c)(4). Case No. 2026-004417. "
    "Call me at +1 202 555 0143 or write to officer@police.example.org."
)


def pdf(text: str = LETTER, *, pages: int = 1, picture: bytes = b"") -> bytes:
    made = FPDF()
    for _ in range(pages):
        made.add_page()
        made.set_font("Helvetica", size=12)
        made.multi_cell(0, 8, text)
    if picture:
        made.image(io.BytesIO(picture), x=10, y=60, w=50)
    return bytes(made.output())


def picture(kind: str = "JPEG", size: tuple[int, int] = (120, 80)) -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(made, kind)
    return made.getvalue()


def moving_picture() -> bytes:
    made = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(made, "PNG", save_all=True, append_images=frames[1:])
    return made.getvalue()


def huge_png() -> bytes:
    """A few hundred bytes that say 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def name(value: str) -> NameObject:
    return NameObject(value)


def words(**entries: object) -> DictionaryObject:
    return DictionaryObject({name(f"/{key}"): value for key, value in entries.items()})


def action(kind: str) -> DictionaryObject:
    script = TextStringObject("app.alert('SYNTHETIC')")
    target = TextStringObject("https://collect.example.com/")
    return words(S=name(f"/{kind}"), F=target) if kind != "JavaScript" else words(S=name("/JavaScript"), JS=script)


def opening(kind: str, *, hidden: bool = False) -> bytes:
    """A document that does something when it is opened; hidden: packed into an object stream, behind references."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    does = action(kind)
    if hidden:
        does[name("/S")] = writer._add_object(does["/S"])
        does.pop(name("/JS"), None)
    writer.root_object[name("/OpenAction")] = writer._add_object(does)
    return packed(writer) if hidden else written(writer)


def written(writer: PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def packed(writer: PdfWriter) -> bytes:
    """The same with all that is no stream inside a compressed object stream, as newer programs write it."""
    objects = [(number, each) for number, each in enumerate(writer._objects, start=1) if each is not None]
    loose = [(number, each) for number, each in objects if not isinstance(each, DecodedStreamObject)]
    loose = [(number, each) for number, each in loose if not hasattr(each, "_data")]
    bodies, offsets = b"", ""
    for number, each in loose:
        offsets += f"{number} {len(bodies)} "
        out = io.BytesIO()
        each.write_to_stream(out)
        bodies += out.getvalue() + b"\n"
    stream = zlib.compress(offsets.encode() + bodies)
    made, at = bytearray(b"%PDF-1.7\n"), {}
    for number, each in objects:
        if any(number == other for other, _ in loose):
            continue
        at[number] = len(made)
        out = io.BytesIO()
        each.write_to_stream(out)
        made += f"{number} 0 obj\n".encode() + out.getvalue() + b"\nendobj\n"
    pack, table = len(objects) + 1, len(objects) + 2
    at[pack] = len(made)
    made += f"{pack} 0 obj\n<< /Type /ObjStm /N {len(loose)} /First {len(offsets)} ".encode()
    made += f"/Filter /FlateDecode /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream\nendobj\n"
    at[table] = len(made)
    rows = [struct.pack(">BIH", 0, 0, 65535)]
    places = {number: index for index, (number, _) in enumerate(loose)}
    for number in range(1, table + 1):
        inside = number in places
        rows.append(struct.pack(">BIH", 2, pack, places[number]) if inside else struct.pack(">BIH", 1, at[number], 0))
    root = writer.root_object.indirect_reference
    assert root is not None
    made += f"{table} 0 obj\n<< /Type /XRef /Size {table + 1} /W [1 4 2] /Root {root.idnum} 0 R ".encode()
    made += f"/Length {7 * len(rows)} >>\nstream\n".encode() + b"".join(rows) + b"\nendstream\nendobj\n"
    return bytes(made + f"startxref\n{at[table]}\n%%EOF\n".encode())


def with_file_inside() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    writer.add_attachment("SYNTHETIC.txt", b"SYNTHETIC")
    return written(writer)


def with_living_form() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    writer.root_object[name("/AcroForm")] = words(XFA=ArrayObject([]), Fields=ArrayObject([]))
    return written(writer)


def with_film() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    film = words(Type=name("/Annot"), Subtype=name("/RichMedia"), Rect=ArrayObject([NumberObject(0)] * 4))
    writer.pages[0][name("/Annots")] = ArrayObject([film])
    return written(writer)


def encrypted(password: str) -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    writer.encrypt(user_password=password, owner_password="SYNTHETIC", algorithm="AES-256")
    return written(writer)


def filled_in_form(value: str) -> bytes:
    """A document whose case number stands in a form's field and nowhere else."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf("SYNTHETIC form under 18 USC 2702(c)(4)."))))
    rect = ArrayObject([NumberObject(each) for each in (50, 500, 300, 520)])
    field = words(
        Type=name("/Annot"),
        Subtype=name("/Widget"),
        FT=name("/Tx"),
        T=TextStringObject("case"),
        V=TextStringObject(value),
        Rect=rect,
    )
    placed = writer._add_object(field)
    writer.pages[0][name("/Annots")] = ArrayObject([placed])
    writer.root_object[name("/AcroForm")] = words(Fields=ArrayObject([placed]))
    return written(writer)


def wall() -> bytes:
    """One page of a hundred by a hundred metres."""
    writer = PdfWriter()
    writer.add_blank_page(width=283_465, height=283_465)
    return written(writer)


def drawn_without_end(depth: int = 12) -> bytes:
    """Forms that each draw the next one ten times: ten to the power of `depth` drawings in a few kilobytes."""
    writer = PdfWriter()
    page = writer.add_blank_page(width=300, height=300)
    last = DecodedStreamObject()
    last.set_data(b"0 0 300 300 re f")
    inner = None
    for level in range(depth):
        form = DecodedStreamObject()
        form.set_data(last.get_data() if inner is None else b"/X Do " * 10)
        form.update(words(Type=name("/XObject"), Subtype=name("/Form"), BBox=rectangle()))
        if inner is not None:
            form[name("/Resources")] = words(XObject=DictionaryObject({name("/X"): inner}))
        inner = writer._add_object(form)
        assert level < depth
    page[name("/Resources")] = words(XObject=DictionaryObject({name("/X"): inner}))
    content = DecodedStreamObject()
    content.set_data(b"/X Do " * 10)
    page[name("/Contents")] = writer._add_object(content)
    return written(writer)


def rectangle() -> ArrayObject:
    return ArrayObject([NumberObject(each) for each in (0, 0, 300, 300)])


def archive(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for path, data in files.items():
            out.writestr(path, data)
    return made.getvalue()


def office(*more: str) -> bytes:
    return archive(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **dict.fromkeys(more, b"x")})


def old_office(*streams: str) -> bytes:
    names = b"".join(each.encode("utf-16-le") for each in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names + bytes(512)
