"""Upload templates of the networks: kept under the network they are for, and filled in with the week's budgets."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.errors import InputError
from optimizer.history.text import decode
from optimizer.language.message import number, say
from optimizer.planning.rebalance.files import Template, template_of, upload_csv
from optimizer.planning.rebalance.rebalance import Rebalance
from optimizer.store import Kept, Kind, Store
from optimizer.ui.uploads import safe_name

LARGEST = 200_000  # bytes of a template: a header and a row, not a table of all budgets


@dataclass(frozen=True)
class KeptTemplate:
    """A kept template.

    Attributes
    ----------
    kept : Kept
    network : str
        "" for all networks.
    file : str
        Name of the file it was.
    text : str
    """

    kept: Kept
    network: str
    file: str
    text: str

    def template(self) -> Template:
        """As it is filled in."""
        return template_of(self.text.encode(), self.file, self.network)

    def filled(self, found: Rebalance) -> bytes:
        """The upload file of a week, byte for byte that of the command line.

        Raises
        ------
        InputError
            The template is for a network that the week does not have.
        """
        return upload_csv(found, self.template()).encode()


def kept_templates(store: Store) -> tuple[KeptTemplate, ...]:
    """Templates that are not archived, by network; what is damaged is left out."""
    found = []
    for kept in store.list(Kind.TEMPLATE):
        content = kept.content
        network, file, text = (content.get(name) for name in ("network", "file", "text"))
        if isinstance(network, str) and isinstance(file, str) and isinstance(text, str):
            found.append(KeptTemplate(kept, network, file, text))
    return tuple(sorted(found, key=lambda one: (one.network, one.kept.created)))


def keep_template(store: Store, network: str, name: str, data: bytes, author: str) -> Kept:
    """Check a template and keep it; the one of the same network before stays as a version.

    Raises
    ------
    InputError
        It is too large, or no template.
    """
    file = safe_name(name)
    if len(data) > LARGEST:
        problem = say("the template has {bytes} bytes", bytes=number(len(data)))
        fix = say("at most {most} are taken; keep the header and one row with places", most=number(LARGEST))
        raise InputError.at(problem, file=file, fix=fix)
    template_of(data, file, network)
    content = {"network": network, "file": file, "text": decode(data, file)[0]}
    before = next((one for one in kept_templates(store) if one.network == network), None)
    if before is None:
        return store.add(Kind.TEMPLATE, file, content, author=author)
    return store.change(before.kept.id, version=before.kept.version, author=author, name=file, content=content)
