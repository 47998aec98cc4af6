"""Radial profiles: values in elliptical rings, galaxy by galaxy, and over galaxies."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import xarray as xr

from mangaxr.ensemble.blocks import map_slabs
from mangaxr.ensemble.galaxies import galaxy_numbers
from mangaxr.ensemble.geometry import DiskGeometry, disk_geometry
from mangaxr.ensemble.groups import bin_edges, find_groups
from mangaxr.ensemble.kernel import Floats
from mangaxr.ensemble.rings import Rings, ring_values
from mangaxr.ensemble.sample import Sample, make_sample, slabs_of
from mangaxr.ensemble.source import channel_of, described, pixel_weights
from mangaxr.ensemble.statistic import Statistic, check_statistic, statistics
from mangaxr.errors import EnsembleError, known_name
from mangaxr.store.physical import to_physical

__all__ = ["RadiusUnit", "radial_profile"]

RadiusUnit = Literal["re", "arcsec"]
"""What radii are measured in."""


def radial_profile(
    store: xr.Dataset,
    *,
    channel: str,
    bins: Any,
    unit: RadiusUnit = "re",
    where: Any = None,
    by: Any = None,
    by_bins: Any = None,
    statistic: Statistic = "mean",
    q: Any = None,
    weights: Any = None,
    pa: Any = None,
    ellipticity: Any = "ellipticity",
    reff: Any = "reff",
    systemic: Any = "systemic_velocity",
    deproject: bool = False,
    per_galaxy: bool = False,
    bootstrap: int = 0,
    seed: int = 0,
) -> xr.Dataset:
    """Measure a channel in elliptical rings of each galaxy, and combine the galaxies, lazily.

    A ring is an annulus in the plane of a thin disk, about the object. Its value is the mean
    of its pixels; for velocities it is the rotation V(R) sin i: the amplitude of
    ``v - v_sys = A cos(theta)`` by least squares, theta the azimuth in the disk from the
    receding side. A galaxy has a value in a ring if half of the ring's area was measured (and,
    for rotation, not near the minor axis alone). Each galaxy then counts once.

    Parameters
    ----------
    store
        An open store.
    channel
        Name of the channel.
    bins
        Edges of the rings, in `unit`: low <= radius < high, the last with its upper edge.
    unit
        ``re``, effective radii; or ``arcsec``.
    where
        Galaxies to count, as in `mangaxr.stack`.
    by, by_bins
        What to group the galaxies by, and edges to bin that with, as in `mangaxr.stack`.
    statistic, q
        Over galaxies, as in `mangaxr.stack`.
    weights
        ``ivar`` or ``coverage``: of the pixels within a ring; or numbers over ``galaxy``: of
        the galaxies. None: all weigh the same.
    pa
        Position angle of the major axis, deg, N through E: name of a coordinate or numbers over
        ``galaxy``. By default ``kinematic_pa`` for velocities, where it has to point to
        the receding side, and ``pa`` for all else.
    ellipticity
        1 - b/a, likewise.
    reff
        R_e in arcsec, likewise.
    systemic
        v_sys in km/s, likewise; subtracted from velocities.
    deproject
        Divide rotation by sin i = sqrt(1 - (b/a)^2) of a thin disk. It magnifies errors in
        galaxies near face-on: choose by ellipticity first.
    per_galaxy
        Also return the values of each galaxy.
    bootstrap, seed
        Number of resamples of the galaxies, and their seed, as in `mangaxr.stack`.

    Returns
    -------
    xarray.Dataset
        Over ``radius``, the middles of the rings, with ``radius_low`` and ``radius_high``,
        after groups and percentiles if asked for: ``value``, ``standard_error`` over
        galaxies, ``count`` of galaxies and ``bootstrap_error`` as of `mangaxr.stack`;
        ``galaxy_value`` over (galaxy, radius) if asked for.

    Raises
    ------
    UnknownNameError
        If there is no such channel, unit, statistic or weight.
    EnsembleError
        If the store lacks a coordinate, or if an argument does not fit it.

    Examples
    --------
    >>> import mangaxr
    >>> st = mangaxr.open_store(mangaxr.synthetic.example_store())
    >>> flux = mangaxr.radial_profile(st, channel="ha_flux", bins=[0.0, 0.5, 1.0, 1.5])
    >>> flux.radius.values.tolist(), flux["count"].values.tolist()
    ([0.25, 0.75, 1.25], [3, 3, 3])
    """
    check_statistic(statistic, q)
    known_name("unit of radius", unit, get_args(RadiusUnit))
    edges = bin_edges(bins)
    if edges[0] < 0:
        msg = f"bins begin at {edges[0]:g}: expected radii of 0 or more"
        raise EnsembleError(msg)
    one = channel_of(store, channel)
    groups = find_groups(store, by, by_bins)
    sample = make_sample(
        store, groups, where=where, weights=weights, bootstrap=bootstrap, seed=seed
    )
    rotation = str(one.get("channel_quantity", xr.DataArray("")).values) == "velocity"
    geometry = disk_geometry(
        store,
        pa=pa if pa is not None else "kinematic_pa" if rotation else "pa",
        ellipticity=ellipticity,
        reff=reff if unit == "re" else None,
        pa_argument="pa",
    )
    values = to_physical(one)
    if rotation:
        center = galaxy_numbers(store, systemic, argument="systemic")
        values = values - xr.DataArray(center, dims="galaxy")
    values = described(values, one, physical=True)
    weight = pixel_weights(one, weights, values)
    rings = Rings(sample.positions, geometry, *_offsets(one), edges, rotation, deproject)
    found = _by_galaxy(values, weight, sample, rings, unit)
    if rotation:
        name = "rotation V(R)" if deproject else "rotation V(R) sin i"
        found.attrs["long_name"] = f"{name} of {found.attrs['long_name']}"
    result = statistics(found, None, sample.compact(), groups, statistic=statistic, q=q)
    if per_galaxy:
        names = store["galaxy"].values[sample.positions]
        result["galaxy_value"] = found.assign_coords(galaxy=names)
    result.attrs = {"channel": channel, "statistic": statistic, "unit": unit}
    return result


def _offsets(one: xr.Dataset) -> tuple[Floats, Floats]:
    """Return the offsets of the pixels from the tensor's middle, pixels."""
    missing = [name for name in ("x", "y") if name not in one.coords]
    if missing:
        msg = f"the store has no coordinate {missing[0]!r}, the offset of each pixel: keep it"
        raise EnsembleError(msg)
    return np.asarray(one.x.values, np.float64), np.asarray(one.y.values, np.float64)


