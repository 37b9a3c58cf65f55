"""Does a track record state its own coverage rightly? Seasons in simulated worlds whose true coverage is known.

Run ``python benchmarks/track_record.py`` (`--worlds N`, `--weeks N` for more or fewer). In each world a plan of four
weeks is approved every week, frozen, and its first week played; at the end all records are held against what came.
"stated" is the share of revenue intervals (90 %) that held what came, and "could be" the interval that the track record
puts around it; "true" is the chance that those same intervals hold, over 400 futures of the world at the spend that was
really made. One line per world and level, then how far stated and true are apart, how often "could be" holds the true
share (it promises 90 %), and how alike comparisons of one stretch of weeks are: what
`optimizer.finance.coverage.LIKE_PLACES` and `LIKE_SUMS` stand for.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from season import played, write  # noqa: E402 - found by the line above

from optimizer.finance.actuals import actuals_of, read_actuals  # noqa: E402
from optimizer.finance.comparisons import NETWORK_WEEK, PLACE_WEEK, WEEK, Comparison, stretches  # noqa: E402
from optimizer.finance.coverage import LIKE_PLACES, LIKE_SUMS, coverage_of, likeness  # noqa: E402
from optimizer.finance.freeze import Approval, freeze  # noqa: E402
from optimizer.finance.record import Record  # noqa: E402
from optimizer.finance.track_record import track  # noqa: E402
from optimizer.history import load_history  # noqa: E402
from optimizer.history.panel import Floats  # noqa: E402
from optimizer.planning.request import PlanRequest  # noqa: E402
from optimizer.planning.settings import settings_of  # noqa: E402
from optimizer.planning.studio import answer, open_studio  # noqa: E402
from tests.worlds import Truth, WorldSpec, carry, simulate  # noqa: E402

FUTURES = 400
HORIZON = 4
LEVELS = (PLACE_WEEK, NETWORK_WEEK, WEEK)
KINDS = {"all shapes": WorldSpec(), "one year": WorldSpec(weeks=52), "narrow": WorldSpec(variation=0.2)}
SETTINGS = {"margin": 0.4}


def approve(truth: Truth, file: Path, week: int) -> Record:
    """The plan of record of this week."""
    write(truth, file)
    history = load_history(file)
    request = PlanRequest(float(np.round(HORIZON * truth.today.sum(), 2)), HORIZON, settings=settings_of(SETTINGS))
    studio = open_studio(history, request)
    plan = answer(studio, request)
    approval = Approval(f"week {week}", "study", created=f"{plan.weeks[0]!s}T08:00:00Z")
    return freeze(studio, request, plan, approval, {"budget": request.budget, "weeks": request.weeks})


def season(truth: Truth, seed: int, weeks: int) -> tuple[list[Record], Truth, Path]:
    """Records of a season, and the world after it, written to a file."""
    rng, live, records = np.random.default_rng([seed, 23]), truth, []
    folder = Path(tempfile.mkdtemp(prefix="season-"))
    for week in range(weeks):
        records.append(approve(live, folder / "history.csv", week))
        live = played(live, records[-1].spend[:, 0], rng)
    write(live, folder / "history.csv")
    return records, live, folder


def futures(live: Truth, first: int, seed: int) -> Floats:
    """(FUTURES, C, W) revenue of the weeks from `first` on, at the spend that was made in them."""
    rng = np.random.default_rng([seed, 29])
    height = live.height(carry(live.spend, live.decay))[:, first:]
    mean = live.demand[first : live.weeks] * (live.organic[:, None] + height)
    shape = 1.0 / live.dispersion[:, None]
    sold = rng.poisson(rng.gamma(shape, mean / shape, (FUTURES, *mean.shape))).astype(np.float64)
    return np.asarray(sold * live.value[:, None] * np.exp(rng.normal(0, 0.08, sold.shape)))


def true_share(live: Truth, made: list[Comparison], drawn: Floats, first: int) -> float:
    """Mean chance that the intervals of these comparisons hold."""
    monday = np.datetime64("2024-01-01", "D")
    held = 0.0
    for one in made:
        week = int((np.datetime64(one.week, "D") - monday).astype(int)) // 7 - first
        rows = [
            c
            for c, cell in enumerate(live.cells)
            if one.place.network in ("", cell.network) and one.place.content_type in ("", cell.content_type)
        ]
        came = drawn[:, rows, week].sum(axis=1)
        held += float(((came >= one.low) & (came <= one.high)).mean())
    return held / len(made)


def judge(kind: str, spec: WorldSpec, seed: int, weeks: int) -> list[tuple[float, float, bool, float]]:
    """Print the lines of one world; stated, true, whether "could be" holds, and likeness per level."""
    truth, began = simulate(seed, spec), time.perf_counter()
    records, live, folder = season(truth, seed, weeks)
    source = read_actuals(load_history(folder / "history.csv"))
    found = track([(record, actuals_of(record, source)) for record in records])
    drawn, rows = futures(live, truth.weeks, seed), []
    for level in LEVELS:
        made = [one for one in found.at("revenue", level) if not one.late]
        stretch = stretches(made, HORIZON)
        inside = np.array([one.inside for one in made])
        stated, true = (
            coverage_of(0.9, inside, stretch, LIKE_SUMS if level == WEEK else LIKE_PLACES),
            true_share(live, made, drawn, truth.weeks),
        )
        _, where, sizes = np.unique(stretch, return_inverse=True, return_counts=True)
        alike = likeness(inside, where, sizes)
        rows.append((stated.share, true, stated.low <= true <= stated.high, alike))
        print(
            f"{kind:<12}{seed:>5}  {level:<18}{stated.count:>7}{stated.share:>9.3f}"
            f"   {stated.low:.3f}-{stated.high:.3f}{true:>9.3f}{alike:>9.3f}{time.perf_counter() - began:>8.0f}",
            flush=True,
        )
    return rows


def main() -> None:
    """Print a line per world and level, then the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--worlds", type=int, default=3, help="worlds per kind")
    parser.add_argument("--weeks", type=int, default=16, help="weeks of a season")
    args = parser.parse_args()
    head = f"{'worlds':<12}{'seed':>5}  {'level':<18}{'count':>7}{'stated':>9}   {'could be':<11}{'true':>9}"
    print(head + f"{'alike':>9}{'seconds':>8}")
    rows = [judge(kind, spec, seed, args.weeks) for kind, spec in KINDS.items() for seed in range(1, args.worlds + 1)]
    table = np.array(rows, dtype=np.float64)
    for index, level in enumerate(LEVELS):
        apart = table[:, index, 0] - table[:, index, 1]
        print(
            f"{level}: apart {100 * np.abs(apart).mean():.1f} points on average, {100 * np.abs(apart).max():.1f} at "
            f"most, pooled {100 * apart.mean():+.1f}; could be holds {table[:, index, 2].mean():.0%}; "
            f"alike {np.nanmean(table[:, index, 3]):.3f}"
        )


if __name__ == "__main__":
    main()
