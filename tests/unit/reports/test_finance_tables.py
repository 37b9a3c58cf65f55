"""Bridge and period totals as workbooks: every figure is the record's, and names do not run."""

from __future__ import annotations

import pytest

from optimizer.finance.period_totals import period_totals
from optimizer.finance.variance import make_bridge
from optimizer.finance.variance_files import bridge_parts
from optimizer.history.panel import Cell
from optimizer.language.catalogue import speaker
from optimizer.reports.finance_tables import bridge_xlsx, totals_xlsx
from tests.unit.finance.bridges import as_planned, record, with_factors

CELLS = (Cell("facebook", "image"), Cell("=cmd()", "video"), Cell("tiktok", "video"))


@pytest.fixture(scope="module")
def of():
    return record(CELLS)


@pytest.fixture(scope="module")
def actuals(of):
    return with_factors(as_planned(of, weeks=1), conversions=0.8, revenue=0.84)


def test_the_bridge_has_a_row_per_part_and_adds_up(of, actuals, read) -> None:
    bridge = make_bridge(of, actuals)
    book = read(bridge_xlsx(bridge, speaker("en")))
    rows = book.records("Bridge")
    assert book.names == ["Bridge", "Meaning of the steps"]
    for row, part in zip(rows, bridge_parts(bridge), strict=True):
        assert row["Planned revenue"] == part.leg.plan
        assert row["Conversion rate"] == part.leg.steps["rate"]
        assert row["Actual revenue"] == part.leg.actual
        assert row["Left over"] == 0
        assert row["Currency"] == "EUR"
    assert [row["Part"] for row in rows] == ["All", "Period", *["Network"] * 3, *["Content type"] * 2]
    assert str(book.below("Bridge")[0]).startswith("Revenue came to EUR 10,080")
    assert not [cell for cell in book.cells() if cell.data_type == "f"]


def test_totals_have_a_sheet_per_calendar_and_one_by_network(of, actuals, read) -> None:
    totals = period_totals(of, actuals)
    book = read(totals_xlsx(totals, speaker("vi")))
    assert book.names == ["Tháng", "Theo mạng"]
    rows = book.records("Tháng")
    assert [row["Doanh thu: kế hoạch"] for row in rows] == [row.amounts["revenue"].plan for row in totals.of("month")]
    assert rows[0]["Doanh thu: thực tế"] == 10_080
    assert rows[1]["Doanh thu: thực tế"] is None
    assert len(book.records("Theo mạng")) == 3 * 2
    assert not [cell for cell in book.cells() if cell.data_type == "f"]
