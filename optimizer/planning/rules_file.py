"""rules.toml: what must hold of a plan, declared; one schema for `plan`, `rebalance` and `allocate`.

`data/rules_template.toml` shows every rule with a comment, `docs/rules.md` explains them. Money is per week, shares lie
between 0 and 1. Each rule names its cells by `network`, `content_type`, `audience`, `cell`, `cells` or `group`; several
of these narrow each other down, none means all cells. An unknown key, cell, network or group is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
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


def _parse(path: Path) -> RulesFile:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError.at("the rules cannot be read", file=path, fix=str(error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise InputError.at("the rules are not text in UTF-8", file=path, fix="save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError.at(f"the rules are not valid TOML: {error}", file=path, fix="correct that line") from error
    try:
        return RulesFile.model_validate(raw)
    except ValidationError as error:
        raise _unreadable(path, error) from error


class _Reader:
    """Turns the parsed file into rules over cells by index."""

    def __init__(self, path: Path, cells: tuple[Cell, ...], context: RuleContext, file: RulesFile) -> None:
        self.path, self.cells, self.context, self.file = path, cells, context, file
        self.by_name = {cell.label: index for index, cell in enumerate(cells)}
        self.place = ""
        self.groups: dict[str, Indices] = {}
        for name, group in file.groups.items():
            self.place = f"group {name}"
            taken = {self._cell(label) for label in group.without}
            found = self._where(group, group.cells)
            self.groups[name] = tuple(c for c in found if c not in taken)
            if not self.groups[name]:
                raise self._wrong(f"group {name} holds no cell", "name cells of the data")

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
                self.place = f"[[{name}]] number {number}"
                made = make(record)
                self._check(made)
                result += made
        return tuple(result)

    def _check(self, made: list[Rule]) -> None:
        try:
            check_rules(made, self.cells)
        except InputError as error:
            raise InputError(f"{self.path}: {self.place}: {error}") from error

    def _limit(self, rule: Limit) -> list[Rule]:
        own, name = self._select(rule), self._name(rule)
        if all(side is None for side in (rule.minimum, rule.maximum, rule.minimum_share, rule.maximum_share)):
            raise self._wrong("it sets no limit", "give minimum, maximum, minimum_share or maximum_share")
        self._check([GroupLimit(own, rule.minimum, rule.maximum, rule.minimum_share, rule.maximum_share, name)])
        sides = (  # one record a side, so that messages and prices speak of one limit
            (rule.minimum, GroupLimit(own, minimum=rule.minimum, label=f"minimum of {name}")),
            (rule.maximum, GroupLimit(own, maximum=rule.maximum, label=f"maximum of {name}")),
            (rule.minimum_share, GroupLimit(own, minimum_share=rule.minimum_share, label=f"minimum share of {name}")),
            (rule.maximum_share, GroupLimit(own, maximum_share=rule.maximum_share, label=f"maximum share of {name}")),
        )
        return [record for given, record in sides if given is not None]

    def _lock(self, rule: LockRule) -> list[Rule]:
        own = self._select(rule)
        if rule.amount is None and self.context.today is None:
            raise self._wrong("it has no amount", "give the amount; what is spent today is not known here")
        today = self.context.today
        return [
            Lock(c, rule.amount if rule.amount is not None else float(today[c]), f"lock of {self.cells[c].label}")  # type: ignore[index]
            for c in own
        ]

    def _nothing_or(self, rule: NothingOr) -> list[Rule]:
        own, stay = self._select(rule), None
        if rule.today_may_stay:
            if self.context.today is None:
                raise self._wrong("today_may_stay is set", "what is spent today is not known here; leave it out")
            stay = tuple(float(self.context.today[c]) for c in own)
        return [NothingOrAtLeast(own, rule.amount, stay, f"smallest amount of {self._name(rule)}")]

    def _in_use(self, rule: InUse) -> list[Rule]:
        own = self._select(rule)
        if not rule.at_least and rule.at_most is None:
            raise self._wrong("it sets no limit", "give at_least or at_most")
        if rule.of == "cells":
            name = f"cells in use of {self._name(rule)}"
            return [CountLimit(tuple((c,) for c in own), rule.at_least, rule.at_most, rule.smallest, name)]
        result: list[Rule] = []
        for network in dict.fromkeys(self.cells[c].network for c in own):
            kinds: dict[str, list[int]] = {}
            for c in own:
                if self.cells[c].network == network:
                    kinds.setdefault(self.cells[c].content_type, []).append(c)
            members = tuple(tuple(m) for m in kinds.values())
            name = rule.label or f"content types in use on {network}"
            result.append(CountLimit(members, rule.at_least, rule.at_most, rule.smallest, name))
        return result

    def _spread(self, rule: Spread) -> list[Rule]:
        return [Diversification(self._select(rule), rule.share, rule.label or "largest share of a cell")]

    def _change(self, rule: Change) -> list[Rule]:
        name = f"change of {self._name(rule)}"
        return [ChangeLimit(self._select(rule), rule.share, rule.money, rule.always, label=name)]

    def _steps(self, rule: Step) -> list[Rule]:
        return [Steps(self._select(rule), rule.step, f"steps of {self._name(rule)}")]

    def _cost(self, rule: ProductionCost) -> list[Rule]:
        return [FixedCost(self._select(rule), rule.cost, f"production cost of {self._name(rule)}")]

    def _return(self, rule: Return) -> list[Rule]:
        given = [k for k in ("roas_at_least", "roi_at_least", "cpa_at_most") if getattr(rule, k) is not None]
        if len(given) != 1:
            raise self._wrong(f"it gives {len(given)} limits", "give one of roas_at_least, roi_at_least, cpa_at_most")
        level, own, name = float(getattr(rule, given[0])), self._select(rule), self._name(rule)
        outcome = rule.outcome or ("conversions" if given[0] == "cpa_at_most" else "revenue")
        if outcome not in self.context.outcomes:
            raise self._unknown("outcome", outcome, list(self.context.outcomes))
        curves, weeks = self.context.outcomes[outcome], self.context.weeks
        if given[0] == "roi_at_least":
            if rule.margin is None or not 0.0 < rule.margin <= 1.0 or level <= -1.0:
                raise self._wrong("roi_at_least needs a margin above 0 and up to 1, and lies above -1", "give margin")
            return [RatioFloor(own, curves, (1.0 + level) / rule.margin, weeks, f"ROI of {name} at least {level:g}")]
        if level <= 0.0:
            raise self._wrong(f"{given[0]} is {level:g}", "it must be above 0")
        if given[0] == "roas_at_least":
            return [RatioFloor(own, curves, level, weeks, f"ROAS of {name} at least {level:g}")]
        return [RatioFloor(own, curves, 1.0 / level, weeks, f"CPA of {name} at most {level:g}")]

    def _exploration(self, rule: Exploration) -> list[Rule]:
        own = self._select(rule)
        if len(own) == len(self.cells):
            own = self.context.weak
            if not own:
                return []  # nothing is weak: nothing is to be explored
        return [ExplorationShare(own, rule.share, rule.label or "exploration share")]

    def _tied(self, rule: TiedRule) -> list[Rule]:
        own = tuple(self._cell(label) for label in rule.cells)
        weights = tuple(rule.weights) if rule.weights is not None else (1.0,) * len(own)
        return [Tied(own, weights, rule.label or f"proportion of {', '.join(rule.cells)}")]

    def _select(self, rule: Selection) -> Indices:
        """Cells of a rule."""
        own = self._where(rule, rule.cells)
        if rule.cell is not None:
            only = self._cell(rule.cell)
            own = tuple(c for c in own if c == only)
        if rule.group is not None:
            if rule.group not in self.groups:
                raise self._unknown("group", rule.group, list(self.groups))
            own = tuple(c for c in own if c in self.groups[rule.group])
        if not own:
            raise self._wrong("no cell fits all that it names", "widen it, or leave the rule out")
        return own

    def _where(self, rule: Selection | Group, cells: list[str] | None) -> Indices:
        own = range(len(self.cells)) if cells is None else [self._cell(label) for label in cells]
        result = list(dict.fromkeys(own))
        for column in ("network", "content_type", "audience"):
            wanted = getattr(rule, column)
            if wanted is None:
                continue
            names = [wanted] if isinstance(wanted, str) else wanted
            known = sorted({getattr(cell, column) for cell in self.cells} - {""})
            for name in names:
                if name not in known:
                    raise self._unknown(column.replace("_", " "), name, known)
            result = [c for c in result if getattr(self.cells[c], column) in names]
        return tuple(result)

    def _name(self, rule: Selection) -> str:
        """What a rule speaks of, in few words."""
        if rule.label:
            return rule.label
        parts = [rule.group, rule.cell, *(p if isinstance(p, str) or p is None else ", ".join(p) for p in
                 (rule.network, rule.content_type, rule.audience, rule.cells))]  # fmt: skip
        return " ".join(p for p in parts if p) or "all cells"

    def _cell(self, label: str) -> int:
        if label not in self.by_name:
            raise self._unknown("cell", label, list(self.by_name))
        return self.by_name[label]

    def _unknown(self, what: str, name: str, known: Sequence[str]) -> InputError:
        return self._wrong(f"{what} {name!r} is unknown", _hint(name, known))

    def _wrong(self, problem: str, fix: str) -> InputError:
        return InputError.at(f"{self.place}: {problem}", file=self.path, fix=fix)


def _hint(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    shown = ", ".join(list(known)[:8])
    return f"known are: {shown}{' and more' if len(known) > 8 else ''}" if known else "none is known here"


def _unreadable(path: Path, error: ValidationError) -> InputError:
    """The first thing the schema refuses, as one sentence."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    where = " of ".join([*reversed(place[2:-1])]) if len(place) > 3 else ""
    table = f"[[{place[0]}]] number {int(place[1]) + 1}" if len(place) > 1 and place[1].isdigit() else place[0]
    if first["type"] == "extra_forbidden":
        known = list(_keys(place))
        return InputError.at(
            f"{table if len(place) > 1 else 'the rules'}: key {place[-1]!r} is unknown",
            file=path,
            fix=_hint(place[-1], known),
        )
    if first["type"] == "missing":
        return InputError.at(f"{table}: {place[-1]} is missing", file=path, fix=f"add {place[-1]} = ...")
    column = place[2] if len(place) > 2 else place[-1]
    given = first.get("input")
    return InputError.at(
        f"{table}: {column}{where} is {given!r}", file=path, fix=first["msg"].replace("Input", "it").rstrip(".")
    )


def _keys(place: Sequence[str]) -> Sequence[str]:
    """Keys that are known where an unknown one stood."""
    fields = RulesFile.model_fields
    if len(place) == 1:
        return [f.alias or name for name, f in fields.items()]
    if place[0] == "groups":
        return list(Group.model_fields)
    model = next(f.annotation for name, f in fields.items() if (f.alias or name) == place[0])
    return list(model.__args__[0].model_fields)  # type: ignore[union-attr]
