"""A studio is fitted once and answers any question as if it had been asked alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds
from optimizer.errors import InfeasibleError, InputError, InternalError
from optimizer.history import load_history
from optimizer.history.panel import Cell
from optimizer.planning import PlanRequest, make_plan
from optimizer.planning import studio as module
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.settings import Settings
from optimizer.planning.studio import answer, basis_of, open_studio

ASKED = PlanRequest(budget=12_000, weeks=4, draws=40)
NEW = (Cell("tiktok", "live"), Cell("pinterest", "pin"))


@pytest.fixture(scope="module")
def history(history_file):
    return load_history(history_file)


@pytest.fixture(scope="module")
def studio(history):
    return open_studio(history, ASKED)


@pytest.fixture(scope="module")
def wider(history):
    return open_studio(history, ASKED, added=NEW)


def figures(value):
    """Everything in a plan as plain values that compare bit by bit."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: figures(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {key: figures(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [figures(one) for one in value]
    return value


QUESTIONS = (
    (ASKED, NO_CHANGE),
    (replace(ASKED, budget=2_500.0), NO_CHANGE),  # below the usual maximums, so that curves end earlier
    (replace(ASKED, weeks=2, goal="conversions"), NO_CHANGE),
    (replace(ASKED, settings=Settings(margin=0.4), goal="profit"), NO_CHANGE),
    (ASKED, Change(price={"instagram": 0.2}, promotion={2: 0.5})),
    (replace(ASKED, current=np.array([100.0, 900.0, 50.0, 10.0])), NO_CHANGE),
    (replace(ASKED, bounds={"tiktok/video": (None, 400.0)}), NO_CHANGE),
)


def test_answers_do_not_depend_on_what_was_asked_before(history, studio):
    alone = [figures(answer(open_studio(history, ASKED), *question)) for question in QUESTIONS[::2]]
    for question in (*QUESTIONS, *QUESTIONS[::-1]):
        answer(studio, *question)
    assert len(studio.memory.rows) > 0
    again = [figures(answer(studio, *question)) for question in QUESTIONS[::2]]
    assert again == alone
    assert figures(make_plan(history, ASKED)) == alone[0]


def test_answers_at_once_are_those_one_after_the_other(history):
    one_by_one = [figures(answer(open_studio(history, ASKED), *question)) for question in QUESTIONS[:3]]
    studio = open_studio(history, ASKED)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: figures(answer(studio, *question)), QUESTIONS[:3] * 3))
    assert together == one_by_one * 3


def test_a_curve_is_worked_out_once_for_every_end(studio):
    plenty = replace(ASKED, budget=20_000)  # no maximum is above the weekly budget
    answer(studio, plenty)
    before = len(studio.memory.rows)
    answer(studio, replace(plenty, budget=24_000))
    assert len(studio.memory.rows) == before
    answer(studio, replace(plenty, bounds={"tiktok/video": (None, 123.0)}))
    assert len(studio.memory.rows) == before + 1


def test_questions_of_one_fit_share_a_basis(history):
    basis = basis_of(history, ASKED)
    assert {basis} == {
        basis_of(history, replace(ASKED, budget=5.0, weeks=9, risk="careful", bounds={"a/b": (1, 2)})),
        basis_of(history, replace(ASKED, goal="conversions")),
        basis_of(history, replace(ASKED, goal="profit", settings=Settings(margin=0.5, production={"video": 3}))),
        basis_of(history, replace(ASKED, settings=Settings(outcomes={"conversions": 3}))),
    }
    others = [
        basis_of(history, replace(ASKED, seed=1)),
        basis_of(history, replace(ASKED, draws=60)),
        basis_of(history, replace(ASKED, by_audience=True)),
        basis_of(history, replace(ASKED, settings=Settings(country="DE"))),
        basis_of(history, ASKED, NEW),
        basis_of(replace(history, sha256="00"), ASKED),
    ]
    assert len({basis, *others}) == 7
    assert basis_of(history, ASKED, NEW) == basis_of(history, ASKED, NEW[::-1])


def test_another_basis_is_refused(studio, wider):
    with pytest.raises(InternalError, match="not opened for"):
        answer(studio, replace(ASKED, seed=1))
    with pytest.raises(InputError, match="pinterest/pin is to be added, but the response was not fitted with it"):
        answer(studio, ASKED, Change(added=(("pinterest", "pin"),)))
    answer(wider, ASKED, Change(added=(("pinterest", "pin"),)))


def test_a_panel_is_built_once_as_long_as_its_history_is_in_use(history, monkeypatch):
    first = module.panel_of(history, False)
    monkeypatch.setattr("optimizer.history.build_panel", None)
    assert module.panel_of(history, False) is first


def test_draws_agree_with_the_intervals_and_are_common(studio):
    plan = answer(studio, ASKED)
    for name, draws in plan.draws.items():
        assert draws.plan.shape == (40,)
        assert plan.total[name].mean == draws.plan.mean()
        assert plan.baseline_total[name].mean == draws.baseline.mean()
        assert plan.gain[name].mean == pytest.approx((draws.plan - draws.baseline).mean())
        assert plan.carry_after[name].mean == draws.after.mean()
        low, high = np.percentile(draws.plan - draws.baseline, [5, 95])
        assert (plan.gain[name].low, plan.gain[name].high) == (pytest.approx(low), pytest.approx(high))
    other = answer(studio, replace(ASKED, bounds={"tiktok/video": (0.0, 300.0)}, goal="conversions"))
    for name in plan.draws:
        assert np.corrcoef(plan.draws[name].plan, other.draws[name].plan)[0, 1] > 0.7
    same = answer(studio, replace(ASKED, goal="conversions"))  # today's split is the same in both
    np.testing.assert_array_equal(same.draws["revenue"].baseline, plan.draws["revenue"].baseline)


