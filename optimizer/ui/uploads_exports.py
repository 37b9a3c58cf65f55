"""Export files a person hands to the screen, alone or in a ZIP: unpacked in memory, within the limits of uploads."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from optimizer.errors import InputError
from optimizer.history.exports.files import SUFFIXES, ExportFile, no_exports
from optimizer.history.findings import Finding
from optimizer.language import say
from optimizer.ui.uploads import MAX_UNPACKED_MEGABYTES, MEGABYTE, Source, check_size, safe_name

UPLOADED = ("csv", "tsv", "txt", "xlsx", "zip")
MOST_FILES = 200
MAX_TOGETHER_MEGABYTES = 200
_WORKBOOK = "[Content_Types].xml"


def export_files(given: Sequence[tuple[str, bytes]]) -> tuple[tuple[ExportFile, ...], tuple[Finding, ...]]:
    """The exports among what was handed in, those of an archive by their path inside it.

    Parameters
    ----------
    given : sequence of (name, bytes)

    Returns
    -------
    (the files, the same one once; what was left out)

    Raises
    ------
    InputError
        A file or all together are too large, an archive is damaged, locked or empty, or nothing is an export.
    """
    found: dict[tuple[str, bytes], ExportFile] = {}
    findings: list[Finding] = []
    for name, data in given:
        own = safe_name(name)
        inside = _unpacked(own, data, findings) if _archive(own, data) else [ExportFile(own, data)]
        for one in inside:
            check_size(Source(one.name, one.data, named=True))
            found.setdefault((one.name, one.data), one)
    size = sum(len(one.data) for one in found.values())
    if size > MAX_TOGETHER_MEGABYTES * MEGABYTE:
        problem = say("the files hold {size} MB together, more than the {limit} MB this screen takes",
                      size=size // MEGABYTE + 1, limit=MAX_TOGETHER_MEGABYTES)  # fmt: skip
        raise InputError.at(problem, fix=say("import them one after the other, or use the command line"))
    return tuple(found.values()), tuple(findings)


def _archive(name: str, data: bytes) -> bool:
    """Whether a file is an archive of others and no workbook, which is packed in the same way."""
    if name.lower().endswith(".zip"):
        return True
    if not data.startswith(b"PK") or name.lower().endswith(".xlsx"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _WORKBOOK not in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False  # whoever reads it says what is wrong with it


def _unpacked(name: str, data: bytes, findings: list[Finding]) -> list[ExportFile]:
    """The files of an archive; nothing is unpacked before its directory says that it may be."""
    check_size(Source(name, data, named=True))  # the archive as it is, and all it unpacks to
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _hidden(entry.filename)]
            _refuse(name, entries)
            wanted = [entry for entry in entries if entry.filename.lower().endswith(SUFFIXES)]
            others = [safe_name(entry.filename) for entry in entries if entry not in wanted]
            if not wanted:
                problem = say("the archive holds no export")
                raise InputError.at(problem, file=name, fix=say("put exports into it as CSV or XLSX"))
            if others:
                findings.append(no_exports(others, name))
            return [ExportFile(_path(entry.filename), archive.read(entry)) for entry in wanted]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        problem = say("the archive cannot be unpacked")
        raise InputError.at(problem, file=name, fix=say("pack it again as ZIP, or give the files")) from error


def _refuse(name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    locked = next((entry for entry in entries if entry.flag_bits & 1), None)
    if locked is not None:
        problem = say("the archive has a password")
        raise InputError.at(problem, file=name, fix=say("pack it again without one"))
    if len(entries) > MOST_FILES:
        problem = say("the archive holds {count} files", count=len(entries))
        raise InputError.at(problem, file=name, fix=say("at most {most} are read at once", most=MOST_FILES))
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_MEGABYTES * MEGABYTE:
        problem = say("the archive unpacks to more than the {limit} MB this screen takes", limit=MAX_UNPACKED_MEGABYTES)
        raise InputError.at(problem, file=name, fix=say("give fewer files at once, or use the command line"))


def _hidden(path: str) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in _parts(path))


def _path(path: str) -> str:
    """A path inside an archive as a name: no part of it leads anywhere."""
    return "/".join(safe_name(part) for part in _parts(path)) or safe_name(path)


def _parts(path: str) -> Iterator[str]:
    yield from (part for part in PurePosixPath(path.replace("\\", "/")).parts if part not in ("/", "..", "."))
