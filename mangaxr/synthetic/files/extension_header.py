"""Headers of the image extensions, from the rows of `mangaxr.datamodel.extensions`."""

from __future__ import annotations

from collections.abc import Iterator

from astropy.io import fits

from mangaxr.datamodel.extensions import CHANNEL_LABELS, Extension, Layout
from mangaxr.datamodel.indices import SPECTRAL_INDICES
from mangaxr.datamodel.lines import line_names
from mangaxr.synthetic.galaxy.moments import SPAXEL

__all__ = ["channel_names", "channel_units", "extension_cards"]

Card = tuple[str, str | int | float, str]

_AUTHOR = {
    "DR15": "K Westfall & B Andrews <westfall@ucolick.org, andrewsb@pitt.edu>",
    "DR17": "K Westfall <westfall@ucolick.org> & SDSS-IV Data Group",
}
_DENSITY = "1E-17 erg/s/cm^2/ang/spaxel"
_DEGREES = SPAXEL / 3600.0
_DATE, _MJD = "2018-06-20", 58289.0
_LUMINOSITY_WEIGHTED = "BIN_LW"


def channel_names(row: Extension, layout: Layout) -> tuple[str, ...]:
    """Name the channels of an extension as the header's ``C{n}`` do; empty for a map.

    Examples
    --------
    >>> from mangaxr.datamodel.extensions import EXTENSIONS
    >>> channel_names(EXTENSIONS[1], "DR15")
    ('Elliptical radius', 'R/Re', 'Elliptical azimuth')
    """
    if not row.channels or (layout == "DR15" and row.channels == "sigmacorr"):
        return ()
    if row.channels == "spectral_index":
        return tuple(index.name for index in SPECTRAL_INDICES)
    if row.channels in ("line", "moment_line"):
        return line_names(layout, moments=row.channels == "moment_line")
    labels = CHANNEL_LABELS[row.channels]
    if row.channels == "ell_coordinate" and layout == "DR15":
        labels = tuple(label for label in labels if label != "R h/kpc")
    if row.name.startswith(_LUMINOSITY_WEIGHTED):
        labels = tuple(_weighted(label) for label in labels)
    return labels


def _weighted(label: str) -> str:
    if label.startswith("R"):
        return label
    return f"Lum. weighted {label[0].lower()}{label[1:]}"


def channel_units(row: Extension, layout: Layout) -> tuple[str, ...]:
    """Return the units of the channels (``U{n}``); empty where one BUNIT serves all."""
    if row.channels == "ell_coordinate":
        units = {"elliptical radius": "arcsec", "R h/kpc": "kpc/h", "elliptical azimuth": "degrees"}
        names = (name.removeprefix("Lum. weighted ") for name in channel_names(row, layout))
        return tuple(
            units.get(name if name.startswith("R") else name.lower(), "") for name in names
        )
    if row.channels == "fom":
        return (_DENSITY, *("" for _ in CHANNEL_LABELS["fom"][1:]))
    # Corrections and models of the indices come without units, as do masks.
    if row.channels == "spectral_index" and (row.ivar or row.role == "ivar"):
        units_of = (index.fits_unit for index in SPECTRAL_INDICES)
        if row.role == "ivar":
            return tuple(f"({unit})^{{-2}}" if unit else "" for unit in units_of)
        return tuple(units_of)
    return ()


def extension_cards(
    row: Extension, *, layout: Layout, pointing: tuple[float, float], shape: tuple[int, ...]
) -> fits.Header:
    """Build the header of an extension, in the order in which the DAP writes its cards.

    Parameters
    ----------
    row
        The extension.
    layout
        File layout.
    pointing
        Right ascension and declination of the bundle's centre, deg.
    shape
        Shape of its data, ``(y, x)`` or ``(channel, y, x)``.
    """
    cards = [
        *_wcs(layout, pointing, shape),
        ("AUTHOR", _AUTHOR[layout], ""),
        ("MASKNAME", "MANGA_DAPPIXMASK", ""),
        *_channels(row, layout),
        *_classes(row, layout, cube=len(shape) > 2),
        ("EXTNAME", row.name, "extension name"),
    ]
    return fits.Header(cards)


