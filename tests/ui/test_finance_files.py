"""The workbook and the brief that the page Finance hands over."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from optimizer.finance.freeze import Approval, freeze
from optimizer.finance.record import Record
from optimizer.language.catalogue import speaker
from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Scenario
from optimizer.ui import finance_files, service

ASKED = Asked(budget=100_000.0, weeks=4, goal="revenue", settings={"margin": 0.4})


@pytest.fixture(scope="module")
def record() -> Record:
    source = service.sample_source()
    studio = service.studio(source, ASKED)
    request = ASKED.request(studio.panel)
    return freeze(studio, request, service.plan(source, ASKED), Approval("draft"), ASKED.to_json())


def test_scenarios_that_need_other_curves_are_left_out() -> None:
    off = Scenario("off", ASKED, Change(off=("tiktok",)))
    dear = Scenario("dear", ASKED, Change(price={"tiktok": 0.1}))
    longer = Scenario("longer", replace(ASKED, weeks=5), Change())
    assert finance_files.told_scenarios((off, dear, longer), 4) == (off,)


def test_the_workbook_holds_the_scenarios_with_a_plan(record: Record) -> None:
    impossible = replace(ASKED, locks={"tiktok/video": 1e6})
    scenarios = (Scenario("no tiktok", ASKED, Change(off=("tiktok",))), Scenario("cannot be", impossible, Change()))
    data = finance_files.workbook(record, service.sample_source(), scenarios, "en")
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    said = {str(cell.value) for row in book["Scenarios"].iter_rows() for cell in row}
    assert any("no tiktok" in text for text in said)
    assert not any("cannot be" in text for text in said)


def test_files_speak_the_language_of_the_page(record: Record) -> None:
    data = finance_files.workbook(record, service.sample_source(), (), "vi")
    assert zipfile.is_zipfile(io.BytesIO(data))
    english = finance_files.workbook(record, service.sample_source(), (), "en")
    names = [openpyxl.load_workbook(io.BytesIO(one), read_only=True).sheetnames for one in (data, english)]
    assert names[0] != names[1]
    one, other = (finance_files.brief(record, speaker(language)) for language in ("en", "vi"))
    assert one.startswith(b"%PDF")
    assert other.startswith(b"%PDF")
    assert one != other
