"""One measure of the page Performance: its heading, what stands out, and the numbers of its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from optimizer.history.ledger import Breakdown, Grain, Group, Ledger, Weekly
from optimizer.history.measures import BY_KEY, PER_ROW, Measure, Unit, amount
from optimizer.history.standout_text import first_told, largest_part, nothing_told, sentences
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
    slots : tuple of int
        Which of the looks each line has, all together being -1; a group has the same one in every chart where it can.
    told : tuple of str
        Groups that the sentence speaks of; empty where it names none.
    """

    lines: pd.DataFrame = field(repr=False)
    bars: pd.DataFrame = field(repr=False)
    order: tuple[str, ...]
    unit: str
    multiplies: bool
    ratio: bool
    slots: tuple[int, ...]
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
    firsts = [one.group for one in first_told(found, measure, by)]
    drawn = _drawn(newest, _by_spend(ledger, by, weeks), firsts)
    chart = _chart(newest, all_newest, drawn, grain, ledger.history.currency)
    names = tuple(name_of(by, group) for group in firsts if group in drawn)
    bars = pd.DataFrame() if by is Breakdown.ALL else _bars(weekly, ledger.history.currency)
    chart = replace(chart, told=names, bars=bars)
    sentence = _sentence(found, weekly, ledger)
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


def _by_spend(ledger: Ledger, by: Breakdown, weeks: int) -> list[Group]:
    """Groups that spent in the period, the largest first."""
    spend = _newest(ledger.weekly(BY_KEY["spend"], by), weeks)
    sums = np.nansum(spend.numerator, axis=1)
    order = sorted(range(len(sums)), key=lambda row: (-sums[row], spend.groups[row]))
    return [spend.groups[row] for row in order if np.isfinite(spend.numerator[row]).any()]


def _drawn(weekly: Weekly, largest: list[Group], told: Sequence[Group]) -> dict[Group, int]:
    """Groups that get a line, those that are spoken of and the largest, each with the place of its looks.

    The largest spenders have the same place in every chart.
    """
    if weekly.breakdown is Breakdown.ALL:
        return {}
    seen = {group for row, group in enumerate(weekly.groups) if np.isfinite(weekly.value[row]).any()}
    wanted = [group for group in dict.fromkeys((*told, *largest, *weekly.groups)) if group in seen][:MOST_LINES]
    kept = {group: slot for slot, group in enumerate(largest[:MOST_LINES]) if group in wanted}
    free = [slot for slot in range(MOST_LINES) if slot not in kept.values()]
    return kept | dict(zip([group for group in wanted if group not in kept], free, strict=False))


def _chart(weekly: Weekly, whole: Weekly, drawn: dict[Group, int], grain: Grain, currency: str) -> Chart:
    """The numbers of a chart: of some groups and of all together."""
    measure, by = weekly.measure, weekly.breakdown
    single = by is Breakdown.ALL
    with_whole = single or not measure.total
    parts = [_line(whole, (), grain, currency)] if with_whole else []
    parts += [_line(weekly, group, grain, currency) for group in drawn]
    lines = pd.concat(parts, ignore_index=True)
    levels = lines.groupby("group")["value"].median()
    levels = levels[levels > 0]
    apart = measure.unit is Unit.MONEY and not measure.total and len(levels) > 1 and levels.max() > APART * levels.min()
    names = [name_of(Breakdown.ALL, ())] if with_whole else []
    return Chart(
        lines=lines,
        bars=pd.DataFrame(),
        order=(*names, *(name_of(by, group) for group in drawn)),
        unit=unit_name(measure, currency),
        multiplies=bool(apart),
        ratio=not measure.total,
        slots=(*([-1] if with_whole else []), *drawn.values()),
    )


def _line(weekly: Weekly, group: Group, grain: Grain, currency: str) -> pd.DataFrame:
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
            "group": name_of(weekly.breakdown, group),
            "value": frame["value"] * _shown(weekly.measure),
            "told": [told(weekly.measure, value, currency) for value in frame["value"]],
        }
    )


def _bars(weekly: Weekly, currency: str) -> pd.DataFrame:
    """Each group over the newest 12 weeks and the 12 before, highest first; of many groups the largest."""
    measure, count = weekly.measure, len(weekly.weeks)
    end = min(LEVEL, count)
    frame = pd.DataFrame(
        {
            "group": [name_of(weekly.breakdown, group) for group in weekly.groups],
            "value": over_weeks(weekly, np.arange(count - end, count)),
            "before": over_weeks(weekly, np.arange(max(count - end - BEFORE, 0), count - end)),
            "size": np.nansum((weekly.numerator if measure.total else weekly.denominator)[:, -end:], axis=1),
        }
    ).dropna(subset="value")
    frame = frame.nlargest(MOST_BARS, "size").drop(columns="size")
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


def _sentence(found: Sequence[Standout], weekly: Weekly, ledger: Ledger) -> str:
    """What stands out in a measure; of a total without any change, who has the largest part."""
    measure, by = weekly.measure, weekly.breakdown
    told = sentences(found, measure, by, ledger.history.currency)
    if told:
        return " ".join(capital(tell(one)) for one in told)
    largest = largest_part(weekly) if measure.total and by is not Breakdown.ALL else None
    return capital(tell(largest if largest is not None else nothing_told(by, len(ledger.weeks))))


def _notes(weekly: Weekly, chart: Chart) -> tuple[str, ...]:
    """What must be said below a chart so that it is not misread."""
    count, lines = int(np.isfinite(weekly.over(LEVEL)).sum()), sum(slot >= 0 for slot in chart.slots)
    notes = []
    if len(chart.bars) > lines:
        notes.append(_("Lines: those named above, and those with the most spend; {shown} in all.", shown=lines))
    if count > MOST_BARS:
        notes.append(_("Bars: the {shown} largest of {count}.", shown=len(chart.bars), count=count))
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
    measure, frame = weekly.measure, weekly.frame(grain)
    frame["period"] = frame["period"].dt.strftime("%Y-%m-%d")
    frame["group"] = [str(group) for group in frame["group"]]
    if measure.total:
        return frame.drop(columns="numerator").rename(
            columns={"denominator": "weeks", "value": f"{measure.key}_a_week"}
        )[["period", "group", f"{measure.key}_a_week", "weeks"]]
    under = "rows" if measure.denominator == PER_ROW else measure.denominator
    value = measure.key if measure.key != measure.numerator else f"mean_{measure.key}"
    return frame.rename(columns={"numerator": measure.numerator, "denominator": under, "value": value})
