"""How amounts, counts, shares and days are written on the screen; the one place that knows."""

from __future__ import annotations

import math

import numpy as np

from optimizer.planning import wording

NBSP = "\u00a0"
MINUS = "\u2212"

# Networks whose own spelling is not simply a capital first letter.
_SPELLING = {
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "whatsapp": "WhatsApp",
    "wechat": "WeChat",
    "x": "X",
}
_SMALL_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


def number(value: float, step: float = 0.0) -> str:
    """Write a number as the plan's sentences do, with a true minus; rounded to `step` where one is given.

    Examples
    --------
    >>> number(28562.4), number(9412, step=100), number(0.0421), number(-1234)
    ('28,562', '9,400', '0.0421', '−1,234')
    """
    if not math.isfinite(value):
        return "unknown"
    if step:
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        written = f"{round(value / step) * step:,.{decimals}f}"
    else:
        written = wording.number(value)
    return written.replace("-", MINUS if _shows_something(written) else "")


def money(value: float, currency: str, step: float = 0.0) -> str:
    """Write an amount before its ISO 4217 code; without a code the number alone.

    Examples
    --------
    >>> money(3200, "EUR").replace(NBSP, " "), money(3200, "")
    ('EUR 3,200', '3,200')
    """
    text = number(value, step)
    if not currency:
        return text
    sign = MINUS if text.startswith(MINUS) else ""
    return f"{sign}{currency}{NBSP}{text.removeprefix(MINUS)}"


def signed(value: float, step: float = 0.0) -> str:
    """Write a difference with its sign; what rounds to zero has none.

    Examples
    --------
    >>> signed(1500), signed(-1500), signed(0.2, step=1)
    ('+1,500', '−1,500', '0')
    """
    text = number(value, step)
    return text if text.startswith(MINUS) or not _shows_something(text) else f"+{text}"


def percent(share: float, decimals: int = 0) -> str:
    """Write a share of 1 in per cent.

    Examples
    --------
    >>> percent(0.583).replace(NBSP, " "), percent(-0.04).replace(NBSP, " ")
    ('58 %', '−4 %')
    """
    text = f"{abs(share) * 100:,.{decimals}f}"
    sign = MINUS if share < 0 and _shows_something(text) else ""
    return f"{sign}{text}{NBSP}%"


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


def day(value: np.datetime64) -> str:
    """Write a day without a chance to mix up day and month.

    Examples
    --------
    >>> day(np.datetime64("2026-11-02")).replace(NBSP, " ")
    '2 Nov 2026'
    """
    date = value.astype("datetime64[D]").astype(object)
    return f"{date.day}{NBSP}{date:%b}{NBSP}{date.year}"


def in_words(count: int) -> str:
    """Write a small count as a word, a larger one in digits.

    Examples
    --------
    >>> in_words(4), in_words(13)
    ('four', '13')
    """
    return _SMALL_NUMBERS[count] if 0 <= count < len(_SMALL_NUMBERS) else number(count)


def network_name(network: str) -> str:
    """Name of a network as people write it.

    Examples
    --------
    >>> network_name("tiktok"), network_name("facebook"), network_name("google_ads")
    ('TikTok', 'Facebook', 'Google ads')
    """
    words = network.replace("_", " ").strip()
    return _SPELLING.get(network.lower(), words[:1].upper() + words[1:])


def content_name(content_type: str) -> str:
    """Name of a content type as people write it.

    Examples
    --------
    >>> content_name("link_post")
    'link post'
    """
    return content_type.replace("_", " ").strip()


def place_name(network: str, content_type: str, audience: str = "") -> str:
    """Name of a cell in a sentence.

    Examples
    --------
    >>> place_name("instagram", "reel"), place_name("instagram", "reel", "parents")
    ('Instagram reel', 'Instagram reel (parents)')
    """
    name = f"{network_name(network)} {content_name(content_type)}".strip()
    return f"{name} ({audience.replace('_', ' ')})" if audience else name


def _shows_something(written: str) -> bool:
    """Whether a number as written is other than zero."""
    return any(digit in written for digit in "123456789")
