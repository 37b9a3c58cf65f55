"""The page Inputs: every figure that may be changed, with its unit, its name and what it was when the plan was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.language.catalogue import network_name
from optimizer.language.message import Message, place, say
from optimizer.reports.workbook_model import PLAN, Model

if TYPE_CHECKING:
    from optimizer.planning.settings_finance import Source
    from optimizer.reports.workbook_page import Page

LABEL, VALUE, UNIT, MADE, CHANGED, NAME, OWNER, DATE, NOTE = range(9)
SHARE_FORMAT, FACTOR_FORMAT = "0.0##%", "0.00##"
MOST_FACTOR = 3
SHARE_NAMES = {"returns": "ReturnsShare", "cost_of_goods": "GoodsShare", "variable_costs": "VariableShare"}


@dataclass(frozen=True)
class Input:
    """One row: a figure that may be changed.

    Attributes
    ----------
    label, unit, note : str
    value : float
    name : str
        What the cell is called; made allowed and unique when it is written.
    number : str
        Number format.
    most : float or None
        Largest value that is let in; the smallest is 0.
    source : tuple of str
        Keys of the settings under which an owner may be named, the nearest first.
    whole : bool
        Only whole numbers are let in.
    """

    label: object
    value: float
    unit: object
    name: str
    number: str
    note: object = ""
    most: float | None = None
    source: tuple[str, ...] = ()
    whole: bool = False


@dataclass
class Named:
    """Names of the inputs, as formulas use them.

    `worth` and `worth_made` are per cell, "" where a cell has no conversions; `spend` per cell. `spend_cells` is the
    address of all of those.
    """

    margin: str = "Margin"
    changed: str = "InputsChanged"
    shares: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    cost: dict[str, str] = field(default_factory=dict)
    assets: dict[str, str] = field(default_factory=dict)
    factor: dict[str, str] = field(default_factory=dict)
    worth: list[str] = field(default_factory=list)
    worth_made: list[str] = field(default_factory=list)
    spend: list[str] = field(default_factory=list)
    spend_cells: str = ""


def write_inputs(page: Page, model: Model) -> Named:
    """Write the page; the names of what stands on it."""
    book = page.book
    widths = (44, 17, 30, 17, 11, 34, 18, 12, 58)
    row = page.begin(
        say("Inputs"),
        (
            say("Change the cells in blue on yellow; everything else follows. Amounts in {currency} without VAT.",
                currency=book.currency),
            say("Shares are of revenue without VAT, costs are given as amounts of 0 or more."),
        ),
        widths,
    )  # fmt: skip
    titles: tuple[object, ...] = (
            say("Input"), say("Value"), say("Unit"), say("When the plan was made"), say("Changed?"),
            say("Name in formulas"), say("Owner"), say("Confirmed"), say("What it is"),
        )  # fmt: skip
    page.heads(row, titles)
    for column in (UNIT, NAME, OWNER, DATE, NOTE):
        page.text(row, column, titles[column], "head_aside" if column in (UNIT, NAME, NOTE) else "head")
    head = row
    named, writer = Named(), _Writer(page, model, row + 1)
    _margin(writer, named)
    for key, one in _overheads(model):
        named.plain[key] = writer.row(one)
    _production(writer, named)
    _factors(writer, named)
    _worths(writer, named)
    writer.section(say("Planned spend, all weeks of the plan together"))
    first = writer.at
    named.spend = [writer.row(one) for one in _spends(model)]
    named.spend_cells = page.span((first, VALUE), (writer.at - 1, VALUE))
    _changed(writer, named, head)
    page.prints(repeat=(head, head), freeze=(head + 1, 1))
    return named


class _Writer:
    """Writes rows one after the other."""

    def __init__(self, page: Page, model: Model, at: int) -> None:
        self.page, self.model, self.at, self.first = page, model, at, at

    def section(self, title: object) -> None:
        """A title between rows."""
        self.at = self.page.section(self.at + 1, title, NOTE + 1)

    def row(self, one: Input) -> str:
        """An input; its name."""
        page, book, at = self.page, self.page.book, self.at
        name = book.name(one.name, page.at(at, VALUE))
        page.text(at, LABEL, one.label)
        page.number(at, VALUE, one.value, one.number, "input")
        page.text(at, UNIT, one.unit, "aside")
        page.number(at, MADE, one.value, one.number, "muted")
        test = f"IF({page.at(at, VALUE).here}={page.at(at, MADE).here},0,1)"
        changed = book.quote(say("changed"))
        page.formula((at, CHANGED), test, 0, f'{changed};;""', "muted")
        page.text(at, NAME, name, "aside")
        source = self._source(one.source)
        page.text(at, OWNER, source.owner if source else "", "muted")
        page.day(at, DATE, source.date if source else None)
        page.text(at, NOTE, source.note if source and source.note else one.note, "aside")
        page.sheet.data_validation(at, VALUE, at, VALUE, self._allowed(one))
        self.at += 1
        return name

    def live(self, label: object, name: str, formula: str, value: float, note: object) -> None:
        """A share that follows from inputs."""
        page, at = self.page, self.at
        for column in range(NOTE + 1):
            page.sheet.write_blank(at, column, None, page.book.style("total"))
        page.text(at, LABEL, label, "total")
        page.formula((at, VALUE), formula, value, SHARE_FORMAT, "total")
        page.text(at, UNIT, say("share of revenue"), "total")
        page.text(at, NAME, page.book.name(name, page.at(at, VALUE)), "total")
        page.text(at, NOTE, note, "total")
        self.at += 1

    def _source(self, keys: Sequence[str]) -> Source | None:
        held = self.model.settings.source
        return next((held[key] for key in keys if key in held), None)

    def _allowed(self, one: Input) -> dict[str, object]:
        tell = self.page.book.tell
        bounds: dict[str, object] = {"criteria": ">=", "value": 0}
        message = say("Give a number of 0 or more.")
        if one.most is not None:
            bounds = {"criteria": "between", "minimum": 0, "maximum": one.most}
            message = say("Give a number from 0 to {most}.", most=one.most)
        kind = "integer" if one.whole else "decimal"
        return {"validate": kind, **bounds, "error_title": tell(say("Not allowed")), "error_message": tell(message)}


def _margin(writer: _Writer, named: Named) -> None:
    """The margin, or the three shares that leave it."""
    model = writer.model
    writer.at -= 1
    writer.section(say("Margin and hurdle"))
    share = say("share of revenue")
    if "all_variable_costs" in model.terms.shares:
        note = say("what is left of revenue after goods, fees, fulfilment and returns")
        named.margin = writer.row(
            Input(say("Margin"), model.terms.margin, share, named.margin, SHARE_FORMAT, note, 1.0, ("margin",))
        )
        named.shares = {"all_variable_costs": f"(1-{named.margin})"}
    else:
        labels = {
            "returns": (say("Returns"), say("what customers send back")),
            "cost_of_goods": (say("Cost of goods"), say("what the goods cost")),
            "variable_costs": (say("Variable costs"), say("fees and fulfilment")),
        }
        for line in model.costs:
            label, note = labels[line]
            one = Input(
                label,
                model.terms.shares[line],
                share,
                SHARE_NAMES[line],
                SHARE_FORMAT,
                note,
                1.0,
                (line, f"finance.{line}"),
            )
            named.shares[line] = writer.row(one)
        left = "1-" + "-".join(named.shares.values())
        writer.live(say("Margin"), named.margin, left, model.terms.margin, say("what those shares leave of revenue"))
    note = say("return that money must earn beyond coming back")
    hurdle = Input(
        say("Hurdle rate"), model.terms.hurdle, say("share of full cost"), "HurdleRate", SHARE_FORMAT, note, None,
        ("hurdle_rate", "finance.hurdle_rate"),
    )  # fmt: skip
    named.plain["hurdle"] = writer.row(hurdle)


def _overheads(model: Model) -> Iterator[tuple[str, Input]]:
    """Team, tools and agency."""
    fixed, currency = model.terms.fixed, model.record.currency
    unit = say("{currency} a month", currency=currency)
    rows = (
        ("team", say("Team"), "TeamPerMonth", "team_per_month"),
        ("tools", say("Tools"), "ToolsPerMonth", "tools_per_month"),
        ("agency", say("Agency"), "AgencyPerMonth", "agency_per_month"),
    )
    for key, label, name, source in rows:
        note = say("charged for the weeks of the plan")
        yield key, Input(label, fixed[key], unit, name, _money(model), note, None, (source, f"finance.{source}"))
    yield (
        "agency_share",
        Input(
            say("Agency, share of media"), model.terms.agency_share, say("share of media"), "AgencyShare",
            SHARE_FORMAT, say("on top of media"), 1.0, ("agency_share", "finance.agency_share"),
        ),
    )  # fmt: skip


def _production(writer: _Writer, named: Named) -> None:
    model, book = writer.model, writer.page.book
    writer.section(say("Production, once per plan and content type that is used"))
    for kind, (cost, assets) in model.production.items():
        shown = book.speaker.content(kind)
        source = (f"production.{kind}", "production")
        unit = say("{currency} an asset", currency=book.currency)
        label = say("{content_type}: cost of an asset", content_type=shown)
        named.cost[kind] = writer.row(
            Input(label, cost, unit, f"ProductionCost_{kind}", _money(model), "", None, source)
        )
        label = say("{content_type}: assets the plan needs", content_type=shown)
        source = (f"assets.{kind}", "assets")
        named.assets[kind] = writer.row(
            Input(label, assets, say("assets"), f"Assets_{kind}", "0", "", None, source, whole=True)
        )


def _factors(writer: _Writer, named: Named) -> None:
    model = writer.model
    writer.section(say("Incrementality: share of a network's modelled increment that finance counts"))
    for network in model.networks:
        factor, low, high = model.record.factors[network]
        note: Message = say("1 since nobody gave one: the model's increment is taken as it is")
        if network not in model.terms.assumed:
            note = say("given without an interval")
            if low < high:
                note = say("90 % interval {low} to {high}", low=f"{low:g}", high=f"{high:g}")
        source = (f"incrementality.{network}", "incrementality")
        one = Input(
            network_name(network), factor, say("factor"), f"Incrementality_{network}", FACTOR_FORMAT, note,
            float(MOST_FACTOR), source,
        )  # fmt: skip
        named.factor[network] = writer.row(one)


def _worths(writer: _Writer, named: Named) -> None:
    """Value of a conversion: one level for all, and one figure per cell that has conversions."""
    model, page = writer.model, writer.page
    writer.section(say("Value per conversion"))
    note = say("moves the revenue of every place alike, 100 % as forecast")
    level = Input(say("Level for all places"), 1.0, say("share of the values below"), "ValueLevel", SHARE_FORMAT, note)
    named.plain["level"] = writer.row(level)
    unit = say("{currency} of attributed revenue", currency=model.record.currency)
    for cell, worth in zip(model.cells, model.worth.tolist(), strict=True):
        if worth != worth:  # no conversions
            named.worth.append("")
            named.worth_made.append("")
            continue
        named.worth_made.append(page.at(writer.at, MADE).full)
        name = f"ValuePerConversion_{_joined(cell)}"
        named.worth.append(
            writer.row(
                Input(place(cell), worth, unit, name, page.book.small_money, "", None, ("conversions", "outcomes"))
            )
        )


def _spends(model: Model) -> Iterator[Input]:
    unit = say("{currency}, all weeks together", currency=model.record.currency)
    for cell, spend in zip(model.cells, model.spend(PLAN).tolist(), strict=True):
        yield Input(place(cell), spend, unit, f"Spend_{_joined(cell)}", _money(model))


def _changed(writer: _Writer, named: Named, head: int) -> None:
    """How many inputs differ from what they were: it marks what cannot follow as stale."""
    page, at = writer.page, writer.at + 1
    for column in range(NOTE + 1):
        page.sheet.write_blank(at, column, None, page.book.style("total"))
    page.text(at, LABEL, say("Inputs that were changed"), "total")
    flags = page.span((head + 1, CHANGED), (writer.at - 1, CHANGED))
    named.changed = page.book.name(named.changed, page.at(at, VALUE))
    page.formula((at, VALUE), f"SUM({flags})", 0, "0", "total")
    page.text(at, NAME, named.changed, "total")
    page.flag((head + 1, CHANGED), (writer.at - 1, CHANGED), f"$E{head + 2}=1", "warn")


def _joined(cell: Sequence[str]) -> str:
    return "_".join(part for part in cell if part)


def _money(model: Model) -> str:
    digits = "." + "0" * model.record.decimals if model.record.decimals else ""
    return f"#,##0{digits}"
