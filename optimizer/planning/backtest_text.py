"""A backtest as text: tables for people, rows for a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from optimizer.planning.export import harmless
from optimizer.planning.moved import Stages, WhatMoved
from optimizer.planning.wording import MONEY_OUTCOMES, money_unit, number
from optimizer.response.backtest import Backtest
from optimizer.response.scores import LEVELS, STATED, Comparison, Coverage, Estimate, Origin

MOVERS = 8  # cells shown of what moved
LEVEL_NAMES = dict(zip(LEVELS, ("all cells", "each cell", "each cell and week"), strict=True))


def backtest_text(result: Backtest, moved: WhatMoved | None = None, files: Sequence[str] = ()) -> str:
    """The whole result as plain text."""
    blocks = [_opening(result), _score_table(result), _reading(), *_origin_tables(result)]
    if moved is not None:
        blocks.append(moved_text(moved))
    blocks.append(
        f"Written: {', '.join(files)}." if files else "No file was written; --out rows.csv and --chart chart.svg do."
    )
    return "\n\n".join(blocks) + "\n"


def _opening(result: Backtest) -> str:
    known = [one.known for one in result.origins]
    weeks = f"{result.horizon} week{'s' if result.horizon > 1 else ''}"
    text = (
        f"Forecasts of {weeks} ahead, made after {_listed(sorted(set(known)))} weeks of history with the spend that "
        "was really made, against what came."
    )
    if result.withheld:
        many = result.withheld > 1
        text += f" The newest {f'{result.withheld} weeks are' if many else 'week is'} left out: not fully reported yet."
    return text


def _listed(values: Sequence[int]) -> str:
    texts = [str(value) for value in values]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _score_table(result: Backtest) -> str:
    header = ("", "", "n", "WAPE", "naive", "bias", "skill", *(f"in {100 * stated:.0f} %" for stated in STATED))
    rows = []
    for index, score in enumerate(result.scores):
        first = index == 0 or result.scores[index - 1].outcome != score.outcome
        scores = (_percent(score.wape), f"{100 * score.naive_wape:.1f} %", _percent(score.bias, sign=True))
        shares = (_coverage(one) for one in score.coverage)
        name = score.outcome.replace("_", " ") if first else ""
        rows.append((name, LEVEL_NAMES[score.level], f"{score.count}", *scores, _plain(score.skill), *shares))
    return _aligned([header, *rows], left=2)


def _percent(estimate: Estimate, sign: bool = False) -> str:
    """A share as percent, with the ends of its interval where it has one."""
    form = "+.1f" if sign else ".1f"
    if not math.isfinite(estimate.value):
        return "unknown"
    text = f"{100 * estimate.value:{form}} %"
    if math.isfinite(estimate.low):
        text += f" ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})"
    return text


def _plain(estimate: Estimate) -> str:
    """A number with two decimals, with the ends of its interval where it has one."""
    if not math.isfinite(estimate.value):
        return "unknown"
    ends = f" ({estimate.low:.2f} to {estimate.high:.2f})" if math.isfinite(estimate.low) else ""
    return f"{estimate.value:.2f}{ends}"


def _coverage(one: Coverage) -> str:
    return f"{100 * one.share:.0f} % ({100 * one.low:.0f} to {100 * one.high:.0f})"


def _reading() -> str:
    return (
        "WAPE: sum of absolute errors over sum of actuals; naive: the same for the mean of a cell's last weeks.\n"
        "Bias: forecast minus actual over actual. Skill: 1 - WAPE / naive. In 90 %: share of n in that interval.\n"
        "In brackets 90 % intervals of these figures: from leaving out one origin at a time, and Wilson's for shares."
    )


def _origin_tables(result: Backtest) -> list[str]:
    """One table per outcome: totals per origin."""
    tables = []
    for outcome in dict.fromkeys(one.outcome for one in result.origins):
        unit = f", {result.currency}" if outcome in MONEY_OUTCOMES and result.currency else ""
        title = f"All cells together: {outcome.replace('_', ' ')}{unit}"
        header = ("weeks known", "first week ahead", "actual", "forecast", "90 % interval", "held", "naive")
        rows = [_origin_row(one) for one in result.origins if one.outcome == outcome]
        tables.append(f"{title}\n{_aligned([header, *rows], left=0)}")
    return tables


def _origin_row(one: Origin) -> tuple[str, ...]:
    total = one.levels["total"]
    held = "yes" if total.inside[-1, 0] else "no"
    interval = f"{number(total.low[-1, 0])} to {number(total.high[-1, 0])}"
    amounts = number(total.actual[0]), number(total.forecast[0]), interval, held, number(total.naive[0])
    return (str(one.known), str(one.weeks[0]), *amounts)


def moved_text(moved: WhatMoved) -> str:
    """What moved since the earlier fit: largest movers first."""
    unit = money_unit(sum(cell.today for cell in moved.cells), len(moved.cells))
    spoken = moved.goal.replace("_", " ")
    title = (
        f"What moved with the last {moved.weeks} week{'s' if moved.weeks > 1 else ''}: "
        f"{100 * moved.by_data:.1f} % of the budget by the new data, {100 * moved.by_model:.1f} % by what the model "
        "learned from it in general"
    )
    unseen = [
        name for name, seen in zip(("before", "with the new data", "now"), moved.responsive, strict=True) if not seen
    ]
    if unseen:
        title += f"\nNo detectable response to spend ({', '.join(unseen)}): the best split is today's then"
    bring = f"next {number(unit)} bring"
    header = ("cell", f"{bring} ({spoken})", "by data", "by model", "share of the best split", "by data", "by model")
    rows = [
        (cell.cell.label, *_stages(cell.marginal, unit, "", number), *_stages(cell.share, 100.0, " %", _short))
        for cell in moved.cells[:MOVERS]
    ]
    more = len(moved.cells) - MOVERS
    below = f"\nand {more} more cell{'s' if more > 1 else ''}" if more > 0 else ""
    return f"{title}\n{_aligned([header, *rows], left=1)}{below}"


def _stages(stages: Stages, scale: float, suffix: str, form: object) -> tuple[str, str, str]:
    show = form if callable(form) else number
    path = f"{show(scale * stages.before)} -> {show(scale * stages.now)}{suffix}"
    return path, _signed(show(scale * stages.by_data)), _signed(show(scale * stages.by_model))


def _short(value: float) -> str:
    return f"{value:.1f}"


def _signed(text: str) -> str:
    if not any(digit in text for digit in "123456789"):
        return "0"
    return text if text.startswith("-") else f"+{text}"


def _aligned(lines: Sequence[Sequence[str]], left: int) -> str:
    """Columns side by side; the first `left` flush left, the others flush right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = (
        "  ".join(
            text.ljust(width) if column < left else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
    return "\n".join(shown)


def backtest_csv(result: Backtest) -> str:
    """One row per outcome, origin and comparison.

    Columns: outcome, level (total, cell, cell and week), weeks_known, week_start, weeks, network, content_type[,
    audience], actual, forecast, naive, and the ends of each interval as low_50, high_50 and so on. Names are empty
    where a row is a sum over all cells.
    """
    audience = any(cell.audience for cell in result.cells)
    keys = ["network", "content_type", *(["audience"] if audience else [])]
    ends = [f"{end}_{100 * stated:.0f}" for stated in STATED for end in ("low", "high")]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    head = ["outcome", "level", "weeks_known", "week_start", "weeks"]
    writer.writerow([*head, *keys, "actual", "forecast", "naive", *ends])
    for one in result.origins:
        for level in LEVELS:
            part = one.levels[level]
            for row in range(len(part.actual)):
                writer.writerow(
                    [one.outcome, level, one.known, *_place(result, one, part, row, len(keys)), *_figures(part, row)]
                )
    return text.getvalue()


def _place(result: Backtest, one: Origin, part: Comparison, row: int, keys: int) -> list[str]:
    """Week, number of weeks and names of a row."""
    week, cell = int(part.week[row]), int(part.cell[row])
    names = [""] * keys if cell < 0 else [harmless(name) for name in result.cells[cell][:keys]]
    return [str(one.weeks[max(week, 0)]), str(len(one.weeks) if week < 0 else 1), *names]


def _figures(part: Comparison, row: int) -> list[str]:
    values = [part.actual[row], part.forecast[row], part.naive[row]]
    for interval in range(len(STATED)):
        values += [part.low[interval, row], part.high[interval, row]]
    return [f"{float(value):.6g}" for value in values]
