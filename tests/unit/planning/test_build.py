from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds, Status
from optimizer.history import load_history
from optimizer.history.findings import Finding, Severity
from optimizer.planning.build import Material, assemble, make_plan
from optimizer.planning.question import settle
from optimizer.planning.request import PlanRequest
from optimizer.planning.settings import Settings
from optimizer.response.forecast import OutcomeDraws


def quiet(_what, _share):
    """Show nothing."""


def plan_of(panel, response, *extra, findings=(), **asked):
    request = PlanRequest(**{"budget": 4800.0, "weeks": 4, **asked})
    return assemble(Material(panel, request, settle(panel, request), (response, *extra), findings), quiet)


def test_the_budget_is_spent_to_the_cent_every_week(panel, response):
    plan = plan_of(panel, response, budget=1000.01, weeks=3)
    cents = np.rint(plan.spend * 100).astype(int)
    assert np.allclose(plan.spend * 100, cents, atol=1e-6)
    assert cents.sum() == 100_001
    assert sorted(cents.sum(axis=0).tolist()) == [33333, 33334, 33334]
    assert np.rint(plan.baseline * 100).astype(int).sum() == 100_001


def test_weeks_follow_on_the_last_complete_one(panel, response):
    plan = plan_of(panel, response)
    assert [str(week) for week in plan.weeks] == ["2025-05-26", "2025-06-02", "2025-06-09", "2025-06-16"]


def test_the_split_is_the_best_and_the_proof_holds(panel, response):
    plan = plan_of(panel, response)
    proven = plan.allocation.certificate
    assert proven.status is Status.OPTIMAL
    assert 0 <= proven.gap < 1e-4
    weekly = plan.spend.mean(axis=1)
    worth = 30.0 * 4.1 * response.weekly(weekly).sum()
    assert proven.value == pytest.approx(worth, rel=1e-4)
    # No exchange of money between two cells, bounds kept, is worth more.
    rng = np.random.default_rng(1)
    for _ in range(300):
        other = weekly.copy()
        a, b = rng.choice(3, 2, replace=False)
        size = rng.uniform(0, min(other[a], plan.bounds.upper[b] - other[b]))
        other[a] -= size
        other[b] += size
        assert 30.0 * 4.1 * response.weekly(other).sum() <= proven.bound * (1 + 1e-6)


def test_the_proof_is_of_the_amounts_as_written(panel, response):
    plan = plan_of(panel, response, budget=3.07, weeks=3)
    written = plan.spend.mean(axis=1)
    value = plan.curves.value(written).sum()
    assert plan.allocation.certificate.value == pytest.approx(value, rel=1e-12)
    np.testing.assert_array_equal(plan.allocation.spend, written)


def test_totals_gain_and_carry_over_agree_with_the_curves(panel, response):
    plan = plan_of(panel, response)
    for name in ("conversions", "revenue"):
        difference = plan.total[name].mean - plan.baseline_total[name].mean
        assert plan.gain[name].mean == pytest.approx(difference, rel=1e-9)
        assert plan.by_cell[name].mean.sum() == pytest.approx(plan.total[name].mean, rel=1e-9)
    proven = plan.allocation.certificate.value - plan.allocation.baseline_value
    assert plan.gain["revenue"].mean + plan.carry_after["revenue"].mean == pytest.approx(proven, rel=1e-3)


def test_intervals_of_totals_hold_noise_and_those_of_gains_do_not(panel, response):
    plan = plan_of(panel, response)
    draws = response.forecast(plan.spend)["revenue"]
    before = response.forecast(plan.baseline)["revenue"]
    low, high = np.percentile(draws.observed.sum(axis=(1, 2)), [5, 95])
    assert (plan.total["revenue"].low, plan.total["revenue"].high) == (pytest.approx(low), pytest.approx(high))
    difference = draws.expected.sum(axis=(1, 2)) - before.expected.sum(axis=(1, 2))
    low, high = np.percentile(difference, [5, 95])
    assert (plan.gain["revenue"].low, plan.gain["revenue"].high) == (pytest.approx(low), pytest.approx(high))


def test_intervals_of_cells_hold_their_mean(panel, response):
    plan = plan_of(panel, response)
    for forecast in plan.by_cell.values():
        assert (forecast.low <= forecast.mean).all()
        assert (forecast.mean <= forecast.high).all()


