"""Masks, and what stands in the spaxels they hide, follow the pipeline's rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mangaxr.datamodel.extensions import EXTENSIONS
from mangaxr.datamodel.lines import line_names
from mangaxr.synthetic import Measured, draw_galaxy, measure
from mangaxr.synthetic.observe.field import BITS

DONOTUSE = BITS["DONOTUSE"]
UNUSED = 1073741840
STAR = 1073741848


@pytest.fixture(scope="session")
def measured() -> Measured:
    """Measure a galaxy with a foreground star and a dead fibre."""
    galaxy = replace(draw_galaxy("8001-6101"), star=(-6.0, 3.0), dead_fibre=(5.0, -4.0))
    return measure(galaxy, np.random.default_rng(5))


def test_nothing_is_nan_or_infinite(files) -> None:
    """No value of any extension is NaN or infinite."""
    for name, hdus in files.items():
        for hdu in hdus[1:]:
            assert np.isfinite(hdu.data).all(), (name, hdu.name)


def test_unmasked_values_have_errors(files) -> None:
    """Wherever a mask is 0 the inverse variance is positive."""
    rows = [row for row in EXTENSIONS if row.role == "data" and row.ivar and row.mask]
    for name, hdus in files.items():
        for row in rows:
            if row.name in hdus:
                ivar, mask = hdus[row.ivar].data, hdus[row.mask].data
                assert (ivar[mask == 0] > 0).all(), (name, row.name)
                assert (ivar >= 0).all(), (name, row.name)


def test_spaxels_left_out_hold_zero(files) -> None:
    """Where a step has no bin, its values and inverse variances are exactly 0 and masked."""
    for name, hdus in files.items():
        ids = hdus["BINID"].data
        for row in EXTENSIONS:
            if row.bin_step >= 0 and row.name in hdus:
                values = hdus[row.name].data[..., ids[row.bin_step] < 0]
                right = values & DONOTUSE != 0 if row.role == "mask" else values == 0
                assert right.all(), (name, row.name)


def test_donotuse_is_set_with_the_bits_that_imply_it(files) -> None:
    """NOVALUE, FORESTAR, MATHERROR, NEARBOUND and the cube's bits never come without it."""
    names = ("NOCOV", "LOWCOV", "DEADFIBER", "FORESTAR", "NOVALUE", "MATHERROR", "NEARBOUND")
    severe = sum(BITS[name] for name in names)
    for name, hdus in files.items():
        for hdu in hdus[1:]:
            if hdu.name.endswith("_MASK"):
                flagged = hdu.data[hdu.data & severe != 0]
                assert (flagged & DONOTUSE != 0).all(), (name, hdu.name)


def test_masked_values_are_those_seen_in_files(measured) -> None:
    """A DR17 file has the mask values that files of the pipeline have, and no others."""
    seen = {0, 32, UNUSED, STAR, 1073741888, 1073742080, UNUSED | 32, STAR | 32}
    for name, plane in measured.planes.items():
        if name.endswith("_MASK"):
            assert set(np.unique(plane).tolist()) <= seen, name


def test_the_star_is_flagged_in_every_mask(measured) -> None:
    """Spaxels of the foreground star are FORESTAR, NOVALUE and DONOTUSE in every extension."""
    star = measured.field.star
    assert 40 < np.count_nonzero(star) < 100
    for name, plane in measured.planes.items():
        if name.endswith("_MASK"):
            assert (plane[..., star] & STAR == STAR).all(), name
            assert (plane[..., ~star] & BITS["FORESTAR"] == 0).all(), name


def test_dummy_lines_are_masked_everywhere(measured) -> None:
    """Summed fluxes that are only placeholders have no value in any spaxel."""
    names = line_names("DR17", moments=True)
    for name in ("OII-3729", "HeI-3889", "NeIII-3968", "NI-5201"):
        row = names.index(name)
        assert (measured.planes["EMLINE_SFLUX_MASK"][row] & UNUSED == UNUSED).all()
        assert not measured.planes["EMLINE_SFLUX"][row].any()


def test_bounded_widths_keep_value_and_error(measured) -> None:
    """GSIGMA at a bound is flagged for some weak lines and keeps what was fitted."""
    mask = measured.planes["EMLINE_GSIGMA_MASK"]
    near = mask & BITS["NEARBOUND"] != 0
    assert near.any()
    assert (measured.planes["EMLINE_GSIGMA"][near] > 0).all()
    assert (measured.planes["EMLINE_GSIGMA_IVAR"][near] > 0).any()
    halpha = line_names("DR17").index("Ha-6564")
    assert near[halpha].sum() < near.sum() / 35 / 10


def test_velocity_masks_differ_between_lines(measured) -> None:
    """All lines share velocity and error, but not the mask."""
    velocity, mask = measured.planes["EMLINE_GVEL"], measured.planes["EMLINE_GVEL_MASK"]
    ivar = measured.planes["EMLINE_GVEL_IVAR"]
    assert (velocity == velocity[0]).all()
    assert (ivar == ivar[0]).all()
    assert (mask != mask[23]).any()
