"""RawTable: a file's cells under its header, before any value is interpreted; and how the header is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.schema import BY_NAME, REQUIRED, closest, fold

Values = NDArray[Any]
Row = tuple[int, Sequence[object]]

PREAMBLE = 20
"""Rows searched for the header: exports put a title, dates and the account above it."""


@dataclass(frozen=True)
class RawTable:
    """The cells of one file.

    Attributes
    ----------
    file : str
        Name used in messages.
    columns : mapping of str to array, each (N,)
        Known columns by canonical name; values as read (text from CSV, typed from XLSX and Parquet).
    unknown : mapping of str to array, each (N,)
        Columns that are not in the table, by the name the file gives them.
    spelled : mapping of str to str
        Canonical name to the file's spelling, for messages.
    rows : int array (N,)
        Line of the file each row stands on; the header of a file without preamble is row 1.
    decimal_hint : str
        Decimal mark to assume where the numbers do not tell: "," for files delimited by ";", else ".".
    findings : tuple of Finding
    """

    file: str
    columns: Mapping[str, Values]
    unknown: Mapping[str, Values]
    spelled: Mapping[str, str]
    rows: NDArray[np.int64]
    decimal_hint: str = "."
    findings: tuple[Finding, ...] = ()

    def keep(self, mask: NDArray[np.bool_], findings: Iterable[Finding] = ()) -> RawTable:
        """The rows where `mask` holds, with more findings."""
        return RawTable(
            self.file,
            {name: values[mask] for name, values in self.columns.items()},
            {name: values[mask] for name, values in self.unknown.items()},
            self.spelled,
            self.rows[mask],
            self.decimal_hint,
            (*self.findings, *findings),
        )


def blank(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def shown(value: object, width: int = 60) -> str:
    """A cell as a message quotes it: on one line and of bearable length.

    Examples
    --------
    >>> shown("two   spaces"), shown("x" * 100, 8)
    ('two spaces', 'xxxxx...')
    """
    text = " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 3] + "..."


def known_names(cells: Sequence[object]) -> set[str]:
    """Canonical columns a row would name if it were the header."""
    return {fold(cell) for cell in cells if isinstance(cell, str)} & BY_NAME.keys()


def split_header(rows: Iterable[Row], file: str) -> tuple[int, list[str], Iterator[Row]]:
    """Find the header among the first rows: the row that names most columns.

    Returns
    -------
    (line of the header, its names, the rows below it)

    Raises
    ------
    InputError
        No row names a column, a required column is missing, or a column is named twice.
    """
    stream = iter(rows)
    head = list(islice(stream, PREAMBLE))
    counts = [len(known_names(cells)) for _, cells in head]
    if not head:
        raise InputError.at("the file holds no rows", file=file, fix=_expected())
    if max(counts) == 0:
        raise _no_header(head, file)
    position = counts.index(max(counts))
    line, cells = head[position]
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    _check_header(names, line, file)
    return line, names, chain(head[position + 1 :], stream)


def _no_header(head: list[Row], file: str) -> InputError:
    """Quote the row that comes nearest to a header, with what its names may stand for."""
    hints = [_hints([cell for cell in cells if isinstance(cell, str)], tuple(BY_NAME)) for _, cells in head]
    position = max(range(len(head)), key=lambda index: len(hints[index]))
    line, cells = head[position]
    quoted = shown(", ".join(str(cell) for cell in cells if not blank(cell)), 80)
    count = "the only row does not name" if len(head) == 1 else f"none of the first {len(head)} rows names"
    hint = f" ({', '.join(hints[position])})" if hints[position] else ""
    problem = f"no header was found: {count} a known column, and row {line} reads '{quoted}'"
    return InputError.at(problem, file=file, fix=_expected() + hint)


def _hints(names: Sequence[str], among: Sequence[str]) -> list[str]:
    """What foreign names may stand for, in words."""
    near = ((name, closest(name, among)) for name in names if name)
    return [f"'{shown(name)}' may be {column}" for name, column in near if column]


def _expected() -> str:
    return f"the first row must name the columns: {', '.join(REQUIRED)}, conversions and others as you have them"


def _check_header(names: list[str], line: int, file: str) -> None:
    folded = [fold(name) for name in names]
    for name in BY_NAME:
        if folded.count(name) > 1:
            twice = " and ".join(f"'{shown(names[i])}'" for i, fold_name in enumerate(folded) if fold_name == name)
            problem = f"the header names {name} more than once ({twice})"
            raise InputError.at(problem, file=file, row=line, column=name, fix="keep one of them")
    missing = [name for name in REQUIRED if name not in folded]
    if not missing:
        return
    others = [name for name in names if name and fold(name) not in BY_NAME]
    hints = ", ".join(_hints(others, missing))
    what = f"column {missing[0]} is" if len(missing) == 1 else f"columns {', '.join(missing)} are"
    raise InputError.at(
        f"{what} missing; the header has {shown(', '.join(name for name in names if name), 300)}",
        file=file,
        row=line,
        fix="rename or add what is missing" + (f" ({hints})" if hints else ""),
    )


def tabulate(rows: Iterable[Row], file: str, decimal_hint: str = ".") -> RawTable:
    """Turn rows, header among them, into columns; blank rows are skipped, short rows end in empty cells.

    Raises
    ------
    InputError
        As `split_header`; also if a row has more filled cells than the header, or there is no row below it.
    """
    header_line, names, body = split_header(rows, file)
    width = len(names)
    flat: list[object] = []
    lines: list[int] = []
    short: list[int] = []
    for line, cells in body:
        if len(cells) != width:
            if len(cells) > width and not all(blank(cell) for cell in cells[width:]):
                raise InputError.at(
                    f"{len(cells)} fields where the header has {width}",
                    file=file,
                    row=line,
                    fix="put texts and numbers that contain the delimiter in quotes, or use another delimiter",
                )
            if len(cells) < width and not all(blank(cell) for cell in cells):
                short.append(line)
            cells = [*cells[:width], *[None] * (width - len(cells))]
        if blank(cells[0]) and all(blank(cell) for cell in cells):
            continue
        flat.extend(cells)
        lines.append(line)
    if not lines:
        raise InputError.at("there is a header but no row below it", file=file, row=header_line)
    grid = np.empty(len(flat), dtype=object)
    grid[:] = flat
    columns = {name: grid[position::width] for position, name in enumerate(names)}
    return from_columns(columns, names, np.array(lines), file, decimal_hint, _short_rows(short, file))


def _short_rows(lines: list[int], file: str) -> list[Finding]:
    if not lines:
        return []
    problem = f"{len(lines)} rows have fewer fields than the header"
    fix = "the fields they lack are read as empty"
    return [Finding("short-rows", Severity.NOTE, problem, fix, file, rows=tuple(lines[:20]))]


def from_columns(
    columns: Mapping[str, Values],
    names: Sequence[str],
    rows: NDArray[np.int64],
    file: str,
    decimal_hint: str,
    findings: list[Finding],
) -> RawTable:
    """Sort the columns of a file into known and unknown ones, and name the unknown in findings."""
    spelled = {fold(name): name for name in names if fold(name) in BY_NAME}
    unknown = {name: columns[name] for name in columns if name and fold(name) not in BY_NAME}
    findings = findings + _unknown_columns(list(unknown), [name for name in BY_NAME if name not in spelled], file)
    known = {column: columns[name] for column, name in spelled.items()}
    return RawTable(file, known, unknown, spelled, rows, decimal_hint, tuple(findings))


def _unknown_columns(unknown: list[str], absent: list[str], file: str) -> list[Finding]:
    findings = []
    plain = []
    for name in unknown:
        near = closest(name, absent)
        if near:
            fix = f"it was left out; rename it to {near} if that is what it holds"
            problem = f"column '{shown(name)}' is not known"
            findings.append(Finding("unknown-column", Severity.WARNING, problem, fix, file, column=shown(name)))
        else:
            plain.append(shown(name))
    if plain:
        what = f"column '{plain[0]}' is" if len(plain) == 1 else f"columns {', '.join(plain)} are"
        column = plain[0] if len(plain) == 1 else ""
        fix = "it was left out" if len(plain) == 1 else "they were left out"
        findings.append(Finding("unknown-column", Severity.NOTE, f"{what} not known", fix, file, column=column))
    return findings
