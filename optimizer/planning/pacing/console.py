"""Pacing as text: how the period stands, and the next daily budgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimizer.language.message import day, percent, say
from optimizer.planning.export import DAYS_PER_WEEK
from optimizer.planning.pacing.next import usual_share
from optimizer.planning.pacing.text import (
    definitions,
    held_sentence,
    interval_sentence,
    judged_sentence,
    landing_sentence,
    light_name,
    light_sign,
    pace_headline,
    pace_name,
)
from optimizer.planning.wording import number, signed

if TYPE_CHECKING:
    from optimizer.planning.pacing.next import NextBudgets
    from optimizer.planning.pacing.pace import Pace, Pacing

Row = tuple[str, ...]
NOTHING = "-"


def pace_table(pacing: Pacing) -> tuple[Row, tuple[Row, ...]]:
    """Header and rows of how everything, each network and, where they have budgets, each place stands."""
    header = ("", "spent", "budget", "left", "pacing", "projected", "light")
    judged = any(one.budget is not None for one in pacing.cells)
    rows = (pacing.total, *pacing.networks, *(pacing.cells if judged else ()))
    return header, tuple(_stands(one) for one in rows)


def _stands(one: Pace) -> Row:
    given = one.budget is not None
    return (
        str(pace_name(one)),
        number(one.gone),
        number(one.budget) if one.budget is not None else NOTHING,
        number(one.left) if given else NOTHING,
        percent(one.pacing) if one.pacing is not None else NOTHING,
        number(one.projected),
        f"{light_sign(one)} {light_name(one)}" if given else NOTHING,
    )


def budget_table(pacing: Pacing, found: NextBudgets) -> tuple[Row, tuple[Row, ...]]:
    """Header and rows of the next daily budgets, per day and, beside it, per week; no reason where it is the usual."""
    header = ("next", "a day now", "a day", "change", "a week", "why")
    rows = []
    for c, cell in enumerate(pacing.days.cells):
        daily, now = float(found.daily[c]), float(found.now[c])
        smallest = 0.5 * 10.0**-found.decimals
        change = signed(daily - now, smallest=smallest)
        amounts = (number(now), number(daily), change, number(DAYS_PER_WEEK * daily))
        why = "" if found.reasons[c] == usual_share() else str(found.reasons[c])
        rows.append((cell.label, *amounts, why))
    now, total = float(found.now.sum()), found.total
    rows.append(("together", number(now), number(total), signed(total - now), number(DAYS_PER_WEEK * total), ""))
    return header, tuple(rows)


def pace_lines(pacing: Pacing, found: NextBudgets, files: Sequence[str] = ()) -> list[str]:
    """The whole result, a line each."""
    period = pacing.period
    span = say(
        "{first} to {last}, as of {day}: {elapsed} of {days} days gone.",
        first=day(period.first),
        last=day(period.last),
        day=day(pacing.as_of),
        elapsed=number(pacing.elapsed),
        days=number(period.days),
    )
    body: list[str] = [pace_headline(pacing), interval_sentence(pacing), "", span, ""]
    body += [*_aligned(*pace_table(pacing), right=(1, 2, 3, 4, 5)), "", definitions(), judged_sentence(pacing), ""]
    body += [landing_sentence(pacing, found), held_sentence(found), ""]
    body += _aligned(*budget_table(pacing, found), right=(1, 2, 3, 4))
    nothing = say("No file was written; --out pace.csv and --summary pace.json do.")
    written = say("Written: {files}.", files=", ".join(files)) if files else nothing
    return [*body, "", written]


def _aligned(header: Row, rows: Sequence[Row], right: Sequence[int]) -> list[str]:
    lines = [header, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header))]

    def told(line: Row) -> str:
        fields = (
            text.rjust(width) if k in right else text.ljust(width)
            for k, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        return "  ".join(fields).rstrip()

    return [told(line) for line in lines]


def print_pace(pacing: Pacing, found: NextBudgets, files: Sequence[str] = ()) -> None:
    """Print the result to stdout."""
    import sys

    sys.stdout.write("\n".join(pace_lines(pacing, found, files)) + "\n")
