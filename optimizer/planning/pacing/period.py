"""Which period is asked about, and as of which day; a period that is over or not in the data is refused."""

from __future__ import annotations

import datetime as dt

from optimizer.errors import InputError
from optimizer.language.message import day, say
from optimizer.planning.fiscal import FiscalCalendar, Period

NEWS = 14  # days before the period within which the data must end, if nothing of the period is in them
DAY = dt.timedelta(days=1)


def choose_period(
    calendar: FiscalCalendar, data: tuple[dt.date, dt.date], asked: tuple[str | None, dt.date | None]
) -> tuple[Period, dt.date]:
    """The period, and the first day that is not spent yet.

    Parameters
    ----------
    calendar : FiscalCalendar
    data : (date, date)
        First and last day of the data.
    asked : (str or None, date or None)
        Name of the period, and the as-of day.

    Raises
    ------
    InputError
        The name is not known; the period is over, not in the data, or none of its elapsed days is; or the as-of day
        lies outside of it.

    Examples
    --------
    >>> found = choose_period(FiscalCalendar(), (dt.date(2026, 1, 1), dt.date(2026, 11, 9)), (None, None))
    >>> found[0].name, found[1]
    ('2026-11', datetime.date(2026, 11, 10))
    """
    (first, last), (name, as_of) = data, asked
    if name is None:
        as_of = last + DAY if as_of is None else as_of
        period = calendar.period_of(as_of)
    else:
        period = calendar.named(name)
    if period.last < first:
        raise _not_in_data(period, data)
    as_of = max(last + DAY, period.first) if as_of is None else as_of
    if as_of > period.last or last > period.last:
        raise _over(period, min(as_of, last + DAY) if as_of <= period.last else as_of, last)
    if as_of < period.first:
        problem = say("{day} is before the first day of {period}", day=day(as_of), period=period.name)
        fix = say("name a day from {first} to {last}", first=day(period.first), last=day(period.last))
        raise InputError.at(problem, fix=fix)
    if as_of <= first:
        problem = say("nothing is known before {day}: the data begin on {first}", day=day(as_of), first=day(first))
        raise InputError.at(problem, fix=say("name a later day"))
    nothing = last < period.first
    if nothing and (as_of > period.first or (period.first - last).days > NEWS):
        raise _not_in_data(period, data)
    return period, as_of


def _over(period: Period, as_of: dt.date, last: dt.date) -> InputError:
    """The month is over: there is nothing left to pace."""
    problem = say(
        "the period {period} is over: it ended on {end}, and the data go to {last}",
        period=period.name,
        end=day(period.last),
        last=day(last),
    )
    if as_of > period.last >= last:
        problem = say(
            "the period {period} is over on {day}: it ended on {end}",
            period=period.name,
            day=day(as_of),
            end=day(period.last),
        )
    return InputError.at(problem, fix=say("ask about the period that follows, or leave the period and the day out"))


def _not_in_data(period: Period, data: tuple[dt.date, dt.date]) -> InputError:
    problem = say(
        "the period {period}, {first} to {end}, is not in the data, which cover {begin} to {last}",
        period=period.name,
        first=day(period.first),
        end=day(period.last),
        begin=day(data[0]),
        last=day(data[1]),
    )
    return InputError.at(problem, fix=say("export the newest days, or ask about another period"))
