"""rules.toml: every rule read, everything unknown refused with a hint."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, solve
from optimizer.allocation.rules import (
    ChangeLimit,
    CountLimit,
    Diversification,
    ExplorationShare,
    FixedCost,
    GroupLimit,
    Lock,
    NothingOrAtLeast,
    RatioFloor,
    Steps,
    Tied,
)
from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.planning.rules_file import RuleContext, read_rules, read_rules_text
from optimizer.response.curves import Curves

CELLS = (
    Cell("facebook", "image"), Cell("facebook", "link"), Cell("instagram", "image"), Cell("instagram", "reel"),
    Cell("instagram", "video"), Cell("linkedin", "video"), Cell("tiktok", "video"),
)  # fmt: skip
CURVES = Curves.from_slopes(CELLS, [0.0, 20_000.0], [[9.0, 0.0]] * 7, np.zeros(7))
CONTEXT = RuleContext(np.arange(100.0, 800.0, 100.0), {"revenue": CURVES, "conversions": CURVES}, 4.0, (1, 5))
TEMPLATE = Path(__file__).parents[3] / "data" / "rules_template.toml"
DOCS = TEMPLATE.parents[1] / "docs" / "rules.md"


def rules(tmp_path: Path, text: str, context: RuleContext = CONTEXT) -> tuple[object, ...]:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return read_rules(path, CELLS, context)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[limit]]\nnetwork = "instagram"\nminimum = 10.0\nmaximum_share = 0.5', (
            GroupLimit((2, 3, 4), minimum=10.0, label="minimum of instagram"),
            GroupLimit((2, 3, 4), maximum_share=0.5, label="maximum share of instagram"))),
        ('[groups.moving]\ncontent_type = ["reel", "video"]\nwithout = ["linkedin/video"]\n'
         '[[limit]]\ngroup = "moving"\nnetwork = ["instagram", "linkedin"]\nmaximum = 10\nlabel = "moving"',
         (GroupLimit((3, 4), maximum=10.0, label="maximum of moving"),)),
        ('[[lock]]\ncell = "tiktok/video"\namount = 7', (Lock(6, 7.0, "lock of tiktok/video"),)),
        ('[[lock]]\ncells = ["facebook/link"]', (Lock(1, 200.0, "lock of facebook/link"),)),
        ('[[nothing_or_at_least]]\nnetwork = "facebook"\namount = 350\ntoday_may_stay = true',
         (NothingOrAtLeast((0, 1), 350.0, (100.0, 200.0), "smallest amount of facebook"),)),
        ('[[in_use]]\ncontent_type = "image"\nat_most = 1',
         (CountLimit(((0,), (2,)), 0, 1, 0.0, "cells in use of image"),)),
        ('[[in_use]]\nnetwork = ["facebook", "tiktok"]\nof = "content_types"\nat_least = 1\nsmallest = 5', (
            CountLimit(((0,), (1,)), 1, None, 5.0, "content types in use on facebook"),
            CountLimit(((6,),), 1, None, 5.0, "content types in use on tiktok"))),
        ("[[diversification]]\nshare = 0.3", (Diversification(tuple(range(7)), 0.3, "largest share of a cell"),)),
        ("[[change]]\nshare = 0.3\nalways = 5", (ChangeLimit(tuple(range(7)), 0.3, None, 5.0, None,
                                                             "change of all cells"),)),
        ("[[steps]]\nstep = 10", (Steps(tuple(range(7)), 10.0, "steps of all cells"),)),
        ('[[production_cost]]\ncontent_type = "video"\ncost = 4e3',
         (FixedCost((4, 5, 6), 4_000.0, "production cost of video"),)),
        ('[[return]]\nnetwork = "tiktok"\nroas_at_least = 2.5',
         (RatioFloor((6,), CURVES, 2.5, 4.0, "ROAS of tiktok at least 2.5"),)),
        ('[[return]]\nnetwork = "tiktok"\nroi_at_least = 0.2\nmargin = 0.5',
         (RatioFloor((6,), CURVES, 2.4, 4.0, "ROI of tiktok at least 0.2"),)),
        ('[[return]]\nnetwork = "tiktok"\ncpa_at_most = 40',
         (RatioFloor((6,), CURVES, 1 / 40, 4.0, "CPA of tiktok at most 40"),)),
        ("[[exploration]]\nshare = 0.05", (ExplorationShare((1, 5), 0.05),)),
        ('[[exploration]]\nnetwork = "tiktok"\nshare = 0.05', (ExplorationShare((6,), 0.05),)),
        ('[[tied]]\ncells = ["facebook/image", "instagram/image"]\nweights = [1, 2]',
         (Tied((0, 2), (1.0, 2.0), "proportion of facebook/image, instagram/image"),)),
    ],
)  # fmt: skip
def test_every_rule(text: str, expected: tuple[object, ...], tmp_path: Path) -> None:
    assert rules(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[limits]]\nminimum = 1", "the rules: key 'limits' is unknown; did you mean 'limit'?"),
        ("[[limit]]\nminimun = 1", "[[limit]] number 1: key 'minimun' is unknown; did you mean 'minimum'?"),
        ('[groups.a]\nnetwrk = "x"', "key 'netwrk' is unknown; did you mean 'network'?"),
        ('[[limit]]\nnetwork = "instagrm"\nminimum = 1', "network 'instagrm' is unknown; did you mean 'instagram'?"),
        ('[[limit]]\ncontent_type = "podcast"\nminimum = 1', "content type 'podcast' is unknown; known are: image,"),
        ('[[limit]]\naudience = "all"\nminimum = 1', "audience 'all' is unknown; none is known here"),
        ('[[lock]]\ncell = "tiktok/vdeo"\namount = 1', "cell 'tiktok/vdeo' is unknown; did you mean 'tiktok/video'?"),
        ('[[limit]]\ngroup = "own"\nminimum = 1', "group 'own' is unknown; none is known here"),
        ('[[limit]]\nnetwork = "tiktok"\ncontent_type = "link"\nminimum = 1', "no cell fits all that it names"),
        ('[[limit]]\nnetwork = "tiktok"', "[[limit]] number 1: it sets no limit"),
        ("[[limit]]\nminimum = 5\nmaximum = 4", "minimum 5.00 above its maximum 4.00"),
        ("[[limit]]\nminimum = -5", "is -5; it must be a number of 0 or more"),
        ("[[limit]]\nminimum_share = 30", "is 30; a share lies between 0 and 1"),
        ('[[limit]]\nminimum = "many"', "[[limit]] number 1: minimum is 'many'; it should be a valid number"),
        ("[[limit]]\nminimum = nan", "minimum is nan"),
        ("[[diversification]]", "[[diversification]] number 1: share is missing; add share = ..."),
        ("[[in_use]]\nat_most = 1.5", "at_most is 1.5"),
        ('[[in_use]]\nof = "posts"\nat_most = 1', "of is 'posts'; it should be 'cells' or 'content_types'"),
        ("[[in_use]]", "it sets no limit; give at_least or at_most"),
        ("[[return]]\nroas_at_least = 2\ncpa_at_most = 3", "it gives 2 limits; give one of"),
        ("[[return]]\nroi_at_least = 2", "give margin"),
        ('[[return]]\nroas_at_least = 2\noutcome = "sales"', "outcome 'sales' is unknown; known are: revenue"),
        ("[[return]]\nroas_at_least = 0", "roas_at_least is 0; it must be above 0"),
        ('[[tied]]\ncells = ["facebook/image", "instagram/image"]\nweights = [1]', "has 1 weights"),
        ('[groups.none]\nnetwork = "tiktok"\nwithout = ["tiktok/video"]', "group none holds no cell"),
        ("[[limit]\nminimum = 1", "the rules are not valid TOML"),
        ("limit = 3", "is 3; it should be a valid list"),
    ],
)
def test_what_cannot_be_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        rules(tmp_path, text)
    assert "rules.toml" in str(caught.value)


def test_what_today_is_not_known_cannot_be_locked(tmp_path: Path) -> None:
    for text in ("[[lock]]", "[[nothing_or_at_least]]\namount = 3\ntoday_may_stay = true"):
        with pytest.raises(InputError, match="what is spent today is not known here"):
            rules(tmp_path, text, RuleContext())


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_rules(tmp_path / "none.toml", CELLS)
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe[")
    with pytest.raises(InputError, match="not text in UTF-8"):
        read_rules(tmp_path / "odd.toml", CELLS)


def test_no_weak_cells_means_nothing_to_explore(tmp_path: Path) -> None:
    assert rules(tmp_path, "[[exploration]]\nshare = 0.05", RuleContext()) == ()


def uncommented(text: str) -> str:
    """The template with what stands behind # taken as meant."""
    return "\n".join(m[1] for line in text.splitlines() if (m := re.match(r"# ?((\[|\w+ = ).*)$", line)))


