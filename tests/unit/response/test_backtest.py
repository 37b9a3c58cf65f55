"""Rolling-origin backtest: what is compared with what, and that nothing later reaches a forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.panel import Panel
from optimizer.response.backtest import Backtest, BacktestSpec, backtest, default_origins, naive_forecast
from optimizer.response.scores import LEVELS, STATED, Comparison, Origin, pick, score, wilson
from tests.panels import changed, without_newest
from tests.worlds import WorldSpec, simulate

SMALL = WorldSpec(cells=4, weeks=52)


@pytest.fixture(scope="module")
def short() -> Panel:
    return simulate(3, SMALL).panel()


@pytest.fixture(scope="module")
def found(short: Panel) -> Backtest:
    return backtest(short)


def one(result: Backtest, outcome: str = "conversions") -> Origin:
    (origin,) = (origin for origin in result.origins if origin.outcome == outcome)
    return origin


def test_every_outcome_is_scored_at_every_level(found: Backtest) -> None:
    assert [(s.outcome, s.level) for s in found.scores] == [
        (outcome, level) for outcome in ("conversions", "revenue") for level in LEVELS
    ]
    origins = len(default_origins(52, 4))
    assert [s.count for s in found.scores[:3]] == [origins, 4 * origins, 16 * origins]


def test_sums_agree_between_levels(found: Backtest) -> None:
    for origin in found.origins:
        total, cells, weeks = (origin.levels[level] for level in LEVELS)
        for name in ("actual", "forecast", "naive"):
            (whole,) = getattr(total, name)
            assert getattr(cells, name).sum() == pytest.approx(whole)
            assert getattr(weeks, name).sum() == pytest.approx(whole)
            assert np.bincount(weeks.cell, getattr(weeks, name)) == pytest.approx(getattr(cells, name))


def test_actuals_are_the_history(found: Backtest, short: Panel) -> None:
    origin = found.origins[0]
    window = short.outcomes[origin.outcome][:, origin.known : origin.known + 4]
    assert origin.levels["cell and week"].actual == pytest.approx(window.ravel())
    assert origin.weeks.tolist() == short.weeks[origin.known : origin.known + 4].tolist()


def test_a_steady_world_is_forecast_better_than_naively_and_intervals_hold(found: Backtest) -> None:
    weekly = pick(found.scores, "conversions", "cell and week")
    assert weekly.skill.value > 0.2
    assert abs(weekly.bias.value) < 0.1
    shares = [coverage.share for coverage in weekly.coverage]
    assert shares == sorted(shares)
    assert 0.82 < shares[-1] < 0.995
    assert 0.35 < shares[0] < 0.7
    for coverage in weekly.coverage:
        assert coverage.low < coverage.share < coverage.high


def test_nothing_later_reaches_a_forecast(short: Panel) -> None:
    spec = BacktestSpec(horizon=3, origins=(40,))

    def change(spend: np.ndarray, outcomes: dict[str, np.ndarray]) -> None:
        outcomes["conversions"][:, 40:43] *= 1.3
        spend[:, 46:] *= 2.0

    before, after = one(backtest(short, spec)), one(backtest(changed(short, change), spec))
    for level in LEVELS:
        old, new = before.levels[level], after.levels[level]
        assert new.forecast.tolist() == old.forecast.tolist()
        assert new.low.tolist() == old.low.tolist()
        assert new.naive.tolist() == old.naive.tolist()
        assert new.actual == pytest.approx(1.3 * old.actual)


def test_spend_really_made_does_reach_it(short: Panel) -> None:
    spec = BacktestSpec(horizon=3, origins=(40,))

    def double(spend: np.ndarray, outcomes: dict[str, np.ndarray]) -> None:
        spend[0, 40:43] *= 2.0

    before, after = (one(backtest(p, spec)).levels["cell"].forecast for p in (short, changed(short, double)))
    assert after[0] > 1.1 * before[0]
    assert after[1:] == pytest.approx(before[1:])


def test_weeks_without_a_row_are_not_compared(short: Panel) -> None:
    def drop(spend: np.ndarray, outcomes: dict[str, np.ndarray]) -> None:
        for values in (spend, *outcomes.values()):
            values[1, 40] = np.nan
            values[2, :41] = np.nan  # begins after the origin: there is no naive forecast to beat
        outcomes["revenue"][3, 41] = np.nan

    result = backtest(changed(short, drop), BacktestSpec(horizon=2, origins=(40,)))
    conversions, revenue = (one(result, outcome).levels["cell and week"] for outcome in ("conversions", "revenue"))
    assert list(zip(conversions.cell, conversions.week, strict=True)) == [(0, 0), (0, 1), (1, 1), (3, 0), (3, 1)]
    assert list(zip(revenue.cell, revenue.week, strict=True)) == [(0, 0), (0, 1), (1, 1), (3, 0)]
    assert one(result).levels["cell"].cell.tolist() == [0, 1, 3]


def test_weeks_not_fully_reported_are_left_out(short: Panel) -> None:
    result = backtest(without_newest(short, (0.25, 0.6)), BacktestSpec(origins=(47,), horizon=5))
    assert 1 <= result.withheld <= 2
    assert one(result).weeks.tolist() == short.weeks[47 : 52 - result.withheld].tolist()
    assert backtest(short, BacktestSpec(origins=(47,))).withheld == 0


def test_a_history_without_revenue_is_tested_on_its_counts(short: Panel) -> None:
    counts = {"conversions": short.outcomes["conversions"]}
    result = backtest(replace(short, outcomes=counts), BacktestSpec(origins=(40,)))
    assert {score.outcome for score in result.scores} == {"conversions"}
    assert np.isnan(result.scores[0].skill.low), "one origin tells nothing about the spread between origins"


def test_a_history_without_conversions_is_tested_on_its_revenue(short: Panel) -> None:
    revenue = {"revenue": short.outcomes["revenue"]}
    for outcomes in (revenue, revenue | {"conversions": np.zeros_like(short.spend)}):
        result = backtest(replace(short, outcomes=outcomes), BacktestSpec(origins=(40,)))
        assert {score.outcome for score in result.scores} == {"revenue"}


def test_progress_is_told_and_ends(short: Panel) -> None:
    told: list[float] = []
    backtest(short, BacktestSpec(origins=(30, 40)), lambda _what, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("weeks", "spec", "said"),
    [
        (9, BacktestSpec(), "the history has 9 complete weeks, and a backtest of 4 weeks ahead needs 10"),
        (52, BacktestSpec(origins=(5,)), "origin 5 is not possible with 52 complete weeks; choose from 6 to 51"),
        (52, BacktestSpec(origins=(52,)), "origin 52 is not possible"),
        (52, BacktestSpec(origins=()), "no origin is given"),
        (52, BacktestSpec(horizon=0), "weeks ahead is 0"),
        (52, BacktestSpec(outcome="likes"), "the history has no outcome 'likes'"),
    ],
)
def test_what_cannot_be_tested_is_said_in_one_sentence(short: Panel, weeks: int, spec: BacktestSpec, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        backtest(short.until(weeks), spec)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("horizon", [1, 3, 4, 8, 13])
@pytest.mark.parametrize("more", [0, 1, 5, 20, 90, 300])
def test_default_origins_leave_room_on_both_sides(horizon: int, more: int) -> None:
    weeks = 6 + horizon + more
    origins = default_origins(weeks, horizon)
    assert 6 <= origins[0] <= origins[-1] == weeks - horizon
    assert list(origins) == sorted(set(origins))
    assert len(origins) == min(more + 1, len(origins))
    assert len(origins) <= 8
    assert len(origins) >= min(more + 1, 6)
    if more > 60:
        assert origins[0] >= weeks - weeks // 3


def test_naive_is_the_mean_of_the_last_observed_weeks() -> None:
    outcome = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, np.nan, 7.0, np.nan], [np.nan] * 4])
    assert naive_forecast(outcome, 2).tolist()[:2] == [3.5, 6.0]
    assert np.isnan(naive_forecast(outcome, 2)[2])
    assert naive_forecast(outcome, 9).tolist()[:2] == [2.5, 6.0]


def made(actual: list[float], forecast: list[float], naive: list[float], reach: float) -> Origin:
    rows = np.arange(len(actual))
    centre = np.array(forecast)
    width = reach * np.array([[0.5], [0.8], [0.9]])
    part = Comparison(rows, rows, np.array(actual), centre, np.array(naive), centre - width, centre + width)
    return Origin(10, np.array([], dtype="datetime64[D]"), "conversions", {"cell": part})


def test_scores_by_hand() -> None:
    got = score([made([10, 20], [12, 17], [20, 20], 4.0), made([30, 40], [30, 44], [20, 30], 4.0)], "cell")
    assert got is not None
    assert got.wape.value == pytest.approx((2 + 3 + 0 + 4) / 100)
    assert got.bias.value == pytest.approx((2 - 3 + 0 + 4) / 100)
    assert got.naive_wape == pytest.approx((10 + 0 + 10 + 10) / 100)
    assert got.skill.value == pytest.approx(1 - 9 / 30)
    assert [coverage.inside for coverage in got.coverage] == [2, 3, 3]
    assert [coverage.stated for coverage in got.coverage] == list(STATED)


def test_the_interval_of_a_score_is_that_of_a_mean_where_origins_weigh_the_same() -> None:
    errors = [3.0, -1.0, 4.0, 6.0]
    got = score([made([100], [100 + error], [90], 1.0) for error in errors], "cell")
    assert got is not None
    spread = np.std(errors, ddof=1) / np.sqrt(4) / 100
    assert got.bias.high - got.bias.value == pytest.approx(1.6448536 * spread)
    assert got.bias.value - got.bias.low == pytest.approx(1.6448536 * spread)


def test_nothing_came_nothing_scored() -> None:
    assert score([made([0, 0], [1, 0], [0, 0], 1.0)], "cell") is None


def test_a_perfect_naive_forecast_leaves_skill_unknown() -> None:
    got = score([made([5], [6], [5], 1.0)], "cell")
    assert got is not None
    assert np.isnan(got.skill.value)


@pytest.mark.parametrize("count", [1, 8, 400])
def test_wilson_interval_stays_between_0_and_1_and_is_symmetric(count: int) -> None:
    assert wilson(0, count)[0] == 0.0
    assert wilson(count, count)[1] == 1.0
    for inside in (0, count // 2, count):
        low, high = wilson(inside, count)
        assert 0.0 <= low <= inside / count <= high <= 1.0
        assert (1.0 - high, 1.0 - low) == pytest.approx(wilson(count - inside, count))


def test_wilson_interval_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = [low <= 0.8 <= high for low, high in (wilson(int(k), 60) for k in rng.binomial(60, 0.8, 4000))]
    assert np.mean(held) == pytest.approx(0.9, abs=0.03)


def test_panel_until_is_the_history_as_it_stood(short: Panel) -> None:
    early = short.until(20)
    assert early.cells == short.cells
    assert early.weeks.tolist() == short.weeks[:20].tolist()
    assert early.spend.tolist() == short.spend[:, :20].tolist()
    assert early.outcomes["revenue"].tolist() == short.outcomes["revenue"][:, :20].tolist()
    for weeks in (0, 53):
        with pytest.raises(ValueError, match=f"weeks is {weeks}"):
            short.until(weeks)
