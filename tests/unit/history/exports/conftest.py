"""Exports to write, spoil and import."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.history.exports import Imported, ImportRequest, import_exports

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "exports"
MONDAY = dt.date(2026, 1, 5)
META = (
    "Campaign name", "Day", "Platform", "Placement", "Amount spent (EUR)", "Impressions", "Link clicks", "Purchases",
    "Purchases conversion value", "Reporting starts", "Reporting ends",
)  # fmt: skip
TIKTOK = (
    "By Day",
    "Campaign name",
    "Ad name",
    "Currency",
    "Cost",
    "Impressions",
    "Clicks (destination)",
    "Conversions",
)


def days(count: int, first: dt.date = MONDAY) -> list[dt.date]:
    return [first + dt.timedelta(days=number) for number in range(count)]


def text(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def meta_row(day: object, spend: float = 10.0, bought: object = 2, **other: object) -> list[object]:
    """A row of Meta by day; `other` names cells by header, with _ for spaces."""
    cells = {
        "Campaign name": "Spring", "Day": day, "Platform": "instagram", "Placement": "instagram_reels",
        "Amount spent (EUR)": spend, "Impressions": 1000, "Link clicks": 20, "Purchases": bought,
        "Purchases conversion value": "" if bought == "" else float(str(bought)) * 40,
        "Reporting starts": day, "Reporting ends": day,
    }  # fmt: skip
    cells |= {name.replace("_", " "): value for name, value in other.items()}
    return [cells[name] for name in META]


def meta(count: int = 14, first: dt.date = MONDAY, **other: object) -> str:
    """An export of Meta over some days, one campaign."""
    return text([META, *(meta_row(day, **other) for day in days(count, first))])  # type: ignore[arg-type]


def tiktok(count: int = 14, first: dt.date = MONDAY, currency: str = "EUR", cost: float = 8.0) -> str:
    """An export of TikTok over some days, one campaign."""
    return text([TIKTOK, *([day, "Spring", "Clip", currency, cost, 900, 15, 3] for day in days(count, first))])


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text or bytes to a file of a name."""

    def to_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return to_file


def imported(*files: Path | str, **how: object) -> Imported:
    return import_exports(ImportRequest(files, **how))  # type: ignore[arg-type]


def refused(*files: Path | str, **how: object) -> str:
    """The sentence with which an import is refused."""
    with pytest.raises(InputError) as caught:
        imported(*files, **how)
    return str(caught.value)


def rules(made: Imported) -> set[str]:
    return {finding.rule for finding in made.findings}
