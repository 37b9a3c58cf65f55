"""A list of posts: what each did without money, and what it did with money where it was sponsored."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from optimizer.errors import InputError
from optimizer.history.dates import WRITE_ISO, read_days
from optimizer.history.findings import Finding
from optimizer.history.numerals import MOST, missing, parse, to_numbers
from optimizer.history.posts_table import (
    BY_COLUMN,
    NUMBERS,
    SHOWN,
    SIGNS,
    PostTable,
    check_count,
    read_post_table,
)
from optimizer.history.raw import shown
from optimizer.history.schema import Kind
from optimizer.language.message import Message, day, figure, say

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
PAID = ("spend", "conversions", "revenue", "clicks", "frequency")
OLDEST_DAYS = 36_500


@dataclass(frozen=True)
class PaidWeek:
    """What money did for a post in a week.

    Attributes
    ----------
    week : date or None
        Its Monday; None for all weeks so far, where only their sum is known.
    spend : float
        Account currency.
    conversions, revenue, clicks, frequency : float
        NaN where not told.
    """

    week: dt.date | None
    spend: float
    conversions: float = math.nan
    revenue: float = math.nan
    clicks: float = math.nan
    frequency: float = math.nan


@dataclass(frozen=True)
class Post:
    """One post.

    Attributes
    ----------
    name, network, content_type : str
    row : int
        Line of the file.
    published : date or None
        None where only its age is known.
    age : float
        Days from publication to the day of the list.
    shown : float
        People reached without money, or times shown where reach is not told.
    of_people : bool
        Whether `shown` is of people.
    signs : mapping of str to float
        What people did without money, by the names of `SIGNS`; NaN where not told.
    paid : tuple of PaidWeek
        Oldest first; empty where it was never sponsored.
    """

    name: str
    network: str
    content_type: str
    row: int
    published: dt.date | None
    age: float
    shown: float
    of_people: bool
    signs: Mapping[str, float]
    paid: tuple[PaidWeek, ...] = ()

    @property
    def spent(self) -> float:
        """Money put behind it so far."""
        return sum(week.spend for week in self.paid)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it apart: one name may be on several networks."""
        return self.network, self.name


@dataclass(frozen=True)
class PostList:
    """Posts as they stood on one day.

    Attributes
    ----------
    file : str
        Name for messages.
    posts : tuple of Post
        In the order of the file.
    as_of : date
        The day they are seen from.
    currency : str
        "" where not told.
    findings : tuple of Finding
    """

    file: str
    posts: tuple[Post, ...] = field(repr=False)
    as_of: dt.date
    currency: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Cells:
    """A table with its numbers and days read."""

    table: PostTable
    numbers: Mapping[str, np.ndarray]
    days: Mapping[str, np.ndarray]

    def text(self, name: str, k: int) -> str:
        """A text without stray spaces; "" where there is none."""
        if name not in self.table.columns:
            return ""
        value = self.table.columns[name][k]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if missing(value) else " ".join(str(value).split())

    def at(self, name: str, k: int) -> float:
        """A number; NaN where not told."""
        return float(self.numbers[name][k]) if name in self.numbers else math.nan

    def day(self, name: str, k: int) -> dt.date | None:
        """A day; None where not told."""
        if name not in self.days or np.isnat(self.days[name][k]):
            return None
        return dt.date.fromisoformat(str(self.days[name][k]))

    def problem(self, k: int, column: str, problem: Message, fix: Message) -> InputError:
        """The error of a cell."""
        spelled = self.table.spelled.get(column, column)
        return InputError.at(problem, file=self.table.file, row=self.table.rows[k], column=spelled, fix=fix)


