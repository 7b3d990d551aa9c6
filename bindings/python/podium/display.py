"""How results look in a notebook: plain tables, readable in light and dark."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_STYLE = "border-collapse:collapse;font-size:90%"
_CELL = "text-align:left;padding:2px 10px;border-bottom:1px solid rgba(128,128,128,.35)"


def table_html(heading: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A small HTML table; everything is escaped."""

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(f'<{tag} style="{_CELL}">{html.escape(str(value))}</{tag}>' for value in values)

    top = f'<caption style="text-align:left;padding:4px 10px">{html.escape(caption)}</caption>' if caption else ""
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<table style="{_STYLE}">{top}<thead><tr>{cells("th", heading)}</tr></thead><tbody>{body}</tbody></table>'
