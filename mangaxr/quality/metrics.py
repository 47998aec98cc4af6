"""Every metric of a galaxy's maps, and every flag: one row each.

The rows drive what is computed, the store's coordinates, the tables' units and the pages of
the documentation. A metric is a number, NaN where it cannot be computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["FLAGS", "METRICS", "Flag", "Group", "Metric"]

Group = Literal["coverage", "signal", "kinematics", "morphology"]

Need = Literal["flux", "velocity", "stars", "R_e", "PA", "redshift", "PSF", "S/N map", "bins"]
"""What a metric needs besides the bundle's outline; without it, it is NaN."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Parameters
    ----------
    name
        Name of the variable.
    group
        Part that it belongs to, and module that computes it.
    units
        As astropy writes it; ``1`` if it has none.
    long_name
        What it is.
    formula
        How it is computed.
    needs
        What must be known.
    source
        Where the definition is from; empty if it is plain arithmetic.
    within
        Least and largest value that the definition allows; None if any will do.
    """

    name: str
    group: Group
    units: str
    long_name: str
    formula: str
    needs: tuple[Need, ...]
    source: str = ""
    within: tuple[float, float] | None = None


_SHARE, _POSITIVE, _AXIS = (0.0, 1.0), (0.0, math.inf), (0.0, 360.0)
_BRIGHTNESS = "1e-17 erg / (s cm2 arcsec2)"
_FLUX = "1e-17 erg / (s cm2)"
_DISK = "fit of a rotating disk: PA, centre, velocity and a curve of three terms free, b/a fixed"
_BEGEMAN = "thin disk: Begeman 1989, A&A 223, 47; errors: noise correlated as in Westfall+ 2019"

METRICS: tuple[Metric, ...] = (
    Metric(
        "masked_fraction", "coverage", "1", "share of the map that is masked",
        "1 - N(flux valid) / N(spaxels of the array)", ("flux",), within=_SHARE,
    ),
    Metric(
        "masked_fraction_bundle", "coverage", "1", "share of the bundle that is masked",
        "1 - N(flux valid in the bundle) / N(bundle); the bundle is where SPX_MFLUX has a variance",
        ("flux",), within=_SHARE,
    ),
    Metric(
        "valid_fraction_1re", "coverage", "1", "share of the ellipse of 1 R_e with a velocity",
        "N(velocity valid, R/Re <= 1) / N(R/Re <= 1), or over the ellipse's area where that is "
        "larger than the array", ("velocity", "R_e"), within=_SHARE,
    ),
    Metric(
        "valid_fraction_1p5re", "coverage", "1", "share of the ellipse of 1.5 R_e with a velocity",
        "as valid_fraction_1re, for R/Re <= 1.5", ("velocity", "R_e"), within=_SHARE,
    ),
    Metric(
        "valid_spaxels", "coverage", "1", "spaxels with a velocity",
        "N(velocity valid): by its mask, and H-alpha of S/N >= min_snr", ("velocity",),
        within=_POSITIVE,
    ),
    Metric(
        "independent_bins", "coverage", "1", "measurements behind the valid spaxels",
        "number of different BINID of the line fits among the valid spaxels",
        ("velocity", "bins"), within=_POSITIVE,
    ),
    Metric(
        "largest_hole", "coverage", "arcsec2", "largest hole in the flux map",
        "area of the largest connected group of masked spaxels that valid ones enclose", ("flux",),
        within=_POSITIVE,
    ),
    Metric(
        "covered_radius_re", "coverage", "1", "radius in R_e up to which the bundle covers",
        "first ring of 0.1 R_e of which less than 90 % is in the bundle, its inner edge",
        ("R_e",), "as RCOV90 of DAPall", within=_POSITIVE,
    ),
    Metric(
        "star_fraction", "coverage", "1", "share of the bundle behind a foreground star",
        "N(FORESTAR) / N(bundle)", ("velocity",), within=_SHARE,
    ),
    Metric(
        "critical", "coverage", "1", "1 if DRP3QUAL or DAPQUAL says CRITICAL, else 0",
        "bit 30 of either", (), within=_SHARE,
    ),
    Metric(
        "flux_min", "signal", _BRIGHTNESS, "lowest H-alpha surface brightness",
        "minimum over the valid spaxels", ("flux",),
    ),
    Metric(
        "flux_max", "signal", _BRIGHTNESS, "highest H-alpha surface brightness",
        "maximum over the valid spaxels", ("flux",),
    ),
    Metric(
        "flux_mean", "signal", _BRIGHTNESS, "mean H-alpha surface brightness",
        "mean over the valid spaxels", ("flux",),
    ),
    Metric(
        "ha_flux_total", "signal", _FLUX, "H-alpha flux of all valid spaxels",
        "sum over the valid spaxels", ("flux",),
    ),
    Metric(
        "ha_flux_peak", "signal", _BRIGHTNESS, "peak of the H-alpha surface brightness",
        "maximum over the valid spaxels of S/N >= min_snr", ("flux",), within=_POSITIVE,
    ),
    Metric(
        "ha_snr_1re", "signal", "1", "median S/N of H-alpha within 1 R_e",
        "median of flux sqrt(ivar), R/Re <= 1; over all valid spaxels without R_e", ("flux",),
    ),
    Metric(
        "g_snr_1re", "signal", "1", "median S/N of the g-band continuum within 1 R_e",
        "median of SPX_SNR in the bundle, R/Re <= 1; of the whole bundle without R_e",
        ("S/N map",),
    ),
    Metric(
        "dynamic_range", "signal", "1", "peak over noise of H-alpha",
        "ha_flux_peak over the median error of the valid spaxels", ("flux",), within=_POSITIVE,
    ),
    Metric(
        "velocity_gradient", "kinematics", "km / (arcsec s)", "gradient of the velocity field",
        "|g| of the least-squares plane v = v0 + g . (X, Y), every valid spaxel alike",
        ("velocity",), within=_POSITIVE,
    ),
    Metric(
        "velocity_gradient_error", "kinematics", "km / (arcsec s)", "error of velocity_gradient",
        "propagated from the inverse variances, with the noise of spaxels d apart correlated by "
        "exp(-d^2 / (2 1.92^2))", ("velocity",), "Westfall et al. 2019, AJ 158, 231, fig. 8",
        within=_POSITIVE,
    ),
    Metric(
        "velocity_gradient_kpc", "kinematics", "km / (kpc s)", "the gradient per kpc",
        "velocity_gradient / (kpc per arcsec at z; flat, H0 = 70 km/s/Mpc, Om = 0.3)",
        ("velocity", "redshift"),
    ),
    Metric(
        "velocity_gradient_re", "kinematics", "km / s", "the gradient per R_e",
        "velocity_gradient * R_e", ("velocity", "R_e"),
    ),
    Metric(
        "velocity_field_dispersion", "kinematics", "km / s", "spread of the velocity field",
        "standard deviation over the valid spaxels", ("velocity",), within=_POSITIVE,
    ),
    Metric(
        "velocity_range", "kinematics", "km / s", "range of the velocity field",
        "97.5th minus 2.5th percentile over the valid spaxels", ("velocity",), within=_POSITIVE,
    ),
    Metric(
        "kinematic_pa", "kinematics", "deg", "position angle of the receding side, gas",
        _DISK, ("velocity",), _BEGEMAN, within=_AXIS,
    ),
    Metric(
        "kinematic_pa_error", "kinematics", "deg", "error of kinematic_pa",
        "from the fit, correlated noise and misfit included", ("velocity",), _BEGEMAN,
        within=_POSITIVE,
    ),
    Metric(
        "stellar_kinematic_pa", "kinematics", "deg", "position angle of the receding side, stars",
        "as kinematic_pa, each bin counted once", ("stars",), _BEGEMAN, within=_AXIS,
    ),
    Metric(
        "stellar_kinematic_pa_error", "kinematics", "deg", "error of stellar_kinematic_pa",
        "from the fit, correlated noise and misfit included", ("stars",), _BEGEMAN,
        within=_POSITIVE,
    ),
    Metric(
        "kinematic_misalignment", "kinematics", "deg", "angle between gas rotation and light",
        "asin |sin(kinematic_pa - photometric PA)|, 0 to 90", ("velocity", "PA"),
        "Franx, Illingworth & de Zeeuw 1991, ApJ 383, 112", within=(0.0, 90.0),
    ),
    Metric(
        "systemic_velocity", "kinematics", "km / s", "velocity of the centre of rotation",
        "from the fit; relative to the header's redshift", ("velocity",), _BEGEMAN,
    ),
    Metric(
        "systemic_velocity_error", "kinematics", "km / s", "error of systemic_velocity",
        "from the fit, correlated noise, misfit and the centre's freedom included",
        ("velocity",), _BEGEMAN, within=_POSITIVE,
    ),
    Metric(
        "rotation_amplitude", "kinematics", "km / s", "projected rotation V sin i",
        "half of the range (2.5 to 97.5 %) of the fitted disk over the valid spaxels",
        ("velocity",), within=_POSITIVE,
    ),
    Metric(
        "disk_variance_explained", "kinematics", "1", "share of the variance the disk explains",
        "1 - var(v - model) / var(v) over the valid spaxels", ("velocity",),
        within=(-math.inf, 1.0),
    ),
    Metric(
        "dipole_strength", "kinematics", "1", "share of the variance a dipole explains",
        "1 - var(v - a - b cos(phi) - c sin(phi)) / var(v), phi the azimuth on the sky",
        ("velocity",), within=(-math.inf, 1.0),
    ),
    Metric(
        "velocity_asymmetry", "kinematics", "1", "departure from antisymmetry under 180 degrees",
        "sum |v + v' - 2 v_sys| / sum (|v - v_sys| + |v' - v_sys|), v' opposite of v",
        ("velocity",), "Schoenmakers, Franx & de Zeeuw 1997, MNRAS 292, 349, in spirit",
        within=_SHARE,
    ),
    Metric(
        "flux_velocity_correlation", "kinematics", "1", "correlation of flux and velocity",
        "Pearson's r of log flux and velocity; 0 for a symmetric disk", ("velocity", "flux"),
        within=(-1.0, 1.0),
    ),
    Metric(
        "velocity_outliers", "kinematics", "1", "share of spaxels that do not follow the disk",
        "share with |v - model| > 5 max(1.4826 median|v - model|, error)", ("velocity",),
        within=_SHARE,
    ),
    Metric(
        "r50", "morphology", "arcsec", "half-light radius of H-alpha",
        "elliptical radius that holds half of the valid flux", ("flux",), within=_POSITIVE,
    ),
    Metric(
        "r80", "morphology", "arcsec", "radius of 80 % of H-alpha",
        "elliptical radius that holds 80 % of the valid flux", ("flux",), within=_POSITIVE,
    ),
    Metric(
        "concentration", "morphology", "1", "concentration of H-alpha",
        "5 log10(r80 / r20)", ("flux",), "Conselice 2003, ApJS 147, 1", within=_POSITIVE,
    ),
    Metric(
        "central_flux_fraction", "morphology", "1", "share of the flux in the central 5 x 5 box",
        "flux in the 5 x 5 spaxels about the one nearest to the object, over all valid flux",
        ("flux",),
    ),
    Metric(
        "clumpiness", "morphology", "1", "share of the flux in clumps",
        "sum max(F - F smoothed by a Gaussian of sigma 2.5 arcsec, 0) / sum F, S/N >= min_snr, "
        "without the central box", ("flux",), "Conselice 2003, ApJS 147, 1, with a fixed width",
        within=_POSITIVE,
    ),
    Metric(
        "flux_asymmetry", "morphology", "1", "asymmetry of H-alpha under 180 degrees",
        "sum |F - F'| / sum (|F| + |F'|), F' opposite of F, where both are valid", ("flux",),
        "Conselice 2003, ApJS 147, 1", within=_SHARE,
    ),
    Metric(
        "r50_psf", "morphology", "1", "half-light radius over the PSF",
        "r50 / FWHM of the r-band PSF", ("flux", "PSF"),
    ),
)  # fmt: skip
"""In the order of the tables."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag: its name, what it says, and whether it makes a galaxy unusable."""

    name: str
    long_name: str
    decides: bool = True


FLAGS: tuple[Flag, ...] = (
    Flag("bad_quality", "a pipeline flagged the cube or its analysis as critical"),
    Flag("heavily_masked", "most of the bundle is masked"),
    Flag("low_flux", "H-alpha is faint"),
    Flag("low_rotation", "no disk rotates in the velocity field, or hardly"),
    Flag("interloper", "a star or another galaxy is in the way"),
    Flag("edge_truncated", "the bundle ends within the galaxy"),
    Flag("compact", "H-alpha is hardly larger than the PSF; for information", decides=False),
)
"""In the order in which reasons are given; thresholds are in the table of `thresholds`."""
