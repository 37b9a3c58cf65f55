"""How fast 100 MB of exports become a history, and in how much memory, beside pandas that only reads the same files.

Run ``python benchmarks/import_speed.py`` (about a minute; ``--megabytes 20`` is quicker). The exports are generated,
with the quirks that cost time: UTF-16 with tabs, quoted names, thousands separators, a note below the table, 40 columns
of which a third is needed.
Every figure comes from a fresh interpreter; memory is the largest resident set of the process.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LIMIT_SECONDS = 30.0
LIMIT_MEGABYTES = 1024.0
FIRST = dt.date(2025, 1, 6)
SHARES = {"meta": 0.55, "google": 0.2, "tiktok": 0.15, "linkedin": 0.1}

IMPORT = """
import resource, sys
from pathlib import Path
from optimizer.history.exports import ImportRequest, import_exports
made = import_exports(ImportRequest([sys.argv[1]]))
Path(sys.argv[2]).write_bytes(made.csv())
print(len(made.table), sum(one.rows for one in made.exports), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
PANDAS = """
import resource, sys
from pathlib import Path
import pandas as pd
rows = 0
for path in sorted(Path(sys.argv[1]).iterdir()):
    wide = path.name.startswith("linkedin")
    skip = 5 if wide else 2 if path.name.startswith("google") else 0
    code = "utf-16" if wide else "utf-8-sig"
    table = pd.read_csv(path, skiprows=skip, sep="\\t" if wide else ",", encoding=code, low_memory=False)
    rows += len(table)
print(0, rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def meta_rows(chance: random.Random) -> Iterator[list[object]]:
    """Rows of an export by day, platform and placement, with columns that nobody needs."""
    spare = [f"Cost per thing {i}" for i in range(22)]
    yield [
        "Campaign name",
        "Campaign ID",
        "Ad set name",
        "Ad name",
        "Ad ID",
        "Day",
        "Platform",
        "Placement",
        "Amount spent (EUR)",
        "Impressions",
        "Reach",
        "Frequency",
        "Link clicks",
        "Results",
        "Result indicator",
        "Purchases",
        "Purchases conversion value",
        "Reporting starts",
        "Reporting ends",
        *spare,
    ]
    places = [("facebook", "feed"), ("instagram", "instagram_reels"), ("instagram", "instagram_stories")]
    for number in range(10**9):
        day = FIRST + dt.timedelta(days=number // 600 % 540)
        ad = number % 600 // 3 + 200 * (number // 324_000)
        platform, placement = places[number % 3]
        spend, impressions = chance.uniform(1, 200), chance.randrange(100, 20_000)
        bought = chance.randrange(5)
        yield [
            f"Campaign, {ad % 40}",
            120210000000000000 + ad % 40,
            f"Set {ad % 80}",
            f"Ad {ad}",
            9000 + ad,
            day,
            platform,
            placement,
            f"{spend:.2f}",
            impressions,
            impressions - 50,
            "1.05",
            impressions // 80,
            bought,
            "actions:offsite_conversion.fb_pixel_purchase",
            bought,
            f"{bought * 41.3:.2f}",
            day,
            day,
            *(f"{chance.random():.4f}" for _ in spare),
        ]


def google_rows(chance: random.Random) -> Iterator[list[object]]:
    """Rows below a title and a range, with thousands separators."""
    yield ["Campaign report"]
    yield ["January 6, 2025 - June 30, 2026"]
    yield [
        "Day",
        "Campaign",
        "Campaign ID",
        "Campaign type",
        "Ad group",
        "Currency code",
        "Cost",
        "Impr.",
        "Clicks",
        "Avg. CPC",
        "Conversions",
        "Conv. value",
        "Video views",
    ]
    for number in range(10**9):
        day = FIRST + dt.timedelta(days=number // 400 % 540)
        group = number % 400 + 400 * (number // 216_000)
        yield [
            day,
            f"Search {group % 30}",
            group % 30,
            "Video" if group % 2 else "Search",
            f"Group {group}",
            "EUR",
            f"{chance.uniform(500, 5000):,.2f}",
            f"{chance.randrange(1000, 90_000):,}",
            chance.randrange(900),
            "0.55",
            f"{chance.uniform(0, 9):.2f}",
            f"{chance.uniform(0, 900):.2f}",
            "0",
        ]


def tiktok_rows(chance: random.Random) -> Iterator[list[object]]:
    """Rows of a custom report."""
    yield [
        "By Day",
        "Campaign name",
        "Ad group name",
        "Ad name",
        "Ad ID",
        "Currency",
        "Cost",
        "Impressions",
        "Clicks (destination)",
        "Conversions",
        "Complete payment",
        "Total complete payment value",
        "Video views",
    ]
    for number in range(10**9):
        day = FIRST + dt.timedelta(days=number // 300 % 540)
        ad = number % 300 + 300 * (number // 162_000)
        yield [
            day,
            f"Campaign {ad % 25}",
            f"Group {ad % 50}",
            f"Clip {ad}",
            ad,
            "EUR",
            f"{chance.uniform(1, 90):.2f}",
            chance.randrange(9000),
            chance.randrange(200),
            4,
            3,
            "121.50",
            chance.randrange(5000),
        ]


def linkedin_rows(chance: random.Random) -> Iterator[list[object]]:
    """Rows below four lines of title and dates."""
    for line in (
        "Ad Performance Report",
        "Report Start: January 6, 2025, 12:00 AM",
        "Report End: June 30, 2026, 11:59 PM",
        "Date Generated: July 1, 2026, 9:00 AM",
    ):
        yield [line]
    yield []
    yield [
        "Start Date (in UTC)",
        "Account Name",
        "Currency",
        "Campaign ID",
        "Campaign Name",
        "Ad Set Name",
        "Ad ID",
        "Ad Name",
        "Ad Format",
        "Total Spent",
        "Impressions",
        "Clicks",
        "Conversions",
        "Leads",
    ]
    for number in range(10**9):
        day = FIRST + dt.timedelta(days=number // 100 % 540)
        ad = number % 100 + 100 * (number // 54_000)
        yield [
            f"{day.month}/{day.day}/{day.year}",
            "Tea GmbH",
            "EUR",
            ad % 10,
            f"Campaign {ad % 10}",
            f"Set {ad % 20}",
            ad,
            f"Post {ad}",
            "Video Ad",
            f"{chance.uniform(1, 300):.2f}",
            chance.randrange(9000),
            22,
            1,
            2,
        ]


WRITERS = {"meta": meta_rows, "google": google_rows, "tiktok": tiktok_rows, "linkedin": linkedin_rows}


def generate(folder: Path, megabytes: float) -> float:
    """Write exports of about so many megabytes; how many it were."""
    for name, share in SHARES.items():
        wide = name == "linkedin"
        size = 0.0
        with (folder / f"{name}.csv").open("w", encoding="utf-16" if wide else "utf-8", newline="") as file:
            buffer = io.StringIO()
            writer = csv.writer(buffer, delimiter="\t" if wide else ",", lineterminator="\n")
            for row in WRITERS[name](random.Random(name)):
                writer.writerow(row)
                if buffer.tell() > 1 << 20:
                    file.write(buffer.getvalue())
                    size += buffer.tell() * (2 if wide else 1) / 1e6
                    buffer.seek(0)
                    buffer.truncate()
                    if size >= megabytes * share:
                        break
            file.write(buffer.getvalue())
            file.write("\nExported by somebody\n" if name == "meta" else "")
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


def measured(code: str, *words: str) -> tuple[float, int, int, float]:
    """Seconds, rows made, rows read and megabytes of a fresh interpreter that must succeed."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True, text=True)
    took = time.perf_counter() - began
    made, read, memory = done.stdout.split()[-3:]
    return took, int(made), int(read), float(memory)


def main() -> int:
    """Print the figures beside their limits; 1 where one is missed."""
    options = argparse.ArgumentParser()
    options.add_argument("--megabytes", type=float, default=100.0)
    wanted = options.parse_args().megabytes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "exports")
        folder.mkdir()
        size = generate(folder, wanted)
        first, second = Path(name, "first.csv"), Path(name, "second.csv")
        took, made, read, memory = measured(IMPORT, str(folder), str(first))
        measured(IMPORT, str(folder), str(second))
        same = first.read_bytes() == second.read_bytes()
        beside = measured(PANDAS, str(folder))
    print(f"{size:.0f} MB of exports, {read:,} rows -> {made:,} rows of history; twice the same: {same}")
    print(
        f"optimizer import    {took:6.1f} s  {memory:6.0f} MB   limits {LIMIT_SECONDS:.0f} s, {LIMIT_MEGABYTES:.0f} MB"
    )
    print(f"pandas.read_csv     {beside[0]:6.1f} s  {beside[3]:6.0f} MB   (reads the cells and no more)")
    missed = took > LIMIT_SECONDS or memory > LIMIT_MEGABYTES or not same
    print("MISSED" if missed else "ok")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
