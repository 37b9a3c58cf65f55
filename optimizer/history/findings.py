"""Finding: one thing worth knowing about the data or the fit that did not stop the work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from optimizer.errors import sentence
from optimizer.language.message import Message


class Severity(IntEnum):
    """How much a finding matters; sorts worst first when reversed."""

    NOTE = 1
    WARNING = 2
    SERIOUS = 3


@dataclass(frozen=True)
class Finding:
    """One finding, as a sentence with its place.

    Attributes
    ----------
    rule : str
        Short stable name such as ``unknown-column``; tests and screens refer to it.
    severity : Severity
    problem : str
        What was found, with the value; no full stop.
    fix : str
        What to do, or what was done about it; "" if nothing need be.
    file, column : str
        Where; "" if it is about the history as a whole.
    rows : tuple of int
        Lines of the file as an editor counts them (the header is row 1); at most the first 20.
    """

    rule: str
    severity: Severity
    problem: str
    fix: str = ""
    file: str = ""
    column: str = ""
    rows: tuple[int, ...] = ()

    @property
    def text(self) -> Message:
        """The finding as one sentence.

        Examples
        --------
        >>> Finding("unknown-column", Severity.NOTE, "column 'mood' is not known", "it was left out", "h.csv").text
        "h.csv: column 'mood' is not known; it was left out."
        """
        row = self.rows[0] if self.rows else None
        return sentence(self.problem, file=self.file or None, row=row, column=self.column or None, fix=self.fix)


def worst_first(findings: list[Finding] | tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Sort by severity, worst first, keeping the order of discovery inside one severity."""
    return tuple(sorted(findings, key=lambda finding: -finding.severity))
