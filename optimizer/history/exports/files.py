"""Files: which files an import reads, from paths, from folders or from memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.errors import InputError
from optimizer.history.exports.recognise import quoted
from optimizer.history.findings import Finding, Severity
from optimizer.history.read import read_bytes, sha256
from optimizer.language.message import say, say_many

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
"""Files of a folder that are read; others are told."""


@dataclass(frozen=True)
class ExportFile:
    """A file that was handed over as bytes, such as an upload.

    Attributes
    ----------
    name : str
        What messages call it.
    data : bytes
    """

    name: str
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return self.name


Given = str | Path | ExportFile


def content_of(given: Given) -> tuple[bytes, str]:
    """Bytes of a file and its name for messages.

    Raises
    ------
    InputError
        It is not there, cannot be read or is empty.
    """
    return read_bytes(given.data, given.name) if isinstance(given, ExportFile) else read_bytes(given)


def there(base: Given | None) -> bool:
    """Whether there is a history that is extended."""
    return base is not None and (isinstance(base, ExportFile) or Path(base).exists())


def named_in(named: Mapping[str, tuple[str, str]], given: Given) -> tuple[str, str]:
    """What the user says about a file: by its whole path, its name, or for all files."""
    found = named.get(str(given)) or named.get(given.name if isinstance(given, ExportFile) else Path(given).name)
    return found or named.get("") or ("", "")


def refuse_unnamed(named: Mapping[str, object], given: Sequence[Given]) -> None:
    """Refuse a name that is no file's.

    Raises
    ------
    InputError
        With the first such name.
    """
    names = {part for one in given for part in (getattr(one, "name", ""), str(one))}
    lost = [name for name in named if name and name not in names]
    if lost:
        problem = say("no file is called '{name}'", name=lost[0])
        fix = say("write --network FILE=NETWORK with the name of a file that is imported")
        raise InputError.at(problem, fix=fix)


def listed(given: Sequence[Given], left_out: Sequence[str | Path], findings: list[Finding]) -> list[Path | ExportFile]:
    """Files in the order given, those of folders in the order of their names, each once.

    Parameters
    ----------
    given : sequence of Given
    left_out : sequence of path
        Files and folders inside of folders that are not read, and files that are not read wherever they stand.
    findings : list of Finding
        What is found goes here.

    Raises
    ------
    InputError
        No file was given, or a folder holds none.
    """
    found: dict[str, Path | ExportFile] = {}
    skip = [Path(os.path.realpath(path)) for path in left_out]
    for one in given:
        if isinstance(one, ExportFile):
            found.setdefault(f"{one.name}\0{sha256(one.data)}", one)
            continue
        path = Path(one)
        for inside in _of_folder(path, skip, findings) if path.is_dir() else [path]:
            found.setdefault(os.path.realpath(inside), inside)
    if not found:
        raise InputError.at(say("no file was given"), fix=say("give exports, or a folder of exports"))
    return list(found.values())


def _of_folder(folder: Path, skip: Sequence[Path], findings: list[Finding]) -> list[Path]:
    every = sorted(path for path in folder.rglob("*") if path.is_file() and not _hidden(path, folder))
    every = [path for path in every if not _inside(path, skip)]
    inside = [path for path in every if path.suffix.lower() in SUFFIXES]
    others = [path.name for path in every if path.suffix.lower() not in SUFFIXES]
    if not inside:
        fix = say("give a folder with exports as CSV or XLSX")
        raise InputError.at(say("the folder holds no export"), file=folder, fix=fix)
    if others:
        findings.append(no_exports(others, str(folder)))
    return inside


def no_exports(names: Sequence[str], where: str) -> Finding:
    """Say which files of a folder or an archive are not read."""
    problem = say_many("{count} file is no export ({names})", "{count} files are no exports ({names})",
                       len(names), names=quoted(names))  # fmt: skip
    return Finding("no-export", Severity.NOTE, problem, say("not read"), where)


def _inside(path: Path, skip: Sequence[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real == one or one in real.parents for one in skip)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