def test_today_scaled_to_the_budget_is_the_baseline(panel, response):
    plan = plan_of(panel, response, budget=2000.0)
    np.testing.assert_allclose(plan.baseline.mean(axis=1), [300, 150, 50], atol=0.01)
    finding = next(one for one in plan.findings if one.rule == "today-scaled")
    assert "EUR 1,000 a week and the plan's EUR 500" in finding.text
    assert not any(one.rule == "today-scaled" for one in plan_of(panel, response, budget=4000.0).findings)


def test_the_baseline_moves_to_the_nearest_feasible_split(panel, response):
    bounds = Bounds(np.array([0.0, 0.0, 300.0]), np.array([500.0, 5000.0, 5000.0]))
    plan = plan_of(panel, response, budget=4000.0, bounds=bounds)
    np.testing.assert_allclose(plan.baseline.mean(axis=1), [466.67, 233.33, 300], atol=0.01)


def test_a_current_split_is_the_baseline_and_what_follows_the_plan(panel, response):
    current = np.array([100.0, 100.0, 800.0])
    seen = []

    class Listening(type(response)):
        def with_today(self, today):
            seen.append(today)
            return super().with_today(today)

    plan = plan_of(panel, Listening(panel), budget=4000.0, current=current)
    np.testing.assert_allclose(plan.baseline.mean(axis=1), [350, 350, 300])  # the last is held by its maximum
    np.testing.assert_array_equal(seen[0], current)
    assert plan.run.settings["current"]["tiktok/video"] == 800.0


def test_without_a_response_todays_split_is_kept_and_said(panel, response):
    told = Finding("no-response", Severity.SERIOUS, "no detectable response")
    plan = plan_of(panel, replace(response, responsive=False, findings=(told,)))
    np.testing.assert_array_equal(plan.spend, plan.baseline)
    assert plan.responsive is False
    assert plan.findings[0] is told
    assert plan.gain["revenue"].mean == 0
    proven = plan.allocation.certificate
    assert proven.value == pytest.approx(plan.allocation.baseline_value)
    assert proven.status is Status.FEASIBLE  # the averaged curves know better, and the proof hides nothing
    assert proven.gap > 1e-3
    assert all("no response" in move.reason for move in plan.moves)


def test_a_plan_is_never_worth_less_than_today(panel, response):
    start = plan_of(panel, response)
    best = start.spend.mean(axis=1)
    again = plan_of(panel, response, current=best)
    proven = again.allocation.certificate
    assert proven.value >= again.allocation.baseline_value
    assert again.gain["revenue"].mean >= -1e-9


def test_locked_cells_stay_and_bounds_hold(panel, response):
    bounds = Bounds(np.array([250.0, 0.0, 0.0]), np.array([250.0, 400.0, 9000.0]))
    plan = plan_of(panel, response, bounds=bounds)
    assert (plan.spend[0] == 250.0).all()
    assert (plan.spend[1] == 400.0).all()
    assert 1 in plan.allocation.certificate.at_upper
    assert plan.moves[0].reason == "Fixed at EUR 250 a week by its bounds."
    assert plan.moves[1].reason.startswith("Held at its maximum of EUR 400 a week: the next EUR 100 bring")


def test_what_is_said_of_the_next_money_is_true(panel, response):
    plan = plan_of(panel, response)
    index = 1
    move = plan.moves[index]
    assert move.plan > move.today
    today = np.array([move.today for move in plan.moves])
    more = today.copy()
    more[index] += 100.0
    brings = 30.0 * 4.1 / 4 * (response.weekly(more) - response.weekly(today))[index]
    assert f"the next eur 100 bring eur {brings:,.0f} here" in move.reason.lower()
    slope = 30.0 * 4.1 / 4 * 90.0 * 500.0 / (move.plan + 500.0) ** 2
    assert move.marginal == pytest.approx(slope, rel=0.01)


def test_a_part_of_the_goal_without_a_response_does_not_claim_that_nothing_moves(panel, response):
    told = Finding("no-response", Severity.NOTE, "no detectable response: clicks", "today's split is kept")
    plan = plan_of(panel, replace(response, findings=(told,)))
    assert (plan.spend != plan.baseline).any()
    finding = next(one for one in plan.findings if one.rule == "no-response")
    assert finding.text == (
        "no detectable response: clicks; its part of the goal rests on averages that do not stand out from noise."
    )


