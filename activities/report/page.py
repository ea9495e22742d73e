"""The report as one HTML file: no script, nothing loaded from anywhere, the marking on every printed page."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from markdown_it import MarkdownIt

from activities.report.text import PICTURE

STYLE = """
:root { color-scheme: light; --ink: #16302e; --soft: #5c716f; --line: #d5dedd; --deep: #1f5f5b; --pale: #f4f7f7; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff;
  font: 15px/1.5 "Segoe UI", "DejaVu Sans", system-ui, sans-serif; }
.mark { position: sticky; top: 0; z-index: 1; padding: .45rem 1rem; background: var(--deep); color: #fff;
  font-size: .8rem; font-weight: 600; letter-spacing: .02em; text-align: center; }
.mark.foot { position: static; margin-top: 3rem; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 1rem 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: .9rem; border-top: 3px solid var(--deep); }
h3 { font-size: 1.02rem; margin: 1.5rem 0 .4rem; color: var(--deep); }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1.1rem; font-size: .9rem;
  font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-size: .76rem; text-transform: uppercase; letter-spacing: .04em; }
th, td { padding: .38rem .6rem .38rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
h1 ~ table:first-of-type { background: var(--pale); }
h1 ~ table:first-of-type th, h1 ~ table:first-of-type td { padding-left: .8rem; }
h1 ~ table:first-of-type thead { display: none; }
h1 ~ table:first-of-type td:first-child { width: 11rem; color: var(--soft); }
code { font: .86em "DejaVu Sans Mono", ui-monospace, monospace; overflow-wrap: anywhere; }
blockquote { margin: .4rem 0; padding: .5rem 1rem; border-left: 4px solid #b98a2f; background: #fbf7ee; }
figure { margin: 1rem 0; border: 1px solid var(--line); overflow-x: auto; }
figure svg { display: block; width: 100%; height: auto; min-width: 46rem;
  font-family: "DejaVu Sans", "Segoe UI", system-ui, sans-serif; }
@media print {
  @page { size: A4; margin: 18mm 15mm 16mm; }
  .mark { position: fixed; left: 0; right: 0; top: -12mm; background: none; color: var(--ink);
    border-bottom: 1px solid; }
  .mark.foot { display: none; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; } tr, figure, blockquote { break-inside: avoid; } thead { display: table-header-group; }
}
"""


def parser() -> MarkdownIt:
    """CommonMark with tables; HTML inside the text stays text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def style_source() -> str:
    """The style as a Content-Security-Policy source: the one style that a browser may apply to the report."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode() + "'"


def page(markdown: str, svg: str, *, title: str, marking: str) -> str:
    """The report's HTML. `svg` takes the place of the picture's reference."""
    body = parser().render(markdown)
    reference = f'<p><img src="{PICTURE}" alt="Timeline of {escape(title)}" /></p>'
    body = body.replace(reference, f"<figure>{svg}</figure>" if svg else "<p>Nothing is recorded yet.</p>")
    mark = escape(marking)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Review of {escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<div class="mark">{mark}</div>\n<main>\n{body}</main>\n<div class="mark foot">{mark}</div>\n'
        "</body>\n</html>\n"
    )
