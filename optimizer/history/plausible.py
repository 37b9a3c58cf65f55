"""Rules about cells and values: what is possible in a file but seldom true."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.history.facts import Facts, amount, listing, times
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import LONG_GAP, Floats, pauses
from optimizer.history.weeks import monday
from optimizer.language.message import Message, day, join, place, say, say_many

FEW_WEEKS = 4
"""Weeks observed below which a cell is judged mostly by its like."""

OUTLIER_TIMES = 5.0
OUTLIER_SPREADS = 8.0
OUTLIER_LEAST_WEEKS = 8
OUTLIERS_LISTED = 5

ABOVE = (
    ("clicks", "impressions", Severity.WARNING, say("check that both columns count the same ads")),
    (
        "reach",
        "impressions",
        Severity.WARNING,
        say("nobody is reached without an impression; check the columns"),
    ),
    ("bounces", "sessions", Severity.WARNING, say("check that both columns count the same visits")),
    ("repeat_conversions", "conversions", Severity.WARNING, say("conversions must include the repeated ones")),
    ("conversions", "clicks", Severity.NOTE, say("true only if conversions after a mere view are counted")),
)
"""(smaller, larger, severity, what to do) for columns of which the first can hardly exceed the second."""


# Cells --------------------------------------------------------------------------------------------------------------


def _names(facts: Facts, chosen: NDArray[np.bool_]) -> Message:
    return listing([place(cell) for cell, is_chosen in zip(facts.panel.cells, chosen, strict=True) if is_chosen])


def cells_without_spend(facts: Facts) -> Iterator[Finding]:
    """Cells that have rows but never spent."""
    spent = np.nansum(facts.panel.spend, axis=1)
    seen = np.isfinite(facts.panel.spend).any(axis=1)
    idle = seen & (spent == 0)
    if idle.any():
        yield facts.finding(
            "cell-without-spend",
            Severity.WARNING,
            say_many(
                "{count} cell has rows but never any spend ({cells})",
                "{count} cells have rows but never any spend ({cells})",
                int(idle.sum()),
                cells=_names(facts, idle),
            ),
            say("what money would bring there is judged by similar cells alone"),
            "spend",
        )


def cells_without_outcome(facts: Facts) -> Iterator[Finding]:
    """Cells that spent and brought nothing, where others did."""
    spent = np.nansum(facts.panel.spend, axis=1)
    for name in ("conversions", "revenue"):
        values = facts.panel.outcomes.get(name)
        if values is None or not (values > 0).any():
            continue
        barren = (spent > 0) & np.isfinite(values).any(axis=1) & ~(values > 0).any(axis=1)
        if barren.any():
            yield facts.finding(
                "cell-without-outcome",
                Severity.WARNING,
                say_many(
                    "{count} cell has spent {spent} and brought no {name} ({cells})",
                    "{count} cells have spent {spent} and brought no {name} ({cells})",
                    int(barren.sum()),
                    spent=amount(float(spent[barren].sum())),
                    name=name,
                    cells=_names(facts, barren),
                ),
                say("check that they are tracked"),
                name,
            )


def cells_with_few_weeks(facts: Facts) -> Iterator[Finding]:
    """Cells seen in hardly any complete week."""
    weeks = np.isfinite(facts.panel.spend).sum(axis=1)
    few = weeks < min(FEW_WEEKS, len(facts.panel.weeks))
    if few.any():
        yield facts.finding(
            "cell-with-few-weeks",
            Severity.NOTE,
            say_many(
                "{count} cell has fewer than {enough} complete weeks ({cells})",
                "{count} cells have fewer than {enough} complete weeks ({cells})",
                int(few.sum()),
                enough=FEW_WEEKS,
                cells=_names(facts, few),
            ),
            say("such cells are judged mostly by similar ones"),
        )


def gaps(facts: Facts) -> Iterator[Finding]:
    """Weeks without rows between a cell's first and last, while other cells have some."""
    seen = np.isfinite(facts.panel.spend)
    started = np.maximum.accumulate(seen, axis=1)
    lasts = np.maximum.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    inside, paused = started & lasts & ~seen & seen.any(axis=0), pauses(facts.panel.spend)
    weeks, cells = _by_cell(facts, inside & ~paused)
    if weeks:
        problem = say_many(
            "{count} week without a row inside the runs of cells ({cells})",
            "{count} weeks without a row inside the runs of cells ({cells})",
            weeks,
            cells=cells,
        )
        fix = say("such weeks count as not observed, not as 0; write rows with spend 0 if nothing was spent")
        yield facts.finding("gap", Severity.NOTE, problem, fix)
    weeks, cells = _by_cell(facts, inside & paused)
    if weeks:
        problem = say_many(
            "{count} week without a row for more than {longest} weeks in a row inside the runs of cells ({cells})",
            "{count} weeks without a row for more than {longest} weeks in a row inside the runs of cells ({cells})",
            weeks,
            longest=LONG_GAP,
            cells=cells,
        )
        fix = say("such weeks count as paused, with spend 0; export them again if money was spent in them")
        yield facts.finding("pause", Severity.NOTE, problem, fix)


def _by_cell(facts: Facts, weeks: NDArray[np.bool_]) -> tuple[int, Message]:
    """How many weeks are marked, and the cells with theirs, most first."""
    marked = weeks.sum(axis=1)
    most = [int(i) for i in np.argsort(-marked, kind="stable") if marked[i]]
    return int(marked.sum()), listing([join(": ", [place(facts.panel.cells[i]), int(marked[i])]) for i in most])


