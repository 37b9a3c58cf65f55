"""A list of posts written as the file it can be read from."""

from __future__ import annotations

import csv
import io
import math

from optimizer.history.posts import PAID, PostList
from optimizer.history.posts_table import BY_COLUMN


def posts_csv(found: PostList) -> str:
    """The list as the CSV that `read_posts` reads: a row per post, and one per sponsored week."""
    text = io.StringIO(newline="")
    names = list(BY_COLUMN)
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for post in found.posts:
        ids = {"post": post.name, "network": post.network, "content_type": post.content_type}
        own: dict[str, object] = {**ids, "currency": found.currency}
        own |= {"published": post.published.isoformat()} if post.published else {"age_days": _plain(post.age)}
        own |= {"reach" if post.of_people else "impressions": _plain(post.shown)}
        own |= {name: _plain(count) for name, count in post.signs.items()}
        weeks = [one for one in post.paid if one.week is not None]
        for one in post.paid:
            if one.week is None and not weeks:
                own |= {name: _plain(getattr(one, name)) for name in PAID}
        writer.writerow(own)
        for one in weeks:
            told = {name: _plain(getattr(one, name)) for name in PAID}
            writer.writerow({**ids, **told, "date": str(one.week), "currency": found.currency})
    return text.getvalue()


def _plain(value: float) -> str:
    """A number as short as it can be read back; "" where not told."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)
