"""From cells to a typed table: totals rows out, dates, names and numbers read, every value validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.dates import Days
from optimizer.history.findings import Finding, Severity
from optimizer.history.numerals import DecimalMark, decide_mark, missing, parse, to_numbers
from optimizer.history.observations import about_rows, dated_rows, named_totals
from optimizer.history.raw import RawTable, Values, shown
from optimizer.history.schema import BY_NAME, CELL_COLUMNS, COLUMNS, EARLIEST, NUMERIC, WHOLE, Kind, history_model

_NO_NAME = frozenset({"", "-", "--", "—", "–", "n/a", "#n/a", "nan", "null"})


@dataclass(frozen=True)
class _Parsed:
    """The cells of a file as values, before they are validated.

    `numbers` has NaN where a cell is empty or in `bad`, which holds what could not be read, by position.
    """

    raw: RawTable
    days: Days
    texts: Mapping[str, Values]
    numbers: Mapping[str, NDArray[np.float64]]
    bad: Mapping[str, Mapping[int, object]]
    mark: DecimalMark


def tidy(raw: RawTable) -> tuple[pd.DataFrame, RawTable, Days]:
    """Type and validate the cells of a file.

    Returns
    -------
    (table with canonical columns, indexed by the line of the file; the raw rows it was made of, with findings so far;
    their dates with time of day)

    Raises
    ------
    InputError
        A date, name or number is missing or cannot be what its column asks for; the first such row is named.
    """
    raw, days = dated_rows(raw)
    texts, findings = _texts(raw)
    totals = named_totals(texts)
    if totals.any():
        findings.append(
            about_rows("totals-row", Severity.WARNING, raw, totals, "look like dated totals, by their names")
        )
        raw, days = raw.keep(~totals), days.keep(~totals)
        texts = {name: values[~totals] for name, values in texts.items()}
    mark = _decimal_mark(raw, findings)
    both = {name: to_numbers(raw.columns[name], mark.mark) for name in NUMERIC if name in raw.columns}
    numbers = {name: values for name, (values, _) in both.items()}
    bad = {name: cells for name, (_, cells) in both.items()}
    keep = _rows_with_numbers(numbers, bad)
    if not keep.any():
        raise InputError.at("no row holds a number", file=raw.file, fix="check that spend and outcomes were exported")
    if not keep.all():
        findings.append(
            about_rows("no-numbers", Severity.NOTE, raw, ~keep, "hold no numbers and count as not observed")
        )
    _validate(_Parsed(raw, days, texts, numbers, bad, mark), keep)
    columns = {"date": days.day.astype("datetime64[s]"), **texts, **numbers}
    table = pd.DataFrame(columns, index=pd.Index(raw.rows, name="row"))
    table = table[[column.name for column in COLUMNS if column.name in table]]
    return table[keep], raw.keep(keep, findings), days.keep(keep)


def _rows_with_numbers(
    numbers: Mapping[str, NDArray[np.float64]], bad: Mapping[str, Mapping[int, object]]
) -> NDArray[np.bool_]:
    filled = np.zeros(len(numbers["spend"]), dtype=bool)
    for name, values in numbers.items():
        filled |= ~np.isnan(values)
        filled[list(bad[name])] = True
    return filled


# Texts --------------------------------------------------------------------------------------------------------------


def _texts(raw: RawTable) -> tuple[dict[str, Values], list[Finding]]:
    """Names without stray spaces; networks and content types in lower case, currencies in upper case."""
    texts: dict[str, Values] = {}
    findings: list[Finding] = []
    for column in COLUMNS:
        if column.kind not in (Kind.TEXT, Kind.CODE) or column.name not in raw.columns:
            continue
        codes, unique = pd.factorize(_as_objects(raw.columns[column.name]), use_na_sentinel=True)
        names = [_name(value, column.name) for value in unique]
        if column.name in CELL_COLUMNS:
            findings += _merged(unique, names, column.name, raw)
        lookup = np.array([*names, ""], dtype=object)
        texts[column.name] = lookup[codes]
    return texts, findings


def _as_objects(values: Values) -> Values:
    return values.astype(object) if values.dtype != object else values


def _name(value: object, column: str) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    if text.lower() in _NO_NAME:
        return ""
    if column in CELL_COLUMNS:
        return text.lower()
    return text.upper() if column == "currency" else text


def _merged(spellings: Values, names: list[str], column: str, raw: RawTable) -> list[Finding]:
    groups: dict[str, list[str]] = {}
    for spelling, name in zip(spellings, names, strict=True):
        groups.setdefault(name, []).append(f"'{str(spelling)[:60]}'")
    return [
        Finding(
            "spelling",
            Severity.NOTE,
            f"{', '.join(group)} are spellings of one name",
            f"they are read as {name}",
            raw.file,
            raw.spelled[column],
        )
        for name, group in groups.items()
        if len(group) > 1 and name
    ]


# Numbers ------------------------------------------------------------------------------------------------------------


def _decimal_mark(raw: RawTable, findings: list[Finding]) -> DecimalMark:
    present = [name for name in NUMERIC if name in raw.columns]
    whole = [index for index, name in enumerate(present) if name in WHOLE]
    mark = decide_mark((raw.columns[name] for name in present), raw.decimal_hint, whole)
    if mark.reason:
        findings.append(
            Finding(
                "decimal-mark",
                Severity.WARNING,
                f"'{mark.value}' can be read with '.' or ',' as the decimal mark, and no number settles which",
                f"'{mark.mark}' was taken ({mark.reason}); if that is wrong, leave out thousands separators",
                raw.file,
                raw.spelled[present[mark.column]],
                (int(raw.rows[mark.position]),),
            )
        )
    return mark


def _validate(parsed: _Parsed, keep: NDArray[np.bool_]) -> None:
    """Hold every column of the rows to keep against the model; the first bad row is the error."""
    from pydantic import ValidationError

    columns: dict[str, list[Any]] = {"date": parsed.days.day[keep].tolist()}
    columns |= {name: values[keep].tolist() for name, values in parsed.texts.items()}
    for name, values in parsed.numbers.items():
        cells = values.astype(object)
        cells[np.isnan(values)] = None
        for position, value in parsed.bad[name].items():
            cells[position] = str(value)
        columns[name] = cells[keep].tolist()
    try:
        history_model().model_validate(columns)
    except ValidationError as error:
        positions = np.flatnonzero(keep)
        places = [(int(item["loc"][1]), str(item["loc"][0]), item["type"]) for item in error.errors(include_url=False)]
        first, name, kind = min(places, key=lambda place: place[0])
        position = int(positions[first])
        problem, fix = _explain(parsed, name, kind, position)
        raw = parsed.raw
        row, column = int(raw.rows[position]), raw.spelled[name]
        raise InputError.at(problem, file=raw.file, row=row, column=column, fix=fix) from error


def _explain(parsed: _Parsed, name: str, kind: str, position: int) -> tuple[str, str]:
    """What is wrong with a value, and what is allowed."""
    cell = parsed.raw.columns[name][position]
    value = shown(cell)
    match BY_NAME[name].kind:
        case Kind.DATE:
            return f"the date {parsed.days.day[position]} is before {EARLIEST}", "correct it"
        case Kind.CODE:
            return f"'{value}' is no currency code", "use the three letters of ISO 4217, such as EUR"
        case Kind.TEXT:
            return f"{name} is empty", "every row needs a network and a content type"
    if missing(cell):
        return f"{name} is empty", "write 0 where nothing was spent, or remove the row if it was not observed"
    allowed = f"{name} must be a number of 0 or more"
    if kind == "greater_than_equal":
        return f"{name} is {value}", allowed
    if kind == "finite_number":
        return f"{name} is infinite ({value})", allowed
    mark = parsed.mark
    other = "," if mark.mark == "." else "."
    if mark.value and parse(str(cell), other) is not None:
        where = f"'{shown(mark.value)}' in row {int(parsed.raw.rows[mark.position])}"
        word = "point" if mark.mark == "." else "comma"
        fix = "write one decimal mark in the whole file"
        return f"'{value}' does not fit the decimal {word} of this file ({where})", fix
    return f"{name} is '{value}', which is not a number", allowed
