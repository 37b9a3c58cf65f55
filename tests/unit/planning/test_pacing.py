"""How a period stands: days known and unknown, sums by hand, lights, periods, budgets of networks and cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history import History, load_history
from optimizer.planning.fiscal import FiscalCalendar
from optimizer.planning.pacing.days import daily_spend, span
from optimizer.planning.pacing.pace import Light, Pace, PaceRequest, pace
from optimizer.planning.pacing.period import choose_period
from optimizer.planning.pacing.targets import PlannedWeeks
from optimizer.planning.pacing.text import light_name, light_sign
from optimizer.planning.settings import settings_of
from optimizer.planning.studio import panel_of

CELLS = ("facebook/image", "instagram/reel", "tiktok/video")
USUAL = {"facebook": ("image", 100.0), "instagram": ("reel", 200.0), "tiktok": ("video", 50.0)}
FIRST, LAST = dt.date(2026, 8, 31), dt.date(2026, 11, 10)
Skip = Callable[[str, dt.date], bool]


def write(folder: Path, skip: Skip = lambda *_: False, last: dt.date = LAST, first: dt.date = FIRST) -> History:
    """A history by day in which every network spends the same each day, with rows left out."""
    rows = ["date,network,content_type,spend,conversions,currency"]
    for k in range((last - first).days + 1):
        day = first + dt.timedelta(days=k)
        rows += [f"{day},{name},{kind},{spend},3,EUR" for name, (kind, spend) in USUAL.items() if not skip(name, day)]
    path = folder / "daily.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load_history(path)


@pytest.fixture
def even(tmp_path: Path) -> History:
    return write(tmp_path)


def november(number: int) -> dt.date:
    return dt.date(2026, 11, number)


# Sums ---------------------------------------------------------------------------------------------------------------


def test_figures_by_hand(even: History) -> None:
    found = pace(even, PaceRequest(budget=10_500.0))
    total = found.total
    assert (found.period.name, found.as_of, found.elapsed, found.days_left) == ("2026-11", november(11), 10, 20)
    assert total.spent == pytest.approx(3500.0)
    assert total.estimated == 0.0
    assert total.left == pytest.approx(7000.0)
    assert total.pacing == pytest.approx(1.0)
    assert total.projected == pytest.approx(10_500.0)
    assert total.light is Light.GREEN
    assert [one.key for one in found.networks] == [("facebook",), ("instagram",), ("tiktok",)]
    assert [one.spent for one in found.cells] == pytest.approx([1000.0, 2000.0, 500.0])
    assert found.total.interval is not None
    assert (found.total.interval.low, found.total.interval.high) == pytest.approx((10_500.0, 10_500.0))


def test_the_projection_takes_the_last_seven_days(tmp_path: Path) -> None:
    history = write(tmp_path, skip=lambda name, day: name == "tiktok" and day < november(8))
    found = pace(history, PaceRequest(budget=10_000.0))
    assert found.cells[2].spent == pytest.approx(150.0)
    assert found.cells[2].daily == pytest.approx(150.0 / 7)  # it was not there before, which is known
    assert found.cells[2].projected == pytest.approx(150.0 + 20 * 150.0 / 7)


def test_an_earlier_day_leaves_newer_rows_out(even: History) -> None:
    found = pace(even, PaceRequest(budget=10_500.0, as_of=november(5)))
    assert found.total.spent == pytest.approx(4 * 350.0)
    assert found.elapsed == 4
    assert [one.rule for one in found.findings] == ["as-of"]


def test_a_period_that_begins_tomorrow(tmp_path: Path) -> None:
    found = pace(write(tmp_path, last=november(30)), PaceRequest(budget=10_850.0))
    assert (found.elapsed, found.days_left) == (0, 31)
    assert found.total.pacing is None
    assert found.total.projected == pytest.approx(31 * 350.0)
    assert found.total.light is Light.GREEN


# Days that nobody reported --------------------------------------------------------------------------------------------


def test_a_day_without_any_row_is_not_zero(tmp_path: Path) -> None:
    found = pace(write(tmp_path, skip=lambda _, day: day == november(4)), PaceRequest(budget=10_500.0))
    assert found.total.spent == pytest.approx(9 * 350.0)
    assert found.total.estimated == pytest.approx(350.0)
    assert found.total.projected == pytest.approx(10_500.0)
    assert [(gap.first, gap.last, gap.everybody, gap.kind) for gap in found.gaps] == [
        (november(4), november(4), True, "missing")
    ]
    assert "no network has rows for 2026-11-04" in str(found.findings[0].text)


def test_a_network_that_is_late_is_told_apart_from_zero(tmp_path: Path) -> None:
    late = pace(
        write(tmp_path, skip=lambda name, day: name == "tiktok" and day >= november(9)), PaceRequest(budget=10_500.0)
    )
    assert late.cells[2].spent == pytest.approx(400.0)
    assert late.cells[2].estimated == pytest.approx(100.0)
    assert [(gap.networks, gap.kind) for gap in late.gaps] == [(("tiktok",), "late")]
    assert "tiktok has not reported 2026-11-09 to 2026-11-10 yet" in str(late.findings[0].text)


def test_rows_of_zero_are_zero(tmp_path: Path) -> None:
    write(tmp_path, skip=lambda name, day: name == "tiktok" and day >= november(9))
    path = tmp_path / "daily.csv"
    more = [f"{november(d)},tiktok,video,0,0,EUR" for d in (9, 10)]
    path.write_text(path.read_text(encoding="utf-8") + "\n".join(more) + "\n", encoding="utf-8")
    found = pace(load_history(path), PaceRequest(budget=10_500.0))
    assert found.cells[2].estimated == 0.0
    assert found.cells[2].daily == pytest.approx(5 * 50.0 / 7)
    assert found.gaps == ()


def test_a_long_silence_while_others_report_is_a_pause(tmp_path: Path) -> None:
    found = pace(
        write(tmp_path, skip=lambda name, day: name == "tiktok" and day >= dt.date(2026, 10, 25)),
        PaceRequest(budget=10_500.0),
    )
    assert (found.cells[2].spent, found.cells[2].estimated, found.cells[2].daily) == (0.0, 0.0, 0.0)
    assert [one.rule for one in found.findings] == ["paused"]


def test_weekends_off_are_no_holes(tmp_path: Path) -> None:
    found = pace(write(tmp_path, skip=lambda _, day: day.weekday() >= 5), PaceRequest(budget=10_500.0))
    assert found.gaps == ()
    assert found.total.estimated == 0.0
    assert found.total.daily == pytest.approx(350.0 * 5 / 7)


def test_days_after_the_data_are_counted_at_the_pace(even: History) -> None:
    found = pace(even, PaceRequest(budget=10_500.0, as_of=november(14)))
    assert found.elapsed == 13
    assert found.total.estimated == pytest.approx(3 * 350.0)
    assert [(gap.first, gap.last, gap.kind) for gap in found.gaps] == [(november(11), november(13), "late")]


def test_a_history_that_begins_within_the_period(tmp_path: Path) -> None:
    history = write(tmp_path, first=dt.date(2026, 10, 12), last=dt.date(2026, 10, 26))
    found = pace(history, PaceRequest(budget=10_850.0))
    assert found.total.estimated == pytest.approx(11 * 350.0)
    assert "begins-late" in [one.rule for one in found.findings]
    told = {one.rule: str(one.text) for one in found.findings}
    assert "counted at the mean of the 7 days after, EUR 3,850 in all" in told["days-missing"]


def test_weekly_rows_are_spread_over_their_days_and_it_is_said(history_file: str) -> None:
    history = load_history(history_file)
    first, last = span(history)
    assert (last - first).days % 7 == 6
    panel = panel_of(history)
    days = daily_spend(history, panel.cells, first, last + dt.timedelta(days=1))
    weekly = days.spend.reshape(len(panel.cells), -1, 7)
    assert weekly.sum(axis=2) == pytest.approx(panel.spend)
    assert np.ptp(weekly, axis=2).max() < 1e-9
    found = pace(history, PaceRequest(budget=12_000.0))
    assert "weekly-spread" in [one.rule for one in found.findings]


# Lights -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("daily", "light", "name", "sign"),
    [
        (100.0, Light.GREEN, "on track", "●"),
        (107.5, Light.GREEN, "on track", "●"),
        (107.6, Light.AMBER, "a little over", "▲"),
        (92.4, Light.AMBER, "a little under", "▼"),
        (115.0, Light.AMBER, "a little over", "▲"),
        (115.1, Light.RED, "far over", "▲▲"),
        (0.0, Light.RED, "far under", "▼▼"),
    ],
)
def test_lights(daily: float, light: Light, name: str, sign: str) -> None:
    one = Pace((), 3000.0, 1000.0, 0.0, daily, 10, 30)
    assert (one.light, light_name(one), light_sign(one)) == (light, name, sign)


def test_spent_more_than_the_budget_is_red_whatever_comes() -> None:
    one = Pace((), 1000.0, 1001.0, 0.0, 0.0, 29, 30)
    assert (one.light, light_name(one), light_sign(one)) == (Light.RED, "overspent", "✕")
    assert Pace((), None, 1.0, 0.0, 0.0, 1, 30).light is None
    assert Pace(("x",), 0.0, 0.0, 0.0, 0.0, 1, 30).light is Light.GREEN
    assert light_name(Pace(("x",), 0.0, 0.0, 0.0, 2.0, 1, 30)) == "far over"


# Periods ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("2026-10", None), "the period 2026-10 is over"),
        (("2026-11", dt.date(2026, 12, 1)), "the period 2026-11 is over on 2026-12-01: it ended on 2026-11-30"),
        (("2026-10", dt.date(2026, 10, 20)), "is over: it ended on 2026-10-31, and the data go to 2026-11-10"),
        (("2026-01", None), "the period 2026-01, 2026-01-01 to 2026-01-31, is not in the data"),
        (("2027-03", None), "is not in the data, which cover 2026-08-31 to 2026-11-10"),
        ((None, dt.date(2027, 1, 9)), "is not in the data"),
        (("2026-11", dt.date(2026, 10, 31)), "2026-10-31 is before the first day of 2026-11"),
        ((None, FIRST), "is over"),
        (("november", None), "period 'november' is not known"),
    ],
)
def test_periods_that_cannot_be_paced(asked: tuple[str | None, dt.date | None], said: str) -> None:
    with pytest.raises(InputError, match=said):
        choose_period(FiscalCalendar(), (FIRST, LAST), asked)


def test_the_calendar_is_that_of_the_settings(even: History) -> None:
    settings = settings_of({"calendar": "4-4-5", "year_start": "2025-12-29"})
    found = pace(even, PaceRequest(budget=10_500.0, settings=settings))
    assert found.period.name == "FY2026 P11"
    assert found.period.days == 28
    assert found.period.first.weekday() == 0


def test_another_currency_is_refused(even: History) -> None:
    with pytest.raises(InputError, match="currency is USD, but the history is in EUR"):
        pace(even, PaceRequest(budget=10_500.0, settings=settings_of({"currency": "USD"})))


@pytest.mark.parametrize("budget", [0.0, -5.0, float("nan"), float("inf")])
def test_budgets_that_cannot_be(budget: float) -> None:
    with pytest.raises(InputError, match="it must be above 0: the money for the whole period"):
        PaceRequest(budget=budget)
    with pytest.raises(InputError, match="the period has no budget"):
        PaceRequest()


# Budgets of networks and cells --------------------------------------------------------------------------------------


@pytest.fixture
def targets(tmp_path: Path) -> Callable[[str], Path]:
    def _targets(text: str) -> Path:
        path = tmp_path / "targets.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return _targets


def test_budgets_of_a_file(even: History, targets: Callable[[str], Path]) -> None:
    text = "network,content_type,budget\nfacebook,,3000\ninstagram,reel,5000\ntiktok,video,1500\n"
    found = pace(even, PaceRequest(targets=targets(text)))
    assert found.total.budget == 9500.0
    assert [one.budget for one in found.networks] == [3000.0, 5000.0, 1500.0]
    assert [one.budget for one in found.cells] == [None, 5000.0, 1500.0]
    assert [one.light for one in found.networks] == [Light.GREEN, Light.RED, Light.GREEN]
    assert found.judged == "targets"
    assert pace(even, PaceRequest(budget=10_000.0, targets=targets(text))).total.budget == 10_000.0


def test_one_file_holds_many_periods(even: History, targets: Callable[[str], Path]) -> None:
    text = "period,network,content_type,budget\n2026-10,,,1\n2026-11,,,9000\n2026-11-05,tiktok,,1400\n2026-12,,,2\n"
    found = pace(even, PaceRequest(targets=targets(text)))
    assert found.total.budget == 9000.0
    assert [one.budget for one in found.networks] == [None, None, 1400.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "network,content_type,budget\nfacebok,,3000\n",
            "targets.csv, row 2, column network: network 'facebok' is not",
        ),
        (
            "network,content_type,budget\ntiktok,reel,3\n",
            "targets.csv, row 2, column content_type: 'tiktok/reel' is no",
        ),
        ("network,content_type,budget\ntiktok,,-3\n", "targets.csv, row 2, column budget: budget is -3"),
        ("network,content_type,budget\ntiktok,,\n", "targets.csv, row 2, column budget: the budget is empty"),
        (
            "network,content_type,budget\ntiktok,,3\nTikTok,,4\n",
            "row 3, column budget: row 2 gives a budget for the same",
        ),
        ("network,content_type,budget\ntiktok,,3\ntiktok,video,4\n", "row 2, column budget: the places of tiktok get"),
        ("network,content_type,budget,currency\ntiktok,,3,USD\n", "column currency: the budget is in 'USD', but the"),
        ("network,content_type,budget\ntiktok,,0\n", "the budgets add up to 0"),
        ("network,content_type,budget,period\n,,5,2026-10\n", "no row is of the period 2026-11"),
        ("network,content_type,budget,period\n,,5,Nov\n", "row 2, column period: period 'Nov' is not known"),
        ("network,content_type\ntiktok,\n", "column budget is missing"),
    ],
)
def test_files_of_budgets_that_cannot_be_used(
    even: History, targets: Callable[[str], Path], text: str, said: str
) -> None:
    with pytest.raises(InputError) as problem:
        pace(even, PaceRequest(targets=targets(text)))
    assert said in str(problem.value)
    assert str(problem.value).count("\n") == 0


def test_parts_may_not_be_more_than_the_whole(even: History, targets: Callable[[str], Path]) -> None:
    text = "network,content_type,budget\nfacebook,,3000\ntiktok,,2000\n"
    with pytest.raises(InputError, match=r"add up to EUR 5,000\.00, more than the budget of EUR 4,000\.00"):
        pace(even, PaceRequest(budget=4000.0, targets=targets(text)))


def test_an_accepted_plan_gives_cells_their_budgets(even: History) -> None:
    weekly = {"facebook/image": 1400.0, "instagram/reel": 700.0, "tiktok/video": 350.0}
    plan = PlannedWeeks(november(2), (weekly, weekly))
    found = pace(even, PaceRequest(budget=10_500.0, planned=(plan,)))
    # 1 November as spent, 14 days as planned, and what is left of the budget on 15 days as the plan shares it.
    left = 10_500.0 - 350.0 - 14 * 350.0
    assert [one.budget for one in found.cells] == pytest.approx(
        [100 + 14 * 200 + left * 4 / 7, 200 + 14 * 100 + left * 2 / 7, 50 + 14 * 50 + left / 7]
    )
    assert sum(one.budget or 0.0 for one in found.cells) == pytest.approx(10_500.0)
    assert found.judged == "plan"
    elsewhere = PlannedWeeks(dt.date(2026, 9, 7), (weekly,))
    assert pace(even, PaceRequest(budget=10_500.0, planned=(elsewhere,))).judged == ""


def test_a_plan_file_is_read(even: History, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    head = "week_start,network,content_type,spend,currency\n"
    path.write_text(head + "2026-11-02,facebook,image,700,EUR\n2026-11-09,tiktok,video,70,EUR\n", encoding="utf-8")
    found = pace(even, PaceRequest(budget=10_500.0, planned=(path,)))
    assert found.cells[0].budget == pytest.approx(100 + 700)
    for row, said in (
        ("2026-11-03,facebook,image,700,EUR", "week_start is 2026-11-03; write the Monday of the week"),
        ("2026-11-02,facebook,image,700,USD", "column currency: the plan is in 'USD', but the account is in EUR"),
        ("2026-11-02,facebook,imag,700,EUR", "'facebook/imag' is no cell of the history"),
    ):
        path.write_text(head + row + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=said):
            pace(even, PaceRequest(budget=10_500.0, planned=(path,)))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["2026-11-02,tiktok,video,"], "plan.csv, row 2, column spend: the budget is empty"),
        (["2026-11-02,tiktok,video,5", "2026-11-02,tiktok,video,7"],
         "plan.csv, row 3, column spend: the plan gives tiktok/video two amounts for one week"),
        (["2026-11-03,tiktok,video,5"], "plan.csv, row 2, column week_start: week_start is 2026-11-03"),
    ],
)  # fmt: skip
def test_plan_files_that_cannot_be_used(even: History, tmp_path: Path, rows: list[str], said: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("\n".join(["week_start,network,content_type,spend", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        pace(even, PaceRequest(budget=10_500.0, planned=[path]))


def test_a_plan_that_judges_nothing_is_named(even: History, tmp_path: Path, targets: Callable[[str], Path]) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("week_start,network,content_type,spend\n2026-01-05,tiktok,video,5\n", encoding="utf-8")
    found = pace(even, PaceRequest(budget=10_500.0, planned=[path]))
    assert found.judged == ""
    assert "no plan that was given has money on a day of 2026-11" in str([one.text for one in found.findings])
    path.write_text("week_start,network,content_type,spend\n2026-11-02,tiktok,video,5\n", encoding="utf-8")
    assert "plan-unused" not in [one.rule for one in pace(even, PaceRequest(budget=10_500.0, planned=[path])).findings]
    both = PaceRequest(budget=10_500.0, planned=[path], targets=targets("network,content_type,budget\ntiktok,,900\n"))
    assert "the plans are left out" in str([one.text for one in pace(even, both).findings])


def test_a_budget_of_a_file_larger_than_any_money(even: History, targets: Callable[[str], Path]) -> None:
    huge = PaceRequest(targets=targets("network,content_type,budget\ntiktok,,1e300\n"))
    with pytest.raises(InputError, match=r"row 2, column budget: budget is 1e\+300; it must be a number from 0 to 1e"):
        pace(even, huge)
