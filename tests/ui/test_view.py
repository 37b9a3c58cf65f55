"""The sentences and figures of the screen, on a plan small enough to check by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from optimizer.allocation.problem import Status
from optimizer.planning.plan import Interval, Plan
from optimizer.planning.request import CAREFUL
from optimizer.ui.format import NBSP
from optimizer.ui.view import figures, finding_lines, headline

MakePlan = Callable[..., Plan]
GAIN = Interval(9_412.0, 4_104.0, 14_891.0)


def plain(sentence: str) -> str:
    return sentence.replace(NBSP, " ")


def test_headline_names_the_move_and_its_worth(plan: Plan) -> None:
    assert plain(headline(plan).sentence) == (
        "Move EUR 1,500 a week from Facebook image to Instagram reel: about EUR 9,400 more revenue over four weeks, "
        "90 % between 4,100 and 14,900."
    )
    assert plain(headline(plan).detail) == (
        "Four weeks from 2 Nov 2026. Today means your split of the last 12 complete weeks, scaled to this budget. "
        "Also expected: 900 conversions (90 %: 800 to 1,000), +20 against today's split."
    )


def test_headline_of_many_moves_says_mostly_and_names_at_most_two(make: MakePlan) -> None:
    plan = make([1400.0, 1000.0, 700.0, 1300.0, 600.0], GAIN)
    sentence = plain(headline(plan).sentence)
    assert sentence.startswith(
        "Move EUR 1,400 a week, above all from Facebook image and Facebook video to Instagram reel and TikTok video:"
    )


def test_headline_is_honest_when_the_gain_may_be_a_loss(make: MakePlan) -> None:
    sentence = plain(headline(make([500.0, 1500.0, 1000.0, 2000.0, 0.0], Interval(900.0, -420.0, 2_110.0))).sentence)
    assert "at best guess" in sentence
    assert "may also bring less: 90 % between −420 and 2,110" in sentence
    assert "about" not in sentence


def test_headline_without_gain_in_the_weeks_says_when_it_pays(make: MakePlan) -> None:
    sentence = plain(headline(make([500.0, 1500.0, 1000.0, 2000.0, 0.0], Interval(-50.0, -90.0, 20.0))).sentence)
    assert "it pays after these four weeks" in sentence


def test_headline_keeps_when_nothing_moves(make: MakePlan) -> None:
    kept = headline(make([2000.0, 1500.0, 1000.0, 500.0, 0.0], Interval(0.0, 0.0, 0.0)))
    assert kept.sentence.startswith("Keep today's split: no move")
    assert not kept.moves


def test_headline_keeps_when_there_is_no_response(plan: Plan) -> None:
    kept = headline(replace(plan, responsive=False))
    assert kept.sentence.startswith("Keep today's split: the history shows no response")
    assert "about" not in kept.sentence


def test_headline_counts_conversions_without_a_currency(plan: Plan) -> None:
    sentence = plain(headline(replace(plan, goal="conversions")).sentence)
    assert "about 20 more conversions over four weeks, 90 % between 5 and 35" in sentence
    assert sentence.startswith("Move EUR 1,500 a week")


def test_figures_show_spend_total_gain_and_proof(plan: Plan) -> None:
    shown = [(figure.label, plain(figure.value), plain(figure.note)) for figure in figures(plan)]
    assert shown == [
        ("Spend", "EUR 20,000", "EUR 5,000 a week for four weeks"),
        ("Expected revenue", "EUR 80,000", "90 %: 70,000 to 91,000"),
        ("More than today's split", "+EUR 9,400", "90 %: 4,100 to 14,900"),
        ("Proof", "Best possible", "gap to any better split under 0.01 %"),
    ]
    assert all(figure.definition for figure in figures(plan))


def test_figures_of_a_split_that_is_not_proven_best_state_the_gap(plan: Plan) -> None:
    certificate = replace(plan.allocation.certificate, status=Status.FEASIBLE, gap=0.0123)
    loose = replace(plan, allocation=replace(plan.allocation, certificate=certificate))
    assert plain(figures(loose)[-1].value) == "Within 1.23 %"


@pytest.mark.parametrize(("mean", "shown"), [(-3_200.0, "−EUR 3,200"), (0.0, "EUR 0")])
def test_gain_keeps_its_sign(make: MakePlan, mean: float, shown: str) -> None:
    made = make([500.0, 1500.0, 1000.0, 2000.0, 0.0], Interval(mean, mean, mean))
    assert plain(figures(made)[2].value) == shown


def test_findings_keep_their_order_and_say_their_level(plan: Plan) -> None:
    lines = finding_lines(plan.findings)
    assert [(line.level, line.serious) for line in lines] == [("Serious", True), ("Note", False)]
    assert lines[1].sentence == "h.csv: column 'mood' is not known; it was left out."


def test_headline_of_one_week_that_pays_later_is_grammatical(make: MakePlan) -> None:
    plan = make([500.0, 1500.0, 1000.0, 2000.0, 0.0], Interval(-50.0, -90.0, 20.0))
    sentence = plain(headline(replace(plan, weeks=plan.weeks[:1])).sentence)
    assert "it pays after this one week, with +EUR 1,230 revenue in the 8 weeks that follow" in sentence


def with_profit(plan: Plan, **changes: object) -> Plan:
    """The plan with profit beside its outcomes."""
    profit = Interval(12_000.0, 8_000.0, 16_000.0)
    return replace(
        plan,
        total={**plan.total, "profit": profit},
        gain={**plan.gain, "profit": Interval(3_000.0, 1_000.0, 5_000.0)},
        carry_after={**plan.carry_after, "profit": Interval(500.0, 100.0, 900.0)},
        **changes,  # type: ignore[arg-type]
    )


def test_profit_is_a_figure_where_it_is_known(plan: Plan) -> None:
    shown = {figure.label: figure for figure in figures(with_profit(plan))}
    profit = shown["Expected profit"]
    assert (plain(profit.value), plain(profit.note)) == ("EUR 12,000", "+EUR 3,000 against today's split")
    assert "less media, production and team" in profit.definition
    assert "profit" not in headline(with_profit(plan)).detail, "said once"


def test_a_plan_for_profit_says_what_profit_is(plan: Plan) -> None:
    shown = {figure.label: figure for figure in figures(with_profit(plan, goal="profit"))}
    assert plain(shown["Expected profit"].note) == "90 %: 8,000 to 16,000"
    assert "less media, production and team" in shown["Expected profit"].definition


def test_money_left_unspent_is_a_figure_and_in_the_headline(make: MakePlan) -> None:
    plan = replace(make([1000.0, 1500.0, 1000.0, 700.0, 0.0], GAIN), unspent=4 * 800.0)
    shown = {figure.label: figure for figure in figures(plan)}
    assert plain(shown["Left unspent"].value) == "EUR 3,200"
    assert plain(shown["Left unspent"].note) == "of a budget of EUR 20,000"
    assert "spent in full" not in shown["Spend"].definition
    assert plain(headline(plan).sentence).startswith(
        "Take EUR 1,000 a week from Facebook image, give EUR 200 to Instagram reel and leave EUR 800 unspent: about"
    )


def test_a_plan_that_only_spends_less_says_so(make: MakePlan) -> None:
    plan = replace(make([1000.0, 1500.0, 1000.0, 500.0, 0.0], GAIN), unspent=4_000.0)
    assert plain(headline(plan).sentence).startswith("Spend EUR 1,000 a week less on Facebook image: about EUR 9,400")


def test_a_careful_plan_that_gives_up_some_of_the_mean_says_what_it_guards(make: MakePlan) -> None:
    plan = replace(make([500.0, 1500.0, 1000.0, 2000.0, 0.0], Interval(-50.0, -90.0, 20.0)), risk=CAREFUL)
    sentence = plain(headline(plan).sentence)
    assert "in the worst fifth of cases it brings about EUR 5,000 more revenue" in sentence  # 50,000 - 45,000
    assert "over all cases EUR −50 over four weeks" in sentence or "over all cases −EUR 50 over four weeks" in sentence


def test_without_a_response_there_is_nothing_to_prove(plan: Plan) -> None:
    proof = figures(replace(plan, responsive=False))[-1]
    assert (proof.label, proof.value) == ("Proof", "Nothing to prove")


def test_a_reference_that_limits_have_moved_is_said_to_be(plan: Plan) -> None:
    spent = {move.cell.label: 10 * move.today for move in plan.moves}

    def told(current: dict[str, float]) -> str:
        run = replace(plan.run, settings={"current": current})
        return headline(replace(plan, run=run)).detail

    assert "scaled to this budget. Also" in plain(told(spent))
    assert "scaled to this budget and moved as far as limits ask." in told({**spent, "facebook/image": 0.0})
