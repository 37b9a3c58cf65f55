"""Files a person hands to the screen: size limits, and reading them under the name their owner gave them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath, PureWindowsPath

from optimizer.errors import InputError
from optimizer.history import History, load_history
from optimizer.history.content_types import Naming
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.history.read import PARQUET, XLSX, identity, sha256
from optimizer.language import Message, say

SUFFIXES = ("csv", "xlsx", "parquet")
MAX_MEGABYTES = 50
MAX_UNPACKED_MEGABYTES = 400
MEGABYTE = 1_000_000
CELL_BYTES = 32  # of a value once it is read: a column of one value alone is packed into nothing
LONGEST_NAME = 100


@dataclass(frozen=True)
class Source:
    """A history as bytes with the name its owner gave it.

    Attributes
    ----------
    name : str
        File name without folder, safe to use on disk.
    data : bytes
    sample : bool
        Whether it is the simulated sample.
    sha256 : str
        Hash of the bytes, and of mapping, naming and earlier exports where there are any: the identity of what is read.
    mapping : ColumnMapping
        What the headers of the file mean.
    naming : tuple of NamingRule
        Rules that give content types.
    named : bool
        Whether the name is one that somebody gave a kept history, and not that of a file.
    earlier : tuple of (str, bytes)
        Name and bytes of what older exports of the same history had; read as the history is.
    """

    name: str
    data: bytes = field(repr=False)
    sample: bool = False
    sha256: str = ""
    mapping: ColumnMapping = AS_SPELLED
    naming: Naming = ()
    named: bool = False
    earlier: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, name: str, data: bytes, sample: bool = False) -> Source:
        """Build a source from what a browser sent; the name is made safe and the content hashed."""
        return cls(safe_name(name), data, sample, identity(data))

    @classmethod
    def kept(
        cls, name: str, data: bytes, mapping: ColumnMapping = AS_SPELLED, naming: Naming = (),
        earlier: tuple[tuple[str, bytes], ...] = (),
    ) -> Source:  # fmt: skip
        """Build a source from a kept history and how it is read."""
        made = cls(safe_name(name), data, named=True, earlier=earlier)
        return made.read_as(mapping, naming)

    def read_as(self, mapping: ColumnMapping = AS_SPELLED, naming: Naming = ()) -> Source:
        """The same file, read in another way."""
        hashed = identity(self.data, mapping, naming)
        if self.earlier:
            hashed = sha256("".join([hashed, *(sha256(data) for _name, data in self.earlier)]).encode())
        return replace(self, sha256=hashed, mapping=mapping, naming=naming)

    @property
    def reading(self) -> str:
        """Hash of the bytes and of how they are read, whatever earlier exports had."""
        return identity(self.data, self.mapping, self.naming)


def safe_name(name: str) -> str:
    r"""Keep the file name a person gave, without folders and control characters, and not endless.

    Examples
    --------
    >>> safe_name("../../etc/passwd"), safe_name("C:\\Users\\me\\März 2026.csv"), safe_name("..")
    ('passwd', 'März 2026.csv', 'history')
    """
    last = PurePosixPath(PureWindowsPath(name).as_posix()).name
    kept = "".join(sign for sign in last if sign.isprintable()).strip()
    if kept in ("", ".", ".."):
        return "history"
    path = PurePosixPath(kept)
    return path.stem[:LONGEST_NAME] + path.suffix[:LONGEST_NAME]


def read_source(source: Source) -> History:
    """Read and check a history from its bytes; messages name the person's own file.

    Raises
    ------
    InputError
        The file is too large, of an unknown kind, or cannot be used as a history.
    """
    check_size(source)
    read = load_history(source.data, name=source.name, columns=source.mapping, naming=source.naming)
    if not source.earlier:
        return read
    from optimizer.planning.earlier import with_earlier

    return with_earlier(read, [load_history(data, name=name, naming=source.naming) for name, data in source.earlier])


def check_size(source: Source) -> None:
    """Refuse files that are too large, packed or unpacked, before anything reads them.

    Raises
    ------
    InputError
        With the size, the limit and what to do.
    """
    suffix = PurePosixPath(source.name).suffix.lower().removeprefix(".")
    if suffix not in SUFFIXES and not source.named:
        problem = say("files of type '{suffix}' cannot be read", suffix=suffix)
        raise InputError.at(problem, file=source.name, fix=say("upload a CSV, XLSX or Parquet file"))
    size = _megabytes(len(source.data))
    if size > MAX_MEGABYTES:
        problem = say(
            "the file holds {size} MB, more than the {limit} MB this screen takes", size=size, limit=MAX_MEGABYTES
        )
        raise InputError.at(problem, file=source.name, fix=_smaller())
    # The content says what it is: a workbook under the name of a CSV file unpacks all the same.
    kind = "" if source.named else suffix
    kind = PARQUET if source.data.startswith(b"PAR1") else XLSX if source.data.startswith(b"PK") else kind
    try:
        unpacked = _unpacked_size(source.data, kind)
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        wrong = say("the file is not a readable {kind} file", kind=kind.upper())
        fix = say("export it again, or save it as CSV")
        raise InputError.at(wrong, file=source.name, fix=fix) from problem
    size = _megabytes(unpacked)
    if size > MAX_UNPACKED_MEGABYTES:
        limit = MAX_UNPACKED_MEGABYTES
        wrong = say("the file unpacks to {size} MB, more than the {limit} MB this screen takes", size=size, limit=limit)
        raise InputError.at(wrong, file=source.name, fix=_smaller())


def _unpacked_size(data: bytes, kind: str) -> int:
    """Bytes the content takes once unpacked, as its own directory states it, and no less than its cells need."""
    if kind == XLSX:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    if kind == PARQUET:
        from pyarrow import parquet

        metadata = parquet.read_metadata(io.BytesIO(data))
        groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
        cells = sum(int(group.column(place).num_values) for group in groups for place in range(group.num_columns))
        return max(sum(int(group.total_byte_size) for group in groups), CELL_BYTES * cells)
    return len(data)


def _megabytes(size: int) -> int:
    """Bytes in megabytes, a part of one counting as one."""
    return -(-size // MEGABYTE)


def _smaller() -> Message:
    return say("leave out old rows or columns, or use the command line")
