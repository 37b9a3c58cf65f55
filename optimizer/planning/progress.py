"""A progress line on stderr for work that takes longer than a second; none where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE = 1.0  # seconds of work before the line appears


@contextmanager
def shown_progress(patience: float = PATIENCE) -> Iterator[Callable[[str, float], None]]:
    """Give a function that takes what is being done and the share done; it shows them where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _what, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=1.0)
    wait = Timer(patience, bar.start)
    wait.daemon = True
    wait.start()
    try:
        yield lambda what, share: bar.update(task, description=what, completed=share)
    finally:
        wait.cancel()
        wait.join()
        bar.stop()
