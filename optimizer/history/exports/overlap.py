"""Overlap: exports of the same days put together. The newer one replaces, nothing is counted twice, nothing is guessed.

What replaces what is a *unit*: one day of one campaign of one account. All rows of a unit come from the newest export
that has it, however finely each export splits it. Figures of days that were over when the older export was made must
agree; conversions may have come in late, and how many did is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.exports.figures import codes_of, summed
from optimizer.history.exports.questions import Asks, OpenQuestion
from optimizer.history.exports.rows import Export
from optimizer.history.findings import Finding, Severity
from optimizer.history.raw import shown
from optimizer.language.message import day, figure, number, percent, say, say_many

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DELIVERED = ("spend", "impressions", "clicks")
"""Figures that no longer change once a day is over for good."""
LATE = ("conversions", "revenue")
"""Figures that rise for weeks, by conversions that come in late, and hardly fall."""
AGREE = 0.01
FALL = {"conversions": 0.2, "revenue": 0.5}
"""Share by which an outcome may fall, as refunds and doubled reports are taken out."""
_LEAST = {"spend": 0.01, "conversions": 2.0, "revenue": 0.01}
"""Differences that are never held against an export; other counts may be 1 off."""
_RENAMED_DAYS = 2
"""Days of equal spend and impressions from which two campaigns are one; one more where impressions are not known."""


@dataclass(frozen=True, eq=False)
class Merged:
    """Exports of one network as one table.

    Attributes
    ----------
    table : DataFrame
        The rows that count, with `export` (place of the export among those given).
    replaced : DataFrame
        ``day``, ``older``, ``newer``: units of one export that another one replaced.
    findings : tuple of Finding
    """

    table: pd.DataFrame = field(repr=False)
    replaced: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class _Units:
    """Sums by unit and export.

    Attributes
    ----------
    table : DataFrame
        ``unit``, ``account``, ``export``, ``rank``, ``newest`` (rank of the export that counts), day, campaign, line
        and figures.
    of_rows : int array (N,)
        Unit of each row.
    """

    table: pd.DataFrame
    of_rows: Ints


def age_order(exports: Sequence[Export]) -> list[int]:
    """Places of exports, oldest first: by when reports were made if all say so, else by their last day, else as given.

    A history made before stands before exports of the same age.
    """
    said = all(not np.isnat(one.written) for one in exports)

    def age(place: int) -> tuple[str, str, bool, int]:
        one = exports[place]
        return str(one.written) if said else "", str(one.last), not one.state, place

    return sorted(range(len(exports)), key=age)


def merge(exports: Sequence[Export], newest_wins: bool = False) -> Merged:
    """Put the exports of one network together.

    Parameters
    ----------
    exports : sequence of Export
        In the order given; canonical figures in one currency.
    newest_wins : bool
        Take the newer figures where two exports contradict each other, and say so, rather than refuse.

    Raises
    ------
    InputError
        Two exports contradict each other, split the same days in ways that cannot be compared, or call one campaign by
        two names.
    """
    rank = np.empty(len(exports), dtype=np.int64)
    rank[age_order(exports)] = np.arange(len(exports))
    rows = pd.concat([one.table.assign(export=place) for place, one in enumerate(exports)], ignore_index=True)
    rows["rank"] = rank[rows["export"].to_numpy()]
    _same_depth(rows, exports)
    units = _units(rows, exports)
    findings: list[Finding] = []
    twice = units.table[units.table["rank"] < units.table["newest"]]
    if len(twice):
        findings += _contradictions(twice, units.table, exports, newest_wins)
        findings += _late(twice, units.table, exports)
    if not _by_id(exports):
        _renamed(units.table, exports)
    findings += _kept_beside(units.table, exports)
    newest = np.zeros(int(units.of_rows.max()) + 1, dtype=np.int64)
    np.maximum.at(newest, units.of_rows, rows["rank"].to_numpy())
    counts = rows["rank"].to_numpy() == newest[units.of_rows]
    kept, lost = rows[counts].assign(unit=units.of_rows[counts]), rows[~counts].assign(unit=units.of_rows[~counts])
    kept, told = _columns_kept(kept, lost, exports)
    place = np.argsort(rank)
    replaced = pd.DataFrame(
        {
            "day": twice["day"].to_numpy(),
            "older": twice["export"].to_numpy(),
            "newer": place[twice["newest"].to_numpy()] if len(twice) else np.empty(0, dtype=np.int64),
        }
    )
    return Merged(_named(kept, exports).drop(columns=["unit", "rank"]), replaced, (*findings, *told))


# Units --------------------------------------------------------------------------------------------------------------


def _by_id(exports: Sequence[Export]) -> bool:
    """Whether campaigns are told apart by number: all exports must have them."""
    return all(one.with_ids for one in exports)


def _identity(rows: pd.DataFrame, exports: Sequence[Export]) -> tuple[pd.Series, pd.Series]:
    """Account and campaign of each row, as far as every export says them."""
    accounts = bool(rows["account"].astype(bool).all())
    account = rows["account"] if accounts else pd.Series("", index=rows.index)
    campaign = rows["campaign_id"] if _by_id(exports) else rows["campaign"].str.casefold()
    return account, campaign


def _units(rows: pd.DataFrame, exports: Sequence[Export]) -> _Units:
    account, campaign = _identity(rows, exports)
    unit, _ = codes_of(*(pd.factorize(part)[0].astype(np.int64) for part in (account, rows["day"], campaign)))
    group, first = codes_of(unit, rows["export"].to_numpy(dtype=np.int64))
    made = rows.loc[first, ["export", "rank", "day", "campaign", "line"]].reset_index(drop=True)
    made["unit"], made["account"] = unit[first], account.to_numpy()[first]
    for name in (*DELIVERED, *LATE):
        if name in rows:
            made[name] = summed(rows[name].to_numpy(dtype=np.float64), group, len(first))
    made["newest"] = made.groupby("unit")["rank"].transform("max")
    return _Units(made, unit)


def _same_depth(rows: pd.DataFrame, exports: Sequence[Export]) -> None:
    """Refuse two exports of the same day of which only one names campaigns."""
    if len(exports) < 2:
        return
    named = rows.assign(named=rows["campaign"].astype(bool) | rows["campaign_id"].astype(bool))
    by_export = named.groupby("export")["named"].any()
    if by_export.all() or not by_export.any():
        return
    bare = [int(place) for place in by_export.index[~by_export]]
    days = set(rows.loc[~rows["export"].isin(bare), "day"])
    for place in bare:
        shared = rows[(rows["export"] == place) & rows["day"].isin(days)]
        if len(shared):
            row = shared.iloc[0]
            other = exports[int(rows.loc[~rows["export"].isin(bare) & (rows["day"] == row["day"]), "export"].iloc[0])]
            problem = say(
                "this export names no campaigns, and {file} names them for the same day ({day}); which rows are the"
                " same cannot be told",
                file=other.file,
                day=day(row["day"]),
            )
            fix = say("export both with campaigns, or leave one of them out")
            raise InputError.at(problem, file=exports[place].file, row=int(row["line"]), fix=fix)


# Two exports of one unit ---------------------------------------------------------------------------------------------


def _pairs(twice: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Units of older exports beside those that count; names of the newer end in ``_new``."""
    newest = units[units["rank"] == units["newest"]]
    return twice.merge(newest, on="unit", suffixes=("", "_new"))


def _contradictions(
    twice: pd.DataFrame, units: pd.DataFrame, exports: Sequence[Export], newest_wins: bool
) -> list[Finding]:
    pairs = _pairs(twice, units)
    last = np.array([one.last for one in exports], dtype="datetime64[D]")
    settle = np.array([one.network.settle_days for one in exports])
    older = pairs["export"].to_numpy()
    closed = pairs["day"].to_numpy().astype("datetime64[D]") <= last[older] - settle[older].astype("timedelta64[D]")
    found: list[tuple[int, int, str, int]] = []
    for name in (*DELIVERED, *LATE):
        if name not in pairs:
            continue
        old, new = (pairs[column].to_numpy(dtype=np.float64) for column in (name, f"{name}_new"))
        if name in LATE:
            wrong = old - new > np.maximum(FALL[name] * old, _LEAST[name])
        else:
            wrong = closed & (
                np.abs(new - old) > np.maximum(AGREE * np.maximum(old, new), _LEAST.get(name, 1.0)) + 1e-9
            )
        places, lines = pairs["export_new"].to_numpy(), pairs["line_new"].to_numpy()
        found += [(int(places[i]), int(lines[i]), name, int(i)) for i in np.flatnonzero(wrong)]
    if not found:
        return []
    _, _, name, place = min(found)
    pair = pairs.iloc[place]
    if not newest_wins:
        raise _contradiction(pair, name, exports)
    problem = say_many(
        "{count} figure contradicts that of an older export",
        "{count} figures contradict those of an older export",
        len(found),
    )
    file = exports[int(pair["export_new"])].file
    return [Finding("contradiction", Severity.WARNING, problem, say("the newer one counts, as asked"), file)]


