"""What to do this week."""

from __future__ import annotations

from optimizer.ui.components.titles import page_title
from optimizer.ui.components.work import current_work
from optimizer.ui.language import _


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("This week"))
    current_work()


if __name__ == "__main__":
    page()
