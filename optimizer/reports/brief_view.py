"""What stands on the brief: sentences and figures of a plan of record, said and written in one language."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from optimizer.finance.definitions import definition
from optimizer.finance.statement import Amounts
from optimizer.finance.words import answer, headline, interval_words, value_words
from optimizer.language.message import Message, day, join, percent, say, say_many
from optimizer.planning.fiscal import DAYS
from optimizer.reports.brief_parts import bridge_part, moves_part, periods_part, split_part, statement_part
from optimizer.reports.brief_risk import risks
from optimizer.reports.brief_words import Brief, Scale, scale_of, shortened

if TYPE_CHECKING:
    from optimizer.finance.record import Record

Plain = dict[str, Any]
SHORT_HASH = 12


def brief_data(brief: Brief, size: float = 9.4) -> Plain:
    """All words and figures of the page as plain text, for the template."""
    record, tell = brief.record, brief.tell
    return {
        "language": brief.speaker.language,
        "size": size,
        "kind": tell(say("Marketing budget: brief for the board")),
        "title": shortened(record.name) or tell(say("Plan of record")),
        "author": shortened(record.author),
        "approved": record.approved,
        "status": tell(_status(record)),
        "subtitle": tell(_subtitle(record)),
        "decision": tell(headline(record)),
        "figures": [{name: tell(said) for name, said in one.items()} for one in _figures(record)],
        "bridge": None if brief.bridge is None else bridge_part(brief, brief.bridge),
        "statement": statement_part(brief),
        "split": split_part(brief),
        "moves": moves_part(brief),
        "periods": periods_part(brief),
        "risk": {"title": tell(say("Risk")), "sentences": [tell(one) for one in risks(record)]},
        "meaning": tell(_meaning(record)),
        "origin": tell(_origin(record)),
    }


def _status(record: Record) -> Message:
    if not record.approved:
        return say("Draft: nobody has approved it")
    approved = day(record.created[:10])
    if not record.author:
        return say("Approved on {day}", day=approved)
    return say("Approved by {author} on {day}", author=shortened(record.author), day=approved)


def _subtitle(record: Record) -> Message:
    last = dt.date.fromisoformat(record.weeks[-1]) + dt.timedelta(days=DAYS - 1)
    span = say_many(
        "{count} week, {first} to {last}",
        "{count} weeks, {first} to {last}",
        len(record.weeks),
        first=day(record.weeks[0]),
        last=day(last),
    )
    return join("; ", [span, say("amounts in {currency} without VAT", currency=record.currency or "–")])


def _figures(record: Record) -> list[dict[str, object]]:
    """The four figures at the top: a label, a value and what it must be read with."""
    rows = record.statement.rows()
    scale = scale_of([one.plan for one in rows.values()], record.currency, record.decimals)
    left, brought = rows["marketing_contribution"], rows["incremental_revenue"]
    roi, chance = answer(record, "roi"), answer(record, "chance_above_hurdle")
    told: list[dict[str, object]] = [
        {"label": definition("media").name, "value": scale.money(-rows["media"].plan), "note": say("to be spent")},
        {
            "label": definition("incremental_revenue").name,
            "value": scale.money(brought.plan),
            "note": _between(brought, scale),
        },
        {
            "label": definition("marketing_contribution").name,
            "value": scale.money(left.plan),
            "note": _between(left, scale),
        },
    ]
    if roi is not None and math.isfinite(roi.value):
        interval = interval_words(roi, record.currency)
        told.append(
            {
                "label": definition("roi").name,
                "value": value_words(roi, record.currency),
                "note": say("90 % interval {interval}", interval=interval) if interval else "",
            }
        )
    if chance is not None and math.isfinite(chance.value):
        told.append(
            {
                "label": definition("chance_above_hurdle").name,
                "value": value_words(chance, record.currency),
                "note": say("hurdle {rate}", rate=percent(hurdle(record))),
            }
        )
    return told


def hurdle(record: Record) -> float:
    """The hurdle rate that the record was made with."""
    from optimizer.planning.settings import settings_of

    return settings_of(dict(record.origin.settings)).finance.hurdle_rate


def _between(amounts: Amounts, scale: Scale) -> Message:
    return say("8 of 10: {low} to {high}", low=scale.write(amounts.low), high=scale.write(amounts.high))


def _meaning(record: Record) -> Message:
    told = [
        say("{name}: {meaning}.", name=definition(key).name, meaning=definition(key).formula)
        for key in ("incremental_revenue", "marketing_contribution", "roi")
    ]
    return join(" ", told)


def _origin(record: Record) -> Message:
    origin = record.origin
    return say(
        "Plan of record {id}; run {run}; data {data}; version {version}; seed {seed}; solver {status}",
        id=record.id,
        run=origin.run,
        data=origin.data_sha256[:SHORT_HASH],
        version=origin.version,
        seed=str(origin.seed),
        status=str(origin.solver.get("status", "")),
    )
