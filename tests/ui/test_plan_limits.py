"""What binds a plan and what it costs, on a plan small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.allocation.problem import RuleState
from optimizer.history import History, build_panel, load_history
from optimizer.language.message import say
from optimizer.planning.asked import Asked
from optimizer.planning.plan import Plan
from optimizer.planning.studio import answer, open_studio
from optimizer.planning.why import why_not_less, why_not_more
from optimizer.ui.components.tables import limits_html
from optimizer.ui.format import NBSP, place_name
from optimizer.ui.plan_limits import LimitRow, limits

ASKED = Asked(20_000.0, 4)


@pytest.fixture(scope="module")
def history(short_sample: Path) -> History:
    return load_history(short_sample)


def bound(plan: Plan, upper: tuple[int, ...] = (), lower: tuple[int, ...] = (), **more: object) -> Plan:
    """The plan under a rule, with cells at their bounds: each costs 0.4 and 0.1 by its place per unit."""
    held = (*upper, *lower)
    prices = np.array([0.4 + 0.1 * c if c in held else 0.0 for c in range(5)])
    told = {"rules": (RuleState("my own rule", 1, False),), **more}
    proven = replace(plan.allocation.certificate, at_upper=upper, at_lower=lower, bound_prices=prices, **told)
    return replace(plan, allocation=replace(plan.allocation, certificate=proven))


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def test_nothing_that_costs_is_an_answer(plan: Plan) -> None:
    shown = limits(plan, ASKED)
    assert shown.rows == ()
    assert (
        shown.rest == "No rule and no limit costs anything at this budget: without them the plan would bring no more."
    )


def test_a_usual_maximum_is_told_with_its_price(plan: Plan) -> None:
    (row,) = limits(bound(plan, upper=(3,)), ASKED).rows
    assert (plain(row.what), row.where) == ("Usual maximum of EUR 1,500 a week", "Instagram reel")
    assert plain(row.cost) == "EUR 17.5 for each 100"  # 0.7 a week of money over 4 weeks, on 100
    assert plain(row.reason) == (
        "The next EUR 100 would bring EUR 25 here, and EUR 7.5 less where they would be taken."
    )


def test_limits_are_told_by_who_set_them_dearest_first(plan: Plan) -> None:
    own = {"facebook/video": (1500.0, None), "instagram/reel": (0.0, 900.0)}
    asked = Asked(20_000.0, 4, locks={"tiktok/video": 0.0}, limits=own)
    rows = limits(bound(plan, upper=(3, 4), lower=(1,)), asked).rows
    assert [plain(row.what).split(" of ")[0].split(" at ")[0] for row in rows] == ["Fixed", "Maximum", "Minimum"]
    assert [row.where for row in rows] == ["TikTok video", "Instagram reel", "Facebook video"]
    assert "bring EUR 25 here and would bring EUR 37.5 elsewhere" in plain(rows[2].reason)


def test_limits_that_cost_nothing_are_counted(plan: Plan) -> None:
    asked = Asked(20_000.0, 4, locks={"tiktok/video": 0.0}, limits={"facebook/video": (10.0, None)})
    assert limits(plan, asked).rest.startswith("No rule and no limit costs anything")
    shown = limits(bound(plan, upper=(4,)), asked)
    assert shown.rest == "2 other rules and limits are kept and cost nothing at this budget."


def test_what_a_limit_costs_is_what_the_answer_to_why_says(history: History) -> None:
    asked = Asked(60_000.0, 4, limits={"instagram/creator": (None, 500.0), "facebook/image": (4000.0, None)})
    request = asked.request(build_panel(history))
    made = answer(open_studio(history, request), request)
    rows = limits(made, asked).rows
    assert len(rows) >= 2
    for row in rows:
        cell = next(cell for cell in made.cells if place_name(*cell) == row.where)
        said = why_not_more(made, cell) if "maximum" in row.what.lower() else why_not_less(made, cell)
        assert f"about {plain(row.cost).removesuffix(' for each 100')} more" in plain(said)


@pytest.mark.parametrize(
    ("state", "cost", "reason"),
    [
        (
            RuleState(say("largest step of a cell"), 0, True, cost=1234.0, cost_most=1240.0),
            "EUR 1,234 in all",
            "Without this rule the plan would bring about EUR 1,234 revenue more by the end of the 8 weeks after.",
        ),
        (
            RuleState(say("largest step of a cell"), 0, True, cost=1000.0, cost_most=1500.0),
            "EUR 1,000 in all",
            "by the end of the 8 weeks after. It cannot be more than EUR 1,500.",
        ),
        (
            RuleState(say("largest step of a cell"), 0, True, price=8.0),
            "EUR 200 for each 100",
            "Each EUR 100 by which it gave way would bring about EUR 200 more.",
        ),
        (
            RuleState(say("largest step of a cell"), 0, True),
            "not known",
            "It stands in the way; what the plan would bring without it was not worked out.",
        ),
    ],
)
def test_a_rule_that_binds_says_what_it_costs(plan: Plan, state: RuleState, cost: str, reason: str) -> None:
    quiet = RuleState("my own rule", 1, False)
    shown = limits(bound(plan, rules=(quiet, state)), ASKED)
    (row,) = shown.rows
    assert row.what == "Largest step of a cell"
    assert (plain(row.cost), plain(row.reason)[-len(reason) :]) == (cost, reason)
    assert shown.rest == "1 other rule or limit is kept and costs nothing at this budget."


def test_without_a_response_no_cost_is_claimed(plan: Plan) -> None:
    shown = limits(replace(bound(plan, upper=(3,)), responsive=False), ASKED)
    assert shown.rows == ()
    assert "cannot be told" in shown.rest


def test_a_rule_of_a_file_cannot_become_markup() -> None:
    evil = "<script>alert(1)</script>"
    assert "<script" not in limits_html([LimitRow(evil, evil, evil, evil)])
