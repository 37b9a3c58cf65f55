"""What happened: reading, checking and summing an advertiser's history.

`load_history` reads a file into a `History`; `build_panel` sums it to a `Panel` of cells x weeks.
"""

from optimizer.history.findings import Finding, Severity
from optimizer.history.history import History, load_history
from optimizer.history.panel import Cell, Panel, build_panel

__all__ = ["Cell", "Finding", "History", "Panel", "Severity", "build_panel", "load_history"]
