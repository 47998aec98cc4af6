"""The build of the tensors alone, without a metric: ``... STORE FOLDER WORKERS``.

No user's command: every store has its galaxies' metrics. It is what other tools are asked for.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Build the store, the rest of it as always."""
    import gc

    from benchmarks.build_with import build_with
    from benchmarks.pair import tensor_alone
    from mangaxr.build.items import resolve_items

    store, folder, workers = sys.argv[1:]
    build_with(tensor_alone, resolve_items([folder]), Path(store), workers=int(workers))
    gc.freeze()  # as the command line does


if __name__ == "__main__":
    main()
