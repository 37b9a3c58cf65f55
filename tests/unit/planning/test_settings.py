"""settings.toml: what it says, and one sentence for each way to get it wrong."""

from __future__ import annotations

import re
import tomllib

import pytest

from optimizer.errors import InputError
from optimizer.planning.settings import Settings, read_settings, settings_of, settings_template

AMOUNT = "a number from -1e9 to 1e9 such as 42 or -0.5"


@pytest.fixture
def refused(write):
    """Read a file that cannot be used; give the sentence after the file's name."""

    def _refused(text):
        path = write("settings.toml", text)
        with pytest.raises(InputError) as told:
            read_settings(path)
        message = str(told.value)
        assert message.startswith(f"{path}")
        assert message.endswith((".", "?"))
        assert "\n" not in message
        return message.removeprefix(str(path))

    return _refused


def test_every_key_is_read(write):
    path = write(
        "settings.toml",
        'currency = "eur"\ncountry = "vn"\n[outcomes]\nconversions = 42\nnegative_feedback = -1.5\nclicks = 0\n',
    )
    settings = read_settings(path)
    assert (settings.currency, settings.country, settings.file) == ("EUR", "VN", str(path))
    assert settings.outcomes == {"conversions": 42.0, "negative_feedback": -1.5, "clicks": 0.0}
    assert settings.worths == {"conversions": 42.0, "negative_feedback": -1.5}


def test_margin_and_costs_are_read(write):
    text = "margin = 1\nteam_per_month = 2500\n[production]\nvideo = 900\n'live show' = 0.5\n"
    settings = read_settings(write("settings.toml", text))
    assert (settings.margin, settings.team_per_month) == (1.0, 2500.0)
    assert settings.production == {"video": 900.0, "live show": 0.5}
    assert settings_of(tomllib.loads(text)).model_dump() == settings.model_dump()
    assert read_settings(write("settings.toml", "team_per_month = 0\n")).margin is None


def test_plain_values_are_refused_as_a_file_is():
    with pytest.raises(InputError) as told:
        settings_of({"margin": "0.4"}, "here")
    assert str(told.value).startswith("here, key margin: margin is '0.4'; write the share of revenue")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[outcomes]\n"])
def test_every_key_may_be_left_out(write, text):
    assert read_settings(write("settings.toml", text)) == read_settings(write("settings.toml", "\n"))
    assert read_settings(write("settings.toml", text)).worths == {}


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_bytes(b'\xef\xbb\xbfcurrency = "EUR"\r\ncountry = "DE"\r\n')
    assert (read_settings(path).currency, read_settings(path).country) == ("EUR", "DE")


