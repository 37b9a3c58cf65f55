"""The sample history: one simulated advertiser, written as the table that `optimizer plan` reads.

Nobody's real figures are in it. A European direct-to-consumer tea and coffee brand buys sponsored posts on five
networks; its true response is drawn here from curves of several kinds, so that a plan made on the sample has
something to find: some cells are long past saturation while others are starved.

The chain, per cell and week:

    carried[t]  = (1 - decay) * spend[t] + decay * carried[t-1]
    mean[t]     = season[t] * (base + drift[t] * scale * shape(carried[t] / half))
    conversions ~ NegativeBinomial(mean, dispersion);  revenue = conversions * order value * price noise

The audience, the reach and the clicks are then spread over and around those totals. Every mean is rounded before
it is drawn from, so that the last bit of a processor's exponential cannot change the file.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.schema import COLUMNS
from optimizer.language.message import say

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Row = dict[str, str | int]

HISTORY_FILE = "sample_history.csv"
DICTIONARY_FILE = "sample_dictionary.md"
DICTIONARY_TEMPLATE = "sample_dictionary_template.md"  # the same without the table of columns
CURRENCY = "EUR"
SIMULATED = "simulated-"  # how the name of every campaign begins
LAST_WEEK = np.datetime64("2026-10-26")  # the Monday of the newest week; the first planned week starts on 2 November
SHORTEST, LONGEST = 8, 520
DISPERSION = 45.0  # of the negative binomial: a mean of 100 has a standard deviation of 18
DRIFT_STEP = 0.012  # weekly, of log efficiency
PRICE_NOISE = 0.04
TREND_PER_YEAR = 0.05
DAYS_PER_YEAR = 365.25

#: Demand peaks (month, day, height in log units, width in days); the week's Thursday is measured against them.
PEAKS = ((11, 27, 0.55, 6.0), (12, 12, 0.50, 11.0), (2, 12, 0.12, 6.0), (5, 8, 0.16, 7.0), (12, 29, -0.30, 7.0))

SHAPES: dict[str, Callable[[Floats], Floats]] = {
    "hyperbolic": lambda r: r / (1 + r),
    "exponential": lambda r: -np.expm1(-r),
    "logarithmic": lambda r: np.log1p(r),
    "root": lambda r: np.asarray(r**0.6),
    "straight": lambda r: r,
    "threshold": lambda r: np.asarray(r**2.4 / (1 + r**2.4)),
}


@dataclass(frozen=True)
class Network:
    """What an advertiser meets on a network: price per 1,000 impressions, frequency, weekly carry-over, order value."""

    cpm: float
    frequency: float
    decay: float
    order_value: float
    click_factor: float = 1.0


@dataclass(frozen=True)
class Format:
    """What people do with a kind of content, per impression; `bounce` is per session."""

    clicks: float
    engagements: float
    views: float
    follows: float
    bounce: float


@dataclass(frozen=True)
class CellTruth:
    """The truth of one cell.

    Attributes
    ----------
    network, content_type : str
        Where the money goes.
    spend : float
        Mean weekly spend of the newest 12 weeks, EUR.
    roas : float
        Incremental revenue per EUR at that spend in an average week.
    shape : str
        A key of `SHAPES`.
    fullness : float
        That spend over the half-saturation (or scale) of the curve: high means saturated.
    page : str
        Landing page.
    variation : float
        Standard deviation of log spend over the weeks, demand aside.
    launched : int
        Weeks before the end in which the cell began; 0: before the history.
    break_week, break_factor : int, float
        Weeks before the end from which the efficiency is multiplied by the factor; 0: never.
    paused : tuple of int
        First and last week before the end with spend 0; (0, 0): never.
    """

    network: str
    content_type: str
    spend: float
    roas: float
    shape: str
    fullness: float
    page: str = "/tea-sampler"
    variation: float = 0.40
    launched: int = 0
    break_week: int = 0
    break_factor: float = 1.0
    paused: tuple[int, int] = (0, 0)

    def conversions(self, carried: Floats) -> Floats:
        """Incremental conversions of an average week at that carried-over spend (EUR a week), before drift."""
        shape = SHAPES[self.shape]
        scale = self.roas * self.spend / NETWORKS[self.network].order_value / shape(np.array(self.fullness))
        return np.asarray(scale * shape(np.asarray(carried) * self.fullness / self.spend))


NETWORKS = {
    "facebook": Network(cpm=7.8, frequency=1.9, decay=0.30, order_value=52.0),
    "instagram": Network(cpm=8.6, frequency=1.7, decay=0.25, order_value=49.0),
    "linkedin": Network(cpm=31.0, frequency=2.3, decay=0.45, order_value=265.0, click_factor=0.55),
    "tiktok": Network(cpm=5.2, frequency=1.5, decay=0.15, order_value=38.0, click_factor=0.8),
    "youtube": Network(cpm=9.5, frequency=1.6, decay=0.55, order_value=57.0),
}

FORMATS = {
    "image": Format(clicks=0.0110, engagements=0.014, views=0.0, follows=0.00010, bounce=0.52),
    "carousel": Format(clicks=0.0135, engagements=0.017, views=0.0, follows=0.00012, bounce=0.46),
    "video": Format(clicks=0.0095, engagements=0.026, views=0.31, follows=0.00021, bounce=0.55),
    "reel": Format(clicks=0.0125, engagements=0.034, views=0.42, follows=0.00034, bounce=0.58),
    "story": Format(clicks=0.0120, engagements=0.009, views=0.25, follows=0.00008, bounce=0.61),
    "creator": Format(clicks=0.0155, engagements=0.041, views=0.45, follows=0.00052, bounce=0.49),
    "live": Format(clicks=0.0170, engagements=0.060, views=0.38, follows=0.00090, bounce=0.44),
    "in_stream": Format(clicks=0.0080, engagements=0.006, views=0.47, follows=0.00009, bounce=0.57),
    "short": Format(clicks=0.0070, engagements=0.022, views=0.52, follows=0.00030, bounce=0.62),
    "document": Format(clicks=0.0160, engagements=0.024, views=0.0, follows=0.00045, bounce=0.39),
}

CELLS = (
    CellTruth("facebook", "carousel", 1900.0, 3.9, "hyperbolic", 0.55),
    CellTruth("facebook", "image", 3400.0, 2.1, "exponential", 1.90, paused=(61, 58)),
    CellTruth("facebook", "story", 900.0, 2.4, "root", 1.00),
    CellTruth("facebook", "video", 3100.0, 2.5, "hyperbolic", 2.20, break_week=34, break_factor=0.68),
    CellTruth("instagram", "carousel", 1300.0, 4.3, "logarithmic", 0.80),
    CellTruth("instagram", "creator", 950.0, 4.8, "hyperbolic", 0.35, page="/subscription", variation=0.50),
    CellTruth("instagram", "image", 2300.0, 2.2, "exponential", 1.70),
    CellTruth("instagram", "reel", 2400.0, 4.1, "hyperbolic", 0.60),
    CellTruth("instagram", "story", 1100.0, 2.6, "logarithmic", 1.80),
    CellTruth("linkedin", "document", 620.0, 2.9, "hyperbolic", 0.90, page="/corporate-gifts", variation=0.03),
    CellTruth("linkedin", "image", 780.0, 1.6, "straight", 1.00, page="/corporate-gifts"),
    CellTruth("linkedin", "video", 820.0, 1.5, "exponential", 1.30, page="/corporate-gifts"),
    CellTruth("tiktok", "creator", 850.0, 4.0, "threshold", 0.95, page="/subscription", variation=0.55),
    CellTruth("tiktok", "live", 360.0, 3.4, "hyperbolic", 0.50, launched=6),
    CellTruth("tiktok", "video", 1500.0, 3.0, "exponential", 0.70),
    CellTruth("youtube", "creator", 700.0, 3.6, "straight", 1.00, page="/subscription"),
    CellTruth("youtube", "in_stream", 2100.0, 1.9, "hyperbolic", 2.50),
    CellTruth("youtube", "short", 650.0, 2.7, "root", 1.00),
)

#: Audience: its share of spend, of conversions, and how many of its buyers bought before.
AUDIENCES = {"new": (0.72, 0.60, 0.06), "returning": (0.28, 0.40, 0.71)}

GIFT_THEMES = ("black-friday", "christmas")


def write_sample(folder: Path, seed: int = 7, weeks: int = 104) -> list[Path]:
    """Write the simulated history and its data dictionary.

    Parameters
    ----------
    folder : Path
        Where to; made where it is missing. Files of the same name are replaced.
    seed : int
        The same seed gives the same bytes.
    weeks : int
        Complete weeks of history, 8 to 520, the newest being that of 26 October 2026.

    Returns
    -------
    list of Path
        The history (CSV) and the dictionary (Markdown).

    Raises
    ------
    InputError
        `weeks` is out of range, a folder has the name of one of the files, or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_sample(Path(folder), weeks=12)]
    ['sample_history.csv', 'sample_dictionary.md']
    """
    if not SHORTEST <= weeks <= LONGEST:
        fix = say("the sample has {fewest} to {most} weeks", fewest=SHORTEST, most=LONGEST)
        raise InputError.at(say("{weeks} weeks were asked for", weeks=weeks), fix=fix)
    texts = {folder / HISTORY_FILE: _csv_text(list(simulate(seed, weeks))), folder / DICTIONARY_FILE: data_dictionary()}
    for path in texts:
        if path.is_dir():
            fix = say("move it away or choose another folder")
            raise InputError.at(say("this is a folder"), file=path, fix=fix)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_all(texts)
    except OSError as problem:
        said = say("the sample cannot be written ({error})", error=problem.strerror)
        raise InputError.at(said, file=folder, fix=say("choose a folder you can write to")) from problem
    return list(texts)


def data_dictionary() -> str:
    """Markdown text that says what the sample's columns mean and how it was simulated."""
    text = (Path(__file__).parent / DICTIONARY_TEMPLATE).read_text(encoding="utf-8")
    return text.replace("<!-- columns -->", column_table())


