"""Broken rows: everything wrong with the rows of a file at once, so that nobody corrects them one upload at a time."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.errors import InputError

MOST = 20
"""Rows that are told; a file with more of them is wrong in another way."""


class BrokenRows(InputError):  # noqa: N818 - the rows are broken, whatever raised it
    """Rows of a file cannot be used. The message is about the first, as if it were the only one.

    Attributes
    ----------
    each : tuple of str
        A sentence for each value that cannot be used, in the order of the file; the first `MOST`.
    more : bool
        Whether there are more than are told.
    """

    each: tuple[str, ...] = ()
    more: bool = False

    @classmethod
    def of(cls, errors: Sequence[InputError]) -> BrokenRows:
        """Put errors of single values together, in the order given.

        Examples
        --------
        >>> found = BrokenRows.of([InputError.at("spend is -5", row=3), InputError.at("spend is -7", row=9)])
        >>> str(found), len(found.each), found.more
        ('row 3: spend is -5.', 2, False)
        """
        told = tuple(error.message for error in errors[:MOST])
        made = cls(told[0])
        made.each, made.more = told, len(errors) > MOST
        return made
