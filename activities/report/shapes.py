"""The few SVG shapes of a picture, as text: all that both a browser and the PDF library draw the same."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def rect(x: float, y: float, width: float, height: float, fill: str, *, round_: float = 0, opacity: float = 1) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} rx="{round_:g}" fill="{fill}" fill-opacity="{opacity:g}"/>'


def line(
    start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1, *, dashed: bool = False
) -> str:
    place = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    dash = ' stroke-dasharray="3 2"' if dashed else ""
    return f'<line {place} stroke="{colour}" stroke-width="{width:g}"{dash}/>'


def circle(x: float, y: float, radius: float, fill: str, ring: str = "") -> str:
    drawn = f' stroke="{ring}" stroke-width="1.6"' if ring else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}"{drawn}/>'


def polygon(points: Sequence[tuple[float, float]], fill: str) -> str:
    first, *rest = [f"{x:.1f} {y:.1f}" for x, y in points]
    path = " ".join([f"M {first}", *(f"L {each}" for each in rest), "Z"])
    return f'<path d="{path}" fill="{fill}"/>'


def label(x: float, y: float, words: str, size: int, colour: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}"{weight}>{escape(words)}</text>'
