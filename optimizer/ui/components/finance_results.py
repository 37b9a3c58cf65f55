"""The finance of a plan on screen, section by section; every word and figure comes ready from the view."""

from __future__ import annotations

import streamlit as st

from optimizer.finance.record import Record
from optimizer.finance.statement_files import statement_csv, statement_json
from optimizer.finance.words import CONTENT_TYPE, NETWORK, PERIOD
from optimizer.language.catalogue import Speaker
from optimizer.planning.settings import Settings
from optimizer.ui import finance_files, finance_view, state
from optimizer.ui.charts_finance import swing_chart
from optimizer.ui.components.downloads import chart_data, download
from optimizer.ui.components.finance_tables import headed_html, lines_html, places_html, remarks_html
from optimizer.ui.components.tables import headline_html
from optimizer.ui.components.titles import part
from optimizer.ui.finance_view import AGAINST, SHOWN
from optimizer.ui.format import begun, content_name, markdown, network_name
from optimizer.ui.language import _, speaker
from optimizer.ui.uploads import Source

VIEW, IN_PERIOD, IN_NETWORK, IN_CONTENT = "finance.view", "finance.period", "finance.network", "finance.content_type"
EVERY = "*"  # stands for all in a picker; "" is what no network or content type bears alone


def show_decision(record: Record, settings: Settings | None) -> None:
    """The decision, and the figures that decide."""
    st.html(headline_html(finance_view.decision(record, settings)))
    with st.container(horizontal=True, key="finance_figures"):
        for figure in finance_view.key_figures(record, settings):
            st.metric(
                figure.label,
                figure.value,
                delta=figure.note or None,
                delta_color="off",
                delta_arrow="off",
                help=figure.definition,
                border=True,
                height="stretch",
            )


def show_statement(record: Record, settings: Settings | None, source: Source) -> None:
    """The income statement: plan beside today, whole or in part; or the plan part by part."""
    part(
        _("Statement"),
        _(
            "From attributed revenue to what the plan leaves. Costs are negative. P10 and P90 are of the plan: 8 of 10 "
            "results lie between them; = where a line does not depend on what comes in. Open a line's name to read how "
            "it is computed."
        ),
        _(
            "{currency}, without VAT. Expected amounts; P10 and P90: 8 of 10 results lie between them.",
            currency=record.currency or _("Money"),
        ),
    )
    names = {
        AGAINST: _("Plan against today"),
        PERIOD: _("Plan by period"),
        NETWORK: _("Plan by network"),
        CONTENT_TYPE: _("Plan by content type"),
    }
    shown = _picked(VIEW, SHOWN, AGAINST)
    st.session_state["finance_view"] = shown
    st.segmented_control(
        _("Show"), SHOWN, format_func=lambda name: names[name], required=True, key="finance_view",
        on_change=_keep, args=(VIEW, "finance_view"), label_visibility="collapsed",
    )  # fmt: skip
    if shown == AGAINST:
        _show_against(record)
    else:
        header = ("", *finance_view.part_header(record, shown))
        st.html(lines_html(header, finance_view.part_lines(record, shown), names[shown], "co-parts"))
    _show_files(record, settings, source)


def _show_against(record: Record) -> None:
    """Plan beside today, of all or of a period, network or content type."""
    statement = record.statement
    with st.container(horizontal=True, key="finance_cut"):
        period = _select(_("Period"), IN_PERIOD, [one.name for one in record.periods], str)
        network = _select(_("Network"), IN_NETWORK, list(statement.networks), network_name)
        kind = _select(
            _("Content type"), IN_CONTENT, list(statement.content_types), lambda name: begun(content_name(name))
        )
    cut = finance_view.cut_at(
        record,
        "" if period == EVERY else period,
        None if network == EVERY else network,
        None if kind == EVERY else kind,
    )
    header = ("", *finance_view.against_header())
    st.html(lines_html(header, finance_view.against_lines(record, cut), _("Statement"), "co-against"))


def _select(label: str, name: str, options: list[str], written: object) -> str:
    """A picker of one part or all of them, kept in the link."""
    key = name.replace(".", "_")
    st.session_state[key] = _picked(name, (EVERY, *options), EVERY)

    def text(option: str) -> str:
        if option == EVERY:
            return _("All")
        return written(option) if option and callable(written) else _("Shared costs")

    st.selectbox(label, [EVERY, *options], format_func=text, key=key, on_change=_keep, args=(name, key))
    return str(st.session_state[key])


