"""The report as a PDF with fonts of our own: no system font, no browser, the marking on every page."""

from __future__ import annotations

import logging
from datetime import datetime
from io import BytesIO
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import FontFace
from markdown_it.tree import SyntaxTreeNode

from activities.report.page import parser
from activities.report.picture import HEIGHT, WIDTH

_FONTS = Path(__file__).parent / "fonts"
_INK, _SOFT, _DEEP, _PALE, _LINE = (22, 48, 46), (92, 113, 111), (31, 95, 91), (244, 247, 247), (213, 222, 221)
_SIZES = {"h1": 24.0, "h2": 14.5, "h3": 11.0}
_SMALL, _MANY = 7.8, 14
_MISSING = "�"  # in place of what the font has no sign for; the Markdown has it


class _Paper(FPDF):
    """Header and footer of every page."""

    def __init__(self, marking: str, title: str) -> None:
        super().__init__(format="A4", unit="mm")
        self._marking, self._title = marking, title
        for family, style, name in (
            ("Report", "", "DejaVuSansCondensed.ttf"),
            ("Report", "B", "DejaVuSansCondensed-Bold.ttf"),
            ("Code", "", "DejaVuSansMono.ttf"),
        ):
            self.add_font(family, style, _FONTS / name)
        self.set_auto_page_break(True, margin=18)
        self.set_margins(16, 20, 16)

    def header(self) -> None:
        self.set_font("Report", "B", 7.5)
        self.set_text_color(*_DEEP)
        self.set_y(9)
        self.cell(0, 4, self._marking, align="C")
        self.set_draw_color(*_LINE)
        self.line(self.l_margin, 14.5, self.w - self.r_margin, 14.5)
        self.set_y(20)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("Report", "", 7.5)
        self.set_text_color(*_SOFT)
        self.cell(0, 4, self._title, align="L")
        self.set_y(-12)
        self.cell(0, 4, f"{self.page_no()} / {{nb}}", align="R")

    def known(self, text: str) -> str:
        """The text with signs that the font has; bidirectional and rare scripts lose theirs visibly."""
        cmap = self.fonts["report"].cmap  # type: ignore[union-attr]
        return "".join(each if ord(each) in cmap or each in "\n\t" else _MISSING for each in text)


def paper(markdown: str, svg: str, *, title: str, marking: str, at: datetime) -> bytes:
    """The report's PDF. `at` is its creation date, so that the same report gives the same bytes."""
    # It warns of each sign that a font lacks; we replaced those already.
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    pdf = _Paper(marking, f"Post-incident review of {title}")
    pdf.set_title(f"Post-incident review of {title}")
    pdf.set_creator("Holdfast")
    pdf.set_lang("en")
    pdf.set_creation_date(at)
    pdf.add_page()
    nodes = SyntaxTreeNode(parser().parse(markdown)).children
    for node, after in zip(nodes, [*nodes[1:], None], strict=True):
        if not (node.type == "heading" and after is not None and _shows(after)):  # the picture carries its own
            _block(pdf, node, svg)
    return bytes(pdf.output())


def _block(pdf: _Paper, node: SyntaxTreeNode, svg: str) -> None:
    match node.type:
        case "heading":
            _heading(pdf, node)
        case "paragraph" if _shows(node):
            _picture(pdf, svg)
        case "paragraph":
            pdf.set_text_color(*_INK)
            _words(pdf, _inline(node), 9.2)
            pdf.ln(2)
        case "blockquote":
            _quote(pdf, node)
        case "bullet_list":
            for item in node.children:
                pdf.set_text_color(*_INK)
                _words(pdf, f"•  {_inline(item)}", 9.2, indent=4)
            pdf.ln(2)
        case "table":
            _table(pdf, node)


def _shows(node: SyntaxTreeNode) -> bool:
    return node.type == "paragraph" and any(each.type == "image" for each in node.children[0].children)


def _inline(node: SyntaxTreeNode) -> str:
    """The words under a node, with `**` around what is strong (fpdf2's own markdown understands that)."""
    match node.type:
        case "text":
            return _plain(node.content)
        case "code_inline":
            return _plain(node.content)
        case "softbreak" | "hardbreak":
            return " "
        case "strong":
            return f"**{''.join(_inline(each) for each in node.children)}**"
        case _:
            return "".join(_inline(each) for each in node.children)


def _plain(text: str) -> str:
    """Words in which fpdf2 finds no marks of its own: people's text must not become a link or a style."""
    return (
        text.replace("**", "* *")
        .replace("__", "_ _")
        .replace("--", "-\u200b-")
        .replace("](", "] (")
        .replace("~~", "~ ~")
    )