def _contradiction(pair: pd.Series, name: str, exports: Sequence[Export]) -> InputError:
    older, newer = exports[int(pair["export"])], exports[int(pair["export_new"])]
    facts = {
        "name": name,
        "campaign": shown(pair["campaign_new"]),
        "day": day(pair["day"]),
        "new": figure(float(pair[f"{name}_new"]), ",.10g"),
        "old": figure(float(pair[name]), ",.10g"),
        "file": older.file,
        "row": str(int(pair["line"])),
    }
    if name in LATE:
        problem = say(
            "{name} of campaign '{campaign}' on {day} add up to {new}, and to {old} in {file} (from row {row}), which"
            " is the older export; such figures rise and hardly fall",
            **facts,
        )
    else:
        problem = say(
            "{name} of campaign '{campaign}' on {day} adds up to {new}, and to {old} in {file} (from row {row}), though"
            " the day was over when that was exported",
            **facts,
        )
    fix = say("export both again with the same filters, or take the newer figures with --newest-wins")
    column = newer.headers.get(name, name)
    place = {"file": newer.file, "row": int(pair["line_new"]), "column": column}
    return OpenQuestion.of(Asks.NEWEST, problem, fix, place)


def _late(twice: pd.DataFrame, units: pd.DataFrame, exports: Sequence[Export]) -> list[Finding]:
    """How many conversions came in after the older exports."""
    pairs = _pairs(twice, units)
    if "conversions" not in pairs:
        return []
    old, new = (pairs[column].to_numpy(dtype=np.float64) for column in ("conversions", "conversions_new"))
    both = np.isfinite(old) & np.isfinite(new)
    rise = float((new - old)[both].sum())
    if rise <= 0:
        return []
    problem = say_many(
        "{network}: conversions of {count} campaign day that was exported before rose by {rise} ({share})",
        "{network}: conversions of {count} campaign days that were exported before rose by {rise} ({share})",
        int(both.sum()),
        network=exports[0].network.title,
        rise=number(rise, 0 if rise.is_integer() else 1),
        share=percent(rise / float(old[both].sum()), 1) if old[both].sum() > 0 else say("from nothing"),
    )
    fix = say("the newer figures count; --keep-earlier keeps what the older exports had")
    return [Finding("late-conversions", Severity.NOTE, problem, fix)]


def _renamed(units: pd.DataFrame, exports: Sequence[Export]) -> None:
    """Refuse a campaign that two exports call by two names: it would be counted twice."""
    for newer in range(len(exports)):
        mine = units[(units["export"] == newer) & (units["rank"] == units["newest"])]
        rank = int(units.loc[units["export"] == newer, "rank"].iloc[0])
        others = units[(units["rank"] < rank) & (units["rank"] == units["newest"]) & units["day"].isin(mine["day"])]
        both = [name for name in ("spend", "impressions") if name in units]
        # Only campaigns that are new on the day can be others renamed.
        mine = mine[~mine["unit"].isin(units.loc[units["rank"] < rank, "unit"])]
        if not len(others) or not len(mine):
            continue
        pairs = others.merge(mine, on=["day", "account", *both], suffixes=("", "_new"))
        pairs = pairs[pairs["spend"] > 0]
        shared = pairs.groupby(["export", "campaign", "campaign_new"], sort=True)
        days = shared["day"].nunique()
        enough = days[days >= (_RENAMED_DAYS if len(both) > 1 else _RENAMED_DAYS + 1)]
        if len(enough):
            export, old, new = enough.index[0]
            one = shared.get_group((export, old, new)).iloc[0]
            problem = say(
                "campaign '{new}' has the spend of campaign '{old}' in {file} (row {row}) on {day}; if it was renamed,"
                " it would be counted twice",
                new=shown(new), old=shown(old), file=exports[int(export)].file, row=str(int(one["line"])),
                day=day(one["day"]),
            )  # fmt: skip
            fix = say("export both with campaign IDs, or start anew from exports that call it by one name")
            file, line = exports[newer].file, int(one["line_new"])
            raise InputError.at(problem, file=file, row=line, column=exports[newer].headers.get("campaign"), fix=fix)