def is_simulated(table: pd.DataFrame) -> bool:
    """Whether the rows of a history are those of the sample, by the names of the campaigns."""
    return "campaign" in table and bool(table["campaign"].str.startswith(SIMULATED).all())


def column_table() -> str:
    """Markdown table of the columns of a history, from the one place that names them."""
    lines = ["| column | unit | meaning | |", "|---|---|---|---|"]
    lines += [f"| {c.name} | {c.unit} | {c.meaning} | {'required' if c.required else ''} |" for c in COLUMNS]
    return "\n".join(lines)


def true_revenue(spend: Mapping[tuple[str, str], float]) -> float:
    """Incremental revenue of an average week, EUR, if each cell's weekly spend went on for good; drift as today.

    Parameters
    ----------
    spend : mapping of (network, content_type) to float
        EUR a week.

    Examples
    --------
    >>> true_revenue({("youtube", "creator"): 100.0}), true_revenue({("youtube", "creator"): 200.0})
    (360.0, 720.0)
    """
    truth = {(cell.network, cell.content_type): cell for cell in CELLS}
    total = 0.0
    for place, money in spend.items():
        total += float(truth[place].conversions(np.array(money))) * NETWORKS[place[0]].order_value
    return round(total, 6)


def simulate(seed: int, weeks: int) -> Iterator[Row]:
    """Rows of the history, week by week and cell by cell; one row per audience."""
    mondays = LAST_WEEK - 7 * np.arange(weeks - 1, -1, -1)
    demand = season(mondays)
    cells = [
        _simulate_cell(truth, mondays, demand, np.random.default_rng([seed, number]))
        for number, truth in enumerate(CELLS)
    ]
    for week in range(weeks):
        for rows in cells:
            yield from rows[week]


