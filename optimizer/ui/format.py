"""How amounts, counts, shares and days are written on the screen, in the language of the person who reads."""

from __future__ import annotations

import math
import re

from optimizer.language.catalogue import MINUS, NBSP, network_name
from optimizer.planning import wording
from optimizer.ui.language import _, speaker

__all__ = [
    "MINUS",
    "NBSP",
    "begun",
    "common_step",
    "content_name",
    "day",
    "in_words",
    "markdown",
    "money",
    "network_name",
    "nice_round",
    "number",
    "percent",
    "place_name",
    "signed",
]

_MARKS = re.compile(r"([\\`*_{}\[\]()#$<>|~&])")
#: What would make a list, a rule or a heading of a line: a sign or a number at its beginning.
_STARTS = re.compile(r"^([ \t]*)(?:([-+=])(?=[-+= \t]|$)|(\d+)([.)])(?=[ \t]|$))", re.MULTILINE)


def number(value: float, step: float = 0.0, sign: bool = False) -> str:
    """Write a number as the plan's sentences do, with a true minus; rounded to `step` where one is given.

    Examples
    --------
    >>> number(28562.4), number(9412, step=100), number(0.0421), number(-1234)
    ('28,562', '9,400', '0.0421', '−1,234')
    """
    return money(value, "", step, sign)


def money(value: float, currency: str, step: float = 0.0, sign: bool = False) -> str:
    """Write an amount with its ISO 4217 code; without a code the number alone.

    Examples
    --------
    >>> money(3200, "EUR").replace(NBSP, " "), money(3200, "")
    ('EUR 3,200', '3,200')
    """
    if not math.isfinite(value):
        return _("unknown")
    rounded, decimals = (round(value / step) * step, _step_decimals(step)) if step else (value, _decimals(value))
    return speaker().money(rounded, currency, decimals, sign)


def signed(value: float, step: float = 0.0) -> str:
    """Write a difference with its sign; what rounds to zero has none.

    Examples
    --------
    >>> signed(1500), signed(-1500), signed(0.2, step=1)
    ('+1,500', '−1,500', '0')
    """
    return number(value, step, sign=True)


def percent(share: float, decimals: int = 0, sign: bool = False) -> str:
    """Write a share of 1 in per cent.

    Examples
    --------
    >>> percent(0.583).replace(NBSP, " "), percent(-0.04).replace(NBSP, " "), percent(float("nan"))
    ('58 %', '−4 %', 'unknown')
    """
    return speaker().percent(share, decimals, sign) if math.isfinite(share) else _("unknown")


def common_step(*values: float) -> float:
    """Rounding step for values read as one group: three figures of the largest, whole numbers from 10 to 1,000.

    Examples
    --------
    >>> common_step(9412.0, 4100.0, 14891.0), common_step(35.0), common_step(3.5), common_step(0.0)
    (100.0, 1.0, 0.01, 1.0)
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest <= 0:
        return 1.0
    step = float(10.0 ** (math.floor(math.log10(largest)) - 2))
    return 1.0 if largest >= 10 and step < 1 else step


def nice_round(value: float, figures: int = 4) -> float:
    """Round to a number of significant figures, as a person would propose an amount.

    Examples
    --------
    >>> nice_round(101234.5), nice_round(0.0)
    (101200.0, 0.0)
    """
    if value == 0 or not math.isfinite(value):
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - figures + 1)
    return float(round(round(value / step) * step, 10))


def day(value: object) -> str:
    """Write a day without a chance to mix up day and month.

    Examples
    --------
    >>> import numpy as np
    >>> day(np.datetime64("2026-11-02")).replace(NBSP, " ")
    '2 Nov 2026'
    """
    return speaker().day(value)


def in_words(count: int) -> str:
    """Write a small count as a word, a larger one in digits.

    Examples
    --------
    >>> in_words(4), in_words(13)
    ('four', '13')
    """
    words = (
        _("zero"), _("one"), _("two"), _("three"), _("four"), _("five"),
        _("six"), _("seven"), _("eight"), _("nine"), _("ten"), _("eleven"),
    )  # fmt: skip
    return words[count] if 0 <= count < len(words) else number(count)


def begun(text: str) -> str:
    """Text that begins a sentence or a line of its own, with a large letter.

    Examples
    --------
    >>> begun("link post"), begun("")
    ('Link post', '')
    """
    return text[:1].upper() + text[1:]


def content_name(content_type: str) -> str:
    """Name of a content type as people write it.

    Examples
    --------
    >>> content_name("link_post")
    'link post'
    """
    return speaker().content(content_type)


def place_name(network: str, content_type: str, audience: str = "") -> str:
    """Name of a cell in a sentence.

    Examples
    --------
    >>> place_name("instagram", "reel"), place_name("instagram", "reel", "parents")
    ('Instagram reel', 'Instagram reel (parents)')
    """
    return speaker().place((network, content_type, audience))


def markdown(text: str) -> str:
    r"""Keep signs of a file's own names and values from being read as formatting.

    Examples
    --------
    >>> markdown("a_b*c: $5"), markdown("- 5"), markdown("2. of May"), markdown("2.5 more")
    ('a\\_b\\*c: \\$5', '\\- 5', '2\\. of May', '2.5 more')
    """
    return _STARTS.sub(_escaped, _MARKS.sub(r"\\\1", text))


def _escaped(start: re.Match[str]) -> str:
    space, sign, digits, end = start.groups(default="")
    return rf"{space}\{sign}" if sign else rf"{space}{digits}\{end}"


def _decimals(value: float) -> int:
    """Digits after the point that the plan's sentences write."""
    return wording.number(value).decimals


def _step_decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))
