"""What a browser sends is limited and named safely before anything reads it."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pytest

from optimizer.errors import InputError
from optimizer.ui import uploads
from optimizer.ui.uploads import Source, check_size, read_source


@pytest.mark.parametrize("name", ["notes.pdf", "history", "history.csv.exe", ""])
def test_other_kinds_of_file_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="upload a CSV, XLSX or Parquet file"):
        check_size(Source.of(name, b"date"))


def test_a_large_file_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MEGABYTE", 1)
    with pytest.raises(InputError, match=r"big\.csv: the file holds 60 MB, more than the 50 MB"):
        check_size(Source.of("big.csv", b"x" * 60))


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MEGABYTE", 10)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 4500)
    with pytest.raises(InputError, match=r"unpacks to 450 MB, more than the 400 MB"):
        check_size(Source.of("bomb.xlsx", packed.getvalue()))


def test_a_parquet_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    pd.DataFrame({"spend": range(50_000)}).to_parquet(packed)
    data = packed.getvalue()
    monkeypatch.setattr(uploads, "MAX_MEGABYTES", 1000)
    monkeypatch.setattr(uploads, "MAX_UNPACKED_MEGABYTES", 0.1)
    with pytest.raises(InputError, match="unpacks to"):
        check_size(Source.of("big.parquet", data))


@pytest.mark.parametrize("name", ["broken.xlsx", "broken.parquet"])
def test_a_broken_archive_is_a_sentence(name: str) -> None:
    with pytest.raises(InputError, match=f"{name}: the file is not a readable"):
        check_size(Source.of(name, b"not an archive at all"))


def test_messages_name_the_persons_own_file_and_no_folder() -> None:
    rows = b"date,network,content_type,spend,conversions\n2026-01-05,facebook,image,abc,3\n"
    with pytest.raises(InputError) as problem:
        read_source(Source.of("C:\\Users\\me\\Q3 export.csv", rows))
    assert str(problem.value).startswith("Q3 export.csv, row 2, column spend")


def test_the_same_bytes_have_the_same_identity() -> None:
    assert Source.of("a.csv", b"x").sha256 == Source.of("b.csv", b"x").sha256
    assert Source.of("a.csv", b"x").sha256 != Source.of("a.csv", b"y").sha256


def test_a_workbook_under_another_ending_is_measured_as_a_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MEGABYTE", 10)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 4500)
    with pytest.raises(InputError, match=r"unpacks to 450 MB, more than the 400 MB"):
        check_size(Source.of("bomb.csv", packed.getvalue()))
