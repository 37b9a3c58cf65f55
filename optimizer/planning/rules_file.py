"""rules.toml: what must hold of a plan, declared; one schema for `plan`, `rebalance` and `allocate`.

`data/rules_template.toml` shows every rule with a comment, `docs/rules.md` explains them. Money is per week, shares lie
between 0 and 1. Each rule names its cells by `network`, `content_type`, `audience`, `cell`, `cells` or `group`; several
of these narrow each other down, none means all cells. An unknown key, cell, network or group is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from optimizer.allocation.rule_checks import check_rules
from optimizer.allocation.rules import (
    ChangeLimit,
    CountLimit,
    Diversification,
    ExplorationShare,
    FixedCost,
    GroupLimit,
    Lock,
    NothingOrAtLeast,
    RatioFloor,
    Rule,
    Steps,
    Tied,
)
from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, figure, join, place, say
from optimizer.planning.rules_errors import hint, table_place, unreadable
from optimizer.planning.rules_schema import (
    Change,
    Exploration,
    Group,
    InUse,
    Limit,
    LockRule,
    NothingOr,
    ProductionCost,
    Return,
    RulesFile,
    Selection,
    Spread,
    Step,
    TiedRule,
)
from optimizer.response.curves import Curves

Indices = tuple[int, ...]

_COLUMNS = {"network": say("network"), "content_type": say("content type"), "audience": say("audience")}


@dataclass(frozen=True)
class RuleContext:
    """What rules refer to besides the cells.

    Attributes
    ----------
    today : float array, shape (C,), or None
        Weekly spend today, for `lock` without an amount and `today_may_stay`.
    outcomes : mapping of str to Curves
        Curves of the outcomes that `return` may name, over the plan's horizon.
    weeks : float
        Weeks of that horizon.
    weak : tuple of int
        Cells of weak evidence, for `exploration`.
    """

    today: Floats | None = None
    outcomes: Mapping[str, Curves] = field(default_factory=dict)
    weeks: float = 1.0
    weak: Indices = ()


def read_rules(path: str | Path, cells: Sequence[Cell], context: RuleContext | None = None) -> tuple[Rule, ...]:
    """Read rules.toml.

    Parameters
    ----------
    path : str or Path
    cells : sequence of Cell
        The C cells that exist, in the order of the problem.
    context : RuleContext, optional

    Returns
    -------
    tuple of Rule

    Raises
    ------
    InputError
        The file cannot be read, or it holds an unknown key, cell, network, content type, audience, group or outcome, or
        a number that cannot be; the message names the file and the rule.
    """
    parsed = _parse(Path(path))
    return _Reader(Path(path), tuple(cells), context or RuleContext(), parsed).rules()


def read_rules_text(
    text: str, name: str, cells: Sequence[Cell], context: RuleContext | None = None
) -> tuple[Rule, ...]:
    """Read the text of a rules.toml, which messages call `name`; see `read_rules`."""
    path = Path(name)
    return _Reader(path, tuple(cells), context or RuleContext(), _parse_text(text, path)).rules()


def _parse(path: Path) -> RulesFile:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError.at(say("the rules cannot be read"), file=path, fix=str(error.strerror or error)) from error
    except UnicodeDecodeError as error:
        problem, fix = say("the rules are not text in UTF-8"), say("save the file as UTF-8")
        raise InputError.at(problem, file=path, fix=fix) from error
    return _parse_text(text, path)


def _parse_text(text: str, path: Path) -> RulesFile:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = say("the rules are not valid TOML: {reason}", reason=str(error))
        raise InputError.at(problem, file=path, fix=say("correct that line")) from error
    except (RecursionError, ValueError) as error:  # brackets without end, and numbers of thousands of digits
        deep = isinstance(error, RecursionError)
        reason = say("brackets stand inside each other") if deep else say("a number is too long")
        problem = say("the rules cannot be read ({reason})", reason=reason)
        raise InputError.at(problem, file=path, fix=say("write them as docs/rules.md shows")) from error
    try:
        return RulesFile.model_validate(raw)
    except ValidationError as error:
        raise unreadable(path, error) from error


class _Reader:
    """Turns the parsed file into rules over cells by index."""

    def __init__(self, path: Path, cells: tuple[Cell, ...], context: RuleContext, file: RulesFile) -> None:
        self.path, self.cells, self.context, self.file = path, cells, context, file
        self.by_name = {cell.label: index for index, cell in enumerate(cells)}
        self.place = Message("")
        self.groups: dict[str, Indices] = {}
        for name, group in file.groups.items():
            self.place = say("group {name}", name=name)
            taken = {self._cell(label) for label in group.without}
            found = self._where(group, group.cells)
            self.groups[name] = tuple(c for c in found if c not in taken)
            if not self.groups[name]:
                raise self._wrong(say("group {name} holds no cell", name=name), say("name cells of the data"))

    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order of the schema."""
        makers: tuple[tuple[str, Sequence[Any], Callable[[Any], list[Rule]]], ...] = (
            ("limit", self.file.limit, self._limit),
            ("lock", self.file.lock, self._lock),
            ("nothing_or_at_least", self.file.nothing_or_at_least, self._nothing_or),
            ("in_use", self.file.in_use, self._in_use),
            ("diversification", self.file.diversification, self._spread),
            ("change", self.file.change, self._change),
            ("steps", self.file.steps, self._steps),
            ("production_cost", self.file.production_cost, self._cost),
            ("return", self.file.returns, self._return),
            ("exploration", self.file.exploration, self._exploration),
            ("tied", self.file.tied, self._tied),
        )
        result: list[Rule] = []
        for name, records, make in makers:
            for number, record in enumerate(records, start=1):
                self.place = table_place(name, number)
                made = make(record)
                self._check(made)
                result += made
        return tuple(result)

    def _check(self, made: list[Rule]) -> None:
        try:
            check_rules(made, self.cells)
        except InputError as error:
            raise InputError(join(": ", [str(self.path), self.place, error.message])) from error

    def _limit(self, rule: Limit) -> list[Rule]:
        own, name = self._select(rule), self._name(rule)
        if all(side is None for side in (rule.minimum, rule.maximum, rule.minimum_share, rule.maximum_share)):
            fix = say("give minimum, maximum, minimum_share or maximum_share")
            raise self._wrong(say("it sets no limit"), fix)
        self._check([GroupLimit(own, rule.minimum, rule.maximum, rule.minimum_share, rule.maximum_share, name)])
        sides = (  # one record a side, so that messages and prices speak of one limit
            (rule.minimum, GroupLimit(own, minimum=rule.minimum, label=say("minimum of {name}", name=name))),
            (rule.maximum, GroupLimit(own, maximum=rule.maximum, label=say("maximum of {name}", name=name))),
            (
                rule.minimum_share,
                GroupLimit(own, minimum_share=rule.minimum_share, label=say("minimum share of {name}", name=name)),
            ),
            (
                rule.maximum_share,
                GroupLimit(own, maximum_share=rule.maximum_share, label=say("maximum share of {name}", name=name)),
            ),
        )
        return [record for given, record in sides if given is not None]

    def _lock(self, rule: LockRule) -> list[Rule]:
        own = self._select(rule)
        if rule.amount is None and self.context.today is None:
            fix = say("give the amount; what is spent today is not known here")
            raise self._wrong(say("it has no amount"), fix)
        today = self.context.today
        amounts = [rule.amount if rule.amount is not None else float(today[c]) for c in own]  # type: ignore[index]
        return [
            Lock(c, amount, say("lock of {name}", name=place(self.cells[c])))
            for c, amount in zip(own, amounts, strict=True)
        ]

    def _nothing_or(self, rule: NothingOr) -> list[Rule]:
        own, stay = self._select(rule), None
        if rule.today_may_stay:
            if self.context.today is None:
                fix = say("what is spent today is not known here; leave it out")
                raise self._wrong(say("today_may_stay is set"), fix)
            stay = tuple(float(self.context.today[c]) for c in own)
        return [NothingOrAtLeast(own, rule.amount, stay, say("smallest amount of {name}", name=self._name(rule)))]

    def _in_use(self, rule: InUse) -> list[Rule]:
        own = self._select(rule)
        if not rule.at_least and rule.at_most is None:
            raise self._wrong(say("it sets no limit"), say("give at_least or at_most"))
        if rule.of == "cells":
            name: str = say("cells in use of {name}", name=self._name(rule))
            return [CountLimit(tuple((c,) for c in own), rule.at_least, rule.at_most, rule.smallest, name)]
        result: list[Rule] = []
        for network in dict.fromkeys(self.cells[c].network for c in own):
            kinds: dict[str, list[int]] = {}
            for c in own:
                if self.cells[c].network == network:
                    kinds.setdefault(self.cells[c].content_type, []).append(c)
            members = tuple(tuple(m) for m in kinds.values())
            name = rule.label or say("content types in use on {network}", network=place((network,)))
            result.append(CountLimit(members, rule.at_least, rule.at_most, rule.smallest, name))
        return result

    def _spread(self, rule: Spread) -> list[Rule]:
        return [Diversification(self._select(rule), rule.share, rule.label or say("largest share of a cell"))]

    def _change(self, rule: Change) -> list[Rule]:
        name = say("change of {name}", name=self._name(rule))
        return [ChangeLimit(self._select(rule), rule.share, rule.money, rule.always, label=name)]

    def _steps(self, rule: Step) -> list[Rule]:
        return [Steps(self._select(rule), rule.step, say("steps of {name}", name=self._name(rule)))]

    def _cost(self, rule: ProductionCost) -> list[Rule]:
        name = say("production cost of {name}", name=self._name(rule))
        return [FixedCost(self._select(rule), rule.cost, name)]

    def _return(self, rule: Return) -> list[Rule]:
        given = [k for k in ("roas_at_least", "roi_at_least", "cpa_at_most") if getattr(rule, k) is not None]
        if len(given) != 1:
            fix = say("give one of roas_at_least, roi_at_least, cpa_at_most")
            raise self._wrong(say("it gives {count} limits", count=str(len(given))), fix)
        level, own = float(getattr(rule, given[0])), self._select(rule)
        of: dict[str, object] = {"name": self._name(rule), "level": figure(level, "g")}
        outcome = rule.outcome or ("conversions" if given[0] == "cpa_at_most" else "revenue")
        if outcome not in self.context.outcomes:
            raise self._unknown(say("outcome"), outcome, list(self.context.outcomes))
        curves, weeks = self.context.outcomes[outcome], self.context.weeks
        if given[0] == "roi_at_least":
            if rule.margin is None or not 0.0 < rule.margin <= 1.0 or level <= -1.0:
                problem = say("roi_at_least needs a margin above 0 and up to 1, and lies above -1")
                raise self._wrong(problem, say("give margin"))
            label = say("ROI of {name} at least {level}", **of)
            return [RatioFloor(own, curves, (1.0 + level) / rule.margin, weeks, label)]
        if level <= 0.0:
            problem = say("{key} is {given}", key=given[0], given=figure(level, "g"))
            raise self._wrong(problem, say("it must be above 0"))
        if given[0] == "roas_at_least":
            return [RatioFloor(own, curves, level, weeks, say("ROAS of {name} at least {level}", **of))]
        return [RatioFloor(own, curves, 1.0 / level, weeks, say("CPA of {name} at most {level}", **of))]

    def _exploration(self, rule: Exploration) -> list[Rule]:
        own = self._select(rule)
        if len(own) == len(self.cells):
            own = self.context.weak
            if not own:
                return []  # nothing is weak: nothing is to be explored
        return [ExplorationShare(own, rule.share, rule.label or say("exploration share"))]

    def _tied(self, rule: TiedRule) -> list[Rule]:
        own = tuple(self._cell(label) for label in rule.cells)
        weights = tuple(rule.weights) if rule.weights is not None else (1.0,) * len(own)
        cells = join(", ", [place(self.cells[c]) for c in own])
        return [Tied(own, weights, rule.label or say("proportion of {cells}", cells=cells))]

    def _select(self, rule: Selection) -> Indices:
        """Cells of a rule."""
        own = self._where(rule, rule.cells)
        if rule.cell is not None:
            only = self._cell(rule.cell)
            own = tuple(c for c in own if c == only)
        if rule.group is not None:
            if rule.group not in self.groups:
                raise self._unknown(say("group"), rule.group, list(self.groups))
            own = tuple(c for c in own if c in self.groups[rule.group])
        if not own:
            raise self._wrong(say("no cell fits all that it names"), say("widen it, or leave the rule out"))
        return own

    def _where(self, rule: Selection | Group, cells: list[str] | None) -> Indices:
        own = range(len(self.cells)) if cells is None else [self._cell(label) for label in cells]
        result = list(dict.fromkeys(own))
        for column in _COLUMNS:
            wanted = getattr(rule, column)
            if wanted is None:
                continue
            names = _listed(wanted)
            known = sorted({getattr(cell, column) for cell in self.cells} - {""})
            for name in names:
                if name not in known:
                    raise self._unknown(_COLUMNS[column], name, known)
            result = [c for c in result if getattr(self.cells[c], column) in names]
        return tuple(result)

    def _name(self, rule: Selection) -> str:
        """What a rule speaks of, in few words."""
        if rule.label:
            return rule.label
        parts: list[str] = [rule.group or ""]
        parts += [place(self.cells[self._cell(rule.cell)])] if rule.cell else []
        parts += [
            join(", ", [place((name,)) for name in _listed(rule.network)]),
            join(", ", [place(("", name)) for name in _listed(rule.content_type)]),
            join(", ", _listed(rule.audience)),
            join(", ", [place(self.cells[self._cell(label)]) for label in _listed(rule.cells)]),
        ]
        return join(" ", parts) or say("all cells")

    def _cell(self, label: str) -> int:
        if label not in self.by_name:
            raise self._unknown(say("cell"), label, list(self.by_name))
        return self.by_name[label]

    def _unknown(self, what: Message, name: str, known: Sequence[str]) -> InputError:
        return self._wrong(say("{what} {name} is unknown", what=what, name=repr(name)), hint(name, known))

    def _wrong(self, problem: Message, fix: Message) -> InputError:
        return InputError.at(join(": ", [self.place, problem]), file=self.path, fix=fix)


def _listed(names: str | list[str] | None) -> list[str]:
    """One name, several or none, as a list."""
    return [names] if isinstance(names, str) else names or []
