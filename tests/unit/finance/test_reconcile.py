"""Attributed against booked revenue, worked out on paper; and every refusal in its sentence."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.errors import InputError
from optimizer.finance.books import read_books
from optimizer.finance.reconcile import reconcile
from optimizer.history import History, load_history
from optimizer.planning.fiscal import FiscalCalendar

FIRST, LAST = dt.date(2026, 9, 28), dt.date(2026, 12, 6)


def daily(currency: str = "EUR") -> History:
    """70 days: 10 a day on Facebook, 5 on TikTok, in revenue."""
    lines = ["date,network,content_type,spend,conversions,revenue,currency"]
    for later in range((LAST - FIRST).days + 1):
        day = FIRST + dt.timedelta(days=later)
        for network, revenue in (("facebook", 10), ("tiktok", 5)):
            lines.append(f"{day},{network},image,{1 + later % 3},1,{revenue},{currency}")
    return load_history("\n".join(lines).encode(), name="history.csv")


@pytest.fixture(scope="module")
def history() -> History:
    return daily()


def told(history: History, text: str, calendar: FiscalCalendar | None = None):
    return reconcile(history, calendar or FiscalCalendar(), read_books(text.encode(), "books.csv"))


def refused(history: History, text: str, calendar: FiscalCalendar | None = None) -> str:
    with pytest.raises(InputError) as problem:
        told(history, text, calendar)
    return str(problem.value)


def test_periods_are_compared_day_for_day(history: History):
    found = told(history, "period,revenue,currency\n2026-11,600.00,EUR\n2026-10,310.50,EUR\n")
    october, november = found.rows
    assert (october.period, october.booked, october.attributed) == ("2026-10", 310.5, 31 * 15.0)
    assert october.difference == 154.5
    assert october.ratio == pytest.approx(465 / 310.5)
    assert (november.first, november.last) == (dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert (found.total.booked, found.total.attributed) == (910.5, 61 * 15.0)
    assert found.total.difference == found.total.attributed - found.total.booked


def test_days_that_may_still_be_credited_are_told_apart(history: History):
    (november,) = told(history, "period,revenue\n2026-11,600\n").rows
    assert november.late_days == 22  # the last 28 days of the history begin on 9 November
    assert november.late == 22 * 15.0
    (october,) = told(history, "period,revenue\n2026-10,600\n").rows
    assert (october.late_days, october.late) == (0, 0.0)


def test_books_by_day_are_compared_from_the_first_to_the_last_of_their_days(history: History):
    found = told(history, "date;revenue\n2026-10-30;7,50\n2026-11-02;8\n")
    assert [(row.period, row.first.day, row.last.day, row.booked, row.attributed) for row in found.rows] == [
        ("2026-10", 30, 31, 7.5, 30.0),
        ("2026-11", 1, 2, 8.0, 30.0),
    ]


def test_networks_are_compared_with_their_own(history: History):
    found = told(history, "period,network,revenue\n2026-10,TikTok,100\n2026-10,facebook,400\n")
    assert [(row.network, row.booked, row.attributed) for row in found.rows] == [
        ("facebook", 400.0, 310.0),
        ("tiktok", 100.0, 155.0),
    ]
    assert found.total.attributed == 465.0
    only = told(history, "period,network,revenue\n2026-10,tiktok,100\n")
    assert only.total.attributed == 155.0


def test_weekly_figures_are_shared_among_their_days():
    lines = ["date,network,content_type,spend,conversions,revenue"]
    for later in range(10):
        lines.append(f"{FIRST + dt.timedelta(weeks=later)},facebook,image,{1 + later % 3},1,70")
    found = told(load_history("\n".join(lines).encode(), name="h.csv"), "period,revenue\n2026-10,310\n")
    assert found.shared_out
    assert found.rows[0].attributed == 310.0


def test_periods_of_a_fiscal_year(history: History):
    calendar = FiscalCalendar("4-4-5", dt.date(2026, 9, 28))
    (row,) = told(history, "period,revenue\nfy2027 p01,420\n", calendar).rows
    assert (row.first, row.last, row.attributed) == (FIRST, dt.date(2026, 10, 25), 28 * 15.0)


def test_nothing_booked_has_no_ratio(history: History):
    (row,) = told(history, "period,revenue\n2026-10,0\n").rows
    assert row.ratio != row.ratio


def test_columns_that_are_not_read_are_named(history: History):
    assert told(history, "period,revenue,comment\n2026-10,1,x\n").unread == ("comment",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("period,revenue,currency\n2026-10,5,USD\n", "books are in USD and the history is in EUR"),
        ("period,revenue,currency\n2026-10,5,EUR\n2026-11,5,USD\n", "row 3, column currency: currency is USD, and EUR"),
        ("period,revenue,currency\n2026-10,5,euros\n", "currency is 'EUROS'"),
        ("period,revenue\n2026-13,5\n", "row 2, column period: period 2026-13 is not known to the calendar month"),
        (
            "period,revenue\n2026-10,-5\n",
            "row 2, column revenue: booked revenue is '-5'; it must be a number, 0 or more",
        ),
        ("period,revenue\n2026-10,\n", "booked revenue is ''"),
        ("period,revenue\n2026-10,many\n", "booked revenue is 'many'"),
        ("period,revenue\n2026-10,1.234\n", "which has two meanings"),
        ("period,revenue\n2026-10,5\n2026-10,6\n", "row 3, column period: 2026-10 is booked in row 2 already"),
        ("period,revenue\n2026-12,5\n", "2026-12 is not closed: the history ends on 2026-12-06"),
        ("period,revenue\n2026-09,5\n", "2026-09 is not covered: the history begins on 2026-09-28"),
        ("date,revenue\n2026-12-07,5\n", "row 2, column date: 2026-12-07 is not closed"),
        ("date,revenue\nyesterday,5\n", "date is 'yesterday'"),
        ("period,network,revenue\n2026-10,tictoc,5\n", "the history has no network tictoc; did you mean tiktok?"),
        ("period,network,revenue\n2026-10,,5\n", "row 2, column network: this is empty"),
        ("period,amount\n2026-10,5\n", "the header is 'period, amount'; give the columns period or date, and revenue"),
        ("period,date,revenue\n2026-10,2026-10-01,5\n", "both a period and a date"),
        ("period,revenue,revenue\n2026-10,5,5\n", "the column revenue is there twice"),
        ("period,revenue\n", "there is no line below the header"),
        ("", "the file is empty"),
    ],
)
def test_every_refusal_is_a_sentence(history: History, text: str, sentence: str):
    said = refused(history, text)
    assert said.startswith("books.csv")
    assert sentence in said
    assert said.endswith((".", "?"))


def test_a_history_without_revenue_has_nothing_to_compare():
    lines = ["date,network,content_type,spend,conversions"]
    lines += [f"{FIRST + dt.timedelta(days=k)},facebook,image,{1 + k % 3},1" for k in range(28)]
    history = load_history("\n".join(lines).encode(), name="h.csv")
    assert "there is no attributed revenue" in refused(history, "period,revenue\n2026-10,5\n")
