"""Layout: where the header of an export stands, under which encoding and delimiter, and what is written above it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.errors import InputError
from optimizer.history.exports.aliases import key
from optimizer.history.findings import Finding
from optimizer.history.raw import Row, blank, shown
from optimizer.history.read import PARQUET, XLSX, kind_of
from optimizer.history.sheets import best_sheet
from optimizer.history.text import BOMS, decode
from optimizer.language.message import say

HEAD = 262_144
"""Bytes looked at to find header and delimiter."""
ROWS = 30
"""Rows in which the header may stand."""
FEWEST = 3
"""Headers that must be known for a row to be the header of an export."""
_STEP = 1 << 20


@dataclass(frozen=True)
class Layout:
    """Where things stand in one file.

    Attributes
    ----------
    file : str
        Name for messages, with the sheet of a workbook.
    names : tuple of str
        The header, as the file spells it.
    line : int
        Line of the header.
    above : tuple of (int, tuple of str)
        Lines above the header with their filled cells.
    body : bytes
        Text: UTF-8 below the header. Empty for a workbook.
    delimiter : str
        "" for a workbook.
    rows : tuple of (int, cells)
        Workbook: the rows below the header.
    findings : tuple of Finding
        How the text was read, where that is worth knowing.
    """

    file: str
    names: tuple[str, ...]
    line: int
    above: tuple[tuple[int, tuple[str, ...]], ...] = ()
    body: bytes = field(default=b"", repr=False)
    delimiter: str = ""
    rows: tuple[Row, ...] = field(default=(), repr=False)
    findings: tuple[Finding, ...] = ()


def find_layout(data: bytes, file: str, known: Collection[str]) -> Layout:
    """Find the header of an export.

    Parameters
    ----------
    data : bytes
        A CSV (UTF-8, UTF-16 or Windows-1252) or XLSX file.
    file : str
        Name for messages.
    known : collection of str
        Headers that networks write, as `key` writes them.

    Raises
    ------
    InputError
        Another format, nothing but a header, or no row that names columns of a known network.
    """
    kind = kind_of(data, file)
    if kind == PARQUET:
        problem = say("this is a Parquet file, and networks export CSV or XLSX")
        raise InputError.at(problem, file=file, fix=say("give the file as the network wrote it"))
    if kind == XLSX:
        return _of_workbook(data, file, known)
    data, findings = as_utf8(data, file)
    return _of_text(data, file, known, tuple(findings))


def as_utf8(data: bytes, file: str) -> tuple[bytes, list[Finding]]:
    """The text as UTF-8 without a byte order mark; piece by piece, since exports are large.

    Raises
    ------
    InputError
        The bytes are no text.
    """
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), "")
    if not encoding and b"\0" not in data[:400] and _valid(data):
        return _with_newlines(data), []
    if encoding == "utf-8-sig" and _valid(data):
        return _with_newlines(data[3:]), []
    if encoding == "utf-16":
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            pieces = [decoder.decode(data[at : at + _STEP]).encode() for at in range(0, len(data), _STEP)]
            return _with_newlines(b"".join([*pieces, decoder.decode(b"", True).encode()])), []
        except UnicodeDecodeError:
            pass  # `decode` says what is wrong
    text, findings = decode(data, file)
    return _with_newlines(text.encode()), findings


def _valid(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), _STEP):
            decoder.decode(data[at : at + _STEP], at + _STEP >= len(data))
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _with_newlines(data: bytes) -> bytes:
    return data.replace(b"\r", b"\n") if b"\n" not in data[:HEAD] and b"\r" in data[:HEAD] else data


# Text ---------------------------------------------------------------------------------------------------------------


def _of_text(data: bytes, file: str, known: Collection[str], findings: tuple[Finding, ...]) -> Layout:
    head = data[:HEAD].decode("utf-8", "ignore")
    first = head[:200].split("\n", 1)[0].strip().strip('"').lower()
    skip, delimiters = 0, [",", ";", "\t"]
    if first.startswith("sep="):
        skip, delimiters = 1, [first[4:5] or "\t"]
    best: tuple[int, str, int, int, list[str]] = (0, ",", 0, 0, [])
    seen: dict[str, list[tuple[int, list[str]]]] = {}
    for delimiter in delimiters:
        rows = list(_first_rows(head, delimiter, skip))
        seen[delimiter] = [(line, cells) for line, _, cells in rows]
        for line, end, cells in _candidates(rows):
            worth = _known_in(cells, known)
            if worth > best[0]:
                best = (worth, delimiter, line, end, cells)
    worth, delimiter, line, end, cells = best
    if worth < FEWEST:
        raise no_header([(line, cells) for line, cells in seen[max(seen, key=lambda one: _widest(seen[one]))]], file)
    above = tuple((at, _filled(row)) for at, row in seen[delimiter] if at < line and any(_filled(row)))
    return Layout(
        file, tuple(name.strip() for name in cells), end, above, data[_offset(data, end) :], delimiter, (), findings
    )


def _first_rows(head: str, delimiter: str, skip: int) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, last line, cells) of the records at the head of a text."""
    stream = io.StringIO(head, newline="")
    for _ in range(skip):
        stream.readline()
    reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=True)
    line = skip + 1
    try:
        for cells in reader:
            yield line, skip + reader.line_num, cells
            line = skip + reader.line_num + 1
    except csv.Error:
        return  # what cannot be read here is said when the body is read


