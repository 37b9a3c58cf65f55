"""Plans as files: plan.csv and summary.json, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from optimizer.errors import InputError
from optimizer.history.findings import Finding
from optimizer.language.message import say
from optimizer.planning.plan import Interval, Plan, RunInfo
from optimizer.planning.plan_rules import rule_figures
from optimizer.planning.request import MEAN
from optimizer.planning.wording import PROFIT

DAYS_PER_WEEK = 7
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_plan(plan: Plan, path: str | Path) -> None:
    """Write plan.csv, see `plan_csv`; the file appears whole or not at all.

    Raises
    ------
    InputError
        The folder does not exist or cannot be written.
    """
    write_files({path: plan_csv(plan)})


def write_summary(plan: Plan, path: str | Path) -> None:
    """Write summary.json, see `summary_json`; the file appears whole or not at all.

    Raises
    ------
    InputError
        The folder does not exist or cannot be written.
    """
    write_files({path: summary_json(plan)})


def plan_csv(plan: Plan) -> str:
    """One row per week and cell.

    Columns: week_start, network, content_type[, audience], spend, spend_per_day, currency, and for each outcome its
    expected value and the ends of the 90 % interval as OUTCOME, OUTCOME_low, OUTCOME_high. Names that a spreadsheet
    would run as a formula get an apostrophe in front.
    """
    with_audience = any(cell.audience for cell in plan.cells)
    keys = ["network", "content_type", *(["audience"] if with_audience else [])]
    outcomes = [f"{name}{end}" for name in plan.by_cell for end in ("", "_low", "_high")]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["week_start", *keys, "spend", "spend_per_day", "currency", *outcomes])
    for week, monday in enumerate(plan.weeks):
        for c, cell in enumerate(plan.cells):
            names = [harmless(part) for part in cell[: len(keys)]]
            spend = float(plan.spend[c, week])
            forecast = [
                _figure(float(values[c, week]))
                for one in plan.by_cell.values()
                for values in (one.mean, one.low, one.high)
            ]
            writer.writerow(
                [str(monday), *names, _amount(spend), _figure(spend / DAYS_PER_WEEK), plan.currency, *forecast]
            )
    return text.getvalue()


def summary_json(plan: Plan) -> str:
    """Totals, baseline, gain, certificate, findings and origin, as JSON text without NaN."""
    return json.dumps(summary(plan), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def summary(plan: Plan) -> dict[str, object]:
    """The summary as plain values; the structure of summary.json."""
    return {
        "goal": plan.goal,
        "currency": plan.currency,
        "weeks": {"first": str(plan.weeks[0]), "last": str(plan.weeks[-1]), "count": len(plan.weeks)},
        "total": {"spend": _money(plan.spend.sum()), **_intervals(plan.total)},
        "baseline": {"spend": _money(plan.baseline.sum()), **_intervals(plan.baseline_total)},
        "gain": {"spend": _money(plan.spend.sum() - plan.baseline.sum()), **_intervals(plan.gain)},
        "carry_after": _intervals(plan.carry_after),
        "certificate": _certificate(plan),
        "responsive": plan.responsive,
        **({"risk": plan.risk} if plan.risk != MEAN else {}),
        **({"unspent": _money(plan.unspent)} if plan.goal == PROFIT else {}),
        "moves": [
            {
                "network": move.cell.network,
                "content_type": move.cell.content_type,
                **({"audience": move.cell.audience} if move.cell.audience else {}),
                "today": _money(move.today),
                "plan": _money(move.plan),
                "marginal_today": _plain(move.marginal_today),
                "marginal": _plain(move.marginal),
                "next_unit": _plain(move.next_unit),
                "last_unit": _plain(move.last_unit),
                "unit": _plain(move.unit),
                "reason": move.reason,
                "evidence": move.evidence,
                "evidence_reason": move.evidence_reason,
                "warning": move.warning,
            }
            for move in plan.moves
        ],
        **origin_figures(plan.findings, plan.run),
    }


def origin_figures(findings: Sequence[Finding], run: RunInfo) -> dict[str, object]:
    """What was found and what the run was made of, as plain values; the same in every summary."""
    return {
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity.name.lower(),
                "text": finding.text,
                "file": finding.file,
                "column": finding.column,
                "rows": list(finding.rows),
            }
            for finding in findings
        ],
        "run": {
            "id": run.id,
            "data_sha256": run.data_sha256,
            "version": run.version,
            "seed": run.seed,
            "settings": dict(run.settings),
        },
    }


def _certificate(plan: Plan) -> dict[str, object]:
    """The proof as plain values."""
    proven = plan.allocation.certificate
    labels = [cell.label for cell in plan.cells]
    return {
        "status": proven.status.value,
        "value": _plain(proven.value),
        "bound": _plain(proven.bound),
        "gap": _plain(proven.gap),
        "baseline_value": _plain(plan.allocation.baseline_value),
        "price": _plain(proven.price / len(plan.weeks)),  # as the marginals: per unit of money, not a week's
        "at_minimum": [labels[c] for c in proven.at_lower],
        "at_maximum": [labels[c] for c in proven.at_upper],
        "proof": proven.proof,
        "timed_out": proven.timed_out,
        "rules": rule_figures(proven, len(plan.weeks)),
    }


def check_outputs(
    outputs: Mapping[str, str | Path | None], inputs: Mapping[str, str | Path | None] | None = None
) -> None:
    """Refuse output paths that could not be written, before any work is done.

    Parameters
    ----------
    outputs, inputs : mapping of option name to path
        Paths that are None are left out. An output may be neither another output nor an input.

    Raises
    ------
    InputError
        The folder is missing or cannot be written, the path is a folder or a device, or it is used twice.
    """
    taken = {os.path.realpath(path): name for name, path in (inputs or {}).items() if path is not None}
    for name, path in outputs.items():
        if path is None:
            continue
        real = os.path.realpath(path)
        if real in taken:
            same = say(
                "{name} {path} is the same file as {other}; give each its own name.",
                name=name,
                path=path,
                other=taken[real],
            )
            raise InputError(same)
        taken[real] = name
        _check_target(Path(path), name)


def write_files(contents: Mapping[str | Path, str | bytes]) -> None:
    """Write all of the files or none of them; text is written as UTF-8.

    Every content goes to a temporary name beside its target first; the targets are replaced when all are on disk. If
    one cannot be replaced, those replaced before it get their old content back.

    Raises
    ------
    InputError
        A folder is missing or cannot be written, a target is no ordinary file, or the disk fails; the target is named.
    """
    for path in contents:
        _check_target(Path(path))
    staged: list[tuple[Path, Path]] = []
    target = Path()
    try:
        for path, content in contents.items():
            target = Path(os.path.realpath(path))
            temporary = _beside(target)
            staged.append((temporary, target))
            with temporary.open("xb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
        _replace_all(staged)
    except OSError as problem:
        raise _unwritten(target, problem) from problem
    finally:
        for temporary, _ in staged:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _replace_all(staged: list[tuple[Path, Path]]) -> None:
    """Move each temporary file over its target; undo the moves made if one fails."""
    done: list[tuple[Path, Path | None]] = []
    target = Path()
    try:
        for temporary, target in staged:
            kept: Path | None = None
            if target.exists():
                kept = _beside(target)
                shutil.copy2(target, kept)
            done.append((target, kept))
            os.replace(temporary, target)
    except OSError as problem:
        for replaced, kept in reversed(done):
            if kept is not None:
                os.replace(kept, replaced)
            else:
                replaced.unlink(missing_ok=True)
        raise _unwritten(target, problem) from problem
    for _, kept in done:
        if kept is not None:
            kept.unlink(missing_ok=True)


def _unwritten(target: Path, problem: OSError) -> InputError:
    """Name the file that was asked for, not the temporary one beside it."""
    reason = problem.strerror or type(problem).__name__
    fix = say("nothing was changed; make room or name a file in another folder")
    return InputError.at(say("cannot be written ({reason})", reason=reason), file=target, fix=fix)


def _check_target(path: Path, option: str = "") -> None:
    folder = Path(os.path.realpath(path)).parent
    named = {"name": option or say("output"), "path": path, "folder": folder}
    if not folder.exists():
        raise InputError(say("{name} {path}: the folder {folder} does not exist; create it or name another.", **named))
    if not folder.is_dir():
        raise InputError(say("{name} {path}: {folder} is a file, not a folder; name a folder that exists.", **named))
    if path.is_dir():
        raise InputError(say("{name} {path} is a folder; add a file name.", **named))
    if path.exists() and not path.is_file():
        raise InputError(say("{name} {path} is not an ordinary file; name a file to write.", **named))
    probe = _beside(Path(os.path.realpath(path)))
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        said = say(
            "{name} {path}: the folder {folder} cannot be written ({reason}); name another.", reason=reason, **named
        )
        raise InputError(said) from problem


def _beside(target: Path) -> Path:
    """A hidden name in the same folder, so that replacing is one step on one file system."""
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")


def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> harmless("=cmd()"), harmless("reel")
    ("'=cmd()", 'reel')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _amount(value: float) -> str:
    """Money with at least two decimals, and with more only where the plan writes smaller steps."""
    text = f"{value:.8f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"


def _figure(value: float) -> str:
    """Six figures, without an exponent."""
    if value == 0:
        return "0"
    decimals = max(5 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(value: float) -> float:
    return round(float(value), 8) + 0.0


def _plain(value: float) -> float | None:
    """A number JSON can hold; None where there is none."""
    return float(value) if math.isfinite(value) else None


def _intervals(values: Mapping[str, Interval]) -> dict[str, dict[str, float | None]]:
    return {
        name: {"mean": _plain(one.mean), "low": _plain(one.low), "high": _plain(one.high)}
        for name, one in values.items()
    }
