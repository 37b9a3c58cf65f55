"""Accepting the budgets of the page This week, what to do then, and what changed since the last ones."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from optimizer.planning.plan import Plan
from optimizer.store.values import LONGEST_NAME, LONGEST_NOTE
from optimizer.ui import service
from optimizer.ui.components.kept import attempt, author_field, kept_history, show_attempt, taken_author
from optimizer.ui.components.titles import part
from optimizer.ui.components.week_html import accepted_html, amounts_html, changed_html
from optimizer.ui.data_view import moment
from optimizer.ui.format import markdown
from optimizer.ui.language import _, speaker
from optimizer.ui.week_store import (
    Accepted,
    Named,
    Origin,
    Question,
    accept,
    content_of,
    last_accepted,
    of_weeks,
    same_run,
)
from optimizer.ui.week_view import amounts, changed_sentence, changed_since, proposed_name
from optimizer.ui.week_work import Decided

_PROBLEM, _NAME, _NOTE = "week_accept_problem", "week_accept_name", "week_accept_note"
_AUTHOR, _PROPOSED = "week_accept_author", "week_accept_proposed"


def acceptance(now: Decided, plans: Sequence[Accepted]) -> Accepted | None:
    """The acceptance of just these budgets, if there is one."""
    return same_run(plans, now.found.plan.run.id)


def accepted_sentence(held: Accepted) -> str:
    """Who accepted them and when."""
    return _("Accepted by {author} on {when}", author=held.kept.author, when=moment(held.kept.created))


def show_accept(now: Decided, plans: Sequence[Accepted]) -> None:
    """Ask to accept, or say who did and what to do next."""
    held = acceptance(now, plans)
    if held is None:
        _ask(now, plans)
    else:
        _next_steps(now.found.plan, held)
    _changed(now, plans, held)


def _ask(now: Decided, plans: Sequence[Accepted]) -> None:
    part(
        _("Accept these budgets"),
        _(
            "They are kept with the question, the figures, what was chosen for each change and why, the tests, and the "
            "hash of the history. The weeks after know it: a test runs on, and what you left is not proposed again for "
            "four weeks."
        ),
    )
    plan, origin = now.found.plan, _origin(now)
    question = Question(now.work.asked, now.week, now.memory)
    content = content_of(now.decision, question, now.choices, origin)
    seen = of_weeks(plans, content)
    proposed, typed = proposed_name(plan), st.session_state.get(_NAME, "")
    st.session_state[_NAME] = proposed if typed in ("", st.session_state.get(_PROPOSED)) else typed
    st.session_state[_PROPOSED] = proposed
    with st.container(border=True, key="week_accept_box"):
        if seen is not None:
            st.caption(
                _(
                    "It replaces {name}, accepted by {author} on {when}, for the same week.",
                    name=seen.kept.name,
                    author=seen.kept.author,
                    when=moment(seen.kept.created),
                )
            )
        columns = st.columns(3)
        with columns[0]:
            st.text_input(_("Name"), key=_NAME, max_chars=LONGEST_NAME)
        with columns[1]:
            author_field(_AUTHOR)
        with columns[2]:
            st.text_input(_("Note, if you like"), key=_NOTE, max_chars=LONGEST_NOTE)
        show_attempt(_PROBLEM)
        st.button(
            _("Accept these budgets"),
            type="primary",
            key="week_accept",
            icon=":material/check:",
            on_click=_accept,
            args=(content, seen),
        )


def _accept(content: dict[str, object], seen: Accepted | None) -> None:
    """Keep the budgets as accepted; for the button."""
    held = st.session_state
    named = Named(str(held.get(_NAME, "")), taken_author(_AUTHOR), str(held.get(_NOTE, "")), kept_history())
    if attempt(_PROBLEM, lambda: accept(service.store(), content, named, seen)):
        held[_NOTE] = ""


def _next_steps(plan: Plan, held: Accepted) -> None:
    """Confirmation, and the amounts to type in."""
    part(_("Accepted: what to do next"))
    st.html(accepted_html(accepted_sentence(held), held.kept.note))
    st.markdown(
        _(
            "Type these daily amounts into the networks from {start} on. Come back when that week is in the history: "
            "the page then offers to start from here.",
            start=speaker().day(plan.weeks[0]),
        )
    )
    st.html(amounts_html(amounts(plan)))


def _changed(now: Decided, plans: Sequence[Accepted], held: Accepted | None) -> None:
    """What is other than in the budgets accepted before these."""
    plan = now.found.plan
    earlier = [one for one in plans if held is None or one.kept.id != held.kept.id]
    last = last_accepted(earlier, now.work.source.sample, plan.currency)
    if last is None:
        return
    rows = changed_since(plan, last)
    part(_("What changed since the budgets accepted before"))
    st.markdown(markdown(changed_sentence(plan, last, rows)))
    if rows:
        st.html(changed_html(rows))


def _origin(now: Decided) -> Origin:
    source = now.work.source
    return Origin(source.name, source.sha256, source.sample)
