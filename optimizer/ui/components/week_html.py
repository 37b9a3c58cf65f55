"""Pieces of the page This week as HTML: key figures, alerts, moves, amounts to type in, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from optimizer.history.findings import Severity
from optimizer.ui.cells import ARROWS, SAME
from optimizer.ui.language import _, n_
from optimizer.ui.view import Figure
from optimizer.ui.week_alerts import Alert
from optimizer.ui.week_view import AimRow, AmountRow, Card, ChangedRow, StayRow

OPEN_ALERTS = 3
OPEN_STAYS = 8
SIGNS = {Severity.SERIOUS: "!!", Severity.WARNING: "!", Severity.NOTE: "i"}


def figures_html(figures: Sequence[Figure]) -> str:
    """Key figures in a small row, their definitions behind one line."""
    shown = "".join(
        f"<div><dt>{escape(one.label)}</dt><dd><b>{escape(one.value)}</b><small>{escape(one.note)}</small></dd></div>"
        for one in figures
    )
    defined = "".join(f"<p><b>{escape(one.label)}.</b> {escape(one.definition)}</p>" for one in figures)
    summary = escape(_("What these figures mean"))
    return (
        f'<dl class="co-week-figures">{shown}</dl>'
        f'<details class="co-week-more"><summary>{summary}</summary>{defined}</details>'
    )


def cost_html(sentence: str) -> str:
    """What the choices cost, right below the decision."""
    return f'<p class="co-week-cost" role="note">{escape(sentence)}</p>'


def alerts_html(alerts: Sequence[Alert]) -> str:
    """Alerts, the first few open and the others one click away."""
    first, rest = alerts[:OPEN_ALERTS], alerts[OPEN_ALERTS:]
    shown = f'<ul class="co-week-alerts">{"".join(map(_alert, first))}</ul>'
    if not rest:
        return shown
    more = escape(n_("{count} more alert", "{count} more alerts", len(rest)))
    return (
        f'{shown}<details class="co-week-more"><summary>{more}</summary>'
        f'<ul class="co-week-alerts">{"".join(map(_alert, rest))}</ul></details>'
    )


def card_html(card: Card, brings: str) -> str:
    """One move; `brings` heads what it adds or gives up."""
    evidence = (
        f'<details><summary><span aria-hidden="true">{card.dots}</span> {escape(card.evidence)}</summary>'
        f"<p>{escape(card.evidence_reason)}</p></details>"
    )
    before = f"<i>{escape(card.today)} →</i> " if card.direction != SAME else ""
    arrow = f'<span aria-hidden="true">{ARROWS[card.direction]}</span> '
    facts = [
        (_("A week"), f"{before}<b>{escape(card.plan)}</b>", f"{arrow}{escape(card.change)}"),
        (_("To type in"), f"<b>{escape(card.per_day)}</b>", escape(card.per_day_today)),
        (_("Leads to"), f"<b>{escape(card.leads)}</b>", "") if card.leads else None,
        (brings, f"<b>{escape(card.brings)}</b>", escape(card.brings_range)) if card.brings else None,
        (_("Evidence"), evidence, ""),
    ]
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{value}{f'<small>{small}</small>' if small else ''}</dd></div>"
        for name, value, small in (fact for fact in facts if fact is not None)
    )
    state = f'<span class="co-week-state">{escape(card.state)}</span>' if card.state else ""
    warning = f'<p class="co-week-warning"><span aria-hidden="true">⚠</span> {escape(card.warning)}</p>'
    return (
        f'<article class="co-week-card co-{card.direction}"><h4>{escape(card.place)}{state}</h4><dl>{rows}</dl>'
        f"<p>{escape(card.reason)}</p>{warning if card.warning else ''}</article>"
    )


def stays_html(rows: Sequence[StayRow]) -> str:
    """What keeps its budget, and why; the first few open, the others one click away."""
    first, rest = rows[:OPEN_STAYS], rows[OPEN_STAYS:]
    if not rest:
        return _stays(first)
    more = escape(n_("{count} more place", "{count} more places", len(rest)))
    return f'{_stays(first)}<details class="co-week-more"><summary>{more}</summary>{_stays(rest)}</details>'


def _stays(rows: Sequence[StayRow]) -> str:
    names = (_("Place"), _("A week"), _("A day"), _("What holds it"), _("Leads to"), _("Why"))
    lines = [(row.place, row.per_week, row.per_day, row.kind, row.leads, row.reason) for row in rows]
    return _table(names, lines, numeric=(1, 2, 4), label=_("What stays"))


def aims_html(rows: Sequence[AimRow]) -> str:
    """Where the budgets are on their way to."""
    names = (_("Place"), _("Now, a week"), _("Next week"), _("Leads to"), _("In all"))
    lines = [(row.place, row.today, row.plan, row.aim, f"{ARROWS[row.direction]} {row.change}") for row in rows]
    return _table(names, lines, numeric=(1, 2, 3, 4), label=_("Where this leads"))


def learned_html(sentences: Sequence[str]) -> str:
    """What tests have taught."""
    return "".join(f'<p class="co-week-learned" role="note">{escape(one)}</p>' for one in sentences)


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int], label: str) -> str:
    """A table whose lines become cards on a phone; wider than the page it scrolls in its own frame."""
    words = len(names) - 1  # the last column, where it is no number, holds sentences
    kinds = ["co-n" if n in numeric else "co-why" if n == words else "" for n in range(len(names))]
    head = "".join(
        f'<th scope="col" role="columnheader" class="{kind}">{escape(name)}</th>'
        for name, kind in zip(names, kinds, strict=True)
    )
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" class="{kind}" data-label="{escape(name, quote=True)}"><div>{escape(text)}</div></td>'
            for name, kind, text in zip(names, kinds, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="co-scroll" role="region" tabindex="0" aria-label="{escape(label, quote=True)}">'
        f'<table class="co-moves co-week-table" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def amounts_html(amounts: Mapping[str, Sequence[AmountRow]]) -> str:
    """What to type in, network by network."""
    names = (_("Content type"), _("A day"), _("A week"), _("Change"))
    head = "".join(f'<th scope="col"{" class=co-n" if n else ""}>{escape(name)}</th>' for n, name in enumerate(names))
    tables = "".join(
        f'<table class="co-week-amounts"><caption>{escape(network)}</caption><thead><tr>{head}</tr></thead><tbody>'
        + "".join(
            f'<tr><th scope="row">{escape(row.place)}</th><td class="co-n"><b>{escape(row.per_day)}</b></td>'
            f'<td class="co-n">{escape(row.per_week)}</td><td class="co-n">{escape(row.change)}</td></tr>'
            for row in rows
        )
        + "</tbody></table>"
        for network, rows in amounts.items()
    )
    return f'<div class="co-week-networks">{tables}</div>'


def changed_html(rows: Sequence[ChangedRow]) -> str:
    """Amounts that differ from the accepted ones."""
    names = (_("Place"), _("Accepted, a week"), _("Now, a week"), _("Change"))
    head = "".join(f'<th scope="col"{" class=co-n" if n else ""}>{escape(name)}</th>' for n, name in enumerate(names))
    body = "".join(
        f'<tr><th scope="row">{escape(row.place)}</th><td class="co-n">{escape(row.before)}</td>'
        f'<td class="co-n"><b>{escape(row.now)}</b></td>'
        f'<td class="co-n"><span aria-hidden="true">{ARROWS[row.direction]}</span> {escape(row.change)}</td></tr>'
        for row in rows
    )
    return f'<table class="co-week-amounts co-week-changed"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def accepted_html(sentence: str, note: str) -> str:
    """Who accepted the budgets and when, and what they noted."""
    noted = f"<p>{escape(note)}</p>" if note else ""
    return f'<div class="co-week-accepted" role="status"><p><b>✓ {escape(sentence)}</b></p>{noted}</div>'


def _alert(alert: Alert) -> str:
    kind = "serious" if alert.severity is Severity.SERIOUS else "mild"
    meaning = f"<small>{escape(alert.meaning)}</small>" if alert.meaning else ""
    sign = f'<i aria-hidden="true">{SIGNS[alert.severity]}</i>'
    return (
        f'<li class="co-week-{kind}"><span class="co-level co-{kind}">{sign} '
        f"{escape(alert.level)}</span><div>{escape(alert.sentence)}{meaning}</div></li>"
    )
