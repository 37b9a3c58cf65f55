from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds, Status
from optimizer.history.panel import Cell
from optimizer.planning.explain import Returns, Split, explain_moves, headline, proof
from optimizer.planning.plan import Interval
from optimizer.planning.verdict import Verdict, has_moved, told_return, verdict
from optimizer.planning.wording import Wording

CELLS = (Cell("facebook", "image"), Cell("instagram", "reel"), Cell("tiktok", "video"))


@dataclass(frozen=True)
class Known:
    label: str = "strong"
    reason: str = "seen often"
    tried: tuple[float, float] = (100.0, 6100.0)


def moves(today, plan, *, next_unit, last_unit=None, upper=(9000.0,) * 3, lower=(0.0,) * 3, evidence=None, **words):
    now, then = np.array(today, dtype=float), np.array(plan, dtype=float)
    start, end = np.array(next_unit, dtype=float), np.array(last_unit or next_unit, dtype=float)
    move = np.where(now == then, 0.0, words.pop("move", 2.0))
    wording = Wording(**{"goal": "revenue", "currency": "", "unit": 100.0, **words})
    split = Split(now, then, Bounds(np.array(lower), np.array(upper)))
    return explain_moves(CELLS, split, Returns(start, start, start, end, move), evidence or [Known()] * 3, wording)


def test_a_move_compares_with_where_the_money_comes_from_and_goes():
    up, down, kept = moves([1000, 1000, 500], [1500, 500, 500], next_unit=[3.1, 1.4, 2.0])
    assert up.reason == "The next 100 bring 310 here and 140 on average where money is taken."
    assert down.reason == "The last 100 bring 140 here and 310 on average where money goes."
    assert kept.reason == "Kept: the next 100 bring 200 here and 254 on average over the plan."
    assert (up.change, down.change, kept.change) == (500, -500, 0)


def test_a_kept_cell_that_earns_as_much_as_others_says_so():
    kept, _, _ = moves([500] * 3, [500] * 3, next_unit=[2.0, 2.05, 1.95])
    assert kept.reason == "Kept: the next 100 bring 200 here, about as much as elsewhere."


def test_averages_are_weighted_by_the_money_moved():
    up, _, _ = moves([1000, 1000, 1000], [1400, 700, 900], next_unit=[3.0, 1.0, 2.0])
    assert "and 125 on average where money is taken" in up.reason  # (300 x 1.0 + 100 x 2.0) / 400


def test_counts_and_currencies_are_named():
    up, _, _ = moves([1000, 1000, 0], [1500, 500, 0], next_unit=[0.031, 0.014, 0], goal="conversions", currency="EUR")
    assert up.reason == "The next EUR 100 bring 3.1 conversions here and 1.4 on average where money is taken."
    up, _, _ = moves([1000, 1000, 0], [1500, 500, 0], next_unit=[3.1, 1.4, 0], currency="EUR")
    assert up.reason == "The next EUR 100 bring EUR 310 here and EUR 140 on average where money is taken."


def test_small_cells_are_spoken_of_in_their_own_size():
    up, down, _ = moves([4, 1000, 0], [9, 995, 0], next_unit=[3.0, 1.0, 0])
    assert up.reason.startswith("The next 1 brings 3 here")
    assert down.reason.startswith("Kept")  # half a percent is no move


def test_a_threshold_between_today_and_plan_is_told_by_averages():
    up, down, _ = moves([1000, 1000, 0], [1500, 500, 0], next_unit=[1.0, 2.0, 0], move=2.5)
    assert up.reason == "Each 100 added here bring 250 on average and 250 where money is taken."
    assert down.reason.startswith("Each 100 taken here bring 250 on average")


def test_bounds_that_hold_a_cell_are_named():
    up, down, fixed = moves(
        [1000, 1000, 500],
        [1500, 500, 500],
        next_unit=[3.1, 1.4, 2.0],
        upper=(1500.0, 9000.0, 500.0),
        lower=(0.0, 500.0, 500.0),
    )
    assert up.reason.startswith("Held at its maximum of 1,500 a week: the next 100 bring 310 here")
    assert down.reason.startswith("Held at its minimum of 500 a week: the last 100 bring 140 here")
    assert fixed.reason == "Fixed at 500 a week by its bounds."


def test_a_cell_without_money_left_is_stopped():
    _, down, _ = moves([1000, 500, 500], [1500, 0, 500], next_unit=[3.1, 1.4, 2.0])
    assert down.reason.startswith("Stopped: the last 100 bring 140 here and 310 on average where money goes.")
    left, _, _ = moves([0, 500, 500], [0, 500, 500], next_unit=[0.1, 2.0, 2.0])
    assert left.reason == "Left without spend: the next 100 bring 10 here and 200 on average over the plan."


@pytest.mark.parametrize("label", ["weak", "none"])
def test_little_evidence_is_never_told_as_the_reason_to_stay(label):
    kept, _, _ = moves([500] * 3, [500] * 3, next_unit=[2.0] * 3, evidence=[Known(label), Known(), Known()])
    assert kept.reason == "Kept: the next 100 bring 200 here, about as much as elsewhere."
    assert (kept.evidence, kept.evidence_reason) == (label, "seen often")


def test_without_a_response_no_comparison_is_made():
    for move in moves([500] * 3, [500] * 3, next_unit=[2.0] * 3, responsive=False):
        assert move.reason == "Kept: the history shows no response to spend that stands out from noise."


