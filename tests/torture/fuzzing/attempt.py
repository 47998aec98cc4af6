"""One read of one file, with its time and the memory that it took.

Every read runs under a ceiling on the address space of the process, which stops whatever
goes far beyond the declared bound; of some, Python's own account of its memory is kept too,
which is exact and makes them three times as slow.
"""

from __future__ import annotations

import resource
import time
import tracemalloc
import warnings
from dataclasses import dataclass
from pathlib import Path

from torture.fuzzing.ways import Seen, Way

__all__ = ["Attempt", "attempt"]

_SLACK = 64 << 20
"""What an allocator may take of the system beyond what is asked of it."""


@dataclass(slots=True)
class Attempt:
    """What a read gave or raised, what Python warned of, and what it cost.

    ``seconds`` are processor time, which other work on the machine does not change;
    ``allocated`` is 0 where no account was kept.
    """

    seen: Seen | None = None
    error: Exception | None = None
    warning: str = ""
    seconds: float = 0.0
    allocated: int = 0

    @property
    def hit_the_ceiling(self) -> bool:
        """Whether memory was refused, even if another error was made of that."""
        error: BaseException | None = self.error
        while error is not None and not isinstance(error, MemoryError):
            error = error.__cause__ or error.__context__
        return error is not None


def attempt(way: Way, path: Path, *, allowed: int, traced: bool) -> Attempt:
    """Read a file; whatever is raised is kept."""
    found = Attempt()
    if traced:
        tracemalloc.start()
    before = resource.getrlimit(resource.RLIMIT_AS)
    ceiling = _address_space() + path.stat().st_size + allowed + _SLACK
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, before[1]))
    start = time.process_time()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found.seen = way.read(path)
        except Exception as error:  # noqa: BLE001  # it is judged later
            found.error = error
    found.seconds = time.process_time() - start
    resource.setrlimit(resource.RLIMIT_AS, before)
    if traced:
        found.allocated = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    if warned:
        first = warned[0]
        where = f"{Path(first.filename).name}:{first.lineno}"
        found.warning = f"{first.category.__name__} ({where}): {first.message}"
    return found


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()
