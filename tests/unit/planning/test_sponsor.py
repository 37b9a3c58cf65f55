"""Which posts deserve money: what moves a probability, and what keeps a post from it."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.history.posts import PostList, read_posts
from optimizer.planning.sponsor.console import sponsor_lines
from optimizer.planning.sponsor.files import ranking_csv, sponsor_json
from optimizer.planning.sponsor.rank import SponsorRequest, rank_posts, sponsor_question
from optimizer.planning.studio import open_studio

HEADER = "post,network,content_type,age_days,reach,engagements,link_clicks,negative_reactions"


@pytest.fixture(scope="module")
def history(history_file):
    return load_history(history_file)


@pytest.fixture(scope="module")
def studio(history):
    return open_studio(history, sponsor_question(history, SponsorRequest()))


def usual(count=40, reach=2000, seed=5, spread=0.3):
    """Ordinary posts of a place, with the noise that posts have."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(count):
        clicks = rng.binomial(reach, 0.01 * np.exp(spread * rng.standard_normal()))
        seen = rng.binomial(reach, 0.04 * np.exp(spread * rng.standard_normal()))
        rows.append(f"u{k},instagram,reel,20,{reach},{seen},{clicks},{rng.binomial(reach, 0.001)}")
    return rows


def listed(*rows, header=HEADER) -> PostList:
    return read_posts("\n".join([header, *rows]).encode(), "p.csv")


@pytest.fixture
def judged(history, studio):
    def _judged(*rows, header=HEADER, **asked):
        found = rank_posts(listed(*usual(), *rows, header=header), SponsorRequest(**asked), history, studio)
        return {one.post.name: one for one in found.judged}, found

    return _judged


def test_a_post_far_above_its_place_gets_money_and_one_below_does_not(judged):
    posts, found = judged("good,instagram,reel,20,3000,400,120,2", "bad,instagram,reel,20,3000,60,9,2")
    assert posts["good"].verdict.name == "sponsor"
    assert (posts["bad"].verdict.name, posts["bad"].verdict.kind) == ("do not", "below")
    assert posts["good"].cost.middle < posts["good"].bar_cost < posts["bad"].cost.middle
    assert posts["good"].cost.low < posts["good"].cost.middle < posts["good"].cost.high
    assert found.expected == pytest.approx(sum(one.chance for one in found.of("sponsor")))
    assert [one.chance for one in found.judged] == sorted((one.chance for one in found.judged), reverse=True)


def test_the_same_rate_says_less_of_few_people(judged):
    posts, _ = judged("few,instagram,reel,20,30,4,1,0", "many,instagram,reel,20,3000,400,100,0")
    assert posts["few"].chance < 0.7 < posts["many"].chance
    assert posts["few"].verdict.name != "sponsor"


def test_negative_reactions_count_against_a_post_and_keep_it_from_money(judged):
    posts, _ = judged("loved,instagram,reel,20,3000,400,120,3", "hated,instagram,reel,20,3000,400,120,60")
    assert posts["hated"].chance < posts["loved"].chance
    assert (posts["hated"].verdict.name, posts["hated"].verdict.kind) == ("do not", "negative")
    assert posts["hated"].verdict.annoys > 5


def test_a_young_post_waits_and_an_old_one_that_cannot_be_told_does_not(judged):
    posts, _ = judged("young,instagram,reel,1,150,12,3,0", "old,instagram,reel,40,150,12,3,0")
    assert posts["young"].verdict.name == "wait"
    assert posts["old"].verdict.name == "do not"
    posts, _ = judged("today,instagram,reel,0,900,300,90,0")
    assert posts["today"].verdict.kind == "young"


def test_waiting_says_how_many_people_would_decide(history, studio):
    rows = [row.replace(",20,2000,", ",6,2000,") for row in usual(80, spread=0.9)]
    young = [f"y{k},instagram,reel,1,60,{3 + k},{1 + k // 2},0" for k in range(12)]
    found = rank_posts(listed(*rows, *young), None, history, studio)
    waits = [one for one in found.of("wait") if math.isfinite(one.verdict.more)]
    assert waits
    assert all(0.3 < one.chance < 0.7 and one.verdict.more >= 100 and one.verdict.days >= 1 for one in waits)
    lines = [line for line in sponsor_lines(found) if line.startswith(waits[0].post.name)]
    assert "would likely decide" in lines[0]


def test_money_of_its_own_says_more_than_signs(judged):
    header = f"{HEADER},date,spend,conversions"
    rows = [f"{row},,," for row in usual(12, seed=8)]
    rows = [row.replace("u", "w", 1) for row in rows]
    for k in range(12):
        rows += [f"w{k},instagram,reel,,,,,,2026-10-{day:02d},100,{8 if k else 30}" for day in (5, 12)]
    posts, found = judged(*rows, header=header)
    assert found.link.learned
    assert posts["w0"].chance > 0.9
    assert posts["w1"].chance < 0.5


def test_the_link_is_a_stated_assumption_without_sponsored_posts(judged):
    _, found = judged()
    assert not found.link.learned
    assert found.link.doubling[0] == pytest.approx(1.65, rel=0.1)
    assert any("cautious assumption" in line for line in sponsor_lines(found))


def test_a_place_without_history_is_judged_with_more_doubt_and_said(judged):
    rows = [row.replace("instagram,reel", "threads,text").replace("u", "t", 1) for row in usual()]
    posts, found = judged("good,instagram,reel,20,3000,400,120,2", *rows, "far,threads,text,20,3000,400,120,2")
    far, good = posts["far"], posts["good"]
    assert not far.known
    assert 0.5 < far.chance < good.chance
    assert far.result.high / far.result.low > 1.5 * good.result.high / good.result.low
    (finding,) = [one for one in found.findings if one.rule == "unknown-place"]
    assert "threads/text" in finding.text
    assert finding.rows[0] == 43


