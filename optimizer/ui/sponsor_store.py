"""Lists of posts behind the page What to sponsor: reading what was handed in, keeping it, and ranking it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

import optimizer
from optimizer.errors import InputError
from optimizer.history.posts import PostList, read_posts
from optimizer.history.posts_file import posts_csv
from optimizer.history.posts_table import SHOWN, read_post_table
from optimizer.history.read import sha256
from optimizer.history.sample_posts import POSTS_FILE, sample_posts_csv
from optimizer.language import say
from optimizer.planning.asked import Asked
from optimizer.planning.settings import settings_of
from optimizer.planning.sponsor.rank import Ranking, SponsorRequest, rank_posts, sponsor_question
from optimizer.store import Kept, Kind, Store
from optimizer.ui import service
from optimizer.ui.recent import Recent
from optimizer.ui.service import Progress
from optimizer.ui.uploads import Source, check_size

MOST_KEPT = 32


@dataclass(frozen=True)
class Handed:
    """One file as a browser sent it."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Posts:
    """A list of posts to rank, as text.

    Attributes
    ----------
    name : str
    text : str
        CSV that `read_posts` reads.
    as_of : date or None
        The day it is seen from; None for the one it names itself.
    """

    name: str
    text: str = field(repr=False)
    as_of: dt.date | None = None

    @property
    def sha256(self) -> str:
        """Hash of the text."""
        return sha256(self.text.encode())

    def read(self) -> PostList:
        """The list.

        Raises
        ------
        InputError
        """
        return read_posts(self.text.encode(), self.name, as_of=self.as_of)


@st.cache_resource(show_spinner=False)
def sample_posts() -> Posts:
    """The simulated list: the file beside the package, or made anew where only the package is installed."""
    shipped = Path(optimizer.__file__).resolve().parents[1] / "data" / POSTS_FILE
    text = shipped.read_text(encoding="utf-8") if shipped.is_file() else sample_posts_csv()
    return Posts(POSTS_FILE, text)


@st.cache_resource
def _rankings() -> Recent[Hashable, Ranking]:
    return Recent(MOST_KEPT)


def read_handed(files: Sequence[Handed]) -> PostList:
    """A list from what was handed in: one file of posts, and maybe one of their sponsored weeks.

    Raises
    ------
    InputError
        A file is too large or cannot be read, or there is more than one of a kind.
    """
    for one in files:
        check_size(Source.of(one.name, one.data))
    weeks = [one for one in files if _of_weeks(one)]
    lists = [one for one in files if one not in weeks]
    if len(lists) != 1 or len(weeks) > 1:
        problem = say("{count} files were handed in", count=str(len(files)))
        fix = say("hand in one list of posts, and with it at most one file of their sponsored weeks")
        raise InputError.at(problem, fix=fix)
    more = (weeks[0].data, weeks[0].name) if weeks else None
    return read_posts(lists[0].data, lists[0].name, weeks=more)


def _of_weeks(file: Handed) -> bool:
    """Whether a file is of sponsored weeks alone: it has days and money, and nobody whom a post reached."""
    with suppress(InputError):  # what is wrong with the file is said when it is read as a list
        table = read_post_table(file.data, file.name, ("post", "date", "spend"))
        return not any(name in table.columns for name in SHOWN)
    return False


def keep_posts(store: Store, found: PostList, author: str, history: str) -> Kept:
    """Keep a list with the day it is seen from."""
    content = {"csv": posts_csv(found), "as_of": found.as_of.isoformat()}
    return store.add(Kind.POSTS, found.file, content, author=author, history=history)


def kept_posts(store: Store, history: str) -> tuple[Kept, ...]:
    """Lists that belong to a history ("" for the sample), newest first."""
    return tuple(one for one in store.list(Kind.POSTS) if one.history == history)


def posts_of(kept: Kept) -> Posts:
    """A kept list."""
    held = kept.content
    return Posts(kept.name, str(held.get("csv", "")), dt.date.fromisoformat(str(held["as_of"])))


def request_of(asked: Asked, budget: float | None, bar: float | None, goal: str) -> SponsorRequest:
    """What is asked of a list: money and bar of the page, settings of the question at hand."""
    settings = settings_of(asked.settings) if asked.settings else None
    return SponsorRequest(budget, bar, goal or None, settings)


def ranking(
    source: Source, posts: Posts, request: SponsorRequest, asked: Asked, progress: Progress | None = None
) -> Ranking:
    """The list, judged; the same list under the same question is judged once.

    Raises
    ------
    InputError
        The list cannot be read, or does not fit the history.
    """
    asks = (request.budget, request.bar, request.goal, repr(asked.settings))
    key = (source.sha256, source.name, service.today(), posts.sha256, posts.name, posts.as_of, asks)

    def make() -> Ranking:
        found, history = posts.read(), service.history(source)
        studio = service.studio_for(source, sponsor_question(history, request), (), progress)
        return rank_posts(found, request, history, studio)

    return _rankings().take(key, make)
