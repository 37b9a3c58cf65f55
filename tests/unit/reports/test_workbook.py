"""The live workbook: what LibreOffice works out of it is what the program says, before and after inputs are changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.finance.actuals import Actuals
from optimizer.finance.definitions import definition
from optimizer.finance.forecast import forecast_money
from optimizer.finance.freeze import Approval, freeze
from optimizer.finance.record import Record
from optimizer.finance.record_json import read_record_text, record_text
from optimizer.finance.statement import Statement, make_statement
from optimizer.finance.variance import Bridge, make_bridge
from optimizer.history import load_history
from optimizer.history.panel import Cell
from optimizer.language.catalogue import network_name, speaker
from optimizer.planning import PlanRequest
from optimizer.planning.plan import Plan
from optimizer.planning.settings import settings_of
from optimizer.planning.studio import Studio, answer, open_studio
from optimizer.reports.workbook import SpendScenario, record_workbook, spend_scenario
from optimizer.reports.workbook_model import PLAN, TODAY, model_of
from optimizer.reports.workbook_page import LiveBook
from tests.unit.reports.spreadsheet import Sheets, calculated

CENT = 0.004
SETTINGS: dict[str, object] = {
    "margin": 0.4,
    "team_per_month": 4000.0,
    "production": {"video": 901.25},
    "assets": {"video": 3},
    "finance": {"agency_share": 0.105, "hurdle_rate": 0.15, "agency_per_month": 250.5},
    "incrementality": {"facebook": {"factor": 0.8, "low": 0.6, "high": 1.0}},
    "source": {"margin": {"owner": "Ana, controlling", "date": "2026-11-01", "note": "third quarter"}},
}
SHARED: dict[str, object] = {
    "calendar": "4-4-5",
    "year_start": "2024-12-30",
    "finance": {"cost_of_goods": 0.455, "variable_costs": 0.1, "returns": 0.045, "tools_per_month": 333.33},
}
SHEETS = [
    "Cover", "Inputs", "Data", "Curves", "Allocation", "Ledger", "Statement", "Scenarios", "Sensitivity", "Variance",
    "Checks", "Log",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A plan and all that it is made from, so that other settings and splits can be asked about the same draws."""

    studio: Studio
    request: PlanRequest
    plan: Plan

    def record(self, settings: Mapping[str, object] | None = None, plan: Plan | None = None) -> Record:
        """The record as it reads back from its file."""
        request = self.request if settings is None else replace(self.request, settings=settings_of(settings))
        made = freeze(self.studio, request, plan or self.plan, Approval("Autumn", "Lan", "=agreed", "2025-08-01"), {})
        return read_record_text(record_text(made))

    def statement(self, settings: Mapping[str, object] | None = None, plan: Plan | None = None) -> Statement:
        request = self.request if settings is None else replace(self.request, settings=settings_of(settings))
        return make_statement(forecast_money(self.studio, request, plan or self.plan))

    @cached_property
    def uneven(self) -> Plan:
        """The same money, more of it in some weeks than in others."""
        weights = np.linspace(0.5, 1.5, self.plan.spend.shape[1])
        return replace(self.plan, spend=np.round(self.plan.spend * weights, 2))


def case_of(file: str, settings: Mapping[str, object]) -> Case:
    request = PlanRequest(budget=12_000.0, weeks=6, draws=40, settings=settings_of(settings))
    studio = open_studio(load_history(file), request)
    return Case(studio, request, answer(studio, request))


@pytest.fixture(scope="module")
def case(sample_plan_file: str) -> Case:
    return case_of(sample_plan_file, SETTINGS)


