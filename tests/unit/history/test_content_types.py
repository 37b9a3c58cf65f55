"""Content-type rules: in order, the first one wins, on every way of reading."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.history import build_panel, load_history
from optimizer.history.content_types import (
    COLUMNS,
    How,
    NamingRule,
    first_rule,
    from_json,
    preview,
    proposals,
    renamed,
    stem,
    to_json,
)


def rule(column: str, how: str, text: str, content_type: str) -> NamingRule:
    return NamingRule(column, How(how), text, content_type)


def texts(**columns: list[str]) -> dict[str, np.ndarray]:
    return {name: np.array(values, dtype=object) for name, values in columns.items()}


@pytest.mark.parametrize(
    ("how", "text", "value", "holds"),
    [
        ("contains", "reel", "2026_REEL_spring", True),
        ("contains", "reel", "real", False),
        ("starts_with", "ig_", "IG_story", True),
        ("starts_with", "ig_", "big_story", False),
        ("equals", "link post", " Link   Post ", True),
        ("equals", "link", "link post", False),
        ("equals", "", "", True),
        ("equals", "", "image", False),
        ("contains", "GIỚI THIỆU", "video giới thiệu", True),
    ],
)
def test_how_a_rule_compares(how: str, text: str, value: str, holds: bool) -> None:
    assert rule("campaign", how, text, "x").holds(value) is holds


def test_the_first_rule_wins_whatever_column_it_looks_at() -> None:
    columns = texts(content_type=["video", "video", "image"], campaign=["spring reel", "autumn", "reel"])
    rules = (rule("campaign", "contains", "reel", "reel"), rule("content_type", "equals", "video", "film"))
    assert first_rule(columns, rules).tolist() == [0, 1, 0]
    assert renamed(columns, rules).tolist() == ["reel", "film", "reel"]
    assert renamed(columns, rules[::-1]).tolist() == ["film", "film", "reel"]


def test_a_rule_about_a_column_that_is_not_there_holds_nowhere() -> None:
    columns = texts(content_type=["video"])
    assert renamed(columns, (rule("audience", "equals", "", "x"),)).tolist() == ["video"]


def test_names_come_out_as_histories_have_them() -> None:
    assert rule("campaign", "contains", " A  B ", " My  Reel ").content_type == "my reel"


NAMES = st.sampled_from(["reel", "ig reel", "image", "spring", "reel spring", ""])
RULES = st.lists(
    st.builds(
        lambda column, how, text, to: NamingRule(column, how, text or "x", to),
        st.sampled_from(["content_type", "campaign"]), st.sampled_from(list(How)), NAMES, st.sampled_from(["a", "b"]),
    ),
    max_size=5,
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=12), RULES)
def test_rules_do_row_by_row_what_they_say(rows: list[tuple[str, str]], rules: list[NamingRule]) -> None:
    columns = texts(content_type=[one for one, _ in rows], campaign=[two for _, two in rows])
    expected = []
    for one, two in rows:
        given = {"content_type": one, "campaign": two}
        expected.append(next((r.content_type for r in rules if r.holds(given[r.column])), one))
    assert renamed(columns, rules).tolist() == expected


# What cannot be -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("mood", "contains", "a", "b"), "content-type rules cannot look at mood"),
        (("campaign", "ends_with", "a", "b"), "cannot compare by 'ends_with'"),
        (("campaign", "contains", "  ", "b"), "a content-type rule for campaign has no text to look for"),
        (("campaign", "contains", "a", " "), "the rule where campaign holds 'a' names no content type"),
        (("campaign", "contains", "a" * 201, "b"), "a content-type rule for campaign is too long"),
    ],
)
def test_a_rule_that_cannot_be_is_a_sentence(parts: tuple[str, str, str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        NamingRule(*parts)  # type: ignore[arg-type]


def test_rules_come_back_from_plain_values() -> None:
    rules = tuple(rule(column, "contains", "a", "b") for column in COLUMNS)
    assert from_json(to_json(rules)) == rules
    assert from_json({}) == ()


@pytest.mark.parametrize(
    "values",
    [
        {"mood": []},
        {"rules": "a"},
        {"rules": [5]},
        {"rules": [{"column": "campaign"}]},
        {"rules": [{"column": "campaign", "how": "contains", "text": 5, "content_type": "b"}]},
        {"rules": [{"column": "campaign", "how": "contains", "text": "a", "content_type": "b"}] * 201},
    ],
)
def test_plain_values_that_are_no_rules_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(InputError, match="these are not content-type rules"):
        from_json(values)


# On reading ---------------------------------------------------------------------------------------------------------


def test_rules_are_applied_when_a_file_is_read(good: str) -> None:
    read = load_history(good.encode(), naming=(rule("network", "equals", "Instagram", "Short Video"),))
    assert set(read.table["content_type"]) == {"video", "short video"}
    said = [finding.problem for finding in read.findings if finding.rule == "content-type-rules"]
    assert said == ["content-type rules gave 4 rows another content type than the file"]


def test_rules_that_change_nothing_are_not_mentioned(good: str) -> None:
    read = load_history(good.encode(), naming=(rule("content_type", "equals", "video", "video"),))
    assert "content-type-rules" not in {finding.rule for finding in read.findings}


def test_rules_may_fill_empty_content_types(good: str) -> None:
    frame = pd.read_csv(io.StringIO(good))
    frame["campaign"] = np.where(frame["content_type"] == "reel", "autumn reel", "other")
    frame.loc[frame["content_type"] == "reel", "content_type"] = ""
    data = frame.to_csv(index=False).encode()
    with pytest.raises(InputError, match="content_type is empty"):
        load_history(data)
    read = load_history(data, naming=(rule("campaign", "contains", "reel", "reel"),))
    pd.testing.assert_frame_equal(read.table.drop(columns="campaign"), load_history(good.encode()).table)


def test_rows_that_become_one_cell_are_summed_as_one(good: str) -> None:
    more = good.replace("instagram,reel", "facebook,reel")
    alone = build_panel(load_history(more.encode()))
    panel = build_panel(load_history(more.encode(), naming=(rule("network", "starts_with", "f", "all"),)))
    assert [cell.label for cell in panel.cells] == ["facebook/all"]
    np.testing.assert_allclose(panel.spend[0], alone.spend.sum(axis=0))


# What rules would do ------------------------------------------------------------------------------------------------


def test_the_preview_counts_rows_and_money() -> None:
    table = pd.DataFrame(
        {
            "content_type": ["reel", "reels", "image", "image", ""],
            "campaign": ["a", "a", "b", "c", "c"],
            "spend": [10.0, 5.0, 100.0, np.nan, 7.0],
        }
    )
    rules = (
        rule("content_type", "equals", "reels", "reel"),
        rule("campaign", "equals", "c", "other"),
        rule("content_type", "equals", "reels", "never"),
    )
    found = preview(table, rules)
    assert [(line.content_type, line.rows, line.spend, line.before) for line in found.lines] == [
        ("image", 1, 100.0, ("image",)),
        ("reel", 2, 15.0, ("reel", "reels")),
        ("other", 2, 7.0, ("", "image")),
    ]
    assert found.by_rule == ((1, 5.0), (2, 7.0), (0, 0.0))
    assert (found.untouched_rows, found.untouched_spend) == (2, 110.0)
    assert sum(line.rows for line in found.lines) == len(table)


def test_the_preview_is_what_reading_does(sample_history) -> None:
    rules = (rule("content_type", "contains", "reel", "short"), rule("network", "equals", "tiktok", "tiktok video"))
    plain, read = load_history(sample_history).table, load_history(sample_history, naming=rules).table
    money = read.groupby("content_type")["spend"].sum()
    assert {line.content_type: pytest.approx(line.spend) for line in preview(plain, rules).lines} == money.to_dict()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["reel", "Reels", "ig_reel"], [("reel", ("Reels", "ig_reel"))]),
        (["story", "stories", "image"], [("story", ("stories",))]),
        (["photo", "image", "video"], [("photo", ("image",))]),
        (["link_post", "link"], [("link_post", ("link",))]),
        (["carousel", "carosel"], [("carousel", ("carosel",))]),
        (["carousel", "image", "story", "video", "creator", "reel", "document", "in_stream", "short", "live"], []),
        (["text", "test"], []),
        (["video", "video ad", "vid", "15s video"], [("video", ("vid", "video ad"))]),
        (["", "image"], []),
    ],
)
def test_names_that_look_alike_are_proposed_as_one(names: list[str], found: list[tuple[str, tuple[str, ...]]]) -> None:
    spend = {name: 1000.0 - place for place, name in enumerate(names)}
    assert [(one.target, one.names) for one in proposals(spend)] == found


def test_a_proposal_does_what_it_says() -> None:
    (one,) = proposals({"reel": 5.0, "reels": 9.0, "Ig Reel": 1.0})
    assert one.target == "reels"
    columns = texts(content_type=["reel", "reels", "ig reel", "image"])
    assert renamed(columns, one.rules).tolist() == ["reels", "reels", "reels", "image"]


ALIKE = st.sampled_from(
    ["reel", "reels", "ig_reel", "story", "stories", "carousel", "carosel", "carousels", "photo", "image", "video ad"]
)


@given(st.dictionaries(ALIKE, st.floats(0, 1000), max_size=8))
def test_after_the_proposals_nothing_looks_alike(spend: dict[str, float]) -> None:
    rules = [rule for one in proposals(spend) for rule in one.rules]
    names = renamed(texts(content_type=list(spend)), rules).tolist()
    assert proposals(dict.fromkeys(names, 1.0)) == ()


@pytest.mark.parametrize(
    ("name", "expected"), [("Reels 15s", "reel 15s"), ("ads", "ads"), ("", ""), ("glass", "glass")]
)
def test_the_stem_of_a_name(name: str, expected: str) -> None:
    assert stem(name) == expected
