"""Next week's budgets as files: the summary, a change list to work down, a network's upload file, a calendar entry."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.language.message import Message, day, place, say
from optimizer.planning.export import DAYS_PER_WEEK, harmless, summary
from optimizer.planning.money import CENTS, WHOLE_CURRENCIES
from optimizer.planning.plain_values import meant, shown
from optimizer.planning.plan_rules import rule_figures
from optimizer.planning.rebalance.explore_text import explore_sentence, learned_sentence, trial_sentence
from optimizer.planning.rebalance.holds import running_sentence
from optimizer.planning.rebalance.text import rebalance_headline
from optimizer.planning.wording import Wording

if TYPE_CHECKING:
    from optimizer.planning.rebalance.rebalance import Rebalance

AMOUNTS = ("spend", "spend_per_day", "spend_minor", "spend_per_day_minor")
PLACES = (
    "network",
    "content_type",
    "audience",
    *AMOUNTS,
    "today",
    "today_per_day",
    "change",
    "currency",
    "week_start",
    "week_end",
)
"""What a column of an upload template may hold, each in braces."""
FOLD = 75  # bytes of a line of a calendar


def rebalance_summary(found: Rebalance) -> dict[str, object]:
    """The summary as plain values: as for a plan, with what moves, what does not and why, and what is tested."""
    plan = found.plan
    names = [(cell.network, cell.content_type, cell.audience) for cell in plan.cells]
    base = summary(plan)
    moves: list[dict[str, object]] = base["moves"]  # type: ignore[assignment]
    proven = plan.allocation.certificate
    certificate: dict[str, object] = base["certificate"]  # type: ignore[assignment]
    # per unit of money, as the marginals: a weekly amount is spent in every week that the split is kept for
    certificate |= {"price": proven.price / found.kept, "rules": rule_figures(proven, found.kept)}
    for c, move in enumerate(moves):
        move |= {
            "current": _money(found.current[c]),
            "kind": found.kinds[c],
            "odds": float(found.odds[c]),
            "aim": _money(found.aim[c]),
        }
    return {
        **base,
        "headline": str(rebalance_headline(found)),
        "kept_weeks": found.kept,
        "worth": {"mean": found.worth.mean, "low": found.worth.low, "high": found.worth.high, "chance": found.chance},
        "changed": [plan.cells[c].label for c in found.changed],
        "churn": found.churn,
        "explore": {
            "asked": found.explored,
            "text": str(explore_sentence(found)),
            "costs": found.explore_cost,
            "tests": [
                {
                    "network": names[trial.cell][0],
                    "content_type": names[trial.cell][1],
                    **({"audience": names[trial.cell][2]} if names[trial.cell][2] else {}),
                    "without": _money(trial.without),
                    "spend": _money(trial.spend),
                    "weeks": trial.weeks,
                    "effect": trial.effect,
                    "noise": trial.noise,
                    "teaches": trial.teaches,
                    "costs": trial.costs,
                }
                for trial in found.trials
            ],
        },
        **_memory(found),
        "look_again": found.look_again.isoformat(),
    }


def _memory(found: Rebalance) -> dict[str, object]:
    """Tests of earlier weeks, where there are any."""
    if not found.running and not found.learned:
        return {}
    learned = [
        {
            "cell": one.test.cell,
            "text": str(learned_sentence(one, found)),
            "before": {"mean": one.test.effect, "low": one.test.low, "high": one.test.high},
            "now": None if one.effect is None else vars(one.effect),
        }
        for one in found.learned
    ]
    running = [{"cell": one.cell, "spend": one.spend, "until": one.until.isoformat()} for one in found.running]
    return {"earlier_tests": {"running": running, "over": learned}}


def rebalance_json(found: Rebalance) -> str:
    """The summary as JSON text without NaN."""
    return json.dumps(rebalance_summary(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def changes_csv(found: Rebalance) -> str:
    """The budgets to change, in the order to work them down: cuts first, so that no day costs more than it should.

    Columns: order, network, content_type[, audience], today, next, change, today_per_day, next_per_day, currency, why,
    done (to tick off).
    """
    plan = found.plan
    keys = _keys(found)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    amounts = ("today", "next", "change", "today_per_day", "next_per_day")
    writer.writerow(["order", *keys, *amounts, "currency", "why", "done"])
    for order, c in enumerate(found.changed, start=1):
        before, after = float(found.current[c]), float(plan.spend[c, 0])
        values = (before, after, after - before, before / DAYS_PER_WEEK, after / DAYS_PER_WEEK)
        names = [harmless(part) for part in plan.cells[c][: len(keys)]]
        figures = [f"{value:.{_decimals(found)}f}" for value in values]
        writer.writerow([order, *names, *figures, plan.currency, str(plan.moves[c].reason), ""])
    return text.getvalue()


# Upload files -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Template:
    """A network's own table with places in braces where the program writes.

    Attributes
    ----------
    file : str
    networks : tuple of str
        Whose cells are written; empty for all.
    above, below : tuple of tuple of str
        Rows that are copied as they are.
    row : tuple of str
        The row that is written once per changed budget.
    delimiter : str
    """

    file: str
    networks: tuple[str, ...]
    above: tuple[tuple[str, ...], ...]
    row: tuple[str, ...]
    below: tuple[tuple[str, ...], ...]
    delimiter: str


def read_template(path: str | Path, network: str = "") -> Template:
    """Read an upload template from a file; see `template_of`.

    Raises
    ------
    InputError
        The file cannot be read, or is no template.
    """
    from optimizer.history.read import read_bytes

    data, file = read_bytes(path)
    return template_of(data, file, network)


def template_of(data: bytes, file: str, network: str = "") -> Template:
    """An upload template: a CSV with one row that holds places such as {content_type} and {spend_per_day}.

    Rows above and below that row are copied. A doubled brace stands for a brace.

    Parameters
    ----------
    data : bytes
    file : str
        Name for messages.
    network : str
        Whose cells are written; "" for all.

    Raises
    ------
    InputError
        No row holds a place, or several do; a place is not known; or the row lacks an amount or what names the budget.
    """
    from optimizer.history.text import decode

    text, _ = decode(data, file)
    delimiter = _delimiter(text)
    rows = [tuple(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    at = [line for line, row in enumerate(rows) if any("{" in field for field in row)]
    known = ", ".join(f"{{{name}}}" for name in PLACES)
    if not at:
        problem = say("no column holds a place for the program to write in")
        raise InputError.at(problem, file=file, fix=say("write one row with places such as {known}", known=known))
    if len(at) > 1:
        problem = say("rows {first} and {second} both hold places", first=str(at[0] + 1), second=str(at[1] + 1))
        raise InputError.at(problem, file=file, row=at[1] + 1, fix=say("keep one: it is written once per budget"))
    row = rows[at[0]]
    header = rows[at[0] - 1] if at[0] else row
    used = {name for k, field in enumerate(row) for name in _places(field, file, (at[0] + 1, _column(header, k)))}
    if not used & set(AMOUNTS):
        problem = say("no column holds the amount")
        fix = say(
            "write {places} in the column of the budget", places=say("{a} or {b}", a="{spend_per_day}", b="{spend}")
        )
        raise InputError.at(problem, file=file, row=at[0] + 1, fix=fix)
    if "content_type" not in used:
        problem = say("no column names the budget")
        fix = say("write {place} in the column of its name", place="{network} {content_type}")
        raise InputError.at(problem, file=file, row=at[0] + 1, fix=fix)
    above, below = tuple(rows[: at[0]]), tuple(row for row in rows[at[0] + 1 :] if any(row))
    return Template(file, (network,) if network else (), above, row, below, delimiter)


def _delimiter(text: str) -> str:
    """What stands most often between the fields of the row that holds places, or of the first."""
    lines = text.splitlines()
    line = next((one for one in lines if "{" in one), lines[0] if lines else "")
    return max(",;\t", key=line.count)


def _column(header: Sequence[str], k: int) -> str:
    return header[k] if k < len(header) and "{" not in header[k] else str(k + 1)


def _places(text: str, file: str, at: tuple[int, str]) -> list[str]:
    """Names of the places in a field."""
    try:
        found = [name for _, name, spec, conversion in Formatter().parse(text) if name is not None]
        plain = all(not spec and not conversion for _, _, spec, conversion in Formatter().parse(text))
    except ValueError:
        found, plain = [], False
    row, column = at
    if not plain:
        fix = say("write places such as {example}, and a brace that is meant as one twice", example="{spend_per_day}")
        raise InputError.at(say("{text} cannot be read", text=shown(text)), file=file, row=row, column=column, fix=fix)
    for name in found:
        if name not in PLACES:
            problem = say("{place} is not known", place=shown(f"{{{name}}}"))
            raise InputError.at(problem, file=file, row=row, column=column, fix=meant(name, PLACES))
    return found


def upload_csv(found: Rebalance, template: Template) -> str:
    """The template filled in for every budget that changes.

    What does not change is left out, since a mere upload can set a network's learning back.

    Raises
    ------
    InputError
        The template is for a network that the plan does not have.
    """
    networks = {cell.network for cell in found.plan.cells}
    for name in template.networks:
        if name not in networks:
            problem = say("network {name} is not in the plan", name=shown(name))
            raise InputError.at(problem, file=template.file, fix=meant(name, sorted(networks)))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", delimiter=template.delimiter)
    writer.writerows(template.above)
    for c in found.changed:
        if not template.networks or found.plan.cells[c].network in template.networks:
            values = _values(found, c)
            writer.writerow([harmless(field.format(**values)) if "{" in field else field for field in template.row])
    writer.writerows(template.below)
    return text.getvalue()


def _values(found: Rebalance, c: int) -> dict[str, str]:
    """What the places of a template hold for a cell."""
    plan, cell = found.plan, found.plan.cells[c]
    after, before = float(plan.spend[c, 0]), float(found.current[c])
    decimals = _decimals(found)
    minor = 10**decimals  # networks' interfaces count in the smallest unit of a currency
    amounts = {
        "spend": after,
        "spend_per_day": after / DAYS_PER_WEEK,
        "today": before,
        "today_per_day": before / DAYS_PER_WEEK,
        "change": after - before,
    }
    return {
        "network": cell.network,
        "content_type": cell.content_type,
        "audience": cell.audience,
        "currency": plan.currency,
        "week_start": str(plan.weeks[0]),
        "week_end": str(plan.weeks[0] + np.timedelta64(DAYS_PER_WEEK - 1, "D")),
        **{name: f"{value:.{decimals}f}" for name, value in amounts.items()},
        "spend_minor": str(round(after * minor)),
        "spend_per_day_minor": str(round(after / DAYS_PER_WEEK * minor)),
    }


# Calendar -----------------------------------------------------------------------------------------------------------


def calendar_ics(found: Rebalance) -> str:
    """When to look again, and when each test has shown what it can: an iCalendar file (RFC 5545) of whole days."""
    plan = found.plan
    first = dt.date.fromisoformat(str(plan.weeks[0]))
    unit = Wording(plan.goal, plan.currency, plan.moves[0].unit if plan.moves else 1.0)
    count = len(found.changed)
    said = say("Rebalance the weekly budgets")
    again = say("Export the week of {week} first, so that it is in the history.", week=day(plan.weeks[0]))
    entries = [(found.look_again, "again", said, again)]
    for test in found.running:
        ended = say("Test of {cell} is over", cell=place(tuple(test.cell.split("/"))))
        entries.append((test.until, test.cell, ended, running_sentence(test, plan.currency)))
    for trial in found.trials:
        cell = plan.cells[trial.cell]
        ends = first + dt.timedelta(weeks=trial.weeks)
        named = say("Test of {cell} has run for {weeks} weeks", cell=place(cell), weeks=str(trial.weeks))
        entries.append((ends, cell.label, named, trial_sentence(trial, unit)))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//campaign-optimizer//rebalance//EN", "CALSCALE:GREGORIAN"]
    if count:
        told = say("Change {count} budgets", count=str(count))
        entries.insert(0, (first, "change", told, rebalance_headline(found)))
    for when, name, title, text in entries:
        lines += _entry(when, f"{plan.run.id}-{_slug(name)}@campaign-optimizer", title, text)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _entry(when: dt.date, uid: str, title: Message, text: Message) -> list[str]:
    """One whole day."""
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{when:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{when:%Y%m%d}",
        f"DTEND;VALUE=DATE:{when + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(str(title))}",
        f"DESCRIPTION:{_escaped(str(text))}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name)


def _escaped(text: str) -> str:
    """Text as RFC 5545 writes it."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """A line in pieces of at most 75 bytes, each after the first with a space in front; no letter is cut in two."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > FOLD:
            pieces.append(piece)
            piece = " "
        piece += letter
    return [*pieces, piece]


def _decimals(found: Rebalance) -> int:
    """Digits after the point that a network takes: none in currencies without cents."""
    return 0 if found.plan.currency in WHOLE_CURRENCIES else CENTS


def _keys(found: Rebalance) -> list[str]:
    with_audience = any(cell.audience for cell in found.plan.cells)
    return ["network", "content_type", *(["audience"] if with_audience else [])]


def _money(value: float) -> float:
    return round(float(value), 8) + 0.0
