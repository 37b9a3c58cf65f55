"""Files stay short, name no place of one machine, and the locked versions are the declared ones."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 450
LONGEST_BODY = 60  # lines of code in a function, its docstring aside: what a screen shows
TEXT = {
    "",
    ".cfg",
    ".css",
    ".csv",
    ".html",
    ".ini",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".py",
    ".sh",
    ".toml",
    ".txt",
    ".yml",
}
# A folder of one machine. Written in two parts, so that this file does not find itself.
FOLDERS = "|".join(["wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers"])
LOCAL_PATH = re.compile(rf"(?<![\w.:/-])/(?:{FOLDERS})/\w")
ADDRESS = re.compile(r"\w+://|@\s*file|--(?:index|extra|find|hash)")
IGNORED = {".git", ".venv", "out", "build", "dist", "__pycache__", "campaign_optimizer.egg-info"}
IGNORED |= {".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def project_files() -> list[Path]:
    """Files that belong to the project: those git knows or would add, else all outside of what is built."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [
            p for p in ROOT.rglob("*") if not IGNORED & set(p.relative_to(ROOT).parts) and ".egg-info" not in str(p)
        ]
    return sorted(path for path in paths if path.is_file())


FILES = project_files()
CODE = [path for path in FILES if path.suffix == ".py"]


def body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [(n.name, body_length(n)) for n in functions if body_length(n) > LONGEST_BODY] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = []
    for path in FILES:
        if path.suffix in TEXT:
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if LOCAL_PATH.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_the_path_check_sees_a_path() -> None:
    assert LOCAL_PATH.search("open('/" + "home/anna/x.csv')")
    assert not LOCAL_PATH.search("text/home/page")


def locked() -> dict[str, str]:
    """Name to version of every line of the lock file, each of which must be `name==version` and no more."""
    versions = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][A-Za-z0-9.+!]*)", line)
        assert match, f"requirements.lock: {line!r} is not name==version"
        versions[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2]
    return versions


def test_the_lock_holds_exact_versions_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert ADDRESS.search(text) is None
    assert len(locked()) == len(text.splitlines()), "a name is locked twice"


def test_the_lock_satisfies_what_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = locked()
    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        wanted = Requirement(line)
        assert "<" in str(wanted.specifier), f"{line}: its next major version is not shut out"
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        assert name in versions, f"{line} is not locked"
        assert wanted.specifier.contains(versions[name]), f"{line}, but {versions[name]} is locked"