def test_the_template_is_valid_as_it_is_and_uncommented(tmp_path: Path) -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    assert read_rules(TEMPLATE, CELLS) == ()
    assert len(rules(tmp_path, uncommented(text))) == 14


def test_every_example_of_the_page_is_valid_and_every_rule_has_one(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    made = [type(rule) for block in blocks for rule in rules(tmp_path, block)]
    every = {GroupLimit, Lock, NothingOrAtLeast, CountLimit, Diversification, ChangeLimit, Steps, FixedCost,
             RatioFloor, ExplorationShare, Tied}  # fmt: skip
    assert set(made) == every


def test_rules_of_a_file_are_kept_by_the_plan(tmp_path: Path) -> None:
    text = '[[limit]]\nnetwork = "linkedin"\nminimum = 900\n[[steps]]\nstep = 50\n[[in_use]]\nat_most = 3\n'
    bounds = Bounds(np.zeros(7), np.full(7, np.inf))
    result = solve(Problem(CURVES, 4_000.0, bounds, CONTEXT.today, rules=rules(tmp_path, text)))
    assert result.spend[5] >= 900
    assert (np.round(result.spend / 50) * 50).tolist() == result.spend.tolist()
    assert (result.spend > 0).sum() <= 3
    assert [state.label for state in result.certificate.rules] == [
        "minimum of linkedin", "cells in use of all cells", "steps of all cells"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[lock]", "screen: the rules are not valid TOML: "),
        (f"a = {'[' * 20_000}", "screen: the rules cannot be read (brackets stand inside each other); "),
        (f"a = 1{'0' * 6000}", "screen: the rules cannot be read (a number is too long); "),
        ("[[lok]]", "screen: the rules: key 'lok' is unknown; did you mean 'lock'"),
    ],
)
def test_text_is_refused_as_a_file_is(text, message):
    with pytest.raises(InputError) as told:
        read_rules_text(text, "screen", CELLS)
    assert str(told.value).startswith(message)


def test_text_is_read_as_a_file_is(tmp_path):
    text = '[[diversification]]\nshare = 0.4\n[[lock]]\ncell = "tiktok/video"\namount = 20\n'
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    assert read_rules_text(text, "screen", CELLS) == read_rules(path, CELLS)
