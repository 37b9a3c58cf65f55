"""Mappings: what the headers of a foreign file mean, which unit their numbers have, and what all its rows share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from optimizer.errors import InputError
from optimizer.history.schema import BY_NAME, NUMERIC, Kind, closest, fold
from optimizer.language.message import Message, say

LEAVE_OUT = ""
"""What a header is mapped to that should not be read."""
UNITS: Mapping[str, float] = {"thousands": 0.001, "hundredths": 100.0, "millionths": 1_000_000.0}
"""Units a column may be written in, by how many of them make one; money in micros is in millionths."""
SHARED = ("network", "content_type", "audience", "campaign", "currency")
"""Columns that may have one value for all rows of a file, where no header gives them."""
MOST_HEADERS = 1000
LONGEST = 500  # characters of a header or a shared value


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of one file are to be read; without any of it, as their headers say.

    Attributes
    ----------
    columns : mapping of str to str
        Header as the file spells it to a column of `optimizer.history.schema`; "" leaves it out. Headers that are not
        named keep their own meaning.
    units : mapping of str to str
        Column to the name of `UNITS` its numbers are written in.
    shared : mapping of str to str
        Column to the one value that every row has; for columns that no header gives.

    Raises
    ------
    InputError
        A column, unit or value that cannot be, two headers for one column, or a column given twice.

    Examples
    --------
    >>> read = ColumnMapping({"Cost": "spend", "Day": "date"}, {"spend": "millionths"}, {"network": "x"})
    >>> read.column("Cost"), read.column(" Content-Type "), read.per_one("spend")
    ('spend', 'content_type', 1000000.0)
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in (self.columns, self.units, self.shared):
            _texts_only(part)
        for header, column in self.columns.items():
            if column != LEAVE_OUT:
                _known(column, header)
        _once(self.columns)
        for column, unit in self.units.items():
            if column not in NUMERIC or unit not in UNITS:
                problem = say("{column} cannot be written in '{unit}'", column=column, unit=unit)
                raise InputError.at(problem, fix=say("units are {units}", units=", ".join(UNITS)))
        for column, value in self.shared.items():
            self._share(column, value)

    def __bool__(self) -> bool:
        return bool(self.columns or self.units or self.shared)

    def column(self, header: str) -> str:
        """The column a header stands for: as mapped, else by its own name; unknown where that is no column."""
        return self.columns.get(header.strip(), fold(header))

    def left_out(self, header: str) -> bool:
        """Whether somebody decided that the header is not to be read."""
        return self.columns.get(header.strip()) == LEAVE_OUT

    def per_one(self, column: str) -> float:
        """What the numbers of a column are to be divided by."""
        unit = self.units.get(column)
        return UNITS[unit] if unit else 1.0

    def to_json(self) -> dict[str, dict[str, str]]:
        """Plain values that `from_json` takes; equal mappings give equal ones."""
        return {
            "columns": dict(sorted(self.columns.items())),
            "units": dict(sorted(self.units.items())),
            "shared": dict(sorted(self.shared.items())),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> ColumnMapping:
        """Check plain values and make the mapping of them.

        Raises
        ------
        InputError
            They are not a mapping's, or the mapping cannot be.
        """
        parts = {name: values.get(name, {}) for name in ("columns", "units", "shared")}
        if set(values) - set(parts) or not all(isinstance(part, Mapping) for part in parts.values()):
            raise _not_a_mapping()
        return cls(**parts)  # type: ignore[arg-type]  # texts to texts: checked when it is made

    @classmethod
    def of(cls, columns: ColumnMapping | Mapping[str, str] | None) -> ColumnMapping:
        """A mapping as it is, or the one that plain header to column makes."""
        return columns if isinstance(columns, cls) else cls(dict(columns or {}))  # type: ignore[arg-type]

    def _share(self, column: str, value: str) -> None:
        if column not in SHARED:
            problem = say("{column} cannot have one value for all rows", column=column)
            raise InputError.at(problem, fix=say("it can be given for {columns}", columns=", ".join(SHARED)))
        header = next((name for name, given in self.columns.items() if given == column), "")
        if header:
            problem = say("{column} is the column '{header}' and has one value for all rows too",
                          column=column, header=header)  # fmt: skip
            raise InputError.at(problem, fix=say("keep one of the two"))
        if not value.strip():
            raise InputError.at(
                say("the value of {column} for all rows is empty", column=column), fix=say("write it, or leave it out")
            )
        if BY_NAME[column].kind is Kind.CODE and not re.fullmatch(r"[A-Za-z]{3}", value.strip()):
            problem = say("'{value}' is no currency code", value=value)
            raise InputError.at(problem, fix=say("use the three letters of ISO 4217, such as EUR"))


_USUAL: Mapping[str, tuple[str, ...]] = {
    "date": ("day", "by_day", "reporting_starts", "start_date", "start_time", "stat_time_day", "time"),
    "campaign": ("campaign_name",),
    "landing_page": ("landing_page_url", "website_url", "click_url"),
    "conversions": ("results", "key_events", "website_purchases", "purchases"),
    "revenue": ("total_revenue", "gross_revenue"),
    "impressions": ("paid_impressions",),
    "clicks": ("link_clicks", "outbound_clicks", "swipe_ups"),
    "engagements": ("post_engagements", "total_engagements", "page_engagement"),
    "video_views": ("video_plays",),
    "followers_gained": ("follows", "new_followers"),
    "negative_feedback": ("unfollows", "hides"),
}
"""What exports call a column as a whole, the likeliest first; comes before names with a word in common."""
_RATIO = re.compile(
    r"(?:^|[\s_(])(?:cpc|cpm|cpa|cpv|ctr|cvr|roas|roi|ecpsu|avg|average|rate|ratio|per|frequency|percentage|share"
    r"|ranking|indicator|id|status|objective|ends?)(?:[\s_.):]|$)|/|%|^ad (?:name|set|group|account)|page views",
    re.IGNORECASE,
)
"""Headers of ratios, ids and labels: near to a column by a word, and never it."""
_WORTH = re.compile(r"(?:conv|conversions?|purchases?|payment)s?\.?[\s_](?:[\w]+[\s_])?value$", re.IGNORECASE)
_UNIT_WORDS = {"micro": "millionths", "micros": "millionths", "cents": "hundredths", "thousands": "thousands"}
_IN_BRACKETS = re.compile(r"[(\[]([A-Z]{3})[)\]]")


def suggest(headers: Sequence[str]) -> dict[str, str]:
    """What each header may stand for, "" where nothing is near; every column is suggested once at most.

    Headers that are columns keep their own name. Ratios (CTR, CPC, rates) are never suggested: they cannot be summed.

    Examples
    --------
    >>> suggest(["Day", "Amount spent (EUR)", "Link clicks", "CTR", "Cost per result", "Purchases conversion value"])
    {'Day': 'date', 'Amount spent (EUR)': 'spend', 'Link clicks': 'clicks', 'CTR': '', 'Cost per result': '',
     'Purchases conversion value': 'revenue'}
    """
    found = dict.fromkeys(headers, "")
    taken = set()
    for header, column in _candidates(list(found)):
        if not found[header] and column not in taken:
            found[header] = column
            taken.add(column)
    return found


def _candidates(headers: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Headers with what they may stand for, the surest first."""
    whole = {header: _whole(header) for header in headers}
    yield from ((header, fold(header)) for header in headers if fold(header) in BY_NAME)
    for column, names in _USUAL.items():
        yield from ((header, column) for name in names for header in headers if whole[header] == name)
    yield from ((header, "revenue") for header in headers if _WORTH.search(header))
    near = [(header, closest(whole[header], tuple(BY_NAME))) for header in headers if not _RATIO.search(header)]
    yield from ((header, column) for header, column in near if column and "_" not in whole[header])
    yield from ((header, column) for header, column in near if column)


