"""How amounts of money and outcomes are spoken of: rounded for reading, with their unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from optimizer.language.message import Message, Written, join, place, say, say_many
from optimizer.language.message import number as written

VALUE = "value"
"""The goal that adds up outcomes by their worth; the name `optimizer.response.goal` gives the weighted sum."""
PROFIT = "profit"
"""The goal that takes what is spent off the revenue that stays after the margin."""
MONEY_OUTCOMES = frozenset(("revenue", PROFIT, VALUE))
NAMED = 3  # cells a sentence names before it counts the rest

_OUTCOMES = {
    "value": say("value"),
    "profit": say("profit"),
    "revenue": say("revenue"),
    "conversions": say("conversions"),
    "impressions": say("impressions"),
    "reach": say("reach"),
    "clicks": say("clicks"),
    "engagements": say("engagements"),
    "video_views": say("video views"),
    "sessions": say("sessions"),
    "bounces": say("bounces"),
    "followers_gained": say("followers gained"),
    "repeat_conversions": say("repeat conversions"),
    "negative_feedback": say("negative feedback"),
}
_SINGLE = {
    "conversions": say("conversion"),
    "impressions": say("impression"),
    "clicks": say("click"),
    "engagements": say("engagement"),
    "video_views": say("video view"),
    "sessions": say("session"),
    "bounces": say("bounce"),
    "repeat_conversions": say("repeat conversion"),
}


def outcome_name(outcome: str, single: bool = False) -> Message:
    """What an outcome is called in a sentence; `single` beside an amount of one.

    A name that is not an outcome of histories is the user's own word and stays as it is.

    Examples
    --------
    >>> outcome_name("followers_gained"), outcome_name("clicks", single=True), outcome_name("reach", single=True)
    ('followers gained', 'click', 'reach')
    """
    name = _SINGLE.get(outcome) if single else None
    return name or _OUTCOMES.get(outcome) or Message(outcome.replace("_", " "))


def number(value: float) -> Written:
    """Round for reading: no decimals from 100 up, else three figures.

    Examples
    --------
    >>> number(28562.4), number(31.416), number(0.05), number(2.0), number(-1234.0), number(0.0)
    ('28,562', '31.4', '0.05', '2', '-1,234', '0')
    """
    return written(value, _decimals(value))


def _decimals(value: float) -> int:
    """Digits after the point that are worth reading, without zeros at the end."""
    if abs(value) >= 99.95 or value == 0 or not math.isfinite(value):
        return 0
    text = f"{value:.{max(2 - math.floor(math.log10(abs(value))), 0)}f}"
    return len(text.rstrip("0").partition(".")[2])


def money(value: float, currency: str) -> Written:
    """Amount with its currency where one is known.

    Examples
    --------
    >>> money(9000, "EUR"), money(9000, "")
    ('EUR 9,000', '9,000')
    """
    return written(value, _decimals(value), currency)


def signed(value: float, currency: str = "", smallest: float = 0.0) -> Written:
    """A difference with its sign; "0" where it is less than `smallest`.

    Examples
    --------
    >>> signed(1500.0, "EUR"), signed(-46.8), signed(0.0), signed(3e-9, smallest=1e-6)
    ('+EUR 1,500', '-46.8', '0', '0')
    """
    if value == 0 or abs(value) < smallest:
        return written(0.0)
    return written(value, _decimals(value), currency, sign=True)


def quantity(value: float, outcome: str, currency: str, short: bool = False) -> Message | Written:
    """Amount of an outcome; `short` leaves out the word where the currency says enough.

    Examples
    --------
    >>> quantity(310, "revenue", "EUR"), quantity(310, "revenue", "EUR", short=True), quantity(1, "conversions", "")
    ('EUR 310 revenue', 'EUR 310', '1 conversion')
    >>> quantity(1240, "value", "EUR")
    'EUR 1,240 in value'
    """
    if outcome in MONEY_OUTCOMES:
        amount = money(value, currency)
        if short:
            return amount
        if outcome == VALUE:
            return say("{amount} in value", amount=amount)
        return say("{amount} {outcome}", amount=amount, outcome=outcome_name(outcome))
    count = number(value)
    return say("{amount} {outcome}", amount=count, outcome=outcome_name(outcome, single=count in ("1", "-1")))


def named(cells: Sequence[Iterable[str]], most: int = NAMED) -> Message:
    """The names of the first cells, and how many more there are.

    Examples
    --------
    >>> named([("instagram", "reel"), ("tiktok", "video"), ("facebook", "image")], most=2)
    'instagram/reel, tiktok/video and 1 more'
    """
    return and_more([place(cell) for cell in cells[:most]], len(cells) - most)


def and_more(said: Iterable[str], more: int) -> Message:
    """What is said, with commas between, and how many more there are."""
    listed = join(", ", said)
    return say("{listed} and {more} more", listed=listed, more=written(more)) if more > 0 else listed


def week_count(weeks: int) -> Message:
    """A number of weeks.

    Examples
    --------
    >>> week_count(1), week_count(4)
    ('1 week', '4 weeks')
    """
    return say_many("{count} week", "{count} weeks", weeks)


def money_unit(weekly: float, cells: int) -> float:
    """The round amount that "the next 100" stands for: 100, or a power of ten that suits the usual spend of a cell.

    Examples
    --------
    >>> money_unit(7000, 10), money_unit(30, 10), money_unit(5e7, 10)
    (100.0, 1.0, 10000.0)
    """
    if weekly <= 0:
        return 1.0
    power = math.floor(math.log10(weekly / cells))
    return 10.0 ** (min(power, 2) if power < 5 else power - 2)


def unit_for(amount: float, unit: float) -> float:
    """The round amount to speak of for a cell of this weekly spend: `unit`, or a power of ten that is not above it.

    Examples
    --------
    >>> unit_for(2500.0, 100.0), unit_for(42.0, 100.0), unit_for(0.0, 100.0)
    (100.0, 10.0, 100.0)
    """
    return unit if amount <= 0 or amount >= unit else 10.0 ** math.floor(math.log10(amount))


@dataclass(frozen=True)
class Wording:
    """How amounts are spoken of.

    Attributes
    ----------
    goal, currency : str
    unit : float
        Size of "the next 100".
    step : float
        Smallest amount that is written.
    responsive : bool
        Whether the history shows any response at all.
    """

    goal: str
    currency: str
    unit: float
    step: float = 0.01
    responsive: bool = True

    def spend(self, amount: float) -> Written:
        """Money, as in ``EUR 9,000``."""
        return money(amount, self.currency)

    def brings(self, per_unit: float) -> Message | Written:
        """What one `unit` of money brings, as in ``EUR 310`` or ``3.1 conversions``."""
        return quantity(per_unit * self.unit, self.goal, self.currency, short=self.goal != PROFIT)

    def bare(self, per_unit: float) -> Message | Written:
        """The second amount of a comparison: a count's name was said with the first."""
        return self.brings(per_unit) if self.goal in MONEY_OUTCOMES else number(per_unit * self.unit)

    @property
    def times(self) -> int:
        """1 where one `unit` "brings" something, 2 where it is many that "bring" it."""
        return 1 if self.unit == 1 else 2

    def for_size(self, amount: float) -> Wording:
        """The same words for a cell of this weekly spend: "the next 100" says nothing where 3 are spent."""
        return replace(self, unit=unit_for(amount, self.unit))
