"""RawTable: a file's cells under its header, before any value is interpreted; and how the header is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.history.schema import BY_NAME, REQUIRED, closest
from optimizer.language.message import Message, join, number, say, say_many

Values = NDArray[Any]
Row = tuple[int, Sequence[object]]

PREAMBLE = 20
"""Rows searched for the header: exports put a title, dates and the account above it."""
MOST_COLUMNS = 2_000
MOST_CELLS = 50_000_000
"""What one table may hold: a file of a few kilobytes can stand for more than any machine keeps in memory."""


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


def known_names(cells: Sequence[object], mapping: ColumnMapping = AS_SPELLED) -> set[str]:
    """Canonical columns a row would name if it were the header."""
    return {mapping.column(cell) for cell in cells if isinstance(cell, str)} & BY_NAME.keys()


def split_header(
    rows: Iterable[Row], file: str, mapping: ColumnMapping = AS_SPELLED
) -> tuple[int, list[str], Iterator[Row]]:
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
    check_width(head, file)
    counts = [len(known_names(cells, mapping)) for _, cells in head]
    if not head:
        raise InputError.at(say("the file holds no rows"), file=file, fix=_expected())
    if max(counts) == 0:
        raise _no_header(head, file)
    position = counts.index(max(counts))
    line, cells = head[position]
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    _check_header(names, line, file, mapping)
    return line, names, chain(head[position + 1 :], stream)


def check_width(rows: Iterable[Row], file: str) -> None:
    """Refuse rows of more columns than any history has: each would be looked up among the names that are known.

    Raises
    ------
    InputError
    """
    for line, cells in rows:
        if len(cells) > MOST_COLUMNS:
            problem = say("the row has {count} columns", count=number(len(cells)))
            fix = say("at most {most} are read; leave out what a history does not need", most=number(MOST_COLUMNS))
            raise InputError.at(problem, file=file, row=line, fix=fix)


def check_cells(count: int, file: str) -> None:
    """Refuse a table of more cells than can be kept.

    Raises
    ------
    InputError
    """
    if count > MOST_CELLS:
        fix = say("leave out old rows, or columns that a history does not need")
        raise InputError.at(say("the table has more than {most} cells", most=number(MOST_CELLS)), file=file, fix=fix)


def _no_header(head: list[Row], file: str) -> InputError:
    """Quote the row that comes nearest to a header, with what its names may stand for."""
    hints = [_hints([cell for cell in cells if isinstance(cell, str)], tuple(BY_NAME)) for _, cells in head]
    position = max(range(len(head)), key=lambda index: len(hints[index]))
    line, cells = head[position]
    quoted = shown(", ".join(str(cell) for cell in cells if not blank(cell)), 80)
    if len(head) == 1:
        problem = say(
            "no header was found: the only row does not name a known column, and row {row} reads '{quoted}'",
            row=str(line),
            quoted=quoted,
        )
    else:
        problem = say(
            "no header was found: none of the first {rows} rows names a known column, and row {row} reads '{quoted}'",
            rows=len(head),
            row=str(line),
            quoted=quoted,
        )
    return InputError.at(problem, file=file, fix=_with_hints(_expected(), hints[position]))


def _hints(names: Sequence[str], among: Sequence[str]) -> list[Message]:
    """What foreign names may stand for, in words."""
    near = ((name, closest(name, among)) for name in names if name)
    return [say("'{name}' may be {column}", name=shown(name), column=column) for name, column in near if column]


def _with_hints(fix: Message, hints: list[Message]) -> Message:
    return say("{fix} ({hints})", fix=fix, hints=join(", ", hints)) if hints else fix


def _expected() -> Message:
    return say(
        "the first row must name the columns: {columns}, conversions and others as you have them",
        columns=join(", ", REQUIRED),
    )


def _check_header(names: list[str], line: int, file: str, mapping: ColumnMapping) -> None:
    folded = [mapping.column(name) for name in names]
    for name in BY_NAME:
        if folded.count(name) > 1:
            first, *others = (f"'{shown(names[i])}'" for i, fold_name in enumerate(folded) if fold_name == name)
            listed: str = first
            for other in others:
                listed = say("{one} and {other}", one=listed, other=other)
            problem = say("the header names {name} more than once ({listed})", name=name, listed=listed)
            raise InputError.at(problem, file=file, row=line, column=name, fix=say("keep one of them"))
    missing = [name for name in REQUIRED if name not in folded and name not in mapping.shared]
    if not missing:
        return
    foreign = [name for name in names if name and mapping.column(name) not in BY_NAME]
    problem = say_many(
        "column {columns} is missing; the header has {header}",
        "columns {columns} are missing; the header has {header}",
        len(missing),
        columns=join(", ", missing),
        header=shown(", ".join(name for name in names if name), 300),
    )
    fix = _with_hints(say("rename or add what is missing"), _hints(foreign, missing))
    raise InputError.at(problem, file=file, row=line, fix=fix)


def tabulate(rows: Iterable[Row], file: str, decimal_hint: str = ".", mapping: ColumnMapping = AS_SPELLED) -> RawTable:
    """Turn rows, header among them, into columns; blank rows are skipped, short rows end in empty cells.

    Raises
    ------
    InputError
        As `split_header`; also if a row has more filled cells than the header, or there is no row below it.
    """
    header_line, names, body = split_header(rows, file, mapping)
    width = len(names)
    flat: list[object] = []
    lines: list[int] = []
    short: list[int] = []
    for line, cells in body:
        if len(cells) != width:
            if len(cells) > width and not all(blank(cell) for cell in cells[width:]):
                raise InputError.at(
                    say("{fields} fields where the header has {width}", fields=len(cells), width=width),
                    file=file,
                    row=line,
                    fix=say("put texts and numbers that contain the delimiter in quotes, or use another delimiter"),
                )
            if len(cells) < width and not all(blank(cell) for cell in cells):
                short.append(line)
            cells = [*cells[:width], *[None] * (width - len(cells))]
        if blank(cells[0]) and all(blank(cell) for cell in cells):
            continue
        flat.extend(cells)
        lines.append(line)
        check_cells(len(flat), file)
    if not lines:
        raise InputError.at(say("there is a header but no row below it"), file=file, row=header_line)
    grid = np.empty(len(flat), dtype=object)
    grid[:] = flat
    columns = {name: grid[position::width] for position, name in enumerate(names)}
    table = from_columns(columns, names, np.array(lines), file, mapping)
    return replace(table, decimal_hint=decimal_hint, findings=(*_short_rows(short, file), *table.findings))


def _short_rows(lines: list[int], file: str) -> list[Finding]:
    if not lines:
        return []
    problem = say("{rows} rows have fewer fields than the header", rows=len(lines))
    fix = say("the fields they lack are read as empty")
    return [Finding("short-rows", Severity.NOTE, problem, fix, file, rows=tuple(lines[:20]))]


def from_columns(
    columns: Mapping[str, Values],
    names: Sequence[str],
    rows: NDArray[np.int64],
    file: str,
    mapping: ColumnMapping = AS_SPELLED,
) -> RawTable:
    """Sort the columns of a file into known and unknown ones, and name in findings what nobody decided to leave out."""
    spelled = {mapping.column(name): name for name in names if mapping.column(name) in BY_NAME}
    unknown = {name: columns[name] for name in columns if name and mapping.column(name) not in BY_NAME}
    undecided = [name for name in unknown if not mapping.left_out(name)]
    known = {column: columns[name] for column, name in spelled.items()}
    for column, value in mapping.shared.items():
        if column not in known:
            known[column], spelled[column] = np.full(len(rows), value, dtype=object), column
    findings = _unknown_columns(undecided, [name for name in BY_NAME if name not in spelled], file)
    return RawTable(file, known, unknown, spelled, rows, findings=tuple(findings))


def _unknown_columns(unknown: list[str], absent: list[str], file: str) -> list[Finding]:
    findings = []
    plain = []
    for name in unknown:
        near = closest(name, absent)
        if near:
            fix = say("it was left out; rename it to {column} if that is what it holds", column=near)
            problem = say("column '{column}' is not known", column=shown(name))
            findings.append(Finding("unknown-column", Severity.WARNING, problem, fix, file, column=shown(name)))
        else:
            plain.append(shown(name))
    if len(plain) == 1:
        problem = say("column '{column}' is not known", column=plain[0])
        fix = say("it was left out")
        findings.append(Finding("unknown-column", Severity.NOTE, problem, fix, file, column=plain[0]))
    elif plain:
        problem = say("columns {columns} are not known", columns=join(", ", plain))
        findings.append(Finding("unknown-column", Severity.NOTE, problem, say("they were left out"), file))
    return findings
