"""What an import asks a person: who wrote a file, what money and conversions are, and what names mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from optimizer.history.content_types import How, NamingRule
from optimizer.history.exports import Imported
from optimizer.history.exports.questions import Asks, OpenQuestion
from optimizer.history.exports.survey import Surveyed, sources
from optimizer.ui.components.data_table import table_html
from optimizer.ui.components.kept import attempt, show_attempt
from optimizer.ui.components.titles import part
from optimizer.ui.data_exports import Answers, result_choices
from optimizer.ui.data_view import column_name, how_names
from optimizer.ui.format import content_name, markdown, money, network_name
from optimizer.ui.language import _, n_, tell

ANSWERS = "exports_answers"
"""Where session state holds (id of the history, `Answers`)."""
RULE_PROBLEM = "exports_rule_problem"
SILENT_SHOWN = 8


def _answer(answers: Answers) -> None:
    of, _before = st.session_state[ANSWERS]
    st.session_state[ANSWERS] = (of, answers)


# Networks -----------------------------------------------------------------------------------------------------------


def ask_network(known: Sequence[Surveyed], answers: Answers) -> Answers:
    """Ask who wrote a file where its headers do not tell; and behind a click for every other one."""
    open_ones = [one for one in known if one.choices]
    for one in open_ones:
        st.warning(markdown(tell(one.problem)), icon=":material/help:")
        _pick(one, answers, list(dict.fromkeys([*one.choices, *(source for source, _title in sources())])))
    others = [one for one in known if not one.choices and not one.history]
    if others:
        with st.expander(_("Say yourself who wrote a file"), key="exports_who"):
            for one in others:
                _pick(one, answers, [source for source, _title in sources()])
    return answers


def _pick(one: Surveyed, answers: Answers, choices: Sequence[str]) -> None:
    titles = dict(sources())
    parts = {"facebook": _("{network} alone", network=network_name("facebook")),
             "instagram": _("{network} alone", network=network_name("instagram"))}  # fmt: skip
    own = {source: titles[source] for source in choices} | parts
    now = answers.networks.get(one.file, "")
    key = f"exports_network_{one.file}"
    st.session_state[key] = now
    blank = _("as its headers say: {title}", title=one.title) if one.title else _("choose")
    st.selectbox(
        _("Who wrote {file}", file=markdown(one.file)),
        list(dict.fromkeys(["", *own, *([now] if now else [])])),
        format_func=lambda name: own.get(name, name) if name else blank,
        key=key,
        on_change=_take_network,
        args=(key, one.file, answers),
    )


def _take_network(key: str, file: str, answers: Answers) -> None:
    _answer(answers.with_network(file, str(st.session_state[key])))


# Money and figures that clash ---------------------------------------------------------------------------------------


def ask_what_stands_open(question: OpenQuestion, answers: Answers) -> None:
    """Ask for what an import cannot go on without."""
    if question.asks is Asks.RATE:
        code, target = question.choices
        _rate(code, target, answers)
        st.caption(_("If the history should be in {code}, say so:", code=code))
        st.button(_("The history is in {code}", code=code), key="exports_other_currency", on_click=_answer,
                  args=(replace(answers, currency=code, rates={}),))  # fmt: skip
    elif question.asks is Asks.CURRENCY:
        for code in question.choices:
            st.button(_("The history is in {code}", code=code), key=f"exports_currency_{code}", on_click=_answer,
                      args=(replace(answers, currency=code).with_rate(code, None),))  # fmt: skip
    elif question.asks is Asks.NEWEST:
        st.caption(_("Export both again with the same filters, or let the newer figures count."))
        st.button(_("Let the newer figures count"), key="exports_newest", on_click=_answer,
                  args=(replace(answers, newest_wins=True),))  # fmt: skip
    elif question.asks is Asks.EMPTY:
        st.caption(_("Export it again with that column filled, or say that what is empty there is 0."))
        st.button(_("Empty cells are 0"), key="exports_empty", on_click=_answer,
                  args=(replace(answers, empty_is_zero=True),))  # fmt: skip


def _rate(code: str, target: str, answers: Answers) -> None:
    key = f"exports_rate_{code}"
    st.session_state[key] = answers.rates.get(code)
    st.number_input(
        _("What one {code} is worth in {target}", code=code, target=target),
        min_value=0.0,
        format="%0.10g",
        key=key,
        placeholder=_("such as 0.92"),
        on_change=_take_rate,
        args=(key, code, target, answers),
    )


def _take_rate(key: str, code: str, target: str, answers: Answers) -> None:
    _answer(replace(answers, currency=target).with_rate(code, st.session_state[key]))


# Results ------------------------------------------------------------------------------------------------------------


def ask_results(imported: Imported, answers: Answers) -> None:
    """What conversions are, network by network, and the answers about money that were given."""
    offered = [one for one in imported.offered if one.kinds]
    if offered:
        part(
            _("What conversions are"),
            _(
                "One kind for each network, never added up. The rule takes purchases where there are any, else leads, "
                "else conversions as the network counts them."
            ),
        )
        for one, place in zip(offered, _grid(len(offered)), strict=True):
            now = answers.results.get(one.source, "")
            choices = result_choices(one, now)
            key = f"exports_result_{one.source}"
            st.session_state[key] = now
            place.selectbox(
                one.title,
                list(choices),
                format_func=choices.__getitem__,
                key=key,
                on_change=_take_result,
                args=(key, one.source, answers),
            )
    if answers.rates or answers.newest_wins or answers.empty_is_zero:
        part(_("What you said"))
        for code in answers.rates:
            _rate(code, imported.currency, answers)
        if answers.newest_wins:
            _said(_("The newer of two figures counts"), "newest", replace(answers, newest_wins=False))
        if answers.empty_is_zero:
            _said(_("Empty cells are 0"), "zero", replace(answers, empty_is_zero=False))


def _said(label: str, name: str, without: Answers) -> None:
    """Something that was said, to be taken back."""
    st.session_state[f"exports_is_{name}"] = True
    st.checkbox(label, key=f"exports_is_{name}", on_change=_answer, args=(without,))


def _grid(count: int) -> list[st.delta_generator.DeltaGenerator]:
    columns: list[st.delta_generator.DeltaGenerator] = []
    while len(columns) < count:
        columns += st.columns(2)
    return columns[:count]


def _take_result(key: str, source: str, answers: Answers) -> None:
    _answer(answers.with_result(source, str(st.session_state[key])))


# Content types ------------------------------------------------------------------------------------------------------


def ask_types(imported: Imported, answers: Answers) -> None:
    """Rules that names suggest for rows of unknown content type, names that say nothing, and the rules in use."""
    unknown = imported.unknown
    if not (unknown.rules or unknown.silent or answers.naming):
        return
    part(
        _("Content types"),
        _("Rules look at names of campaigns, ad sets and ads; the first that fits gives the content type."),
    )
    show_attempt(RULE_PROBLEM)
    if unknown.rules:
        _proposed(imported, answers)
    silent = [(name, spend) for name, spend in unknown.silent if name][:SILENT_SHOWN]
    if silent:
        heads = (_("Names that say nothing"), _("Spend"))
        st.html(table_html(heads, [(name, money(spend, imported.currency)) for name, spend in silent], numeric=(1,)))
    _own_rule(answers)
    if answers.naming:
        _in_use(answers)


def _proposed(imported: Imported, answers: Answers) -> None:
    """Rules with the money behind each, to be taken by a click on what is ticked."""
    unknown = imported.unknown
    st.markdown(_("**Proposed by words in names**"))
    for place, (rule, spend) in enumerate(zip(unknown.rules, unknown.spend, strict=True)):
        st.checkbox(
            _("names with “{text}” are {content_type} ({spend})", text=markdown(rule.text),
              content_type=markdown(content_name(rule.content_type)), spend=money(spend, imported.currency)),
            value=True,
            key=f"exports_rule_{place}_{rule.text}",
        )  # fmt: skip
    st.button(
        _("Read with these rules"), key="exports_take_rules", icon=":material/check:", on_click=_take_rules,
        args=(unknown.rules, answers),
    )  # fmt: skip


def _take_rules(rules: Sequence[NamingRule], answers: Answers) -> None:
    held = st.session_state
    taken = [rule for place, rule in enumerate(rules) if held.get(f"exports_rule_{place}_{rule.text}")]
    _answer(answers.with_rules(taken))


def _own_rule(answers: Answers) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="co_rule_exports"):
        st.text_input(_("Where a name contains"), key="exports_own_text", max_chars=200)
        st.text_input(_("The content type is"), key="exports_own_type", max_chars=200)
        st.button(_("Add the rule"), key="exports_own_add", icon=":material/add:", on_click=_add_own, args=(answers,))


def _add_own(answers: Answers) -> None:
    held = st.session_state

    def do() -> None:
        rule = NamingRule("campaign", How.CONTAINS, str(held["exports_own_text"]), str(held["exports_own_type"]))
        _answer(answers.with_rules([rule]))
        held["exports_own_text"] = held["exports_own_type"] = ""

    attempt(RULE_PROBLEM, do)


def _in_use(answers: Answers) -> None:
    hows = how_names()
    with st.expander(n_("{count} rule in use", "{count} rules in use", len(answers.naming)), key="exports_rules"):
        for place, rule in enumerate(answers.naming):
            with st.container(horizontal=True, vertical_alignment="center"):
                said = _("{column} {how} “{text}”: {content_type}", column=column_name(rule.column),
                         how=hows[rule.how.value], text=markdown(rule.text),
                         content_type=markdown(content_name(rule.content_type)))  # fmt: skip
                st.markdown(said, width="stretch")
                rest = tuple(one for one in answers.naming if one != rule)
                st.button(":material/delete:", help=_("Remove this rule"), key=f"exports_drop_{place}",
                          on_click=_answer, args=(replace(answers, naming=rest),))  # fmt: skip