def _heading(pdf: _Paper, node: SyntaxTreeNode) -> None:
    size = _SIZES.get(node.tag, 10)
    needed = {"h1": 40, "h2": 42, "h3": 30}.get(node.tag, 20)  # a heading never stands alone at the foot of a page
    if pdf.get_y() + needed > pdf.h - pdf.b_margin:
        pdf.add_page()
    if node.tag == "h2":
        pdf.ln(4)
        pdf.set_draw_color(*_DEEP)
        pdf.set_line_width(0.7)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
        pdf.set_line_width(0.2)
        pdf.ln(2.5)
    else:
        pdf.ln(2 if node.tag == "h3" else 6)
    pdf.set_text_color(*(_DEEP if node.tag == "h3" else _INK))
    pdf.set_font("Report", "B", size)
    pdf.start_section(pdf.known(_inline(node)), level={"h1": 0, "h2": 0, "h3": 1}.get(node.tag, 1))
    pdf.multi_cell(0, size * 0.48, pdf.known(_inline(node)), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1.6)


def _words(pdf: _Paper, text: str, size: float, indent: float = 0) -> None:
    code = len(text) == 64 and " " not in text
    pdf.set_font("Code" if code else "Report", "", size - 1 if code else size)
    pdf.set_x(pdf.l_margin + indent)
    pdf.multi_cell(0, size * 0.52, pdf.known(text), markdown=not code, new_x="LMARGIN", new_y="NEXT", align="L")


def _quote(pdf: _Paper, node: SyntaxTreeNode) -> None:
    pdf.set_text_color(*_INK)
    top, first = pdf.get_y(), pdf.page
    _words(pdf, _inline(node), 9.2, indent=6)
    if pdf.page == first:
        pdf.set_fill_color(185, 138, 47)
        pdf.rect(pdf.l_margin + 2, top, 1.1, pdf.get_y() - top, style="F")
        pdf.set_fill_color(255, 255, 255)
    pdf.ln(2)


def _table(pdf: _Paper, node: SyntaxTreeNode) -> None:
    rows = [[_inline(cell) for cell in row.children] for part in node.children for row in part.children]
    if not rows:
        return
    if len(rows) > _MANY and _listed(pdf, rows):
        return
    cover = rows[0][0] == "About"
    pdf.set_font("Report", "", 8.2)
    pdf.set_text_color(*_INK)
    pdf.set_draw_color(*_LINE)
    with pdf.table(
        col_widths=_widths(pdf, rows),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES if not cover else TableBordersLayout.NONE,
        headings_style=FontFace(emphasis="BOLD", color=_SOFT, size_pt=7.2),
        first_row_as_headings=not cover,
        line_height=4.0,
        padding=(0.9, 1.6, 0.9, 0.6),
        text_align="LEFT",
        markdown=True,
        wrapmode=WrapMode.CHAR
        if any("/" in cell and len(cell) > 60 for row in rows for cell in row)
        else WrapMode.WORD,
        cell_fill_color=_PALE if cover else None,
        cell_fill_mode="ALL" if cover else "NONE",
    ) as table:
        for row in rows[1:] if cover else rows:
            drawn = table.row()
            for cell in row:
                drawn.cell(pdf.known(cell))
    pdf.ln(3)


def _listed(pdf: _Paper, rows: list[list[str]]) -> bool:
    """A long table whose every cell fits on one line, drawn line by line: ten times as fast as one that may wrap.
    False if some cell does not fit; nothing is drawn then."""
    plain = [[pdf.known(cell).replace("**", "") for cell in row] for row in rows]
    pdf.set_font("Report", "", _SMALL)
    wanted = [max(pdf.get_string_width(row[i]) for row in plain) + 4 for i in range(len(rows[0]))]
    if sum(wanted) > pdf.epw:
        return False
    widths = [each + (pdf.epw - sum(wanted)) / len(wanted) for each in wanted]

    def line(row: list[str], style: str, colour: tuple[int, int, int]) -> None:
        pdf.set_font("Report", style, _SMALL)
        pdf.set_text_color(*colour)
        for width, cell in zip(widths, row, strict=True):
            pdf.cell(width, 5.2, cell, border="B")
        pdf.ln(5.2)

    pdf.set_draw_color(*_LINE)
    for index, row in enumerate(plain):
        if index == 0 or pdf.get_y() + 5.2 > pdf.page_break_trigger:
            if index:
                pdf.add_page()
            line(plain[0], "B", _SOFT)
        if index:
            line(row, "", _INK)
    pdf.ln(3)
    return True


def _widths(pdf: _Paper, rows: list[list[str]]) -> tuple[float, ...]:
    """Each column as wide as its words want, none wider than it needs and none too thin to read."""
    longest = [
        max(min(max(pdf.get_string_width(pdf.known(row[i])) for row in rows if i < len(row)), 78), 9) + 3
        for i in range(len(rows[0]))
    ]
    return tuple(longest)


def _picture(pdf: _Paper, svg: str) -> None:
    """On a page of its own, lying, as wide as it goes."""
    if not svg:
        _words(pdf, "Nothing is recorded yet.", 9.2)
        return
    pdf.add_page(orientation="landscape")
    pdf.start_section("Timeline", level=0)
    width = pdf.w - 16
    height = width * HEIGHT / WIDTH
    room = pdf.h - 32
    if height > room:
        width, height = room * WIDTH / HEIGHT, room
    pdf.image(BytesIO(svg.encode()), x=(pdf.w - width) / 2, y=18, w=width, h=height, alt_text="Timeline of the case")
    pdf.add_page(orientation="portrait")
