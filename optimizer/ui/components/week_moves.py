"""The moves of the page This week, each with its three choices; what is chosen re-plans at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from optimizer.errors import InputError
from optimizer.language import say
from optimizer.planning.plan import Move
from optimizer.ui.components.plan_inputs import budget_step, currency_of, refuse
from optimizer.ui.components.titles import part
from optimizer.ui.components.week_html import card_html
from optimizer.ui.components.work import Work
from optimizer.ui.format import markdown, money, place_name
from optimizer.ui.language import _, n_
from optimizer.ui.view import goal_name, weeks_text
from optimizer.ui.week_choices import AMOUNT, LEAVE, LONGEST_REASON, MARKS, TAKE, Choices
from optimizer.ui.week_view import Card, cards, decided, keep_question
from optimizer.ui.week_work import Decided, choices_now, keep_choices

SHOWN_FIRST = 8
_ALL = "week_all_moves"


def show_moves(now: Decided) -> None:
    """Draw the moves, the largest with their choices, the others when they are asked for."""
    plan, choices = now.decision.plan, now.choices
    found = cards(now.decision, choices)
    goal, weeks = goal_name(plan.goal), weeks_text(len(plan.weeks))
    part(
        _("Moves, largest first"),
        _(
            "What a move brings is the expected {goal} of {weeks} against today's split, with its 90 % interval; the "
            "moves add up to the plan's gain. What you type in is the plan's weekly amount over seven days.",
            goal=goal,
            weeks=weeks,
        ),
    )
    if not found:
        st.markdown(keep_question(plan))
        return
    shown = _shown(found, choices)
    st.caption(
        _(
            "{decided}. A place that you leave as today or give another amount is fixed, and the rest is planned "
            "around it at once.",
            decided=decided(choices, found),
        )
    )
    _bulk(shown, choices)
    brings = _("Brings over {weeks}", weeks=weeks)
    moves = {move.cell.label: move for move in plan.moves}
    for number, card in enumerate(shown):
        with st.container(border=True, key=f"co_week_card_{number}"):
            st.html(card_html(card, brings))
            _controls(card, moves[card.label], choices, now)
    hidden = len(found) - len(shown)
    if hidden:
        st.button(
            n_("Show {count} smaller move", "Show {count} smaller moves", hidden),
            key="week_show_all",
            on_click=st.session_state.__setitem__,
            args=(_ALL, True),
        )


def show_way_out(choices: Choices, work: Work) -> None:
    """Where the choices leave no plan: take them back, one or all."""
    if not choices.fixed:
        return
    st.markdown(_("Your choices leave no plan. Take one of them back, or all:"))
    names = {cell.label: place_name(*cell) for cell in work.facts.cells}
    with st.container(horizontal=True, key="week_way_out"):
        for label, amount in choices.locks.items():
            fixed = _("{place}: {amount}", place=names.get(label, label), amount=money(amount, currency_of(work)))
            st.button(markdown(fixed), key=f"week_free_{label}", on_click=_free, args=(label,))
        st.button(_("Reset my choices"), key="week_reset", icon=":material/undo:", on_click=_reset)


def _shown(found: Sequence[Card], choices: Choices) -> list[Card]:
    """The largest moves, and those that something was fixed for."""
    if st.session_state.get(_ALL):
        return list(found)
    return [card for rank, card in enumerate(found) if rank < SHOWN_FIRST or card.label in choices.locks]


def _bulk(shown: Sequence[Card], choices: Choices) -> None:
    """Choices about several moves at once."""
    still = [card.label for card in shown if not choices.of(card.label)]
    with st.container(horizontal=True, key="week_buttons"):
        st.button(
            n_("Take the open move", "Take all {count} open moves shown", len(still))
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


def _controls(card: Card, move: Move, choices: Choices, now: Decided) -> None:
    """The three choices of one move, and what goes with them."""
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
        args=(card.label, move.today, move.plan),
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
        _("A week, {currency}", currency=now.decision.plan.currency) if now.decision.plan.currency else _("A week"),
        min_value=0.0,
        max_value=now.work.asked.budget / now.work.asked.weeks,
        step=budget_step(now.work.facts.recent / max(len(now.decision.plan.cells), 1)),
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
        _("Why? It is kept with the plan"),
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
