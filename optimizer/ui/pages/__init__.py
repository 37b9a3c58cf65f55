"""Pages of the screen, one file each; thin, because all they show is worked out elsewhere."""

from __future__ import annotations

from pathlib import Path


def page_file(name: str) -> Path:
    """The script of a page, for navigation and links.

    Examples
    --------
    >>> page_file("plan").name
    'plan.py'
    """
    return Path(__file__).resolve().parent / f"{name}.py"
