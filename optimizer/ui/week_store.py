"""Accepted plans: what is kept of them, which one holds, and how two who accept at once do not overwrite each other."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.errors import InputError, sentence
from optimizer.language.message import day, say
from optimizer.planning.asked import Asked
from optimizer.planning.rebalance.decision import WeekDecision
from optimizer.planning.rebalance.files import rebalance_summary
from optimizer.planning.rebalance.week_memory import WeekMemory, remember
from optimizer.store import Conflict, Kept, Kind, Store
from optimizer.ui.recent import Recent
from optimizer.ui.week_choices import LEAVE, Choices
from optimizer.ui.week_request import WeekQuestion, week_of

ACCEPTED, REPLACED = "accepted", "replaced"
MOST_REMEMBERED = 500
_remembered: Recent[tuple[str, int], tuple[Accepted | None]] = Recent(MOST_REMEMBERED)


@dataclass(frozen=True)
class Origin:
    """The history a plan was made from: the name and hash of its file, and whether it is the sample."""

    name: str
    sha256: str
    sample: bool


@dataclass(frozen=True)
class Accepted:
    """An accepted plan as it was kept.

    Attributes
    ----------
    kept : Kept
        Its name, author, note and time.
    run : str
        Id of the run, which names data, question and version.
    status : str
        ACCEPTED, or REPLACED by a later one for the same weeks.
    first : str
        Monday of its first week, ISO.
    weeks : int
    currency : str
    sample : bool
    weekly : mapping of label to float
        Planned weekly amounts.
    memory : WeekMemory
        What it leaves behind for the weeks after.
    """

    kept: Kept
    run: str
    status: str
    first: str
    weeks: int
    currency: str
    sample: bool
    weekly: Mapping[str, float]
    memory: WeekMemory

    def __hash__(self) -> int:
        return hash((self.kept.id, self.kept.version))

    @property
    def budget(self) -> float:
        """Money over all weeks."""
        return sum(self.weekly.values()) * self.weeks


@dataclass(frozen=True)
class Question:
    """What an acceptance answers: the question of the visit, what the page asks beyond it, and the weeks before."""

    asked: Asked
    week: WeekQuestion
    memory: WeekMemory


def content_of(decision: WeekDecision, question: Question, choices: Choices, origin: Origin) -> dict[str, object]:
    """What is kept of accepted budgets: the question, figures, what was decided for each place and why, and tests."""
    found, free = decision.found, decision.free or decision.found
    cost = decision.cost
    left = {
        cell.label: choices.reasons.get(cell.label, "") for cell in found.plan.cells if choices.of(cell.label) == LEAVE
    }
    return {
        "status": ACCEPTED,
        "run": found.plan.run.id,
        "asked": week_of(question.asked).to_json(),
        "week": question.week.to_json(),
        "figures": rebalance_summary(found),
        "data_sha256": found.plan.run.data_sha256,
        "history": {"name": origin.name, "sha256": origin.sha256, "sample": origin.sample},
        "cost_of_choices": None if cost is None else {"mean": cost.mean, "low": cost.low, "high": cost.high},
        "decided": [
            {
                "cell": move.cell.label,
                "today": move.today,
                "recommended": float(free.plan.spend[c, 0]),
                "plan": move.plan,
                "kind": free.kinds[c],
                "odds": float(free.odds[c]),
                "choice": choices.of(move.cell.label),
                "reason": choices.reasons.get(move.cell.label, ""),
            }
            for c, move in enumerate(found.plan.moves)
        ],
        "memory": remember(question.memory, free, found, left).to_json(),
    }


def memory_before(plans: Sequence[Accepted], sample: bool, currency: str, week: dt.date) -> WeekMemory:
    """What the budgets accepted last before a week, named by its Monday, left behind for it."""
    earlier = [one for one in plans if dt.date.fromisoformat(one.first) < week]
    last = last_accepted(earlier, sample, currency)
    return WeekMemory() if last is None else last.memory


def accepted_plans(store: Store) -> tuple[Accepted, ...]:
    """Accepted plans, also those replaced since, newest first; copies that were made of them are not."""
    found = [_read(kept) for kept in store.list(Kind.PLAN) if not kept.parent]
    told = [one for one in found if one is not None]
    return tuple(sorted(told, key=lambda one: (one.kept.created, one.kept.id), reverse=True))


def same_run(plans: Sequence[Accepted], run: str) -> Accepted | None:
    """The acceptance of a run that still holds, if there is one."""
    return next((one for one in plans if one.run == run and one.status == ACCEPTED), None)


def last_accepted(plans: Sequence[Accepted], sample: bool, currency: str) -> Accepted | None:
    """The newest one that holds, of the sample or of one's own histories, in the same money."""
    like = [one for one in plans if one.status == ACCEPTED and one.sample == sample and one.currency == currency]
    return like[0] if like else None