def test_the_template_reads_as_it_stands_and_filled_in(write):
    text = settings_template()
    assert tomllib.loads(text) == {}
    filled = re.sub(r"^# ((?:\w+ = .*)|(?:\[\w+\]))$", r"\1", text, flags=re.MULTILINE)
    values = tomllib.loads(filled)
    assert set(values) == set(Settings.model_fields)  # every key is explained, and none that is not one
    settings = read_settings(write("settings.toml", filled))
    assert settings.worths == {"conversions": 42.0, "followers_gained": 0.5, "negative_feedback": -1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("currency = 5", ", key currency: currency is 5; write the three letters of ISO 4217 in quotes"),
        ('currency = "EURO"', ", key currency: currency is 'EURO'; write the three letters of ISO 4217 in quotes"),
        ('currency = ""', ", key currency: currency is ''; write the three letters"),
        ('country = "DEU"', ", key country: country is 'DEU'; write the two letters of ISO 3166 in quotes"),
        ('country = "XX"', ", key country: country is 'XX', and no holidays are known for it; write the two letters"),
        ("country = true", ", key country: country is true; write the two letters"),
        ("outcomes = 5", ", key outcomes: outcomes is 5; write a table [outcomes] with a line such as conversions = "),
        ("[[outcomes]]", ", key outcomes: outcomes is a list; write a table [outcomes]"),
        ('[outcomes]\nclicks = "42"', f", key outcomes.clicks: clicks is '42'; write the worth of one unit in account "
         f"currency, {AMOUNT}"),
        ("[outcomes]\nclicks = true", ", key outcomes.clicks: clicks is true; write the worth"),
        ("[outcomes]\nclicks = nan", ", key outcomes.clicks: clicks is nan; write the worth"),
        ("[outcomes]\nclicks = inf", ", key outcomes.clicks: clicks is inf; write the worth"),
        ("[outcomes]\nclicks = 1e10", f", key outcomes.clicks: clicks is 10000000000.0; write the worth of one unit in "
         f"account currency, {AMOUNT}"),
        ("[outcomes]\nclicks = [1]", ", key outcomes.clicks: clicks is a list; write the worth"),
        ("[outcomes.clicks]\nworth = 1", ", key outcomes.clicks: clicks is a table; write the worth"),
        ("margin = 0", ", key margin: margin is 0; write the share of revenue that is left after all variable costs, "
         "above 0 and up to 1, such as 0.4."),
        ("margin = 40", ", key margin: margin is 40; write the share of revenue"),
        ("margin = true", ", key margin: margin is true; write the share of revenue"),
        ("team_per_month = 5", ", key team_per_month: it comes off profit, which needs a margin; write margin = 0.4 or "
         "so too, or take the line out."),
        ("margin = 1\nteam_per_month = -5", ", key team_per_month: team_per_month is -5; write what the team "
         "costs a month, a number of account currency, 0 or more."),
        ("[production]\nvideo = -1", ", key production.video: video is -1; write what one asset of the content"),
        ("[production]\nvideo = '9'", ", key production.video: video is '9'; write what one asset of the content"),
        ("[production]\n'' = 9", ", key production: a content type has no name that can be; write the name"),
        ("production = 5", ", key production: production is 5; write a table [production] with a line such as video"),
        (f"[outcomes]\nclicks = 1{'0' * 400}", f", key outcomes.clicks: clicks is 1{'0' * 39}...; write the worth"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_allowed(refused, text, message):
    assert refused(text).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('curency = "EUR"', ", key curency: curency is not a known key; did you mean currency?"),
        ("mood = 1", ", key mood: mood is not a known key; keys are currency, country, margin, team"),
        ("[outcome]\nclicks = 1", ", key outcome: outcome is not a known key; did you mean outcomes?"),
        (
            "clicks = 1",
            ", key clicks: clicks is not a known key; the worth of clicks stands below the line [outcomes].",
        ),
        ("[outcomes]\nclick = 1", ", key outcomes.click: click is not a known outcome; did you mean clicks?"),
        ("[outcomes]\nspend = 1", ", key outcomes.spend: spend is not a known outcome; outcomes are conversions, "),
        ("[outcomes]\n'' = 1", ", key outcomes.: the empty name is not a known outcome; outcomes are conversions, "),
        (
            '[outcomes]\nclicks = 1\ncurrency = "EUR"',
            ", key outcomes.currency: currency is not a known outcome; currency stands above the line [outcomes].",
        ),
    ],
)
def test_a_key_that_is_not_known(refused, text, message):
    assert refused(text).startswith(message)


@pytest.mark.parametrize("text", ["[outcomes]\nbounces = -1", "[outcomes]\nclicks = 0"])
def test_no_outcome_is_worth_anything(refused, text):
    assert refused(text) == (
        ", key outcomes: no outcome is worth more than 0, so money would best stay unspent; "
        "give at least one outcome a worth above 0."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "currency",
            ", line 1, column 9: this is not TOML (expected '=' after a key in a key/value pair); write lines",
        ),
        ('country = "DE"\n\ncurrency = EUR\n', ", line 3, column 12: this is not TOML (invalid value); write lines"),
        ('country = "DE"\ncountry = "US"', ", line 2, column 15: this is not TOML (cannot overwrite a value);"),
        ('country = "DE\n', ", line 1, column 14: this is not TOML (illegal character '\\n');"),
        (f"a = {'[' * 20_000}", ": this cannot be read (brackets stand inside each other); write lines"),
        (f"a = 1{'0' * 6000}", ": this cannot be read (a number is too long); write lines"),
    ],
)
def test_what_is_not_toml(refused, text, message):
    assert refused(text).startswith(message)


