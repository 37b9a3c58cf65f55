"""The table of a history: its columns, their units, and the model that validates them.

This is the one place where columns are named. Everything that reads, checks or documents a history asks
`COLUMNS`; nothing else spells out which columns exist or which are required.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from optimizer.language.message import Message, say

if TYPE_CHECKING:
    from pydantic import BaseModel


class Kind(Enum):
    """What the values of a column are."""

    DATE = "date"
    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    CODE = "code"


@dataclass(frozen=True)
class Column:
    """One column of the history table.

    Attributes
    ----------
    name : str
        As it is written in the header of a file.
    kind : Kind
    unit : Message
        What one unit of the value is, for people.
    meaning : Message
        One line for the data dictionary.
    required : bool
        A file without the column cannot be used.
    additive : bool
        Values of finer rows may be summed. Reach may not: one person reached twice is one person.
    """

    name: str
    kind: Kind
    unit: Message
    meaning: Message
    required: bool = False
    additive: bool = True

    @property
    def numeric(self) -> bool:
        """Whether the column holds money or counts."""
        return self.kind in (Kind.MONEY, Kind.COUNT)


def _count(name: str, unit: Message, meaning: Message, additive: bool = True) -> Column:
    return Column(name, Kind.COUNT, unit, meaning, additive=additive)


COLUMNS: tuple[Column, ...] = (
    Column("date", Kind.DATE, say("ISO day"), say("day, or any day of the week for weekly rows"), required=True),
    Column("network", Kind.TEXT, say("lower case"), say("where the post ran, such as instagram"), required=True),
    Column(
        "content_type", Kind.TEXT, say("lower case"), say("what was shown, such as reel or carousel"), required=True
    ),
    Column("audience", Kind.TEXT, say("text"), say("who it was shown to; splits cells further when asked for")),
    Column("campaign", Kind.TEXT, say("text"), say("campaign the row belongs to")),
    Column("landing_page", Kind.TEXT, say("text"), say("page the post led to")),
    Column("spend", Kind.MONEY, say("account currency"), say("media cost without VAT, 0 or more"), required=True),
    _count("conversions", say("conversions"), say("attributed conversions, may be fractional")),
    Column("revenue", Kind.MONEY, say("account currency"), say("attributed revenue")),
    _count("impressions", say("impressions"), say("times shown")),
    _count("reach", say("people"), say("different people who saw it; never summed"), additive=False),
    _count("clicks", say("clicks"), say("clicks to the destination")),
    _count("engagements", say("engagements"), say("reactions, comments, shares and saves")),
    _count("video_views", say("views"), say("video views as the network counts them")),
    _count("sessions", say("sessions"), say("visits to the site")),
    _count("bounces", say("sessions"), say("visits that left at once")),
    _count("followers_gained", say("people"), say("new followers")),
    _count("repeat_conversions", say("conversions"), say("conversions by people who had converted before")),
    _count("negative_feedback", say("reactions"), say("hides, reports and unfollows")),
    Column("currency", Kind.CODE, say("ISO 4217"), say("currency of spend and revenue; one per file")),
)

BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
REQUIRED: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.required)
NUMERIC: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.numeric)
WHOLE: frozenset[str] = frozenset({"impressions", "reach", "clicks", "video_views"})
"""Counts that are never fractional; conversions may be, under attribution models that share them out."""
OUTCOMES: tuple[str, ...] = tuple(name for name in NUMERIC if name != "spend")
CELL_COLUMNS: tuple[str, ...] = ("network", "content_type")
KEY_COLUMNS: tuple[str, ...] = ("network", "content_type", "audience", "campaign", "landing_page")

EARLIEST = dt.date(2000, 1, 1)
"""Days before this are typing errors or a spreadsheet's day 0, not sponsored posts."""


def fold(header: str) -> str:
    """Bring a header to the spelling of `COLUMNS`: lower case, words joined by underscores.

    Examples
    --------
    >>> fold(" Content-Type ")
    'content_type'
    """
    return re.sub(r"[\s_\-]+", "_", header.strip().strip("\ufeff\"'").lower()).strip("_")


_OFTEN_CALLED: Mapping[str, tuple[str, ...]] = {
    "date": ("day", "week", "week_start", "reporting_starts", "datum", "tag"),
    "network": ("platform", "channel", "source", "publisher_platform"),
    "content_type": ("format", "ad_format", "creative_type", "post_type", "media_type"),
    "spend": ("cost", "costs", "amount_spent", "total_spent", "budget_spent", "kosten"),
    "conversions": ("results", "purchases", "orders", "sales", "leads"),
    "revenue": ("conversion_value", "conv_value", "purchase_value", "turnover", "umsatz"),
    "impressions": ("impr", "displays"),
    "landing_page": ("url", "destination_url"),
}
"""What other programs call a column: for hints in messages, never to read a column under another name."""


def closest(header: str, among: Sequence[str]) -> str:
    """The known column a foreign header most resembles, or "" if none is near.

    A currency or unit in brackets is ignored, and one shared word is enough.

    Examples
    --------
    >>> closest("Amount spent (EUR)", ["date", "spend"]), closest("c_date", ["date"]), closest("mood", ["date"])
    ('spend', 'date', '')
    """
    name = fold(re.sub(r"[(\[].*?[)\]]|\.", "", header))
    for column in among:
        if name in _OFTEN_CALLED.get(column, ()):
            return column
    for candidate in (name, *sorted(name.split("_"), key=len, reverse=True)):
        near = get_close_matches(candidate, among, n=1, cutoff=0.75)
        if near and len(candidate) > 2:
            return near[0]
    return ""


@cache
def history_model() -> type[BaseModel]:
    """Pydantic model of the table: one list per column, so that an error's place is (column, row).

    Numbers are finite and 0 or more; missing outcomes are None, missing spend is an error. Validation stops at the
    first bad value of each column. Pydantic is imported here because only reading a history needs it.
    """
    from pydantic import ConfigDict, Field, create_model

    number = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
    item: dict[Kind, Any] = {
        Kind.DATE: Annotated[dt.date, Field(ge=EARLIEST, strict=True)],
        Kind.TEXT: Annotated[str, Field(strict=True)],
        Kind.CODE: Annotated[str, Field(pattern=r"^([A-Z]{3})?$", strict=True)],
        Kind.MONEY: number | None,
        Kind.COUNT: number | None,
    }
    required: dict[Kind, Any] = {
        Kind.DATE: item[Kind.DATE],
        Kind.TEXT: Annotated[str, Field(min_length=1, strict=True)],
        Kind.MONEY: number,
    }
    fields: dict[str, Any] = {}
    for column in COLUMNS:
        of = (required if column.required else item)[column.kind]
        values = Annotated[list[of], Field(fail_fast=True)]  # type: ignore[valid-type]
        fields[column.name] = (values, ...) if column.required else (values | None, None)
    model: type[BaseModel] = create_model("HistoryColumns", __config__=ConfigDict(extra="forbid"), **fields)
    return model