def _kept_beside(units: pd.DataFrame, exports: Sequence[Export]) -> list[Finding]:
    """Say so where an older export has campaigns on days that a newer one covers without them."""
    days = {place: set(units.loc[units["export"] == place, "day"]) for place in range(len(exports))}
    ranks = units.groupby("export")["rank"].first()
    findings = []
    for place, one in enumerate(exports):
        newer = [other for other in days if ranks[other] > ranks[place]]
        covered = set().union(*(days[other] for other in newer)) if newer else set()
        alone = units[(units["export"] == place) & (units["rank"] == units["newest"]) & units["day"].isin(covered)]
        if len(alone):
            problem = say_many(
                "{count} campaign day is not in the newer exports, though they cover the day",
                "{count} campaign days are not in the newer exports, though they cover the days",
                len(alone),
            )
            fix = say("it was kept; it is missing there by a filter, or by another account")
            findings.append(Finding("kept-beside", Severity.NOTE, problem, fix, one.file))
    return findings


def _columns_kept(
    kept: pd.DataFrame, lost: pd.DataFrame, exports: Sequence[Export]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Figures of columns that the newer export does not have, from the rows that it replaced."""
    findings: list[Finding] = []
    if not len(lost):
        return kept, findings
    keys = ["unit", "network", "content_type"]
    bare = {"line", "rows", "export", "rank", "unit", "reach", "spend"}
    figures = [name for name in kept.columns if name not in bare and pd.api.types.is_numeric_dtype(kept[name])]
    for name in figures:
        lacking = [place for place, one in enumerate(exports) if not one.has(name)]
        targets = kept["export"].isin(lacking) & kept["unit"].isin(lost["unit"])
        held = lost[lost[name].notna()]
        if not targets.any() or not len(held):
            continue
        newest = held[held["rank"] == held.groupby("unit")["rank"].transform("max")]
        sums = newest.groupby(keys)[name].sum().rename("before")
        # A unit may have several rows of one network and content type (currencies); only whole ones are filled.
        found = kept.loc[targets, keys].join(sums, on=keys)["before"]
        found = found[~kept.loc[targets, keys].duplicated(keep=False)]
        kept.loc[found.index, name] = found
        placed = set(map(tuple, kept.loc[found.dropna().index, keys].to_numpy()))
        missed = len(set(map(tuple, newest[keys].to_numpy())) - placed)
        problem = say_many(
            "{count} figure of {name} is from an older export, since the newer one has no such column",
            "{count} figures of {name} are from older exports, since the newer ones have no such column",
            int(found.notna().sum()),
            name=name,
        )
        fix: str = ""
        if missed:
            fix = say("{missed} could not be placed, for their content type is another now", missed=missed)
        severity = Severity.WARNING if missed else Severity.NOTE
        findings.append(Finding("column-kept", severity, problem, fix))
    return kept, findings


def _named(kept: pd.DataFrame, exports: Sequence[Export]) -> pd.DataFrame:
    """Campaigns by one name each, the newest, where numbers tell them apart or only upper case does."""
    _, campaign = _identity(kept, exports)
    ordered = kept.assign(identity=campaign).sort_values(["rank", "day"], kind="stable")
    return kept.assign(campaign=campaign.map(ordered.groupby("identity")["campaign"].last()))
