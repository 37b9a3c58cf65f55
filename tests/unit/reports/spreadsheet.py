"""A workbook changed as a person would and calculated anew by LibreOffice, without a screen."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
LONGEST = 180  # seconds


class Sheets:
    """A workbook's formulas and values.

    Parameters
    ----------
    content : bytes
        XLSX.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        self.formulas = openpyxl.load_workbook(io.BytesIO(content))

    def place(self, name: str) -> tuple[str, str]:
        """Sheet and cell of a name."""
        (found,) = self.formulas.defined_names[name].destinations
        return found[0], found[1].replace("$", "")

    def named(self, name: str) -> object:
        """Value of a named cell."""
        sheet, cell = self.place(name)
        return self.values[sheet][cell].value

    def all_formulas(self) -> dict[tuple[str, str], str]:
        """Every formula by sheet and cell."""
        return {
            (sheet.title, cell.coordinate): cell.value
            for sheet in self.formulas
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }

    def row(self, sheet: str, label: str, after: str = "") -> list[object]:
        """Values of the first row that begins so, below one that begins otherwise."""
        seen = not after
        for row in self.values[sheet].iter_rows(values_only=True):
            if seen and row[0] == label:
                return list(row)
            seen = seen or row[0] == after
        raise LookupError(label)

    def changed(self, **numbers: float) -> bytes:
        """The file with other numbers in named cells, all else as it was."""
        by_sheet: dict[str, dict[str, float]] = {}
        for name, value in numbers.items():
            sheet, cell = self.place(name)
            by_sheet.setdefault(sheet, {})[cell] = value
        paths = {f"xl/worksheets/sheet{n}.xml": name for n, name in enumerate(self.formulas.sheetnames, 1)}
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                data = old.read(item)
                for cell, value in by_sheet.get(paths.get(item.filename, ""), {}).items():
                    pattern = rf'(<c r="{cell}"[^>]*>)<v>[^<]*</v>'
                    text, count = re.subn(pattern, rf"\g<1><v>{value!r}</v>", data.decode())
                    assert count == 1, f"{cell} holds no plain number"
                    data = text.encode()
                new.writestr(item, data)
        return made.getvalue()


def calculated(content: bytes, folder: Path) -> Sheets:
    """The workbook as LibreOffice works it out, whatever values were in the file."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed, so no spreadsheet can be calculated")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    source, made = folder / "book.xlsx", folder / "made"
    source.write_bytes(content)
    told = subprocess.run(
        [
            office,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            made,
            source,
        ],
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    target = made / "book.xlsx"
    assert target.exists(), told.stderr or told.stdout
    found = Sheets(target.read_bytes())
    target.unlink()
    return found
