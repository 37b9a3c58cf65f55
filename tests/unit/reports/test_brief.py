"""The brief, read back: one A4 page in either language, with the decision, the bridge and the risk."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pypdfium2
import pytest

from optimizer.errors import InputError
from optimizer.finance.statement import Statement
from optimizer.history.panel import Cell
from optimizer.language.catalogue import LANGUAGES, speaker
from optimizer.reports.brief import brief_pdf
from tests.unit.finance.bridges import as_planned, record, with_factors

A4 = (595.3, 841.9)  # points
PLAIN = str.maketrans({"\u00a0": " ", "\u2212": "-"})


@cache
def _pages(content: bytes) -> tuple[tuple[float, float, str], ...]:
    document = pypdfium2.PdfDocument(content)
    found = []
    for page in document:
        text = page.get_textpage()
        found.append((*page.get_size(), " ".join(text.get_text_range().split())))
        text.close()
        page.close()
    document.close()
    return tuple(found)


def read(content: bytes) -> str:
    """Text of the one page that there must be."""
    pages = _pages(content)
    assert len(pages) == 1
    assert pages[0][:2] == pytest.approx(A4, abs=0.5)
    return pages[0][2].translate(PLAIN)


def came(of):
    return with_factors(as_planned(of), conversions=0.8, revenue=0.84)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("with_actuals", [False, True])
def test_it_is_one_page_and_the_same_bytes_each_time(language, with_actuals) -> None:
    of = record()
    made = [brief_pdf(of, speaker(language), came(of) if with_actuals else None) for _ in range(2)]
    assert made[0] == made[1]
    read(made[0])


def test_it_tells_decision_statement_split_and_risk() -> None:
    text = read(brief_pdf(record(), speaker("en")))
    for told in (
        "Autumn",
        "Approved by Lan Nguyễn on 20 Nov 2026",
        "2 weeks, 23 Nov 2026 to 6 Dec 2026",
        "Spending EUR 6,000 as planned leaves EUR 1,200 after all costs.",
        "That is EUR 1,200 more than today's split would leave",
        "Incremental revenue 12,000 18,000 +6,000",
        "Marketing contribution",
        "In 1 of 20 cases the plan loses more than EUR 300 after all costs.",
        "Margin 10 % lower costs EUR 900.",
        "Price of media 10 % higher costs EUR 500.",
        "Incrementality of Facebook, TikTok is taken as 1",
        "Facebook 2,000 4,000 +2,000",
        f"Plan of record {record().id}",
    ):
        assert told in text, told
    assert "From plan to actual" not in text
    assert "as credited" not in text  # every factor is 1, so nothing was left out of the choice


def test_it_tells_that_factors_did_not_choose_the_split() -> None:
    of = replace(record(), factors={"facebook": (0.8, 0.6, 1.0), "tiktok": (1.0, 1.0, 1.0)})
    text = " ".join(read(brief_pdf(of, speaker("en"))).split())
    assert "chosen by the response as credited: incrementality of Facebook changes what the plan brings" in text
    assert "theo phản ứng như các mạng ghi nhận" in " ".join(read(brief_pdf(of, speaker("vi"))).split())


def test_with_actuals_the_bridge_is_on_it_to_the_last_step() -> None:
    of = record()
    text = read(brief_pdf(of, speaker("en"), came(of)))
    assert "Revenue came to EUR 20,160, EUR 3,840 (16.0 %) below the plan of EUR 24,000." in text
    for told in (
        "Planned revenue 24,000",
        "Conversion rate -4,920",
        "Value per conversion +1,080",
        "Actual revenue 20,160",
    ):
        assert told in text, told
    assert "Bars do not begin at 0." in text
    assert "Revenue: actual" in text


def test_vietnamese_is_set_with_all_its_marks_and_writes_numbers_its_way() -> None:
    of = record()
    text = read(brief_pdf(of, speaker("vi"), came(of)))
    for told in ("Doanh thu đạt 20.160 EUR", "Tỷ lệ chuyển đổi -4.920", "Rủi ro", "Lan Nguyễn duyệt ngày 20/11/2026"):
        assert told in text, told
    assert not re.search(r"\b(The|the|of|and|plan|revenue)\b", re.sub(r"Spending.*?after all costs\..*?\)\.", "", text))


def test_a_draft_says_so() -> None:
    assert "Draft: nobody has approved it" in read(brief_pdf(record(created="", author=""), speaker("en")))


def test_many_places_and_long_names_still_fit_on_one_page() -> None:
    names = [f"network_with_a_rather_long_name_{k:02d}" for k in range(30)]
    cells = tuple(Cell(name, kind) for name in names for kind in ("a_content_type_with_a_long_name_too" * 3, "image"))
    of = record(cells, weeks=26, name="A plan of record whose name goes on " * 12)
    text = read(brief_pdf(of, speaker("vi"), came(of)))
    assert "mạng khác" in text
    assert "…" in text


def test_large_amounts_are_told_in_millions() -> None:
    of = record()
    statement: Statement = of.statement
    grown = {line: 1_000_000 * amounts for line, amounts in statement.plan.items()}
    large = replace(statement, plan=grown, baseline=grown, ends={}, currency="VND")
    text = read(brief_pdf(replace(of, statement=large, currency="VND"), speaker("en")))
    assert "VND 6,000.0 million" in text


def test_names_are_data_and_never_run() -> None:
    text = read(brief_pdf(record(name='#read("/etc/passwd") *bold* $x$ <pages>'), speaker("en")))
    assert '#read("/etc/passwd") *bold* $x$ <pages>' in text


def test_without_a_week_that_has_come_it_is_refused_in_a_sentence() -> None:
    of = record()
    with pytest.raises(InputError, match="no actuals yet"):
        brief_pdf(of, speaker("en"), as_planned(of, weeks=0))