def season(mondays: NDArray[np.datetime64]) -> Floats:
    """(T,) demand of each week over that of an average one: a slow yearly wave, the gift seasons, and growth.

    Examples
    --------
    >>> season(np.array(["2025-07-21", "2025-11-24"], dtype="datetime64[D]")).round(2)
    array([0.82, 2.19])
    """
    thursdays = mondays.astype("datetime64[D]") + 3
    year = thursdays.astype("datetime64[Y]").astype(int) + 1970
    day = (thursdays - thursdays.astype("datetime64[Y]").astype("datetime64[D]")).astype(float)
    log = 0.14 * np.cos(2 * np.pi * (day - 20.0) / DAYS_PER_YEAR)
    for month, date, height, width in PEAKS:
        for shift in (-1, 0, 1):  # a peak in December reaches into January
            peak = np.array([np.datetime64(f"{y + shift}-{month:02d}-{date:02d}") for y in year])
            log += height * np.exp(-0.5 * ((thursdays - peak).astype(float) / width) ** 2)
    log += TREND_PER_YEAR * (thursdays - LAST_WEEK).astype(float) / DAYS_PER_YEAR
    return np.asarray(np.round(np.exp(log), 9))


def _simulate_cell(
    truth: CellTruth, mondays: NDArray[np.datetime64], demand: Floats, rng: np.random.Generator
) -> list[list[Row]]:
    """One cell's rows per week; no row before its launch."""
    weeks = len(mondays)
    spend = _spend(truth, demand, rng)
    mean = _mean_conversions(truth, spend, demand, rng)
    conversions = rng.poisson(_steady(mean * rng.gamma(DISPERSION, 1 / DISPERSION, weeks)))
    price = np.exp(rng.normal(0.0, PRICE_NOISE, weeks)) * NETWORKS[truth.network].order_value
    age = np.arange(weeks - 1, -1, -1) + 1  # weeks before the end: the newest is 1
    rows: list[list[Row]] = []
    for t in range(weeks):
        if truth.launched and age[t] > truth.launched:
            rows.append([])
            continue
        totals = (float(spend[t]), int(conversions[t]), float(price[t]))
        rows.append(_audience_rows(truth, mondays[t], totals, rng))
    return rows


