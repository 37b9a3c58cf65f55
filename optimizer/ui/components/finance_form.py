"""Inputs of finance on screen: what they are and who stands behind them, and the form that changes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from optimizer.planning.settings import settings_of
from optimizer.planning.settings_finance import LONGEST_NOTE
from optimizer.store import Kind
from optimizer.store.values import LONGEST_AUTHOR
from optimizer.ui import service, state
from optimizer.ui.components.finance_tables import inputs_html
from optimizer.ui.components.kept import attempt, show_attempt, taken_author
from optimizer.ui.components.titles import part
from optimizer.ui.components.work import Work
from optimizer.ui.data_store import keep_usual, usual
from optimizer.ui.finance_inputs import (
    CUSTOMER_KEYS,
    FIXED_KEYS,
    IN_PERCENT,
    MARGIN,
    MONTHS,
    SHARE_KEYS,
    FinanceFields,
    confirmed_by,
    field_name,
    fields_of,
    input_lines,
    settings_with,
    unit_of,
    with_source,
)
from optimizer.ui.format import begun, content_name, markdown, network_name
from optimizer.ui.language import _
from optimizer.ui.settings_view import with_settings

DRAFT, PROBLEM, SAID = "finance_draft", "finance_problem", "finance_said"
PICKED, AUTHOR = "finance_source_of", "finance_author"
HURDLE = ("hurdle_rate",)


def show_missing(work: Work) -> None:
    """What is missing for a statement, with the fields right there."""
    with st.container(border=True, key="finance_empty"):
        st.subheader(_("Give the margin to see what the plan leaves"), anchor=False)
        st.markdown(
            _(
                "Margin is what is left of one unit of revenue after cost of goods, fees, fulfilment and returns. With "
                "it there is a statement from revenue to marketing contribution, ROI with its interval, and what moves "
                "it. The shares can be given one by one below, with all other costs."
            )
        )
        with st.form("finance_first", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            _number(MARGIN, fields_now(work).values.get(MARGIN), "finance_first_margin", work.facts.currency)
            if _asks_worth(work):
                _worth(work, "finance_first_worth")
            st.form_submit_button(
                _("Show the statement"), type="primary", key="finance_first_use", on_click=_use_first, args=(work,)
            )


def show_inputs(work: Work) -> None:
    """All inputs with unit, owner and date; the form to change them; who stands behind one."""
    part(
        _("Inputs"),
        _("They are part of the settings: the page Data and settings shows margin, team and production too."),
        _("What the statement rests on, and who stands behind it."),
    )
    show_attempt(PROBLEM)
    said = st.session_state.pop(SAID, "")
    if said:
        st.success(said, icon=":material/check:")
    networks = sorted({cell.network for cell in work.facts.cells})
    st.html(inputs_html(input_lines(work.asked.settings, networks, work.facts.currency), _("Inputs")))
    with st.expander(_("Change inputs"), expanded=DRAFT in st.session_state, key="finance_change"):
        _form(work)
    with st.expander(_("Say who stands behind an input"), key="finance_sources"):
        _source(work, networks)


# The form ------------------------------------------------------------------------------------------------------------


def fields_now(work: Work) -> FinanceFields:
    """The form as the settings fill it."""
    networks = sorted({cell.network for cell in work.facts.cells})
    return fields_of(work.asked.settings, networks, sorted({cell.content_type for cell in work.facts.cells}))


def _form(work: Work) -> None:
    drafted = st.session_state.get(DRAFT)
    fields = drafted if isinstance(drafted, FinanceFields) else fields_now(work)
    currency = work.facts.currency
    kept = usual(service.store(), Kind.SETTINGS)
    with st.form("finance_form", border=False):
        st.markdown(_("**What is left of revenue.** Three shares make the margin, or give the margin alone."))
        _numbers("shares", SHARE_KEYS, fields.values, currency)
        if _asks_worth(work):
            _worth(work, "finance_worth", fields.worth)
        st.markdown(_("**Costs beside media, and what money must earn**"))
        _numbers("fixed", (*FIXED_KEYS, *HURDLE), fields.values, currency)
        st.markdown(_("**Production.** What one asset costs, and how many a plan needs"))
        _production(fields, currency)
        st.markdown(
            _(
                "**Incrementality.** What of a network's modelled increment counts, with its 90 % interval, such as an "
                "experiment gives; 1 where nobody gave one"
            )
        )
        _factors(fields)
        st.markdown(_("**Customers**"))
        _numbers("customers", CUSTOMER_KEYS, fields.values, currency)
        _author()
        st.caption(_("With your name here you become the owner of what you change, as of today."))
        with st.container(horizontal=True):
            st.form_submit_button(
                _("Use for this question"), type="primary", key="finance_use", on_click=_use, args=(work, fields)
            )
            st.form_submit_button(
                _("Use and save as the usual settings"), key="finance_keep", on_click=_use_and_keep,
                args=(work, fields, 0 if kept is None else kept.version),
            )  # fmt: skip


def _author() -> None:
    """Ask who does this; a form hands it over with everything else."""
    st.session_state[AUTHOR] = st.session_state.get(AUTHOR) or state.author()
    st.text_input(_("Your name"), key=AUTHOR, max_chars=LONGEST_AUTHOR)


def _numbers(name: str, keys: Sequence[str], values: Mapping[str, float | None], currency: str) -> None:
    with st.container(key=f"co_finance_{name}"):
        for key in keys:
            _number(key, values.get(key), f"finance_{key}", currency)


def _number(key: str, value: float | None, widget: str, currency: str) -> None:
    """A field with its unit in the label, empty where nothing is known."""
    st.session_state[widget] = int(value) if key == MONTHS and value is not None else value
    step = 1.0 if key in IN_PERCENT else 10.0
    label = _("{input}, {unit}", input=field_name(key), unit=unit_of(key, currency))
    if key == MONTHS:
        st.number_input(field_name(key), min_value=1, max_value=240, step=1, key=widget, placeholder="24")
    else:
        st.number_input(label, step=step, format="%0.10g", key=widget, placeholder="–")


def _asks_worth(work: Work) -> bool:
    """Whether a conversion's worth makes revenue, since the history has none."""
    return "revenue" not in work.facts.outcomes


