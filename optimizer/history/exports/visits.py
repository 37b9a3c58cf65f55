"""Visits: sessions and bounces of a site's export, joined to the rows of the networks they came from.

They are joined to rows that are there; no row is made of them, and the site's own conversions and revenue are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.history.exports.aliases import Network
from optimizer.history.exports.cells import Coded
from optimizer.history.exports.figures import Floats, codes_of, read_figures, summed
from optimizer.history.exports.frame import Frame
from optimizer.history.exports.rows import Export
from optimizer.history.findings import Finding, Severity
from optimizer.language.message import join, number, say, say_many

NO_CAMPAIGN = frozenset({"", "(not set)", "(direct)", "(organic)", "(referral)", "(none)", "(data not available)"})
_LISTED = 5


def read_visits(frame: Frame, empty_is_zero: bool = False) -> Export:
    """Read a site's export into visits by day, source and campaign.

    Raises
    ------
    InputError
        As `read_figures`.
    """
    frame, figures = read_figures(frame, empty_is_zero)
    source, medium = _source_and_medium(frame)
    campaign = frame.text("campaign")
    plain = np.array(["" if name.lower() in NO_CAMPAIGN else name for name in campaign.values], dtype=object)
    day_codes, days = pd.factorize(frame.days)
    group, first = codes_of(day_codes.astype(np.int64), source.codes, medium.codes, campaign.codes)
    count = len(first)
    sessions = figures.values["sessions"]
    table = pd.DataFrame(
        {
            "day": np.asarray(days, dtype="datetime64[s]")[day_codes[first]],
            "account": "",
            # A source and its medium make up who sent the visit; together they stand where an ad's number does.
            "campaign_id": "",
            "source": source.values[source.codes[first]],
            "medium": medium.values[medium.codes[first]],
            "campaign": plain[campaign.codes[first]],
            "currency": "",
            "sessions": summed(sessions, group, count),
            "bounces": summed(_bounces(figures.values), group, count),
            "line": [frame.line(int(row)) for row in first] if frame.body.regular else frame.layout.line,
            "rows": np.bincount(group, minlength=count),
        }
    )
    return Export(
        frame.file, frame.network, table, frame.days.min(), frame.days.max(), frame.above.written,
        rows=len(frame.rows), findings=tuple(frame.findings),
        headers={role: frame.name(role) for role in frame.chosen},
    )  # fmt: skip


def _source_and_medium(frame: Frame) -> tuple[Coded, Coded]:
    if "source_medium" in frame.chosen:
        both = frame.text("source_medium")
        halves = [str(value).lower().partition("/") for value in both.values]
        parts = ([first.strip() for first, _, _ in halves], [last.strip() for _, _, last in halves])
        source, medium = (_recoded(part, both.codes) for part in parts)
        return source, medium
    source, medium = (frame.text(role) for role in ("site_source", "site_medium"))
    return (
        _recoded([str(value).lower() for value in source.values], source.codes),
        _recoded([str(value).lower() for value in medium.values], medium.codes),
    )


def _recoded(values: Sequence[str], codes: NDArray[np.int32]) -> Coded:
    again, unique = pd.factorize(np.array(values, dtype=object))
    return Coded(again[codes].astype(np.int32), np.asarray(unique, dtype=object))


def _bounces(values: Mapping[str, Floats]) -> Floats:
    """Visits that left at once: those that were not engaged."""
    sessions = values["sessions"]
    if "engaged_sessions" in values:
        return np.maximum(sessions - values["engaged_sessions"], 0.0)
    if "bounce_rate" in values:
        return sessions * values["bounce_rate"]
    if "engagement_rate" in values:
        return sessions * (1.0 - values["engagement_rate"])
    return np.full(len(sessions), np.nan)


# Joining -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Joined:
    """Rows with the visits they brought.

    Attributes
    ----------
    table : DataFrame
    findings : tuple of Finding
    """

    table: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...] = ()


def newest_visits(exports: Sequence[Export]) -> pd.DataFrame:
    """Visits of several exports: those of a day come from the newest export that has the day.

    A site's report of a day holds all of its visits, so days are replaced whole.
    """
    from optimizer.history.exports.overlap import age_order

    parts = []
    covered: set[object] = set()
    for place in reversed(age_order(exports)):
        table = exports[place].table
        parts.append(table[~table["day"].isin(covered)])
        covered |= set(table["day"])
    return pd.concat(parts[::-1], ignore_index=True)


def join_visits(table: pd.DataFrame, visits: pd.DataFrame, site: Network, families: Mapping[str, str]) -> Joined:
    """Give rows of ads the sessions and bounces of their day and campaign.

    Visits of a campaign go to the rows of that day, network and campaign; without a campaign, those that money brought
    go to the rows of the network. Several such rows share them in proportion to their clicks (else impressions, else
    spend).

    Parameters
    ----------
    table : DataFrame
        Rows of the history: day, network, campaign and figures.
    visits : DataFrame
        As `newest_visits`.
    site : Network
        Says which source is which network.
    families : mapping of str to str
        Network to the source it is exported by: facebook and instagram are one family.
    """
    rows = table.reset_index(drop=True).copy()
    for name in ("sessions", "bounces"):
        if name not in rows:
            rows[name] = np.nan
    rows.loc[rows["day"].isin(visits["day"]), ["sessions", "bounces"]] = np.nan
    told = visits.assign(network=visits["source"].map(_by_source(site)), plain=visits["campaign"].str.casefold())
    told["bought"] = told["medium"].isin(site.media) | told["medium"].str.startswith("paid") | (told["plain"] != "")
    told["family"] = told["network"].map(lambda name: families.get(name, name))
    foreign = told["network"].isna()
    keys = rows.assign(plain=rows["campaign"].str.casefold(), family=rows["network"].map(lambda x: families.get(x, x)))
    weight = _weights(rows)
    left = told[~foreign].reset_index(drop=True)
    shared = 0
    for on, wanted in _steps(site):
        group, found = _matched(keys, left.loc[wanted(left)], on)
        _hand_out(rows, left.loc[found.index], found, group, weight)
        sizes = np.bincount(group[group >= 0], minlength=1)
        shared += int((sizes[found.unique()] > 1).sum()) if len(found) else 0
        left = left.drop(found.index).reset_index(drop=True)
    return Joined(rows, tuple(_said(told, left, shared)))


def _by_source(site: Network) -> dict[str, str]:
    return {word: network for network, words in site.sources.items() for word in words}


def _steps(site: Network) -> Sequence[tuple[list[str], Callable[[pd.DataFrame], pd.Series]]]:
    """Columns on which visits find their rows, the surest first; each with the visits it may be used for."""

    def with_campaign(table: pd.DataFrame) -> pd.Series:
        return table["plain"] != ""

    def paid(table: pd.DataFrame) -> pd.Series:
        return table["bought"] & (table["plain"] == "")

    return (
        (["day", "network", "plain"], with_campaign),
        (["day", "family", "plain"], with_campaign),
        (["day", "network"], paid),
        (["day", "family"], paid),
    )


def _matched(keys: pd.DataFrame, wanted: pd.DataFrame, on: list[str]) -> tuple[NDArray[np.int64], pd.Series]:
    """Group of each row, -1 where it has none of the visits; and the group of each visit that has rows."""
    both = pd.concat([keys[on], wanted[on]], ignore_index=True)
    codes = both.groupby(on, sort=False, dropna=False).ngroup().to_numpy(dtype=np.int64)
    rows, visits = codes[: len(keys)], codes[len(keys) :]
    has_rows = np.isin(visits, rows)
    return np.asarray(rows), pd.Series(visits[has_rows], index=wanted.index[has_rows])


def _weights(rows: pd.DataFrame) -> list[Floats]:
    """Clicks, impressions, spend; what there is of them."""
    return [rows[name].to_numpy(dtype=np.float64) for name in ("clicks", "impressions", "spend") if name in rows]


def _hand_out(
    rows: pd.DataFrame, visits: pd.DataFrame, group_of: pd.Series, group: NDArray[np.int64], weights: Sequence[Floats]
) -> None:
    """Add visits to the rows of their group, each in proportion to its weight."""
    if not len(visits):
        return
    count = int(max(group.max(), group_of.max())) + 1
    share = np.full(len(rows), np.nan)
    for weight in [*weights, np.ones(len(rows))]:
        total = summed(weight, group, count)[group]
        usable = np.isnan(share) & (np.nan_to_num(total) > 0)
        share[usable] = weight[usable] / total[usable]
    for name in ("sessions", "bounces"):
        sums = summed(visits[name].to_numpy(dtype=np.float64), group_of.to_numpy(), count)
        asked = np.isin(group, group_of.to_numpy())
        own = rows[name].to_numpy(dtype=np.float64)
        added = share * sums[group]
        rows[name] = np.where(asked, np.where(np.isnan(own), added, own + added), own)


def _said(told: pd.DataFrame, left: pd.DataFrame, shared: int) -> list[Finding]:
    """What became of the visits of campaigns and of paid media; others are organic."""
    found = []
    left = left[left["bought"]]
    told = told[told["bought"]]
    foreign = told["network"].isna()
    total = float(told["sessions"].sum())
    joined = total - float(told.loc[foreign, "sessions"].sum()) - float(left["sessions"].sum())
    problem = say("{joined} of {total} sessions of campaigns and paid media were joined to the rows of the networks",
                  joined=number(joined), total=number(total))  # fmt: skip
    fix = say("the site's own conversions and revenue were not read: they would count the same twice")
    found.append(Finding("visits", Severity.NOTE, problem, fix))
    if shared:
        problem = say_many(
            "the sessions of {count} day and campaign were shared between several rows, in proportion to clicks",
            "the sessions of {count} days and campaigns were shared between several rows, in proportion to clicks",
            shared,
        )
        found.append(Finding("visits-shared", Severity.NOTE, problem))
    if len(left):
        largest = left.groupby("campaign")["sessions"].sum().sort_values(ascending=False, kind="stable")
        names = join(", ", [f"'{name}'" if name else say("without a campaign") for name in largest.index[:_LISTED]])
        problem = say("{sessions} sessions from the networks found no row of their day and campaign ({names})",
                      sessions=number(float(left["sessions"].sum())), names=names)  # fmt: skip
        fix = say("call campaigns in links (utm_campaign) as the network does; organic visits belong to no row")
        found.append(Finding("visits-without-row", Severity.NOTE, problem, fix))
    return found
