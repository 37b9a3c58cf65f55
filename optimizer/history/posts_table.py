"""The table of a list of posts: its columns, their unit, and how rows are found in a file before a value is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.numerals import DecimalMark, decide_mark
from optimizer.history.raw import PREAMBLE, Row, Values, blank, check_width, shown
from optimizer.history.schema import Kind, fold
from optimizer.language.message import Message, number, say, say_many

MOST_POSTS = 20_000


@dataclass(frozen=True)
class PostColumn:
    """One column of a list of posts.

    Attributes
    ----------
    name : str
    kind : Kind
    meaning : Message
        One line for the data dictionary.
    aliases : tuple of str
        What other programs call it, folded; the first that a header has is read.
    """

    name: str
    kind: Kind
    meaning: Message
    aliases: tuple[str, ...] = ()


POST_COLUMNS: tuple[PostColumn, ...] = (
    PostColumn(
        "post", Kind.TEXT, say("name or number of the post, once per network"), ("post_id", "id", "title", "permalink")
    ),
    PostColumn("network", Kind.TEXT, say("where it was published"), ("platform", "channel")),
    PostColumn("content_type", Kind.TEXT, say("what it is, such as reel"), ("post_type", "format", "media_type")),
    PostColumn(
        "published",
        Kind.DATE,
        say("day of publication; or age_days"),
        ("publish_time", "published_at", "post_date", "created"),
    ),
    PostColumn("age_days", Kind.COUNT, say("days since publication, where the day is not known"), ("age",)),
    PostColumn(
        "reach",
        Kind.COUNT,
        say("people it reached without money; or impressions"),
        ("organic_reach", "people_reached", "post_reach", "accounts_reached"),
    ),
    PostColumn("impressions", Kind.COUNT, say("times shown without money"), ("organic_impressions",)),
    PostColumn(
        "engagements",
        Kind.COUNT,
        say("reactions, comments, shares and saves without money"),
        ("interactions", "total_engagements", "post_engagements", "reactions_comments_and_shares"),
    ),
    PostColumn(
        "link_clicks",
        Kind.COUNT,
        say("clicks to the destination without money"),
        ("organic_link_clicks", "url_clicks", "organic_clicks"),
    ),
    PostColumn(
        "negative_reactions",
        Kind.COUNT,
        say("hides, reports and unfollows"),
        ("negative_feedback", "hides", "negative_feedback_from_users"),
    ),
    PostColumn("video_views", Kind.COUNT, say("video views as the network counts them"), ("video_plays",)),
    PostColumn("saves", Kind.COUNT, say("times saved"), ("saved",)),
    PostColumn("shares", Kind.COUNT, say("times shared"), ("shared", "reposts")),
    PostColumn("date", Kind.DATE, say("Monday of a sponsored week; empty in the post's own row"), ("week_start",)),
    PostColumn("spend", Kind.MONEY, say("money put behind it, in that week or so far"), ("amount_spent", "cost")),
    PostColumn("conversions", Kind.COUNT, say("conversions of the sponsored post"), ("results", "purchases")),
    PostColumn("revenue", Kind.MONEY, say("revenue of the sponsored post"), ("conversion_value",)),
    PostColumn("clicks", Kind.COUNT, say("clicks of the sponsored post"), ("paid_clicks",)),
    PostColumn("frequency", Kind.COUNT, say("times each person saw it as an ad"), ()),
    PostColumn("currency", Kind.CODE, say("ISO 4217; one per list"), ()),
)
BY_COLUMN: Mapping[str, PostColumn] = {column.name: column for column in POST_COLUMNS}
NUMBERS: tuple[str, ...] = tuple(c.name for c in POST_COLUMNS if c.kind in (Kind.MONEY, Kind.COUNT))
SHOWN = ("reach", "impressions")
"""What rates are taken of: the first that a row has."""
SIGNS = ("link_clicks", "engagements", "saves", "shares", "video_views", "negative_reactions")
"""What people did with a post without money."""
WHOLE = frozenset({"reach", "impressions", "engagements", "link_clicks", "clicks", "video_views", "saves", "shares"})
_ALIASES = {name: column.name for column in POST_COLUMNS for name in (column.name, *column.aliases)}


@dataclass(frozen=True)
class PostTable:
    """The cells of a list under known headers.

    Attributes
    ----------
    file : str
        Name for messages.
    columns : mapping of str to array, each (N,)
        By canonical name.
    spelled : mapping of str to str
        Canonical name to the header in the file.
    rows : tuple of int
        Line of each row.
    mark : DecimalMark
    findings : tuple of Finding
    """

    file: str
    columns: Mapping[str, Values]
    spelled: Mapping[str, str]
    rows: tuple[int, ...]
    mark: DecimalMark
    findings: tuple[Finding, ...] = ()


def post_column(header: object) -> str:
    """The column that a header stands for, or "".

    Examples
    --------
    >>> post_column("Publish time"), post_column("Amount spent (EUR)"), post_column("Mood")
    ('published', 'spend', '')
    """
    if not isinstance(header, str):
        return ""
    return _ALIASES.get(fold(header)) or _ALIASES.get(fold(re.sub(r"[(\[].*?[)\]]", "", header)), "")


def read_post_table(data: bytes, file: str, required: Sequence[str]) -> PostTable:
    """Find header and rows of a CSV or XLSX file of posts.

    Parameters
    ----------
    data : bytes
    file : str
        Name for messages.
    required : sequence of str
        Columns that must be there.

    Raises
    ------
    InputError
        Another format, no row that names the columns, or a column that is missing or named twice.
    """
    from optimizer.history.read import PARQUET, XLSX, kind_of

    kind = kind_of(data, file)
    if kind == PARQUET:
        raise InputError.at(
            say("a list of posts cannot be a Parquet file"), file=file, fix=say("give a CSV or XLSX file")
        )
    file, rows, hint, findings = _xlsx(data, file) if kind == XLSX else _text(data, file)
    check_width(rows[:PREAMBLE], file)
    counts = [_named(cells) for _, cells in rows[:PREAMBLE]]
    if not counts or max(counts) < 2:
        raise _no_header(file)
    at = counts.index(max(counts))
    line, header = rows[at]
    places = _places(header, line, file)
    _check_columns(places, required, line, file)
    body = [(row, cells) for row, cells in rows[at + 1 :] if not all(blank(cell) for cell in cells)]
    if not body:
        raise InputError.at(say("the list has no posts: there is a header but no row below it"), file=file, row=line)
    columns = {name: _values(body, place) for name, place in places.items()}
    spelled = {name: str(header[place]).strip() for name, place in places.items()}
    unknown = [shown(cell) for cell in header if isinstance(cell, str) and cell.strip() and not post_column(cell)]
    numeric = [name for name in NUMBERS if name in columns]
    whole = [k for k, name in enumerate(numeric) if name in WHOLE]
    mark = decide_mark([columns[name] for name in numeric], hint, whole)
    findings = (*findings, *_left_out(unknown, file))
    return PostTable(file, columns, spelled, tuple(row for row, _ in body), mark, findings)


def _text(data: bytes, file: str) -> tuple[str, list[Row], str, tuple[Finding, ...]]:
    from optimizer.history.text import DELIMITERS, HEAD, decode, records

    text, findings = decode(data, file)
    head = text[:HEAD].splitlines()[:PREAMBLE]
    delimiter = max(DELIMITERS, key=lambda one: max((_named(line.split(one)) for line in head), default=0))
    rows: list[Row] = [(line, fields) for line, fields in records(text, delimiter, 0, file)]
    return file, rows, "," if delimiter == ";" else ".", tuple(findings)


def _xlsx(data: bytes, file: str) -> tuple[str, list[Row], str, tuple[Finding, ...]]:
    from optimizer.history.sheets import best_sheet

    def names(head: Sequence[Row]) -> int:
        return max((_named(cells) for _, cells in head), default=0)

    sheet, rows = best_sheet(data, file, names)
    return sheet, rows, ".", ()


def _named(cells: Iterable[object]) -> int:
    """How many columns a row would name."""
    return len({post_column(cell.strip('"') if isinstance(cell, str) else cell) for cell in cells} - {""})


def _places(header: Sequence[object], line: int, file: str) -> dict[str, int]:
    """Where each known column stands; its own name before what others call it."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = post_column(cell)
        if not name:
            continue
        own = fold(str(cell)) == name
        if name in places and own and fold(str(header[places[name]])) == name:
            problem = say("the header names {name} more than once", name=name)
            raise InputError.at(problem, file=file, row=line, column=name, fix=say("keep one of them"))
        if own or name not in places:
            places[name] = place
    return places


