"""Measures: what a social media manager watches, each as a sum over a sum, with its name and its meaning.

A ratio is the sum of its numerator over the sum of its denominator, never a mean of ratios, so that a small group
cannot outweigh a large one. This file names the measures; `optimizer.history.ledger` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from optimizer.language.message import Message, Written, number, percent, say

if TYPE_CHECKING:
    from optimizer.history.history import History

PER_WEEK = "week"
"""Denominator of a total: the weeks that were observed, so that a total is an amount a week."""
PER_ROW = "row"
"""Denominator of what may not be summed: the rows that hold any, so that the measure is the mean of a row."""
OF_WHOLE = "whole"
"""Denominator of a share: the numerator of all groups together."""
NOT_COLUMNS = (PER_WEEK, PER_ROW, OF_WHOLE)

LATE_COLUMNS = frozenset({"conversions", "revenue", "repeat_conversions"})
"""Columns whose newest weeks may grow yet, because networks credit a conversion to the day of the click."""


class Unit(Enum):
    """How a value is written."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    TIMES = "times"


class Better(Enum):
    """Which way is good; NEITHER where that depends on what is wanted."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


class Theme(Enum):
    """What a measure tells about."""

    MONEY = "money"
    GROWTH = "growth"
    PROFILE = "profile"
    ENGAGEMENT = "engagement"
    REACH = "reach"
    TRAFFIC = "traffic"
    LOYALTY = "loyalty"
    NEGATIVE = "negative"


@dataclass(frozen=True)
class Measure:
    """One measure: `per` x sum of `numerator` / sum of `denominator`.

    Attributes
    ----------
    key : str
        Short stable name; links, files and tests refer to it.
    name : Message
        As it stands inside a sentence.
    unit : Unit
    definition : Message
        One sentence.
    better : Better
    theme : Theme
    numerator, denominator : str
        Columns of a history; the denominator may be `PER_WEEK`, `PER_ROW` or `OF_WHOLE`.
    per : float
        Units of the denominator that the value is for, such as 1,000 impressions.
    where_any : bool
        Cells that never had any of the numerator are left out: content without video has no views to speak of.
    """

    key: str
    name: Message
    unit: Unit
    definition: Message
    better: Better
    theme: Theme
    numerator: str
    denominator: str = PER_WEEK
    per: float = 1.0
    where_any: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a history that the measure is made of."""
        return tuple(name for name in (self.numerator, self.denominator) if name not in NOT_COLUMNS)

    @property
    def total(self) -> bool:
        """Whether it is an amount a week and not a ratio."""
        return self.denominator == PER_WEEK

    @property
    def waits(self) -> bool:
        """Whether conversions that are still to be reported would change it; in a ratio of two of them they cancel."""
        return sum(name in LATE_COLUMNS for name in self.columns) == 1 and self.denominator != OF_WHOLE


# fmt: off
MEASURES: tuple[Measure, ...] = (
    # Money -----------------------------------------------------------------------------------------------------------
    Measure("spend", say("spend"), Unit.MONEY,
            say("Media cost without VAT, a week."), Better.NEITHER, Theme.MONEY, "spend"),
    Measure("conversions", say("conversions"), Unit.COUNT,
            say("Conversions that the network or the site credits to the posts, a week."),
            Better.MORE, Theme.MONEY, "conversions"),
    Measure("revenue", say("revenue"), Unit.MONEY,
            say("Revenue that the network or the site credits to the posts, a week."),
            Better.MORE, Theme.MONEY, "revenue"),
    Measure("cost_per_conversion", say("cost per conversion"), Unit.MONEY,
            say("Spend divided by the conversions credited to the posts."),
            Better.LESS, Theme.MONEY, "spend", "conversions"),
    Measure("roas", say("ROAS"), Unit.TIMES,
            say("Return on ad spend: revenue credited to the posts for each unit of spend."),
            Better.MORE, Theme.MONEY, "revenue", "spend"),
    Measure("revenue_per_conversion", say("revenue per conversion"), Unit.MONEY,
            say("Revenue divided by conversions: what one conversion brings in on average."),
            Better.MORE, Theme.MONEY, "revenue", "conversions"),
    Measure("cost_per_click", say("cost per click"), Unit.MONEY,
            say("Spend divided by clicks to the destination."), Better.LESS, Theme.MONEY, "spend", "clicks"),
    Measure("cpm", say("CPM"), Unit.MONEY,
            say("Cost per mille: what 1,000 impressions cost."),
            Better.LESS, Theme.MONEY, "spend", "impressions", 1000.0),
    # Audience growth -------------------------------------------------------------------------------------------------
    Measure("followers", say("followers gained"), Unit.COUNT,
            say("New followers that the posts brought, a week; those who left are not taken off."),
            Better.MORE, Theme.GROWTH, "followers_gained"),
    Measure("followers_rate", say("followers gained per 1,000 impressions"), Unit.COUNT,
            say("New followers for every 1,000 times a post was shown."),
            Better.MORE, Theme.GROWTH, "followers_gained", "impressions", 1000.0),
    Measure("cost_per_follower", say("cost per follower gained"), Unit.MONEY,
            say("Spend divided by new followers; it says nothing of what else the spend brought."),
            Better.LESS, Theme.GROWTH, "spend", "followers_gained"),
    # Audience profile ------------------------------------------------------------------------------------------------
    Measure("share_spend", say("share of spend"), Unit.SHARE,
            say("The part of all spend that went to this group."),
            Better.NEITHER, Theme.PROFILE, "spend", OF_WHOLE),
    Measure("share_conversions", say("share of conversions"), Unit.SHARE,
            say("The part of all conversions that came from this group."),
            Better.NEITHER, Theme.PROFILE, "conversions", OF_WHOLE),
    Measure("share_revenue", say("share of revenue"), Unit.SHARE,
            say("The part of all revenue that came from this group."),
            Better.NEITHER, Theme.PROFILE, "revenue", OF_WHOLE),
    Measure("share_followers", say("share of followers gained"), Unit.SHARE,
            say("The part of all new followers that came from this group."),
            Better.NEITHER, Theme.PROFILE, "followers_gained", OF_WHOLE),
    # Engagement and interaction --------------------------------------------------------------------------------------
    Measure("engagement_rate", say("engagement rate"), Unit.SHARE,
            say("Reactions, comments, shares and saves for every 100 times a post was shown."),
            Better.MORE, Theme.ENGAGEMENT, "engagements", "impressions"),
    Measure("engagements", say("engagements"), Unit.COUNT,
            say("Reactions, comments, shares and saves, a week."), Better.MORE, Theme.ENGAGEMENT, "engagements"),
    Measure("video_view_rate", say("video view rate"), Unit.SHARE,
            say("Video views, as the network counts them, for every 100 times content with video was shown."),
            Better.MORE, Theme.ENGAGEMENT, "video_views", "impressions", where_any=True),
    Measure("video_views", say("video views"), Unit.COUNT,
            say("Video views a week, as the network counts them."),
            Better.MORE, Theme.ENGAGEMENT, "video_views", where_any=True),
    # Reach -----------------------------------------------------------------------------------------------------------
    Measure("impressions", say("impressions"), Unit.COUNT,
            say("How often the posts were shown, a week."), Better.NEITHER, Theme.REACH, "impressions"),
    Measure("reach", say("mean reach of a row"), Unit.COUNT,
            say("People whom one row of the history reached, on average over the rows that reached any. It is no total:"
                " somebody whom two rows reached is one person, so reach is never added up."),
            Better.MORE, Theme.REACH, "reach", PER_ROW),
    Measure("frequency", say("frequency"), Unit.TIMES,
            say("How often somebody whom a row of the history reached saw it: impressions divided by reach, row by row."
                " Somebody whom several rows reached saw more than that."),
            Better.NEITHER, Theme.REACH, "impressions", "reach"),
    # Traffic ---------------------------------------------------------------------------------------------------------
    Measure("clicks", say("clicks"), Unit.COUNT,
            say("Clicks to the destination, a week."), Better.MORE, Theme.TRAFFIC, "clicks"),
    Measure("click_rate", say("click rate"), Unit.SHARE,
            say("Clicks to the destination for every 100 times a post was shown."),
            Better.MORE, Theme.TRAFFIC, "clicks", "impressions"),
    Measure("conversion_rate", say("conversion rate"), Unit.SHARE,
            say("Conversions for every 100 clicks; above 100 % where conversions after a mere view are counted."),
            Better.MORE, Theme.TRAFFIC, "conversions", "clicks"),
    Measure("sessions", say("sessions"), Unit.COUNT,
            say("Visits to the site from the posts, a week."), Better.MORE, Theme.TRAFFIC, "sessions"),
    Measure("bounce_rate", say("bounce rate"), Unit.SHARE,
            say("Visits that left at once, of every 100 visits."), Better.LESS, Theme.TRAFFIC, "bounces", "sessions"),
    # Loyalty ---------------------------------------------------------------------------------------------------------
    Measure("repeat_share", say("share of repeat conversions"), Unit.SHARE,
            say("Conversions by people who had converted before, of every 100. More is loyalty, and fewer new"
                " customers; which one is wanted depends on the aim."),
            Better.NEITHER, Theme.LOYALTY, "repeat_conversions", "conversions"),
    Measure("repeat_conversions", say("repeat conversions"), Unit.COUNT,
            say("Conversions by people who had converted before, a week."),
            Better.MORE, Theme.LOYALTY, "repeat_conversions"),
    # Negative reactions ----------------------------------------------------------------------------------------------
    Measure("negative_rate", say("negative reactions per 1,000 impressions"), Unit.COUNT,
            say("Hides, reports and unfollows for every 1,000 times a post was shown."),
            Better.LESS, Theme.NEGATIVE, "negative_feedback", "impressions", 1000.0),
    Measure("negative_feedback", say("negative reactions"), Unit.COUNT,
            say("Hides, reports and unfollows, a week."), Better.LESS, Theme.NEGATIVE, "negative_feedback"),
)
# fmt: on

BY_KEY = {measure.key: measure for measure in MEASURES}


def missing_columns(history: History, measure: Measure) -> tuple[str, ...]:
    """Columns that the measure needs and the history does not have, or has without a single value.

    A denominator that is 0 throughout is missing too: nothing can be divided by it.
    """

    def held(name: str) -> bool:
        if name not in history.table:
            return False
        values = history.table[name]
        return bool((values > 0).any() if name == measure.denominator else values.notna().any())

    return tuple(name for name in measure.columns if not held(name))


def available(history: History) -> tuple[Measure, ...]:
    """The measures that a history has the columns for."""
    return tuple(measure for measure in MEASURES if not missing_columns(history, measure))


def figure(measure: Measure, value: float, currency: str = "") -> Written | Message:
    """A value as it is written in a sentence: at three digits or so, a total as an amount a week.

    Examples
    --------
    >>> figure(BY_KEY["cost_per_conversion"], 14.08, "EUR"), figure(BY_KEY["bounce_rate"], 0.5231)
    ('EUR 14.1', '52.3 %')
    >>> figure(BY_KEY["conversions"], 1432.4), figure(BY_KEY["negative_rate"], 0.0613)
    ('1,432 a week', '0.061')
    """
    written = amount(measure, value, currency)
    return say("{amount} a week", amount=written) if measure.total else written


def amount(measure: Measure, value: float, currency: str = "") -> Written:
    """A value without the words that say what period it is of, as beside a bar.

    Examples
    --------
    >>> amount(BY_KEY["spend"], 22785.4)
    '22,785'
    """
    if measure.unit is Unit.SHARE:
        return percent(value, _decimals(100 * value, 1))
    decimals = (0 if abs(value) >= 10 else 1) if measure.total else _decimals(value, 2)
    return number(value, decimals, currency if measure.unit is Unit.MONEY else "")


def _decimals(value: float, usual: int) -> int:
    """Digits after the point for about three significant ones; `usual` of them between 1 and 10."""
    size = abs(value)
    if size >= 10:
        return 0 if size >= 100 else 1
    return usual if size >= 1 or size == 0 else 2 if size >= 0.1 else 3
