"""What came of a record's weeks: what is refused, what is missing, and what is late."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.finance.actuals import actuals_of, read_actuals, worth_of
from optimizer.finance.record import Forecast
from optimizer.history import load_history
from optimizer.history.panel import Cell
from tests.unit.finance.records import MEAN, SPEND, WEEKS, came, make_record


def test_weeks_are_taken_by_their_monday_and_cells_by_their_name():
    source = came(MEAN + 5.0)
    order = [2, 0, 1]
    panel = replace(
        source.panel,
        cells=tuple(source.panel.cells[c] for c in order),
        spend=source.panel.spend[order],
        outcomes={"revenue": source.panel.outcomes["revenue"][order]},
    )
    actuals = actuals_of(make_record(), replace(source, panel=panel))
    assert actuals.outcomes["revenue"].tolist() == (MEAN + 5.0).tolist()
    assert actuals.spend.tolist() == SPEND.tolist()
    assert actuals.final.all()
    assert actuals.findings == ()


def test_a_week_that_has_not_come_is_not_known():
    actuals = actuals_of(make_record(), came(MEAN[:, :1], SPEND[:, :1], weeks=WEEKS[:1]))
    assert actuals.arrived.tolist() == [True, False]
    assert np.isnan(actuals.outcomes["revenue"][:, 1]).all()
    assert not actuals.seen[:, 1].any()


def test_another_currency_is_refused():
    with pytest.raises(InputError) as error:
        actuals_of(make_record(), came(MEAN, currency="USD"))
    assert str(error.value) == (
        "actuals.csv: the actuals are in USD, but the plan of record November is in EUR; "
        "give the history in the plan's currency; amounts are not converted."
    )
    assert actuals_of(make_record(), came(MEAN, currency="")).currency == "EUR"


def test_places_that_the_record_does_not_know_are_refused_or_left_out_aloud():
    source = came(np.vstack([MEAN, [[50.0, 0.0]]])[:3])
    panel = source.panel
    wider = replace(
        panel,
        cells=(*panel.cells, Cell("tiktok", "live")),
        spend=np.vstack([panel.spend, [[40.0, np.nan]]]),
        outcomes={"revenue": np.vstack([MEAN, [[50.0, np.nan]]])},
    )
    with pytest.raises(InputError) as error:
        actuals_of(make_record(), replace(source, panel=wider))
    assert str(error.value) == (
        "actuals.csv: the actuals have tiktok/live, a place that the plan of record November does not know; "
        "approve a plan that has them, or have them left out (--leave-out)."
    )
    actuals = actuals_of(make_record(), replace(source, panel=wider), leave_out=True)
    assert actuals.outcomes["revenue"].tolist() == MEAN.tolist()
    assert str(actuals.findings[0].problem) == (
        "tiktok/live spent EUR 40.00 in the plan's weeks and stand in no plan of record"
    )
    idle = replace(
        wider, spend=np.vstack([panel.spend, [[0.0, 0.0]]]), outcomes={"revenue": np.vstack([MEAN, [[0, 0]]])}
    )
    assert actuals_of(make_record(), replace(source, panel=idle)).findings == ()


def test_no_row_is_nothing_spent_but_no_test_of_the_forecast():
    spend, revenue = SPEND.copy(), MEAN.copy()
    spend[0, 1] = revenue[0, 1] = np.nan
    actuals = actuals_of(make_record(), came(revenue, spend))
    assert (actuals.spend[0, 1], actuals.outcomes["revenue"][0, 1]) == (0.0, 0.0)
    assert not actuals.seen[0, 1]
    assert actuals.seen.sum() == 5
    assert str(actuals.findings[0].problem) == "1 week of facebook/image has no row although money was planned"
    planned_nothing = make_record(spend=np.where(np.arange(3)[:, None] == 0, 0.0, SPEND))
    assert actuals_of(planned_nothing, came(revenue, spend)).findings == ()


def test_an_empty_outcome_is_not_known():
    revenue = MEAN.copy()
    revenue[1, 0] = np.nan
    assert np.isnan(actuals_of(make_record(), came(revenue)).outcomes["revenue"][1, 0])


def test_late_weeks_are_told_apart():
    actuals = actuals_of(make_record(), came(MEAN, late={WEEKS[1]: 0.55}))
    assert actuals.late.tolist() == [False, True]
    assert actuals.final.tolist() == [True, False]
    assert "about 55 % of the week of 2026-11-30 is in" in str(actuals.findings[0].problem)


def test_late_reporting_is_found_in_the_history_itself(sample_history: Path, tmp_path: Path):
    import pandas as pd

    table = pd.read_csv(sample_history)
    assert read_actuals(load_history(sample_history)).late == {}
    table["conversions"] = table["conversions"].astype(float)
    newest = table["date"] >= "2026-10-26"
    table.loc[newest, ["conversions", "revenue"]] = (0.3 * table.loc[newest, ["conversions", "revenue"]]).round(2)
    path = tmp_path / "late.csv"
    table.to_csv(path, index=False)
    late = read_actuals(load_history(path)).late
    assert list(late) == ["2026-10-26"]
    assert late["2026-10-26"] == pytest.approx(0.3, abs=0.1)


def test_revenue_is_made_of_conversions_as_the_record_made_it():
    half = Forecast(*(MEAN / 50.0 for _ in range(5)))
    whole = Forecast(*(MEAN for _ in range(5)))
    record = make_record(
        forecasts={"conversions": half, "revenue": whole}, naive={"conversions": MEAN, "revenue": MEAN}
    )
    settings = {"outcomes": {"conversions": 50.0}}
    with_worth = replace(record, origin=replace(record.origin, settings=settings))
    assert (worth_of(with_worth), worth_of(record)) == (50.0, 0.0)
    source = came(MEAN)
    counted = replace(source, panel=replace(source.panel, outcomes={"conversions": MEAN / 100.0}))
    assert actuals_of(with_worth, counted).outcomes["revenue"].tolist() == (MEAN / 2.0).tolist()