def _worth(work: Work, widget: str, value: float | None = None) -> None:
    st.session_state[widget] = fields_now(work).worth if value is None else value
    label = _("Worth of a conversion, {currency}", currency=work.facts.currency or _("money"))
    st.number_input(label, step=1.0, format="%0.10g", key=widget, placeholder="–")


def _production(fields: FinanceFields, currency: str) -> None:
    with st.container(key="co_finance_production"):
        for name, (cost, count) in fields.production.items():
            kind = markdown(begun(content_name(name)))
            st.session_state[f"finance_production_{name}"], st.session_state[f"finance_assets_{name}"] = cost, count
            st.number_input(
                _("{content_type}: one asset, {currency}", content_type=kind, currency=currency or _("money")),
                step=10.0, format="%0.10g", key=f"finance_production_{name}", placeholder="–",
            )  # fmt: skip
            st.number_input(
                _("{content_type}: assets", content_type=kind), step=1, key=f"finance_assets_{name}", placeholder="1"
            )


def _factors(fields: FinanceFields) -> None:
    with st.container(key="co_finance_factors"):
        for name, values in fields.incrementality.items():
            network = markdown(network_name(name))
            labels = (
                _("{network}: factor", network=network),
                _("{network}: low", network=network),
                _("{network}: high", network=network),
            )
            for end, (label, value) in enumerate(zip(labels, values, strict=True)):
                widget = f"finance_factor_{name}_{end}"
                st.session_state[widget] = value
                st.number_input(label, step=0.05, format="%0.10g", key=widget, placeholder="–" if end else "1")


def _entered(fields: FinanceFields) -> FinanceFields:
    """The form as it stands in session state."""
    held = st.session_state
    keys = (*SHARE_KEYS, *FIXED_KEYS, *HURDLE, *CUSTOMER_KEYS)
    return FinanceFields(
        {key: held.get(f"finance_{key}") for key in keys},
        {
            name: (held.get(f"finance_production_{name}"), held.get(f"finance_assets_{name}"))
            for name in fields.production
        },
        {
            name: (
                held.get(f"finance_factor_{name}_0"),
                held.get(f"finance_factor_{name}_1"),
                held.get(f"finance_factor_{name}_2"),
            )
            for name in fields.incrementality
        },
        held.get("finance_worth"),
    )


