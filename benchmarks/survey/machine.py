"""What the times were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from pathlib import Path

import psutil

__all__ = ["describe"]

_LIBRARIES = ("mangaxr", "numpy", "xarray", "zarr", "dask", "isal", "astropy")


def describe() -> dict[str, str]:
    """Return processor, memory, versions and the day; nothing that names the machine."""
    versions = (f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES)
    return {
        "processor": f"{os.cpu_count()} x {_processor()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": ", ".join(versions),
        "day": time.strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    """Return the name of the processor."""
    facts = Path("/proc/cpuinfo")
    if facts.is_file():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