def _check_columns(places: Mapping[str, int], required: Sequence[str], line: int, file: str) -> None:
    missing = [name for name in required if name not in places]
    if missing:
        problem = say_many(
            "column {columns} is missing", "columns {columns} are missing", len(missing), columns=", ".join(missing)
        )
        raise InputError.at(problem, file=file, row=line, fix=say("rename or add what is missing"))


def _values(body: Sequence[Row], place: int) -> Values:
    values = np.empty(len(body), dtype=object)
    values[:] = [cells[place] if place < len(cells) else None for _, cells in body]
    return values


def _left_out(unknown: Sequence[str], file: str) -> list[Finding]:
    if not unknown:
        return []
    problem = say_many(
        "column {columns} is not known", "columns {columns} are not known", len(unknown), columns=", ".join(unknown)
    )
    return [Finding("unknown-column", Severity.NOTE, problem, say("left out"), file)]


def _no_header(file: str) -> InputError:
    fix = say(
        "the first row must name the columns: {columns}",
        columns=", ".join(("post", "network", "content_type", "published", "reach", "engagements", "link_clicks")),
    )
    return InputError.at(say("no header was found that names the columns of a list of posts"), file=file, fix=fix)


def check_count(posts: int, file: str) -> None:
    """Refuse a list that is longer than anybody's.

    Raises
    ------
    InputError
    """
    if posts > MOST_POSTS:
        problem = say("the list has more than {most} posts", most=number(MOST_POSTS))
        raise InputError.at(problem, file=file, fix=say("leave out old posts"))


def post_column_table() -> str:
    """Markdown table of the columns of a list of posts."""
    needed = {"post", "network", "content_type"}
    either = {"published", "age_days", "reach", "impressions", "engagements", "link_clicks"}
    lines = ["| column | meaning | |", "|---|---|---|"]
    for one in POST_COLUMNS:
        asked = "required" if one.name in needed else "one of its pair" if one.name in either else ""
        lines.append(f"| {one.name} | {one.meaning} | {asked} |")
    return "\n".join(lines)
