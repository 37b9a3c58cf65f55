"""Imports run one way, heavy libraries stay where they belong, and what is imported is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "optimizer"
FILES = [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py"]

#: A room may import from itself and from rooms of an earlier line; rooms of one line are strangers.
LAYERS = (
    ("language",),
    ("errors",),
    ("history",),
    ("response",),
    ("allocation",),
    ("planning",),
    ("finance",),
    ("store", "reports"),
    ("ui",),
    ("cli", "app"),
)
#: Modules that are not named like the distribution they come from.
DISTRIBUTIONS = {"vl_convert": "vl-convert-python"}
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}


def imported_modules(path: Path) -> Iterator[tuple[str, int]]:
    """Full names of the modules that a file imports, at any depth of its code, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base, node.lineno
            if base == "optimizer":  # `from optimizer import history` names a room too
                yield from ((f"optimizer.{alias.name}", node.lineno) for alias in node.names)


def room(path: Path) -> str:
    """Room a file belongs to; the package's own __init__ and __main__ stand outside, in no room."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] != "optimizer":
        return parts[0]
    return parts[1] if parts[1] not in ("__init__", "__main__") else ""


def wrong_way(path: Path) -> list[str]:
    """Imports of a file that go against the direction, as sentences."""
    here, found = room(path), []
    for module, line in imported_modules(path):
        there = module.split(".")[1] if module.startswith("optimizer.") else ""
        if here not in RANK or there not in RANK or here == there:
            continue
        if RANK[there] >= RANK[here]:
            found.append(f"{path.name}:{line} of {here} imports {module}")
    return found


def outside(module: str, allowed: Iterator[Path] | list[Path]) -> list[str]:
    """Files that import a library without being among those that may."""
    may = set(allowed)
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for path in FILES
        if path not in may
        for name, line in imported_modules(path)
        if name.split(".")[0] == module
    ]


def declared() -> set[str]:
    """Names of the distributions that the package says it needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[<>=!~;\[ ]", requirement)[0].lower() for requirement in project["dependencies"]}


def test_every_room_has_its_place_in_the_direction() -> None:
    rooms = {room(path) for path in FILES} - {""}
    assert rooms <= set(RANK), f"{sorted(rooms - set(RANK))} stand in no layer; add them to LAYERS and ARCHITECTURE.md"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    assert wrong_way(path) == []


def test_the_direction_check_sees_a_wrong_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    bad = tmp_path / "optimizer" / "history" / "bad.py"
    bad.parent.mkdir(parents=True)
    bad.write_text("def f():\n    from optimizer.planning.plan import Plan\n    from optimizer import cli\n")
    assert len(wrong_way(bad)) == 2


def test_no_import_is_relative() -> None:
    relative = [f"{path}:{line}" for path in FILES for name, line in imported_modules(path) if name.startswith(".")]
    assert relative == []


def test_only_the_ui_imports_streamlit() -> None:
    assert outside("streamlit", [*(PACKAGE / "ui").rglob("*.py"), ROOT / "app.py"]) == []


def test_only_milp_imports_pulp() -> None:
    assert outside("pulp", [PACKAGE / "allocation" / "milp.py"]) == []


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    used = {name.split(".")[0].lower() for path in FILES for name, _ in imported_modules(path)}
    used = {DISTRIBUTIONS.get(name, name) for name in used}
    used -= {*(name.lower() for name in sys.stdlib_module_names), "optimizer"}
    assert used <= declared(), f"not declared in pyproject.toml: {sorted(used - declared())}"
    idle = declared() - used
    assert idle == set(), f"declared in pyproject.toml but imported nowhere: {sorted(idle)}"
