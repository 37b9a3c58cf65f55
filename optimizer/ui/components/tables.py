"""Tables as HTML with real headers, so that they read well on paper-like widths, on a phone and aloud.

Every text from a file is escaped; colours are tints behind text that keep its contrast in light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from optimizer.ui.cells import ARROWS, DOWN, SAME, UP, Grid, GridCell, MoveRow, grid_names
from optimizer.ui.language import _
from optimizer.ui.plan_flow import End, Flow
from optimizer.ui.plan_limits import LimitRow
from optimizer.ui.view import FindingLine, Headline

# Tints for more and less: blue and orange, told apart also with red-green blindness; the arrow says the same.
TINT = {"up": "47,128,208", "down": "217,115,13"}


def headline_html(headline: Headline) -> str:
    """The decision as the page's largest text, with the line that defines its terms."""
    return f'<div class="co-headline"><h2>{escape(headline.sentence)}</h2><p>{escape(headline.detail)}</p></div>'


def alert_html(lines: Sequence[FindingLine]) -> str:
    """Findings that could overturn the plan, in a frame of their own."""
    return f'<div class="co-alert" role="note">{findings_html(lines)}</div>'


def grid_html(grid: Grid, caption: str) -> str:
    """Network x content type, today and plan per cell; on a phone a list per network."""
    rows, columns = (*grid.networks, ""), (*grid.content_types, "")
    row_names, column_names = grid_names(rows, networks=True), grid_names(columns, networks=False)
    head = "".join(f'<th scope="col" role="columnheader">{escape(column_names[name])}</th>' for name in columns)
    body = "".join(
        f'<tr role="row"{_total_class(row)}><th scope="row" role="rowheader">{escape(row_names[row])}</th>'
        + "".join(
            _grid_cell(grid.cells.get((row, column)), column_names[column], "" in (row, column)) for column in columns
        )
        + "</tr>"
        for row in rows
    )
    network = escape(_("Network"))
    corner = f'<th scope="col" role="columnheader">{network}</th>'
    return _scroll(
        f'<table class="co-grid" role="table" aria-label="{escape(caption, quote=True)}"><thead role="rowgroup">'
        f'<tr role="row">{corner}{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>',
        _("Where the money goes"),
    )


def moves_html(rows: Sequence[MoveRow], returns: str) -> str:
    """Table of moves, `returns` being the header of what the next money brings; on a phone each line is a card."""
    names = (
        _("Place"),
        _("Today"),
        _("Plan"),
        _("Change"),
        _("A day"),
        returns,
        _("Evidence"),
        _("Why"),
    )
    numeric = (False, True, True, True, True, True, False, False)
    head = "".join(
        f'<th scope="col" role="columnheader"{_number_class(right)}>{escape(name)}</th>'
        for name, right in zip(names, numeric, strict=True)
    )
    body = "".join(_move_line(row, names) for row in rows)
    return _scroll(
        f'<table class="co-moves" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>',
        _("Moves, largest first"),
    )


def limits_html(rows: Sequence[LimitRow]) -> str:
    """What binds and what it costs; on a phone each line is a card."""
    names = (_("Rule or limit"), _("Where"), _("Costs"), _("In words"))
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in names)
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" data-label="{escape(name, quote=True)}"><div>{escape(value)}</div></td>'
            for name, value in zip(names, (row.what, row.where or "–", row.cost, row.reason), strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return _scroll(
        f'<table class="co-moves co-limits" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>',
        _("What rules and limits cost"),
    )


def flow_html(flow: Flow) -> str:
    """The two sides of a flow as lists with bars: who gives, who receives."""
    most = max(one.amount for one in (*flow.givers, *flow.takers))
    sides = ((_("Gives"), flow.givers, DOWN), (_("Receives"), flow.takers, UP))
    return (
        '<div class="co-flow">' + "".join(_flow_side(title, ends, kind, most) for title, ends, kind in sides) + "</div>"
    )


def _flow_side(title: str, ends: Sequence[End], direction: str, most: float) -> str:
    items = "".join(
        f"<li><span>{escape(one.name)}</span><b>{escape(one.written)}</b>"
        f'<i style="width:{100 * one.amount / most:.1f}%"></i></li>'
        for one in ends
    )
    return f'<div class="co-{direction}"><b>{ARROWS[direction]} {escape(title)}</b><ul>{items}</ul></div>'


def findings_html(lines: Sequence[FindingLine]) -> str:
    """Findings as a list of sentences, each with its level as a word."""
    items = "".join(
        f'<li><span class="co-level co-{"serious" if line.serious else "mild"}">{escape(line.level)}</span>'
        f"<span>{escape(line.sentence)}</span></li>"
        for line in lines
    )
    return f'<ul class="co-findings">{items}</ul>'


def _grid_cell(cell: GridCell | None, column: str, total: bool) -> str:
    label = f'data-label="{escape(column, quote=True)}"'
    if cell is None:
        unused = escape(_("not used"), quote=True)
        return f'<td role="cell" class="co-empty" {label}><span title="{unused}">·</span></td>'
    alpha = f"{0.08 + 0.30 * cell.strength:.2f}"
    tint = f' style="background-color:rgba({TINT[cell.direction]},{alpha})"' if cell.strength else ""
    arrow = ARROWS[cell.direction]
    change = arrow if cell.direction == SAME else f"{arrow} {cell.change.lstrip('+−')}"
    style = "" if total else tint
    return f'<td role="cell" {label}{style}><b>{escape(cell.plan)}</b><span>{escape(change)}</span></td>'


def _move_line(row: MoveRow, names: Sequence[str]) -> str:
    share = f"<small>{escape(row.change_share)}</small>" if row.change_share else ""
    warning = f'<span class="co-warning">⚠ {escape(row.warning)}</span>' if row.warning else ""
    arrow = ARROWS[row.direction]
    evidence = (
        f'<details><summary><span aria-hidden="true">{row.evidence_dots}</span> {escape(row.evidence)}</summary>'
        f"<p>{escape(row.evidence_reason)}</p></details>"
    )
    fields = (
        (f"<b>{escape(row.place)}</b>", ""),
        (escape(row.today), "co-n"),
        (f"<b>{escape(row.plan)}</b>", "co-n"),
        (f"<span>{arrow} {escape(row.change)}</span>{share}", f"co-n co-{row.direction}"),
        (escape(row.per_day), "co-n"),
        (escape(row.marginal), "co-n"),
        (evidence, ""),
        (f"{escape(row.reason)}{warning}", "co-why"),
    )
    cells = "".join(
        f'<td role="cell" class="{kind}" data-label="{escape(name, quote=True)}"><div>{content}</div></td>'
        for (content, kind), name in zip(fields, names, strict=True)
    )
    return f'<tr role="row">{cells}</tr>'


def _scroll(table: str, label: str) -> str:
    """A wide table scrolls inside its own frame, which the keyboard can reach; the page itself never does."""
    return f'<div class="co-scroll" role="region" tabindex="0" aria-label="{escape(label)}">{table}</div>'


def _total_class(row: str) -> str:
    return "" if row else ' class="co-total"'


def _number_class(right: bool) -> str:
    return ' class="co-n"' if right else ""
