"""From cells to a typed table: totals rows out, dates, names and numbers read, every value validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.broken import MOST, BrokenRows
from optimizer.history.content_types import Naming, renamed, told
from optimizer.history.dates import Days
from optimizer.history.findings import Finding, Severity
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.history.numerals import DecimalMark, decide_mark, missing, parse, to_numbers
from optimizer.history.observations import about_rows, dated_rows, named_totals
from optimizer.history.raw import RawTable, Values, shown
from optimizer.history.schema import BY_NAME, CELL_COLUMNS, COLUMNS, EARLIEST, NUMERIC, WHOLE, Kind, history_model
from optimizer.language.message import Message, day, join, say, say_many

if TYPE_CHECKING:
    from pydantic import ValidationError

BEFORE = "content_type of the file"
"""Column with the content types before any rule, beside those of the schema; only where there are rules."""
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


def tidy(
    raw: RawTable, mapping: ColumnMapping = AS_SPELLED, naming: Naming = ()
) -> tuple[pd.DataFrame, RawTable, Days]:
    """Type and validate the cells of a file.

    Parameters
    ----------
    raw : RawTable
    mapping : ColumnMapping
        Says in which unit its numbers are.
    naming : tuple of NamingRule
        Give rows their content type before it is asked whether they have one.

    Returns
    -------
    (table with canonical columns, and `BEFORE` where there are rules, indexed by the line of the file; the raw rows it
    was made of, with findings so far; their dates with time of day)

    Raises
    ------
    InputError
        A date, name or number is missing or cannot be what its column asks for; the first such row is named.
    """
    raw, days = dated_rows(raw)
    texts, findings = _texts(raw)
    totals = named_totals(texts)
    if totals.any():
        problem = say_many(
            "{count} row looks like dated totals, by their names",
            "{count} rows look like dated totals, by their names",
            int(totals.sum()),
        )
        findings.append(about_rows("totals-row", Severity.WARNING, raw, totals, problem))
        raw, days = raw.keep(~totals), days.keep(~totals)
        texts = {name: values[~totals] for name, values in texts.items()}
    if naming:
        texts = _named(texts, naming, raw, findings)
    mark = _decimal_mark(raw, findings)
    both = {name: to_numbers(raw.columns[name], mark.mark) for name in NUMERIC if name in raw.columns}
    numbers = {name: values / mapping.per_one(name) for name, (values, _) in both.items()}
    bad = {name: cells for name, (_, cells) in both.items()}
    keep = _rows_with_numbers(numbers, bad)
    if not keep.any():
        fix = say("check that spend and outcomes were exported")
        raise InputError.at(say("no row holds a number"), file=raw.file, fix=fix)
    if not keep.all():
        problem = say_many(
            "{count} row holds no numbers and count as not observed",
            "{count} rows hold no numbers and count as not observed",
            int((~keep).sum()),
        )
        findings.append(about_rows("no-numbers", Severity.NOTE, raw, ~keep, problem))
    _validate(_Parsed(raw, days, texts, numbers, bad, mark), keep)
    columns = {"date": days.day.astype("datetime64[s]"), **texts, **numbers}
    table = pd.DataFrame(columns, index=pd.Index(raw.rows, name="row"))
    table = table[[name for name in (*BY_NAME, BEFORE) if name in table]]
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


def _named(texts: Mapping[str, Values], naming: Naming, raw: RawTable, findings: list[Finding]) -> dict[str, Values]:
    """Texts with the content types that the rules give; how many rows they gave another one is a finding."""
    names = renamed(texts, naming)
    others = int((names != texts["content_type"]).sum())
    if others:
        findings.append(Finding("content-type-rules", Severity.NOTE, told(others), file=raw.file))
    return {**texts, "content_type": names, BEFORE: texts["content_type"]}


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
            say("{names} are spellings of one name", names=join(", ", group)),
            say("they are read as {name}", name=name),
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
                say(
                    "'{value}' can be read with '.' or ',' as the decimal mark, and no number settles which",
                    value=mark.value,
                ),
                say(
                    "'{mark}' was taken ({reason}); if that is wrong, leave out thousands separators",
                    mark=mark.mark,
                    reason=mark.reason,
                ),
                raw.file,
                raw.spelled[present[mark.column]],
                (int(raw.rows[mark.position]),),
            )
        )
    return mark


def _validate(parsed: _Parsed, keep: NDArray[np.bool_]) -> None:
    """Hold every column of the rows to keep against the model; the first bad row is the error, with those after it."""
    from pydantic import ValidationError

    columns: dict[str, list[Any]] = {"date": parsed.days.day[keep].tolist()}
    columns |= {name: values[keep].tolist() for name, values in parsed.texts.items() if name in BY_NAME}
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
        raise BrokenRows.of(
            [_broken(parsed, name, kind, int(positions[at])) for at, name, kind in _bad_places(columns, error)]
        ) from error


def _bad_places(columns: Mapping[str, list[Any]], error: ValidationError) -> list[tuple[int, str, str]]:
    """(position, column, kind of error) of bad values, row by row: those that are told, and one more if there is."""
    from pydantic import ValidationError

    places: list[tuple[int, str, str]] = []
    nothing: dict[str, list[Any]] = {name: [] for name in columns}
    for name in dict.fromkeys(str(item["loc"][0]) for item in error.errors(include_url=False)):
        start = 0
        # The model stops at the first bad value of a column, so it is asked again about what stands below it.
        for _ in range(MOST + 1):
            try:
                history_model().model_validate({**nothing, name: columns[name][start:]})
                break
            except ValidationError as found:
                (item,) = found.errors(include_url=False)
                places.append((start + int(item["loc"][1]), name, item["type"]))
                start = places[-1][0] + 1
    order = {name: place for place, name in enumerate(history_model().model_fields)}
    return sorted(places, key=lambda place: (place[0], order[place[1]]))[: MOST + 1]


def _broken(parsed: _Parsed, name: str, kind: str, position: int) -> InputError:
    """The error of one value."""
    problem, fix = _explain(parsed, name, kind, position)
    raw = parsed.raw
    return InputError.at(problem, file=raw.file, row=int(raw.rows[position]), column=raw.spelled[name], fix=fix)


def _explain(parsed: _Parsed, name: str, kind: str, position: int) -> tuple[Message, Message]:
    """What is wrong with a value, and what is allowed."""
    cell = parsed.raw.columns[name][position]
    value = shown(cell)
    match BY_NAME[name].kind:
        case Kind.DATE:
            problem = say(
                "the date {day} is before {earliest}", day=day(parsed.days.day[position]), earliest=day(EARLIEST)
            )
            return problem, say("correct it")
        case Kind.CODE:
            problem = say("'{value}' is no currency code", value=value)
            return problem, say("use the three letters of ISO 4217, such as EUR")
        case Kind.TEXT:
            return say("{name} is empty", name=name), say("every row needs a network and a content type")
    if missing(cell):
        fix = say("write 0 where nothing was spent, or remove the row if it was not observed")
        return say("{name} is empty", name=name), fix
    allowed = say("{name} must be a number of 0 or more", name=name)
    if kind == "greater_than_equal":
        return say("{name} is {value}", name=name, value=value), allowed
    if kind == "finite_number":
        return say("{name} is infinite ({value})", name=name, value=value), allowed
    if wrong := _other_mark(parsed, cell):
        return wrong, say("write one decimal mark in the whole file")
    return say("{name} is '{value}', which is not a number", name=name, value=value), allowed


def _other_mark(parsed: _Parsed, cell: object) -> Message | None:
    """Say that a number is written with the other decimal mark than the file, if it is."""
    mark = parsed.mark
    if not mark.value or parse(str(cell), "," if mark.mark == "." else ".") is None:
        return None
    value, settled, row = shown(cell), shown(mark.value), str(parsed.raw.rows[mark.position])
    if mark.mark == ".":
        return say(
            "'{value}' does not fit the decimal point of this file ('{settled}' in row {row})",
            value=value,
            settled=settled,
            row=row,
        )
    return say(
        "'{value}' does not fit the decimal comma of this file ('{settled}' in row {row})",
        value=value,
        settled=settled,
        row=row,
    )
