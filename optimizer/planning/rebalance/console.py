"""Next week's budgets as text: what to change, what stays and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimizer.language.message import day, percent, say, say_many
from optimizer.planning.console import outcome_lines
from optimizer.planning.export import DAYS_PER_WEEK
from optimizer.planning.headline import proof
from optimizer.planning.plan_rules import rule_lines
from optimizer.planning.rebalance.explore_text import explore_sentence, learned_sentence
from optimizer.planning.rebalance.text import kind_name, rebalance_headline
from optimizer.planning.wording import number, quantity, signed

if TYPE_CHECKING:
    from optimizer.planning.rebalance.rebalance import Rebalance

Row = tuple[str, ...]


def change_table(found: Rebalance) -> tuple[Row, tuple[Row, ...]]:
    """Header and rows of what to change, cuts first: per week and per day, as networks ask for it."""
    header = ("change", "now", "next week", "change", "a day", "evidence", "why")
    rows = []
    for c in found.changed:
        move = found.plan.moves[c]
        why = f"{move.reason} {move.warning}".rstrip()
        amounts = (number(move.today), number(move.plan), signed(move.change), number(move.plan / DAYS_PER_WEEK))
        rows.append((move.cell.label, *amounts, move.evidence, why))
    return header, tuple(rows)


def stay_table(found: Rebalance) -> tuple[Row, tuple[Row, ...]]:
    """Header and rows of what keeps its budget, largest first."""
    header = ("stays", "a week", "", "why")
    moves, changed = found.plan.moves, set(found.changed)
    kept = sorted((c for c in range(len(moves)) if c not in changed), key=lambda c: -moves[c].plan)
    rows = [(moves[c].cell.label, number(moves[c].plan), kind_name(found.kinds[c]), moves[c].reason) for c in kept]
    return header, tuple(rows)


def rebalance_lines(found: Rebalance, files: Sequence[str] = ()) -> list[str]:
    """The whole result, a line each."""
    plan = found.plan
    last = plan.weeks[0].astype("datetime64[D]") + 6
    week = say("Weekly budgets for {first} to {last}.", first=day(plan.weeks[0]), last=day(last))
    body: list[str] = [rebalance_headline(found), "", week]
    for (header, rows), right in ((change_table(found), (1, 2, 3, 4)), (stay_table(found), (1,))):
        body += ["", *_aligned(header, rows, right)] if rows else []
    explored = explore_sentence(found)
    learned = [learned_sentence(one, found) for one in found.learned]
    body += ["", *learned, *([explored] if explored else []), *outcome_lines(plan), _certificate(found)]
    body += rule_lines(plan.allocation.certificate, plan.goal, plan.currency, plan.budget + plan.unspent)
    nothing = say("No file was written; --out plan.csv, --summary summary.json and --changes changes.csv do.")
    written = say("Written: {files}.", files=", ".join(files)) if files else nothing
    again = say("Look again on {day}, with the week before it in the history.", day=day(found.look_again))
    of = plan.run
    run = say("Run {id}, version {version}, seed {seed}.", id=of.id, version=of.version, seed=str(of.seed))
    return [*body, again, written, run]


def _certificate(found: Rebalance) -> str:
    """What the moves that were left out could have brought."""
    plan, proven = found.plan, found.plan.allocation.certificate
    if not plan.responsive:
        return proof(plan)
    return say_many(
        "No split that next week allows can bring more than {most} if kept for {count} week, by the mean; this one "
        "brings {this}: {gap} is left to fewer, surer moves.",
        "No split that next week allows can bring more than {most} if kept for {count} weeks, by the mean; this one "
        "brings {this}: {gap} is left to fewer, surer moves.",
        found.kept,
        most=quantity(proven.bound, plan.goal, plan.currency),
        this=quantity(proven.value, plan.goal, plan.currency),
        gap=percent(proven.gap, 2),
    )


def _aligned(header: Row, rows: Sequence[Row], right: Sequence[int]) -> list[str]:
    lines = [header, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header))]

    def told(line: Row) -> str:
        fields = (
            text.rjust(width) if k in right else text.ljust(width)
            for k, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        return "  ".join(fields).rstrip()

    return [told(line) for line in lines]


def print_rebalance(found: Rebalance, files: Sequence[str] = ()) -> None:
    """Print the result to stdout."""
    import sys

    sys.stdout.write("\n".join(rebalance_lines(found, files)) + "\n")