def _picked(name: str, options: tuple[str, ...], default: str) -> str:
    now = state.chosen(name, default)
    return now if now in options else default


def _keep(name: str, key: str) -> None:
    state.choose(name, st.session_state[key])


def _show_files(record: Record, settings: Settings | None, source: Source) -> None:
    scenarios = state.view().scenarios
    first, speaks = record.weeks[0], speaker()  # files are made once the page is drawn and its language forgotten
    hurdle = 0.0 if settings is None else settings.finance.hurdle_rate
    with st.container(horizontal=True, key="finance_files"):
        download(
            _("Statement as CSV"), lambda: statement_csv(record).encode("utf-8"), f"statement-{first}.csv",
            key="finance_csv",
        )  # fmt: skip
        download(
            _("Statement as XLSX"), lambda: statement_sheet(record, speaks, hurdle), f"statement-{first}.xlsx",
            key="finance_xlsx",
        )  # fmt: skip
        download(
            _("Workbook with formulas"), lambda: finance_files.workbook(record, source, scenarios, speaks.language),
            f"finance-{first}.xlsx", key="finance_workbook",
        )  # fmt: skip
        download(
            _("Brief, one page"), lambda: finance_files.brief(record, speaks), f"brief-{first}.pdf",
            key="finance_brief",
        )  # fmt: skip
        download(
            _("All figures as JSON"), lambda: statement_json(record).encode("utf-8"), f"statement-{first}.json",
            key="finance_json",
        )  # fmt: skip
    told = finance_files.told_scenarios(scenarios, len(record.weeks))
    left = ", ".join(markdown(one.name) for one in scenarios if one not in told)
    if left:
        st.caption(
            _(
                "The workbook holds the scenarios of the page What-if that differ in what is spent alone; it leaves "
                "out {names}.",
                names=left,
            )
        )


def statement_sheet(record: Record, speaks: Speaker, hurdle: float) -> bytes:
    """A statement as XLSX, in the language of the page that offers it."""
    from optimizer.reports import statement_xlsx

    return statement_xlsx(record, speaks, hurdle)


def show_answers(record: Record, settings: Settings | None) -> None:
    """What a controller asks: returns, costs of a customer, chances; of the whole, by network and by place."""
    part(
        _("Answers"),
        _(
            "Open a name to read how it is computed. Intervals hold 9 of 10 cases. ROAS, ROI and CPA are of what those "
            "weeks will show, ups and downs of single weeks included; marginal figures and the effect on the income "
            "statement are of expected amounts."
        ),
    )
    header = (_("Answer"), _("Value"), _("90 % interval"))
    st.html(lines_html(header, finance_view.answer_lines(record), _("Answers"), "co-narrow"))
    st.html(remarks_html(finance_view.remarks(record, settings)))
    with st.expander(_("By network")):
        columns = ((_("Network"), ""), *finance_view.network_header(record))
        st.html(headed_html(columns, finance_view.network_lines(record), _("By network")))
    with st.expander(_("Where the next unit of media pays, by place")):
        st.html(places_html(finance_view.place_lines(record), _("Where the next unit of media pays, by place")))


def show_swings(record: Record) -> None:
    """What moves the result, the longest first."""
    part(
        _("What moves the result"),
        _(
            "Marketing contribution when one input is otherwise and the split stays as planned: by 10 % either way, or "
            "to the ends of the range that was given for it. Blue and to the right is more, orange and to the left is "
            "less; each end names the change of the input."
        ),
    )
    frame = finance_view.swing_frame(record)
    title = _("Difference of marketing contribution, {currency}", currency=record.currency or _("money"))
    st.altair_chart(swing_chart(frame, title), alt=finance_view.swing_words(record), key="finance_swings")
    chart_data(
        frame.drop(columns="label").set_axis([_("Input"), _("Moved by"), _("Marketing contribution")], axis=1),
        "sensitivity",
    )
    header = (_("Input"), _("Lower"), _("Result"), _("Higher"), _("Result"))
    with st.expander(_("The same as a table")):
        st.html(lines_html(header, finance_view.swing_lines(record), _("What moves the result"), "co-swings"))
