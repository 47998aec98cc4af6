"""The build of the tensors alone, without a metric: ``... STORE FOLDER WORKERS [--verify]``.

No user's command: every store has its galaxies' metrics. It is what other tools are asked for.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Build the store, the rest of it as always."""
    import gc
    from functools import partial

    from benchmarks.build_with import build_with
    from benchmarks.pair import tensor_alone
    from mangaxr.build.items import resolve_items

    store, folder, workers, *options = sys.argv[1:]
    build = partial(tensor_alone, verify="--verify" in options)
    build_with(build, resolve_items([folder]), Path(store), workers=int(workers))
    gc.freeze()  # as the command line does


if __name__ == "__main__":
    main()