def _use_first(work: Work) -> None:
    """Take the margin alone, of the empty state."""
    now = fields_now(work)
    held = st.session_state
    values = {**now.values, MARGIN: held.get("finance_first_margin")}
    fields = FinanceFields(values, now.production, now.incrementality, held.get("finance_first_worth", now.worth))
    attempt(PROBLEM, lambda: _ask(work, settings_with(work.asked.settings, fields, now, _asks_worth(work))))


def _use(work: Work, fields: FinanceFields) -> None:
    """Put the inputs of the form into the question; new or other ones are confirmed by whoever gave a name."""
    entered = _entered(fields)
    st.session_state[DRAFT] = entered
    author = taken_author(AUTHOR)

    def do() -> None:
        settings = settings_with(work.asked.settings, entered, fields_now(work), _asks_worth(work))
        _ask(work, confirmed_by(settings, work.asked.settings, author, service.today()))
        st.session_state.pop(DRAFT, None)
        st.session_state[SAID] = _("Used for this question on all pages.")

    attempt(PROBLEM, do)


def _use_and_keep(work: Work, fields: FinanceFields, version: int) -> None:
    """The same, and keep them for new visits."""
    _use(work, fields)
    if PROBLEM not in st.session_state:
        attempt(PROBLEM, lambda: _keep(work, version))


def _keep(work: Work, version: int) -> None:
    asked, currency = state.asked(), work.facts.currency
    kept = dict(asked.settings) if asked else {}
    if currency:
        kept = {"currency": currency, **kept}  # amounts are in the currency of the history
    keep_usual(service.store(), Kind.SETTINGS, kept, state.author(), version)
    st.session_state[SAID] = _("Used for this question, and saved: new visits start from these settings.")


def _ask(work: Work, settings: Mapping[str, object]) -> None:
    asked = state.asked()
    if asked is not None:
        state.ask(with_settings(asked, settings, work.facts.goals))


# Who stands behind one -----------------------------------------------------------------------------------------------


def _source(work: Work, networks: Sequence[str]) -> None:
    """Owner, date and note of one input."""
    rows = {row.key: row for row in input_lines(work.asked.settings, networks, work.facts.currency)}
    key = st.selectbox(_("Input"), list(rows), format_func=lambda name: rows[name].name, key=PICKED)
    source = settings_of(work.asked.settings).source.get(key)
    with st.form("finance_source", border=False):
        first, second = st.columns(2)
        held = st.session_state
        held[f"finance_owner_{key}"] = source.owner if source else ""
        held[f"finance_date_{key}"] = source.date if source else None
        held[f"finance_note_{key}"] = source.note if source else ""
        first.text_input(_("Owner"), key=f"finance_owner_{key}", max_chars=LONGEST_NOTE)
        second.date_input(
            _("Confirmed on"), value=None, key=f"finance_date_{key}", format="YYYY-MM-DD",
            min_value=dt.date(2000, 1, 1), max_value=dt.date(2100, 1, 1),
        )  # fmt: skip
        st.text_input(
            _("Note"), key=f"finance_note_{key}", max_chars=LONGEST_NOTE, help=_("Where the figure comes from.")
        )
        st.form_submit_button(_("Set"), key="finance_source_use", on_click=_use_source, args=(work, key))


def _use_source(work: Work, key: str) -> None:
    held = st.session_state
    owner, note = str(held.get(f"finance_owner_{key}") or ""), str(held.get(f"finance_note_{key}") or "")
    confirmed = held.get(f"finance_date_{key}")
    day = confirmed if isinstance(confirmed, dt.date) else None

    def do() -> None:
        _ask(work, with_source(work.asked.settings, key, owner, day, note))
        st.session_state[SAID] = _("Used for this question on all pages.")

    attempt(PROBLEM, do)
