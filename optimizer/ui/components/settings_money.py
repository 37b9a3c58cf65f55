"""The tab Money and goals: what money means, for this question and as the usual settings of new visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from optimizer.errors import InputError
from optimizer.language import say
from optimizer.planning.fiscal import CALENDARS, MONTH, NEAREST, YEAR_RULES
from optimizer.planning.wording import MONEY_OUTCOMES, outcome_name
from optimizer.store import Kept, Kind
from optimizer.ui import service, state
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import attempt, show_attempt
from optimizer.ui.components.titles import part
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.data_store import keep_usual, usual
from optimizer.ui.data_view import by_and_when
from optimizer.ui.format import begun, content_name, markdown
from optimizer.ui.kept_view import revision_lines
from optimizer.ui.language import _, tell
from optimizer.ui.service import Facts
from optimizer.ui.settings_view import (
    MoneyFields,
    calendar_name,
    country_codes,
    country_name,
    currency_codes,
    currency_name,
    fields_of,
    fitted,
    read_settings_text,
    rest_of,
    settings_from,
    settings_lines,
    settings_toml,
    with_settings,
    year_rule_name,
)

DRAFT, PROBLEM, SAID, ROUND = "money_draft", "money_problem", "money_said", "money_round"
MOST_KILOBYTES = 100
FILE = "settings.toml"


def show_money() -> None:
    """Draw the tab."""
    part(
        _("Money and goals"),
        _(
            "What one outcome is worth and what selling costs. With worths, plans maximise their sum, called value. "
            "With a margin, plans forecast profit: margin x revenue - media - production - team."
        ),
    )
    work = current_work()
    if work is None:
        return
    show_attempt(PROBLEM)
    said = st.session_state.pop(SAID, "")
    if said:
        st.success(said, icon=":material/check:")
    kept = usual(service.store(), Kind.SETTINGS)
    _form(work, 0 if kept is None else kept.version)
    _usual(work, kept)
    _files(work)


# The form ----------------------------------------------------------------------------------------------------------


def _form(work: Work, version: int) -> None:
    known = work.facts
    content_types = sorted({cell.content_type for cell in known.cells})
    drafted = st.session_state.get(DRAFT)
    fields = drafted if isinstance(drafted, MoneyFields) else fields_of(
        work.asked.settings, known.outcomes, content_types
    )  # fmt: skip
    currency = known.currency or fields.currency
    with st.form("money", border=True):
        _basics(fields, known)
        st.markdown(_("**What one more is worth**, in {currency}", currency=currency or _("your currency")))
        st.caption(
            _(
                "Leave empty what does not count. Below 0 for what does harm. Revenue counts per unit of money: 0.4 at "
                "a margin of 40 %."
            )
        )
        outcomes = {name: markdown(begun(tell(outcome_name(name)))) for name in fields.outcomes}
        _numbers("worth", fields.outcomes, outcomes, lowest=None)
        st.markdown(_("**What a content type costs to produce**, once per plan that uses it"))
        _numbers(
            "production", fields.production, {name: markdown(begun(content_name(name))) for name in fields.production}
        )
        _calendar(fields)
        with st.container(horizontal=True):
            given = (known, tuple(fields.outcomes), tuple(fields.production))
            st.form_submit_button(
                _("Use for this question"), type="primary", key="money_use", on_click=_use, args=given
            )
            st.form_submit_button(
                _("Use and save as the usual settings"),
                key="money_keep",
                on_click=_use_and_keep,
                args=(*given, version),
            )


def _basics(fields: MoneyFields, known: Facts) -> None:
    """Currency, holidays, margin and the cost of the team."""
    first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
    if known.currency:
        first.text_input(
            _("Currency"), value=currency_name(known.currency), disabled=True,
            help=_("The history names it."), key=f"money_currency_shown_{known.currency}",
        )  # fmt: skip
        st.session_state["money_currency"] = fields.currency
    else:
        _select(first, _("Currency"), "money_currency", fields.currency, currency_codes(fields.currency), "currency")
    _select(second, _("Public holidays of"), "money_country", fields.country, country_codes(fields.country), "country")
    st.session_state["money_margin"], st.session_state["money_team"] = fields.margin, fields.team_per_month
    third.number_input(
        _("Margin, % of revenue"), min_value=0.0, max_value=100.0, step=1.0, format="%0.4g", key="money_margin",
        help=_("What is left of revenue after cost of goods, fees, fulfilment and returns."),
        placeholder=_("not known"),
    )  # fmt: skip
    fourth.number_input(
        _("Team and tools per month"), min_value=0.0, step=100.0, format="%0.10g", key="money_team",
        help=_("Comes off profit for the weeks of the plan, so it needs a margin."), placeholder=_("none"),
    )  # fmt: skip


def _calendar(fields: MoneyFields) -> None:
    """How the year is cut into periods, for pacing and finance."""
    st.markdown(_("**Fiscal calendar**, for budgets of a month or period"))
    first, second, third = st.columns(3, vertical_alignment="bottom")
    held = st.session_state
    held["money_calendar"], held["money_year_start"], held["money_year_rule"] = (
        fields.calendar, fields.year_start, fields.year_rule
    )  # fmt: skip
    first.selectbox(
        _("Periods"), CALENDARS, format_func=calendar_name, key="money_calendar",
        help=_("Months of the calendar, or quarters of 13 whole weeks cut in three."),
    )  # fmt: skip
    second.date_input(
        _("First day of a fiscal year"), value=None, key="money_year_start", min_value=dt.date(2000, 1, 1),
        max_value=dt.date(2100, 1, 1), format="YYYY-MM-DD",
        help=_("Of any one year; needed where periods are whole weeks. Its weekday begins every week."),
    )  # fmt: skip
    third.selectbox(
        _("Other years begin on"), YEAR_RULES, format_func=year_rule_name, key="money_year_rule",
        help=_("The month is the one whose first day is nearest to that day."),
    )  # fmt: skip


def _select(
    where: st.delta_generator.DeltaGenerator, label: str, key: str, now: str, codes: Sequence[str], kind: str
) -> None:
    st.session_state[key] = now
    name = country_name if kind == "country" else currency_name
    where.selectbox(
        label, ["", *codes], format_func=lambda code: name(code) if code else _("none"), key=key, width="stretch"
    )


def _numbers(
    name: str, values: Mapping[str, float | None], labels: Mapping[str, str], lowest: float | None = 0.0
) -> None:
    """A grid of number fields, empty ones for nothing."""
    with st.container(key=f"co_numbers_{name}"):
        for key, value in values.items():
            st.session_state[f"money_{name}_{key}"] = value
            st.number_input(
                labels[key],
                min_value=lowest,
                step=0.1 if key in MONEY_OUTCOMES else 1.0,
                format="%0.10g",
                key=f"money_{name}_{key}",
                placeholder="–",
            )


def entered(outcomes: Sequence[str], production: Sequence[str]) -> MoneyFields:
    """The form as it stands in session state."""
    held, asked = st.session_state, state.asked()
    return MoneyFields(
        str(held.get("money_currency") or ""),
        str(held.get("money_country") or ""),
        held.get("money_margin"),
        held.get("money_team"),
        {name: held.get(f"money_worth_{name}") for name in outcomes},
        {name: held.get(f"money_production_{name}") for name in production},
        str(held.get("money_calendar") or MONTH),
        held.get("money_year_start"),
        str(held.get("money_year_rule") or NEAREST),
        rest_of({} if asked is None else asked.settings),
    )


def _use(known: Facts, outcomes: Sequence[str], production: Sequence[str]) -> None:
    """Put the settings of the form into the question."""
    fields = entered(outcomes, production)
    st.session_state[DRAFT] = fields

    def do() -> None:
        _ask_with(settings_from(fields), known)
        st.session_state.pop(DRAFT, None)
        st.session_state[SAID] = _("Used for this question on all pages.")

    attempt(PROBLEM, do)


def _use_and_keep(known: Facts, outcomes: Sequence[str], production: Sequence[str], version: int) -> None:
    """The same, and keep them for new visits."""
    _use(known, outcomes, production)
    if PROBLEM in st.session_state:
        return

    def do() -> None:
        asked = state.asked()
        kept = dict(asked.settings) if asked else {}
        if known.currency:
            kept = {"currency": known.currency, **kept}  # amounts are in the currency of the history
        keep_usual(service.store(), Kind.SETTINGS, kept, state.author(), version)
        st.session_state[SAID] = _("Used for this question, and saved: new visits start from these settings.")

    attempt(PROBLEM, do)


def _ask_with(settings: Mapping[str, object], known: Facts) -> None:
    asked = state.asked()
    if asked is not None:
        state.ask(with_settings(asked, settings, known.goals))


# The usual ones ----------------------------------------------------------------------------------------------------


def _usual(work: Work, kept: Kept | None) -> None:
    """The settings that new visits start from, who saved them, and their versions."""
    part(_("Usual settings"), _("New visits start from them, as far as the history has what they speak of."))
    if kept is None:
        st.caption(_("None are saved yet."))
        return
    st.caption(_("Saved by {who_when}", who_when=markdown(by_and_when(kept.changed_by or kept.author, kept.changed))))
    taken, left_out = fitted(kept.content, service.holds(work.facts))
    lines = [f"{markdown(name)}: **{markdown(value)}**" for name, value in settings_lines(kept.content)]
    st.markdown("  \n".join(lines))
    if left_out:
        st.warning(markdown(left_out), icon=":material/info:")
    st.button(
        _("Use them for this question"), key="money_usual", on_click=_use_usual, args=(taken, work.facts),
        disabled=taken == dict(work.asked.settings) or not taken,
    )  # fmt: skip
    with st.expander(_("Versions")):
        for line in revision_lines(service.store().revisions(kept.id)):
            st.caption(markdown(line))


def _use_usual(settings: Mapping[str, object], known: Facts) -> None:
    def do() -> None:
        _ask_with(settings, known)
        st.session_state.pop(DRAFT, None)
        st.session_state[SAID] = _("Used for this question on all pages.")

    attempt(PROBLEM, do)


# As a file ---------------------------------------------------------------------------------------------------------


def _files(work: Work) -> None:
    """settings.toml, as the command line takes it, in and out."""
    with st.expander(_("As a file for the command line"), key="money_files"):
        text = settings_toml(work.asked.settings) if work.asked.settings else ""
        download(_("Download {file}", file=FILE), text.encode(), FILE, key="money_download")
        upload = st.file_uploader(
            _("Read {file}", file=FILE), type=["toml"], key=f"money_upload_{st.session_state.get(ROUND, 0)}",
            max_upload_size=1,
        )  # fmt: skip
        if upload is not None:
            st.button(_("Use this file"), key="money_file_use", on_click=_read_file, args=(upload, work.facts))


def _read_file(upload: st.runtime.uploaded_file_manager.UploadedFile, known: Facts) -> None:
    def do() -> None:
        data = upload.getvalue()
        if len(data) > 1000 * MOST_KILOBYTES:
            problem = say("a settings file holds at most {most} kB", most=MOST_KILOBYTES)
            raise InputError.at(problem, file=upload.name, fix=say("give a settings.toml"))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            problem = say("this is not UTF-8 text")
            raise InputError.at(problem, file=upload.name, fix=say("save the file as UTF-8")) from None
        _ask_with(read_settings_text(text, upload.name), known)
        st.session_state.pop(DRAFT, None)
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.session_state[SAID] = _("Used for this question on all pages.")

    attempt(PROBLEM, do)
