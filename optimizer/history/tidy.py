"""From cells to a typed table: totals rows out, dates, names and numbers read, every value validated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.dates import WRITE_ISO, Days, describe_bad, read_days
from optimizer.history.findings import Finding, Severity
from optimizer.history.numerals import DecimalMark, decide_mark, missing, to_numbers
from optimizer.history.raw import RawTable, Values
from optimizer.history.schema import BY_NAME, CELL_COLUMNS, COLUMNS, EARLIEST, NUMERIC, OUTCOMES, Kind, fold, history_model

_TOTAL = re.compile(r"(grand |sub)?-?\s*tota(l|ls|le|is|les)?\b.*|gesamt.*|summe\b.*|resultados totales.*|media|all|sum", re.I)
_TOTAL_NAME = re.compile(r"(grand |sub)?-?\s*tota(l|ls|le|is|les)|gesamt(summe)?|summe", re.I)
_LISTED = 20


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
    raw, days = _dated_rows(raw)
    texts, findings = _texts(raw)
    raw, days, texts = _without_total_names(raw, days, texts, findings)
    mark = _decimal_mark(raw, findings)
    numbers, bad = {}, {}
    for name in (name for name in NUMERIC if name in raw.columns):
        numbers[name], bad[name] = to_numbers(raw.columns[name], mark.mark)
    empty = _rows_without_numbers(numbers, bad)
    if empty.any():
        findings.append(_found("no-numbers", Severity.NOTE, raw, empty, "hold no numbers", "they were left out as not observed"))
    if empty.all():
        raise InputError.at("no row holds a number", file=raw.file, fix="check that spend and outcomes were exported")
    _validate(raw, days, texts, numbers, bad, mark, ~empty)
    table = pd.DataFrame({"date": days.day.astype("datetime64[s]"), **texts, **numbers}, index=pd.Index(raw.rows, name="row"))
    table = table[[column.name for column in COLUMNS if column.name in table]]
    keep = ~empty
    days = Days(days.day[keep], days.stamp[keep])
    return table[keep], raw.keep(keep, findings), days


def _found(rule: str, severity: Severity, raw: RawTable, mask: NDArray[np.bool_], what: str, fix: str) -> Finding:
    rows = raw.rows[mask]
    count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    if len(rows) == 1:
        what = re.sub(r"^have\b", "has", re.sub(r"^(hold|repeat)\b", r"\1s", what))
        fix = re.sub(r"^they were\b", "it was", fix)
    return Finding(rule, severity, f"{count} {what}", fix, raw.file, rows=tuple(map(int, rows[:_LISTED])))


# Rows ---------------------------------------------------------------------------------------------------------------


def _dated_rows(raw: RawTable) -> tuple[RawTable, Days]:
    """Read the dates; rows without one go if they are totals, repeated headers or notes, else they are an error."""
    spelled = raw.spelled["date"]
    days = read_days(raw.columns["date"], raw.rows, raw.file, spelled)
    undated = np.isnat(days.day)
    if not undated.any():
        return raw, days
    total, header, note = (np.zeros(len(undated), dtype=bool) for _ in range(3))
    for position in np.flatnonzero(undated):
        cells = _cells(raw, int(position))
        texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
        if any(_TOTAL.fullmatch(text) for text in texts):
            total[position] = True
        elif fold(str(raw.columns["date"][position])) == "date":
            header[position] = True
        elif sum(not missing(cell) for cell in cells) <= 1:
            note[position] = True
        else:
            value = raw.columns["date"][position]
            fix = "every row needs its day; remove the row if it is a total" if missing(value) else WRITE_ISO
            raise InputError.at(
                describe_bad(value), file=raw.file, row=int(raw.rows[position]), column=spelled, fix=fix
            )
    findings = []
    if total.any():
        findings.append(_found("totals-row", Severity.NOTE, raw, total, "hold totals, no date", "they were left out"))
    if header.any():
        findings.append(_found("repeated-header", Severity.NOTE, raw, header, "repeat the header", "they were left out"))
    if note.any():
        findings.append(_found("note-row", Severity.NOTE, raw, note, "hold a note, no date", "they were left out"))
    if undated.all():
        raise InputError.at(
            "no row has a date", file=raw.file, column=spelled, fix="export the data by day or week; totals cannot be learned from"
        )
    return raw.keep(~undated, findings), Days(days.day[~undated], days.stamp[~undated])


def _cells(raw: RawTable, position: int) -> list[object]:
    return [values[position] for values in (*raw.columns.values(), *raw.unknown.values())]


def _without_total_names(
    raw: RawTable, days: Days, texts: dict[str, Values], findings: list[Finding]
) -> tuple[RawTable, Days, dict[str, Values]]:
    """Drop dated rows that sum others: the network is "total", or the content type is while its network has others."""
    network, content = pd.Series(texts["network"]), pd.Series(texts["content_type"])
    summing = {name for name in {*network.unique(), *content.unique()} if _TOTAL_NAME.fullmatch(name)}
    if not summing:
        return raw, days, texts
    named = content.isin(summing)
    split = network.isin(set(network[~named]))
    drop = (network.isin(summing) | (named & split)).to_numpy(dtype=bool)
    if drop.all() or not drop.any():
        return raw, days, texts
    findings.append(
        _found("totals-row", Severity.WARNING, raw, drop, "have a date but are named a total", "they were left out")
    )
    keep = ~drop
    kept = {name: values[keep] for name, values in texts.items()}
    return raw.keep(keep), Days(days.day[keep], days.stamp[keep]), kept


def _rows_without_numbers(numbers: Mapping[str, NDArray[np.float64]], bad: Mapping[str, Mapping[int, object]]) -> NDArray[np.bool_]:
    empty = np.isnan(np.vstack(list(numbers.values()))).all(axis=0)
    for places in bad.values():
        empty[list(places)] = False
    return np.asarray(empty)


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
    if text.lower() in ("", "-", "--", "n/a", "#n/a", "nan", "null"):
        return ""
    if column in CELL_COLUMNS:
        return text.lower()
    return text.upper() if column == "currency" else text


def _merged(spellings: Values, names: list[str], column: str, raw: RawTable) -> list[Finding]:
    groups: dict[str, list[str]] = {}
    for spelling, name in zip(spellings, names, strict=True):
        groups.setdefault(name, []).append(f"'{spelling}'")
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
    present = {name: raw.columns[name] for name in NUMERIC if name in raw.columns}
    mark = decide_mark(present, raw.decimal_hint)
    if mark.reason:
        other = "," if mark.mark == "." else "."
        findings.append(
            Finding(
                "decimal-mark",
                Severity.WARNING,
                f"'{mark.value}' can be read with '.' or ',' as the decimal mark, and no number of the file settles which",
                f"'{mark.mark}' was taken ({mark.reason}); if that is wrong, write numbers without thousands separators"
                f" and with '{other}' before two decimals",
                raw.file,
                raw.spelled[mark.column],
                (int(raw.rows[mark.position]),),
            )
        )
    return mark


def _validate(
    raw: RawTable,
    days: Days,
    texts: Mapping[str, Values],
    numbers: Mapping[str, NDArray[np.float64]],
    bad: Mapping[str, Mapping[int, object]],
    mark: DecimalMark,
    keep: NDArray[np.bool_],
) -> None:
    """Hold every column against the model; the first bad row is the error."""
    from pydantic import ValidationError

    columns: dict[str, list[Any]] = {"date": days.day[keep].tolist()}
    columns |= {name: values[keep].tolist() for name, values in texts.items()}
    for name, values in numbers.items():
        cells = values.astype(object)
        cells[np.isnan(values)] = None
        for position, value in bad[name].items():
            cells[position] = value if isinstance(value, str) else str(value)
        columns[name] = cells[keep].tolist()
    try:
        history_model().model_validate(columns)
    except ValidationError as error:
        rows = np.flatnonzero(keep)
        places = [(rows[int(item["loc"][1])], str(item["loc"][0]), item["type"]) for item in error.errors(include_url=False)]
        position, name, kind = min(places, key=lambda place: place[0])
        value = raw.columns[name][position]
        problem, fix = _explain(name, kind, value, mark, raw)
        raise InputError.at(problem, file=raw.file, row=int(raw.rows[position]), column=raw.spelled[name], fix=fix) from error


def _explain(name: str, kind: str, value: object, mark: DecimalMark, raw: RawTable) -> tuple[str, str]:
    """What is wrong with a value, and what is allowed."""
    column = BY_NAME[name]
    allowed = f"{name} must be a number of 0 or more"
    if column.kind is Kind.DATE:
        return f"'{value}' is before {EARLIEST}", "correct the date"
    if column.kind is Kind.CODE:
        return f"'{value}' is no currency code", "use the three letters of ISO 4217, such as EUR"
    if column.kind is Kind.TEXT:
        return f"{name} is empty", "every row needs a network and a content type"
    if missing(value):
        return f"{name} is empty", "write 0 where nothing was spent, or remove the row if it was not observed"
    if kind == "greater_than_equal":
        return f"{name} is {value}", allowed
    if kind == "finite_number":
        return f"{name} is infinite ({value})", allowed
    if mark.value and isinstance(value, str) and re.search(r"\d", value) and re.search(r"[.,]", value):
        word = "point" if mark.mark == "." else "comma"
        where = f"'{mark.value}' in row {int(raw.rows[mark.position])}"
        return f"'{value}' does not fit the decimal {word} of this file ({where})", "use one decimal mark in the whole file"
    return f"{name} is '{value}', which is not a number", allowed


__all__ = ["OUTCOMES", "tidy"]
