"""A ranked list of posts as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimizer.language.message import day, percent, say, say_many
from optimizer.planning.sponsor.rank import asked_in_vain
from optimizer.planning.sponsor.text import (
    HUNDRED,
    bar_sentence,
    cost_of_tests,
    headline,
    interval,
    link_sentence,
    picked_sentence,
    reason,
    winners,
)
from optimizer.planning.sponsor.verdict import GO, NOT, STOP, WAIT
from optimizer.planning.wording import number

if TYPE_CHECKING:
    from optimizer.planning.sponsor.rank import Judged, Ranking

Row = tuple[str, ...]
SHOWN = 10  # of those that get nothing


def sponsor_lines(found: Ranking, files: Sequence[str] = ()) -> list[str]:
    """The whole result, a line each."""
    body: list[str] = [headline(found), ""]
    body += [one for one in (winners(found), cost_of_tests(found), asked_in_vain(found)) if one]
    for verdict, title in (
        (STOP, "Stop or refresh"),
        (GO, "Sponsor"),
        (WAIT, "Wait"),
        (NOT, "Do not sponsor"),
    ):
        judged = found.of(verdict)
        if not judged:
            continue
        body += ["", *_table(found, title, judged[:SHOWN] if verdict == NOT else judged)]
        if verdict == NOT and len(judged) > SHOWN:
            more = len(judged) - SHOWN
            body.append(
                say_many("and {count} more; --out FILE lists it", "and {count} more; --out FILE lists them", more)
            )
    seen = say("Seen from {day}.", day=day(found.posts.as_of))
    nothing = say("No file was written; --out ranking.csv and --summary summary.json do.")
    written = say("Written: {files}.", files=", ".join(files)) if files else nothing
    return [*body, "", bar_sentence(found), picked_sentence(found), link_sentence(found), seen, written]


def _table(found: Ranking, title: str, judged: Sequence[Judged]) -> list[str]:
    """Posts of one verdict, aligned."""
    unit = "cost" if found.counts else f"{number(HUNDRED)} bring"
    figures = (unit, "90 %", "bar") if found.outcome else ("times usual", "90 %")
    lines: list[Row] = [(title, "place", "chance", *figures, "amount", "days", "why")]
    for one in judged:
        test = one.test
        amount = (number(test.amount), str(test.days)) if test is not None else ("", "")
        place = f"{one.post.network}/{one.post.content_type}"
        name = one.post.name if len(one.post.name) <= 30 else f"{one.post.name[:27]}..."
        lines.append((name, place, percent(one.chance), *_figures(found, one), *amount, str(reason(found, one))))
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    last = len(widths) - 1
    return ["  ".join(_set(line, widths, last)).rstrip() for line in lines]


def _figures(found: Ranking, one: Judged) -> Row:
    if not found.outcome:
        return number(one.multiple.middle), interval(one.multiple)
    if found.counts:
        return number(one.cost.middle), interval(one.cost), number(one.bar_cost)
    shown = one.result.middle * HUNDRED
    return (number(shown) if math.isfinite(shown) else "", interval(one.result, HUNDRED), number(HUNDRED * one.bar))


def _set(line: Row, widths: Sequence[int], last: int) -> list[str]:
    return [text.ljust(width) if k in (0, 1, last) else text.rjust(width) for k, (text, width) in enumerate(zip(line, widths, strict=True))]  # fmt: skip  # noqa: E501


def print_sponsor(found: Ranking, files: Sequence[str] = ()) -> None:
    """Print the result to stdout."""
    import sys

    sys.stdout.write("\n".join(sponsor_lines(found, files)) + "\n")