def test_added_cells_get_and_bring_nothing_unless_they_are_switched_on(wider):
    plan = answer(wider, ASKED)
    assert plan.cells[-2:] == (Cell("pinterest", "pin"), Cell("tiktok", "live"))
    assert (plan.spend[-2:] == 0).all()
    assert all((one.mean[-2:] == 0).all() and (one.high[-2:] == 0).all() for one in plan.by_cell.values())
    assert (plan.bands.mean[-2:, 1:] > 0).all()
    on = answer(wider, ASKED, Change(added=(("pinterest", "pin"),), added_most={"pinterest/pin": 60.0}))
    pin, live = on.moves[-2:]
    assert 0 < pin.plan <= 60.0
    assert live.plan == 0
    assert (pin.evidence, pin.today) == ("none", 0)
    assert "judged by its network and content type alone" in pin.reason
    assert "nothing was ever spent here before" in pin.warning
    assert on.by_cell["revenue"].mean[-2].sum() > 0
    assert on.allocation.certificate.value >= plan.allocation.certificate.value


def test_an_added_cell_may_get_what_any_cell_without_spend_may(wider):
    plan = answer(wider, ASKED, Change(added=tuple(map(tuple, (cell[:2] for cell in NEW)))))
    spending = wider.panel.recent_spend[:-2]
    room = min(0.5 * np.median(spending), 0.05 * spending.sum())
    np.testing.assert_allclose(plan.bounds.upper[-2:], room)


def test_a_cell_without_data_rests_on_the_others(wider):
    for fit in wider.models:
        draws = fit.future.draws
        rate = np.where(draws.inert, 0.0, np.exp(draws.level)) / fit.future.reference  # per money, at the usual spend
        known, new = rate.mean(axis=0)[:-2], rate.mean(axis=0)[-2:]
        assert (known.min() / 3 < new).all()
        assert (new < known.max() * 3).all()
        spread = np.log(rate + 1e-12).std(axis=0)
        assert spread[-2:].min() > spread[:-2].max()  # far less is known
        assert fit.evidence[-1].label == "none"
        worth = fit.worth("revenue")
        assert worth[:, -2:].mean() == pytest.approx(worth[:, :-2].mean(), rel=0.05)


def test_arrays_of_the_history_serve_a_studio_with_added_cells(wider):
    lower, upper = np.zeros(4), np.array([500.0, 900.0, 800.0, 1500.0])
    current = np.array([600.0, 900.0, 500.0, 900.0])
    plan = answer(wider, replace(ASKED, bounds=Bounds(lower, upper), current=current))
    assert (plan.spend[:4].mean(axis=1) <= upper + 0.01).all()
    np.testing.assert_array_equal([move.today for move in plan.moves[-2:]], 0)


def test_what_the_history_has_is_not_added(history):
    with pytest.raises(InputError, match="tiktok/video is to be added, but the history has it already"):
        open_studio(history, ASKED, added=[Cell("tiktok", "video")])


def test_what_is_switched_off_gets_nothing_whatever_its_minimum(studio):
    held = replace(ASKED, bounds={"tiktok/video": (100.0, None)})
    plan = answer(studio, held, Change(off=("tiktok",)))
    gone = [c for c, cell in enumerate(plan.cells) if cell.network == "tiktok"]
    assert (plan.spend[gone] == 0).all()
    assert (plan.baseline[gone] == 0).all()
    assert plan.spend.sum() == pytest.approx(12_000)
    one = answer(studio, ASKED, Change(off=("instagram/reel",)))
    assert [move.plan == 0 for move in one.moves] == [False, True, False, False]
    with pytest.raises(InfeasibleError, match="the maximums"):
        answer(studio, replace(ASKED, budget=60_000), Change(off=("tiktok",)))


def test_an_impossible_request_is_refused_before_anything_is_fitted(history, monkeypatch):
    monkeypatch.setattr(module, "fit_outcomes", None)
    with pytest.raises(InfeasibleError, match="the maximums, 3 times recent spend"):
        make_plan(history, replace(ASKED, budget=1e6))


def test_a_change_is_part_of_the_run(studio):
    plain, same = answer(studio, ASKED), answer(studio, ASKED, Change())
    changed = answer(studio, ASKED, Change(worth=0.1))
    assert plain.run == same.run
    assert "change" not in plain.run.settings
    assert changed.run.settings["change"] == {"worth": 0.1}
    assert changed.run.id != plain.run.id


def test_a_worth_of_conversions_follows_the_value_per_conversion(studio):
    asked = replace(ASKED, settings=Settings(outcomes={"conversions": 10.0}))
    plain, more = answer(studio, asked), answer(studio, asked, Change(worth=0.2))
    assert more.total["value"].mean == pytest.approx(1.2 * plain.total["value"].mean)
    assert more.total["revenue"].mean == pytest.approx(1.2 * plain.total["revenue"].mean)
    assert more.total["conversions"].mean == plain.total["conversions"].mean
