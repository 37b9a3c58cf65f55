"""Parts of the page Performance: its filters, what changed, and a block per measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from optimizer.history.ledger import Breakdown, Ledger
from optimizer.history.measures import BY_KEY
from optimizer.ui import state
from optimizer.ui.charts_performance import bars_chart, lines_chart
from optimizer.ui.components.downloads import chart_data
from optimizer.ui.components.titles import part
from optimizer.ui.format import markdown, network_name
from optimizer.ui.language import _
from optimizer.ui.performance_blocks import WEEKLY_UP_TO, Block
from optimizer.ui.performance_view import (
    THEMES,
    Figure,
    Remark,
    Share,
    Theme,
    breakdown_name,
    period_name,
    periods,
    shown_measures,
    title_of,
    usual_period,
)

PERIOD, NETWORKS, THEME, BY, MEASURES = (
    f"performance.{name}" for name in ("period", "networks", "theme", "by", "measures")
)


@dataclass(frozen=True)
class Choice:
    """What a person chose to see.

    Attributes
    ----------
    weeks : int
        Newest weeks to draw.
    networks : tuple of str
        Empty for all.
    """

    weeks: int
    networks: tuple[str, ...]


def show_filters(whole: int, networks: Sequence[str]) -> Choice:
    """Period and networks, for the whole page."""
    offered = periods(whole)
    weeks = state.chosen(PERIOD, usual_period(whole))
    weeks = weeks if weeks in offered else usual_period(whole)
    kept = [name for name in state.chosen(NETWORKS, list[str]()) if name in networks]
    st.session_state["perf_period"], st.session_state["perf_networks"] = weeks, kept
    left, right = st.columns([1, 2.6], gap="medium")
    left.selectbox(
        _("Period"),
        offered,
        format_func=lambda count: period_name(count, whole),
        key="perf_period",
        on_change=_keep,
        args=(PERIOD, "perf_period"),
    )
    right.multiselect(
        _("Networks"),
        networks,
        format_func=network_name,
        placeholder=_("All networks"),
        key="perf_networks",
        on_change=_keep,
        args=(NETWORKS, "perf_networks"),
    )
    return Choice(weeks, tuple(kept))


def show_theme() -> Theme:
    """What the part below is about."""
    themes = {theme.key: theme for theme in THEMES}
    chosen = state.chosen(THEME, THEMES[0].key)
    st.session_state["perf_theme"] = chosen if chosen in themes else THEMES[0].key
    st.segmented_control(
        _("Theme"),
        list(themes),
        format_func=lambda key: themes[key].name,
        key="perf_theme",
        on_change=_keep,
        args=(THEME, "perf_theme"),
        label_visibility="collapsed",
        required=True,
    )
    return themes[str(st.session_state["perf_theme"])]


def show_theme_choices(theme: Theme, ledger: Ledger) -> tuple[Breakdown, tuple[str, ...]]:
    """What to compare by and which measures to show, in one theme."""
    offered = ledger.breakdowns
    usual = theme.by if theme.by in offered else offered[min(1, len(offered) - 1)]
    name = f"{BY}.{theme.key}"
    chosen = state.chosen(name, usual.name)
    by = next((one for one in offered if one.name == chosen), usual)
    keys = [measure.key for measure in shown_measures(ledger.history, theme.measures)]
    kept = [key for key in state.chosen(f"{MEASURES}.{theme.key}", keys[: theme.first]) if key in keys]
    by_key, measures_key = f"perf_by_{theme.key}", f"perf_measures_{theme.key}"
    st.session_state[by_key], st.session_state[measures_key] = by, kept
    left, right = st.columns([1, 2.6], gap="medium")
    left.selectbox(
        _("Compare by"),
        offered,
        format_func=breakdown_name,
        key=by_key,
        on_change=_keep_breakdown,
        args=(name, by_key),
    )
    right.pills(
        _("Measures"),
        keys,
        selection_mode="multi",
        wrap=True,
        format_func=lambda key: title_of(BY_KEY[key]),
        key=measures_key,
        on_change=_keep,
        args=(f"{MEASURES}.{theme.key}", measures_key),
    )
    return by, tuple(key for key in keys if key in kept)


def show_figures(figures: Sequence[Figure]) -> None:
    """The main figures of the newest weeks; coloured only where the change is beyond noise."""
    with st.container(horizontal=True, key="figures"):
        for one in figures:
            st.metric(
                one.name,
                one.value,
                one.change or None,
                delta_color="gray" if one.good is None else "blue" if one.good else "orange",
                delta_arrow="up" if one.rose else "down",
                border=True,
            )


def remarks_html(remarks: Sequence[Remark], nothing: str) -> str:
    """What changed, each with a word that says whether it is welcome."""
    if not remarks:
        return f'<p class="co-quiet">{escape(nothing)}</p>'
    items = "".join(
        f'<li class="co-{one.kind}"><b><span aria-hidden="true">{one.sign}</span> {escape(one.word)}</b>'
        f"<span>{escape(one.sentence)}</span></li>"
        for one in remarks
    )
    return f'<ul class="co-remarks">{items}</ul>'


def show_block(block: Block, weeks: int, name: str) -> None:
    """One measure: what stands out, lines over time and bars by group."""
    part(block.title, block.definition)
    st.markdown(markdown(block.sentence))
    lines = lines_chart(block.chart, by_month=weeks > WEEKLY_UP_TO)
    if len(block.chart.bars):
        left, right = st.columns([3, 2], gap="medium")
        left.altair_chart(lines, alt=block.lines_alt, key=f"lines_{name}")
        right.altair_chart(bars_chart(block.chart), alt=block.bars_alt, key=f"bars_{name}")
    else:
        st.altair_chart(lines, alt=block.lines_alt, key=f"lines_{name}")
    for note in block.notes:
        st.caption(note)
    chart_data(block.data, name)


def profile_html(shares: Sequence[Share]) -> str:
    """Shares of each group as bars; a mark on each stands at the group's share of the spend."""
    cards = []
    for group in dict.fromkeys(one.group for one in shares):
        mine = [one for one in shares if one.group == group]
        spent = next((one.value for one in mine if one.of_spend), None)
        cards.append(f"<div><h4>{escape(group)}</h4><dl>{''.join(_share(one, spent) for one in mine)}</dl></div>")
    return f'<div class="co-shares">{"".join(cards)}</div>'


def _share(one: Share, spent: float | None) -> str:
    mark = f'<s style="left:{100 * spent:.1f}%"></s>' if spent is not None and not one.of_spend else ""
    return (
        f'<dt>{escape(one.kind)}</dt><dd class="co-track{" co-spend" if one.of_spend else ""}" aria-hidden="true">'
        f'<i style="width:{100 * one.value:.1f}%"></i>{mark}</dd><dd class="co-value">{escape(one.told)}</dd>'
    )


def _keep(name: str, key: str) -> None:
    value = st.session_state[key]
    state.choose(name, list(value) if isinstance(value, list | tuple) else value)


def _keep_breakdown(name: str, key: str) -> None:
    state.choose(name, st.session_state[key].name)
