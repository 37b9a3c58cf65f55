"""Tables of the page What-if as HTML with real headers; every name is escaped. On a phone each scenario is a card."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from optimizer.ui.cells import ARROWS
from optimizer.ui.language import _
from optimizer.ui.what_if_levers import Rung
from optimizer.ui.what_if_view import Figure, Money, MoneyRow, OutcomeRow, Sentence

NUMERIC = ' class="co-n"'


def card_html(name: str, differs: Sequence[str], comes: Sentence, *, being_changed: bool) -> str:
    """A scenario: its name, what differs, and what it comes to."""
    phrases = "; ".join(differs)
    phrases = phrases[:1].upper() + phrases[1:]
    about = f'<p class="co-differs">{escape(phrases)}</p>' if phrases != name else ""
    kind = "co-comes co-fails" if comes.fails else "co-comes"
    changed = " co-being-changed" if being_changed else ""
    return (
        f'<div class="co-scenario{changed}"><h2>{escape(name)}</h2>{about}'
        f'<p class="{kind}">{escape(comes.text)}</p></div>'
    )


def comparison_html(names: Sequence[str], rows: Sequence[OutcomeRow]) -> str:
    """Outcomes down, scenarios across; and the same with a card per scenario, which a phone shows instead."""
    wide, cards = _wide(names, rows), _cards(names, rows)
    return f'<div class="co-compare-wide">{wide}</div><div class="co-compare-cards">{cards}</div>'


def _wide(names: Sequence[str], rows: Sequence[OutcomeRow]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(row.name)}</th>{"".join(_cell(one) for one in row.figures)}</tr>' for row in rows
    )
    return _scroll(_table("co-compare", (_("Outcome"), *names), body), _("Scenarios side by side"))


def _cards(names: Sequence[str], rows: Sequence[OutcomeRow]) -> str:
    cards = []
    for place, name in enumerate(names):
        lines = "".join(
            f'<tr><th scope="row">{escape(row.name)}</th><td>{_total_of(row.figures[place])}</td>'
            f"<td>{_apart_of(row.figures[place])}</td></tr>"
            for row in rows
        )
        cards.append(f'<h4>{escape(name)}</h4><table class="co-compare"><tbody>{lines}</tbody></table>')
    return "".join(cards)


def _cell(figure: Figure) -> str:
    return f"<td>{_total_of(figure)}{_apart_of(figure)}</td>"


def _total_of(figure: Figure) -> str:
    if not figure.known:
        return f'<span class="co-none">{escape(figure.total)}</span>'
    interval = f"<small>{escape(figure.interval)}</small>" if figure.interval else ""
    return f"<b>{escape(figure.total)}</b>{interval}"


def _apart_of(figure: Figure) -> str:
    """The difference from the base, its interval and how likely it is better; nothing for the base."""
    if not figure.direction:
        return ""
    apart = f"{ARROWS[figure.direction]} {escape(figure.difference)}"
    lines = "".join(f"<small>{escape(text)}</small>" for text in (figure.apart, figure.better) if text)
    return f'<span class="co-apart co-{figure.direction}">{apart}</span>{lines}'


def money_html(names: Sequence[str], rows: Sequence[MoneyRow]) -> str:
    """Networks down, scenarios across: weekly money, the change from the base, and a bar of its size."""
    body = "".join(
        f'<tr{_total(row)}><th scope="row">{escape(row.name)}</th>'
        + "".join(
            f'<td data-label="{escape(name, quote=True)}">{_money(one, bar=bool(row.network))}</td>'
            for name, one in zip(names, row.money, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return _scroll(_table("co-money", (_("Network"), *names), body), _("Where the money goes"))


def _total(row: MoneyRow) -> str:
    return "" if row.network else ' class="co-total"'


def _money(money: Money | None, *, bar: bool) -> str:
    if money is None:
        return f'<span class="co-none">{escape(_("no plan"))}</span>'
    change = f"{ARROWS[money.direction]} {escape(money.change)}".strip() if money.direction else ""
    kind = f' class="co-{money.direction}"' if money.direction else ""
    drawn = f'<i style="width:{100 * money.width:.1f}%"></i>' if bar else ""
    shown = f'<i class="co-bar" aria-hidden="true">{drawn}</i>' if bar else ""
    return f"<b>{escape(money.amount)}</b><span{kind}>{change}</span>{shown}"


def ladder_html(rungs: Sequence[Rung], asked: str, per_unit: str) -> str:
    """Steps of the budget, the largest budget first, with the asked one between those up and those down.

    Parameters
    ----------
    rungs : sequence of Rung
    asked : str
        What stands at the asked budget.
    per_unit : str
        Header of what one unit of money brings.
    """
    paying = any(rung.pays for rung in rungs)
    names = (_("Budget"), _("Where it goes, or comes from"), _("Brings"), per_unit, *([_("Pays")] if paying else []))
    up = "".join(_rung(rung, names, paying) for rung in rungs if rung.up)
    down = "".join(_rung(rung, names, paying) for rung in rungs if not rung.up)
    between = f'<tr class="co-asked"><th colspan="{len(names)}">{escape(asked)}</th></tr>'
    head = "".join(
        f'<th scope="col"{"" if place < 2 else NUMERIC}>{escape(name)}</th>' for place, name in enumerate(names)
    )
    kind = "co-ladder co-paying" if paying else "co-ladder"
    table = f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{up}{between}{down}</tbody></table>'
    return _scroll(table, _("The next money"))


def _rung(rung: Rung, names: Sequence[str], paying: bool) -> str:
    note = f"<small>{escape(rung.note)}</small>" if rung.note else ""
    fields = [
        (escape(rung.budgets), ""),
        (escape(rung.places) + note, "co-wide"),
        (escape(rung.brings), "co-n"),
        (escape(rung.per_unit), "co-n"),
        *([(escape(rung.pays), "co-n")] if paying else []),
    ]
    cells = "".join(
        f'<td class="{kind}" data-label="{escape(name, quote=True)}"><div>{content}</div></td>'
        for (content, kind), name in zip(fields, names, strict=True)
    )
    return f"<tr>{cells}</tr>"


def answer_html(lines: Sequence[str]) -> str:
    """An answer in sentences, the first being the one to read."""
    return f'<div class="co-answer" role="status">{"".join(f"<p>{escape(line)}</p>" for line in lines)}</div>'


def _table(kind: str, names: Sequence[str], body: str) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _scroll(table: str, label: str) -> str:
    """A wide table scrolls inside its own frame, which the keyboard can reach; the page itself never does."""
    return f'<div class="co-scroll" role="region" tabindex="0" aria-label="{escape(label)}">{table}</div>'