def test_a_file_that_is_not_text(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_bytes(b'# one\ncurrency = "\xe9"')
    with pytest.raises(InputError) as told:
        read_settings(path)
    assert str(told.value) == f"{path}, line 2: this is not UTF-8 text; save the file as UTF-8."


def test_no_such_file_and_a_folder(tmp_path):
    with pytest.raises(InputError, match=r"none\.toml: there is no such file; check the path\.$"):
        read_settings(tmp_path / "none.toml")
    with pytest.raises(InputError, match=r"the file cannot be read \(Is a directory\); give a TOML file\.$"):
        read_settings(tmp_path)


SHARES = {"cost_of_goods": 0.45, "variable_costs": 0.1, "returns": 0.05}


def test_cost_shares_may_stand_instead_of_the_margin():
    assert settings_of({"finance": SHARES}).margin == 0.4
    assert settings_of({"finance": SHARES, "margin": 0.4}).margin == 0.4
    assert settings_of({"finance": {"cost_of_goods": 0.45}}).margin is None
    with pytest.raises(InputError) as told:
        settings_of({"finance": SHARES, "margin": 0.5})
    assert str(told.value) == (
        "settings, key finance: the cost shares leave 0.4 of revenue, which is not the margin; correct one of them, or "
        "take the margin out."
    )


def test_fixed_costs_and_production_add_up():
    plain = {"margin": 1.0, "team_per_month": 1000.0, "finance": {"tools_per_month": 200.0, "agency_per_month": 50.0}}
    settings = settings_of({**plain, "production": {"video": 300.0, "image": 40.0}, "assets": {"video": 3}})
    assert settings.fixed_per_month == 1250.0
    assert settings.production_costs == {"video": 900.0, "image": 40.0}


def test_a_day_may_be_written_with_or_without_quotes(write):
    for day in ("2027-01-04", '"2027-01-04"'):
        text = f'calendar = "4-4-5"\nyear_start = {day}\n[source]\nmargin = {{ owner = "Ana", date = {day} }}\n'
        settings = read_settings(write("settings.toml", text))
        assert settings.fiscal.period_of(settings.year_start).name == "FY2027 P01"
        assert settings.source["margin"].date == settings.year_start


def test_a_bare_factor_has_no_doubt():
    factors = settings_of({"incrementality": {"facebook": 0.8, "x": {"factor": 0.7, "low": 0.5, "high": 0.9}}})
    assert factors.incrementality["facebook"].low is None
    assert (factors.incrementality["x"].low, factors.incrementality["x"].high) == (0.5, 0.9)


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        ({"margin": 1.4}, "key margin: margin is 1.4; write the share of revenue"),
        ({"finance": {"tools_per_month": -3}}, "key finance.tools_per_month: tools_per_month is -3; write account"),
        ({"finance": {"agency_share": -0.1}}, "key finance.agency_share: agency_share is -0.1; write a share of media"),
        ({"finance": {"hurdle": 0.1}}, "key finance.hurdle: hurdle is not a known key; did you mean hurdle_rate?"),
        ({"hurdle_rate": 0.1}, "key hurdle_rate: hurdle_rate is not a known key; hurdle_rate stands below the line"),
        ({"incrementality": {"x": {"factor": 0.8, "low": 0.9, "high": 1.0}}}, "key incrementality.x.high: high is 1"),
        ({"incrementality": {"x": 0}}, "key incrementality.x.factor: factor is 0; write a number above 0 and up to 3"),
        ({"incrementality": {"x": {}}}, "key incrementality.x.factor: it is missing; write a number above 0"),
        ({"source": {"margin": {"date": "soon"}}}, "key source.margin.date: date is 'soon'; write owner and note"),
        ({"calendar": "4-4-5"}, "key year_rule: a calendar of 4-4-5 weeks needs the first day of a fiscal year; write"),
        ({"assets": {"video": -1}}, "key assets.video: video is -1; write how many assets"),
        (
            {"finance": {**SHARES, "returns": 0.6}},
            "key finance: the cost shares take 100 % of revenue or more, so nothing",
        ),
        (
            {"finance": {**SHARES, "returns": -0.2}},
            "key finance.returns: returns is -0.2; write a share of revenue, from",
        ),
    ],
)
def test_what_finance_cannot_reckon_with(plain, told):
    with pytest.raises(InputError) as refused:
        settings_of(plain)
    assert str(refused.value).startswith(f"settings, {told}")