def _by_galaxy(
    values: xr.DataArray,
    weight: xr.DataArray | None,
    sample: Sample,
    rings: Rings,
    unit: RadiusUnit,
) -> xr.DataArray:
    """Measure the rings of the chosen galaxies: (galaxy, radius), a task for each slab."""
    arrays = [a.variable.chunk({"y": -1, "x": -1}).data for a in (values, weight) if a is not None]
    slabs, sizes, done = [], [], 0
    for chunk, slab in slabs_of(sample, arrays[0].chunks[0]):
        chosen = rings.rows[done : done + slab.positions.size]
        slabs.append((chunk, _part(rings, slab, rings.geometry.at(chosen))))
        sizes.append(slab.positions.size)
        done += slab.positions.size
    number = rings.edges.size - 1
    found = map_slabs(ring_values, arrays, slabs, sizes, shape=(number,), dtype="f8")
    of = "R_e" if unit == "re" else "arcsec"
    attrs = {"units": "1" if unit == "re" else "arcsec", "long_name": f"radius in the disk, {of}"}
    low, high = rings.edges[:-1], rings.edges[1:]
    coords = {
        "radius": ("radius", (low + high) / 2, attrs),
        "radius_low": ("radius", low, {**attrs, "long_name": "inner edge of the ring"}),
        "radius_high": ("radius", high, {**attrs, "long_name": "outer edge of the ring"}),
    }
    return xr.DataArray(found, dims=("galaxy", "radius"), coords=coords, attrs=values.attrs)


def _part(rings: Rings, slab: Sample, geometry: DiskGeometry) -> Rings:
    return Rings(
        slab.positions,
        geometry,
        rings.x,
        rings.y,
        rings.edges,
        rings.rotation,
        rings.deproject,
    )
