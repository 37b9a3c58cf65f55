"""A ranked list of posts as files: the ranking as CSV, and a summary as JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING

from optimizer.planning.export import harmless
from optimizer.planning.sponsor.text import bar_sentence, compared, headline, link_sentence, reason, winners
from optimizer.planning.sponsor.verdict import VERDICTS

if TYPE_CHECKING:
    from optimizer.planning.sponsor.rank import Judged, Range, Ranking

COLUMNS = (
    "rank", "post", "network", "content_type", "verdict", "kind", "probability", "times_usual", "times_usual_low",
    "times_usual_high", "per_unit", "per_unit_low", "per_unit_high", "bar_per_unit", "cost", "cost_low", "cost_high",
    "bar_cost", "amount", "days", "amount_per_day", "people_to_decide", "frequency", "cost_rise", "cost_risen",
    "cost_doubled", "outcome", "currency", "reason",
)  # fmt: skip
FIGURES = 6


def ranking_csv(found: Ranking) -> str:
    """One row per post, the most probable first.

    Columns: rank, post, network, content_type, verdict, kind (why), probability that money behind it beats the bar;
    times_usual, its efficiency over that of the usual sponsored post of its place; per_unit, the outcome per unit of
    money, and cost, money per result, each with the ends of the 90 % interval and beside the bar; amount, days and
    amount_per_day of the test; people_to_decide; frequency, cost_rise and the probabilities that a result costs more,
    and twice as much, than it did; outcome, currency and reason. Empty where there is no such figure.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for rank, one in enumerate(found.judged, start=1):
        writer.writerow({"rank": rank, **_row(found, one)})
    return text.getvalue()


def _row(found: Ranking, one: Judged) -> dict[str, str]:
    post, test, worn = one.post, one.test, one.tiring
    ids = {"post": post.name, "network": post.network, "content_type": post.content_type}
    row = {name: harmless(value) for name, value in ids.items()}
    row |= {"verdict": one.verdict.name, "kind": one.verdict.kind, "probability": f"{one.chance:.4f}"}
    row |= _range("times_usual", one.multiple) | _range("per_unit", one.result)
    row |= {"bar_per_unit": _figure(one.bar)}
    if found.counts and found.outcome:
        row |= _range("cost", one.cost) | {"bar_cost": _figure(one.bar_cost)}
    if test is not None:
        row |= {"amount": f"{test.amount:.2f}", "days": str(test.days), "amount_per_day": f"{test.per_day:.2f}"}
    row |= {"people_to_decide": _figure(one.verdict.more)}
    if worn is not None:
        row |= {"frequency": _figure(worn.frequency), "cost_rise": _figure(worn.rise[0])}
        row |= {"cost_risen": _figure(worn.risen), "cost_doubled": _figure(worn.doubled)}
    return row | {"outcome": found.outcome, "currency": found.currency, "reason": harmless(str(reason(found, one)))}


def _range(name: str, one: Range) -> dict[str, str]:
    return {name: _figure(one.middle), f"{name}_low": _figure(one.low), f"{name}_high": _figure(one.high)}


def _figure(value: float) -> str:
    """Six figures without an exponent; "" where there is none."""
    if not math.isfinite(value):
        return ""
    if value == 0:
        return "0"
    text = f"{value:.{max(FIGURES - 1 - math.floor(math.log10(abs(value))), 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sponsor_summary(found: Ranking) -> dict[str, object]:
    """The ranking as plain values."""
    link = found.link
    return {
        "headline": str(headline(found)),
        "as_of": found.posts.as_of.isoformat(),
        "posts": len(found.judged),
        "verdicts": {name: len(found.of(name)) for name in VERDICTS},
        "expected_winners": {"of": len(found.of("sponsor")), "mean": found.expected, "text": str(winners(found))},
        "bar": {"source": found.source, "given": found.given_bar, "text": str(bar_sentence(found))},
        "outcome": found.outcome,
        "currency": found.currency,
        "budget": found.budget,
        "link": {
            "learned": link.learned,
            "posts": link.posts,
            "results": link.results,
            "counted": link.result,
            "twice_the_rates": dict(zip(("middle", "low", "high"), link.doubling, strict=True)),
            "unexplained_spread": link.tau,
            "with_money_over_usual": link.picked,
            "text": str(link_sentence(found)),
        },
        "ranking": [{"rank": rank, **_plain(found, one)} for rank, one in enumerate(found.judged, start=1)],
        "findings": [
            {"rule": one.rule, "severity": one.severity.name.lower(), "text": str(one.text)} for one in found.findings
        ],
    }


def _plain(found: Ranking, one: Judged) -> dict[str, object]:
    test, worn = one.test, one.tiring
    return {
        "post": one.post.name,
        "network": one.post.network,
        "content_type": one.post.content_type,
        "verdict": one.verdict.name,
        "kind": one.verdict.kind,
        "probability": one.chance,
        "times_usual": _ends(one.multiple),
        "per_unit": _ends(one.result) if found.outcome else None,
        "bar_per_unit": _or_none(one.bar),
        "test": None if test is None else {"amount": test.amount, "days": test.days, "tells": test.tells},
        "tiring": None if worn is None else {
            "kind": worn.kind, "frequency": _or_none(worn.frequency), "cost_risen": _or_none(worn.risen),
            "cost_doubled": _or_none(worn.doubled),
        },
        "compared": str(compared(found, one)),
        "reason": str(reason(found, one)),
    }  # fmt: skip


def _ends(one: Range) -> dict[str, float | None]:
    return {"middle": _or_none(one.middle), "low": _or_none(one.low), "high": _or_none(one.high)}


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def sponsor_json(found: Ranking) -> str:
    """The summary as JSON text without NaN."""
    return json.dumps(sponsor_summary(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
