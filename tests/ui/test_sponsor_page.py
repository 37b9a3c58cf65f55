"""The page What to sponsor: the sample list, a list of one's own, what is asked of it, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer import cli
from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.planning.sponsor.files import ranking_csv
from optimizer.planning.sponsor.rank import Ranking, SponsorRequest, rank_posts
from optimizer.store import Kind
from optimizer.ui import service, sponsor_store, state
from optimizer.ui.components.sponsor import BAR, BUDGET, LIST, NETWORKS
from optimizer.ui.components.sponsor_html import posts_html
from optimizer.ui.sponsor_store import Handed, Posts, read_handed, request_of
from optimizer.ui.sponsor_view import Heads, PostLine, sections
from tests.ui.driver import fresh_store, open_app, words

LISTED = b"post,network,content_type,age_days,reach,engagements,link_clicks\n" + b"".join(
    b"p%d,instagram,reel,20,2000,%d,%d\n" % (k, 60 + k % 7, 18 + k % 5) for k in range(30)
)
STAR = b"<b>star</b>,instagram,reel,20,3000,500,150\n"


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


@pytest.fixture(scope="module")
def ranked(root: Path) -> Ranking:
    posts = Posts("sample_posts.csv", (root / "data" / "sample_posts.csv").read_text(encoding="utf-8"))
    return rank_posts(posts.read(), SponsorRequest(), load_history(root / "data" / "sample_history.csv"))


def good(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    turn = app.session_state["sponsor_round"] if "sponsor_round" in app.session_state else 0  # noqa: SIM401 - no mapping
    box = app.file_uploader(key=f"sponsor_upload_{turn}")
    given = [(name, data, "text/csv") for name, data in files]
    return box.set_value(given).run()  # type: ignore[arg-type]


def test_the_sample_list_is_ranked_with_those_that_tire_first() -> None:
    text = words(good(open_app("sponsor")))
    assert "Sponsor 2 posts of 132; go on with 5; stop " in text
    places = [text.index(title) for title in ("Stop or refresh (", "Sponsor (", "Wait (", "No money for these (")]
    assert places == sorted(places)
    assert "learned from 14 sponsored posts of the list" in text


def test_every_post_stands_under_its_verdict_and_networks_filter(ranked: Ranking) -> None:
    shown = sections(ranked)
    assert sum(len(one.lines) for one in shown) == len(ranked.judged)
    only = sections(ranked, ["tiktok"])
    assert {line.place.split()[0] for one in only for line in one.lines} == {"TikTok"}
    assert sections(ranked, ["nowhere"]) == ()


def test_a_probability_is_told_in_words_and_as_a_bar_and_names_cannot_be_html() -> None:
    line = PostLine("<b>x</b>", "TikTok video", "83 %", 0.83, "12", "9 to 14", "15", "", "", "Why.", ("watch",))
    html = posts_html([line], Heads("EUR per conversion", "Bar"), "Sponsor", amounts=True)
    assert "<b>83 %</b>" in html
    assert "width:83.0%" in html
    assert "left:70%" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "–" in html


def test_money_and_bar_are_kept_in_the_view_and_change_the_answer() -> None:
    app = good(open_app("sponsor"))
    app = good(app.number_input(key="sponsor_budget").set_value(300.0).run())
    assert "of the EUR 300 that there are" in words(app)
    app = good(app.number_input(key="sponsor_bar").set_value(1.0).run())
    assert "No new post of 132 is worth money now" in words(app)
    chosen = app.session_state["view_now"].chosen
    assert (chosen[BUDGET], chosen[BAR]) == (300.0, 1.0)
    app = good(app.multiselect(key="sponsor_networks").set_value(["tiktok"]).run())
    assert app.session_state["view_now"].chosen[NETWORKS] == ["tiktok"]
    assert "The bar is EUR 1 per conversion, as asked." in words(app)


def test_a_list_is_kept_and_shown_with_its_weeks() -> None:
    app = good(open_app("sponsor"))
    weeks = b"post,date,spend,conversions\np1,2026-10-05,50,4\np1,2026-10-12,50,5\n"
    app = upload(app, ("mine.csv", LISTED + STAR), ("weeks.csv", weeks))
    app = good(app.button(key="sponsor_keep").click().run())
    (kept,) = service.store().list(Kind.POSTS)
    assert kept.name == "mine.csv"
    assert app.session_state["view_now"].chosen[LIST] == kept.id
    text = words(app)
    assert "mine.csv is on file." in text
    assert "&lt;b&gt;star&lt;/b&gt;" in text
    assert "<b>star</b>" not in text.replace("<b>&lt;b&gt;star", "")
    again = good(open_app("sponsor", link=str(app.query_params["view"][0])))
    assert "&lt;b&gt;star" in words(again)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LISTED + b"q,instagram,reel,20,100,200,3\n", "mine.csv, row 32, column engagements: engagements is 200, more"),
        (LISTED + b"p1,instagram,reel,20,100,2,3\n", "mine.csv, row 32, column post: post 'p1' is on instagram twice"),
        (LISTED.splitlines()[0] + b"\n", "mine.csv, row 1: the list has no posts"),
    ],
)
def test_a_broken_list_is_one_sentence_and_nothing_is_kept(data: bytes, said: str) -> None:
    app = upload(good(open_app("sponsor")), ("mine.csv", data))
    app = app.button(key="sponsor_keep").click().run()
    assert not app.exception
    (problem,) = [one.value for one in app.error]
    assert said.replace("_", "\\_") in problem.replace("\\_", "_").replace("_", "\\_")
    assert service.store().list(Kind.POSTS) == ()
    assert "Sponsor 2 posts of 132" in words(app)


def test_files_of_no_kind_or_too_many_are_refused() -> None:
    for files in ([], [Handed("a.csv", LISTED), Handed("b.csv", LISTED)]):
        with pytest.raises(InputError, match="hand in one list of posts"):
            read_handed(files)
    with pytest.raises(InputError, match="files of type 'pdf'"):
        read_handed([Handed("a.pdf", b"x")])


def test_the_download_is_what_the_command_writes(root: Path, tmp_path: Path) -> None:
    app = good(open_app("sponsor"))
    app = upload(app, ("mine.csv", LISTED + STAR))
    good(app.button(key="sponsor_keep").click().run())
    (kept,) = service.store().list(Kind.POSTS)
    listed, out = tmp_path / "mine.csv", tmp_path / "r.csv"
    listed.write_bytes(LISTED + STAR)
    history = str(root / "data" / "sample_history.csv")
    assert cli.main(["sponsor", str(listed), "--history", history, "--budget", "500", "--out", str(out)]) == 0
    asked = service.first_question(service.sample_source())
    request = request_of(asked, 500.0, None, "conversions")
    found = sponsor_store.ranking(service.sample_source(), sponsor_store.posts_of(kept), request, asked)
    assert ranking_csv(found).encode() == out.read_bytes()


def test_without_a_history_the_page_says_what_to_bring() -> None:
    kept = service.store().keep_state(state.View(history="").to_json())
    assert "Bring your history to get a plan" in words(good(open_app("sponsor", link=kept)))


def test_the_page_speaks_vietnamese() -> None:
    text = words(good(open_app("sponsor", language="vi")))
    assert "Tài trợ 2 trong 132 bài" in text
    assert "Beats the bar" not in text
