"""One measure of the page Performance: its heading, what stands out, and the numbers of its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from optimizer.history.ledger import Breakdown, Grain, Group, Ledger, Weekly
from optimizer.history.measures import BY_KEY, Measure, Unit, amount
from optimizer.history.standout_text import first_told, headline, largest_part
from optimizer.history.standouts import BEFORE, LEVEL, Standout
from optimizer.ui.language import _, tell
from optimizer.ui.performance_view import capital, name_of, over_weeks, title_of, told

MOST_LINES, MOST_BARS = 5, 20
WEEKLY_UP_TO = 30
"""Weeks up to which lines are drawn by week; longer periods are drawn by month."""
APART = 6.0
"""Largest over smallest level from which costs are drawn on a scale whose steps multiply."""


@dataclass(frozen=True, eq=False)
class Chart:
    """The numbers of one measure, over time and by group.

    Attributes
    ----------
    lines : DataFrame
        period, group, value (as shown: shares in per cent), told; one row per period and group, at most 5 groups and
        all together, whose name stands first in `order`.
    bars : DataFrame
        group, value, before, told, label, told_before; the newest 12 weeks and the 12 before them.
    order : tuple of str
        Names of the groups drawn as lines, the whole first.
    unit : str
        Of the values, for the axis.
    multiplies : bool
        Whether equal steps of the scale multiply.
    ratio : bool
        Whether it is no total, so that all together is as high as the groups.
    told : tuple of str
        Groups that the sentence speaks of; empty where it names none.
    """

    lines: pd.DataFrame = field(repr=False)
    bars: pd.DataFrame = field(repr=False)
    order: tuple[str, ...]
    unit: str
    multiplies: bool
    ratio: bool
    told: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Block:
    """One measure of the page: heading, definition, what stands out, charts with their words, data."""

    key: str
    title: str
    definition: str
    sentence: str
    chart: Chart
    lines_alt: str
    bars_alt: str
    notes: tuple[str, ...]
    data: pd.DataFrame = field(repr=False)


def block(ledger: Ledger, measure: Measure, by: Breakdown, weeks: int, found: Sequence[Standout]) -> Block | None:
    """One measure of the page; None where it was never observed in what is selected.

    Parameters
    ----------
    ledger : Ledger
        Of all weeks, so that the weeks before the period can be compared.
    measure : Measure
    by : Breakdown
    weeks : int
        Newest weeks to draw.
    found : sequence of Standout
        What stands out in the measures and breakdowns that are shown.
    """
    weekly, whole = ledger.weekly(measure, by), ledger.weekly(measure)
    if not whole.groups:
        return None
    newest, all_newest = (_newest(one, weeks) for one in (weekly, whole))
    grain = Grain.WEEK if weeks <= WEEKLY_UP_TO else Grain.MONTH
    groups = _by_spend(ledger, weekly)
    chart = _chart(newest, all_newest, groups, grain, ledger.history.currency)
    sentence = _sentence(found, weekly, len(ledger.weeks))
    firsts = [one.group for one in first_told(found, measure, by)]
    chart = replace(chart, told=tuple(name_of(by, group) for group in firsts if name_of(by, group) in chart.order))
    title = title_of(measure)
    return Block(
        measure.key,
        title,
        tell(measure.definition),
        sentence,
        chart,
        _lines_alt(title, chart, grain, sentence),
        _bars_alt(title, chart),
        _notes(weekly, chart),
        _data(newest if by is not Breakdown.ALL else all_newest, grain),
    )


def _newest(weekly: Weekly, weeks: int) -> Weekly:
    return replace(
        weekly,
        weeks=weekly.weeks[-weeks:],
        numerator=weekly.numerator[:, -weeks:],
        denominator=weekly.denominator[:, -weeks:],
    )


def _by_spend(ledger: Ledger, weekly: Weekly) -> list[Group]:
    """Groups of a measure, the largest spender first, so that each keeps its line and colour from chart to chart."""
    spend = ledger.weekly(BY_KEY["spend"], weekly.breakdown)
    sums = dict(zip(spend.groups, np.nansum(spend.numerator, axis=1), strict=True))
    return sorted(weekly.groups, key=lambda group: (-sums.get(group, 0.0), group))


def _chart(weekly: Weekly, whole: Weekly, groups: list[Group], grain: Grain, currency: str) -> Chart:
    """The numbers of a chart: of the largest groups and of all together."""
    measure, by = weekly.measure, weekly.breakdown
    single = by is Breakdown.ALL
    drawn = [] if single else [group for group in groups if group in weekly.groups][:MOST_LINES]
    everything = name_of(Breakdown.ALL, ())
    parts = [_line(whole, (), grain, everything, currency)] if single or not measure.total else []
    parts += [_line(weekly, group, grain, name_of(by, group), currency) for group in drawn]
    lines = pd.concat(parts, ignore_index=True)
    order = tuple(dict.fromkeys(lines["group"]))
    bars = pd.DataFrame(columns=["group", "value", "before", "told", "label", "told_before"])
    if not single:
        bars = _bars(weekly, groups[:MOST_BARS], currency)
    levels = bars["value"][bars["value"] > 0]
    apart = measure.unit is Unit.MONEY and not measure.total and len(levels) > 1 and levels.max() > APART * levels.min()
    return Chart(lines, bars, order, unit_name(measure, currency), bool(apart), not measure.total)


def _line(weekly: Weekly, group: Group, grain: Grain, name: str, currency: str) -> pd.DataFrame:
    row = weekly.groups.index(group)
    one = replace(
        weekly,
        groups=(group,),
        numerator=weekly.numerator[row : row + 1],
        denominator=weekly.denominator[row : row + 1],
    )
    frame = one.frame(grain)
    return pd.DataFrame(
        {
            "period": frame["period"],
            "group": name,
            "value": frame["value"] * _shown(weekly.measure),
            "told": [told(weekly.measure, value, currency) for value in frame["value"]],
        }
    )


def _bars(weekly: Weekly, groups: list[Group], currency: str) -> pd.DataFrame:
    """Each group over the newest 12 weeks and the 12 before; highest first."""
    measure, count = weekly.measure, len(weekly.weeks)
    end = min(LEVEL, count)
    now = over_weeks(weekly, np.arange(count - end, count))
    before = over_weeks(weekly, np.arange(max(count - end - BEFORE, 0), count - end))
    rows = [
        (name_of(weekly.breakdown, group), now[row], before[row])
        for group in groups
        if group in weekly.groups and np.isfinite(now[row := weekly.groups.index(group)])
    ]
    frame = pd.DataFrame(rows, columns=["group", "value", "before"]).astype({"value": float, "before": float})
    frame["told"] = [told(measure, value, currency) for value in frame["value"]]
    frame["label"] = [tell(amount(measure, value)) for value in frame["value"]]
    frame["told_before"] = [told(measure, value, currency) for value in frame["before"]]
    frame[["value", "before"]] *= _shown(measure)
    return frame.sort_values("value", ascending=False, ignore_index=True)


def _shown(measure: Measure) -> float:
    return 100.0 if measure.unit is Unit.SHARE else 1.0


def unit_name(measure: Measure, currency: str) -> str:
    """Unit of the values of a chart."""
    if measure.unit is Unit.SHARE:
        return "%"
    if measure.unit is Unit.MONEY:
        money = currency or _("account currency")
        return _("{currency} a week", currency=money) if measure.total else money
    if measure.total:
        return _("a week")
    return _("people") if measure.key == "reach" else _("times") if measure.unit is Unit.TIMES else _("per 1,000")


def _sentence(found: Sequence[Standout], weekly: Weekly, weeks: int) -> str:
    """What stands out in a measure; of a total without any change, who has the largest part."""
    measure, by = weekly.measure, weekly.breakdown
    firsts = first_told(found, measure, by)
    if firsts:
        return " ".join(capital(tell(one.sentence)) for one in firsts)
    largest = largest_part(weekly) if measure.total and by is not Breakdown.ALL else None
    return capital(tell(largest if largest is not None else headline((), measure, by, weeks)))


def _notes(weekly: Weekly, chart: Chart) -> tuple[str, ...]:
    """What must be said below a chart so that it is not misread."""
    count, lines = len(weekly.groups), len(chart.order) - (1 if chart.ratio else 0)
    notes = []
    if weekly.breakdown is not Breakdown.ALL and count > lines:
        notes.append(_("Lines: the {shown} groups with the most spend of {count}.", shown=lines, count=count))
    if chart.multiplies:
        notes.append(_("The groups lie far apart, so equal steps of the scale multiply instead of adding."))
    return tuple(notes)


def _lines_alt(title: str, chart: Chart, grain: Grain, sentence: str) -> str:
    last = chart.lines.dropna(subset="value").groupby("group", sort=False).tail(1)
    values = "; ".join(f"{group} {told}" for group, told in zip(last["group"], last["told"], strict=True))
    if grain is Grain.WEEK:
        return _("{title} by week. Newest week: {values}. {sentence}", title=title, values=values, sentence=sentence)
    return _("{title} by month. Newest month: {values}. {sentence}", title=title, values=values, sentence=sentence)


def _bars_alt(title: str, chart: Chart) -> str:
    values = "; ".join(
        _("{group} {value} (before: {before})", group=row.group, value=row.told, before=row.told_before)
        for row in chart.bars.itertuples()
    )
    return _("{title} over the newest 12 weeks, and the 12 before: {values}.", title=title, values=values)


def _data(weekly: Weekly, grain: Grain) -> pd.DataFrame:
    """The numbers behind both charts as a file holds them: in plain units, every group."""
    frame = weekly.frame(grain)
    frame["period"] = frame["period"].dt.strftime("%Y-%m-%d")
    frame["group"] = [str(group) for group in frame["group"]]
    return frame.rename(
        columns={
            "numerator": weekly.measure.numerator,
            "denominator": {"week": "weeks", "row": "rows"}.get(weekly.measure.denominator, weekly.measure.denominator),
            "value": weekly.measure.key,
        }
    )
