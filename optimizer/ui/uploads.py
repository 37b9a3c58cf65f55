"""Files a person hands to the screen: size limits, and reading them under the name their owner gave them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

from optimizer.errors import InputError
from optimizer.history import History, load_history
from optimizer.ui import text

SUFFIXES = ("csv", "xlsx", "parquet")
MAX_MEGABYTES = 50
MAX_UNPACKED_MEGABYTES = 400
MEGABYTE = 1_000_000
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
        Hash of the bytes: the identity of the content.
    """

    name: str
    data: bytes = field(repr=False)
    sample: bool = False
    sha256: str = ""

    @classmethod
    def of(cls, name: str, data: bytes, sample: bool = False) -> Source:
        """Build a source from what a browser sent; the name is made safe and the content hashed."""
        return cls(safe_name(name), data, sample, hashlib.sha256(data).hexdigest())


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
    return load_history(source.data, name=source.name)


def check_size(source: Source) -> None:
    """Refuse files that are too large, packed or unpacked, before anything reads them.

    Raises
    ------
    InputError
        With the size, the limit and what to do.
    """
    suffix = PurePosixPath(source.name).suffix.lower().removeprefix(".")
    if suffix not in SUFFIXES:
        raise InputError.at(text.UNKNOWN_SUFFIX.format(suffix=suffix), file=source.name, fix=text.UNKNOWN_SUFFIX_FIX)
    _limit(source.name, len(source.data), MAX_MEGABYTES, text.TOO_LARGE)
    try:
        unpacked = _unpacked_size(source.data, suffix)
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        wrong = text.UNREADABLE_ARCHIVE.format(kind=suffix.upper())
        raise InputError.at(wrong, file=source.name, fix=text.UNREADABLE_ARCHIVE_FIX) from problem
    _limit(source.name, unpacked, MAX_UNPACKED_MEGABYTES, text.TOO_LARGE_UNPACKED)


def _unpacked_size(data: bytes, suffix: str) -> int:
    """Bytes the content takes once unpacked, as its own directory states it."""
    if suffix == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    if suffix == "parquet":
        from pyarrow import parquet

        metadata = parquet.read_metadata(io.BytesIO(data))
        return sum(int(metadata.row_group(group).total_byte_size) for group in range(metadata.num_row_groups))
    return len(data)


def _limit(name: str, size: int, limit: int, pattern: str) -> None:
    if size > limit * MEGABYTE:
        wrong = pattern.format(size=-(-size // MEGABYTE), limit=limit)
        raise InputError.at(wrong, file=name, fix=text.TOO_LARGE_FIX)
