"""How the brief writes amounts, and what it is of."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.language.message import number, say

if TYPE_CHECKING:
    from optimizer.finance.actuals import Actuals
    from optimizer.finance.record import Record
    from optimizer.finance.variance import Bridge
    from optimizer.language.catalogue import Speaker

LONGEST = 60  # characters of a name that the page has room for


MILLION, BILLION = 1e6, 1e9
IN_MILLIONS, IN_BILLIONS, WHOLE = 1e8, 1e11, 1e3  # amounts from which on they are written so


@dataclass(frozen=True)
class Scale:
    """How amounts are written that stand together.

    Attributes
    ----------
    divisor : float
        1, or a million or billion.
    decimals : int
    currency : str
    """

    divisor: float
    decimals: int
    currency: str

    def write(self, amount: float, sign: bool = False) -> str:
        """An amount without its unit."""
        return number(amount / self.divisor, self.decimals, sign=sign)

    def money(self, amount: float) -> str:
        """An amount with its unit."""
        if self.divisor == MILLION:
            return say("{currency} {amount} million", currency=self.currency, amount=self.write(amount))
        if self.divisor == BILLION:
            return say("{currency} {amount} billion", currency=self.currency, amount=self.write(amount))
        return number(amount, self.decimals, self.currency)

    @property
    def unit(self) -> str:
        """What stands above a column of amounts."""
        if self.divisor == MILLION:
            return say("{currency} million", currency=self.currency)
        return say("{currency} billion", currency=self.currency) if self.divisor == BILLION else self.currency


def scale_of(amounts: Iterable[float], currency: str, decimals: int) -> Scale:
    """The scale with which the largest of some amounts is still short.

    Examples
    --------
    >>> scale_of([123.4], "EUR", 2).money(123.4), scale_of([98765.4], "EUR", 2).money(-98765.4)
    ('EUR 123.40', 'EUR -98,765')
    >>> scale_of([4e9], "VND", 0).money(4e9), scale_of([4e9], "VND", 0).unit
    ('VND 4,000.0 million', 'VND million')
    """
    largest = max((abs(one) for one in amounts if math.isfinite(one)), default=0.0)
    if largest >= IN_BILLIONS:
        return Scale(BILLION, 1, currency)
    if largest >= IN_MILLIONS:
        return Scale(MILLION, 1, currency)
    return Scale(1.0, 0 if largest >= WHOLE else decimals, currency)


@dataclass(frozen=True)
class Brief:
    """What a brief is of.

    Attributes
    ----------
    record : Record
    bridge : Bridge or None
        Where actuals have come.
    actuals : Actuals or None
    speaker : Speaker
    rows : int
        Networks, and moves, that have a row of their own at most.
    """

    record: Record
    bridge: Bridge | None
    actuals: Actuals | None
    speaker: Speaker
    rows: int = 7

    def tell(self, said: object) -> str:
        """In the reader's language."""
        return self.speaker.tell(said)


def shortened(text: str) -> str:
    """A name that fits."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
