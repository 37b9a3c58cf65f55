"""Reports: what the program knows as files for spreadsheets, in the reader's language.

Names are loaded when they are first used, so that who writes no workbook does not pay for its library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.reports.comparison import comparison_xlsx
    from optimizer.reports.statement import statement_xlsx
    from optimizer.reports.tables import frame_csv, frame_xlsx, plan_xlsx

__all__ = ["comparison_xlsx", "frame_csv", "frame_xlsx", "plan_xlsx", "statement_xlsx"]

_HOMES = {
    "comparison_xlsx": "optimizer.reports.comparison",
    "frame_csv": "optimizer.reports.tables",
    "frame_xlsx": "optimizer.reports.tables",
    "plan_xlsx": "optimizer.reports.tables",
    "statement_xlsx": "optimizer.reports.statement",
}


def __getattr__(name: str) -> object:
    """Load a public name from its home the first time it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