def read_posts(
    source: str | Path | bytes,
    name: str = "",
    weeks: str | Path | tuple[bytes, str] | None = None,
    as_of: dt.date | None = None,
) -> PostList:
    """Read a list of organic posts.

    Parameters
    ----------
    source : path or bytes
        CSV or XLSX, one row per post; rows with a `date` are sponsored weeks of the post they name.
    name : str
        Name for messages.
    weeks : path, or bytes and name, optional
        More rows of sponsored weeks: post, date, spend and what they brought.
    as_of : date, optional
        The day on which the list was exported; without it the day after the newest day it names.

    Raises
    ------
    InputError
        One sentence with file, row and column: a column is missing, a post is there twice, a count is below 0 or not a
        number, more people engaged than were reached, a day lies after `as_of`, or there are no posts.
    """
    from optimizer.history.read import read_bytes

    data, file = read_bytes(source, name)
    cells = _read(read_post_table(data, file, ("post", "network", "content_type")))
    own = [k for k in range(len(cells.table.rows)) if cells.day("date", k) is None]
    if not own:
        fix = say("leave date empty in the row of the post itself")
        raise InputError.at(say("the list has no posts, only weeks of sponsored ones"), file=file, fix=fix)
    check_count(len(own), file)
    _check_pairs(cells)
    more = None
    if weeks is not None:
        given = read_bytes(*weeks) if isinstance(weeks, tuple) else read_bytes(weeks)
        more = _read(read_post_table(*given, ("post", "date", "spend")))
    last = as_of or _day_after(cells, more)
    posts: dict[tuple[str, str], Post] = {}
    for k in own:
        post = _post(cells, k, last)
        if post.key in posts:
            problem = say(
                "post '{post}' is on {network} twice (row {row} too)",
                post=shown(post.name),
                network=post.network,
                row=str(posts[post.key].row),
            )
            raise cells.problem(k, "post", problem, say("keep one row per post"))
        posts[post.key] = post
    paid = _weeks(cells, posts, [k for k in range(len(cells.table.rows)) if k not in set(own)], last)
    if more is not None:
        for key, found in _weeks(more, posts, list(range(len(more.table.rows))), last).items():
            paid[key] = [*paid.get(key, []), *found]
    full = tuple(replace(post, paid=_sorted(paid[key])) if key in paid else post for key, post in posts.items())
    findings = (*cells.table.findings, *(more.table.findings if more is not None else ()))
    return PostList(file, full, last, _currency([cells, *([more] if more is not None else [])]), findings)


def _sorted(found: Sequence[PaidWeek]) -> tuple[PaidWeek, ...]:
    return tuple(sorted(found, key=lambda one: one.week or dt.date.min))


def _read(table: PostTable) -> _Cells:
    """Numbers and days of a table.

    Raises
    ------
    InputError
        A number that is none, is below 0 or has no end; a day that is none.
    """
    numbers, days = {}, {}
    rows = np.array(table.rows)
    for name in table.columns:
        values, column = table.columns[name], table.spelled[name]
        if name in NUMBERS:
            found, bad = to_numbers(values, table.mark.mark)
            wrong = set(bad) | set(np.flatnonzero((found < 0) | (found > MOST)).tolist())
            if wrong:
                k = min(wrong)
                problem = say("{name} is {value}", name=name, value=shown(values[k]))
                if k in bad and parse(str(values[k]), "," if table.mark.mark == "." else ".") is None:
                    problem = say("{name} is '{value}', which is not a number", name=name, value=shown(values[k]))
                fix = say("{name} must be a number of 0 or more", name=name)
                if np.isfinite(found[k]) and found[k] > MOST:
                    fix = say("{name} must be a number from 0 to {most}", name=name, most=figure(MOST, ",g"))
                raise InputError.at(problem, file=table.file, row=table.rows[k], column=column, fix=fix)
            numbers[name] = found
        elif BY_COLUMN[name].kind is Kind.DATE:
            found_days = read_days(values, rows, table.file, column).day
            for k in np.flatnonzero(np.isnat(found_days)).tolist():
                if not missing(values[k]):
                    problem = say("'{value}' is no day", value=shown(values[k]))
                    raise InputError.at(problem, file=table.file, row=table.rows[k], column=column, fix=WRITE_ISO)
            days[name] = found_days
    return _Cells(table, numbers, days)


def _check_pairs(cells: _Cells) -> None:
    """Refuse a list without ages, without people reached, or without anything they did."""
    has = cells.table.columns
    for names, what in (
        (("published", "age_days"), say("the list does not tell how old posts are")),
        (SHOWN, say("the list does not tell how many people posts reached")),
        (("engagements", "link_clicks"), say("the list does not tell what people did with posts")),
    ):
        if not any(name in has for name in names):
            raise InputError.at(what, file=cells.table.file, fix=say("add the column {names}", names=" / ".join(names)))


def _day_after(*tables: _Cells | None) -> dt.date:
    """The day after the newest that is named: weeks end on their Sunday."""
    newest = dt.date.min
    for cells in tables:
        for name, reach in (("published", DAY * 0), ("date", WEEK - DAY)):
            if cells is not None and name in cells.days and not np.isnat(cells.days[name]).all():
                newest = max(newest, dt.date.fromisoformat(str(np.nanmax(cells.days[name]))) + reach)
    return dt.date.today() if newest == dt.date.min else newest + DAY


