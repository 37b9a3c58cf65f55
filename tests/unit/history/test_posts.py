"""A list of posts is read as it stands, and what is wrong with it costs one sentence with file, row and column."""

from __future__ import annotations

import datetime as dt
import io
import math

import pandas as pd
import pytest

from optimizer.errors import InputError
from optimizer.history.posts import PostList, read_posts
from optimizer.history.posts_file import posts_csv

HEADER = "post,network,content_type,published,reach,engagements,link_clicks,negative_reactions,date,spend,conversions"
FIRST = "a,Instagram,Reel,2026-10-20,1000,50,12,1,,,"
SECOND = "b,facebook,image,2026-10-25,400,9,3,,,,"


def read(*rows: str, header: str = HEADER, **more: object) -> PostList:
    return read_posts("\n".join([header, *rows]).encode(), "p.csv", **more)  # type: ignore[arg-type]


def refusal(*rows: str, header: str = HEADER, **more: object) -> str:
    with pytest.raises(InputError) as caught:
        read(*rows, header=header, **more)
    return str(caught.value)


def test_posts_have_their_age_and_what_is_not_told_is_not_zero() -> None:
    found = read(FIRST, SECOND)
    assert found.as_of == dt.date(2026, 10, 26)  # the day after the newest day
    one, other = found.posts
    assert (one.network, one.content_type, one.age, one.shown) == ("instagram", "reel", 6.0, 1000.0)
    assert other.age == 1.0
    assert math.isnan(other.signs["negative_reactions"])
    assert one.signs["negative_reactions"] == 1.0
    assert not one.paid


def test_weeks_belong_to_their_post_and_stand_in_order() -> None:
    later, first = "a,instagram,reel,,,,,,2026-10-28,40,2", "a,,,,,,,,2026-10-19,30,3"
    found = read(FIRST, SECOND, later, first)
    assert [week.week for week in found.posts[0].paid] == [dt.date(2026, 10, 19), dt.date(2026, 10, 26)]
    assert found.posts[0].spent == 70.0
    assert found.as_of == dt.date(2026, 11, 4)


def test_weeks_may_stand_in_a_second_file() -> None:
    weeks = b"post,date,spend,conversions,frequency\na,2026-10-19,30,3,1.5\n"
    found = read(FIRST, SECOND, weeks=(weeks, "w.csv"))
    assert found.posts[0].paid[0].frequency == 1.5
    assert found.posts[1].paid == ()


def test_spend_in_the_own_row_is_all_there_was_so_far_unless_weeks_tell_it() -> None:
    total = "a,instagram,reel,2026-10-20,1000,50,12,1,,99,7"
    assert read(total).posts[0].paid[0].week is None
    assert read(total, "a,instagram,reel,,,,,,2026-10-19,30,3").posts[0].spent == 30.0


def test_other_headers_marks_and_workbooks_are_read() -> None:
    header = "Post ID;Platform;Post type;Publish time;Reach;Interactions;Link clicks;Amount spent (EUR);Results"
    found = read("7;Facebook;Video;20.10.2026;1.250;31;4;12,50;2", header=header)
    assert found.posts[0].name == "7"
    assert found.posts[0].shown == 1250.0
    assert found.posts[0].spent == 12.5
    book = io.BytesIO()
    pd.read_csv(io.StringIO("\n".join([HEADER, FIRST]))).to_excel(book, index=False)
    assert read_posts(book.getvalue(), "p.xlsx").posts[0].signs["link_clicks"] == 12.0


