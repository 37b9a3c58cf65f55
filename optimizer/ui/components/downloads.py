"""Downloads: files made when a page is drawn, and the data behind each chart."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import streamlit as st

from optimizer.language.catalogue import Speaker
from optimizer.planning.plan import Plan
from optimizer.reports import frame_csv
from optimizer.ui.language import _

CSV, XLSX, JSON = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
)
_KINDS = {
    "csv": CSV,
    "xlsx": XLSX,
    "json": JSON,
    "toml": "application/toml",
    "ics": "text/calendar",
    "pdf": "application/pdf",
}


def download(label: str, make: bytes | Callable[[], bytes], file_name: str, key: str, *, quiet: bool = False) -> None:
    """A button that hands over a file; a function is called only when the button is pressed.

    Parameters
    ----------
    label : str
    make : bytes or callable
    file_name : str
        Its ending says the kind: csv, xlsx, json, toml, ics or pdf.
    key : str
    quiet : bool
        Without a frame, for what stands beside every chart.
    """
    st.download_button(
        label,
        make,
        file_name=file_name,
        mime=_KINDS[file_name.rpartition(".")[2]],
        on_click="ignore",
        icon=":material/download:",
        key=key,
        type="tertiary" if quiet else "secondary",
    )


def chart_data(frame: pd.DataFrame, name: str) -> None:
    """The numbers behind a chart, as CSV, below it."""
    download(_("Data of this chart"), lambda: frame_csv(frame), f"{_plain(name)}.csv", key=f"data_{name}", quiet=True)


def _plain(name: str) -> str:
    """A name that every system takes for a file."""
    return re.sub(r"[^\w.]+", "-", name).strip("-.")


def plan_sheet(plan: Plan, speaks: Speaker) -> bytes:
    """A plan as XLSX, in the language of the page that offers it: the file is made after that page is drawn."""
    from optimizer.reports import plan_xlsx

    return plan_xlsx(plan, speaks)
