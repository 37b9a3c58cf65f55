"""Rates of the books' currency: what is read, and one sentence for what cannot be."""

from __future__ import annotations

import pytest

from optimizer.errors import InputError
from optimizer.finance.rates import read_rates

HEADER = "period,currency,budget_rate,actual_rate\n"


def test_rates_are_read_with_either_decimal_mark() -> None:
    told = read_rates((HEADER + "2026-11,usd,1.1,1.2\nfy2027 p01,USD,1.10,0.9\n").encode(), "r.csv")
    assert (told.currency, told.budget, told.actual) == ("USD", 1.1, {"2026-11": 1.2, "FY2027 P01": 0.9})
    german = HEADER.replace(",", ";") + "2026-11;USD;1,1;1,25\n"
    assert read_rates(german.encode(), "r.csv").actual == {"2026-11": 1.25}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("a,b\n1,2\n", "row 1: the header is"),
        (HEADER, "r.csv: there is no line below the header"),
        ("period,currency,actual_rate\n2026-11,USD,1\n", "row 1: the header is"),
        (HEADER + "2026-11,USD,1.1,-1\n", "row 2, column actual_rate: actual_rate is"),
        (HEADER + "2026-11,USD,0,1\n", "row 2, column budget_rate: budget_rate is"),
        (HEADER + "2026-11,USD,1.1,nan\n", "actual_rate is"),
        (HEADER + "2026-11,USD,1.1\n", "actual_rate is"),
        (HEADER + "2026-11,dollar,1.1,1\n", "row 2, column currency: currency is"),
        (HEADER + ",USD,1.1,1\n", "the period is empty"),
        (HEADER + "2026-11,USD,1.1,1\n2026-11,USD,1.1,1\n", "row 3, column period: period 2026-11 is there twice"),
        (HEADER + "2026-11,USD,1.1,1\n2026-12,CHF,1.1,1\n", "row 3, column currency: currency is not the same"),
        (HEADER + "2026-11,USD,1.1,1\n2026-12,USD,1.2,1\n", "row 3, column budget_rate: budget_rate is not the same"),
    ],
)
def test_what_is_no_rate_costs_one_sentence(text, problem) -> None:
    with pytest.raises(InputError) as refused:
        read_rates(text.encode(), "r.csv")
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)
