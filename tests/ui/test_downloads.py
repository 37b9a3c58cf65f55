"""The data of a chart as a file: no text runs as a formula, gaps stay empty, and names suit any system."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimizer.ui.components import downloads


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What Streamlit's button is given."""
    given: dict[str, object] = {}

    def button(label: str, data: object, **others: object) -> None:
        given.update(others, label=label, data=data() if callable(data) else data)

    monkeypatch.setattr(downloads.st, "download_button", button)
    return given


def test_texts_and_names_run_nowhere_and_gaps_are_empty(handed_over: dict[str, object]) -> None:
    frame = pd.DataFrame(
        {
            "=cmd|' /c calc'!A0": ["=1+1", "+1", "-1", "@x", None],
            "spend": [-2.5, 1.0, np.nan, 0.0, 1e6],
            "period": pd.to_datetime(["2026-01-05", None, "2026-01-19", "2026-01-26", "2026-02-02"]),
        }
    )
    downloads.chart_data(frame, "shares")
    data = handed_over["data"]
    assert isinstance(data, bytes)
    assert data.decode("utf-8-sig").splitlines() == [
        "'=cmd|' /c calc'!A0,spend,period",
        "'=1+1,-2.5,2026-01-05",
        "'+1,1.0,",
        "'-1,,2026-01-19",
        "'@x,0.0,2026-01-26",
        ",1000000.0,2026-02-02",
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("response-tiktok/link_post", "response-tiktok-link_post.csv"),
        ('response-<img src="x">/..', "response-img-src-x.csv"),
        ("marginal-a\r\nSet-Cookie: x", "marginal-a-Set-Cookie-x.csv"),
        ("đà nẵng", "đà-nẵng.csv"),
    ],
)
def test_a_file_is_named_as_every_system_can_name_it(handed_over: dict[str, object], name: str, file: str) -> None:
    downloads.chart_data(pd.DataFrame({"spend": [1.0]}), name)
    assert handed_over["file_name"] == file
