"""The next daily budgets: they land the period, or the sentence says by how much they cannot."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InfeasibleError, InputError
from optimizer.history import History, load_history
from optimizer.planning.pacing.files import pace_csv, pace_summary
from optimizer.planning.pacing.forecast import spread
from optimizer.planning.pacing.next import Landing, NextBudgets, next_budgets
from optimizer.planning.pacing.pace import PaceRequest, Pacing, pace
from optimizer.planning.pacing.text import landing_sentence
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance
from optimizer.planning.request import RulesText

CELLS = (("facebook", "image", 100.0), ("instagram", "reel", 200.0), ("tiktok", "video", 50.0))
NOW = np.array([100.0, 200.0, 50.0])
FIRST, LAST = dt.date(2026, 8, 3), dt.date(2026, 11, 10)


def history_of(folder: Path, last: dt.date = LAST) -> History:
    """Level spend until 50 days before the end, twice and half of it in some weeks before, so that a fit has a say."""
    rng = np.random.default_rng(4)
    rows = ["date,network,content_type,spend,conversions,revenue,currency"]
    for k in range((last - FIRST).days + 1):
        day = FIRST + dt.timedelta(days=k)
        level = (1.0, 1.6, 0.6, 1.2)[(k // 7) % 4] if (last - day).days > 50 else 1.0
        for network, kind, usual in CELLS:
            spend = usual * level
            count = int(rng.poisson((3, 12, 9)[int(usual // 80) % 3] * level**0.5))
            rows.append(f"{day},{network},{kind},{spend:.2f},{count},{40 * count},EUR")
    path = folder / "daily.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load_history(path)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return history_of(tmp_path_factory.mktemp("pacing"))


def ask(history: History, budget: float, **more: object) -> tuple[Pacing, NextBudgets]:
    request = PaceRequest(budget=budget, **more)  # type: ignore[arg-type]
    found = pace(history, request)
    return found, next_budgets(history, request, found)


# 10 of 30 days are gone with 3,500 spent, 20 are left; 350 a day now.


def test_what_is_left_lands_to_the_cent_and_keeps_the_split(history: History) -> None:
    pacing, found = ask(history, 10_500.0 + 20 * 35.0)
    assert found.now == pytest.approx(NOW)
    assert found.needed == pytest.approx(385.0)
    assert found.daily == pytest.approx(1.1 * NOW)
    assert found.landing is Landing.LANDS
    assert found.misses == 0.0
    assert (found.first, found.last) == (dt.date(2026, 11, 11), dt.date(2026, 11, 17))
    assert pacing.total.gone + found.total * found.days_left == pytest.approx(10_500.0 + 700.0)
    assert landing_sentence(pacing, found).startswith("EUR 7,700 are left for 20 days, EUR 385 a day.")


def test_sums_never_pass_what_is_left(history: History) -> None:
    for budget in (10_333.33, 11_111.11, 9999.99):
        pacing, found = ask(history, budget)
        gone = pacing.total.gone + found.total * found.days_left
        assert budget - 0.01 * found.days_left - 1e-6 <= gone <= budget + 1e-6
        assert (np.abs(found.daily * 100 - np.rint(found.daily * 100)) < 1e-6).all()


def test_what_one_step_cannot_reach_the_next_weeks_make_up_for(history: History) -> None:
    pacing, found = ask(history, 3500.0 + 20 * 500.0)
    assert found.daily == pytest.approx(1.3 * NOW)
    assert found.landing is Landing.LATER
    assert found.after == pytest.approx((10_000.0 - 7 * 455.0) / 13)
    assert "More is not allowed in one step; from 2026-11-18 on EUR 524 a day" in landing_sentence(pacing, found)
    less = ask(history, 3500.0 + 20 * 200.0)[1]
    assert less.daily == pytest.approx(0.7 * NOW)
    assert less.landing is Landing.LATER


def test_money_that_cannot_be_spent_is_told(history: History) -> None:
    pacing, found = ask(history, 40_000.0)
    most = 350.0 * (7 * 1.3 + 7 * 1.69 + 6 * 2.197)  # up by 30 % a week for 7, 7 and 6 days
    assert found.landing is Landing.SHORT
    assert found.misses == pytest.approx(36_500.0 - most, rel=1e-6)
    assert "stay unspent on 2026-11-30" in landing_sentence(pacing, found)


def test_money_that_cannot_be_saved_is_told(history: History) -> None:
    pacing, found = ask(history, 3600.0)
    least = 350.0 * (7 * 0.7 + 7 * 0.49 + 6 * 0.343)
    assert found.landing is Landing.OVER
    assert found.misses == pytest.approx(least - 100.0, rel=1e-6)
    assert "more than that are spent by 2026-11-30" in landing_sentence(pacing, found)


def test_within_the_last_week_what_is_missing_is_missing(tmp_path: Path) -> None:
    history = history_of(tmp_path, dt.date(2026, 11, 27))
    spent = 27 * 350.0
    pacing, found = ask(history, spent + 3 * 400.0)
    assert (found.days_left, found.last, found.landing) == (3, dt.date(2026, 11, 30), Landing.LANDS)
    assert found.total == pytest.approx(400.0, abs=0.01)
    short = ask(history, spent + 3 * 600.0)[1]
    assert (short.landing, short.misses) == (Landing.SHORT, pytest.approx(3 * (600.0 - 455.0)))
    over = ask(history, spent + 3 * 100.0)[1]
    assert (over.landing, over.misses) == (Landing.OVER, pytest.approx(3 * (245.0 - 100.0)))
    assert pacing.days_left == 3


def test_a_budget_that_is_spent_leaves_nothing_but_minimums(history: History) -> None:
    pacing, found = ask(history, 3000.0)
    assert found.landing is Landing.SPENT
    assert found.daily.tolist() == [0.0, 0.0, 0.0]
    assert found.misses == pytest.approx(500.0)
    held = ask(history, 3000.0, bounds={"tiktok/video": (70.0, None)})
    assert held[1].daily.tolist() == [0.0, 0.0, 10.0]
    assert held[1].misses == pytest.approx(500.0 + 20 * 10.0)
    assert "The minimums alone are EUR 10 a day" in landing_sentence(*held)
    assert "all daily budgets are 0" in landing_sentence(pacing, found)


def test_minimums_and_locks_hold(history: History) -> None:
    _, found = ask(history, 3500.0 + 20 * 300.0, bounds={"facebook/image": (700.0, 700.0)})
    assert found.daily[0] == pytest.approx(100.0)
    assert found.daily[1:] == pytest.approx([160.0, 40.0])
    assert "fixed at EUR 700 a week" in found.reasons[0]


# What networks ask for ------------------------------------------------------------------------------------------------


def test_a_smallest_budget_holds(history: History) -> None:
    rules = RulesText('[[floor]]\nnetwork = "tiktok"\namount = 48\ngrade = "practice"\n', "n.toml")
    _, found = ask(history, 3500.0 + 20 * 300.0, network_rules=rules)
    assert found.daily[2] == pytest.approx(48.0)
    assert found.total == pytest.approx(300.0, abs=0.01)
    assert found.reasons[2] == "at the smallest budget of its network"


def test_steps_hold_and_what_they_leave_is_told(history: History) -> None:
    text = '[[steps]]\nnetwork = ["facebook", "instagram", "tiktok"]\namount = 20\ngrade = "practice"\n'
    pacing, found = ask(history, 3500.0 + 20 * 370.0, network_rules=RulesText(text, "n.toml"))
    assert (np.abs(found.daily / 20 - np.rint(found.daily / 20)) < 1e-9).all()
    assert found.total == pytest.approx(360.0)
    assert (found.landing, found.gapped, found.misses) == (Landing.SHORT, True, pytest.approx(200.0))
    assert "Smallest budgets and steps of money leave EUR 200 of it unspent." in landing_sentence(pacing, found)


def test_steps_that_ask_for_more_than_is_left(history: History) -> None:
    text = '[[steps]]\nnetwork = ["facebook", "instagram", "tiktok"]\namount = 45\ngrade = "practice"\n'
    pacing, found = ask(history, 3500.0 + 20 * 255.0, network_rules=RulesText(text, "n.toml"))
    assert found.daily.tolist() == [90.0, 180.0, 45.0]  # 70, 140 and 35 at the least
    assert (found.landing, found.gapped, found.misses) == (Landing.OVER, True, pytest.approx(20 * 60.0))
    assert "spend EUR 1,200 more than that" in landing_sentence(pacing, found)


def test_one_network_may_move_less_than_the_others(history: History) -> None:
    text = '[[change]]\nnetwork = "instagram"\nshare = 0.1\ngrade = "practice"\n'
    _, found = ask(history, 3500.0 + 20 * 400.0, network_rules=RulesText(text, "n.toml"))
    assert found.daily[1] == pytest.approx(220.0)
    assert found.reasons[1] == "as much more as one step allows"
    assert found.total == pytest.approx(400.0, abs=0.01)


def test_a_cell_that_learns_keeps_its_budget(tmp_path: Path) -> None:
    path = tmp_path / "daily.csv"
    history_of(tmp_path)
    rows = path.read_text(encoding="utf-8").splitlines()
    newest = {f"2026-11-{d:02d}" for d in range(2, 9)}
    rows = [row.replace("50.00", "90.00") if row[:10] in newest and "tiktok" in row else row for row in rows]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = '[[learning]]\nnetwork = "tiktok"\nresults = 500\nweeks = 3\nedit = 0.2\ngrade = "practice"\n'
    found = ask(load_history(path), 12_000.0, network_rules=RulesText(text, "n.toml"))[1]
    assert found.daily[2] == pytest.approx(found.now[2], abs=0.01)
    assert "it is learning" in found.reasons[2]


def test_a_floor_above_a_maximum_is_refused(history: History, tmp_path: Path) -> None:
    bounds = tmp_path / "bounds.csv"
    bounds.write_text("network,content_type,min_spend,max_spend\ntiktok,video,0,400\n", encoding="utf-8")
    rules = RulesText('[[floor]]\nnetwork = "tiktok"\namount = 70\ngrade = "practice"\n', "n.toml")
    request = PaceRequest(
        budget=10_500.0, bounds=bounds, network_rules=rules, current=7 * np.array([100.0, 200.0, 80.0])
    )
    with pytest.raises(InputError, match="row 2, column max_spend: the maximum of tiktok/video is EUR 400"):
        next_budgets(history, request, pace(history, request))


def test_rules_of_the_user_hold_too(history: History) -> None:
    rules = RulesText('[[limit]]\nnetwork = "instagram"\nmaximum_share = 0.5\n', "r.toml")
    _, found = ask(history, 3500.0 + 20 * 350.0, rules=rules)
    assert found.daily[1] == pytest.approx(175.0, abs=0.02)
    assert found.total == pytest.approx(350.0, abs=0.01)
    clash = RulesText('[[limit]]\nnetwork = "instagram"\nmaximum_share = 0.1\n', "r.toml")
    with pytest.raises(InfeasibleError):
        ask(history, 3500.0 + 20 * 350.0, rules=clash)


# Re-solved ------------------------------------------------------------------------------------------------------------


def test_re_solving_is_rebalancing_with_what_is_left(history: History) -> None:
    _, found = ask(history, 3500.0 + 20 * 350.0, resolve=True)
    week = rebalance(history, RebalanceRequest(budget=2450.0, current=7 * NOW, today=dt.date(2026, 11, 11)))
    assert found.resolved is not None
    assert 7 * found.daily == pytest.approx(week.plan.spend[:, 0], abs=0.08)
    assert found.total == pytest.approx(350.0, abs=0.01)
    assert (found.daily <= 1.3 * NOW + 0.01).all()
    assert (found.daily >= 0.7 * NOW - 0.01).all()
    assert found.reasons == tuple(move.reason for move in week.plan.moves)


def test_re_solving_keeps_to_what_can_be_reached(history: History) -> None:
    _, found = ask(history, 40_000.0, resolve=True)
    assert found.daily == pytest.approx(1.3 * NOW, abs=0.01)
    assert found.landing is Landing.SHORT


def test_a_split_that_was_given_stands_above_the_last_days(history: History) -> None:
    _, found = ask(history, 10_500.0, current=np.array([700.0, 700.0, 1050.0]))
    assert found.now == pytest.approx([100.0, 100.0, 150.0])
    assert found.daily == pytest.approx([100.0, 100.0, 150.0])


# Files ----------------------------------------------------------------------------------------------------------------


def test_files_agree(history: History) -> None:
    pacing, found = ask(history, 10_900.0)
    lines = pace_csv(pacing, found).splitlines()
    assert len(lines) == 1 + 3
    header = lines[0].split(",")
    rows = [dict(zip(header, line.split(","), strict=False)) for line in lines[1:]]
    assert [float(row["spend_per_day"]) for row in rows] == pytest.approx(found.daily, abs=0.005)
    assert [float(row["spend"]) for row in rows] == pytest.approx(7 * found.daily, abs=0.005)
    summary = pace_summary(pacing, found)
    budgets = summary["next"]["budgets"]  # type: ignore[index]
    assert [one["spend_per_day"] for one in budgets] == pytest.approx(found.daily.tolist())
    assert summary["total"]["projected"] == pytest.approx(pacing.total.projected)  # type: ignore[index]


def test_dong_have_no_cents(tmp_path: Path) -> None:
    rows = ["date,network,content_type,spend,conversions,currency"]
    for k in range(60):
        day = LAST - dt.timedelta(days=59 - k)
        rows += [f"{day},tiktok,video,{2_700_001 + k},3,VND", f"{day},facebook,image,{1_350_003},2,VND"]
    (tmp_path / "dong.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    pacing, found = ask(load_history(tmp_path / "dong.csv"), 121_500_017.0)
    assert found.decimals == 0
    assert (found.daily == np.rint(found.daily)).all()
    assert 0.0 <= found.left - found.total * found.days_left < found.days_left
    assert ",0.00," not in pace_csv(pacing, found)
    assert "." not in pace_csv(pacing, found).splitlines()[1].partition(",VND,")[0]
    _, spent = ask(load_history(tmp_path / "dong.csv"), 1000.0)
    assert (spent.landing, spent.decimals) == (Landing.SPENT, 0)


# The interval ---------------------------------------------------------------------------------------------------------


def test_a_history_that_is_too_short_tells_no_interval() -> None:
    known = np.ones(60, dtype=np.bool_)
    factors = spread(np.full(60, 5.0), known, 30, "daily")
    assert np.isfinite(factors[:17]).all()  # (60 - 7) // 17 = 3 windows
    assert np.isnan(factors[17:]).all()


@pytest.mark.parametrize("ahead", [5, 20])
def test_nine_of_ten_ends_lie_in_the_interval(ahead: int) -> None:
    """Spend whose level wanders by 3 % a day and whose days vary by 20 %."""
    rng = np.random.default_rng(11)
    inside, tries = 0, 300
    for _ in range(tries):
        level = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.03, 420 + ahead)))
        spend = level * np.exp(rng.normal(0.0, 0.2, 420 + ahead))
        factor = float(spread(spend[:420], np.ones(420, dtype=np.bool_), ahead, "daily")[-1])
        ratio = float(spend[420:].mean() / spend[413:420].mean())
        inside += 1.0 / factor <= ratio <= factor
    assert 0.85 <= inside / tries <= 0.97


def test_days_that_are_not_known_stay_out_of_the_replay() -> None:
    spend, known = np.full(120, 50.0), np.ones(120, dtype=np.bool_)
    spend[60], known[60] = 5000.0, False
    assert spread(spend, known, 3, "daily").tolist() == pytest.approx([1.0, 1.0, 1.0])
