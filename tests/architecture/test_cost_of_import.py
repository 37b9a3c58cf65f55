"""Heavy libraries load where they are needed: judged by what was loaded, not by a clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numpy", "pandas", "pulp", "pyarrow", "pydantic", "scipy", "streamlit")

HELP = """
from optimizer.cli import main
assert main(["--help"]) == 0
"""


def loaded_by(code: str) -> set[str]:
    """Heavy libraries that are loaded once the code has run in a fresh interpreter."""
    report = f"import sys, json; print('\\n' + json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_check_sees_a_heavy_import() -> None:
    assert loaded_by("import numpy") == {"numpy"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import optimizer; optimizer.__version__; dir(optimizer)") == set()


def test_asking_for_help_loads_nothing_heavy() -> None:
    assert loaded_by(HELP) == set()


@pytest.mark.parametrize("room", ["history", "response", "allocation", "planning"])
def test_a_room_alone_does_not_load_the_screen_or_the_solver(room: str) -> None:
    assert loaded_by(f"import optimizer.{room}") <= {"numpy"}