def _whole(header: str) -> str:
    """A header without what stands in brackets and without the unit at its end."""
    return re.sub(r"_(micros?|in_dollar)$", "", fold(re.sub(r"[(\[].*?[)\]]|\.", "", header)))


def unit_in(header: str) -> str:
    """The unit a header names, a key of `UNITS`, or "".

    Examples
    --------
    >>> unit_in("spend_micros"), unit_in("Cost (cents)"), unit_in("Cost")
    ('millionths', 'hundredths', '')
    """
    words = fold(re.sub(r"[()\[\]]", " ", header)).split("_")
    return next((unit for word, unit in _UNIT_WORDS.items() if word in words), "")


def currency_in(headers: Sequence[str]) -> str:
    """The currency that headers name in brackets, where they agree; else "".

    Examples
    --------
    >>> currency_in(["Day", "Amount spent (EUR)"]), currency_in(["Cost (USD)", "Value [EUR]"]), currency_in(["CPM"])
    ('EUR', '', '')
    """
    found = {match for header in headers for match in _IN_BRACKETS.findall(header)}
    return found.pop() if len(found) == 1 else ""


def _texts_only(values: object) -> None:
    """Refuse what is not texts to texts, or more of it than a file can need."""
    if not isinstance(values, Mapping) or len(values) > MOST_HEADERS:
        raise _not_a_mapping()
    parts = [part for pair in values.items() for part in pair]
    if not all(isinstance(part, str) and len(part) <= LONGEST for part in parts):
        raise _not_a_mapping()


def _not_a_mapping() -> InputError:
    return InputError.at(
        say("this does not say how the columns of a file are read"), fix=say("map the columns of the file again")
    )


def _known(column: str, header: str) -> None:
    if column not in BY_NAME:
        problem = say("'{header}' is said to be {column}, which is no column", header=header, column=column)
        raise InputError.at(problem, fix=say("columns are {columns}", columns=", ".join(BY_NAME)))


def _once(columns: Mapping[str, str]) -> None:
    """Refuse two headers for one column."""
    first: dict[str, str] = {}
    for header, column in columns.items():
        if column and column in first:
            problem: Message = say(
                "'{one}' and '{other}' are both said to be {column}", one=first[column], other=header, column=column
            )
            raise InputError.at(problem, fix=say("choose one of them and leave the other out"))
        first[column] = header


AS_SPELLED = ColumnMapping()
"""Headers mean what they say."""
