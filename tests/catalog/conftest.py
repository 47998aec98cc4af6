"""A small catalogue in memory, of which every value can be chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

MakeCatalog = Callable[..., xr.Dataset]

_GOOD: dict[str, Any] = {
    "dapdone": True,
    "drp3qual": 0,
    "dapqual": 0,
    "mngtarg1": 1 << 10,
    "mngtarg3": 0,
    "z": 0.03,
    "nsa_elpetro_ba": 0.6,
    "nsa_elpetro_th50_r": 5.0,
    "ha_gvel_lo_clip": -120.0,
    "ha_gvel_hi_clip": 130.0,
    "ha_gsigma_1re": 25.0,
    "stellar_sigma_1re": 80.0,
    "bin_rmax": 1.6,
}


@pytest.fixture
def make_catalog() -> MakeCatalog:
    """Make a catalogue of galaxies that pass the default cuts, but for what is said.

    Keywords are columns, each a value or a list of one per galaxy; ``halpha`` and ``snr``
    stand for the one entry of the vector columns that matters.
    """

    def make(number: int = 3, /, names: list[str] | None = None, **columns: Any) -> xr.Dataset:
        galaxies = names or [f"{8000 + i}-12701" for i in range(number)]
        n = len(galaxies)
        halpha = np.broadcast_to(columns.pop("halpha", 1000.0), n)
        snr = np.broadcast_to(columns.pop("snr", 10.0), n)
        targets = columns.pop("mangaid", [f"1-{i + 1}" for i in range(n)])
        scalars = {
            name: ("galaxy", np.broadcast_to(np.asarray(columns.pop(name, value)), n).copy())
            for name, value in _GOOD.items()
        }
        assert not columns
        flux = np.stack([np.full(n, 7.0), halpha, np.full(n, 9.0)], axis=1)
        bands = np.outer(snr, [1.0, 1.2, 1.1, 0.9])
        return xr.Dataset(
            {
                **scalars,
                "emline_gflux_1re": (("galaxy", "line"), flux),
                "snr_med": (("galaxy", "band"), bands),
            },
            coords={
                "galaxy": galaxies,
                "mangaid": ("galaxy", np.array(targets)),
                "line": ["NII-6549", "Ha-6564", "NII-6585"],
                "band": list("griz"),
            },
            attrs={"release": "DR17", "daptype": "HYB10-MILESHC-MASTARSSP"},
        )

    return make
