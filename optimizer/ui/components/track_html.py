"""Pieces of the page Track record as HTML: misses, periods, scores, and who approved what."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from optimizer.ui.language import _
from optimizer.ui.track_view import MissRow, PeriodRow, ScoreRow


def approved_html(name: str, said: str, note: str) -> str:
    """A plan that somebody put a name to."""
    noted = f"<p>{escape(note)}</p>" if note else ""
    return (
        f'<div class="co-track-approved" role="status"><p><b>✓ {escape(name)}</b></p><p>{escape(said)}</p>{noted}</div>'
    )


def misses_html(rows: Sequence[MissRow]) -> str:
    """Forecasts whose interval did not hold, the furthest outside first; on a phone each is a card."""
    names = (_("Place"), _("Week from"), _("Came"), _("90 % interval"), _("Outside by"), _("Spent"))
    body = "".join(
        '<tr role="row">'
        f'<th scope="row" role="rowheader">{escape(row.place)}</th>'
        + _cell(names[1], escape(row.when), "co-words")
        + _cell(names[2], f"<b>{escape(row.came)}</b>")
        + _cell(names[3], escape(row.forecast))
        + _cell(names[4], f'<span aria-hidden="true">{"▲" if row.above else "▼"}</span> {escape(row.beyond)}')
        + _cell(names[5], escape(row.spend))
        + "</tr>"
        for row in rows
    )
    return _table(names, body, _("Misses"), words=2)


def periods_html(rows: Sequence[PeriodRow]) -> str:
    """Fiscal periods of a plan."""
    names = (
        _("Period"), _("Forecast"), _("90 % interval"), _("Came"), _("Came less forecast"), _("Verdict"), _("Books"),
    )  # fmt: skip
    body = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{escape(row.period)}</th>'
        + "".join(
            _cell(name, escape(text))
            for name, text in zip(names[1:5], (row.forecast, row.interval, row.actual, row.difference), strict=True)
        )
        + _cell(names[5], escape(row.verdict), "co-words")
        + _cell(names[6], escape(_("closed") if row.closed else _("open")), "co-words")
        + "</tr>"
        for row in rows
    )
    return _table(names, body, _("By fiscal period"), words=1, last=2)


def scores_html(header: Sequence[tuple[str, str]], rows: Sequence[ScoreRow], label: str) -> str:
    """Scores, the definitions behind the names of the columns; "value|interval" has its interval below."""
    head = "".join(
        f'<th scope="col" role="columnheader"{" class=co-n" if place else ""}>{_named(name, told)}</th>'
        for place, (name, told) in enumerate(header)
    )
    body = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{escape(row.name)}</th>'
        + "".join(_cell(name, _small(value)) for value, (name, _told) in zip(row.values, header[1:], strict=True))
        + "</tr>"
        for row in rows
    )
    return _framed(head, body, label)


def _small(value: str) -> str:
    whole, _bar, small = value.partition("|")
    return f"{escape(whole)}<small>{escape(small)}</small>" if small else escape(whole)


def _named(name: str, told: str) -> str:
    """A name; its definition opens where it is clicked."""
    if not told:
        return escape(name)
    return f"<details><summary>{escape(name)}</summary><p>{escape(told)}</p></details>"


def _cell(label: str, content: str, kind: str = "co-n") -> str:
    return f'<td role="cell" class="{kind}" data-label="{escape(label, quote=True)}"><div>{content}</div></td>'


def _table(names: Sequence[str], body: str, label: str, words: int, last: int = 0) -> str:
    """A table whose first and last columns hold words, the others figures."""
    head = "".join(
        f'<th scope="col" role="columnheader"{"" if place < words or place >= len(names) - last else " class=co-n"}>'
        f"{escape(name)}</th>"
        for place, name in enumerate(names)
    )
    return _framed(head, body, label)


def _framed(head: str, body: str, label: str) -> str:
    """A wide table scrolls inside its own frame, which the keyboard can reach; the page itself never does."""
    return (
        f'<div class="co-scroll" role="region" tabindex="0" aria-label="{escape(label, quote=True)}">'
        f'<table class="co-track" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )
