"""Survey: what each file seems to be, told without reading it through; for who chooses before importing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.errors import InputError
from optimizer.history.exports.aliases import Network, load_networks
from optimizer.history.exports.files import ExportFile, content_of
from optimizer.history.exports.layout import find_layout
from optimizer.history.exports.questions import OpenQuestion
from optimizer.history.exports.recognise import is_history, known_headers, recognise


@dataclass(frozen=True)
class Surveyed:
    """One file before it is read.

    Attributes
    ----------
    file : str
    source : str
        Short name of the network that wrote it; "" where that is open, or for a history.
    title : str
        Name of the network for people, or "".
    history : bool
        Whether it is a history and no export.
    visits : bool
        Whether it holds visits of a site and no spend.
    problem : str
        Why it cannot be told who wrote it, or "".
    choices : tuple of str
        Sources of networks that may have written it.
    """

    file: str
    source: str = ""
    title: str = ""
    history: bool = False
    visits: bool = False
    problem: str = ""
    choices: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it needs no answer."""
        return not self.problem


def survey(files: Sequence[ExportFile]) -> tuple[Surveyed, ...]:
    """Tell of each file which network wrote it.

    Returns
    -------
    one record for each file, in their order; a file that cannot be read says why
    """
    networks = load_networks()
    return tuple(_one(file, networks) for file in files)


def sources() -> tuple[tuple[str, str], ...]:
    """Short name and title of every network whose exports are known, by title."""
    return tuple(sorted(((one.source, one.title) for one in load_networks()), key=lambda one: one[1].lower()))


def _one(file: ExportFile, networks: Sequence[Network]) -> Surveyed:
    try:
        layout = find_layout(*content_of(file), known_headers(networks))
        if is_history(layout.names):
            return Surveyed(file.name, history=True)
        network = recognise(layout, networks)
    except OpenQuestion as asked:
        return Surveyed(file.name, problem=asked.said, choices=asked.choices)
    except InputError as error:
        return Surveyed(file.name, problem=error.message)
    return Surveyed(file.name, network.source, network.title, visits=network.visits)
