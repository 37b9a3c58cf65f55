"""Delimited text: encoding, delimiter and records with their line numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.history.raw import PREAMBLE, RawTable, known_names, tabulate
from optimizer.language.message import say

DELIMITERS = (",", ";", "\t")
HEAD = 100_000
"""Characters looked at to find the delimiter."""

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_text(data: bytes, file: str, mapping: ColumnMapping = AS_SPELLED) -> RawTable:
    """Read a CSV file.

    Parameters
    ----------
    data : bytes
        UTF-8 or UTF-16 text, with or without byte order mark; other bytes are read as Windows-1252.
    file : str
        Name for messages.
    mapping : ColumnMapping
        What its headers mean.

    Raises
    ------
    InputError
        The bytes are no text, quotes do not close, or there is no usable header.
    """
    text, findings = decode(data, file)
    delimiter, skip = sniff(text, mapping)
    table = tabulate(records(text, delimiter, skip, file), file, "," if delimiter == ";" else ".", mapping)
    return replace(table, findings=(*findings, *table.findings))


def decode(data: bytes, file: str) -> tuple[str, list[Finding]]:
    """Turn bytes into text.

    By byte order mark, else UTF-16 if every other byte is zero, else UTF-8, else Windows-1252 with a finding.
    """
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), "")
    if not encoding and b"\0" in data[:400]:
        even, odd = data[:400:2].count(0), data[1:400:2].count(0)
        encoding = "utf-16-le" if odd > even else "utf-16-be"
    findings: list[Finding] = []
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding:
            raise _not_text(file) from error
        row = data.count(b"\n", 0, error.start) + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise _not_text(file) from error
        problem = say("the text is not UTF-8 and was read as Windows-1252")
        fix = say("check names with accents, or save the file as UTF-8")
        findings = [Finding("encoding", Severity.WARNING, problem, fix, file, rows=(row,))]
    if "\0" in text:
        raise _not_text(file)
    return text, findings


def _not_text(file: str) -> InputError:
    fix = say("give a CSV (UTF-8 or UTF-16), XLSX or Parquet file")
    return InputError.at(say("this is not a table of text"), file=file, fix=fix)


def sniff(text: str, mapping: ColumnMapping = AS_SPELLED) -> tuple[str, int]:
    """Find the delimiter: a first line ``sep=;`` says it, else the one under which one row names most columns.

    Returns
    -------
    (delimiter, number of lines to skip)
    """
    first = next(iter(text[:200].splitlines()), "").strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    if first.lower() == "sep=":
        return "\t", 1
    head = "\n".join(text[:HEAD].splitlines()[: 3 * PREAMBLE])

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(islice(csv.reader(io.StringIO(head), delimiter=delimiter), PREAMBLE))
        except csv.Error:
            return 0, 0
        return max((len(known_names(row, mapping)) for row in rows), default=0), max(map(len, rows), default=0)

    return max(DELIMITERS, key=score), 0


def records(text: str, delimiter: str, skip: int, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the record starts, fields); quoted fields may span lines."""
    stream = io.StringIO(text, newline="")
    for _ in range(skip):
        stream.readline()
    reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=True, strict=True)
    start = skip + 1
    try:
        for fields in reader:
            yield start, fields
            start = skip + reader.line_num + 1
    except csv.Error as error:
        problem = say("the quotes of this row do not match ({reason})", reason=_in_words(error, delimiter))
        fix = say("double every quote inside a quoted text")
        raise InputError.at(problem, file=file, row=start, fix=fix) from error


def _in_words(error: csv.Error, delimiter: str) -> str:
    """What the reader of records says of quotes, as messages where they are its usual words."""
    usual = (
        say("unexpected end of data"),
        say("'{delimiter}' expected after '{quote}'", delimiter=delimiter, quote='"'),
    )
    return next((words for words in usual if words == str(error)), str(error))
