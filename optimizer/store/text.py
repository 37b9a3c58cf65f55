"""What the store says: conflicts, what is missing, and the log in sentences."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from optimizer.errors import InputError, sentence
from optimizer.language.message import Message, day, say
from optimizer.store.records import Conflict, Entry, Kept, What


def conflict(current: Kept) -> Conflict:
    """The error of a change made from a version that the store no longer holds."""
    when, time = day(current.changed), clock_time(current.changed)
    name, author = current.name, current.changed_by
    if current.archived and author:
        said = say("{name} was archived by {author} on {day} at {time} UTC, after it was opened here",
                   name=name, author=author, day=when, time=time)  # fmt: skip
    elif current.archived:
        said = say("{name} was archived on {day} at {time} UTC, after it was opened here",
                   name=name, day=when, time=time)  # fmt: skip
    elif author:
        said = say("{name} was changed by {author} on {day} at {time} UTC, after it was opened here",
                   name=name, author=author, day=when, time=time)  # fmt: skip
    else:
        said = say("{name} was changed on {day} at {time} UTC, after it was opened here",
                   name=name, day=when, time=time)  # fmt: skip
    if current.archived:
        fix = say("restore it, or keep yours as a copy under another name")
    else:
        fix = say("load it again, or keep yours as a copy under another name")
    return Conflict(sentence(said, fix=fix), current)


def clock_time(moment: dt.datetime) -> str:
    """Hours and minutes, as all languages of the program write them."""
    return f"{moment:%H:%M}"


def unknown(id: str) -> InputError:
    """The error of an id under which nothing is kept."""
    return InputError.at(say("nothing is kept under the id {id}", id=id), fix=say("choose from what is listed"))


def unknown_state(id: str) -> InputError:
    """The error of a link whose state is not kept, or no longer."""
    problem = say("the link's state {id} is not kept here", id=id)
    return InputError.at(problem, fix=say("ask for a new link; those that nobody opens for 400 days are removed"))


def not_a_history(id: str) -> InputError:
    """The error of an id that should be a history's and is another thing's."""
    return InputError.at(say("{id} is not the id of a history", id=id), fix=say("choose one of the kept histories"))


def is_archived(item: Kept) -> InputError:
    """The error of a change to an archived thing."""
    return InputError.at(say("{name} is archived", name=item.name), fix=say("restore it before it is changed"))


def fixed_content(item: Kept) -> InputError:
    """The error of a change to a history's file."""
    return InputError.at(
        say("the file of the history {name} cannot be changed", name=item.name),
        fix=say("add the new file as a history of its own"),
    )


def newer(store: str | Path) -> InputError:
    """The error of a store whose tables are unknown to this version."""
    return InputError.at(
        say("this store was made by a newer version of the program"),
        file=store, fix=say("install that version, or name another store"),
    )  # fmt: skip


def foreign(store: str | Path) -> InputError:
    """The error of a database that holds another program's tables."""
    return InputError.at(
        say("this database belongs to another program"),
        file=store, fix=say("name another file or an empty database"),
    )  # fmt: skip


def busy(store: str | Path) -> InputError:
    """The error of a store that others have held for too long."""
    return InputError.at(
        say("the store is in use and did not become free"), file=store, fix=say("try again in a moment")
    )


def damaged(store: str | Path) -> InputError:
    """The error of a file that is no database, or no longer a whole one."""
    return InputError.at(
        say("this file is not a store, or it is damaged"),
        file=store, fix=say("bring back a copy of it, or name another file"),
    )  # fmt: skip


def unusable(store: str | Path, reason: str) -> InputError:
    """The error of a store that cannot be read or written for another reason, named in the database's own words."""
    return InputError.at(
        say("the store cannot be read or written ({reason})", reason=reason),
        file=store, fix=say("see that the file and its folder can be written and the disk is not full"),
    )  # fmt: skip


def told(entry: Entry) -> Message | str:
    """What was done, as a clause for people: "changed Plan for November".

    A word that others wrote to the log stays as it is, followed by its detail.
    """
    detail = entry.detail
    match entry.what:
        case What.ADDED:
            return say("added {name}", name=detail)
        case What.CHANGED:
            return say("changed {name}", name=detail)
        case What.DUPLICATED:
            return say("made {name} as a copy", name=detail)
        case What.ARCHIVED:
            return say("archived {name}", name=detail)
        case What.RESTORED:
            return say("restored {name}", name=detail)
        case _:
            return f"{entry.what}: {detail}" if detail else entry.what