def test_findings_come_worst_first_and_once(panel, response):
    note = Finding("a", Severity.NOTE, "a")
    serious = Finding("b", Severity.SERIOUS, "b")
    plan = plan_of(panel, replace(response, findings=(note, serious)), findings=(note,))
    assert [one.severity for one in plan.findings] == sorted((one.severity for one in plan.findings), reverse=True)
    assert sum(one.rule == "a" for one in plan.findings) == 1


def test_a_forecast_beyond_the_record_is_pointed_out(panel, response):
    assert not any(one.rule == "beyond-record" for one in plan_of(panel, response, budget=2000.0).findings)
    plan = plan_of(panel, response, budget=11_000.0)
    finding = next(one for one in plan.findings if one.rule == "beyond-record")
    assert finding.severity is Severity.WARNING
    assert "more than the EUR" in finding.text


def test_a_goal_of_its_own_still_tells_conversions_and_revenue(panel, response):
    clicks = replace(panel, outcomes={**panel.outcomes, "clicks": 7 * panel.outcomes["conversions"]})

    class Clicks(type(response)):
        def forecast(self, spend):
            return {"clicks": super().forecast(spend)["conversions"]}

    plan = plan_of(clicks, Clicks(clicks, outcomes=("clicks",)), response, goal="clicks")
    assert list(plan.total) == ["conversions", "revenue", "clicks"]


def test_the_run_is_named_by_all_that_decides_it(panel, response):
    first, again = plan_of(panel, response), plan_of(panel, response)
    assert first.run == again.run
    assert len(first.run.id) == 12
    others = [
        plan_of(panel, response, budget=4800.01),
        plan_of(panel, response, seed=1),
        plan_of(panel, response, goal="conversions"),
        plan_of(panel, response, current=np.array([1.0, 2.0, 3.0])),
        plan_of(replace(panel, source_sha256="cd" * 32), response),
    ]
    assert len({first.run.id, *(plan.run.id for plan in others)}) == 6
    json.dumps(dict(first.run.settings), allow_nan=False)


class Weighted:
    """Answers for the goal `value`: conversions of a known response, with harm that grows with spend."""

    def __init__(self, response, harm):
        self.inner, self.harm = response, harm
        self.panel, self.evidence, self.findings, self.responsive = (
            response.panel, response.evidence, (), True,
        )  # fmt: skip

    def with_today(self, today):
        return Weighted(self.inner.with_today(today), self.harm)

    def curves(self, upper, weeks, goal):
        return self.inner.curves(upper, weeks, "conversions")  # level at best: harm is not in them

    def forecast(self, spend):
        told = self.inner.forecast(spend)
        one, harm = told["conversions"], self.harm * spend
        value = OutcomeDraws(one.expected - harm, one.observed - harm, one.after)
        return {"value": value, **told}

    def bands(self, upper, goal, points=41):
        bands = self.inner.bands(upper, "conversions", points)
        return replace(bands, mean=bands.mean - self.harm[0] * bands.spend)


WORTHS = {"conversions": 1.0, "negative_feedback": -1.0}


def hated(panel):
    feedback = 0.01 * np.nan_to_num(panel.spend)
    feedback[0, 5] = np.nan
    return replace(panel, outcomes={**panel.outcomes, "negative_feedback": feedback})


def test_value_is_told_beside_conversions_and_revenue(panel, response):
    panel = hated(panel)
    plan = plan_of(
        panel, Weighted(replace(response, panel=panel), np.zeros((3, 1))), settings=Settings(outcomes=WORTHS)
    )
    assert plan.goal == "value"
    assert list(plan.total) == ["conversions", "revenue", "value"]
    assert plan.total["value"].mean == pytest.approx(plan.total["conversions"].mean)
    assert plan.run.settings["outcomes"] == WORTHS
    # The chart shows the weighted sum of those weeks in which every part was observed.
    assert [len(points) for points in plan.bands.points] == [19, 20, 19]
    conversions, feedback = panel.outcomes["conversions"][1], panel.outcomes["negative_feedback"][1]
    np.testing.assert_allclose(plan.bands.points[1], np.column_stack([panel.spend[1], conversions - feedback]))


