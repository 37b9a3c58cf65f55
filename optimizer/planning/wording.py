"""How amounts of money and outcomes are spoken of: rounded for reading, with their unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

VALUE = "value"
"""The goal that adds up outcomes by their worth; the name `optimizer.response.goal` gives the weighted sum."""
MONEY_OUTCOMES = frozenset(("revenue", "profit", VALUE))


def number(value: float) -> str:
    """Round for reading: no decimals from 100 up, else three figures.

    Examples
    --------
    >>> number(28562.4), number(31.416), number(0.05), number(2.0), number(-1234.0), number(0.0)
    ('28,562', '31.4', '0.05', '2', '-1,234', '0')
    """
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = max(2 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: float, currency: str) -> str:
    """Amount with its currency where one is known.

    Examples
    --------
    >>> money(9000, "EUR"), money(9000, "")
    ('EUR 9,000', '9,000')
    """
    return f"{currency} {number(value)}".lstrip()


def signed(value: float, currency: str = "", smallest: float = 0.0) -> str:
    """A difference with its sign; "0" where it is less than `smallest`.

    Examples
    --------
    >>> signed(1500.0, "EUR"), signed(-46.8), signed(0.0), signed(3e-9, smallest=1e-6)
    ('+EUR 1,500', '-46.8', '0', '0')
    """
    if value == 0 or abs(value) < smallest:
        return "0"
    return f"{'-' if value < 0 else '+'}{money(abs(value), currency)}"


def quantity(value: float, outcome: str, currency: str, short: bool = False) -> str:
    """Amount of an outcome; `short` leaves out the word where the currency says enough.

    Examples
    --------
    >>> quantity(310, "revenue", "EUR"), quantity(310, "revenue", "EUR", short=True), quantity(1, "conversions", "")
    ('EUR 310 revenue', 'EUR 310', '1 conversion')
    >>> quantity(1240, "value", "EUR")
    'EUR 1,240 in value'
    """
    text = number(value)
    if outcome in MONEY_OUTCOMES:
        name = "in value" if outcome == VALUE else outcome
        return money(value, currency) if short else f"{money(value, currency)} {name}"
    word = outcome.replace("_", " ")
    return f"{text} {word.removesuffix('s') if text in ('1', '-1') else word}"


def money_unit(weekly: float, cells: int) -> float:
    """The round amount that "the next 100" stands for: 100, or a power of ten that suits the usual spend of a cell.

    Examples
    --------
    >>> money_unit(7000, 10), money_unit(30, 10), money_unit(5e7, 10)
    (100.0, 1.0, 10000.0)
    """
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

    def spend(self, amount: float) -> str:
        """Money, as in ``EUR 9,000``."""
        return money(amount, self.currency)

    def brings(self, per_unit: float) -> str:
        """What one `unit` of money brings, as in ``EUR 310`` or ``3.1 conversions``."""
        return quantity(per_unit * self.unit, self.goal, self.currency, short=True)

    def bare(self, per_unit: float) -> str:
        """The second amount of a comparison: a count's name was said with the first."""
        return self.brings(per_unit) if self.goal in MONEY_OUTCOMES else number(per_unit * self.unit)

    @property
    def verb(self) -> str:
        """Bring or brings, after the amount of one `unit`."""
        return "brings" if self.unit == 1 else "bring"

    def for_size(self, amount: float) -> Wording:
        """The same words for a cell of this weekly spend: "the next 100" says nothing where 3 are spent."""
        return replace(self, unit=unit_for(amount, self.unit))
