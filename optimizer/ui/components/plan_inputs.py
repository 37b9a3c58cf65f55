"""What a person asks for: budget, weeks, goal and what lies behind "More". Every change plans anew at once.

Widgets are set from the question each time they are drawn and write back into it; nothing is kept in them alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from optimizer.errors import InputError
from optimizer.language import say
from optimizer.planning.asked import Asked
from optimizer.planning.goal import UNWANTED
from optimizer.planning.request import CAREFUL, MEAN, MOST_WEEKS
from optimizer.planning.wording import PROFIT, VALUE
from optimizer.ui import state
from optimizer.ui.components.work import Work
from optimizer.ui.format import begun, day, markdown, money, number, percent
from optimizer.ui.language import _, n_, tell
from optimizer.ui.service import Facts
from optimizer.ui.view import goal_name

BUDGET, WEEKS, GOAL = "plan_budget", "plan_weeks", "plan_goal"
RISK, SHARE, STEP, AUDIENCE = "plan_risk", "plan_share", "plan_step", "plan_audience"
REFUSED = "plan_refused"  # sentences on what could not be taken, until they are shown
MOST_STEP = 1000  # per cent
LARGE = 10.0  # weekly money from which on a budget has no decimals


def show_inputs(work: Work) -> None:
    """Draw the inputs in one row that wraps, and below it what they come to."""
    with st.container(border=True, key="plan_inputs", gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            _budget(work)
            _weeks(work)
            _goal(work)
            _more(work)
        _notes(work)
    show_refused()


def change(**fields: object) -> None:
    """Change the question; what it cannot hold is told when the page is drawn."""
    try:
        state.change(**fields)
    except InputError as problem:
        refuse(problem.message)


def refuse(*problems: str, where: str = REFUSED) -> None:
    """Remember sentences on what could not be taken, until they are shown where it was entered."""
    st.session_state[where] = (*st.session_state.get(where, ()), *problems)


def show_refused(where: str = REFUSED) -> None:
    """Show those sentences, once."""
    for problem in st.session_state.pop(where, ()):
        text = tell(problem)
        st.warning(markdown(text[:1].upper() + text[1:]), icon=":material/undo:")


# The row -----------------------------------------------------------------------------------------------------------


def _budget(work: Work) -> None:
    asked, currency = work.asked, currency_of(work)
    st.session_state[BUDGET] = float(asked.budget)
    large = work.facts.recent >= LARGE and float(asked.budget).is_integer()
    st.number_input(
        _("Budget for all weeks, {currency}", currency=currency) if currency else _("Budget for all weeks"),
        min_value=0.0,
        step=budget_step(work.facts.recent),
        format="%0.0f" if large else "%0.10g",
        key=BUDGET,
        help=_(
            "Media money for all weeks of the plan together. It is spent in full, but for the goal profit: there it is "
            "the most that may be spent. It starts at your recent weekly spend (mean of the last 12 complete weeks) "
            "times the number of weeks."
        ),
        on_change=_take_budget,
        width=210,
    )


def _take_budget() -> None:
    entered = st.session_state[BUDGET]
    if entered is None or not entered > 0:
        refuse(say("The budget must be above 0, so it stays as it was."))
    else:
        change(budget=float(entered))


def _weeks(work: Work) -> None:
    st.session_state[WEEKS] = work.asked.weeks
    st.number_input(
        _("Weeks"),
        min_value=1,
        max_value=MOST_WEEKS,
        step=1,
        key=WEEKS,
        help=_(
            "How many weeks the plan covers, from the first week after the history. A budget that you have not changed "
            "follows the weeks."
        ),
        on_change=_take_weeks,
        args=(work.facts,),
        width=130,
    )


def _take_weeks(facts: Facts) -> None:
    weeks, asked = st.session_state[WEEKS], state.asked()
    if weeks is None or asked is None:
        refuse(say("A plan needs a number of weeks, so it stays as it was."))
        return
    proposed = asked.budget == facts.budget(asked.weeks)
    change(weeks=int(weeks), budget=facts.budget(int(weeks)) if proposed else asked.budget)


def _goal(work: Work) -> None:
    goals = goals_of(work.facts, work.asked)
    st.session_state[GOAL] = work.asked.goal or goals[0]
    st.selectbox(
        _("Goal"),
        goals,
        format_func=lambda goal: begun(goal_name(goal)),
        key=GOAL,
        help=_(
            "What the plan makes as large as it can; conversions and revenue are forecast too. Value is the sum of "
            "outcomes by what each is worth, profit what margin and costs leave of revenue: give them on the page Data "
            "and settings to choose these goals."
        ),
        on_change=lambda: change(goal=st.session_state[GOAL]),
        width=180,
    )


def goals_of(facts: Facts, asked: Asked) -> tuple[str, ...]:
    """Goals to choose from, the usual one first: value and profit where the settings tell them, then every outcome.

    Outcomes of which less is better are left out, unless one was asked for.
    """
    worths = asked.settings.get("outcomes")
    first = [VALUE] if isinstance(worths, Mapping) and any(worths.values()) else []
    profit = [PROFIT] if asked.settings.get("margin") and "revenue" in facts.outcomes else []
    wanted = [name for name in facts.outcomes if name not in UNWANTED]
    own = [asked.goal] if asked.goal else []
    return tuple(dict.fromkeys([*first, *facts.goals, *profit, *wanted, *own]))


# More --------------------------------------------------------------------------------------------------------------


def _more(work: Work) -> None:
    """What most plans leave as it is, behind a button that says how much of it is set."""
    count = len(_set(work.asked))
    label = _("More ({count} set)", count=count) if count else _("More")
    with st.container(key="plan_more_box", width="content"), st.popover(label, icon=":material/tune:"):
        _risk(work.asked)
        _share(work.asked)
        _step(work.asked)
        if work.facts.audiences:
            _audience(work)


def _risk(asked: Asked) -> None:
    names = {MEAN: _("Expected"), CAREFUL: _("Careful")}
    st.session_state[RISK] = asked.risk
    st.radio(
        _("What counts"),
        list(names),
        format_func=lambda one: names[one],
        captions=[
            _("The most on average, over all the ways the history can be read."),
            _("The most in the worst fifth of them: less where it is unsure what spend does."),
        ],
        key=RISK,
        on_change=lambda: change(risk=st.session_state[RISK]),
    )


def _share(asked: Asked) -> None:
    st.session_state[SHARE] = None if asked.largest_share is None else round(100.0 * asked.largest_share, 4)
    st.number_input(
        _("Largest share of one place, %"),
        min_value=1.0,
        max_value=100.0,
        step=5.0,
        value=None,
        format="%0.10g",
        placeholder=_("no limit"),
        key=SHARE,
        help=_("No place gets more than this share of the budget. Empty for no limit."),
        on_change=lambda: change(largest_share=_share_of(SHARE)),
    )


def _step(asked: Asked) -> None:
    st.session_state[STEP] = None if asked.largest_step is None else round(100.0 * asked.largest_step, 4)
    st.number_input(
        _("Largest step against today, %"),
        min_value=0.0,
        max_value=float(MOST_STEP),
        step=10.0,
        value=None,
        format="%0.10g",
        placeholder=_("no limit"),
        key=STEP,
        help=_(
            "No place moves further from today's spend than this share of it; a place that gets nothing today may "
            "start with the step of a usual place. Empty for no limit."
        ),
        on_change=lambda: change(largest_step=_share_of(STEP)),
    )


def _share_of(key: str) -> float | None:
    percentage = st.session_state[key]
    return None if percentage is None else float(percentage) / 100.0


def _audience(work: Work) -> None:
    st.session_state[AUDIENCE] = work.asked.by_audience
    st.toggle(
        _("Split by audience"),
        key=AUDIENCE,
        help=_("Plans each audience of a place by itself. Limits and fixed amounts are set anew."),
        on_change=_take_audience,
    )


def _take_audience() -> None:
    """Other places are planned, so limits of the old ones go."""
    change(by_audience=bool(st.session_state[AUDIENCE]), limits={}, locks={}, current={})


# Below the row -----------------------------------------------------------------------------------------------------


def _notes(work: Work) -> None:
    """What the history is, what the budget comes to a week, and what is set behind "More" and in the grid."""
    given = [*_set(work.asked), *_held(work.asked)]
    also = [_("Also asked for: {limits}.", limits="; ".join(given))] if given else []
    st.caption(markdown(" ".join([_about(work), *also])))


def _about(work: Work) -> str:
    facts, currency = work.facts, currency_of(work)
    parts = {
        "file": work.source.name,
        "weeks": number(facts.weeks),
        "first": day(facts.first),
        "last": day(facts.last),
        "recent": money(facts.recent, currency),
        "weekly": money(work.asked.budget / work.asked.weeks, currency),
    }
    if work.source.sample:
        return _(
            "Simulated advertiser: {weeks} complete weeks, {first} to {last}, {recent} a week lately. The budget above "
            "is {weekly} a week.",
            **parts,
        )
    return _(
        "{file}: {weeks} complete weeks, {first} to {last}, {recent} a week lately. The budget above is {weekly} a "
        "week.",
        **parts,
    )


def _set(asked: Asked) -> list[str]:
    """What is set behind "More"."""
    found = []
    if asked.risk == CAREFUL:
        found.append(_("the most in the worst fifth of cases"))
    if asked.largest_share is not None:
        found.append(_("at most {share} of the budget in one place", share=_percent(asked.largest_share)))
    if asked.largest_step is not None:
        found.append(_("steps of at most {share} against today", share=_percent(asked.largest_step)))
    if asked.by_audience:
        found.append(_("each audience by itself"))
    return found


def _held(asked: Asked) -> list[str]:
    """What is set in the grid, and rules of the page Data and settings."""
    found = []
    if asked.locks:
        found.append(n_("{count} place fixed", "{count} places fixed", len(asked.locks)))
    if asked.limits:
        found.append(n_("{count} place with limits", "{count} places with limits", len(asked.limits)))
    if asked.rules.strip():
        found.append(_("the rules of the page Data and settings"))
    if asked.current:
        found.append(_("today's budgets as given on the page This week"))
    return found


def _percent(share: float) -> str:
    return percent(share, 0 if abs(100 * share - round(100 * share)) < 1e-9 else 1)


def currency_of(work: Work) -> str:
    """Currency of all amounts: the settings', where the history names none."""
    return work.facts.currency or str(work.asked.settings.get("currency", ""))


def budget_step(recent: float) -> float:
    """Step of the plus and minus buttons: about a tenth of a week, as a power of ten.

    Examples
    --------
    >>> budget_step(25000.0), budget_step(40.0)
    (1000.0, 1.0)
    """
    step = 1.0
    while step * 100 <= recent:
        step *= 10
    while step * 10 > recent > 0:
        step /= 10
    return step
