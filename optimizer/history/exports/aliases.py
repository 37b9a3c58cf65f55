"""Aliases: what each network calls its columns, in which languages, with its quirks; data files that users extend."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from optimizer.errors import InputError
from optimizer.language.message import join, say

DIMENSIONS = (
    "account", "account_id", "campaign_group", "campaign_group_id", "campaign", "campaign_id", "ad_set", "ad_set_id",
    "ad", "ad_id", "platform", "placement", "format", "campaign_type", "objective", "attribution", "currency",
    "indicator", "source_medium", "site_source", "site_medium",
)  # fmt: skip
DATES = ("day", "starts", "ends")
DELIVERY = (
    "spend", "impressions", "reach", "clicks", "engagements", "reactions", "comments", "shares", "saves", "video_views",
    "followers_gained", "negative_feedback",
)  # fmt: skip
OUTCOMES = ("purchases", "leads", "conversions", "results", "purchase_value", "conversion_value")
VISITS = ("sessions", "engaged_sessions", "bounce_rate", "engagement_rate")
MEASURES = (*DELIVERY, *OUTCOMES, *VISITS)
ROLES = (*DATES, *DIMENSIONS, *MEASURES)
"""What a column of an export may be."""

_CURRENCY = re.compile(r"[(\[]\s*[A-Z]{3}\s*[)\]]")
_NETWORK_KEYS = {
    "source", "title", "network", "covers", "settle_days", "told_apart_by", "fill_down", "whole_period_on_first_day",
    "visits", "blocks",
}  # fmt: skip
_TABLES = {"network", "recognise", "columns", "networks", "content_types", "variant", "sources", "media"}


@dataclass(frozen=True)
class Network:
    """How one network writes its exports.

    Attributes
    ----------
    source : str
        Short name, such as ``meta``; what ``--network`` takes.
    title : str
        Its name for people.
    network : str
        Network of a row, unless `networks` tells rows apart.
    covers : tuple of str
        All networks its rows may have.
    columns : mapping of str to tuple of (header, language)
        Role to the headers that have it, preferred first; headers as `key` writes them.
    only, titles, breakdowns, micros : tuple of str
        Headers that no other network writes; words above the header; columns in which "All" marks a total; columns
        in millionths. All but titles as `key` writes them.
    variants : tuple of (header, tuple of str)
        Where the header is there, these columns are in millionths too.
    networks, content_types : mapping of role to mapping of pattern to name
        What cells say; see `says`.
    content_type : str
        Content type where no cell says it, or "".
    settle_days : int
        Days after which delivery no longer changes.
    told_apart_by : str
        Column that tells networks apart, for messages.
    fill_down : str
        Sheet of a workbook that writes names on the first row of a group only.
    whole_period_on_first_day, visits, blocks : bool
        An export not broken down by day stands on its first day; it is a site's; it holds several tables.
    sources : mapping of str to tuple of str
        For a site: network to what its visits' source is called.
    media : tuple of str
        For a site: media that money brings.
    """

    source: str
    title: str
    network: str
    covers: tuple[str, ...] = ()
    columns: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, repr=False)
    only: tuple[str, ...] = field(default=(), repr=False)
    titles: tuple[str, ...] = field(default=(), repr=False)
    breakdowns: tuple[str, ...] = field(default=(), repr=False)
    micros: tuple[str, ...] = field(default=(), repr=False)
    variants: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), repr=False)
    networks: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    content_types: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    content_type: str = ""
    settle_days: int = 3
    told_apart_by: str = ""
    fill_down: str = ""
    whole_period_on_first_day: bool = False
    visits: bool = False
    blocks: bool = False
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    media: tuple[str, ...] = field(default=(), repr=False)

    def headers(self) -> dict[str, str]:
        """Every header it knows, with its role; where one has two, the first."""
        found: dict[str, str] = {}
        for role, names in self.columns.items():
            for name, _ in names:
                found.setdefault(name, role)
        return found


@dataclass(frozen=True)
class Language:
    """How a language writes figures and dates: decimal mark, order ("mdy", "dmy", "ymd") and short months."""

    decimal: str
    order: str
    months: tuple[str, ...]


@lru_cache(maxsize=10_000)
def key(header: str) -> str:
    """A header as headers are compared: no accents, currency, points or upper case; mended where encoded twice.

    Examples
    --------
    >>> key("Amount spent (USD)"), key("Montant dÃ©pensÃ© (EUR)"), key("Impr."), key("campaign_name")
    ('amount spent', 'montant depense', 'impr', 'campaign name')
    """
    text = _CURRENCY.sub(" ", mended(header).strip().strip("\ufeff\"'"))
    text = unicodedata.normalize("NFKD", text)
    text = "".join(character for character in text if not unicodedata.combining(character)).lower()
    return " ".join(re.sub(r"[\s_\-–.’']+", " ", text).split())


def mended(text: str) -> str:
    """A text that was UTF-8, read as Windows-1252 and written again, as it was before.

    Examples
    --------
    >>> mended("dÃ©pensÃ©"), mended("dépensé")
    ('dépensé', 'dépensé')
    """
    if not any(sign in text for sign in ("Ã", "Â", "â€")):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def says(patterns: Mapping[str, str], cell: str) -> str:
    """What the first pattern that fits a cell stands for, or "".

    ``x`` is the whole cell, ``x *`` how it begins, ``* x *`` what it holds.

    Examples
    --------
    >>> says({"* reels *": "reel", "facebook *": "feed"}, "Instagram Reels"), says({"video": "v"}, "Video ad")
    ('reel', '')
    """
    plain = " ".join(cell.lower().replace("_", " ").split())
    for pattern, name in patterns.items():
        wanted = pattern.lower().replace("_", " ")
        if wanted.startswith("* "):
            fits = wanted[2:].removesuffix(" *") in plain
        elif wanted.endswith(" *"):
            fits = plain.startswith(wanted[:-2])
        else:
            fits = plain == wanted
        if fits:
            return name
    return ""


@cache
def languages() -> Mapping[str, Language]:
    """Languages by code."""
    return {
        code: Language(str(one["decimal"]), str(one["order"]), tuple(one["months"]))
        for code, one in _languages_file().items()
        if isinstance(one, dict)
    }


@cache
def total_words() -> frozenset[str]:
    """Words that open a row of totals, in lower case."""
    return frozenset(str(word).lower() for word in _languages_file()["totals"])


@cache
def _languages_file() -> dict[str, Any]:
    text = files("optimizer.history.exports").joinpath("languages.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def load_networks(extension: str | Path | None = None) -> tuple[Network, ...]:
    """The networks that are known, with what a user adds.

    Parameters
    ----------
    extension : str or Path, optional
        A TOML file like those of the package, or a folder of them. A file about a known source adds to it, and its
        headers come first; another source is a new network.

    Raises
    ------
    InputError
        The file cannot be read, is no TOML or has keys that mean nothing.
    """
    if extension is None:
        return _own_networks()
    given = {name: [values] for name, values in _own_files()}
    for file, text in _users_files(Path(extension)):
        values = _parsed(text, file)
        given.setdefault(_source(values, file), []).insert(0, values)
    return tuple(_network(parts) for parts in given.values())


@cache
def _own_networks() -> tuple[Network, ...]:
    return tuple(_network([values]) for _, values in _own_files())


def _own_files() -> Iterator[tuple[str, dict[str, Any]]]:
    folder = files("optimizer.history.exports").joinpath("networks")
    for one in sorted(folder.iterdir(), key=lambda path: path.name):
        if one.name.endswith(".toml"):
            values = tomllib.loads(one.read_text(encoding="utf-8"))
            yield str(values["network"]["source"]), values


def _users_files(path: Path) -> Iterator[tuple[str, str]]:
    fix = say("give a TOML file, or a folder with such files")
    if path.is_dir():
        found = sorted(path.glob("*.toml"))
        if not found:
            raise InputError.at(say("the folder holds no TOML file"), file=path, fix=fix)
    else:
        found = [path]
    for file in found:
        try:
            yield str(file), file.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise InputError.at(say("there is no such file"), file=file, fix=say("check the path")) from error
        except (OSError, UnicodeError) as error:
            raise InputError.at(
                say("the file cannot be read ({error})", error=str(error)), file=file, fix=fix
            ) from error


def _parsed(text: str, file: str) -> dict[str, Any]:
    """A user's file, checked."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError.at(say("this is no TOML ({error})", error=str(error)), file=file) from error
    for name, inside in values.items():
        if name not in _TABLES:
            _unknown(name, sorted(_TABLES), file)
        if name == "variant" or not isinstance(inside, dict):
            continue
        for sub, what in inside.items():
            if name == "network" and sub not in _NETWORK_KEYS:
                _unknown(f"network.{sub}", sorted(_NETWORK_KEYS), file)
            if name == "columns":
                _check_columns(sub, what, file)
    return values


