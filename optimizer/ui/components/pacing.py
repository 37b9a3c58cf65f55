"""Pieces of the page Pacing as HTML: the light, key figures, how each budget stands, the next daily budgets."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from optimizer.ui.cells import ARROWS
from optimizer.ui.language import _
from optimizer.ui.pacing_view import BudgetRow, Shown, StandRow
from optimizer.ui.view import Figure


def light_html(light: Shown) -> str:
    """The traffic light as a sign with its word."""
    if not light.word:
        return ""
    return (
        f'<span class="co-light co-light-{light.kind}"><span aria-hidden="true">{escape(light.sign)}</span> '
        f"{escape(light.word)}</span>"
    )


def verdict_html(light: Shown, sentence: str, detail: str) -> str:
    """How the period stands: the light, the sentence and where its interval comes from."""
    return (
        f'<div class="co-headline co-pace-{light.kind}">{light_html(light)}<h2>{escape(sentence)}</h2>'
        f"<p>{escape(detail)}</p></div>"
    )


def figures_html(figures: Sequence[Figure]) -> str:
    """Key figures in a row, their definitions behind one line."""
    shown = "".join(
        f"<div><dt>{escape(one.label)}</dt><dd><b>{escape(one.value)}</b><small>{escape(one.note)}</small></dd></div>"
        for one in figures
    )
    defined = "".join(f"<p><b>{escape(one.label)}.</b> {escape(one.definition)}</p>" for one in figures)
    return (
        f'<dl class="co-pace-figures">{shown}</dl><details class="co-pace-more">'
        f"<summary>{escape(_('What these figures mean'))}</summary>{defined}</details>"
    )


def stands_html(rows: Sequence[StandRow], caption: str) -> str:
    """How everything, each network and each place stands; on a phone each line is a card."""
    names = (_("Budget of"), _("Spent"), _("Budget"), _("Left"), _("Pacing"), _("Projected end"), _("Light"))
    judged = any(row.budget for row in rows if row.level)
    body = "".join(_stand(row, names, judged) for row in rows)
    if judged:
        return _table(names, body, caption, numeric=range(1, 6))
    return _table((*names[:2], names[5]), body, caption, numeric=range(1, 3), narrow=True)


def _stand(row: StandRow, names: Sequence[str], judged: bool) -> str:
    figures = (row.spent, row.budget, row.left, row.pacing, row.projected)
    wanted = (0, 1, 2, 3, 4) if judged else (0, 4)
    fields = "".join(
        f'<td role="cell" class="co-n" data-label="{escape(names[k + 1], quote=True)}"><div>'
        f"{escape(figures[k]) or '–'}</div></td>"
        for k in wanted
    )
    light = ""
    if judged:
        shown = light_html(row.light) or "–"
        light = f'<td role="cell" data-label="{escape(names[-1], quote=True)}"><div>{shown}</div></td>'
    return f'<tr role="row" class="co-level-{row.level}"><td role="cell">{escape(row.name)}</td>{fields}{light}</tr>'


def budgets_html(rows: Sequence[BudgetRow], caption: str) -> str:
    """The next daily budgets with their weeks beside; on a phone each line is a card."""
    names = (_("Place"), _("A day now"), _("A day next"), _("Change"), _("A week"), _("Why"))
    body = "".join(_budget(row, names) for row in rows)
    return _table(names, body, caption, numeric=range(1, 5))


def _budget(row: BudgetRow, names: Sequence[str]) -> str:
    fields = (
        (f"<b>{escape(row.name)}</b>", ""),
        (escape(row.now), "co-n"),
        (f"<b>{escape(row.daily)}</b>", "co-n"),
        (f"<span>{ARROWS[row.direction]} {escape(row.change)}</span>", f"co-n co-{row.direction}"),
        (escape(row.weekly), "co-n"),
        (escape(row.why), "co-why"),
    )
    cells = "".join(
        f'<td role="cell" class="{kind}" data-label="{escape(name, quote=True)}"><div>{content}</div></td>'
        for (content, kind), name in zip(fields, names, strict=True)
    )
    return f'<tr role="row">{cells}</tr>'


def _table(names: Sequence[str], body: str, caption: str, numeric: range, *, narrow: bool = False) -> str:
    head = "".join(
        f'<th scope="col" role="columnheader"{" class=co-n" if k in numeric else ""}>{escape(name)}</th>'
        for k, name in enumerate(names)
    )
    label, kind = escape(caption, quote=True), "co-moves co-pace co-narrow" if narrow else "co-moves co-pace"
    return (
        f'<div class="co-scroll" role="region" tabindex="0" aria-label="{label}"><table class="{kind}" role="table">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )
