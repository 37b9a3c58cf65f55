"""What the page Performance shows, as records: its themes and choices, the main figures, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.history import History
from optimizer.history.ledger import Breakdown, Group, Ledger, Weekly, group_text
from optimizer.history.measures import BY_KEY, Measure, amount, figure, missing_columns
from optimizer.history.standout_text import nothing_told, shares_together
from optimizer.history.standouts import LEVEL, Standout, Told, Windows
from optimizer.ui.format import percent
from optimizer.ui.language import _, n_, tell

MOST_TOLD = 4
PERIODS = (12, 26, 52, 104)
USUAL_PERIOD = 26
FIGURES = ("spend", "conversions", "cost_per_conversion", "roas")


@dataclass(frozen=True)
class Theme:
    """A part of the page: what it is about, and which measures are shown first.

    Attributes
    ----------
    key : str
    measures : tuple of str
        All its measures; `first` of them are shown unless others are chosen.
    first : int
    by : Breakdown
        What suits it best to compare by.
    """

    key: str
    measures: tuple[str, ...]
    first: int
    by: Breakdown

    @property
    def name(self) -> str:
        """As people read it."""
        names = {
            "money": _("Spend and results"),
            "audience": _("Audience"),
            "engagement": _("Engagement and reach"),
            "traffic": _("Traffic"),
            "loyalty": _("Loyalty and negative reactions"),
        }
        return names[self.key]


THEMES = (
    Theme(
        "money",
        ("spend", "conversions", "cost_per_conversion", "roas", "revenue", "revenue_per_conversion", "cost_per_click",
         "cpm"),
        4,
        Breakdown.NETWORK,
    ),
    Theme("audience", ("followers", "followers_rate", "cost_per_follower"), 2, Breakdown.NETWORK),
    Theme(
        "engagement",
        ("engagement_rate", "video_view_rate", "reach", "frequency", "engagements", "video_views", "impressions"),
        4,
        Breakdown.CONTENT_TYPE,
    ),
    Theme("traffic", ("sessions", "bounce_rate", "click_rate", "conversion_rate", "clicks"), 4, Breakdown.LANDING_PAGE),
    Theme(
        "loyalty",
        ("repeat_share", "negative_rate", "repeat_conversions", "negative_feedback"),
        2,
        Breakdown.NETWORK,
    ),
)  # fmt: skip
PROFILE = ("share_spend", "share_conversions", "share_revenue", "share_followers")
TOLD_FIRST = tuple(dict.fromkeys(key for theme in THEMES for key in theme.measures[: theme.first] if key != "reach"))
"""Measures whose changes are told at the top of the page."""


@dataclass(frozen=True)
class Figure:
    """One figure of the newest weeks with how it changed.

    Attributes
    ----------
    name, value : str
    change : str
        Against the 12 weeks before, with sign; "" where there is nothing to compare with.
    rose : bool
    good : bool or None
        Whether the change is welcome; None where it is within noise, or where that depends on what is wanted.
    """

    name: str
    value: str
    change: str
    rose: bool
    good: bool | None


@dataclass(frozen=True)
class Remark:
    """A sentence of the list at the top: with a word that says whether it is welcome."""

    sign: str
    word: str
    sentence: str
    kind: str


@dataclass(frozen=True)
class Share:
    """A group's part of something, 0 to 1; `of_spend` where that is the money spent."""

    group: str
    kind: str
    value: float
    told: str
    of_spend: bool


def breakdown_name(breakdown: Breakdown) -> str:
    """What groups are told apart by, as a choice."""
    names = {
        Breakdown.ALL: _("All together"),
        Breakdown.NETWORK: _("Network"),
        Breakdown.CONTENT_TYPE: _("Content type"),
        Breakdown.CELL: _("Network and content type"),
        Breakdown.AUDIENCE: _("Audience"),
        Breakdown.LANDING_PAGE: _("Landing page"),
    }
    return names[breakdown]


def period_name(weeks: int, whole: int) -> str:
    """A period as a choice."""
    if weeks >= whole:
        return n_("All {count} week", "All {count} weeks", whole)
    return n_("Newest {count} week", "Newest {count} weeks", weeks)


def periods(whole: int) -> tuple[int, ...]:
    """Periods a history of so many weeks can show; the last is all of it."""
    return (*(weeks for weeks in PERIODS if weeks < whole), whole)


def usual_period(whole: int) -> int:
    """The period that is shown first."""
    return min(USUAL_PERIOD, whole)


def title_of(measure: Measure) -> str:
    """Name of a measure as a heading."""
    return capital(tell(measure.name))


def capital(text: str) -> str:
    """A text with its first letter large, as a sentence begins.

    Examples
    --------
    >>> capital("cost per click"), capital("")
    ('Cost per click', '')
    """
    return text[:1].upper() + text[1:]


def shown_measures(history: History, keys: Sequence[str]) -> tuple[Measure, ...]:
    """Of these measures those the history has the columns for."""
    return tuple(BY_KEY[key] for key in keys if not missing_columns(history, BY_KEY[key]))


def absent(history: History, keys: Sequence[str]) -> tuple[str, ...]:
    """What is not shown for want of a column, and what to add; one sentence per set of columns."""
    wanting: dict[tuple[str, ...], list[str]] = {}
    for key in keys:
        missing = missing_columns(history, BY_KEY[key])
        if missing:
            wanting.setdefault(missing, []).append(tell(BY_KEY[key].name))
    return tuple(
        n_(
            "This history has no {columns}, so this is not shown: {measures}. Add the column {columns} to see it.",
            "This history has no {columns}, so this is not shown: {measures}. Add the columns {columns} to see it.",
            len(columns),
            columns=", ".join(columns),
            measures=", ".join(names),
        )
        for columns, names in wanting.items()
    )


def figures(ledger: Ledger, late: int, found: Sequence[Standout]) -> tuple[Figure, ...]:
    """The main figures over the newest 4 weeks, each against the 12 weeks before."""
    made = []
    news = {one.measure.key: one.good for one in found if one.told is Told.CHANGE and one.breakdown is Breakdown.ALL}
    for measure in shown_measures(ledger.history, FIGURES):
        weekly = ledger.weekly(measure)
        if not weekly.groups:
            continue
        windows = Windows(len(ledger.weeks), late if measure.waits else 0)
        now, before = (float(over_weeks(weekly, window)[0]) for window in (windows.new, windows.old))
        if not np.isfinite(now):
            continue
        compared = np.isfinite(before) and before > 0 and windows.enough
        name = _("{measure} a week", measure=title_of(measure)) if measure.total else title_of(measure)
        made.append(
            Figure(
                name,
                tell(amount(measure, now, ledger.history.currency)),
                percent(now / before - 1, sign=True) if compared else "",
                bool(compared and now > before),
                news.get(measure.key),
            )
        )
    return tuple(made)


def remarks(found: Sequence[Standout]) -> tuple[Remark, ...]:
    """The changes of the newest weeks that are beyond noise, at most 4, and of a measure at most 2."""
    made: list[Remark] = []
    count: dict[str, int] = {}
    for one in found:
        key = one.measure.key
        if one.told is not Told.CHANGE or count.get(key, 0) >= 2 or len(made) >= MOST_TOLD:
            continue
        count[key] = count.get(key, 0) + 1
        made.append(_remark(one))
    return tuple(made)


def _remark(one: Standout) -> Remark:
    sign = "▲" if one.now > one.before else "▼"
    if one.good is None:
        return Remark(sign, _("Changed"), capital(tell(one.sentence)), "plain")
    word, kind = (_("Better"), "good") if one.good else (_("Worse"), "bad")
    return Remark(sign, word, capital(tell(one.sentence)), kind)


def told(measure: Measure, value: float, currency: str) -> str:
    """A value of a measure as it is written."""
    return tell(figure(measure, value, currency)) if np.isfinite(value) else _("not observed")


def profile(ledger: Ledger, by: Breakdown) -> tuple[Share, ...]:
    """Shares of each group over the newest 12 weeks, kind after kind."""
    found = []
    for measure in shown_measures(ledger.history, PROFILE):
        weekly = ledger.weekly(measure, by)
        values = over_weeks(weekly, np.arange(max(len(weekly.weeks) - LEVEL, 0), len(weekly.weeks)))
        found += [
            Share(
                name_of(by, group), title_of(measure), float(value), told(measure, value, ""), measure.key == PROFILE[0]
            )
            for group, value in zip(weekly.groups, values, strict=True)
            if np.isfinite(value)
        ]
    return tuple(found)


def profile_sentence(found: Sequence[Standout], by: Breakdown, weeks: int) -> str:
    """Which group brings most above or below its part of the spend."""
    told = shares_together(found, by)
    return capital(tell(nothing_told(by, weeks) if told is None else told))


def name_of(by: Breakdown, group: Group) -> str:
    """Name of a group on the screen."""
    return capital(tell(group_text(by, group)))


def over_weeks(weekly: Weekly, window: np.ndarray) -> np.ndarray:
    """(G,) the measure over some weeks; NaN where it was not observed in any."""
    if not len(window):
        return np.full(len(weekly.groups), np.nan)
    chosen = replace(weekly, numerator=weekly.numerator[:, window], denominator=weekly.denominator[:, window])
    return chosen.over(len(window))