def _check_columns(language: str, columns: object, file: str) -> None:
    if not isinstance(columns, dict):
        problem = say("[columns.{language}] must name the headers of each column", language=language)
        raise InputError.at(problem, file=file, fix=say('write spend = ["Amount spent"] and the like below it'))
    for role, names in columns.items():
        if role not in ROLES:
            _unknown(f"columns.{language}.{role}", ROLES, file)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            problem = say("{role} must be a list of headers", role=f"columns.{language}.{role}")
            raise InputError.at(problem, file=file, fix=say("write them in quotes between [ and ]"))


def _unknown(name: str, allowed: Sequence[str], file: str) -> None:
    problem = say("{key} is no key of an alias file", key=name)
    raise InputError.at(problem, file=file, fix=say("allowed are {keys}", keys=join(", ", allowed)))


def _source(values: Mapping[str, Any], file: str) -> str:
    source = values.get("network", {}).get("source", "")
    if not isinstance(source, str) or not source.strip():
        problem = say("the file does not say which network it is about")
        raise InputError.at(problem, file=file, fix=say('write [network] and below it source = "meta" or another name'))
    return source.strip().lower()


def _network(parts: Sequence[Mapping[str, Any]]) -> Network:
    """One network of what one or several files say of it; the first that says something counts."""
    facts = _first(parts, "network")
    source = str(facts["source"]).strip().lower()
    network = str(facts.get("network", source))
    content = _merged(parts, "content_types")
    default = next((str(part["content_types"]["default"]) for part in parts
                    if "default" in part.get("content_types", {})), "")  # fmt: skip
    known = [part.get("recognise", {}) for part in parts]
    return Network(
        source,
        str(facts.get("title", source)),
        network,
        tuple(facts.get("covers", ())) or ((network,) if network else ()),
        _columns(parts),
        only=tuple(key(one) for part in known for one in part.get("only", ())),
        titles=tuple(str(one).lower() for part in known for one in part.get("titles", ())),
        breakdowns=tuple(key(one) for part in known for one in part.get("breakdowns", ())),
        micros=tuple(key(one) for part in known for one in part.get("micros", ())),
        variants=tuple(
            (key(one["header"]), tuple(map(key, one.get("micros", ()))))
            for part in parts
            for one in part.get("variant", ())
        ),
        networks=_merged(parts, "networks"),
        content_types=content,
        content_type=default,
        settle_days=int(facts.get("settle_days", 3)),
        told_apart_by=str(facts.get("told_apart_by", "")),
        fill_down=str(facts.get("fill_down", "")),
        whole_period_on_first_day=bool(facts.get("whole_period_on_first_day", False)),
        visits=bool(facts.get("visits", False)),
        blocks=bool(facts.get("blocks", False)),
        sources={name: tuple(map(str, words)) for name, words in _first(parts, "sources").items()},
        media=tuple(map(str, _first(parts, "media").get("paid", ()))),
    )


def _columns(parts: Sequence[Mapping[str, Any]]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, dict[str, str]] = {role: {} for role in ROLES}
    for part in parts:
        for language, columns in part.get("columns", {}).items():
            for role, names in columns.items():
                for name in names:
                    found[role].setdefault(key(name), language)
    return {role: tuple(names.items()) for role, names in found.items() if names}


def _first(parts: Sequence[Mapping[str, Any]], table: str) -> dict[str, Any]:
    """One table of all parts; what the first ones say counts."""
    merged: dict[str, Any] = {}
    for part in parts:
        for name, value in part.get(table, {}).items():
            merged.setdefault(name, value)
    return merged


def _merged(parts: Sequence[Mapping[str, Any]], table: str) -> dict[str, dict[str, str]]:
    """Patterns by role, those of the first parts first."""
    merged: dict[str, dict[str, str]] = {}
    for part in parts:
        for role, patterns in part.get(table, {}).items():
            if isinstance(patterns, dict):
                for pattern, name in patterns.items():
                    merged.setdefault(role, {}).setdefault(str(pattern), str(name))
    return merged
