"""The changes of the page This week, each with its three choices; what is chosen is answered at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from optimizer.errors import InputError
from optimizer.language import say
from optimizer.planning.rebalance.explore_text import explore_sentence
from optimizer.ui.components.plan_inputs import budget_step, currency_of, refuse
from optimizer.ui.components.titles import part
from optimizer.ui.components.week_html import aims_html, card_html, learned_html, stays_html
from optimizer.ui.components.work import Work
from optimizer.ui.format import markdown, money, place_name
from optimizer.ui.language import _, n_, tell
from optimizer.ui.view import goal_name, weeks_text
from optimizer.ui.week_choices import AMOUNT, LEAVE, LONGEST_REASON, MARKS, TAKE, Choices
from optimizer.ui.week_view import Card, aims, cards, decided, learned, stays
from optimizer.ui.week_work import Decided, choices_now, keep_choices

SHOWN_FIRST = 8
_ALL = "week_all_moves"


def show_moves(now: Decided) -> None:
    """Draw the changes, the largest with their choices, the others when they are asked for; tests by themselves."""
    found, choices = now.found, now.choices
    shown_all = cards(now.decision, choices)
    moves, tests = ([card for card in shown_all if card.test is test] for test in (False, True))
    goal, weeks = goal_name(found.plan.goal), weeks_text(found.kept)
    part(
        _("Changes, largest first"),
        _(
            "What a change brings is the expected {goal} it adds or gives up against what is set now, if it is kept "
            "for {weeks}, with its 90 % interval. A day is a seventh of the week: what networks ask you to type in.",
            goal=goal,
            weeks=weeks,
        ),
    )
    if not moves:
        st.markdown(_("There is no change to decide on: accepting keeps today's budgets."))
    else:
        _cards(moves, now, _("Brings over {weeks}", weeks=weeks))
    _tests(tests, now, _("Brings over {weeks}", weeks=weeks))
    _stays(now, shown_all)


def _cards(found: Sequence[Card], now: Decided, brings: str) -> None:
    choices = now.choices
    shown = _shown(found, choices)
    st.caption(
        _(
            "{decided}. A place that you leave as today or give another amount is fixed, and the rest is chosen "
            "around it at once.",
            decided=decided(choices, found),
        )
    )
    _bulk(shown, choices)
    for number, card in enumerate(shown):
        _draw(card, now, brings, f"co_week_card_{number}")
    hidden = len(found) - len(shown)
    if hidden:
        st.button(
            n_("Show {count} smaller change", "Show {count} smaller changes", hidden),
            key="week_show_all",
            on_click=st.session_state.__setitem__,
            args=(_ALL, True),
        )


def _draw(card: Card, now: Decided, brings: str, key: str) -> None:
    found = now.found
    c = [cell.label for cell in found.plan.cells].index(card.label)
    with st.container(border=True, key=key):
        st.html(card_html(card, brings))
        _controls(card, (float(found.current[c]), float(found.plan.spend[c, 0])), now)


def _tests(tests: Sequence[Card], now: Decided, brings: str) -> None:
    """Tests that run, that are over and that are proposed, where there are any or some were asked for."""
    found = now.found
    taught = learned(found)
    if not tests and not taught and not found.explored:
        return
    part(
        _("Tests, to learn on purpose"),
        _(
            "A test gives a place another amount for some weeks, because knowing what that brings is worth more than "
            "it costs. It says how many weeks its effect takes to stand out from the noise, what knowing is worth over "
            "the half year after, and what it gives up. Until then it stays; then this page says what was learned."
        ),
    )
    if taught:
        st.html(learned_html(taught))
    if found.explored:
        st.markdown(markdown(tell(explore_sentence(found))))
    for number, card in enumerate(tests):
        _draw(card, now, brings, f"co_week_card_test_{number}")


def _stays(now: Decided, shown: Sequence[Card]) -> None:
    """What keeps its budget and why, and where all of it leads."""
    rows = stays(now.decision, shown)
    if rows:
        part(
            _("What stays, and why"),
            _(
                "Every place that keeps its budget, with what holds it: too little evidence, learning, inside the "
                "noise, a limit, or money that brings as much elsewhere. “Leads to” is its amount in the best split "
                "without a largest change, as the history reads today."
            ),
        )
        st.html(stays_html(rows))
    leading = aims(now.found)
    if leading:
        with st.expander(_("Where this leads, week by week"), icon=":material/route:"):
            st.caption(
                _(
                    "The best split without a largest change, as the history reads today; each week goes as far as is "
                    "allowed and is judged anew, so the end may move."
                )
            )
            st.html(aims_html(leading))


def show_way_out(choices: Choices, work: Work) -> None:
    """Where the choices leave no plan: take them back, one or all."""
    if not choices.fixed:
        return
    st.markdown(_("Next week cannot hold the budget around your choices. Take one of them back, or all:"))
    names = {cell.label: place_name(*cell) for cell in work.facts.cells}
    with st.container(horizontal=True, key="week_way_out"):
        for label, amount in choices.locks.items():
            fixed = _("{place}: {amount}", place=names.get(label, label), amount=money(amount, currency_of(work)))
            st.button(markdown(fixed), key=f"week_free_{label}", on_click=_free, args=(label,))
        st.button(_("Reset my choices"), key="week_reset", icon=":material/undo:", on_click=_reset)


def _shown(found: Sequence[Card], choices: Choices) -> list[Card]:
    """The largest changes, and those that something was fixed for."""
    if st.session_state.get(_ALL):
        return list(found)
    return [card for rank, card in enumerate(found) if rank < SHOWN_FIRST or card.label in choices.locks]


def _bulk(shown: Sequence[Card], choices: Choices) -> None:
    """Choices about several changes at once."""
    still = [card.label for card in shown if not choices.of(card.label)]
    with st.container(horizontal=True, key="week_buttons"):
        st.button(
            n_("Take the open change", "Take all {count} open changes shown", len(still))
            if still
            else _("All are decided"),
            key="week_take_all",
            icon=":material/done_all:",
            disabled=not still,
            on_click=_take,
            args=tuple(still),
        )
        st.button(
            _("Reset my choices"),
            key="week_reset",
            icon=":material/undo:",
            disabled=not (choices.marks or choices.locks),
            on_click=_reset,
        )


def _controls(card: Card, amounts: tuple[float, float], now: Decided) -> None:
    """The three choices of one change, and what goes with them; amounts are those of now and of next week."""
    choices = now.choices
    names = {TAKE: _("Take it"), LEAVE: _("Leave as today"), AMOUNT: _("Other amount")}
    chosen, key = choices.of(card.label), f"week_choice_{card.label}"
    st.session_state[key] = chosen or None
    st.segmented_control(
        _("Your choice for {place}", place=markdown(card.place)),
        MARKS,
        format_func=lambda mark: names[mark],
        key=key,
        label_visibility="collapsed",
        on_change=_choose,
        args=(card.label, *amounts),
    )
    if chosen in (LEAVE, AMOUNT):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if chosen == AMOUNT:
                _amount(card, choices, now)
            _reason(card, choices)


def _amount(card: Card, choices: Choices, now: Decided) -> None:
    key, held = f"week_amount_{card.label}", float(choices.locks[card.label])
    st.session_state[key] = held
    st.number_input(
        _("A week, {currency}", currency=now.found.plan.currency) if now.found.plan.currency else _("A week"),
        min_value=0.0,
        max_value=now.work.asked.budget / now.work.asked.weeks,
        step=budget_step(now.work.facts.recent / max(len(now.found.plan.cells), 1)),
        format="%0.0f" if held.is_integer() and held >= 1 else "%0.10g",
        key=key,
        on_change=_fix,
        args=(card.label,),
        width=160,
    )


def _reason(card: Card, choices: Choices) -> None:
    key = f"week_reason_{card.label}"
    st.session_state[key] = choices.reasons.get(card.label, "")
    st.text_input(
        _("Why? It is kept, and said when the change comes up again"),
        key=key,
        max_chars=LONGEST_REASON,
        on_change=_explain,
        args=(card.label,),
    )


# What widgets do ----------------------------------------------------------------------------------------------------


def _choose(label: str, today: float, planned: float) -> None:
    mark, choices = st.session_state[f"week_choice_{label}"], choices_now()
    if mark == TAKE:
        keep_choices(choices.take(label))
    elif mark == LEAVE:
        keep_choices(choices.leave(label, today))
    elif mark == AMOUNT:
        keep_choices(choices.fix(label, _rounded(planned)))
    else:
        keep_choices(choices.free(label))


def _fix(label: str) -> None:
    amount = st.session_state[f"week_amount_{label}"]
    if amount is None:
        refuse(say("An amount is needed, so it stays as it was."))
        return
    try:
        keep_choices(choices_now().fix(label, float(amount)))
    except InputError as problem:
        refuse(say("{problem}", problem=problem.message))


def _explain(label: str) -> None:
    keep_choices(choices_now().because(label, str(st.session_state[f"week_reason_{label}"])))


def _take(*labels: str) -> None:
    keep_choices(choices_now().take(*labels))


def _free(label: str) -> None:
    keep_choices(choices_now().free(label))


def _reset() -> None:
    choices = choices_now()
    keep_choices(choices.free(*choices.locks, *choices.marks, *choices.reasons))


def _rounded(amount: float) -> float:
    """An amount as a person would begin with: whole units, three figures where it is less than 10.

    Examples
    --------
    >>> _rounded(3837.26), _rounded(1.23456), _rounded(0.0)
    (3837.0, 1.23, 0.0)
    """
    if amount <= 0:
        return 0.0
    return float(round(amount)) if amount >= 10 else round(amount, 2 - math.floor(math.log10(amount)))
