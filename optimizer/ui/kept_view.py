"""Kept work for people: a line per kept thing, its versions, and two kept plans held against each other."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from optimizer.planning.wording import MONEY_OUTCOMES, outcome_name
from optimizer.store import Kept, Kind, Revision
from optimizer.store.records import What
from optimizer.ui.data_view import by_and_when
from optimizer.ui.format import begun, common_step, day, money, number, percent, signed
from optimizer.ui.language import _, n_, tell

NOTHING = "–"
SMALLEST_GAP = 1e-4
OUTCOME_ORDER = ("value", "profit", "revenue", "conversions")

Plain = Mapping[str, object]


@dataclass(frozen=True)
class KeptLine:
    """A kept thing in its list."""

    id: str
    name: str
    meta: str
    note: str
    about: str
    archived: bool
    version: int


def kept_lines(kept: Sequence[Kept], histories: Mapping[str, str]) -> tuple[KeptLine, ...]:
    """Kept things for a list, in the order given.

    Parameters
    ----------
    kept : sequence of Kept
    histories : mapping of str to str
        Names of histories by id.
    """
    return tuple(
        KeptLine(
            one.id,
            one.name,
            by_and_when(one.changed_by or one.author, one.changed),
            one.note,
            _("of {history}", history=histories[one.history]) if one.history in histories else "",
            one.archived,
            one.version,
        )
        for one in kept
    )


def kind_names() -> dict[Kind, str]:
    """Kinds of kept work that people see, in the order they are shown."""
    return {
        Kind.PLAN: _("Plans"),
        Kind.SCENARIO: _("Scenarios"),
        Kind.SETTINGS: _("Settings"),
        Kind.RULES: _("Rules"),
        Kind.NETWORK_RULES: _("Network rules"),
        Kind.HISTORY: _("Histories"),
        Kind.PERIOD_BUDGET: _("Budgets of periods"),
        Kind.POSTS: _("Organic posts"),
        Kind.TEMPLATE: _("Upload templates"),
        Kind.RECORD: _("Plans of record"),
        Kind.ACTUALS: _("Booked figures"),
        Kind.CLOSED: _("Closed periods"),
    }


def nothing_kept(kind: Kind) -> str:
    """What a list says that is empty, and where its things come from."""
    return {
        Kind.PLAN: _("No plan is kept yet. Keep one on the page Plan."),
        Kind.SCENARIO: _("No scenario is kept yet. Keep one on the page What-if."),
        Kind.SETTINGS: _("No settings are kept yet. Save them under Money and goals."),
        Kind.RULES: _("No rules are kept yet. Save them under Rules."),
        Kind.NETWORK_RULES: _("No network rules are kept yet. Save them under Network rules."),
        Kind.HISTORY: _("No history is on file yet. Add one under History."),
        Kind.PERIOD_BUDGET: _("No budget of a period is kept yet. Set one on the page Pacing."),
        Kind.POSTS: _("No list of posts is kept yet. Hand one in where posts to sponsor are chosen."),
        Kind.TEMPLATE: _("No upload template is kept yet. Hand one in on the page This week."),
        Kind.RECORD: _("No plan of record is kept yet."),
        Kind.ACTUALS: _("No booked figures are kept yet."),
        Kind.CLOSED: _("No period is closed yet."),
    }.get(kind, _("Nothing is kept yet."))


def revision_lines(revisions: Sequence[Revision]) -> tuple[str, ...]:
    """Versions of a kept thing: number, what was done, who and when; newest first."""
    return tuple(
        _("Version {version}: {done}, {who_when}",
          version=one.version, done=_done(one), who_when=by_and_when(one.author, one.time))
        for one in revisions
    )  # fmt: skip


def _done(revision: Revision) -> str:
    return {
        What.ADDED: _("added"),
        What.CHANGED: _("changed"),
        What.DUPLICATED: _("made as a copy"),
        What.ARCHIVED: _("archived"),
        What.RESTORED: _("restored"),
    }[revision.what]


# Two plans ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CompareRow:
    """One figure of two kept plans: what it is, both, and the difference of the second from the first."""

    name: str
    first: str
    second: str
    difference: str


def compare_rows(first: Plain, second: Plain) -> tuple[CompareRow, ...]:
    """Two kept plans side by side, from what was kept with them; nothing is worked out anew.

    Parameters
    ----------
    first, second : mapping
        Contents of kept plans: ``asked``, ``figures`` (those of a plan's summary), ``status``, ``run``.
    """
    rows = [
        _texts(_("Status"), _status(first), _status(second)),
        _texts(_("Goal"), _goal(first), _goal(second)),
        _amounts(_("Budget"), _money_of(first, "asked", "budget"), _money_of(second, "asked", "budget")),
        _amounts(_("Weeks"), (_value(first, "asked", "weeks"), ""), (_value(second, "asked", "weeks"), "")),
        _texts(_("First week"), _week(first), _week(second)),
        _amounts(
            _("Spend"), _money_of(first, "figures", "total", "spend"), _money_of(second, "figures", "total", "spend")
        ),
    ]
    for outcome in _outcomes(first, second):
        name = begun(tell(outcome_name(outcome)))
        rows.append(_interval(name, (first, second), "total", outcome))
        rows.append(_interval(_("More {outcome} than today's split", outcome=tell(outcome_name(outcome))),
                              (first, second), "gain", outcome))  # fmt: skip
    rows.append(_texts(_("Proven gap"), _gap(first), _gap(second)))
    rows.append(_texts(_("Run"), _run(first), _run(second)))
    return tuple(row for row in rows if (row.first, row.second) != (NOTHING, NOTHING))


def compare_frame(rows: Sequence[CompareRow], names: tuple[str, str]) -> pd.DataFrame:
    """The comparison as a table to download."""
    columns = [_("Figure"), names[0], names[1] if names[1] != names[0] else f"{names[1]} (2)", _("Difference")]
    return pd.DataFrame([(row.name, row.first, row.second, row.difference) for row in rows], columns=columns)


def kept_summary(content: Plain) -> str:
    """A kept plan in a line: budget, weeks and what it brings."""
    budget, weeks = _money_of(content, "asked", "budget"), _value(content, "asked", "weeks")
    if math.isnan(budget[0]) or math.isnan(weeks):
        return ""
    return n_("{budget} over {count} week", "{budget} over {count} weeks", int(weeks), budget=money(*budget))


def _outcomes(*contents: Plain) -> list[str]:
    found = {
        name
        for content in contents
        for name in _table(content, "figures", "total")
        if not math.isnan(_value(content, "figures", "total", name, "mean"))
    }
    return sorted(found, key=lambda name: (name not in OUTCOME_ORDER, OUTCOME_ORDER.index(name) if name in
                                           OUTCOME_ORDER else 0, name))  # fmt: skip


def _interval(name: str, contents: tuple[Plain, Plain], part: str, outcome: str) -> CompareRow:
    """Expected value with its 90 % interval, and the difference of the expected values."""
    shown, means = [], []
    values = [
        [_value(content, "figures", part, outcome, end) for end in ("mean", "low", "high")] for content in contents
    ]
    step = common_step(*values[0], *values[1]) / 10  # finer than an interval needs, so that the difference adds up
    for content, (mean, low, high) in zip(contents, values, strict=True):
        currency = _currency(content) if outcome in MONEY_OUTCOMES else ""
        means.append((mean, currency))
        if math.isnan(mean):
            shown.append(NOTHING)
        else:
            shown.append(_("{mean} (90 %: {low} to {high})", mean=money(mean, currency, step),
                           low=number(low, step), high=number(high, step)))  # fmt: skip
    return CompareRow(name, shown[0], shown[1], _difference(means[0], means[1], step))


def _amounts(name: str, first: tuple[float, str], second: tuple[float, str]) -> CompareRow:
    shown = [NOTHING if math.isnan(value) else money(value, currency) for value, currency in (first, second)]
    return CompareRow(name, shown[0], shown[1], _difference(first, second))


def _difference(first: tuple[float, str], second: tuple[float, str], step: float = 0.0) -> str:
    """Second minus first; none where one is missing or the currencies differ."""
    change = second[0] - first[0]
    if math.isnan(change) or first[1] != second[1]:
        return ""
    if change == 0:
        return _("same")
    return signed(change, step)


def _texts(name: str, first: str, second: str) -> CompareRow:
    return CompareRow(name, first or NOTHING, second or NOTHING, "")


def _status(content: Plain) -> str:
    return {"draft": _("Draft"), "accepted": _("Accepted"), "replaced": _("Replaced")}.get(
        str(content.get("status", "")), ""
    )


def _goal(content: Plain) -> str:
    goal = _table(content, "figures").get("goal")
    return begun(tell(outcome_name(goal))) if isinstance(goal, str) and goal else ""


def _week(content: Plain) -> str:
    """First day of the plan; nothing where what is kept is no day."""
    first = _table(content, "figures", "weeks").get("first")
    try:
        return day(dt.date.fromisoformat(first)) if isinstance(first, str) else ""
    except ValueError:
        return ""


def _gap(content: Plain) -> str:
    gap = _value(content, "figures", "certificate", "gap")
    if 0 <= gap < SMALLEST_GAP:
        return _("below {share}", share=percent(SMALLEST_GAP, 2))
    return "" if math.isnan(gap) else percent(gap, 2)


def _run(content: Plain) -> str:
    run = content.get("run")
    return run if isinstance(run, str) else ""


def _currency(content: Plain) -> str:
    currency = _table(content, "figures").get("currency")
    return currency if isinstance(currency, str) else ""


def _money_of(content: Plain, *path: str) -> tuple[float, str]:
    return _value(content, *path), _currency(content)


def _table(content: Plain, *path: str) -> Plain:
    """A table inside what was kept; empty where it is not there."""
    found: object = content
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _value(content: Plain, *path: str) -> float:
    """A number inside what was kept; NaN where it is not there."""
    found = _table(content, *path[:-1]).get(path[-1])
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else math.nan
