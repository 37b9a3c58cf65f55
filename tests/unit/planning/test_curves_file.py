"""Curves that the user brings: what is read, and a sentence for each thing that cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.planning.curves_file import read_curves

HEADER = "network,content_type,spend,value\n"
GOOD = "tiktok,video,0,0\ntiktok,video,10,50\ntiktok,video,30,70\n"


def test_points_become_straight_lines_in_any_order_of_rows(write):
    read = read_curves(
        write(
            "c.csv", HEADER + "tiktok,video,30,70\nx,image,5,1\nTikTok, Video ,0,0\n x ,IMAGE,0,0\ntiktok,video,10,50\n"
        )
    )
    assert [cell.label for cell in read.curves.cells] == ["tiktok/video", "x/image"]
    assert read.curves.value(np.array([20.0, 2.5])).tolist() == [60.0, 0.5]
    assert read.findings == ()


def test_curves_are_read_as_europeans_write_them(write):
    text = "\ufeffNetwork;Content type;Audience;Spend;Value;note\nx;image;new;0;0;a\nx;image;new;1.234,5;2,5;b\n\n"
    read = read_curves(write("c.csv", text))
    assert read.curves.cells[0].audience == "new"
    assert read.curves.knots.tolist() == [[0, 1234.5]]
    assert read.curves.value(np.array([1234.5])).tolist() == [2.5]


def test_nothing_is_known_past_the_last_point(write):
    read = read_curves(write("c.csv", HEADER + GOOD))
    with pytest.raises(InputError, match="its curve is known from 0 to 30"):
        read.curves.value(np.array([30.1]))


def test_a_curve_that_begins_late_is_told(write):
    read = read_curves(write("c.csv", HEADER + "x,image,5,1\nx,image,9,2\n" + GOOD))
    (finding,) = read.findings
    assert (finding.rule, finding.rows) == ("curve-begins-late", (2,))
    assert "x/image begins above spend 0" in finding.text


@pytest.mark.parametrize(
    ("rows", "place", "what"),
    [
        (
            GOOD + "x,image,0,nan\nx,image,1,1\n",
            "row 5, column value",
            "value of x/image is 'nan', which is not",
        ),
        (GOOD + "x,image,,1\nx,image,1,1\n", "row 5, column spend", "spend of x/image is empty"),
        (GOOD + "x,image,0,0\nx,image,1,lots\n", "row 6, column value", "value is 'lots'"),
        (GOOD + "x,image,0,0\nx,image,1,inf\n", "row 6, column value", "value is inf"),
        (GOOD + "x,image,-1,0\nx,image,1,1\n", "row 5, column spend", "spend is -1"),
        (GOOD + "x,image,0,9\n", "row 5, column spend", "the curve of x/image has one point only; add a second"),
        (GOOD + "tiktok,video,10,55\n", "row 5, column spend", "row 3 has spend 10 of tiktok/video too"),
        (
            "x,image,20,3\nx,image,0,0\nx,image,10,5\n",
            "row 2, column value",
            "the curve of x/image falls from 5 at spend 10 (row 4) to 3 at 20; more money must not bring less",
        ),
        ("x,,0,0\nx,,1,1\n", "row 2, column content_type", "content_type is empty"),
        ("", "row 1", "there is a header but no row below it"),
    ],
)
def test_what_cannot_be_used_names_its_place(write, rows, place, what):
    path = write("c.csv", HEADER + rows)
    with pytest.raises(InputError) as caught:
        read_curves(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, {place}")
    assert what in message
    assert message.endswith(".")
    assert "\n" not in message


def test_a_missing_column_is_named(write):
    with pytest.raises(InputError, match=r"row 1: column value is missing"):
        read_curves(write("c.csv", "network,content_type,spend,conversions\nx,image,0,0\n"))


@pytest.mark.parametrize(("content", "what"), [("", "the file is empty"), (None, "there is no such file")])
def test_no_curves_at_all(write, tmp_path, content, what):
    path = tmp_path / "none.csv" if content is None else write("c.csv", content)
    with pytest.raises(InputError, match=what):
        read_curves(path)