def _spend(truth: CellTruth, demand: Floats, rng: np.random.Generator) -> Floats:
    """(T,) weekly spend: the team follows demand half-way, changes its mind now and then, and never hits a plan."""
    weeks = len(demand)
    level = np.zeros(weeks)
    for t in range(weeks):
        last = level[t - 1] if t else rng.normal()
        level[t] = 0.80 * last + 0.60 * rng.normal()
    spend = np.exp(truth.variation * level + 0.08 * min(truth.variation / 0.4, 1.0) * rng.normal(size=weeks))
    if truth.variation > 0.1:
        spend *= np.sqrt(demand)
    spend *= truth.spend / spend[-12:].mean()
    first, last = truth.paused
    if first:
        age = np.arange(weeks, 0, -1)
        spend[(age <= first) & (age >= last)] = 0.0
    return np.asarray(np.round(spend, 2))


def _mean_conversions(truth: CellTruth, spend: Floats, demand: Floats, rng: np.random.Generator) -> Floats:
    """(T,) expected conversions: carry-over, curve, drift and break, and the few that would have come anyway."""
    weeks, decay = len(spend), NETWORKS[truth.network].decay
    live = np.arange(weeks, 0, -1) <= (truth.launched or weeks)
    carried = np.zeros(weeks)
    for t in range(weeks):
        before = carried[t - 1] if t else (spend[0] if live[0] else 0.0)
        carried[t] = (1 - decay) * spend[t] * live[t] + decay * before
    drift = np.cumsum(DRIFT_STEP * rng.normal(size=weeks))
    drift -= drift[-1]  # today's efficiency is the one the table of cells states
    factor = np.ones(weeks)
    if truth.break_week:  # stated for today, so the weeks before the break were better
        factor[np.arange(weeks, 0, -1) > truth.break_week] = 1 / truth.break_factor
    base = 0.12 * float(truth.conversions(np.array(truth.spend)))
    return np.asarray(demand * (base + np.exp(drift) * factor * truth.conversions(carried)))