def test_a_plan_that_harm_makes_worth_less_than_today_is_not_made(panel, response):
    panel, settings = hated(panel), Settings(outcomes=WORTHS)
    response = replace(response, panel=panel)
    harmless = plan_of(panel, Weighted(response, np.zeros((3, 1))), settings=settings)
    assert (harmless.spend != harmless.baseline).any()
    assert not any(one.rule == "harmful-spend" for one in harmless.findings)
    raised = (harmless.spend - harmless.baseline).mean(axis=1) > 0
    plan = plan_of(panel, Weighted(response, np.where(raised, 1.0, 0.0)[:, None]), settings=settings)
    np.testing.assert_array_equal(plan.spend, plan.baseline)
    assert plan.gain["value"].mean == 0


def test_spend_that_does_harm_is_named(panel, response):
    panel = hated(panel)
    response = Weighted(replace(response, panel=panel), np.full((3, 1), 0.05))
    plan = plan_of(panel, response, settings=Settings(outcomes=WORTHS))
    finding = next(one for one in plan.findings if one.rule == "harmful-spend")
    assert "lowers the value in" in finding.text


def test_the_currency_and_country_are_part_of_the_run(panel, response):
    plain = plan_of(panel, response)
    country = plan_of(panel, response, settings=Settings(country="VN"))
    assert country.run.settings["country"] == "VN"
    assert plain.run.settings["currency"] == "EUR"
    assert plain.run.id != country.run.id
    assert plan_of(panel, response, settings=Settings(country="VN", outcomes={"clicks": 1}), goal="revenue").run == (
        country.run
    )  # worths that are not used decide nothing


def test_intervals_hold_their_mean_where_counts_are_rare(panel, response):
    class Rare(type(response)):
        def forecast(self, spend):
            few = np.zeros((100, *spend.shape))
            few[0] = 1.0
            return {"conversions": OutcomeDraws(few, few, few.sum(axis=2))}

    total = plan_of(panel, Rare(panel), goal="conversions").total["conversions"]
    assert total.low <= total.mean <= total.high
    assert total.mean > 0


def test_charts_get_the_points_of_history(panel, response):
    plan = plan_of(panel, response)
    assert [points.shape for points in plan.bands.points] == [(20, 2), (20, 2), (19, 2)]
    assert plan.bands.tried.shape == (3, 2)
    assert (plan.bands.spend[:, -1] >= plan.spend.mean(axis=1) - 1e-9).all()


def test_a_closed_cell_and_one_of_tiny_money_do_no_harm(panel, response):
    bounds = Bounds(np.zeros(3), np.array([0.0, 0.004, 5000.0]))
    plan = plan_of(panel, response, bounds=bounds)
    assert plan.spend[:2].max() <= 0.01
    assert np.isfinite([move.marginal for move in plan.moves]).all()


@pytest.fixture(scope="module")
def real(history_file):
    """A history in a file, planned on with the real model."""
    said = []
    request = PlanRequest(budget=12_000, weeks=4, draws=100)
    return history_file, make_plan(load_history(history_file), request, lambda *it: said.append(it)), said


def test_end_to_end_totals_agree_with_the_proof(real):
    _, plan, _ = real
    proven = plan.allocation.certificate
    assert proven.gap <= 1e-4
    assert plan.spend.sum() == pytest.approx(12_000, abs=1e-6)
    assert plan.gain["revenue"].mean + plan.carry_after["revenue"].mean == pytest.approx(
        proven.value - plan.allocation.baseline_value, rel=0.02
    )
    moved = {move.cell.label: move.change for move in plan.moves}
    assert moved["tiktok/video"] > 0 > moved["facebook/image"]  # brings 90 for 800 against 25 for 700


def test_end_to_end_is_the_same_again(real):
    path, plan, _ = real
    again = make_plan(load_history(path), PlanRequest(budget=12_000, weeks=4, draws=100))
    np.testing.assert_array_equal(again.spend, plan.spend)
    assert again.run == plan.run
    assert again.total == plan.total


def test_progress_is_told_from_start_to_end(real):
    _, _, said = real
    shares = [share for _, share in said]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.fixture
def counted(tmp_path, history_text):
    """The history with clicks and negative feedback, and without a currency."""
    history_text.header = "date,network,content_type,spend,conversions,revenue,clicks,negative_feedback"
    for row in history_text.rows:
        row[6:] = [str(20 * int(row[4])), str(round(0.01 * float(row[3])))]
    path = tmp_path / "counted.csv"
    path.write_text(str(history_text))
    return load_history(path)


