"""Read a file, whatever its format, into a RawTable."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from optimizer.errors import InputError
from optimizer.history.content_types import Naming, to_json
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.history.raw import RawTable
from optimizer.language.message import say

PARQUET, XLSX, TEXT = "parquet", "xlsx", "text"
_FORMATS = say("give a CSV, XLSX or Parquet file")
_REFUSED = (
    (
        b"\xd0\xcf\x11\xe0",
        say("this workbook has a password or the old XLS format"),
        say("save it as XLSX without a password"),
    ),
    (b"\x1f\x8b", say("this is a gzip archive"), say("unpack it first")),
    (b"%PDF", say("this is a PDF"), _FORMATS),
    (b"{", say("this looks like JSON"), _FORMATS),
    (b"<", say("this looks like a web page or XML"), _FORMATS),
)


def read_bytes(source: str | Path | bytes, name: str = "") -> tuple[bytes, str]:
    """The bytes of a history and the name to use in messages.

    Raises
    ------
    InputError
        The file is missing, is a folder, may not be read or is empty.
    """
    if isinstance(source, bytes):
        data, file = source, name or say("the uploaded file")
    else:
        path = Path(source)
        file = name or str(source)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise InputError.at(say("there is no such file"), file=file, fix=say("check the path")) from error
        except IsADirectoryError as error:
            raise InputError.at(say("this is a folder, not a file"), file=file, fix=_FORMATS) from error
        except OSError as error:
            problem = say("the file cannot be read ({error})", error=error.strerror)
            raise InputError.at(problem, file=file) from error
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise InputError.at(say("the file is empty"), file=file, fix=_FORMATS)
    return data, file


def read_table(data: bytes, file: str, mapping: ColumnMapping = AS_SPELLED) -> RawTable:
    """Read the bytes of a CSV, XLSX or Parquet file; the content tells which, not the name.

    Parameters
    ----------
    data : bytes
    file : str
        Name for messages.
    mapping : ColumnMapping
        What its headers mean.

    Raises
    ------
    InputError
        Another format, or anything that keeps the rows from being read.
    """
    from optimizer.history.sheets import read_parquet, read_xlsx
    from optimizer.history.text import read_text

    read = {PARQUET: read_parquet, XLSX: read_xlsx, TEXT: read_text}[kind_of(data, file)]
    return read(data, file, mapping)


def kind_of(data: bytes, file: str) -> str:
    """The kind of a file by its content: `PARQUET`, `XLSX` or `TEXT`.

    Raises
    ------
    InputError
        It is of a kind that is known and cannot be read.
    """
    if data.startswith(b"PAR1"):
        return PARQUET
    if data.startswith(b"PK\x03\x04"):
        return XLSX
    for start, problem, fix in _REFUSED:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise InputError.at(problem, file=file, fix=fix)
    return TEXT


def sha256(data: bytes) -> str:
    """Hash of the bytes, so that a result can name what it was made from.

    Examples
    --------
    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def identity(data: bytes, mapping: ColumnMapping = AS_SPELLED, naming: Naming = ()) -> str:
    """Hash of the bytes, and of how they are read where that is not as they say themselves.

    Examples
    --------
    >>> identity(b"") == sha256(b""), identity(b"", ColumnMapping({"Cost": "spend"})) == sha256(b"")
    (True, False)
    """
    return identity_of(sha256(data), mapping, naming)


def identity_of(hashed: str, mapping: ColumnMapping = AS_SPELLED, naming: Naming = ()) -> str:
    """As `identity`, from the hash of the bytes."""
    if not mapping and not naming:
        return hashed
    how = json.dumps({"mapping": mapping.to_json(), "naming": to_json(naming)}, sort_keys=True)
    return sha256(f"{hashed} {how}".encode())