def _candidates(rows: Sequence[tuple[int, int, list[str]]]) -> Iterator[tuple[int, int, list[str]]]:
    """Rows that may be the header: the first ones, and those that open a later table of the same file."""
    opens = False
    for place, row in enumerate(rows):
        empty = not any(cell.strip() for cell in row[2])
        note = not empty and row[2][0].lstrip().startswith("#")
        if not empty and not note and (place < ROWS or opens):
            yield row
        opens = empty or note


def _offset(data: bytes, line: int) -> int:
    """Where the bytes after a line begin."""
    at = 0
    for _ in range(line):
        found = data.find(b"\n", at)
        if found < 0:
            return len(data)
        at = found + 1
    return at


def _widest(rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    return max((len(cells) for _, cells in rows[:ROWS]), default=0)


def _filled(cells: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(cell).strip() for cell in cells if not blank(cell))


def _known_in(cells: Sequence[object], known: Collection[str]) -> int:
    """How many different known headers a row names."""
    return len({name for cell in cells if isinstance(cell, str) and (name := key(cell)) in known})


def no_header(rows: Sequence[tuple[int, Sequence[object]]], file: str) -> InputError:
    """Say that no row is the header of a known export, and quote the one that looks most like it."""
    filled = [(line, _filled(cells)) for line, cells in rows[:ROWS]]
    line, cells = max(filled, key=lambda row: len(row[1]), default=(1, ()))
    problem = say(
        "no header of a known network was found; row {row} reads '{quoted}'",
        row=str(line),
        quoted=shown(", ".join(cells), 120),
    )
    fix = say("give the export as the network wrote it, or say what its headers mean with an alias file")
    return InputError.at(problem, file=file, fix=fix)


# Workbook -----------------------------------------------------------------------------------------------------------


def _of_workbook(data: bytes, file: str, known: Collection[str]) -> Layout:
    def worth(head: Sequence[Row]) -> int:
        # A sheet that writes names on the first row of a group only is worth less than the flat one beside it.
        best = max((_known_in(cells, known) for _, cells in head), default=0)
        return 100 * best - sum(blank(cells[0]) for _, cells in head if len(cells))

    sheet, rows = best_sheet(data, file, worth)
    head = rows[:ROWS]
    counts = [_known_in(cells, known) for _, cells in head]
    if not counts or max(counts) < FEWEST:
        raise no_header(head, sheet)
    place = counts.index(max(counts))
    line, cells = head[place]
    above = tuple((at, _filled(row)) for at, row in head[:place])
    names = tuple("" if cell is None else str(cell).strip() for cell in cells)
    return Layout(sheet, names, line, above, rows=tuple(rows[place + 1 :]))