def _wcs(layout: Layout, pointing: tuple[float, float], shape: tuple[int, ...]) -> Iterator[Card]:
    cube = len(shape) > 2
    reference = "Pixel coordinate of reference point"
    yield "WCSAXES", len(shape), "Number of coordinate axes"
    yield "CRPIX1", shape[-1] // 2 + 1.0, reference
    yield "CRPIX2", shape[-2] // 2 + 1.0, reference
    if cube:
        yield "CRPIX3", 1.0, reference
    yield "PC1_1", -_DEGREES, "Coordinate transformation matrix element"
    yield "PC2_2", _DEGREES, "Coordinate transformation matrix element"
    yield "CDELT1", 1.0, "[deg] Coordinate increment at reference point"
    yield "CDELT2", 1.0, "[deg] Coordinate increment at reference point"
    if cube:
        yield "CDELT3", 1.0, "Coordinate increment at reference point"
    yield "CUNIT1", "deg", "Units of coordinate increment and value"
    yield "CUNIT2", "deg", "Units of coordinate increment and value"
    yield "CTYPE1", "RA---TAN", "Right ascension, gnomonic projection"
    yield "CTYPE2", "DEC--TAN", "Declination, gnomonic projection"
    if cube and layout == "DR17":
        yield "CTYPE3", " ", "Undefined type"
    yield "CRVAL1", pointing[0], "[deg] Coordinate value at reference point"
    yield "CRVAL2", pointing[1], "[deg] Coordinate value at reference point"
    if cube:
        yield "CRVAL3", 1.0, "Coordinate value at reference point"
    yield "LONPOLE", 180.0, "[deg] Native longitude of celestial pole"
    yield "LATPOLE", pointing[1], "[deg] Native latitude of celestial pole"
    yield from _epoch(layout, cube=cube)


def _epoch(layout: Layout, *, cube: bool) -> Iterator[Card]:
    if layout == "DR15":
        yield "RADESYS", "FK5", "Equatorial coordinate system"
        yield "EQUINOX", 2000.0, "[yr] Equinox of equatorial coordinates"
        yield "MJD-OBS", _MJD, "[d] MJD for DATE-OBS"
        yield "DATE-OBS", _DATE, "Date of median exposure"
        if cube:
            yield "CTYPE3", "", "Undefined type"
            yield "CUNIT3", "", "Undefined units"
        return
    yield "MJDREF", 0.0, "[d] MJD of fiducial time"
    yield "DATE-OBS", _DATE, "Date of median exposure"
    yield "MJD-OBS", _MJD, "[d] MJD for DATE-OBS"
    yield "RADESYS", "ICRS", "Equatorial coordinate system"
    if cube:
        yield "CUNIT3", " ", "Undefined units"


def _channels(row: Extension, layout: Layout) -> Iterator[Card]:
    names, units = channel_names(row, layout), channel_units(row, layout)
    digits = len(str(len(names)))
    for number, name in enumerate(names, start=1):
        yield f"C{number:0{digits}d}", name, f"Data in channel {number}"
        if units:
            unit = units[number - 1]
            yield f"U{number:0{digits}d}", unit, f"Units of data in channel {number}"
    if row.fits_unit and not units:
        yield "BUNIT", row.fits_unit, "Unit of pixel value"


def _classes(row: Extension, layout: Layout, *, cube: bool) -> Iterator[Card]:
    """Link data, errors and masks of a quantity to each other."""
    yield "HDUCLASS", "SDSS", "SDSS format class"
    # DR15's writer knew no single maps.
    yield "HDUCLAS1", "CUBE" if cube or layout == "DR15" else "IMAGE", "Data format"
    science = ("SCIDATA", row.name.rsplit("_", 1)[0], "Associated data extension")
    quality = ("QUALDATA", row.mask, "Associated quality extension")
    error = "Associated inv. variance extension"
    if row.role == "mask":
        yield "HDUCLAS2", "QUALITY", ""
        yield "HDUCLAS3", "FLAG32BIT", "32-bit mask"
        yield science
        yield "ERRDATA", f"{science[1]}_IVAR", error
        return
    if row.role == "ivar":
        yield "HDUCLAS2", "ERROR", ""
        yield "HDUCLAS3", "INVMSE", "Value is inverse mean-square error"
        yield science
        if row.mask:
            yield quality
        return
    yield "HDUCLAS2", "DATA", ""
    if row.ivar:
        yield "ERRDATA", row.ivar, error
        # The mask of a quantity without errors is another's: the header does not name it.
        if row.mask:
            yield quality
