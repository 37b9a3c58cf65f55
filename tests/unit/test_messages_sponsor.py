"""What is said of posts can be said in Vietnamese: headline, reasons, what it rests on, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.history import posts as posts_room
from optimizer.history.posts import read_posts
from optimizer.language.message import Message
from optimizer.planning.sponsor import rank as sponsor
from optimizer.planning.sponsor.rank import SponsorRequest, asked_in_vain, rank_posts
from optimizer.planning.sponsor.text import (
    bar_sentence,
    compared,
    cost_of_tests,
    headline,
    interval,
    link_sentence,
    picked_sentence,
    reason,
    winners,
)
from tests.messages import check, check_vietnamese, patterns_of, untranslated
from tests.sayings import faults

FILES = (
    *sorted(Path(sponsor.__file__).parent.glob("*.py")),
    *sorted(Path(posts_room.__file__).parent.glob("posts*.py")),
)
QUOTED = {"network", "facebook", "instagram", "tiktok", "youtube", "linkedin", "simulated", "eur", "threads", "text"}


def test_every_pattern_is_translated() -> None:
    said = {patterns for file in FILES for patterns in patterns_of(file)}
    assert len(said) > 110
    missing = [
        one for one in said if untranslated(Message(one[0], one[0], {}, (one[0], one[1], 2) if len(one) > 1 else None))
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("asked", "with_history"),
    [({}, True), ({"budget": 300.0}, True), ({"goal": "revenue"}, True), ({"bar": 14.0}, True), ({}, False),
     ({"goal": "revenue", "bar": 3.0}, True)],
)  # fmt: skip
def test_all_that_is_said_of_the_sample_can_be_said(root: Path, asked: dict, with_history: bool) -> None:
    text = (root / "data" / "sample_posts.csv").read_text(encoding="utf-8")
    text += "\nnew,threads,text,2026-10-30,900,90,30,1,,,,,,,,,\n"
    history = load_history(root / "data" / "sample_history.csv") if with_history else None
    found = rank_posts(read_posts(text.encode(), "p.csv"), SponsorRequest(**asked), history)
    said = [headline(found), winners(found), cost_of_tests(found), bar_sentence(found), link_sentence(found)]
    said += [picked_sentence(found), asked_in_vain(found) or ""]
    for one in found.judged:
        said += [reason(found, one), compared(found, one), interval(one.cost)]
    said += [finding.text for finding in found.findings]
    assert len(set(said)) > 100
    check(said, QUOTED)
    check_vietnamese(said)


@pytest.mark.parametrize(
    "row",
    [
        "a,x,y,2026-10-20,100,200,1,,,",
        "a,x,y,2026-10-20,100,-2,1,,,",
        "a,x,y,2026-10-20,100,few,1,,,",
        "a,x,y,,100,2,1,,,",
        "a,x,y,soon,100,2,1,,,",
        "a,x,y,2026-10-20,,2,1,,,",
        ",x,y,2026-10-20,100,2,1,,,",
        "z,x,y,,,,,2026-10-19,4,",
        "a,x,y,2026-10-20,100,2,1,,,\na,x,y,2026-10-20,100,2,1,,,",
        "a,x,y,2026-10-20,100,2,1,,,\nz,x,y,,,,,2026-10-19,4,",
    ],
)
def test_refusals_can_be_said(row: str) -> None:
    header = "post,network,content_type,published,reach,engagements,link_clicks,date,spend,conversions"
    with pytest.raises(InputError) as caught:
        read_posts(f"{header}\n{row}".encode(), "p.csv")
    words = f"{header} {row} p.csv as_of yyyy mm dd".replace(",", " ").replace("_", " ")
    assert faults(caught.value.message, [words]) == []
