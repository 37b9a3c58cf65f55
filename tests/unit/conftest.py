"""A small history with a saturating response, as rows of text to write into files and to spoil."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

HISTORY_HEADER = "date,network,content_type,spend,conversions,revenue,currency"


class HistoryText:
    """Rows of a history; tests change them, then ask for the text."""

    def __init__(self) -> None:
        self.header = HISTORY_HEADER
        self.rows = history_rows()

    def __str__(self) -> str:
        return "\n".join([self.header, *(",".join(row) for row in self.rows)]) + "\n"


@pytest.fixture
def history_text() -> HistoryText:
    """30 weeks of four cells."""
    return HistoryText()


@pytest.fixture(scope="module")
def history_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of that history as a file; not to be written to."""
    path = tmp_path_factory.mktemp("history") / "history.csv"
    path.write_text(str(HistoryText()), encoding="utf-8")
    return str(path)


def history_rows(weeks: int = 30, seed: int = 3) -> list[list[str]]:
    """Weekly rows of four cells with a saturating response."""
    rng = np.random.default_rng(seed)
    rows = []
    for week in range(weeks):
        day = dt.date(2025, 1, 6) + dt.timedelta(weeks=week)
        for network, content_type, usual, brings in (
            ("facebook", "image", 700, 25),
            ("instagram", "reel", 1000, 80),
            ("instagram", "story", 500, 30),
            ("tiktok", "video", 800, 90),
        ):
            spend = round(usual * rng.uniform(0.4, 1.6), 2)
            conversions = int(rng.poisson(brings * (spend / usual) ** 0.5))
            rows.append(
                [str(day), network, content_type, f"{spend:.2f}", str(conversions), str(40 * conversions), "EUR"]
            )
    return rows