def test_the_list_reads_back_as_it_was() -> None:
    week = "a,instagram,reel,,,,,,2026-10-19,30.5,2.5"
    header = HEADER.replace("published", "age_days").replace("reach", "impressions")
    for found in (read(FIRST, SECOND, week), read("x,tiktok,video,3.5,900,4,2,1,,,", header=header)):
        again = read_posts(posts_csv(found).encode(), "p.csv", as_of=found.as_of)
        drop = [repr((one.key, one.content_type, one.age, one.shown, one.signs, one.paid)) for one in found.posts]
        assert [repr((p.key, p.content_type, p.age, p.shown, p.signs, p.paid)) for p in again.posts] == drop


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,instagram,reel,2026-10-20,1000,1050,12,1,,,", "p.csv, row 2, column engagements: engagements is 1050, more "
         "than the reach of 1000; check that both are of the same post and without money."),
        ("a,instagram,reel,2026-10-20,1000,-5,12,1,,,", "p.csv, row 2, column engagements: engagements is -5; "
         "engagements must be a number of 0 or more."),
        ("a,instagram,reel,2026-10-20,1e300,50,12,1,,,", "p.csv, row 2, column reach: reach is 1e300; reach must be a "
         "number from 0 to 1e+15."),
        ("a,instagram,reel,2026-10-20,1000,many,12,1,,,", "p.csv, row 2, column engagements: engagements is 'many', "
         "which is not a number; engagements must be a number of 0 or more."),
        ("a,instagram,reel,2026-10-20,,5,12,1,,,", "p.csv, row 2, column reach: nothing tells how many people it "
         "reached; give reach or impressions, or take the post out."),
        ("a,instagram,reel,,1000,5,12,1,,,", "p.csv, row 2, column published: nothing tells how old the post is; give "
         "the day it was published, or its age in days."),
        ("a,,reel,2026-10-20,1000,5,12,1,,,", "p.csv, row 2, column network: network is empty; every row needs a post, "
         "a network and a content type."),
        ("a,instagram,reel,soon,1000,5,12,1,,,", "p.csv, row 2, column published: 'soon' is no day; write dates as "
         "YYYY-MM-DD."),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(row: str, said: str) -> None:
    assert refusal(row) == said


def test_a_post_twice_is_refused_but_not_on_two_networks() -> None:
    twice = "p.csv, row 3, column post: post 'a' is on instagram twice (row 2 too); keep one row per post."
    assert refusal(FIRST, FIRST) == twice
    assert len(read(FIRST, FIRST.replace("Instagram", "tiktok")).posts) == 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["z,instagram,reel,,,,,,2026-10-19,30,3"], "p.csv, row 3, column post: no one post of the list is 'z'; give "
         "each post a row of its own without a date, and its network where two share a name."),
        (["a,instagram,reel,,,,,,2026-10-19,30,3"] * 2, "p.csv, row 4, column date: the week of 2026-10-19 of post 'a' "
         "is there twice; keep one row per post and week."),
        (["a,instagram,reel,,,,,,2026-10-19,,3"], "p.csv, row 3, column spend: spend is empty; write 0 where nothing "
         "was spent."),
    ],
)  # fmt: skip
def test_a_wrong_week_is_named(rows: list[str], said: str) -> None:
    assert refusal(FIRST, *rows) == said


def test_a_day_after_that_of_the_list_is_refused() -> None:
    said = refusal(FIRST, as_of=dt.date(2026, 10, 1))
    assert said.startswith("p.csv, row 2, column published: published is 2026-10-20, after the day of the list (2026-")


def test_a_list_without_posts_or_columns_is_refused() -> None:
    assert refusal() == "p.csv, row 1: the list has no posts: there is a header but no row below it."
    assert refusal("a,instagram,reel,,,,,,2026-10-19,30,3").startswith("p.csv: the list has no posts, only weeks")
    assert refusal(FIRST, header="mood,colour").startswith("p.csv: no header was found")
    assert "column content_type is missing" in refusal("a,x,5", header="post,network,reach")
    without = HEADER.replace("engagements", "x").replace("link_clicks", "y")
    assert refusal(FIRST, header=without).startswith("p.csv: the list does not tell what people did with posts")
    no_age = refusal(FIRST, header=HEADER.replace("published", "born"))
    assert no_age == "p.csv: the list does not tell how old posts are; add the column published / age_days."


def test_two_currencies_are_refused() -> None:
    header = f"{HEADER},currency"
    said = refusal(f"{FIRST},EUR", f"{SECOND},USD", header=header)
    assert said == "p.csv, row 3, column currency: money is in USD here and in EUR above; give one list per currency."
    assert "is no currency code" in refusal(f"{FIRST},EURO", header=header)


def test_an_unknown_column_is_left_out_and_said() -> None:
    found = read(f"{FIRST},happy", header=f"{HEADER},mood")
    assert [one.rule for one in found.findings] == ["unknown-column"]
