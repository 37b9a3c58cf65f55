"""Change: what would be different in a scenario, in plain values that screens, links and the store can keep."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import Message, number, place, say
from optimizer.planning.plain_values import amount_of, list_of, meant, only_known, shown, table_of, text_of, whole_of
from optimizer.planning.request import MOST_WEEKS

if TYPE_CHECKING:
    from optimizer.response.adjust import Shift

MOST_RISE = 100.0  # the largest change of a price, rate, value or demand: a hundred times as much on top
SHIFTS = ("price", "rate", "worth", "promotion")
"""Changes of the response; the others are of what may be spent, and of costs."""
EVERYWHERE = ""
"""Stands for every network that is not named itself."""


@dataclass(frozen=True)
class Change:
    """What would be different; shares are 0.1 for 10 % more, and above -1.

    Attributes
    ----------
    price : mapping of network to float
        Price of media: at +p the same effect costs 1 + p times as much, so a curve is read at spend / (1 + p). ``""``
        stands for every network that is not named. It holds for the weeks after the plan too.
    rate : mapping of network to float
        Conversion rate: conversions, and the revenue they bring, times 1 + r; ``""`` as for `price`.
    worth : float
        Value per conversion: revenue times 1 + v, and the worth of a conversion in the goal `value`.
    off : tuple of str
        Networks, or cells by their label, that get nothing in the plan's weeks.
    added : tuple of (network, content type)
        Cells without history that may get money for a test. The studio must have been opened with them.
    added_most : mapping of label to float
        Largest weekly amount of an added cell; without it what any cell without spend may get.
    promotion : mapping of int to float
        Week of the plan, 1 for the first, to the rise of demand in it.
    team_cost : float
        What the scenario costs in people and tools over the plan's weeks, account currency; comes off profit.
    production_cost : mapping of content type to float
        Account currency as soon as the plan uses the content type, on top of what the settings say.

    Raises
    ------
    InputError
        A value is outside what is allowed.

    Examples
    --------
    >>> Change(price={"instagram": 0.1}, off=("tiktok",)).to_json()
    {'price': {'instagram': 0.1}, 'off': ['tiktok']}
    >>> Change.from_json({"price": {"instagram": -2}})
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: change of the price of instagram is -2; it must be a number above -1 and up to 100.
    """

    price: Mapping[str, float] = field(default_factory=dict)
    rate: Mapping[str, float] = field(default_factory=dict)
    worth: float = 0.0
    off: tuple[str, ...] = ()
    added: tuple[tuple[str, str], ...] = ()
    added_most: Mapping[str, float] = field(default_factory=dict)
    promotion: Mapping[int, float] = field(default_factory=dict)
    team_cost: float = 0.0
    production_cost: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for network, share in table_of(self.price, say("the change of prices")).items():
            _share(share, say("change of the price of {network}", network=network or say("all networks")))
        for network, share in table_of(self.rate, say("the change of conversion rates")).items():
            _share(share, say("change of the conversion rate of {network}", network=network or say("all networks")))
        _share(self.worth, say("change of the value per conversion"))
        for name in list_of(self.off, say("the list of what is switched off")):
            text_of(name, say("a network that is switched off"))
        for pair in list_of(self.added, say("the list of new cells")):
            _check_added(pair)
        for label, most in table_of(self.added_most, say("the table of largest amounts")).items():
            amount_of(most, say("largest weekly amount of {cell}", cell=label))
        for week, share in self.promotion.items():
            whole_of(week, say("a promotion's week"), 1, MOST_WEEKS)
            _share(share, say("rise of demand in week {week}", week=number(week)))
        amount_of(self.team_cost, say("team cost"))
        for name, cost in table_of(self.production_cost, say("the table of production costs")).items():
            amount_of(cost, say("production cost of {content_type}", content_type=name))

    @property
    def key(self) -> str:
        """Text that is the same for changes that say the same."""
        return json.dumps(self.to_json(), sort_keys=True)

    @property
    def shift_key(self) -> str:
        """The same for what it does to the response alone; "" where that is nothing."""
        shifts = {name: value for name, value in self.to_json().items() if name in SHIFTS}
        return json.dumps(shifts, sort_keys=True) if shifts else ""

    @property
    def added_cells(self) -> tuple[Cell, ...]:
        """The new cells."""
        return tuple(Cell(network, content_type) for network, content_type in self.added)

    def to_json(self) -> dict[str, object]:
        """Plain values that JSON can hold; only what differs from no change at all."""
        plain: dict[str, object] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if not value:
                continue
            if isinstance(value, Mapping):
                plain[one.name] = {str(key): each for key, each in value.items()}
            elif isinstance(value, tuple):
                plain[one.name] = [list(each) if isinstance(each, tuple) else each for each in value]
            else:
                plain[one.name] = value
        return plain

    @classmethod
    def from_json(cls, plain: object) -> Change:
        """A change from plain values.

        Raises
        ------
        InputError
            A key is not known, or a value is not allowed.
        """
        values = table_of(plain, say("the change"))
        only_known(values, [one.name for one in fields(cls)], say("the change"))
        if "off" in values:
            values["off"] = tuple(list_of(values["off"], say("the list of what is switched off")))
        if "added" in values:
            pairs = list_of(values["added"], say("the list of new cells"))
            values["added"] = tuple(tuple(pair) if isinstance(pair, list) else pair for pair in pairs)
        if "promotion" in values:
            weeks = table_of(values["promotion"], say("the table of promotions"))
            values["promotion"] = {
                int(week) if len(week) < 4 and week.isdecimal() else week: rise for week, rise in weeks.items()
            }
        return cls(**values)  # type: ignore[arg-type]


def _share(value: object, what: Message) -> None:
    amount_of(value, what, -1.0, MOST_RISE, above=True)


def _check_added(pair: object) -> None:
    if not isinstance(pair, tuple) or len(pair) != 2:
        fix = say("give its network and its content type")
        raise InputError.at(say("a new cell is {value}", value=shown(pair)), fix=fix)
    for part in pair:
        text_of(part, say("the network or content type of a new cell"))


NO_CHANGE = Change()


def check_change(change: Change, panel: Panel, added: Sequence[Cell], weeks: int) -> None:
    """Refuse a change that names what is not there.

    Parameters
    ----------
    change : Change
    panel : Panel
        With the added cells.
    added : sequence of Cell
        Cells of the panel without history.
    weeks : int
        Of the plan.

    Raises
    ------
    InputError
    """
    networks = sorted({cell.network for cell in panel.cells})
    for name in (*change.price, *change.rate):
        if name != EVERYWHERE:
            _check_name(name, networks, say("{name} is no network of the history", name=name))
    places = [*networks, *(cell.label for cell in panel.cells)]
    for name in change.off:
        _check_name(name, places, say("{name} is neither a network nor a cell of the history", name=name))
    for cell in change.added_cells:
        if cell not in added:
            raise _not_added(cell, panel)
    labels = [cell.label for cell in change.added_cells]
    for name in change.added_most:
        _check_name(name, labels, say("{name} is not among the new cells", name=name))
    kinds = sorted({cell.content_type for cell in panel.cells})
    for name in change.production_cost:
        _check_name(name, kinds, say("{name} is no content type of the history", name=name))
    for week in change.promotion:
        if week > weeks:
            problem = say("a promotion is in week {week}", week=number(week))
            raise InputError.at(problem, fix=say("the plan has weeks 1 to {weeks}", weeks=number(weeks)))


def _check_name(name: str, known: Sequence[str], problem: Message) -> None:
    if name not in known:
        raise InputError.at(problem, fix=meant(name, known))


def _not_added(cell: Cell, panel: Panel) -> InputError:
    if cell in panel.cells:
        problem = say("{cell} is to be added, but the history has it already", cell=place(cell))
        return InputError.at(problem, fix=say("leave it out of the new cells"))
    problem = say("{cell} is to be added, but the response was not fitted with it", cell=place(cell))
    return InputError.at(problem, fix=say("open the studio with it"))


def shift_of(change: Change, cells: Sequence[Cell]) -> Shift | None:
    """What a change does to the response of the cells; None where it does nothing to it."""
    from optimizer.response.adjust import Shift
    from optimizer.response.demand import LONGEST_AHEAD

    if not change.shift_key:
        return None
    demand = np.zeros(LONGEST_AHEAD)
    for week, rise in change.promotion.items():
        demand[week - 1] = np.log1p(rise)
    return Shift(_by_cell(change.price, cells), _by_cell(change.rate, cells), 1.0 + change.worth, demand)


def _by_cell(shares: Mapping[str, float], cells: Sequence[Cell]) -> Floats:
    """(C,) factor of each cell: that of its network, else the one for all networks."""
    usual = shares.get(EVERYWHERE, 0.0)
    return np.array([1.0 + shares.get(cell.network, usual) for cell in cells])
