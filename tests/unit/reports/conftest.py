"""A plan made of a small history, and workbooks read back."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from optimizer.history import load_history
from optimizer.history.findings import Finding, Severity
from optimizer.language.message import say
from optimizer.planning import PlanRequest, make_plan
from optimizer.planning.plan import Plan


class Read:
    """A workbook as it opens elsewhere."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))

    @property
    def names(self) -> list[str]:
        return self.book.sheetnames

    def rows(self, sheet: str) -> list[tuple[object, ...]]:
        """Values, with plain spaces for those that keep a line together."""
        rows = self.book[sheet].iter_rows(values_only=True)
        return [tuple(one.replace("\u00a0", " ") if isinstance(one, str) else one for one in row) for row in rows]

    def records(self, sheet: str) -> list[dict[str, object]]:
        """Rows of the table by their titles; what stands below it is left out."""
        header, *rows = self.rows(sheet)
        until = next((place for place, row in enumerate(rows) if not any(one is not None for one in row)), len(rows))
        return [dict(zip(header, row, strict=True)) for row in rows[:until]]

    def below(self, sheet: str) -> list[object]:
        """Sentences under the table."""
        return [row[0] for row in self.rows(sheet)[len(self.records(sheet)) + 2 :]]

    def cells(self) -> list[object]:
        return [cell for sheet in self.book for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.fixture(scope="session")
def read() -> type[Read]:
    return Read


@pytest.fixture(scope="session")
def plan(sample_plan_file: str) -> Plan:
    """Four weeks of four cells, with two findings."""
    made = make_plan(load_history(sample_plan_file), PlanRequest(budget=12_000.0, weeks=4, draws=40))
    found = (
        Finding("late", Severity.SERIOUS, say("the newest week is late"), say("wait for it"), "h.csv", "date", (3, 4)),
        Finding("x", Severity.NOTE, "=cmd()", "", "h.csv"),
    )
    return replace(made, findings=found)


@pytest.fixture(scope="session")
def sample_plan_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """30 weeks of four cells whose response saturates."""
    import datetime as dt

    import numpy as np

    rng = np.random.default_rng(3)
    lines = ["date,network,content_type,spend,conversions,revenue,currency"]
    cells = (("facebook", "image", 700, 25), ("instagram", "reel", 1000, 80), ("tiktok", "video", 800, 90))
    for week in range(30):
        day = dt.date(2025, 1, 6) + dt.timedelta(weeks=week)
        for network, content_type, usual, brings in cells:
            spend = round(usual * rng.uniform(0.4, 1.6), 2)
            conversions = int(rng.poisson(brings * (spend / usual) ** 0.5))
            lines.append(f"{day},{network},{content_type},{spend},{conversions},{40 * conversions},EUR")
    path = tmp_path_factory.mktemp("reports") / "history.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
