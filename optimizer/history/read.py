"""Read a file, whatever its format, into a RawTable."""

from __future__ import annotations

import hashlib
from pathlib import Path

from optimizer.errors import InputError
from optimizer.history.raw import RawTable

_FORMATS = "give a CSV, XLSX or Parquet file"
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "this workbook has a password or the old XLS format", "save it as XLSX without a password"),
    (b"\x1f\x8b", "this is a gzip archive", "unpack it first"),
    (b"%PDF", "this is a PDF", _FORMATS),
    (b"{", "this looks like JSON", _FORMATS),
    (b"<", "this looks like a web page or XML", _FORMATS),
)


def read_bytes(source: str | Path | bytes, name: str = "") -> tuple[bytes, str]:
    """The bytes of a history and the name to use in messages.

    Raises
    ------
    InputError
        The file is missing, is a folder, may not be read or is empty.
    """
    if isinstance(source, bytes):
        data, file = source, name or "the uploaded file"
    else:
        path = Path(source)
        file = name or str(source)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise InputError.at("there is no such file", file=file, fix="check the path") from error
        except IsADirectoryError as error:
            raise InputError.at("this is a folder, not a file", file=file, fix=_FORMATS) from error
        except OSError as error:
            raise InputError.at(f"the file cannot be read ({error.strerror})", file=file) from error
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise InputError.at("the file is empty", file=file, fix=_FORMATS)
    return data, file


def read_table(data: bytes, file: str) -> RawTable:
    """Read the bytes of a CSV, XLSX or Parquet file; the content tells which, not the name.

    Raises
    ------
    InputError
        Another format, or anything that keeps the rows from being read.
    """
    from optimizer.history.sheets import read_parquet, read_xlsx
    from optimizer.history.text import read_text

    if data.startswith(b"PAR1"):
        return read_parquet(data, file)
    if data.startswith(b"PK\x03\x04"):
        return read_xlsx(data, file)
    for start, problem, fix in _REFUSED:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise InputError.at(problem, file=file, fix=fix)
    return read_text(data, file)


def sha256(data: bytes) -> str:
    """Hash of the bytes, so that a result can name what it was made from.

    Examples
    --------
    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()
