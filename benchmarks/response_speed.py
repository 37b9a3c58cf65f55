"""How long a fit takes and how much memory, beside one log-log regression per cell; and a whole plan from cold.

Run ``python benchmarks/response_speed.py`` (about a minute). Every row is a process of its own with one thread of
linear algebra, as the program runs. "fit" is the best of three fits with 200 draws, on the machine as it is; "memory"
the peak of the process, the interpreter and its libraries included. "plan" is `optimizer plan` on a file, from the
command to the last byte written, best of three.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZES = ((12, 104, 0.5), (35, 156, 2.0), (200, 156, 15.0))  # cells, weeks, bar in seconds
PLAN_BAR = 2.5
MEMORY_BAR = 1.0  # GiB
RUNS = 3
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}


def best_of(action: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def one_size(cells: int, weeks: int) -> None:
    """Measure one size in this process and print the figures as JSON."""
    from optimizer.history.panel import Cell
    from optimizer.response import ModelSettings, ResponseModel
    from tests import worlds
    from tests.rivals import loglog_curves

    # The twelve places of the test worlds do not go round; up to 20 networks with 10 content types each do.
    worlds.PLACES = [Cell(f"network{n:02}", f"type{k}") for n in range(max(cells // 10 + 1, 5)) for k in range(10)]
    truth = worlds.simulate(1, worlds.WorldSpec(cells=cells, weeks=weeks))
    panel = truth.panel()
    fit = best_of(lambda: ResponseModel(ModelSettings(draws=200)).fit(panel))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    loglog = best_of(lambda: loglog_curves(truth.spend, truth.revenue))
    print(json.dumps({"fit": fit, "memory": memory, "loglog": loglog}))


def write_history(path: Path) -> None:
    """A history of 12 cells and 104 weeks as a file."""
    from tests.worlds import WorldSpec, simulate

    truth = simulate(1, WorldSpec(cells=12))
    panel = truth.panel()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "network", "content_type", "spend", "conversions", "revenue", "currency"])
        for week, monday in enumerate(panel.weeks):
            for c, cell in enumerate(panel.cells):
                counted = int(truth.conversions[c, week])
                amounts = f"{truth.spend[c, week]:.2f}", counted, f"{truth.revenue[c, week]:.2f}"
                writer.writerow([monday, cell.network, cell.content_type, *amounts, "EUR"])


def whole_plan() -> float:
    """Seconds of `optimizer plan` from a cold start."""
    program = Path(sys.executable).with_name("optimizer")
    with tempfile.TemporaryDirectory() as folder:
        history = Path(folder, "history.csv")
        write_history(history)
        files = ["--out", str(Path(folder, "plan.csv")), "--summary", str(Path(folder, "summary.json"))]
        words = [str(program), "plan", str(history), "--budget", "100000", "--weeks", "4", *files]
        return best_of(lambda: subprocess.run(words, check=True, capture_output=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, type=int, metavar=("CELLS", "WEEKS"), help="measure one size, print JSON")
    one = parser.parse_args().one
    if one:
        return one_size(*one)
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}")
    print(f"{'cells x weeks':<16}{'fit':>9}{'bar':>8}{'memory':>12}{'bar':>9}{'log-log per cell':>19}")
    for cells, weeks, bar in SIZES:
        words = [sys.executable, __file__, "--one", str(cells), str(weeks)]
        done = subprocess.run(words, env=os.environ | ONE_THREAD, check=True, capture_output=True, text=True)
        got = json.loads(done.stdout)
        memory = f"{got['memory']:>8.2f} GiB{MEMORY_BAR:>5.1f} GiB"
        size = f"{cells} x {weeks}"
        print(f"{size:<16}{got['fit']:>7.2f} s{bar:>6.1f} s{memory}{got['loglog']:>17.4f} s", flush=True)
    print(f"{'plan 12 x 104':<16}{whole_plan():>7.2f} s{PLAN_BAR:>6.1f} s")


if __name__ == "__main__":
    main()