def _post(cells: _Cells, k: int, as_of: dt.date) -> Post:
    """One post of a row, checked."""
    for name in ("post", "network", "content_type"):
        if not cells.text(name, k):
            fix = say("every row needs a post, a network and a content type")
            raise cells.problem(k, name, say("{name} is empty", name=name), fix)
    published, age = cells.day("published", k), cells.at("age_days", k)
    if published is not None and published > as_of:
        problem = say("published is {day}, after the day of the list ({as_of})", day=day(published), as_of=day(as_of))
        raise cells.problem(k, "published", problem, say("correct it, or say when the list was exported (--as-of DAY)"))
    if published is None and math.isnan(age):
        column = "published" if "published" in cells.days else "age_days"
        fix = say("give the day it was published, or its age in days")
        raise cells.problem(k, column, say("nothing tells how old the post is"), fix)
    reach = next((name for name in SHOWN if not math.isnan(cells.at(name, k))), "")
    if not reach:
        column = next(name for name in SHOWN if name in cells.table.columns)
        fix = say("give reach or impressions, or take the post out")
        raise cells.problem(k, column, say("nothing tells how many people it reached"), fix)
    amount = cells.at(reach, k)
    signs = {name: cells.at(name, k) for name in SIGNS}
    _check_signs(cells, k, reach, signs)
    return Post(
        cells.text("post", k),
        cells.text("network", k).lower(),
        cells.text("content_type", k).lower(),
        cells.table.rows[k],
        published,
        min(float((as_of - published).days) if published is not None else age, OLDEST_DAYS),
        amount,
        reach == "reach",
        signs,
        (_paid(cells, k, None),) if cells.at("spend", k) > 0 else (),
    )


def _check_signs(cells: _Cells, k: int, reach: str, signs: Mapping[str, float]) -> None:
    """Refuse more engagements, clicks and the like than there were people to do them; views are counted otherwise."""
    amount = cells.at(reach, k)
    for name, count in signs.items():
        if name != "video_views" and count > amount:
            problem = say(
                "{name} is {count}, more than the {reach} of {amount}",
                name=name,
                count=shown(cells.table.columns[name][k]),
                reach=reach,
                amount=shown(cells.table.columns[reach][k]),
            )
            raise cells.problem(k, name, problem, say("check that both are of the same post and without money"))


def _weeks(
    cells: _Cells, posts: Mapping[tuple[str, str], Post], rows: Sequence[int], as_of: dt.date
) -> dict[tuple[str, str], list[PaidWeek]]:
    """Sponsored weeks by post.

    Raises
    ------
    InputError
        A week of a post that is not in the list, of two posts of one name, twice, or after the day of the list.
    """
    by_name: dict[str, list[tuple[str, str]]] = {}
    for key in posts:
        by_name.setdefault(key[1], []).append(key)
    found: dict[tuple[str, str], list[PaidWeek]] = {}
    for k in rows:
        name, network = cells.text("post", k), cells.text("network", k).lower()
        keys = [(network, name)] if network else by_name.get(name, [])
        if len(keys) != 1 or keys[0] not in posts:
            fix = say("give each post a row of its own without a date, and its network where two share a name")
            raise cells.problem(k, "post", say("no one post of the list is '{post}'", post=shown(name)), fix)
        week = cells.day("date", k)
        if week is None or week > as_of:
            problem = say("a sponsored week must have a day up to that of the list ({as_of})", as_of=day(as_of))
            raise cells.problem(k, "date", problem, WRITE_ISO)
        week -= dt.timedelta(days=week.weekday())
        held = found.setdefault(keys[0], [])
        if any(one.week == week for one in held):
            problem = say("the week of {week} of post '{post}' is there twice", week=day(week), post=shown(name))
            raise cells.problem(k, "date", problem, say("keep one row per post and week"))
        if math.isnan(cells.at("spend", k)):
            raise cells.problem(k, "spend", say("spend is empty"), say("write 0 where nothing was spent"))
        held.append(_paid(cells, k, week))
    return found


def _paid(cells: _Cells, k: int, week: dt.date | None) -> PaidWeek:
    return PaidWeek(week, *(cells.at(name, k) for name in PAID))


def _currency(tables: Sequence[_Cells]) -> str:
    """The one currency of a list.

    Raises
    ------
    InputError
        Two of them, or none that could be one.
    """
    first = ""
    for cells in tables:
        for k in range(len(cells.table.rows)):
            code = cells.text("currency", k).upper()
            if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
                problem = say("'{value}' is no currency code", value=shown(code))
                raise cells.problem(k, "currency", problem, say("use the three letters of ISO 4217, such as EUR"))
            if code and first and code != first:
                problem = say("money is in {one} here and in {other} above", one=code, other=first)
                raise cells.problem(k, "currency", problem, say("give one list per currency"))
            first = first or code
    return first
