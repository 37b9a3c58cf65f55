"""How long a newcomer waits: importing the package, asking for help, and a whole plan on the sample.

Run it with `make bench`. Each figure is the best of several fresh interpreters, since the machine can only
ever add to it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAN = ["plan", "data/sample_history.csv", "--budget", "100000", "--weeks", "4"]


def seconds(words: list[str], repeats: int) -> float:
    """Shortest wall time of a command that must succeed."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> int:
    """Print the figures beside their limits; 1 where one is missed."""
    python, command = [sys.executable, "-c"], [str(Path(sys.executable).with_name("optimizer"))]
    nothing = seconds([*python, "pass"], 5)
    with tempfile.TemporaryDirectory() as folder:
        out = ["--out", f"{folder}/plan.csv", "--summary", f"{folder}/summary.json"]
        rows = [
            ("import optimizer", seconds([*python, "import optimizer"], 5) - nothing, 0.3),
            ("optimizer --help", seconds([*command, "--help"], 5), 0.5),
            ("optimizer plan, sample, 4 weeks", seconds([*command, *PLAN, *out], 2), 10.0),
        ]
    print(f"{'an empty interpreter':34s} {nothing:6.2f} s")
    for name, took, limit in rows:
        print(f"{name:34s} {took:6.2f} s   limit {limit:.1f} s   {'ok' if took <= limit else 'MISSED'}")
    return int(any(took > limit for _, took, limit in rows))


if __name__ == "__main__":
    sys.exit(main())
