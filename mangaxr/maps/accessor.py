"""``dataset.manga``: what belongs to a Dataset of maps but is not one of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from mangaxr.datamodel.maskbits import DEFAULT_POLICY
from mangaxr.errors import NotMapsError, one_line
from mangaxr.maps.corrections import corrected_index, corrected_sigma
from mangaxr.maps.masks import Policy, good, masked, name_of_galaxy
from mangaxr.plateifu import PlateIFU

if TYPE_CHECKING:
    from astropy.wcs import WCS

__all__ = ["MangaAccessor"]


@xr.register_dataset_accessor("manga")  # type: ignore[no-untyped-call]
class MangaAccessor:
    """Masks, corrections, sky coordinates and name of one galaxy's maps.

    Reached as ``dataset.manga``; registered when a MAPS file is first opened.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> ds = xr.Dataset(
    ...     {
    ...         "stellar_vel": ("x", np.float32([12.5, 0.0]), {"mask": "stellar_vel_mask"}),
    ...         "stellar_vel_mask": ("x", np.int32([0, 1073741840])),
    ...     },
    ...     attrs={"plateifu": "8138-12704"},
    ... )
    >>> ds.manga.masked("stellar_vel").values
    array([12.5, nan], dtype=float32)
    >>> ds.manga.plateifu.fibres
    127
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def good(self, name: str, policy: Policy = DEFAULT_POLICY) -> xr.DataArray:
        """Return where a variable is to be used; see `mangaxr.maps.masks.good`."""
        return good(self._dataset, name, policy)

    def masked(self, name: str, policy: Policy = DEFAULT_POLICY) -> xr.DataArray:
        """Return a variable, in its own unit, with NaN where it is not to be used.

        See `mangaxr.maps.masks.masked`.
        """
        return masked(self._dataset, name, policy)

    def sigma(
        self,
        name: str = "emline_gsigma",
        *,
        policy: Policy = DEFAULT_POLICY,
        squared: bool = False,
    ) -> xr.DataArray:
        """Return a velocity dispersion in km/s without the instrument's share.

        See `mangaxr.maps.corrections.corrected_sigma`; ``squared`` gives km2/s2, signed.
        """
        return corrected_sigma(self._dataset, name, policy=policy, squared=squared)

    def index(self, name: str = "specindex", *, policy: Policy = DEFAULT_POLICY) -> xr.DataArray:
        """Return spectral indices without the broadening by the stellar dispersion.

        Each is in the unit that the coordinate ``spectral_index_unit`` gives; see
        `mangaxr.maps.corrections.corrected_index`.
        """
        return corrected_index(self._dataset, name, policy=policy)

    @property
    def wcs(self) -> WCS:
        """The celestial coordinate system: pixel (x, y) to right ascension, declination.

        Pixels are counted from 0 and are the coordinates ``x`` and ``y``, which a cut
        Dataset keeps; angles are in degrees.

        Raises
        ------
        NotMapsError
            If the Dataset has no attribute ``wcs``, or it is not one.
        """
        # astropy.wcs takes as long to import as the rest of the reader; few need it.
        from astropy.io.fits import Header
        from astropy.wcs import WCS

        where = name_of_galaxy(self._dataset)
        cards = self._dataset.attrs.get("wcs")
        if not cards:
            msg = f"{where}: no WCS: the Dataset has lost its attribute 'wcs'; open it again"
            raise NotMapsError(msg)
        try:
            return WCS(Header.fromstring(cards, sep="\n"), naxis=2)
        except Exception as error:  # astropy and wcslib raise many kinds on bad cards
            reason = one_line(error, 160)
            msg = f"{where}: the WCS cards in the attribute 'wcs' are not sound ({reason})"
            raise NotMapsError(msg) from error

    @property
    def plateifu(self) -> PlateIFU:
        """The galaxy's plate and IFU design.

        Raises
        ------
        BadPlateIFUError
            If the Dataset's attribute ``plateifu`` is missing or not one.
        """
        return PlateIFU.parse(str(self._dataset.attrs.get("plateifu", "")))
