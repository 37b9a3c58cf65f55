"""The paths that keep bounds, week budgets and change limits; bounds over them by weak duality, and the nearest one.

A path x (C, K) keeps ``lower <= x <= upper``, ``sum over cells of x @ sums = totals`` and, cell by cell,
``rows @ x <= most``. For any gains c, prices p of the totals and prices q >= 0 of the rows,
``c x <= p totals + q most + sum max over the bounds of (c - p sums - q rows) x``: a bound that anybody can recompute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InternalError
from optimizer.history.panel import Floats
from optimizer.language.message import say

ROUNDING = 1e-12
ROUNDS = 4  # of narrowing bounds by each other


@dataclass(frozen=True, eq=False)
class Polytope:
    """What a path of C cells and K variables each must keep.

    Attributes
    ----------
    lower, upper : float array, shape (C, K)
        Finite.
    sums : float array, shape (K, M)
        How often a variable counts in each of M totals, the same for all cells.
    totals : float array, shape (M,)
    rows : float array, shape (C, R, K)
        Change limits.
    most : float array, shape (C, R)
        What `rows @ x` may reach; infinite where there is no limit.
    """

    lower: Floats
    upper: Floats
    sums: Floats
    totals: Floats
    rows: Floats
    most: Floats

    @property
    def limited(self) -> bool:
        """Whether any change limit is set."""
        return bool(np.isfinite(self.most).any())

    def change(self, spend: Floats) -> Floats:
        """(C, R) left side of the change limits."""
        return np.asarray(np.einsum("crk,ck->cr", self.rows, spend))

    def missing(self, spend: Floats) -> Floats:
        """(M,) totals less what a path spends."""
        return np.asarray(self.totals - spend.sum(axis=0) @ self.sums)

    def violation(self, spend: Floats) -> float:
        """By how much money the worst rule is broken; 0 where all are kept."""
        worst = max(float((self.lower - spend).max()), float((spend - self.upper).max()), 0.0)
        worst = max(worst, float(np.abs(self.missing(spend)).max(initial=0.0)))
        return max(worst, float((self.change(spend) - self.most).max(initial=0.0)))

    def best(self, gains: Floats, prices: Floats, row_prices: Floats) -> float:
        """No path has a larger ``sum gains * x``; by weak duality from prices of any source."""
        paid = np.where(np.isfinite(self.most), np.maximum(row_prices, 0.0), 0.0)
        left = gains - self.sums @ prices - np.einsum("crk,cr->ck", self.rows, paid)
        limits = np.where(paid > 0.0, self.most, 0.0)
        inside = np.maximum(left * self.lower, left * self.upper)
        return float(prices @ self.totals + (paid * limits).sum() + inside.sum())

    def narrowed(self, *, by_totals: bool = True) -> Polytope:
        """The same paths with bounds as narrow as the totals and one step of change at a time imply.

        Without the totals bounds may cross, which shows that the change limits cannot be kept.
        """
        lower, upper = self.lower.copy(), self.upper.copy()
        for _ in range(ROUNDS if self.limited else 1):
            if self.limited:
                _narrow_by_change(lower, upper, self.rows, self.most, clip=by_totals)
            for m in range(len(self.totals) if by_totals else 0):
                times = self.sums[:, m]
                used = times > 0.0
                spare = self.totals[m] - float((lower @ times).sum())
                short = float((upper @ times).sum()) - self.totals[m]
                step = np.where(used, times, 1.0)
                top = np.where(used, lower + np.maximum(spare, 0.0) / step, np.inf)
                low = np.where(used, upper - np.maximum(short, 0.0) / step, 0.0)
                upper, lower = np.minimum(upper, top), np.maximum(lower, np.minimum(low, upper))
        return replace(self, lower=lower, upper=np.maximum(upper, lower) if by_totals else upper)

    def nearest(self, spend: Floats) -> Floats | None:
        """The path that moves least money away from a given one; None where no path keeps all rules.

        Found by a linear programme, and returned inside the bounds.
        """
        size = spend.size
        found = self._programme(np.ones(2 * size), (np.concatenate([np.eye(size), -np.eye(size)], axis=1), spend), 0.0)
        return None if found is None else np.clip(found[0], self.lower, self.upper)

    def repairs(self) -> tuple[Floats | None, float | None]:
        """Smallest repairs where no path keeps all rules: change of each total (M,), or of every change limit.

        Each alone; None where it does not help.
        """
        totals, shape = len(self.totals), self.lower.shape
        moved = np.zeros((totals, 2 * totals))
        moved[:, :totals], moved[:, totals:] = np.eye(totals), -np.eye(totals)
        by_total = self._programme(np.ones(2 * totals), (None, np.zeros(shape)), 0.0, moved)
        by_limit = self._programme(np.ones(1), (None, np.zeros(shape)), 1.0)
        change = None if by_total is None else by_total[1][:totals] - by_total[1][totals:]
        return change, None if by_limit is None else float(by_limit[1][0])

    def _programme(
        self, costs: Floats, parts: tuple[Floats | None, Floats], give: float, moved: Floats | None = None
    ) -> tuple[Floats, Floats] | None:
        """Cheapest extra variables >= 0 with which a path exists, and that path; None where there is none.

        The extras move the path away from a given one (parts), widen the change limits (give) or lower the totals.
        """
        from scipy.optimize import linprog
        from scipy.sparse import coo_array, csr_array, hstack, vstack

        (cells, count), size, extra = self.lower.shape, self.lower.size, len(costs)
        moves, spend = parts
        equal: Any
        given = np.zeros((len(self.totals), extra)) if moved is None else -moved
        sums: Any = hstack([csr_array(np.tile(self.sums.T, (1, cells))), csr_array(given)])
        cell, row = np.nonzero(np.isfinite(self.most))
        at, variable = np.nonzero(self.rows[cell, row])
        entries = (self.rows[cell[at], row[at], variable], (at, cell[at] * count + variable))
        wider = csr_array(np.full((len(cell), extra), -give))
        limits: Any = hstack([coo_array(entries, shape=(len(cell), size)), wider])
        level = self.totals
        equal = sums
        if moves is not None:
            equal = vstack([sums, csr_array(np.concatenate([np.eye(size), -moves], axis=1))])
            level = np.concatenate([self.totals, spend.ravel()])
        low, high = np.zeros(size + extra), np.full(size + extra, np.inf)
        low[:size], high[:size] = self.lower.ravel(), self.upper.ravel()
        found = linprog(
            np.concatenate([np.zeros(size), costs]),
            A_ub=limits.tocsr() if len(cell) else None,
            b_ub=self.most[cell, row] if len(cell) else None,
            A_eq=equal.tocsr(),
            b_eq=level,
            bounds=list(zip(low.tolist(), high.tolist(), strict=True)),
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-9},
        )
        if found.status == 2:
            return None
        if found.x is None:
            raise InternalError(say("the search for a feasible path ended with: {words}", words=found.message))
        return np.asarray(found.x[:size].reshape(self.lower.shape)), np.asarray(found.x[size:])

    def settled(self, spend: Floats) -> Floats:
        """Move the last rounding errors of the totals into variables with room that no change limit holds."""
        spend = np.clip(spend, self.lower, self.upper)
        held = np.zeros(spend.shape, dtype=np.bool_)
        if self.limited:
            room = np.where(np.isfinite(self.most), self.most - self.change(spend), np.inf)
            near = room <= 1e-6 * max(float(np.abs(spend).mean()), ROUNDING)
            held = (near[:, :, None] & (self.rows != 0.0)).any(axis=1)
        for m in range(len(self.totals)):
            for _ in range(4):
                missing = float(self.missing(spend)[m])
                if abs(missing) <= 1e-14 * abs(self.totals[m]):
                    break
                room = (self.upper - spend if missing > 0.0 else spend - self.lower) * (self.sums[:, m] > 0.0)
                if not held.all():
                    room = np.where(held, 0.0, room)
                c, k = np.unravel_index(int(np.argmax(room)), room.shape)
                step = missing / self.sums[k, m] if self.sums[k, m] > 0.0 else 0.0
                spend[c, k] = float(np.clip(spend[c, k] + step, self.lower[c, k], self.upper[c, k]))
        return spend


def _narrow_by_change(lower: Floats, upper: Floats, rows: Floats, most: Floats, *, clip: bool) -> None:
    """Bounds of one variable by those of its row's others, in place; `clip` keeps them from crossing."""
    for r in [*range(rows.shape[1]), *range(rows.shape[1] - 1, -1, -1)]:
        limited = np.isfinite(most[:, r])
        for k in np.flatnonzero((rows[:, r] != 0.0).any(axis=0)):
            own = rows[:, r, k]
            rest = rows[:, r].copy()
            rest[:, k] = 0.0
            least = np.minimum(rest * lower, rest * upper).sum(axis=1)
            step = np.where(own != 0.0, own, 1.0)
            limit = np.where(limited, most[:, r] - least, 0.0) / step
            slack = ROUNDING * np.maximum(np.abs(limit), 1.0)
            up, down = limited & (own > 0.0), limited & (own < 0.0)
            highest = np.maximum(limit + slack, lower[:, k]) if clip else limit + slack
            upper[up, k] = np.minimum(upper[up, k], highest[up])
            lowest = np.minimum(limit - slack, upper[:, k]) if clip else limit - slack
            lower[down, k] = np.maximum(lower[down, k], lowest[down])


