"""Speakers: one per language, with the translations of its catalogues and its way of writing figures and days.

Catalogues are gettext files, ``locale/LANGUAGE/ROOM.po``, one per room of the package. They are read as they are, so
that what is edited is what is used.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
from collections.abc import Iterator
from decimal import Decimal, localcontext
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from optimizer.language.message import Kind, Message, Written, say

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
"""Languages by code, each named by itself; the first needs no catalogue."""
NBSP = "\u00a0"
MINUS = "\u2212"
MOST_DIGITS = 400  # before and after the point: of the largest float, and of any number of decimals that is shown
_DAY = {"vi": "dd/MM/y"}
_ABROAD = {"en": "en_GB"}  # day before month, as the plan's days are written

# Networks whose own spelling is not simply a capital first letter.
_SPELLING = {
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "whatsapp": "WhatsApp",
    "wechat": "WeChat",
    "x": "X",
}


# Content types that networks name alike everywhere; others are the advertiser's own words.
_CONTENT: dict[str, Message] = {
    str(name): name
    for name in (
        say("carousel"), say("collection"), say("creator"), say("document"), say("event"), say("image"),
        say("in stream"), say("lead form"), say("link"), say("link post"), say("live"), say("photo"), say("poll"),
        say("post"), say("reel"), say("short"), say("slideshow"), say("story"), say("text"), say("video"),
    )
}  # fmt: skip


class Speaker:
    """Says messages in one language.

    Parameters
    ----------
    language : str
        A key of `LANGUAGES`.
    translations : gettext translations
    """

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = Locale.parse(_ABROAD.get(language, language))
        self._translations = translations

    def say(self, pattern: str, /, **values: object) -> str:
        """Translate a pattern and fill its places."""
        return self._pattern(pattern).format(**{name: self.tell(value) for name, value in values.items()})

    def many(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Translate a pattern whose words depend on a count, which stands in the place `count`."""
        filled = {"count": count, **values}
        pattern = _unbroken(self._translations.ngettext(one, many, count))
        return pattern.format(**{name: self.tell(value) for name, value in filled.items()})

    def tell(self, value: object) -> str:
        """Say a message, write a figure; plain text stays as it is."""
        if isinstance(value, Message):
            text = self._message(value)
            return text[:1].upper() + text[1:] if value.begins else text
        if isinstance(value, Written):
            return self._written(value)
        if isinstance(value, bool) or not isinstance(value, int | float | dt.date):
            return str(value)
        return self.day(value) if isinstance(value, dt.date) else self.number(value, 0 if isinstance(value, int) else 2)

    def number(self, value: float, decimals: int = 0, sign: bool = False) -> str:
        """Write a number with so many digits after the point, with a true minus.

        Examples
        --------
        >>> speaker("en").number(-1234.5, 1), speaker("vi").number(1234.5, 1), speaker("en").number(1e30)[:9]
        ('−1,234.5', '1.234,5', '1,000,000')
        """
        digits = Decimal(f"{abs(value):.{decimals}f}")
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        minus = "" if digits == 0 else MINUS if value < 0 else "+" if sign else ""
        with localcontext(prec=MOST_DIGITS):  # the usual 28 digits would refuse what a float can hold
            return minus + str(format_decimal(digits, pattern, self.locale))

    def money(self, value: float, currency: str, decimals: int = 0, sign: bool = False) -> str:
        """Write an amount with its ISO 4217 code where the language puts it; without a code the number alone.

        Examples
        --------
        >>> [speaker(language).money(-3200, "EUR").replace(NBSP, " ") for language in ("en", "vi")]
        ['−EUR 3,200', '−3.200 EUR']
        """
        text = self.number(value, decimals, sign)
        if not currency:
            return text
        sign_text = text[:1] if text[:1] in (MINUS, "+") else ""
        digits = text.removeprefix(sign_text)
        if self.language == "en":
            return f"{sign_text}{currency}{NBSP}{digits}"
        return f"{sign_text}{digits}{NBSP}{currency}"

    def percent(self, share: float, decimals: int = 0, sign: bool = False) -> str:
        """Write a share of 1 in per cent.

        Examples
        --------
        >>> speaker("en").percent(0.583).replace(NBSP, " "), speaker("vi").percent(0.0125, 2).replace(NBSP, " ")
        ('58 %', '1,25 %')
        """
        return f"{self.number(100 * share, decimals, sign)}{NBSP}%"

    def day(self, value: object) -> str:
        """Write a day as every reader of the language takes it.

        Examples
        --------
        >>> [speaker(language).day(dt.date(2026, 11, 2)).replace(NBSP, " ") for language in ("en", "vi")]
        ['2 Nov 2026', '02/11/2026']
        """
        date = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])
        pattern = _DAY.get(self.language, "medium")
        return str(format_date(date, pattern, self.locale)).replace(" ", NBSP)

    def place(self, parts: tuple[str, ...]) -> str:
        """Name a place as people write it.

        Examples
        --------
        >>> speaker("en").place(("instagram", "link_post", "parents"))
        'Instagram link post (parents)'
        """
        network, content_type, audience = (*parts, "", "", "")[:3]
        name = f"{network_name(network)} {self.content(content_type)}".strip()
        return f"{name} ({audience.replace('_', ' ')})" if audience else name

    def content(self, content_type: str) -> str:
        """Name a content type: translated where it is a usual one, else as the data spell it."""
        words = content_type.replace("_", " ").strip()
        return self.tell(_CONTENT.get(words, words))

    def _pattern(self, pattern: str) -> str:
        return _unbroken(self._translations.gettext(pattern)) if pattern else ""

    def _message(self, message: Message) -> str:
        if message.parts:
            separator, *parts = message.parts
            return str(separator).join(self.tell(part) for part in parts)
        values = {name: self.tell(value) for name, value in message.values.items()}
        if message.many is not None:
            return _unbroken(self._translations.ngettext(*message.many)).format(**values)
        return self._pattern(message.pattern).format(**values) if message.pattern else str(message)

    def _written(self, written: Written) -> str:
        value = written.value
        if isinstance(value, tuple):
            return self.place(value)
        if isinstance(value, dt.date):
            return self.day(value)
        if written.kind is Kind.PERCENT:
            return self.percent(value, written.decimals, written.sign)
        return self.money(value, written.currency, written.decimals, written.sign)


def _unbroken(pattern: str) -> str:
    """A pattern whose per cent signs stay on the line of their number."""
    return pattern.replace(" %", f"{NBSP}%")


def network_name(network: str) -> str:
    """Name of a network as people write it.

    Examples
    --------
    >>> network_name("tiktok"), network_name("facebook"), network_name("google_ads")
    ('TikTok', 'Facebook', 'Google ads')
    """
    words = network.replace("_", " ").strip()
    return _SPELLING.get(network.lower(), words[:1].upper() + words[1:])


def catalogue_files(language: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each catalogue of a language."""
    folder = files("optimizer.language").joinpath("locale", language)
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            if file.name.endswith(".po"):
                yield file.name, file.read_bytes()


@cache
def speaker(language: str) -> Speaker:
    """The speaker of a language; its catalogues are read once.

    Raises
    ------
    KeyError
        The language is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    translations = gettext.NullTranslations()
    for _, content in catalogue_files(language):
        compiled = io.BytesIO()
        write_mo(compiled, read_po(io.BytesIO(content), locale=language))
        compiled.seek(0)
        read = gettext.GNUTranslations(compiled)
        read.add_fallback(translations)
        translations = read
    return Speaker(language, translations)
