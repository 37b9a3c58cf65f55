"""Small histories to write, spoil and read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.history import load_history

Write = Callable[..., Path]
Refused = Callable[[str | bytes], str]

WEEKS = ("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26")
HEADER = "date,network,content_type,spend,conversions,revenue"
ROWS = tuple(
    f"{week},{cell},{100 + 10 * i + 0.5},{5 + i},{200 + i}.25"
    for i, week in enumerate(WEEKS)
    for cell in ("facebook,video", "instagram,reel")
)
GOOD = "\n".join((HEADER, *ROWS)) + "\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text or bytes to a file named h.csv, or as asked."""

    def to_file(content: str | bytes, name: str = "h.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return to_file


@pytest.fixture
def refused(write: Write) -> Refused:
    """Load a content that must be refused and return the sentence; it must be one sentence that names the file."""

    def message(content: str | bytes, name: str = "h.csv") -> str:
        with pytest.raises(InputError) as caught:
            load_history(write(content, name))
        text = str(caught.value)
        assert caught.value.exit_code == 2
        assert name in text
        assert "\n" not in text
        assert text.endswith(".")
        return text.split(name, 1)[1]

    return message


@pytest.fixture
def good() -> str:
    """Two cells over four weeks; rows 2 to 9."""
    return GOOD


@pytest.fixture
def with_row() -> Callable[[int, str], str]:
    """GOOD with one line of the file replaced (1 is the header)."""

    def replaced(line: int, text: str) -> str:
        lines = GOOD.splitlines()
        lines[line - 1] = text
        return "\n".join(lines) + "\n"

    return replaced