def test_end_to_end_value_is_the_weighted_sum(counted):
    settings = Settings(currency="USD", outcomes={"conversions": 40, "clicks": 0.5, "negative_feedback": -2})
    plan = make_plan(counted, PlanRequest(budget=12_000, weeks=4, draws=100, settings=settings))
    assert (plan.goal, plan.currency) == ("value", "USD")
    assert list(plan.total) == ["conversions", "revenue", "value", "clicks", "negative_feedback"]
    parts = ((40, "conversions"), (0.5, "clicks"), (-2, "negative_feedback"))
    for told in (plan.total, plan.baseline_total, plan.gain):
        assert told["value"].mean == pytest.approx(sum(worth * told[name].mean for worth, name in parts), rel=1e-9)
    proven = plan.allocation.certificate
    assert plan.gain["value"].mean + plan.carry_after["value"].mean == pytest.approx(
        proven.value - plan.allocation.baseline_value, rel=0.02
    )
    assert not any(one.rule == "no-currency" for one in plan.findings)
    assert "no-currency" in [one.rule for one in counted.findings]


def test_end_to_end_any_outcome_can_be_the_goal(counted):
    plan = make_plan(counted, PlanRequest(budget=12_000, weeks=4, draws=40, goal="clicks"))
    assert list(plan.total) == ["conversions", "revenue", "clicks"]
    assert plan.total["clicks"].mean == pytest.approx(20 * plan.total["conversions"].mean, rel=0.1)


def test_end_to_end_no_conversions_at_all(tmp_path, history_text):
    for row in history_text.rows:
        row[4] = "0"
    path = tmp_path / "h.csv"
    path.write_text(str(history_text))
    plan = make_plan(load_history(path), PlanRequest(budget=12_000, weeks=4, draws=40))
    # Revenue is told by revenue itself then, not by conversions that are not there.
    seen = np.array([float(row[5]) for row in history_text.rows]).reshape(30, 4)[-12:].sum(axis=1).mean()
    assert plan.goal == "revenue"
    assert plan.baseline_total["revenue"].mean == pytest.approx(4 * seen, rel=0.25)
    assert 0 <= plan.total["conversions"].mean < 1
    history_text.header = "date,network,content_type,spend,conversions,currency"
    history_text.rows = [[*row[:5], row[6]] for row in history_text.rows]
    path.write_text(str(history_text))
    plan = make_plan(load_history(path), PlanRequest(budget=12_000, weeks=4, draws=40))
    np.testing.assert_array_equal(plan.spend, plan.baseline)
    assert plan.responsive is False
    assert plan.total["conversions"].low <= plan.total["conversions"].mean < 1
    assert np.isfinite([plan.total["conversions"].high, plan.allocation.certificate.bound]).all()


def test_a_week_that_has_begun_is_named(tmp_path, history_text):
    days = []
    for row in history_text.rows:
        monday = dt.date.fromisoformat(row[0])
        share = [row[1], row[2], f"{float(row[3]) / 7:.2f}", f"{int(row[4]) / 7:.3f}", f"{int(row[5]) / 7:.2f}", "EUR"]
        days += [[str(monday + dt.timedelta(days=day)), *share] for day in range(7)]
    newest = max(row[0] for row in days)
    history_text.rows = [row for row in days if row[0] < newest]  # the last Sunday is still to come
    path = tmp_path / "history.csv"
    path.write_text(str(history_text))
    plan = make_plan(load_history(path), PlanRequest(budget=8_000, weeks=2, draws=20))
    assert str(plan.weeks[0]) == "2025-07-28"
    finding = next(one for one in plan.findings if one.rule == "week-begun")
    assert "the first planned week, 2025-07-28, has begun: the history has rows up to 2025-08-02" in finding.text


def test_a_baseline_that_bounds_moved_is_named(panel, response):
    bounds = Bounds(np.array([0.0, 0.0, 300.0]), np.array([500.0, 5000.0, 5000.0]))
    plan = plan_of(panel, response, budget=4000.0, bounds=bounds)
    finding = next(one for one in plan.findings if one.rule == "today-moved")
    assert "tiktok/video (EUR 100 a week, minimum EUR 300), facebook/image (EUR 600 a week, maximum EUR 500)" in (
        finding.problem
    )
    assert not any(one.rule == "today-moved" for one in plan_of(panel, response, budget=4000.0).findings)
