"""Tables of the page Finance as HTML with real headers; on a phone each line is a card."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from optimizer.ui.finance_inputs import InputLine
from optimizer.ui.finance_view import ABOVE, BELOW, Line, Place
from optimizer.ui.language import _

MARKS = {ABOVE: "▲", BELOW: "▼"}
UNSURE = "≈"


def lines_html(header: Sequence[str], lines: Sequence[Line], label: str, kind: str = "") -> str:
    """A table of figures: the first column names the line, its definition a click away."""
    body = "".join(
        f'<tr role="row"{" class=co-sum" if line.total else ""}>'
        f'<th scope="row" role="rowheader">{_named(line.name, line.definition)}</th>'
        + "".join(_figure(value, name) for value, name in zip(line.values, header[1:], strict=True))
        + "</tr>"
        for line in lines
    )
    return _table(header, body, label, f"co-finance {kind}".strip())


def headed_html(header: Sequence[tuple[str, str]], lines: Sequence[Line], label: str) -> str:
    """A table whose columns carry the definitions; a figure "value|interval" has its interval below."""
    head = "".join(
        f'<th scope="col" role="columnheader"{_right(place)}>{_named(name, told)}</th>'
        for place, (name, told) in enumerate(header)
    )
    body = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{escape(line.name)}</th>'
        + "".join(_figure(value, name) for value, (name, _told) in zip(line.values, header[1:], strict=True))
        + "</tr>"
        for line in lines
    )
    return _framed(head, body, label, "co-finance")


def places_html(places: Sequence[Place], label: str) -> str:
    """Places with what the next unit brings, and what that means in words and by a mark."""
    header = (_("Place"), _("The next unit brings"), _("90 % interval"), _("Against the return to stop at"))
    body = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{escape(one.name)}</th>'
        f"{_figure(one.value, header[1])}{_figure(one.interval, header[2])}"
        f'<td role="cell" class="co-words" data-label="{escape(header[3], quote=True)}"><div>'
        f'<span aria-hidden="true">{MARKS.get(one.verdict, UNSURE)}</span> {escape(one.words)}</div></td></tr>'
        for one in places
    )
    return _table(header, body, label, "co-finance", words_from=3)


def remarks_html(sentences: Sequence[str]) -> str:
    """What was assumed and what is missing, one sentence a line."""
    return (
        f'<ul class="co-fin-notes">{"".join(f"<li>{escape(one)}</li>" for one in sentences)}</ul>' if sentences else ""
    )


def inputs_html(rows: Sequence[InputLine], label: str) -> str:
    """Inputs with unit, owner and date."""
    header = (_("Input"), _("Value"), _("Unit"), _("Owner"), _("Confirmed"), _("Note"))
    nobody = _("nobody yet")
    body = "".join(
        f'<tr role="row"{"" if row.known else " class=co-open"}>'
        f'<th scope="row" role="rowheader">{escape(row.name)}</th>{_figure(row.value, header[1])}'
        + "".join(
            f'<td role="cell" class="co-words{"" if text else " co-blank"}" data-label="{escape(name, quote=True)}">'
            f"<div>{escape(text or '–')}</div></td>"
            for name, text in zip(header[2:], (row.unit, row.owner or nobody, row.confirmed, row.note), strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return _table(header, body, label, "co-finance co-inputs", words_from=2)


def _figure(value: str, label: str) -> str:
    """A figure, with what follows a bar below it in small."""
    whole, _bar, small = value.partition("|")
    below = f"<small>{escape(small)}</small>" if small else ""
    kind = "co-n" if whole else "co-n co-blank"
    shown = f"<div>{escape(whole or '–')}{below}</div>"
    return f'<td role="cell" class="{kind}" data-label="{escape(label, quote=True)}">{shown}</td>'


def _named(name: str, told: str) -> str:
    """A name; its definition opens where it is clicked."""
    if not told:
        return escape(name)
    return f"<details><summary>{escape(name)}</summary><p>{escape(told)}</p></details>"


def _table(header: Sequence[str], body: str, label: str, kind: str, words_from: int = 99) -> str:
    head = "".join(
        f'<th scope="col" role="columnheader"{_right(place if place < words_from else 0)}>{escape(name)}</th>'
        for place, name in enumerate(header)
    )
    return _framed(head, body, label, kind)


def _framed(head: str, body: str, label: str, kind: str) -> str:
    """A wide table scrolls inside its own frame, which the keyboard can reach; the page itself never does."""
    return (
        f'<div class="co-scroll" role="region" tabindex="0" aria-label="{escape(label, quote=True)}">'
        f'<table class="{kind}" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _right(place: int) -> str:
    return ' class="co-n"' if place else ""