def test_a_bar_may_be_given_as_a_cost_or_as_a_return(judged, history):
    good = "good,instagram,reel,20,3000,400,120,2"
    posts, _ = judged(good)
    dear, _ = judged(good, bar=posts["good"].cost.middle / 3)
    cheap, _ = judged(good, bar=posts["good"].cost.middle * 3)
    assert dear["good"].chance < 0.1 < 0.9 < cheap["good"].chance
    asked = SponsorRequest(bar=100.0, goal="revenue")
    found = rank_posts(listed(*usual(), good), asked, history)
    assert not found.counts
    assert max(one.chance for one in found.judged) < 0.05


def test_tests_take_the_budget_from_the_top_and_never_more(judged):
    good = [f"g{k},instagram,reel,20,3000,{380 + k},{110 + k},1" for k in range(4)]
    free, _ = judged(*good)
    need = max(one.test.amount for one in free.values() if one.test)
    assert all(one.test.tells for one in free.values() if one.test and one.test.amount < need)
    short, found = judged(*good, budget=1.6 * need)
    amounts = [one.test.amount for one in found.of("sponsor") if one.test]
    assert 0 < sum(amounts) <= 1.6 * need
    assert amounts[-1] == 0
    assert "used up" in ranking_csv(found)
    assert short.keys() == free.keys()


def test_a_test_takes_longer_in_a_small_place_and_no_more_than_its_share(judged, studio):
    posts, _ = judged("good,instagram,reel,20,3000,400,120,2")
    test = posts["good"].test
    weekly = studio.panel.recent_spend[list(studio.panel.cells).index(("instagram", "reel", ""))]
    assert test.per_day <= 0.3 * weekly / 7 * 1.05
    assert test.days in (7, 14, 21, 28)
    assert test.per_day == pytest.approx(test.amount / test.days)


def test_without_a_history_the_list_is_the_bar_and_without_results_only_the_order_is_known():
    rows = usual()
    bare = rank_posts(listed(*rows, "good,instagram,reel,20,3000,400,120,2"))
    assert (bare.source, bare.outcome) == ("nothing", "")
    assert bare.judged[0].post.name == "good"
    assert math.isnan(bare.judged[0].cost.middle)
    assert bare.judged[0].test is None
    header = f"{HEADER},spend,conversions"
    paid = rank_posts(listed(*(f"{row},100,8" for row in rows[:10]), *(f"{row},," for row in rows[10:]), header=header))
    assert (paid.source, paid.outcome) == ("list", "conversions")
    assert paid.judged[0].bar_cost == pytest.approx(12.5, rel=0.35)
    with pytest.raises(InputError, match="nothing here tells what money brings"):
        rank_posts(listed(*rows), SponsorRequest(bar=20.0))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"budget": 0.0}, "budget is 0; it must be a number above 0"),
        ({"bar": -1.0}, "bar is -1; it must be a number above 0"),
        ({"seed": -1}, "seed is -1; it must be a whole number, 0 or more"),
    ],
)
def test_amounts_must_be_above_nothing(asked, said):
    with pytest.raises(InputError, match=said):
        SponsorRequest(**asked)


def test_a_list_with_which_nobody_did_anything_is_refused(history, studio):
    nobody = [f"p{k},instagram,reel,20,{1000 + k},0,0,0" for k in range(3)]
    with pytest.raises(InputError, match=r"p\.csv: nobody clicked, engaged with or saved any of the posts"):
        rank_posts(listed(*nobody), None, history, studio)
    one = "p3,instagram,reel,20,1000,0,1,0"
    assert len(rank_posts(listed(*nobody, one), None, history, studio).judged) == 4


def test_a_goal_that_the_list_does_not_count_needs_the_history():
    rows = [f"{row},100,8" for row in usual()]
    header = f"{HEADER},spend,conversions"
    assert rank_posts(listed(*rows, header=header), SponsorRequest(goal="conversions")).outcome == "conversions"
    with pytest.raises(InputError, match="goal is 'revenue', and without a history results are what the list counts"):
        rank_posts(listed(*rows, header=header), SponsorRequest(goal="revenue"))


def test_another_currency_and_profit_are_refused(history, studio, tmp_path):
    found = replace(listed(*usual()), currency="USD")
    with pytest.raises(InputError, match="money is in USD, but the history is in EUR"):
        rank_posts(found, None, history, studio)
    path = tmp_path / "s.toml"
    path.write_text("margin = 0.4\n")
    with pytest.raises(InputError, match="cannot be held against profit"):
        rank_posts(found, SponsorRequest(goal="profit", settings=path), history)


def test_the_same_list_and_seed_give_the_same_bytes(history, studio):
    first, second = (ranking_csv(rank_posts(listed(*usual()), None, history, studio)) for _ in range(2))
    assert first == second


def test_files_hold_every_post_and_no_formula(judged):
    _, found = judged("=cmd(),instagram,reel,20,3000,400,120,2")
    rows = list(csv.DictReader(io.StringIO(ranking_csv(found))))
    assert len(rows) == 41
    assert [int(row["rank"]) for row in rows] == list(range(1, 42))
    assert "'=cmd()" in {row["post"] for row in rows}
    held = json.loads(sponsor_json(found))
    assert held["verdicts"]["sponsor"] == len(found.of("sponsor"))
    assert [one["post"] for one in held["ranking"]][:2] == [one.post.name for one in found.judged[:2]]
    assert sum(held["verdicts"].values()) == 41
