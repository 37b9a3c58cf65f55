"""The Makefile explains what it cannot do, and does nothing twice."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with what the environment is built from, and no environment."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def fake_python(folder: Path, version: str) -> Path:
    """A program that answers as a Python of that version does, and can do nothing else."""
    path = folder / f"python-{version}"
    old = int(tuple(map(int, version.split("."))) < (3, 11))
    path.write_text(
        f'#!/bin/sh\ncase "$1" in -V) echo "Python {version}";; -c) exit {old};; *) exit 1;; esac\n', encoding="utf-8"
    )
    path.chmod(0o755)
    return path


def test_an_old_python_is_named_in_one_sentence(bare: Path) -> None:
    done = make(bare, "plan", f"PYTHON={fake_python(bare, '3.9.2')}")
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed, but" in done.stderr
    assert "Python 3.9.2; install a newer one" in done.stderr
    assert not (bare / ".venv").exists()


def test_no_python_at_all_is_said_so(bare: Path) -> None:
    done = make(bare, "plan", "PYTHON=")
    assert done.returncode != 0
    assert "none was found" in done.stderr


def test_a_python_that_makes_no_environment_gets_advice_and_leaves_nothing(bare: Path) -> None:
    done = make(bare, "plan", f"PYTHON={fake_python(bare, '3.12.1')}")
    assert done.returncode != 0
    assert "python3-venv" in done.stderr
    assert not (bare / ".venv").exists()


def test_a_built_environment_is_not_built_again(bare: Path) -> None:
    (bare / ".venv").mkdir()
    (bare / ".venv" / ".built").touch()
    assert make(bare, "--question", ".venv/.built").returncode == 0


def test_a_new_lock_file_brings_the_environment_up_to_date(bare: Path) -> None:
    (bare / ".venv").mkdir()
    (bare / ".venv" / ".built").touch()
    newer = (bare / ".venv" / ".built").stat().st_mtime + 10
    os.utime(bare / "requirements.lock", (newer, newer))
    assert make(bare, "--question", ".venv/.built").returncode == 1


def test_clean_removes_what_was_built_and_nothing_else(bare: Path) -> None:
    for name in (".venv", "out", "data"):
        (bare / name).mkdir()
    assert make(bare, "clean").returncode == 0
    assert sorted(path.name for path in bare.iterdir()) == ["Makefile", "data", "pyproject.toml", "requirements.lock"]
