"""The emission lines the DAP measures, with their vacuum rest wavelengths.

Sources: mangadap ``elpmpl11.par`` (Gaussian fits of DR17), ``elbmpl9.par`` (moments of
DR17), ``elpmiles.par`` and ``elbmiles.par`` (DR15). A line's name is its species and its
vacuum wavelength in Angstrom, truncated. Order and number differ between releases, so a
line is always chosen by the name in the file's header, never by its position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["LINES", "LINE_ALIASES", "MOMENT_BLEND", "Line", "line_names", "rest_wavelength"]

MOMENT_BLEND = "OIId-3728"
"""First line of the summed-flux extensions: the [O II] blend; Gaussian ones have OII-3727."""


@dataclass(frozen=True, slots=True)
class Line:
    """One emission line.

    ``wave`` is the rest wavelength of DR17's Gaussian fits; ``moment_wave`` that of the
    summed-flux measurements and of every DR15 measurement. Vacuum, Angstrom.
    """

    name: str
    label: str
    wave: float
    moment_wave: float
    dr15: bool = True


LINES: tuple[Line, ...] = (
    Line("OII-3727", "[O II] 3727", 3727.092, 3728.4835),
    Line("OII-3729", "[O II] 3729", 3729.875, 3729.875),
    Line("H12-3751", "H12", 3751.2174, 3751.2243, dr15=False),
    Line("H11-3771", "H11", 3771.7012, 3771.708, dr15=False),
    Line("Hthe-3798", "Hθ", 3798.9757, 3798.9826),
    Line("Heta-3836", "Hη", 3836.472, 3836.479),
    Line("NeIII-3869", "[Ne III] 3869", 3869.86, 3869.86),
    Line("HeI-3889", "He I 3889", 3889.749, 3889.749, dr15=False),
    Line("Hzet-3890", "Hζ", 3890.1506, 3890.1576),
    Line("NeIII-3968", "[Ne III] 3968", 3968.59, 3968.59),
    Line("Heps-3971", "Hε", 3971.1951, 3971.202),
    Line("Hdel-4102", "Hδ", 4102.8922, 4102.8991),
    Line("Hgam-4341", "Hγ", 4341.6837, 4341.691),
    Line("HeII-4687", "He II 4687", 4687.015, 4687.015),
    Line("Hb-4862", "Hβ", 4862.683, 4862.691),
    Line("OIII-4960", "[O III] 4960", 4960.295, 4960.295),
    Line("OIII-5008", "[O III] 5008", 5008.24, 5008.24),
    Line("NI-5199", "[N I] 5199", 5199.349, 5199.349, dr15=False),
    Line("NI-5201", "[N I] 5201", 5201.705, 5201.7055, dr15=False),
    Line("HeI-5877", "He I 5877", 5877.252, 5877.243),
    Line("OI-6302", "[O I] 6302", 6302.046, 6302.046),
    Line("OI-6365", "[O I] 6365", 6365.536, 6365.535),
    Line("NII-6549", "[N II] 6549", 6549.86, 6549.86),
    Line("Ha-6564", "Hα", 6564.608, 6564.632),
    Line("NII-6585", "[N II] 6585", 6585.27, 6585.271),
    Line("SII-6718", "[S II] 6718", 6718.295, 6718.294),
    Line("SII-6732", "[S II] 6732", 6732.674, 6732.674),
    Line("HeI-7067", "He I 7067", 7067.657, 7067.1252, dr15=False),
    Line("ArIII-7137", "[Ar III] 7137", 7137.76, 7137.76, dr15=False),
    Line("ArIII-7753", "[Ar III] 7753", 7753.24, 7753.24, dr15=False),
    Line("Peta-9017", "Paη", 9017.384, 9017.384, dr15=False),
    Line("SIII-9071", "[S III] 9071", 9071.1, 9071.1, dr15=False),
    Line("Pzet-9231", "Paζ", 9231.546, 9231.546, dr15=False),
    Line("SIII-9533", "[S III] 9533", 9533.2, 9533.2, dr15=False),
    Line("Peps-9548", "Paε", 9548.588, 9548.588, dr15=False),
)
"""Every line of DR17, in the order of its files; those marked ``dr15`` are also DR15's."""

LINE_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "ha": "Ha-6564",
        "hb": "Hb-4862",
        "oiii": "OIII-5008",
        "nii": "NII-6585",
    }
)
"""Short names people type for the four lines of the BPT diagram."""

_BY_NAME = {line.name: line for line in LINES}


def line_names(layout: str, *, moments: bool = False) -> tuple[str, ...]:
    """Name the channels of the emission-line extensions of a release, in file order.

    Parameters
    ----------
    layout
        ``"DR17"`` or ``"DR15"``.
    moments
        True for ``EMLINE_SFLUX`` and ``EMLINE_SEW``, whose first channel is the blend.

    Examples
    --------
    >>> line_names("DR17").index("Ha-6564"), line_names("DR15").index("Ha-6564")
    (23, 18)
    >>> line_names("DR15", moments=True)[0]
    'OIId-3728'
    """
    names = tuple(line.name for line in LINES if layout != "DR15" or line.dr15)
    return (MOMENT_BLEND, *names[1:]) if moments else names


def rest_wavelength(name: str, *, moments: bool = False) -> float:
    """Return the vacuum rest wavelength of a line in Angstrom.

    Parameters
    ----------
    name
        Channel name from the header, such as ``"Ha-6564"``.
    moments
        True for the summed-flux extensions and for DR15.

    Returns
    -------
    float
        NaN for a line that no public release measures.

    Examples
    --------
    >>> rest_wavelength("Ha-6564")
    6564.608
    """
    if name == MOMENT_BLEND:
        return LINES[0].moment_wave
    line = _BY_NAME.get(name)
    if line is None:
        return float("nan")
    if name == LINES[0].name:
        return line.wave  # the moments' first channel goes by the blend's name
    return line.moment_wave if moments else line.wave