@pytest.fixture(scope="module")
def without_revenue(sample_plan_file: str, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The same history without revenue: a conversion is worth 42.5."""
    import pandas as pd

    path = tmp_path_factory.mktemp("conversions") / "history.csv"
    pd.read_csv(sample_plan_file).drop(columns="revenue").to_csv(path, index=False)
    return case_of(str(path), {**SETTINGS, "outcomes": {"conversions": 42.5}})


@pytest.fixture(scope="module")
def record(case: Case) -> Record:
    return case.record()


@pytest.fixture(scope="module")
def bridge(record: Record) -> Bridge:
    """What came: some more here, some less there; the last week has not arrived."""
    rng = np.random.default_rng(5)
    moved = rng.uniform(0.8, 1.2, record.spend.shape)
    spend = np.round(record.spend * moved, 2)
    outcomes = {name: np.round(one.mean * moved * rng.uniform(0.9, 1.1), 2) for name, one in record.forecasts.items()}
    for values in (spend, *outcomes.values()):
        values[:, -1] = np.nan
    reported = np.where(np.arange(len(record.weeks)) == len(record.weeks) - 1, np.nan, 1.0)
    return make_bridge(record, Actuals("h.csv", "ab", "EUR", spend, outcomes, np.isfinite(spend), reported))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def book(record: Record, bridge: Bridge) -> Sheets:
    half = SpendScenario("=Half of it", record.spend.sum(axis=1) / 2.0)
    return Sheets(record_workbook(record, bridge, (half,)))


def differing(written: Sheets, worked_out: Sheets) -> list[str]:
    """Formulas whose cached value is not what they come to."""
    found = []
    for (sheet, cell), formula in written.all_formulas().items():
        cached, value = (book.values[sheet][cell].value for book in (written, worked_out))
        if isinstance(cached, int | float) and isinstance(value, int | float):
            same = abs(cached - value) <= 1e-6 + 1e-9 * abs(cached)
        else:
            same = (cached or "") == (value or "")
        found += [] if same else [f"{sheet}!{cell}: {cached!r}, not {value!r}: {formula}"]
    return found


def off(book: Sheets, statement: Statement, within: float = CENT, share: float = 0.0) -> list[str]:
    """Figures of the page Statement that are not those of a statement, over all of its cuts."""
    blocks = [("All places and periods", (None, None, None))]
    blocks += [(one.name, (p, None, None)) for p, one in enumerate(statement.periods)]
    blocks += [(network_name(one) or "Borne by no network", (None, one, None)) for one in statement.networks]
    tell = speaker("en").content
    blocks += [(tell(one) or "Borne by no content type", (None, None, one)) for one in statement.content_types]
    found = []
    for title, cut in blocks[: 1 if share else None]:
        for line in statement.lines:
            row = book.row("Statement", definition(line).name, after=title)
            for said, meant in zip(row[1:4], statement.amounts(line, *cut)[:3], strict=True):
                allowed = max(within, share * abs(meant))
                if not isinstance(said, int | float) or abs(said - meant) > allowed:
                    found.append(f"{title}, {line}: {said}, not {meant}")
    return found


def test_pages_and_how_they_are_made(book: Sheets, record: Record) -> None:
    assert book.formulas.sheetnames == SHEETS
    for name in SHEETS:
        page = book.formulas[name]
        assert page.page_setup.paperSize == "9" or page.page_setup.paperSize == 9
        assert page.sheet_properties.pageSetUpPr.fitToPage
    for name in ("Inputs", "Curves", "Allocation", "Ledger", "Statement", "Scenarios"):
        assert book.formulas[name].freeze_panes
    names = ("Margin", "HurdleRate", "TeamPerMonth", "AgencyShare", "Assets_video", "Incrementality_facebook")
    cells = ("ValuePerConversion_tiktok_video", "Spend_facebook_image")
    for name in (*names, *cells, "InputsChanged", "ChecksFailing"):
        sheet, cell = book.place(name)
        assert book.formulas[sheet][cell].value is not None
    row = book.row("Inputs", "Margin")
    assert row[1] == row[3] == 0.4
    assert row[6] == "Ana, controlling"
    assert str(row[7]).startswith("2026-11-01")
    log = {row[0]: row[1] for row in book.values["Log"].iter_rows(values_only=True)}
    assert log["Id"] == record.id
    assert log["Hash of the data (SHA-256)"] == record.origin.data_sha256
    assert log["Solver: status"] == record.origin.solver["status"]
    assert log["Note"] == "'=agreed"  # a text, not a formula


def test_formulas_hold_no_typed_in_numbers(book: Sheets) -> None:
    for place, formula in book.all_formulas().items():
        plain = re.sub(r'"[^"]*"', "", formula)  # texts
        plain = re.sub(r"'[^']*'!", "", plain)  # names of pages
        plain = re.sub(r"\$?[A-Z]{1,3}\$?\d+|[A-Za-z][A-Za-z0-9_.]*", "", plain)  # cells, names and functions
        assert set(re.findall(r"[\d.]+", plain)) <= {"0", "1"}, (place, formula)


def test_cached_values_are_those_of_the_record(book: Sheets, record: Record) -> None:
    assert off(book, record.statement) == []
    row = book.row("Statement", "Marketing contribution", after="All places and periods")
    told = record.statement.amounts("marketing_contribution")
    assert row[4:6] == pytest.approx([told.low, told.high], abs=CENT)
    assert told.low < told.plan < told.high


def test_recalculated_it_says_the_same_to_the_cent(book: Sheets, record: Record, folder: Path) -> None:
    found = calculated(book.content, folder)
    assert differing(book, found) == []
    assert len(book.all_formulas()) > 500
    assert off(found, record.statement) == []
    errors = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in found.values
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e" or str(cell.value).startswith(("#", "Err:"))
    ]
    assert errors == []
    assert found.values["Cover"]["A6"].value == "All checks hold"
    assert found.named("ChecksFailing") == 0


def test_another_margin_gives_the_programs_own_statement(book: Sheets, case: Case, folder: Path) -> None:
    found = calculated(book.changed(Margin=0.35), folder)
    assert off(found, case.statement({**SETTINGS, "margin": 0.35})) == []
    assert found.named("InputsChanged") == 1
    assert found.named("ChecksFailing") == 0
    assert str(found.values["Cover"]["A7"].value).startswith("STALE")
    statement = found.values["Statement"]
    heads = [row for row in statement.iter_rows(values_only=True) if row[0] == "All places and periods"]
    assert heads[0][4:6] == ("P10 (stale)", "P90 (stale)")


def test_every_other_input_moves_the_statement_as_the_program_does(book: Sheets, case: Case, folder: Path) -> None:
    changed = book.changed(
        TeamPerMonth=5123.45, AgencyPerMonth=0.0, AgencyShare=0.07, ProductionCost_video=300.0, Assets_video=5.0,
        Incrementality_facebook=0.7, HurdleRate=0.3,
    )  # fmt: skip
    settings = {
        **SETTINGS,
        "team_per_month": 5123.45,
        "production": {"video": 300.0},
        "assets": {"video": 5},
        "finance": {"agency_share": 0.07, "hurdle_rate": 0.3},
        "incrementality": {"facebook": {"factor": 0.7}},
    }
    found = calculated(changed, folder)
    assert off(found, case.statement(settings)) == []
    stop = found.row("Statement", str(definition("stop_roas").name), after="Figures made of the statement")
    assert stop[2] == pytest.approx(1.3 * 1.07 / 0.4)


def test_a_spend_between_the_points_is_within_a_tenth_of_a_percent(book: Sheets, case: Case, folder: Path) -> None:
    record_cells, spend = case.plan.cells, case.plan.spend.copy()
    factors = dict(zip(record_cells, (1.13, 0.77, 1.31), strict=True))
    typed = {f"Spend_{cell.network}_{cell.content_type}": round(float(spend[c].sum()) * factors[cell], 2)
             for c, cell in enumerate(record_cells)}  # fmt: skip
    for c, amount in enumerate(typed.values()):
        spend[c] = amount / spend.shape[1]
    found = calculated(book.changed(**typed), folder)
    meant = case.statement(plan=replace(case.plan, spend=spend))
    assert off(found, meant, share=1e-3) == []
    assert found.named("ChecksFailing") == 0


def test_what_cannot_be_is_found_by_the_checks(book: Sheets, record: Record, folder: Path) -> None:
    beyond = 1.5 * float(record.curves.spend[0, -1]) * len(record.weeks)
    found = calculated(book.changed(Margin=1.2, Spend_facebook_image=beyond), folder)
    assert found.named("ChecksFailing") == 2
    assert str(found.values["Cover"]["A6"].value).startswith("A CHECK FAILS")


def test_shares_a_retail_calendar_and_uneven_weeks(case: Case, folder: Path) -> None:
    made = case.record(SHARED, case.uneven)
    assert not np.allclose(model_of(made).timing(PLAN), 1.0, atol=1e-6)
    written = Sheets(record_workbook(made))
    found = calculated(written.changed(ReturnsShare=0.055), folder)
    finance = {**SHARED["finance"], "returns": 0.055}  # type: ignore[dict-item]
    assert off(found, case.statement({**SHARED, "finance": finance}, case.uneven)) == []
    assert off(written, made.statement) == []


def test_the_value_of_a_conversion_moves_revenue(without_revenue: Case, folder: Path) -> None:
    made = without_revenue.record()
    written = Sheets(record_workbook(made))
    values = {name: 40.25 for name in written.formulas.defined_names if name.startswith("ValuePerConversion_")}
    assert len(values) == len(made.cells)
    found = calculated(written.changed(**values), folder)
    meant = without_revenue.statement({**SETTINGS, "outcomes": {"conversions": 40.25}})
    for line in ("attributed_revenue", "incremental_revenue"):
        row = found.row("Statement", definition(line).name, after="All places and periods")
        assert row[1:4] == pytest.approx(meant.amounts(line)[:3], abs=CENT)
    # Periods share a total as the record's cents say, so a cent may fall into the next one, and costs with it.
    assert off(found, meant, within=0.01 * len(made.cells) * len(made.periods) + CENT) == []


def test_currencies_without_cents(case: Case, folder: Path) -> None:
    made = case.record()
    statement = made.statement
    whole = {
        side: {line: np.round(held[line] / 100.0).astype(np.int64) for line in held}
        for side, held in (("plan", statement.plan), ("baseline", statement.baseline))
    }
    for held in whole.values():  # subtotals are sums of rounded amounts
        held["incremental_revenue"] = held["attributed_revenue"] + held["not_incremental"]
        held["contribution"] = held["incremental_revenue"] + held["all_variable_costs"]
        spent = [held[line] for line in ("media", "production", "team", "agency")]
        held["marketing_contribution"] = held["contribution"] + np.sum(spent, axis=0)
    dong = replace(made, currency="VND", decimals=0, statement=replace(statement, currency="VND", decimals=0, **whole))
    book = Sheets(record_workbook(dong))
    found = calculated(book.content, folder)
    media = found.row("Statement", "Media", after="All places and periods")
    assert media[2] == -round(float(made.spend.sum()))
    assert book.formulas["Statement"]["C7"].number_format == "#,##0"


def test_variance_adds_up(book: Sheets, bridge: Bridge) -> None:
    row = book.row("Variance", "Attributed revenue", after="Whole plan")
    leg = bridge.leg()
    assert row[1] == leg.plan
    amounts = [one for one in row[1:] if isinstance(one, int | float)]
    assert amounts[-1] == 0.0
    assert amounts[-2] == leg.actual
    assert sum(amounts[1:-2]) == pytest.approx(leg.actual - leg.plan, abs=CENT)


def test_without_actuals_it_says_so(record: Record) -> None:
    page = Sheets(record_workbook(record)).values["Variance"]
    assert any("No actuals were given" in str(row[0]) for row in page.iter_rows(values_only=True))


def test_scenarios_are_reckoned_on_the_same_curves(book: Sheets, record: Record) -> None:
    heads = next(row for row in book.values["Scenarios"].iter_rows(values_only=True) if row[0] == "Spend in all weeks")
    assert heads[1:6] == ("Plan", "Today's split", "Nothing spent", "Own scenario", "'=Half of it")
    row = book.row("Scenarios", "Incremental revenue", after="Result")
    told = record.statement.amounts("incremental_revenue")
    assert row[1] == told.plan
    assert row[2] == told.baseline
    assert row[3] == 0.0
    assert row[4] == pytest.approx(told.plan, abs=CENT)
    assert told.plan / 2.0 < row[5] < told.plan  # less than half is lost: curves bend


def test_scenarios_of_other_plans(case: Case, record: Record) -> None:
    made = spend_scenario(record, "Same", case.plan)
    assert made.spend == pytest.approx(record.spend.sum(axis=1))
    with pytest.raises(InputError, match="covers other weeks"):
        spend_scenario(record, "Later", replace(case.plan, weeks=case.plan.weeks + np.timedelta64(7, "D")))
    with pytest.raises(InputError, match="is in USD, the plan of record in EUR"):
        spend_scenario(record, "Abroad", replace(case.plan, currency="USD"))
    cells = (Cell("reddit", "post"), *case.plan.cells[1:])
    with pytest.raises(InputError, match="spends on reddit/post"):
        spend_scenario(record, "New", replace(case.plan, cells=cells))


def test_names_are_allowed_and_unique() -> None:
    book = LiveBook(speaker("en"), "EUR", 2)
    page = book.page("A/B: [x]?")
    names = [book.name(f"Spend_{one}", page.at(row, 0)) for row, one in enumerate(("a b", "a_b", "A-B", "ảnh"))]
    assert names == ["Spend_a_b", "Spend_a_b_2", "Spend_A_B_3", "Spend__nh"]
    assert page.title == "A B   x"


def test_it_is_the_same_bytes_each_time_and_works_on_a_draft(record: Record) -> None:
    draft = replace(record, created="", author="", swings=(), answers=())
    assert record_workbook(draft) == record_workbook(draft)
    page = Sheets(record_workbook(draft)).values["Cover"]
    assert str(page["A3"].value).startswith("DRAFT")


def test_in_vietnamese_it_has_the_same_figures_and_no_english(book: Sheets, record: Record, bridge: Bridge) -> None:
    half = SpendScenario("=Half of it", record.spend.sum(axis=1) / 2.0)
    other = Sheets(record_workbook(record, bridge, (half,), language="vi"))
    assert len(other.formulas.sheetnames) == len(SHEETS)
    assert len(other.all_formulas()) == len(book.all_formulas())
    alike, numbers = set(), 0
    for here, there in zip(book.values, other.values, strict=True):
        for own, foreign in zip(here.iter_rows(values_only=True), there.iter_rows(values_only=True), strict=True):
            for one, two in zip(own, foreign, strict=True):
                if isinstance(one, int | float):
                    assert one == two
                    numbers += 1
                elif isinstance(one, str) and one == two and here.title != "Log":
                    alike.add(one)
    assert numbers > 1000
    names = set(book.formulas.defined_names) | {period.name for period in record.periods}
    names |= {network_name(cell.network) for cell in record.cells} | set(record.reasons)
    names |= {record.name, "'=Half of it", "Ana, controlling", "third quarter", "-"}
    left = {one for one in alike - names if re.search("[A-Za-z]", one)}
    assert left <= {"P10", "P90", "ROAS", "iROAS", "ROI", "CPA", "video", "reel", "Facebook video", "Instagram reel",
                    "TikTok video"}, left  # fmt: skip


def test_todays_split_keeps_its_own_weeks(case: Case) -> None:
    model = model_of(case.record())
    assert model.timing(TODAY) == pytest.approx(np.ones(len(model.cells)), abs=1e-4)
