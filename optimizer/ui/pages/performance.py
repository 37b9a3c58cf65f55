"""Performance: what happened, by network, content, audience and landing page, and what of it stands out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from optimizer.history import History
from optimizer.history.ledger import Breakdown, Ledger, Selection
from optimizer.history.measures import BY_KEY
from optimizer.history.standout_text import nothing_told, period
from optimizer.history.standouts import NEW, Standout, late_weeks, standouts
from optimizer.ui import service
from optimizer.ui.components import performance as parts
from optimizer.ui.components.downloads import chart_data
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.titles import page_title, part
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.format import markdown
from optimizer.ui.language import _, tell
from optimizer.ui.performance_blocks import block
from optimizer.ui.performance_view import (
    PROFILE,
    TOLD_FIRST,
    Theme,
    absent,
    figures,
    profile,
    profile_sentence,
    remarks,
)

CACHED = 256


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("Performance"))
    work = current_work()
    if work is None:
        show_no_history()
        return
    history = service.history(work.source)
    networks = sorted({cell.network for cell in work.facts.cells})
    choice = parts.show_filters(len(history.weeks), networks)
    ledger = Ledger(history, Selection(networks=choice.networks))
    _newest(work, ledger, choice)
    theme = parts.show_theme()
    by, keys = parts.show_theme_choices(theme, ledger)
    _blocks(work, ledger, (by, keys), choice)
    if theme.key == "audience":
        _profile(work, ledger, choice)
    for sentence in absent(history, _wanted(theme)):
        st.info(markdown(sentence), icon=":material/table_chart:")


def _newest(work: Work, ledger: Ledger, choice: parts.Choice) -> None:
    """The main figures of the newest weeks, and what changed in them beyond noise."""
    late = late_weeks(ledger)
    part(
        _("The newest 4 weeks"),
        _(
            "Below the figures: the changes that noise and season do not explain, judged together so that looking at "
            "many figures does not make chance look like news. A figure's own change is coloured only if it is one."
        ),
        _("Against the 12 weeks before."),
    )
    found = _found(work, TOLD_FIRST, (Breakdown.ALL, Breakdown.CELL), choice)
    parts.show_figures(figures(ledger, late, found))
    if late:
        st.caption(_("Conversions, cost and ROAS: {period}.", period=tell(period(NEW, late))))
    nothing = tell(nothing_told(Breakdown.ALL, len(ledger.weeks)))
    st.html(parts.remarks_html(remarks(found), nothing))


def _blocks(work: Work, ledger: Ledger, shown: tuple[Breakdown, tuple[str, ...]], choice: parts.Choice) -> None:
    by, keys = shown
    if not keys:
        st.info(_("Choose at least one measure above."), icon=":material/touch_app:")
    found = _found(work, keys, (by,), choice)
    made = [block(ledger, BY_KEY[key], by, choice.weeks, found) for key in keys]
    if any(one is not None and len(one.chart.bars) for one in made):
        st.caption(
            _("Lines: the period. Bars: the newest 12 weeks; the grey tick stands where the 12 weeks before stood.")
        )
    for one in made:
        if one is not None:
            parts.show_block(one, choice.weeks, one.key)


def _profile(work: Work, ledger: Ledger, choice: parts.Choice) -> None:
    """Who the posts reach and who answers: shares of spend and of what it brought, by audience."""
    by = Breakdown.AUDIENCE
    if by not in ledger.breakdowns:
        text = _("This history names fewer than two audiences, so their profile is not shown. Add the column audience.")
        st.info(text, icon=":material/table_chart:")
        return
    part(
        _("Audience profile"),
        _("The part of all spend, and of all it brought, that each audience has over the newest 12 weeks."),
        _("The mark on each bar stands at the share of spend: what ends right of it brings more than its part."),
    )
    st.markdown(markdown(profile_sentence(_found(work, PROFILE, (by,), choice), by, len(ledger.weeks))))
    shares = profile(ledger, by)
    st.html(parts.profile_html(shares))
    frame = pd.DataFrame([(one.group, one.kind, one.value) for one in shares], columns=["group", "kind", "value"])
    chart_data(frame, "audience_profile")


def _wanted(theme: Theme) -> tuple[str, ...]:
    return (*theme.measures, *PROFILE) if theme.key == "audience" else theme.measures


def _found(
    work: Work, keys: tuple[str, ...], breakdowns: tuple[Breakdown, ...], choice: parts.Choice
) -> tuple[Standout, ...]:
    return _standouts(
        work.source.sha256, work.source.name, keys, tuple(one.name for one in breakdowns), choice.networks,
        service.history(work.source),
    )  # fmt: skip


@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _standouts(
    sha256: str,
    name: str,
    keys: tuple[str, ...],
    breakdowns: tuple[str, ...],
    networks: tuple[str, ...],
    _history: History,
) -> tuple[Standout, ...]:
    """What stands out, found once for all visits; the sentences are said in each reader's language later."""
    chosen = Selection(networks=networks)
    return standouts(_history, [BY_KEY[key] for key in keys], [Breakdown[one] for one in breakdowns], chosen)


if __name__ == "__main__":
    page()