def stopped(facts: Facts) -> Iterator[Finding]:
    """Cells whose rows end more than 2 weeks before the history does."""
    panel = facts.panel
    seen = np.isfinite(panel.spend)
    off = seen.any(axis=1) & pauses(panel.spend)[:, -1]
    if off.any():
        last = len(panel.weeks) - 1 - seen[:, ::-1].argmax(axis=1)
        order = [i for i in np.argsort(-last, kind="stable") if off[i]]
        names = [
            say(
                "{cell} has no rows since the week of {week}",
                cell=place(panel.cells[i]),
                week=day(panel.weeks[last[i]]),
            )
            for i in order
        ]
        yield facts.finding(
            "stopped",
            Severity.NOTE,
            listing(names),
            say(
                "it counts as paused: every week since is 0 in the fit and in today's split; export it again if it runs"
            ),
        )


def similar_names(facts: Facts) -> Iterator[Finding]:
    """Content types of one network that differ only in a plural s or in how words are joined."""
    seen: dict[tuple[str, str], str] = {}
    pairs = []
    for network, name, _ in facts.panel.cells:
        stem = "".join(character for character in name if character.isalnum()).removesuffix("s")
        if other := seen.get((network, stem)):
            pairs.append(say("{network}: {one} and {other}", network=network, one=other, other=name))
        seen[network, stem] = name
    if pairs:
        yield facts.finding(
            "similar-names",
            Severity.WARNING,
            say("content types with similar names ({pairs})", pairs=listing(pairs)),
            say("they are planned apart; give them one name if they are one"),
            "content_type",
        )


# Values -------------------------------------------------------------------------------------------------------------


def larger_than_possible(facts: Facts) -> Iterator[Finding]:
    """Parts that exceed their whole."""
    for part, whole, severity, fix in ABOVE:
        if part in facts.table and whole in facts.table:
            above = (facts.table[part] > facts.table[whole]).to_numpy()
            if above.any():
                problem = say_many(
                    "{part} exceeds {whole} in {count} row",
                    "{part} exceeds {whole} in {count} rows",
                    int(above.sum()),
                    part=part,
                    whole=whole,
                )
                yield facts.finding("part-exceeds-whole", severity, problem, fix, part, facts.table.index[above])


def revenue_without_conversions(facts: Facts) -> Iterator[Finding]:
    """Revenue on rows that say 0 conversions."""
    if "revenue" not in facts.table or "conversions" not in facts.table or not (facts.table["conversions"] > 0).any():
        return
    odd = ((facts.table["revenue"] > 0) & (facts.table["conversions"] == 0)).to_numpy()
    if odd.any():
        yield facts.finding(
            "revenue-without-conversions",
            Severity.NOTE,
            say_many(
                "{count} row with revenue and 0 conversions",
                "{count} rows with revenue and 0 conversions",
                int(odd.sum()),
            ),
            say("both are kept; check that they follow one attribution rule"),
            "revenue",
            facts.table.index[odd],
        )


def outliers(facts: Facts) -> Iterator[Finding]:
    """Weeks far outside what the cell ever did: over 5 times its median and 8 robust spreads above it.

    On a log scale, with spread = 1.4826 x median absolute deviation (Leys et al., 2013).
    """
    weeks_of_rows = monday(facts.table["date"].to_numpy())
    found = []
    for name, values in (("spend", facts.panel.spend), *facts.panel.outcomes.items()):
        if name in ("spend", "conversions", "revenue"):
            money = name != "conversions"
            found += [(factor, name, cell, week) for factor, cell, week in _far_above(values, money)]
    found.sort(reverse=True)
    for factor, name, cell, week in found[:OUTLIERS_LISTED]:
        network, content_type, _ = facts.panel.cells[cell]
        values = facts.panel.spend if name == "spend" else facts.panel.outcomes[name]
        here = (
            (facts.table["network"] == network).to_numpy()
            & (facts.table["content_type"] == content_type).to_numpy()
            & (weeks_of_rows == facts.panel.weeks[week])
        )
        yield facts.finding(
            "outlier",
            Severity.WARNING,
            say(
                "{name} of {cell} in the week of {week} is {value}, {times} times its median",
                name=name,
                cell=place(facts.panel.cells[cell]),
                week=day(facts.panel.weeks[week]),
                value=amount(float(values[cell, week])),
                times=times(factor),
            ),
            say("check it against the network's own report"),
            name,
            facts.table.index[here],
        )
    if len(found) > OUTLIERS_LISTED:
        more = say_many("{count} more value as far off", "{count} more values as far off", len(found) - OUTLIERS_LISTED)
        yield facts.finding("outlier", Severity.WARNING, more, say("check them too"))


def _far_above(values: Floats, money: bool) -> list[tuple[float, int, int]]:
    """(times the median, cell, week) of each outlier."""
    found = []
    for cell, row in enumerate(values):
        positive = row[np.isfinite(row) & (row > 0)]
        if len(positive) < OUTLIER_LEAST_WEEKS:
            continue
        logs = np.log(positive)
        middle = float(np.median(logs))
        # The spread of small counts is at least that of Poisson noise, about 1 / sqrt(median); money has no such unit.
        noise = 0.0 if money else float(np.exp(-middle / 2))
        spread = max(1.4826 * float(np.median(np.abs(logs - middle))), 0.1, noise)
        limit = np.exp(middle + max(np.log(OUTLIER_TIMES), OUTLIER_SPREADS * spread))
        weeks = np.flatnonzero(np.nan_to_num(row) > limit)
        found += [(float(row[week] / np.exp(middle)), cell, int(week)) for week in weeks]
    return found


RULES = (
    cells_without_spend,
    cells_without_outcome,
    cells_with_few_weeks,
    gaps,
    stopped,
    similar_names,
    larger_than_possible,
    revenue_without_conversions,
    outliers,
)
