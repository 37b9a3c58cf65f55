"""Parts of the page What to sponsor: the list and where it comes from, what is asked of it, and the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from optimizer.history.posts import PostList
from optimizer.planning.sponsor.files import ranking_csv, sponsor_json
from optimizer.planning.sponsor.rank import Ranking
from optimizer.planning.sponsor.verdict import AT_LEAST, GO, NOT
from optimizer.planning.wording import outcome_name
from optimizer.ui import service, state
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import attempt, kept_history, show_attempt
from optimizer.ui.components.sponsor_html import posts_html
from optimizer.ui.components.tables import findings_html, headline_html
from optimizer.ui.components.titles import part
from optimizer.ui.components.work import Work
from optimizer.ui.data_view import finding_rows, findings_title
from optimizer.ui.format import day, markdown, network_name, number, percent
from optimizer.ui.language import _, n_, tell
from optimizer.ui.sponsor_store import Handed, Posts, keep_posts, kept_posts, posts_of, read_handed, sample_posts
from optimizer.ui.sponsor_view import SHOWN_FIRST, grounds, heads, page_headline, sections
from optimizer.ui.uploads import MAX_MEGABYTES

LIST, BUDGET, BAR, RESULT, NETWORKS, ALL = (
    f"sponsor.{name}" for name in ("list", "budget", "bar", "result", "networks", "all")
)
UPLOAD, ROUND, PROBLEM, DONE = "sponsor_upload", "sponsor_round", "sponsor_problem", "sponsor_done"
SAMPLE = "sample"
MOST = 1e12


@dataclass(frozen=True)
class Inputs:
    """What a person asks of a list: money for tests and the bar (None: neither given), and what results are."""

    budget: float | None
    bar: float | None
    result: str


# The list -----------------------------------------------------------------------------------------------------------


def show_list() -> Posts | None:
    """Which list is looked at, and a way to hand in another; None where there is none yet."""
    show_attempt(PROBLEM)
    done = st.session_state.pop(DONE, "")
    if done:
        st.success(_("{name} is on file.", name=markdown(done)), icon=":material/check:")
    kept = {one.id: one for one in kept_posts(service.store(), kept_history())}
    names = {one.id: one.name for one in kept.values()}
    if state.view().history == state.SAMPLE:
        names[SAMPLE] = _("Sample list (simulated)")
    chosen = state.chosen(LIST, "")
    chosen = chosen if chosen in names else next(iter(names), "")
    if names:
        st.session_state["sponsor_list"] = chosen
        st.selectbox(
            _("List of posts"), list(names), format_func=lambda one: names[one], key="sponsor_list",
            on_change=_take, args=(LIST, "sponsor_list"),
        )  # fmt: skip
    with st.expander(_("Add a list"), expanded=not names, icon=":material/upload:", key="sponsor_add"):
        _show_upload()
    if not chosen:
        return None
    return sample_posts() if chosen == SAMPLE else posts_of(kept[chosen])


def _show_upload() -> None:
    st.markdown(
        _(
            "One row per post, of what it did without money: **post**, **network**, **content_type**, **published** "
            "or **age_days**, **reach** or **impressions**, **engagements**, **link_clicks**, "
            "**negative_reactions**. Rows with a **date** are weeks in which money was behind the post: **spend**, "
            "**conversions**, **clicks**, **frequency**; they may stand in a second file."
        )
    )
    st.file_uploader(
        _("CSV or XLSX, at most {size} MB", size=MAX_MEGABYTES),
        type=["csv", "xlsx"],
        accept_multiple_files=True,
        key=f"{UPLOAD}_{st.session_state.get(ROUND, 0)}",
        max_upload_size=MAX_MEGABYTES,
    )
    with st.container(horizontal=True):
        st.button(_("Read and keep"), key="sponsor_keep", type="primary", on_click=_keep)
        template = sample_posts()
        download(_("Download the sample list as a template"), template.text.encode(), template.name, key="posts_sample")


def _keep() -> None:
    """Read what was handed in and keep it; the uploader is emptied once it is on file."""
    held = st.session_state.get(f"{UPLOAD}_{st.session_state.get(ROUND, 0)}") or []
    files = [Handed(one.name, one.getvalue()) for one in held]

    def do() -> None:
        found = read_handed(files)
        kept = keep_posts(service.store(), found, state.author(), kept_history())
        state.choose(LIST, kept.id)
        st.session_state[DONE] = kept.name
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1

    attempt(PROBLEM, do)


# What is asked ------------------------------------------------------------------------------------------------------


def show_inputs(work: Work, found: PostList) -> Inputs:
    """Money for tests, the bar and what results are."""
    offered = list(dict.fromkeys([*(["conversions"] if "conversions" in work.facts.goals else []), *work.facts.goals]))
    result = state.chosen(RESULT, "")
    result = result if result in offered else offered[0]
    budget, bar = (min(max(state.chosen(name, 0.0), 0.0), MOST) for name in (BUDGET, BAR))
    st.session_state["sponsor_budget"], st.session_state["sponsor_bar"] = budget or None, bar or None
    st.session_state["sponsor_result"] = result
    networks = sorted({post.network for post in found.posts})
    st.session_state["sponsor_networks"] = [one for one in state.chosen(NETWORKS, list[str]()) if one in networks]
    currency = work.facts.currency
    money, cost, kind, only = st.columns([1, 1, 1, 1.6], gap="medium")
    money.number_input(
        _("Money for tests ({currency})", currency=currency) if currency else _("Money for tests"),
        min_value=0.0, max_value=MOST, step=50.0, format="%0.0f", placeholder=_("as needed"), key="sponsor_budget",
        help=_("For new posts together; what runs keeps what it gets. Empty: what the tests need."),
        on_change=_take_amount, args=(BUDGET, "sponsor_budget"),
    )  # fmt: skip
    cost.number_input(
        _("Bar"), min_value=0.0, max_value=MOST, step=1.0, format="%0.2f", placeholder=_("of each place"),
        key="sponsor_bar",
        help=_(
            "The most that a result may cost; with results in money, the least that a unit of money must bring. Empty: "
            "what the next money brings in the post's own network and content type."
        ),
        on_change=_take_amount, args=(BAR, "sponsor_bar"),
    )  # fmt: skip
    kind.selectbox(
        _("Results"), offered, format_func=lambda one: tell(outcome_name(one)), key="sponsor_result",
        on_change=_take, args=(RESULT, "sponsor_result"),
    )  # fmt: skip
    only.multiselect(
        _("Networks"), networks, format_func=network_name, placeholder=_("All networks"), key="sponsor_networks",
        on_change=_take, args=(NETWORKS, "sponsor_networks"),
    )  # fmt: skip
    return Inputs(budget or None, bar or None, result)


def chosen_networks() -> list[str]:
    """Networks that are shown; empty for all."""
    return state.chosen(NETWORKS, list[str]())


def _take(name: str, key: str) -> None:
    value = st.session_state[key]
    state.choose(name, list(value) if isinstance(value, list | tuple) else value)


def _take_amount(name: str, key: str) -> None:
    state.choose(name, float(st.session_state[key] or 0.0))


# What comes of it ---------------------------------------------------------------------------------------------------


def show_ranking(found: Ranking, networks: Sequence[str]) -> None:
    """The decision, then the posts under their verdicts, those that tire first."""
    st.html(headline_html(page_headline(found)))
    if found.findings:
        rows = finding_rows(found.findings)
        with st.expander(findings_title(found.findings), expanded=any(row.serious for row in rows), key="posts_found"):
            st.html(findings_html(rows))
    _show_downloads(found)
    st.caption(
        _(
            "Small figures are 90 % intervals. The mark on each bar stands at {least}, from where a post gets money.",
            least=percent(AT_LEAST),
        )
    )
    columns = heads(found)
    shown = sections(found, networks)
    for one in shown:
        part(_("{title} ({count})", title=one.title, count=number(len(one.lines))), one.definition, one.note)
        lines = one.lines
        cut = one.verdict == NOT and len(lines) > SHOWN_FIRST and not state.chosen(ALL, False)
        st.html(posts_html(lines[:SHOWN_FIRST] if cut else lines, columns, one.title, one.verdict == GO))
        if cut:
            more = len(lines) - SHOWN_FIRST
            st.button(
                n_("Show {count} more", "Show {count} more", more), key="sponsor_all", on_click=state.choose,
                args=(ALL, True),
            )  # fmt: skip
    if not shown:
        st.info(_("No post of the list is on these networks."), icon=":material/filter_alt_off:")
    _show_grounds(found)


def _show_grounds(found: Ranking) -> None:
    part(
        _("What this rests on"),
        _(
            "Rates are shrunk towards what is usual for the network and content type, at the age of the post, by as "
            "much as chance explains. Their link with paid results begins from a cautious assumption and is learned "
            "from sponsored posts of the list."
        ),
    )
    for sentence in grounds(found):
        st.markdown(markdown(sentence))
    st.caption(_("Seen from {day}.", day=day(found.posts.as_of)))


def _show_downloads(found: Ranking) -> None:
    with st.container(horizontal=True):
        download(_("Ranking (CSV)"), lambda: ranking_csv(found).encode(), "ranking.csv", key="ranking_csv")
        download(_("Summary (JSON)"), lambda: sponsor_json(found).encode(), "sponsor.json", key="sponsor_json")
