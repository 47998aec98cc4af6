"""What galaxies are chosen and ranked by: a table of numbers derived from the catalogs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mangaxr.catalog.ranking.inclination import DISK_THICKNESS, inclination
from mangaxr.errors import CriteriaError

__all__ = ["QUANTITIES", "Quantity", "columns_needed", "compute_quantities"]

Array = NDArray[np.float64]

_SPAXEL = 0.5  # arcsec
_HALPHA = "Ha-6564"
_BAND = "g"  # the band whose S/N the DAP bins by


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One number per galaxy.

    Parameters
    ----------
    name
        Name of the column it becomes.
    unit
        As astropy parses it; ``"1"`` for a pure number.
    formula
        In terms of the catalogs' columns.
    needs
        Those columns.
    compute
        From the catalog and the thickness of a disk; NaN where there is no value.
    """

    name: str
    unit: str
    formula: str
    needs: tuple[str, ...]
    compute: Callable[[xr.Dataset, float], Array]


def _column(name: str, **label: str) -> Callable[[xr.Dataset, float], Array]:
    """Take a column as it is, or the entry of a vector that a label names."""

    def compute(catalog: xr.Dataset, _q0: float) -> Array:
        found = catalog[name]
        return np.asarray(found.sel(label) if label else found, dtype=np.float64)

    return compute


def _positive(name: str) -> Callable[[xr.Dataset, float], Array]:
    """Take a column that has no meaning unless it is positive."""

    def compute(catalog: xr.Dataset, _q0: float) -> Array:
        values = np.asarray(catalog[name], dtype=np.float64)
        return np.where(values > 0, values, np.nan)

    return compute


def _inclination(catalog: xr.Dataset, q0: float) -> Array:
    return inclination(catalog["nsa_elpetro_ba"], q0=q0)


def _r_e_in_spaxels(catalog: xr.Dataset, q0: float) -> Array:
    return _positive("nsa_elpetro_th50_r")(catalog, q0) / _SPAXEL


def _rotation_velocity(catalog: xr.Dataset, q0: float) -> Array:
    low, high = (
        np.asarray(catalog[f"ha_gvel_{end}_clip"], dtype=np.float64) for end in ("lo", "hi")
    )
    sine = np.sin(np.radians(_inclination(catalog, q0)))
    return (high - low) / (2.0 * np.where(sine > 0, sine, np.nan))


def _rotation_support(catalog: xr.Dataset, q0: float) -> Array:
    return _rotation_velocity(catalog, q0) / _positive("ha_gsigma_1re")(catalog, q0)


_ROTATION = ("ha_gvel_lo_clip", "ha_gvel_hi_clip", "nsa_elpetro_ba")

_ROWS = (
    Quantity(
        name="redshift",
        unit="1",
        formula="Z: the zero point of the DAP's velocities",
        needs=("z",),
        compute=_positive("z"),
    ),
    Quantity(
        name="inclination",
        unit="deg",
        formula="arccos sqrt((q^2 - q0^2) / (1 - q0^2)), q = NSA_ELPETRO_BA (Hubble 1926)",
        needs=("nsa_elpetro_ba",),
        compute=_inclination,
    ),
    Quantity(
        name="r_e",
        unit="arcsec",
        formula="NSA_ELPETRO_TH50_R",
        needs=("nsa_elpetro_th50_r",),
        compute=_positive("nsa_elpetro_th50_r"),
    ),
    Quantity(
        name="r_e_spaxels",
        unit="pix",
        formula="NSA_ELPETRO_TH50_R / 0.5 arcsec",
        needs=("nsa_elpetro_th50_r",),
        compute=_r_e_in_spaxels,
    ),
    Quantity(
        name="ha_flux",
        unit="1e-17 erg / (s cm2)",
        formula=f"EMLINE_GFLUX_1RE of {_HALPHA}",
        needs=("emline_gflux_1re",),
        compute=_column("emline_gflux_1re", line=_HALPHA),
    ),
    Quantity(
        name="rotation_velocity",
        unit="km / s",
        formula="(HA_GVEL_HI_CLIP - HA_GVEL_LO_CLIP) / (2 sin i)",
        needs=_ROTATION,
        compute=_rotation_velocity,
    ),
    Quantity(
        name="rotation_support",
        unit="1",
        formula="(HA_GVEL_HI_CLIP - HA_GVEL_LO_CLIP) / (2 sin i) / HA_GSIGMA_1RE",
        needs=(*_ROTATION, "ha_gsigma_1re"),
        compute=_rotation_support,
    ),
    Quantity(
        name="gas_dispersion",
        unit="km / s",
        formula="HA_GSIGMA_1RE (instrumental width removed by the DAP)",
        needs=("ha_gsigma_1re",),
        compute=_positive("ha_gsigma_1re"),
    ),
    Quantity(
        name="stellar_dispersion",
        unit="km / s",
        formula="STELLAR_SIGMA_1RE (resolution difference removed by the DAP)",
        needs=("stellar_sigma_1re",),
        compute=_positive("stellar_sigma_1re"),
    ),
    Quantity(
        name="snr",
        unit="1",
        formula=f"SNR_MED in {_BAND}: median S/N per wavelength channel, 1 to 1.5 R_e",
        needs=("snr_med",),
        compute=_column("snr_med", band=_BAND),
    ),
    Quantity(
        name="radial_coverage",
        unit="1",
        formula="BIN_RMAX: radius of the outermost bin in R_e",
        needs=("bin_rmax",),
        compute=_positive("bin_rmax"),
    ),
)

QUANTITIES: Mapping[str, Quantity] = MappingProxyType({row.name: row for row in _ROWS})
"""Quantity by name."""


def columns_needed(names: Iterable[str]) -> tuple[str, ...]:
    """Return the catalog columns that quantities are computed from."""
    return tuple(dict.fromkeys(column for name in names for column in QUANTITIES[name].needs))


def compute_quantities(
    catalog: xr.Dataset, names: Iterable[str] | None = None, *, q0: float = DISK_THICKNESS
) -> xr.Dataset:
    """Compute quantities of every galaxy.

    Parameters
    ----------
    catalog
        As `mangaxr.open_catalog` gives it; dimension ``galaxy``.
    names
        Quantities; all in `QUANTITIES` by default.
    q0
        Axis ratio of a disk seen edge-on.

    Returns
    -------
    xarray.Dataset
        float64 variables over ``galaxy`` with ``units`` and ``long_name`` (the formula).

    Raises
    ------
    CriteriaError
        If the catalog lacks a column.

    Examples
    --------
    >>> import mangaxr
    >>> catalog = mangaxr.open_catalog(sas=mangaxr.synthetic.example_survey())
    >>> compute_quantities(catalog, ["inclination"]).inclination.units
    'deg'
    """
    wanted = QUANTITIES if names is None else tuple(names)
    absent = [column for column in columns_needed(wanted) if column not in catalog]
    if absent:
        users = [name for name in wanted if set(QUANTITIES[name].needs) & set(absent)]
        msg = (
            f"the catalog lacks {', '.join(absent)}, which {', '.join(users)} "
            f"{'is' if len(users) == 1 else 'are'} computed from: open it with these columns"
        )
        raise CriteriaError(msg)
    variables: dict[str, Any] = {
        name: (
            "galaxy",
            QUANTITIES[name].compute(catalog, q0),
            {"units": QUANTITIES[name].unit, "long_name": QUANTITIES[name].formula},
        )
        for name in wanted
    }
    return xr.Dataset(variables, coords={"galaxy": catalog["galaxy"].values})
