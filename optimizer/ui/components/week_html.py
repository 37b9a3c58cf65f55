"""Pieces of the page This week as HTML: key figures, alerts, moves, amounts to type in, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from optimizer.history.findings import Severity
from optimizer.ui.cells import ARROWS, SAME
from optimizer.ui.language import _, n_
from optimizer.ui.view import Figure
from optimizer.ui.week_alerts import Alert
from optimizer.ui.week_view import AmountRow, Card, ChangedRow, Why

OPEN_ALERTS = 3
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
        (_("To type in"), f"<b>{escape(card.per_day)}</b>", ""),
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


def why_html(said: Why) -> str:
    """Why a place gets neither more nor less, beside what its next money brings."""
    marginal, more, less = _("Marginal return here"), _("Why not more?"), _("Why not less?")
    return (
        f'<div class="co-week-why"><div class="co-week-return"><span>{escape(marginal)}</span>'
        f"<b>{escape(said.figure)}</b><small>{escape(said.note)}</small></div>"
        f"<div><h4>{escape(more)}</h4><p>{escape(said.more)}</p>"
        f"<h4>{escape(less)}</h4><p>{escape(said.less)}</p></div></div>"
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
    """Amounts that differ from the accepted plan's."""
    names = (_("Place"), _("Accepted, a week"), _("This plan, a week"), _("Change"))
    head = "".join(f'<th scope="col"{" class=co-n" if n else ""}>{escape(name)}</th>' for n, name in enumerate(names))
    body = "".join(
        f'<tr><th scope="row">{escape(row.place)}</th><td class="co-n">{escape(row.before)}</td>'
        f'<td class="co-n"><b>{escape(row.now)}</b></td>'
        f'<td class="co-n"><span aria-hidden="true">{ARROWS[row.direction]}</span> {escape(row.change)}</td></tr>'
        for row in rows
    )
    return f'<table class="co-week-amounts co-week-changed"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def accepted_html(sentence: str, note: str) -> str:
    """Who accepted the plan and when, and what they noted."""
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
