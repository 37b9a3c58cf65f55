"""Curves that the user brings: points of weekly spend and value per cell, straight lines between them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Cell
from optimizer.language.message import figure, number, place, say, say_many
from optimizer.planning.cell_table import AUDIENCE, Records, amounts_of, read_records
from optimizer.planning.wording import named
from optimizer.response.curves import ROUNDING, Curves

SOURCE = say("the curves file")
COLUMNS = ("spend", "value")


@dataclass(frozen=True, eq=False)
class CurvesFile:
    """Curves and where they come from.

    Attributes
    ----------
    curves : Curves
        Cells in the order in which the file first names them.
    file : str
        Name for messages.
    sha256 : str
        Of the bytes of the file.
    findings : tuple of Finding
    """

    curves: Curves = field(repr=False)
    file: str
    sha256: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Point:
    """One row of the file."""

    line: int
    spend: float
    value: float


def read_curves(path: str | Path) -> CurvesFile:
    """Read curves: network, content_type[, audience], spend, value; a row per point.

    A point says what a weekly spend brings. Each cell needs two or more, in any order; between them the curve is
    straight, and past the last nothing is known. Encoding, delimiter and decimal mark are found as in a history;
    names are compared without regard to case and spaces around them; other columns are left out.

    Parameters
    ----------
    path : str or Path
        CSV.

    Returns
    -------
    CurvesFile

    Raises
    ------
    InputError
        The file cannot be read, a column or a name is missing, a number is missing, negative or none, a cell has one
        point only or two of the same spend, or a curve falls; with file, row and column.
    """
    from optimizer.history.read import read_bytes

    data, _ = read_bytes(path)
    records = read_records(path, COLUMNS)
    points = _points(records)
    for cell, rows in points.items():
        _check_curve(cell, rows, records)
    curves = Curves.from_points(
        list(points),
        [np.array([point.spend for point in rows]) for rows in points.values()],
        [np.array([point.value for point in rows]) for rows in points.values()],
    )
    return CurvesFile(curves, records.file, hashlib.sha256(data).hexdigest(), tuple(_findings(curves, records, points)))


def _points(records: Records) -> dict[Cell, list[_Point]]:
    """Points by cell, in order of spend."""
    amounts = amounts_of(records, COLUMNS)
    names = [records.fields["network"], records.fields["content_type"]]
    names.append(records.fields.get(AUDIENCE, [""] * len(records.lines)))
    points: dict[Cell, list[_Point]] = {}
    for row, line in enumerate(records.lines):
        cell = Cell(*(" ".join(column[row].lower().split()) for column in names))
        for name, text in (("network", cell.network), ("content_type", cell.content_type)):
            if not text:
                problem, fix = (
                    say("{column} is empty", column=name),
                    say("every row needs a network and a content type"),
                )
                raise InputError.at(problem, file=records.file, row=line, column=records.spelled[name], fix=fix)
        for name in COLUMNS:
            if np.isnan(amounts[name][row]):
                raise _no_number(name, records.fields[name][row], cell, (records, line))
        point = _Point(line, float(amounts["spend"][row]), float(amounts["value"][row]))
        points.setdefault(cell, []).append(point)
    return {cell: sorted(rows, key=lambda point: (point.spend, point.line)) for cell, rows in points.items()}


def _no_number(column: str, given: str, cell: Cell, where: tuple[Records, int]) -> InputError:
    """An amount that is none, or is not there."""
    records, line = where
    of: dict[str, object] = {"column": column, "cell": place(cell)}
    no_number = say("{column} of {cell} is '{given}', which is not a number", given=given, **of)
    return InputError.at(
        no_number if given else say("{column} of {cell} is empty", **of),
        file=records.file,
        row=line,
        column=records.spelled[column],
        fix=say("write a number of 0 or more, or remove the row"),
    )


def _check_curve(cell: Cell, rows: list[_Point], records: Records) -> None:
    """Refuse a curve of one point, with two points at one spend, or that falls."""
    spend, value = (records.spelled[name] for name in COLUMNS)
    if len(rows) == 1:
        problem = say("the curve of {cell} has one point only", cell=place(cell))
        fix = say("add a second point, such as spend 0")
        raise InputError.at(problem, file=records.file, row=rows[0].line, column=spend, fix=fix)
    slack = ROUNDING * max(point.value for point in rows)
    for before, after in pairwise(rows):
        if after.spend == before.spend:
            amount = figure(after.spend, ",.6g")
            problem = say(
                "row {row} has spend {amount} of {cell} too", row=str(before.line), amount=amount, cell=place(cell)
            )
            fix = say("keep one of the two points")
            raise InputError.at(problem, file=records.file, row=after.line, column=spend, fix=fix)
        if after.value < before.value - slack:
            problem = say(
                "the curve of {cell} falls from {high} at spend {before} (row {row}) to {low} at {after}",
                cell=place(cell),
                high=figure(before.value, ",.6g"),
                before=figure(before.spend, ",.6g"),
                row=str(before.line),
                low=figure(after.value, ",.6g"),
                after=figure(after.spend, ",.6g"),
            )
            fix = say("more money must not bring less: correct the points")
            raise InputError.at(problem, file=records.file, row=after.line, column=value, fix=fix)


def _findings(curves: Curves, records: Records, points: dict[Cell, list[_Point]]) -> list[Finding]:
    """Curves that begin above 0: below their first point nothing is known."""
    late = [rows[0] for rows in points.values() if rows[0].spend > 0.0]
    if not late:
        return []
    cells = [cell for cell, rows in points.items() if rows[0].spend > 0.0]
    least = float(curves.knots[:, 0].sum())
    problem = say_many(
        "the curve of {cells} begins above spend 0, and nothing is known below",
        "the curves of {cells} begin above spend 0, and nothing is known below",
        len(cells),
        cells=named(cells),
    )
    fix = say(
        "such cells get at least their first point, {amount} a week together; add points at 0 to free it",
        amount=number(least, 2),
    )
    return [
        Finding(
            rule="curve-begins-late",
            severity=Severity.WARNING,
            problem=problem,
            fix=fix,
            file=records.file,
            column=records.spelled["spend"],
            rows=tuple(point.line for point in late[:20]),
        )
    ]
