"""Charts in the language of the person who reads: how axes and tooltips write numbers and months."""

from __future__ import annotations

from typing import Literal, TypeVar, cast

import altair as alt
from babel.dates import get_day_names, get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

from optimizer.ui.language import speaker

Chart = TypeVar("Chart", bound=alt.TopLevelMixin)


def in_language(chart: Chart) -> Chart:
    """The chart with the numbers, days and months of its reader's language, and without a frame."""
    locale = speaker().locale
    decimal, group = get_decimal_symbol(locale), get_group_symbol(locale)
    widths: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
    months = {width: [get_month_names(width, locale=locale)[m] for m in range(1, 13)] for width in widths}
    # Babel counts days from Monday, charts from Sunday
    days = {width: [get_day_names(width, locale=locale)[d] for d in (6, 0, 1, 2, 3, 4, 5)] for width in widths}
    time = alt.TimeLocale(
        dateTime="%x, %X",
        date="%d/%m/%Y",
        time="%H:%M:%S",
        periods=["AM", "PM"],
        days=days["wide"],
        shortDays=days["abbreviated"],
        months=months["wide"],
        shortMonths=months["abbreviated"],
    )
    number = alt.NumberLocale(decimal=decimal, thousands=group, grouping=[3], currency=["", ""])
    made = chart.copy(deep=False)  # type: ignore[attr-defined]  # every chart has it, the mixin that names them does not
    made.config = alt.Config(locale=alt.Locale(number=number, time=time), view=alt.ViewConfig(strokeWidth=0))
    return cast(Chart, made)
