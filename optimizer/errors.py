"""Every exception this package raises on purpose, in one tree.

    OptimizerError            anything below; exit code 4 when nothing more precise is known
    |-- InputError            a file, a column, a value or an option is wrong; exit code 2
    |-- InfeasibleError       no plan can satisfy the rules; exit code 3
    `-- InternalError         a promise of this package did not hold; exit code 4

A message is one sentence that says what is wrong, the value, where it stands (file, row, column),
what is allowed, and what to do. `InputError.at` builds such sentences in one way.
"""

from __future__ import annotations

from pathlib import Path

from optimizer.language.message import Message, join, say

EXIT_OK = 0
EXIT_INPUT = 2
EXIT_INFEASIBLE = 3
EXIT_INTERNAL = 4


class OptimizerError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the command line returns."""

    exit_code = EXIT_INTERNAL

    @property
    def message(self) -> str:
        """The sentence, as it was said: a `Message` can be said in another language."""
        return self.args[0] if self.args and isinstance(self.args[0], str) else str(self)


class InputError(OptimizerError):
    """What the user gave cannot be used; the message says what to change."""

    exit_code = EXIT_INPUT

    @classmethod
    def at(
        cls,
        problem: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        fix: str = "",
    ) -> InputError:
        """Build the error from its parts.

        Parameters
        ----------
        problem : str
            What is wrong, with the value, without a full stop.
        file : str or Path, optional
            The file it stands in.
        row : int, optional
            Line of the file as an editor counts it: the header is row 1.
        column : str, optional
            Name of the column as the file spells it.
        fix : str
            What is allowed or what to do.

        Examples
        --------
        >>> str(InputError.at("spend is -5", file="h.csv", row=3, column="spend", fix="spend must be 0 or more"))
        'h.csv, row 3, column spend: spend is -5; spend must be 0 or more.'
        """
        return cls(sentence(problem, file=file, row=row, column=column, fix=fix))


class InfeasibleError(OptimizerError):
    """No plan keeps all rules at once; the message names the clash and the smallest repair."""

    exit_code = EXIT_INFEASIBLE


class InternalError(OptimizerError):
    """A check of the program's own work failed; nothing the user did is at fault."""


def sentence(
    problem: str,
    *,
    file: str | Path | None = None,
    row: int | None = None,
    column: str | None = None,
    fix: str = "",
) -> Message:
    """Say where, what and what to do in one sentence; errors and findings share it.

    Examples
    --------
    >>> sentence("curency is not a known key", file="settings.toml", fix="did you mean currency?")
    'settings.toml: curency is not a known key; did you mean currency?'
    """
    place = [file if isinstance(file, Message) else str(file)] if file is not None else []
    place += [say("row {row}", row=str(row))] if row is not None else []
    place += [say("column {column}", column=column)] if column is not None else []
    said = join("; ", [problem, fix])
    ended = said if said.endswith("?") else join("", [said, "."])
    return join(": ", [join(", ", place), ended])
