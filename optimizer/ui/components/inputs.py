"""What a person enters: the history, the budget, the weeks, the goal. Values live in named session state."""

from __future__ import annotations

import streamlit as st

from optimizer.ui import service, text
from optimizer.ui.components.tables import title_html
from optimizer.ui.failures import escape_markdown
from optimizer.ui.format import day, money, number
from optimizer.ui.service import Facts, Question
from optimizer.ui.uploads import MAX_MEGABYTES, SUFFIXES, Source
from optimizer.ui.view import goal_name

DEFAULT_WEEKS = 4
MOST_WEEKS = 52


class Keys:
    """Names of what session state holds for this page."""

    SOURCE = "source"
    UPLOAD = "upload"
    BUDGET = "budget"
    WEEKS = "weeks"
    GOAL = "goal"
    MAKE = "make_plan"
    HISTORY = "history_sha256"  # of the history the budget, goal and question below belong to
    OWN_BUDGET = "own_budget"  # whether the budget was typed, so that it no longer follows the weeks
    QUESTION = "question"  # what the plan on screen answers


def choose_history() -> Source | None:
    """Ask for the sample or a file; None until there is one."""
    st.html(title_html(text.PAGE_TITLE))
    with st.container(key="history", horizontal=True, vertical_alignment="top", gap="medium"):
        st.segmented_control(
            text.HISTORY,
            [text.SOURCE_SAMPLE, text.SOURCE_UPLOAD],
            default=text.SOURCE_SAMPLE,
            required=True,
            key=Keys.SOURCE,
            help=text.HISTORY_HELP,
            persist_state="session",
        )
        if st.session_state[Keys.SOURCE] == text.SOURCE_SAMPLE:
            with st.spinner(text.SAMPLE_WAIT):
                return service.sample_source()
        upload = st.file_uploader(
            text.UPLOAD,
            type=list(SUFFIXES),
            key=Keys.UPLOAD,
            help=text.UPLOAD_HELP,
            max_upload_size=MAX_MEGABYTES,
        )
    return None if upload is None else Source.of(upload.name, upload.getvalue())


def ask(source: Source) -> tuple[Facts, Question | None]:
    """Ask what to plan on a history.

    Returns
    -------
    Facts
        Of the history.
    Question or None
        What was asked for with the button; on the sample a first question is asked by itself, so that there is a
        plan to see.
    """
    with st.spinner(text.READING.format(file=escape_markdown(source.name))):
        facts = service.facts(source)
    _begin(source, facts)
    with st.container(key="question", border=True):
        _fields(facts)
        entered = _entered(source)
        pressed = st.session_state.get(Keys.MAKE, False)
        if entered is not None and (pressed or (source.sample and Keys.QUESTION not in st.session_state)):
            st.session_state[Keys.QUESTION] = entered
        _hints(source, facts, entered)
    return facts, st.session_state.get(Keys.QUESTION)


def _begin(source: Source, facts: Facts) -> None:
    """Start afresh when another history was chosen: its own budget, goal and no question yet."""
    state = st.session_state
    if state.get(Keys.HISTORY) == source.sha256:
        return
    state[Keys.HISTORY] = source.sha256
    state[Keys.OWN_BUDGET] = False
    state.setdefault(Keys.WEEKS, DEFAULT_WEEKS)
    state[Keys.BUDGET] = facts.budget(int(state[Keys.WEEKS] or DEFAULT_WEEKS))
    state[Keys.GOAL] = facts.goals[0]
    state.pop(Keys.QUESTION, None)


def _fields(facts: Facts) -> None:
    """Budget, weeks, goal and the button in one row; below each other on a phone."""
    currency = facts.currency
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.number_input(
            text.BUDGET_IN.format(currency=currency) if currency else text.BUDGET,
            min_value=0.0,
            step=_budget_step(facts.recent),
            format="%0.0f" if facts.recent >= 10 else "%0.4g",
            key=Keys.BUDGET,
            help=text.BUDGET_HELP,
            on_change=_own_budget,
            persist_state="session",
            width=230,
        )
        st.number_input(
            text.WEEKS,
            min_value=1,
            max_value=MOST_WEEKS,
            step=1,
            key=Keys.WEEKS,
            help=text.WEEKS_HELP,
            on_change=_follow_weeks,
            args=(facts,),
            persist_state="session",
            width=140,
        )
        st.selectbox(
            text.GOAL,
            facts.goals,
            format_func=lambda goal: goal_name(goal).capitalize(),
            key=Keys.GOAL,
            help=text.GOAL_HELP,
            persist_state="session",
            width=180,
        )
        st.button(text.MAKE_PLAN, key=Keys.MAKE, type="primary", icon=":material/play_arrow:")


def _hints(source: Source, facts: Facts, entered: Question | None) -> None:
    """What the history holds, what the budget means a week, and whether the plan below is older than the inputs."""
    pattern = text.SAMPLE_FACTS if source.sample else text.HISTORY_FACTS
    recent = money(facts.recent, facts.currency)
    lines = [
        pattern.format(
            file=escape_markdown(source.name),
            weeks=number(facts.weeks),
            first=day(facts.first),
            last=day(facts.last),
            cells=number(facts.cells),
            recent=recent,
        )
    ]
    if entered is not None:
        weekly = money(entered.budget / entered.weeks, facts.currency)
        lines.append(text.BUDGET_PER_WEEK.format(weekly=weekly))
    st.caption(" ".join(lines))
    asked = st.session_state.get(Keys.QUESTION)
    if entered is None:
        st.info(text.NO_BUDGET, icon=":material/edit:")
    elif asked is not None and asked != entered:
        st.info(text.INPUTS_CHANGED, icon=":material/sync:")


def _entered(source: Source) -> Question | None:
    """The question as the fields stand; None while one is empty."""
    state = st.session_state
    budget, weeks, goal = state.get(Keys.BUDGET), state.get(Keys.WEEKS), state.get(Keys.GOAL)
    if budget is None or weeks is None or goal is None:
        return None
    return Question(source.sha256, source.name, float(budget), int(weeks), str(goal))


def _own_budget() -> None:
    st.session_state[Keys.OWN_BUDGET] = True


def _follow_weeks(facts: Facts) -> None:
    """Keep the proposed budget in step with the weeks until someone types their own."""
    state = st.session_state
    if not state.get(Keys.OWN_BUDGET) and state[Keys.WEEKS]:
        state[Keys.BUDGET] = facts.budget(int(state[Keys.WEEKS]))


def _budget_step(recent: float) -> float:
    """Step of the plus and minus buttons: about a tenth of a week, as a power of ten.

    Examples
    --------
    >>> _budget_step(25000.0), _budget_step(40.0)
    (1000.0, 1.0)
    """
    step = 1.0
    while step * 100 <= recent:
        step *= 10
    while step * 10 > recent > 0:
        step /= 10
    return step