@pytest.mark.parametrize(
    ("plan", "tried", "warning"),
    [
        (9200, (100.0, 6100.0), "Planned 9,200 a week; never above 6,100 before."),
        (50, (100.0, 6100.0), "Planned 50 a week; never below 100 before."),
        (300, (0.0, 0.0), "Planned 300 a week; nothing was ever spent here before."),
        (6110, (100.0, 6100.0), ""),
        (0, (0.0, 0.0), ""),
    ],
)
def test_spend_never_tried_is_warned_of(plan, tried, warning):
    move, _, _ = moves(
        [1000, 5000, 0], [plan, 5000, 0], next_unit=[3, 1, 1], evidence=[Known(tried=tried)] * 3, upper=(1e5,) * 3
    )
    assert move.warning == warning


@pytest.fixture
def plan(panel, response):
    from optimizer.planning.build import Material, assemble
    from optimizer.planning.question import settle
    from optimizer.planning.request import PlanRequest

    request = PlanRequest(budget=4800.0, weeks=4)
    return assemble(Material(panel, request, settle(panel, request), (response,)), lambda _what, _share: None)


def test_headline_tells_gain_interval_and_horizon(plan):
    plan = replace(
        plan, gain={"revenue": Interval(1234.4, 200.0, 2300.0)}, baseline_total={"revenue": Interval(10_000, 1, 2)}
    )
    assert headline(plan) == (
        "This plan brings EUR 1,234 more revenue (+12.3 %) over 4 weeks than today's split of the same EUR 4,800; "
        "90 % interval 200 to 2,300."
    )


def test_headline_does_not_hide_that_there_may_be_no_gain(plan):
    plan = replace(plan, gain={"revenue": Interval(100.0, -50.0, 300.0)})
    assert headline(plan).endswith("90 % interval -50 to 300, so no gain at all is possible too.")


def test_headline_of_plans_that_keep_todays_split(plan):
    still = replace(plan, moves=tuple(replace(move, plan=move.today) for move in plan.moves))
    assert headline(still).startswith("Keep today's split: no move of EUR 4,800 over 4 weeks is worth making")
    assert "no detectable response" in headline(replace(plan, responsive=False))


def test_proof_tells_bound_value_and_gap(plan):
    proven = replace(plan.allocation.certificate, value=990.0, bound=1000.0, gap=0.01, status=Status.FEASIBLE)
    told = proof(replace(plan, allocation=replace(plan.allocation, certificate=proven)))
    assert told.startswith("No split of EUR 1,200 a week under these bounds can bring more than EUR 1,000 revenue")
    assert told.endswith("this one brings EUR 990 revenue: gap 1.00 %.")
    silent = proof(replace(plan, responsive=False))
    assert silent.endswith("no reason to move.")


def test_a_cell_that_was_never_tried_says_what_it_is_judged_by():
    evidence = [Known("none", "never tried", (0.0, 0.0)), Known(), Known("none", "never tried", (0.0, 0.0))]
    up, _, kept = moves([0, 1000, 0], [500, 500, 0], next_unit=[3.1, 1.4, 0.5], evidence=evidence)
    assert up.reason == (
        "The next 100 bring 310 here and 140 on average where money is taken, judged by its network and content type "
        "alone."
    )
    assert up.warning == "Planned 500 a week; nothing was ever spent here before."
    assert kept.reason == (
        "Left without spend: the next 100 bring 50 here and 225 on average over the plan, judged by its network and "
        "content type alone."
    )
    assert kept.warning == ""


def test_value_is_money():
    up, _, _ = moves([1000, 1000, 0], [1500, 500, 0], next_unit=[3.1, 1.4, 0], goal="value", currency="EUR")
    assert up.reason == "The next EUR 100 bring EUR 310 here and EUR 140 on average where money is taken."


@pytest.mark.parametrize(
    ("weeks", "pays"), [(1, "pays after its week, not in it"), (4, "after its 4 weeks, not in them")]
)
def test_headline_never_calls_a_loss_more(plan, weeks, pays):
    plan = replace(
        plan,
        weeks=plan.weeks[:weeks],
        goal="conversions",
        gain={"conversions": Interval(-46.8, -60.0, -30.0)},
        carry_after={"conversions": Interval(90.0, 70.0, 110.0)},
    )
    said = headline(plan)
    assert pays in said
    assert "+90 conversions in the 8 weeks after and -46.8 (" in said
    assert "90 % interval -60 to -30" in said
    assert "more" not in said


def test_one_rule_says_whether_anything_moves(plan):
    moves = list(plan.moves)
    tiny = replace(moves[0], today=0.1, plan=0.4)
    little = replace(plan, moves=(tiny, *(replace(move, plan=move.today) for move in moves[1:])))
    assert has_moved(tiny.today, tiny.plan)
    assert verdict(little) is Verdict.STAYS
    assert verdict(plan) in (Verdict.GAINS, Verdict.UNSURE)
    assert verdict(replace(plan, responsive=False)) is Verdict.NO_RESPONSE


def test_the_figures_of_a_reason_stand_on_the_move():
    up, down, kept = moves([1000, 1000, 5], [1500, 500, 5], next_unit=[3.1, 1.4, 2.0], last_unit=[3.5, 1.6, 2.2])
    assert [told_return(move) for move in (up, down, kept)] == [3.1, 1.6, kept.marginal]
    assert f"bring {told_return(up) * up.unit:.0f} here" in up.reason
    assert f"bring {told_return(down) * down.unit:.0f} here" in down.reason
    assert (up.unit, kept.unit) == (100.0, 1.0)