@dataclass(frozen=True, eq=False)
class ChangeRows:
    """Change limits as rows (C, R, H) and what they may reach (C, R), with the week (R,) and sign (R,) of each."""

    rows: Floats
    most: Floats
    week: NDArray[np.intp]
    sign: Floats

    @classmethod
    def of(cls, share: Floats, money: Floats, before: Floats | None, weeks: int) -> ChangeRows:
        """Rows of changes from week to week.

        Parameters
        ----------
        share, money : float array, shape (C,)
            Largest change as a share of the week before, and in money; infinite for no limit.
        before : float array, shape (C,), or None
            Spend of the last week before the plan; None leaves the first week free.
        weeks : int
            H.
        """
        cells = len(share)
        rows, most, place = [], [], []
        for week in range(0 if before is not None else 1, weeks):
            for sign in (1.0, -1.0):
                for limit, relative in ((share, True), (money, False)):
                    known = np.isfinite(limit)
                    if not known.any():
                        continue
                    size = np.where(known, limit, 0.0)
                    factor = sign * (1.0 + sign * size) if relative else np.full(cells, sign)
                    edge = np.zeros(cells) if relative else size
                    row = np.zeros((cells, weeks))
                    row[:, week] = sign
                    if week:
                        row[:, week - 1] = -factor
                    else:
                        edge = edge + factor * np.asarray(before)
                    rows.append(row * known[:, None])
                    most.append(np.where(known, edge, np.inf))
                    place.append((week, sign))
        if not rows:
            none = np.zeros((cells, 0))
            return cls(np.zeros((cells, 0, weeks)), none, np.zeros(0, dtype=np.intp), np.zeros(0))
        week_of, sign_of = np.array([p[0] for p in place], dtype=np.intp), np.array([p[1] for p in place])
        return cls(np.stack(rows, axis=1), np.stack(most, axis=1), week_of, sign_of)