def _audience_rows(
    truth: CellTruth, monday: np.datetime64, totals: tuple[float, int, float], rng: np.random.Generator
) -> list[Row]:
    """The week's rows, one per audience; their spend and conversions add up to the cell's (spend, orders, price)."""
    spend, conversions, price = totals
    theme = _theme(truth, monday)
    gifts = theme in GIFT_THEMES and truth.page == CellTruth.page
    new_spend = round(spend * float(np.clip(AUDIENCES["new"][0] + 0.04 * rng.normal(), 0.5, 0.9)), 2)
    new_conversions = int(rng.binomial(conversions, AUDIENCES["new"][1]))
    parts = {
        "new": (new_spend, new_conversions),
        "returning": (round(spend - new_spend, 2), conversions - new_conversions),
    }
    rows = []
    for audience, (money, orders) in parts.items():
        row: Row = {"date": str(monday), "network": truth.network, "content_type": truth.content_type}
        row |= {"audience": audience, "campaign": f"{SIMULATED}{theme}-{audience}"}
        row |= {"landing_page": "/gift-boxes" if gifts else truth.page}
        row |= {"spend": f"{money:.2f}", "conversions": orders, "revenue": f"{orders * price:.2f}"}
        row |= _measures(truth, audience, money, rng)
        row |= {"repeat_conversions": int(rng.binomial(orders, AUDIENCES[audience][2]))}
        rows.append(row | {"currency": CURRENCY})
    return rows


def _theme(truth: CellTruth, monday: np.datetime64) -> str:
    """Name of the campaign that runs in that week."""
    if truth.launched:
        return "launch"
    month, day = int(str(monday)[5:7]), int(str(monday)[8:10])
    if month == 11 and day >= 14:
        return "black-friday"
    return "christmas" if month == 12 and day <= 21 else "always-on"


def _measures(truth: CellTruth, audience: str, spend: float, rng: np.random.Generator) -> Row:
    """What the network and the site counted around that spend; later steps never exceed the earlier ones."""
    network, kind = NETWORKS[truth.network], FORMATS[truth.content_type]
    warm = audience == "returning"
    wobble = np.exp(0.07 * rng.normal(size=4))
    impressions = int(spend / (network.cpm * (1.35 if warm else 1.0) * wobble[0]) * 1000)
    pressure = (spend / truth.spend) ** 0.15 if spend else 1.0  # the more is shown, the more often to the same people
    frequency = max(1.02, network.frequency * (1.5 if warm else 1.0) * pressure * wobble[1])
    click_rate = kind.clicks * network.click_factor * (1.4 if warm else 1.0) / pressure * wobble[2]

    def some(of: int, rate: float) -> int:
        return int(rng.binomial(of, round(min(rate, 0.95), 9)))

    clicks = some(impressions, click_rate)
    sessions = some(clicks, 0.84)
    return {
        "impressions": impressions,
        "reach": int(impressions / frequency),
        "clicks": clicks,
        "engagements": some(impressions, kind.engagements * wobble[3]),
        "video_views": some(impressions, kind.views * wobble[3]),
        "sessions": sessions,
        "bounces": some(sessions, kind.bounce * (0.8 if warm else 1.0)),
        "followers_gained": some(impressions, kind.follows * (0.3 if warm else 1.0)),
        "negative_feedback": some(impressions, 0.00006 * pressure),
    }


def _steady(values: Floats) -> Floats:
    """Round to nine decimals before a draw, so that the last bit of an exponential cannot change it."""
    return np.asarray(np.round(values, 9))


def _csv_text(rows: list[Row]) -> str:
    """CSV with one line end on every system."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.name for column in COLUMNS], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write_all(texts: Mapping[Path, str]) -> None:
    """Write each file complete or not at all; none is replaced before all are on disk, and nothing is left behind."""
    staged = {path: path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp") for path in texts}
    try:
        for path, temporary in staged.items():
            temporary.write_text(texts[path], encoding="utf-8", newline="\n")
        for path, temporary in staged.items():
            os.replace(temporary, path)
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
