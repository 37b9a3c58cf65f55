"""The public surface is a list, sorted and complete."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import optimizer

ROOT = Path(__file__).resolve().parents[2]

#: What users may rely on. A change here is a change for them: say it in CHANGELOG.md.
PUBLIC = [
    "History",
    "InfeasibleError",
    "InputError",
    "OptimizerError",
    "PaceRequest",
    "Plan",
    "PlanRequest",
    "Problem",
    "Rebalance",
    "RebalanceRequest",
    "ResponseModel",
    "__version__",
    "build_panel",
    "load_history",
    "make_plan",
    "pace",
    "rebalance",
    "solve",
    "write_plan",
    "write_sample",
    "write_summary",
]


def test_the_list_is_the_one_agreed_and_sorted() -> None:
    assert optimizer.__all__ == PUBLIC == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_each_name_loads_and_says_what_it_is(name: str) -> None:
    value = getattr(optimizer, name)
    assert name == "__version__" or (callable(value) and value.__name__ == name and value.__doc__)


def test_names_for_people_and_for_type_checkers_agree() -> None:
    assert set(optimizer._HOMES) | {"__version__"} == set(PUBLIC)
    assert set(PUBLIC) <= set(dir(optimizer))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'plans'"):
        optimizer.plans  # noqa: B018


def test_star_import_works_in_a_fresh_interpreter() -> None:
    code = "from optimizer import *; print(make_plan.__name__, solve.__name__, Plan.__name__)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["make_plan", "solve", "Plan"], done.stderr


def test_the_command_is_installed_and_the_version_is_said_once() -> None:
    (command,) = entry_points(group="console_scripts", name="optimizer")
    assert command.value == "optimizer.cli:main"
    assert version("campaign-optimizer") == optimizer.__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"]
    assert f"## [{optimizer.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
