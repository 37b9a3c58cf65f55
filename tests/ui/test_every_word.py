"""No word on any page stands outside of the catalogues: with every message in brackets, nothing else is left."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator

import pytest
import streamlit as st

from optimizer.language import catalogue
from optimizer.language.catalogue import LANGUAGES, Speaker
from optimizer.ui.pages import page_file
from tests.ui.driver import open_app
from tests.ui.reading import texts

PAGES = sorted(file.stem for file in page_file("plan").parent.glob("*.py") if file.stem != "__init__")
#: What is data or a name, the same in every language.
NAMES = {"EUR", "CSV", "XLSX", "JSON", "TOML", *" ".join(LANGUAGES.values()).split()}
NETWORKS = {"Facebook", "Instagram", "LinkedIn", "TikTok", "YouTube"}
WORD = re.compile(r"[^\W\d_]{3,}")
DATA = re.compile(r"simulated-\d{4}|sample_history\.csv|\b[0-9a-f]{12,64}\b|:material/\w+:")


class Marked(gettext.NullTranslations):
    """Every message in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def unmarked(text: str) -> str:
    """What is left of a text without its messages."""
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return text


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(catalogue, "speaker", lambda language: Speaker(language, Marked()))
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def left(page: str) -> list[str]:
    app = open_app(page)
    assert not app.exception
    found = []
    for text in texts(app):
        rest = DATA.sub(" ", unmarked(text))
        words = [word for word in WORD.findall(rest) if word not in NAMES | NETWORKS]
        if words:
            found.append(f"{' '.join(words)!r} in {text[:160]!r}")
    return list(dict.fromkeys(found))


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_a_page_is_a_message(page: str) -> None:
    assert left(page) == []


def test_a_plain_word_is_found() -> None:
    assert unmarked("⟦Spend of ⟦revenue⟧ EUR⟧ and more").strip() == "and more"
