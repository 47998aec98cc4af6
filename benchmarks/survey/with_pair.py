"""The build of the tensors alone, without a metric: ``... STORE FOLDER WORKERS``.

No user's command: every store has its galaxies' metrics. It is what other tools are asked for.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Build the store, the rest of it as always."""
    from benchmarks.quality import RECIPE, tensor_alone
    from mangaxr.build.items import resolve_items
    from mangaxr.build.journal import Journal
    from mangaxr.build.work import Work, do_work

    began, (store, folder, workers) = time.monotonic(), sys.argv[1:]
    work = Work(
        recipe=RECIPE,
        sources=resolve_items([folder]),
        present=None,
        fresh=True,
        build=tensor_alone,
        on_death=tensor_alone,
        streaming=None,
        expected="",
        command="benchmarks.survey",
        started=datetime.now(UTC),
        began=began,
    )
    do_work(work, Journal(Path(store)), workers=int(workers), client=None, progress=None)


if __name__ == "__main__":
    main()