def of_weeks(plans: Sequence[Accepted], content: Mapping[str, Any]) -> Accepted | None:
    """The plan that holds for the weeks a new one begins with: accepting the new one replaces it."""
    figures, sample = content["figures"], content["history"]["sample"]
    like = [one for one in plans if one.first == figures["weeks"]["first"] and one.sample == sample]
    return last_accepted(like, sample, figures["currency"])


@dataclass(frozen=True)
class Named:
    """Under what name a plan is accepted, by whom, with which note; `history` is the id of a kept history or ""."""

    name: str
    author: str
    note: str = ""
    history: str = ""


def accept(store: Store, content: Mapping[str, Any], named: Named, seen: Accepted | None) -> Accepted:
    """Keep a plan as accepted; the one that held for the same weeks is marked as replaced.

    Parameters
    ----------
    store : Store
    content : mapping
        As `content_of` makes it.
    named : Named
    seen : Accepted or None
        What `of_weeks` said when the person looked: nobody replaces a plan without having seen it.

    Raises
    ------
    Conflict
        Somebody else accepted a plan for these weeks meanwhile; nothing is changed.
    InputError
        No author is named, or a text is too long.
    """
    if not named.author.strip():
        raise InputError.at(say("a plan is accepted by somebody"), fix=say("give your name"))
    before = of_weeks(accepted_plans(store), content)
    if before is not None and (seen is None or seen.kept.id != before.kept.id):
        raise _beaten(before.kept)
    mine = store.add(Kind.PLAN, named.name, content, author=named.author, note=named.note, history=named.history)
    if before is not None:
        _replace(store, before, mine, named.author)
    else:
        _first_wins(store, content, mine, named.author)
    held = _read(mine)
    if held is None:
        raise InputError.at(say("the plan cannot be read back"), fix=say("accept it again"))
    return held


def _replace(store: Store, before: Accepted, mine: Kept, author: str) -> None:
    """Mark the earlier plan as replaced; who comes second finds another version there and takes theirs back."""
    replaced = {**before.kept.content, "status": REPLACED, "replaced_by": mine.id}
    try:
        store.change(before.kept.id, version=before.kept.version, author=author, content=replaced)
    except Conflict:
        store.archive(mine.id, mine.version, author)
        raise


def _first_wins(store: Store, content: Mapping[str, Any], mine: Kept, author: str) -> None:
    """Where nothing held before, the first of two that came at once holds."""
    figures, sample = content["figures"], content["history"]["sample"]
    rivals = [
        one.kept
        for one in accepted_plans(store)
        if (one.first, one.sample, one.currency, one.status)
        == (figures["weeks"]["first"], sample, figures["currency"], ACCEPTED)
    ]
    first = min(rivals, key=lambda kept: (kept.created, kept.id))
    if first.id != mine.id:
        store.archive(mine.id, mine.version, author)
        raise _beaten(first)


def _beaten(kept: Kept) -> Conflict:
    """Somebody accepted a plan for the same weeks after this page was drawn."""
    values = {"name": kept.name, "author": kept.author, "day": day(kept.created), "time": f"{kept.created:%H:%M}"}
    said = say(
        "{name} was accepted for these weeks by {author} on {day} at {time} UTC, after this page was drawn", **values
    )
    fix = say("nothing was changed; look at it below, and accept again if yours is to replace it")
    return Conflict(sentence(said, fix=fix), kept)


# Reading back -------------------------------------------------------------------------------------------------------


def _read(kept: Kept) -> Accepted | None:
    """What was kept as an acceptance; None for anything else. A version of a kept thing never changes."""
    return _remembered.take((kept.id, kept.version), lambda: (_parsed(kept, kept.content),))[0]


def _parsed(kept: Kept, content: Mapping[str, Any]) -> Accepted | None:
    figures, decided = content.get("figures"), content.get("decided")
    status, run, history = content.get("status"), content.get("run"), content.get("history")
    if status not in (ACCEPTED, REPLACED) or not isinstance(run, str):
        return None
    if not isinstance(figures, Mapping) or not isinstance(decided, list) or not isinstance(history, Mapping):
        return None
    weeks = figures.get("weeks")
    if not isinstance(weeks, Mapping) or not isinstance(weeks.get("count"), int) or not _is_day(weeks.get("first")):
        return None
    weekly = {
        str(one["cell"]): float(one["plan"])
        for one in decided
        if isinstance(one, Mapping) and "cell" in one and isinstance(one.get("plan"), int | float)
    }
    if not weekly or not all(math.isfinite(amount) for amount in weekly.values()):
        return None
    return Accepted(
        kept, run, status, str(weeks["first"]), int(weeks["count"]),
        str(figures.get("currency", "")), bool(history.get("sample")), weekly, _memory(content.get("memory")),
    )  # fmt: skip


def _memory(plain: object) -> WeekMemory:
    """What was left behind; nothing where the budgets were accepted before such a thing was kept, or it is damaged."""
    try:
        return WeekMemory.from_json(plain)
    except InputError:
        return WeekMemory()


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False
