"""Tables of posts as HTML; on a phone each line is a card."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from optimizer.planning.sponsor.verdict import AT_LEAST
from optimizer.ui.language import _
from optimizer.ui.sponsor_view import Heads, PostLine


def posts_html(lines: Sequence[PostLine], heads: Heads, title: str, amounts: bool) -> str:
    """Posts of one verdict: the probability as text with a bar, a mark on it where money begins.

    Parameters
    ----------
    lines : sequence of PostLine
    heads : Heads
    title : str
        Name of the table for those who hear it.
    amounts : bool
        Whether any of them gets money.
    """
    names = (_("Post"), _("Beats the bar"), heads.figure, heads.bar, *([_("Money")] if amounts else []), _("Why"))
    kinds = ("", "co-chance", "co-n", "co-n", *(["co-n"] if amounts else []), "co-why")
    head = "".join(
        f'<th scope="col" role="columnheader"{_class("co-n" if kind == "co-n" else "")}>{escape(name)}</th>'
        for name, kind in zip(names, kinds, strict=True)
    )
    body = "".join(_row(line, names, kinds, amounts) for line in lines)
    return (
        f'<div class="co-scroll" role="region" tabindex="0" aria-label="{escape(title, quote=True)}">'
        f'<table class="co-moves co-posts" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(line: PostLine, names: Sequence[str], kinds: Sequence[str], amounts: bool) -> str:
    marks = "".join(f'<em class="co-mark">{escape(mark)}</em>' for mark in line.marks)
    bar = (
        f'<i aria-hidden="true"><u style="width:{100 * line.share:.1f}%"></u>'
        f'<s style="left:{100 * AT_LEAST:.0f}%"></s></i>'
    )
    money = f"<b>{escape(line.amount or '–')}</b>" + (f"<small>{escape(line.per_day)}</small>" if line.per_day else "")
    contents = [
        f"<b>{escape(line.name)}</b><small>{escape(line.place)}</small>{marks}",
        f"<b>{escape(line.chance)}</b>{bar}",
        f"<b>{escape(line.figure)}</b><small>{escape(line.interval)}</small>",
        escape(line.bar),
        *([money] if amounts else []),
        escape(line.reason),
    ]
    cells = "".join(
        f'<td role="cell"{_class(kind)} data-label="{escape(name, quote=True)}"><div>{content}</div></td>'
        for content, name, kind in zip(contents, names, kinds, strict=True)
    )
    return f'<tr role="row">{cells}</tr>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
