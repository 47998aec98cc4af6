"""The build on a dask cluster of two worker processes on this machine.

``python -m benchmarks.survey.with_dask STORE FOLDER``
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Start a cluster, and build there."""
    from benchmarks.scheduling import cluster
    from mangaxr import build_store

    store, folder = sys.argv[1:]
    with cluster() as client:
        build_store(store, [folder], client=client)


if __name__ == "__main__":
    main()
