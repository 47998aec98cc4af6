"""From the truth to the planes of a MAPS file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.random import Generator
from numpy.typing import NDArray

from mangaxr.datamodel.extensions import Layout
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.observe.binning import Binning
from mangaxr.synthetic.observe.field import Field, observe
from mangaxr.synthetic.observe.measure_indices import measure_indices
from mangaxr.synthetic.observe.measure_lines import measure_lines, measure_moments
from mangaxr.synthetic.observe.measure_stars import measure_bins, measure_spaxels, measure_stars

__all__ = ["Measured", "measure"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a MAPS file will hold.

    Parameters
    ----------
    field
        The observation, with its noiseless maps and bins.
    planes
        Array of every extension by EXTNAME, in the file's byte order: big-endian float32,
        int32 for masks and BINID. Shapes ``(y, x)`` or ``(channel, y, x)``.
    """

    field: Field
    planes: dict[str, NDArray[Any]]


def measure(
    galaxy: DiskGalaxy, rng: Generator, *, layout: Layout = "DR17", binning: Binning = "HYB10"
) -> Measured:
    """Observe a galaxy and measure everything that the DAP measures.

    Parameters
    ----------
    galaxy
        The truth.
    rng
        Source of all noise.
    layout
        File layout of the release.
    binning
        How spaxels are binned.

    Raises
    ------
    UnknownNameError
        If the galaxy's IFU design is not one of a science bundle.
    """
    field = observe(galaxy, layout=layout, binning=binning, rng=rng)
    planes: dict[str, NDArray[Any]] = {
        **measure_spaxels(field),
        **measure_bins(field),
        **measure_stars(field, rng),
        **measure_moments(field, rng),
        **measure_lines(field, rng),
        **measure_indices(field, rng),
    }
    return Measured(field, planes)
