"""Cuts: each removes the galaxies it is meant for, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from mangaxr.catalog.ranking.criteria import Criteria, load_criteria
from mangaxr.catalog.ranking.cuts import CUTS
from mangaxr.catalog.ranking.select import select
from mangaxr.errors import CriteriaError

MakeCatalog = Callable[..., xr.Dataset]


def test_good_galaxies_stay(make_catalog: MakeCatalog) -> None:
    """Nothing is removed where nothing is wrong, and every cut has been made."""
    chosen = select(make_catalog())
    assert chosen.kept.all()
    assert chosen.reasons == {}
    assert [count.removed for count in chosen.cuts] == [0] * len(chosen.cuts)
    assert {count.cut for count in chosen.cuts} == {*load_criteria().cuts, "measured"}


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "not done": ({"dapdone": [True, False, True]}, "dap_done", "did not complete"),
    "drp": ({"drp3qual": [0, 1 << 30, 0]}, "drp3qual", "DRP3QUAL has CRITICAL"),
    "drp missing": ({"drp3qual": [0, -999, 0]}, "drp3qual", "DRP3QUAL is missing"),
    "dap": ({"dapqual": [0, 1 << 30, 0]}, "dapqual", "DAPQUAL has CRITICAL"),
    "sky": ({"mngtarg1": [1024, 0, 1024]}, "galaxy_target", "not a galaxy target"),
    "untargeted": ({"mngtarg1": [1024, -999, 1024]}, "galaxy_target", "not a galaxy target"),
    "face-on": ({"nsa_elpetro_ba": [0.6, 0.98, 0.6]}, "inclination", "outside 25 to 75"),
    "edge-on": ({"nsa_elpetro_ba": [0.6, 0.21, 0.6]}, "inclination", "outside 25 to 75"),
    "no photometry": ({"nsa_elpetro_ba": [0.6, np.nan, 0.6]}, "inclination", "unknown"),
    "small": ({"nsa_elpetro_th50_r": [5.0, 2.4, 5.0]}, "min_r_e_spaxels", "4.8 spaxels"),
    "no R_e": ({"nsa_elpetro_th50_r": [5.0, np.nan, 5.0]}, "min_r_e_spaxels", "R_e unknown"),
    "no sigma": ({"ha_gsigma_1re": [25.0, np.nan, 25.0]}, "measured", "gas_dispersion"),
    "no sigma 2": ({"ha_gsigma_1re": [25.0, 0.0, 25.0]}, "measured", "rotation_support"),
    "bundle": (
        {"names": ["8000-12701", "8001-1901", "8002-3701"]}, "fibres", "a bundle of 19 fibres",
    ),
    "duplicate": (
        {"mangaid": ["1-1", "1-1", "1-2"], "snr": [10.0, 9.0, 5.0]},
        "unique",
        "repeats 1-1: 8000-12701 is kept (S/N 10.0, here 9.0)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_removed_with_its_reason(make_catalog: MakeCatalog, fault: str) -> None:
    """The faulty galaxy alone is removed, by the cut meant for it, in words."""
    columns, cut, words = FAULTS[fault]
    catalog = make_catalog(**columns)
    chosen = select(catalog)
    assert chosen.kept.tolist() == [True, False, True]
    name = str(catalog.galaxy.values[1])
    assert set(chosen.reasons) == {name}
    assert chosen.reasons[name][0] == cut
    assert words in chosen.reasons[name][1]
    counted = {count.cut: count.removed for count in chosen.cuts if count.removed}
    assert counted == {cut: 1}
    assert chosen.removed().cut.values.tolist() == [cut]


def test_every_cut_is_tried() -> None:
    """No cut is without a galaxy that it removes, but for the one off by default."""
    tried = {cut for _, cut, _ in FAULTS.values()}
    assert set(CUTS) - tried == {"redshift"}


def test_an_ancillary_target_is_a_galaxy(make_catalog: MakeCatalog) -> None:
    """A galaxy of an ancillary programme alone stays."""
    catalog = make_catalog(mngtarg1=0, mngtarg3=1 << 5)
    assert select(catalog).kept.all()


def test_redshifts(make_catalog: MakeCatalog) -> None:
    """The window of redshifts, which the shipped criteria do not use."""
    criteria = Criteria(name="near", cuts={"redshift": (0.01, 0.05)}, grades=())
    chosen = select(make_catalog(z=[0.03, 0.06, np.nan]), criteria)
    assert chosen.kept.tolist() == [True, False, False]


def test_the_best_observation_is_one_that_passes(make_catalog: MakeCatalog) -> None:
    """A flagged observation does not stand in for a sound one of the same galaxy."""
    catalog = make_catalog(mangaid=["1-1", "1-1", "1-1"], snr=[20.0, 9.0, 10.0],
                           dapqual=[1 << 30, 0, 0])  # fmt: skip
    chosen = select(catalog)
    assert chosen.kept.tolist() == [False, False, True]
    assert [chosen.reasons[g][0] for g in ("8000-12701", "8001-12701")] == ["dapqual", "unique"]


def test_equal_observations_are_told_apart_by_name(make_catalog: MakeCatalog) -> None:
    """Of equals the first by plate and IFU, as numbers, stays, wherever its row is."""
    names = ["10000-12701", "9000-12701", "8000-12704"]
    chosen = select(make_catalog(names=names, mangaid=["1-1"] * 3))
    assert chosen.kept.tolist() == [False, False, True]


def test_without_a_mangaid_nothing_repeats(make_catalog: MakeCatalog) -> None:
    """Galaxies whose MANGAID is blank are not each other."""
    assert select(make_catalog(mangaid=["", "", "1-2"])).kept.all()


def test_counts_add_up(make_catalog: MakeCatalog) -> None:
    """Each galaxy is removed once, by the first cut it fails; `failing` counts all."""
    catalog = make_catalog(dapdone=[False, True, True], drp3qual=[1 << 30, 1 << 30, 0])
    done, drp, *_ = select(catalog).cuts
    assert (done.removed, done.failing, done.left) == (1, 1, 2)
    assert (drp.removed, drp.failing, drp.left) == (1, 2, 1)


def test_a_missing_column_is_an_error_or_a_skipped_cut(make_catalog: MakeCatalog) -> None:
    """The error names column and cut; skipping says so in the count."""
    catalog = make_catalog().drop_vars("dapqual")
    with pytest.raises(CriteriaError, match="lacks dapqual, which the cut dapqual needs"):
        select(catalog)
    chosen = select(catalog, on_missing="skip")
    assert chosen.kept.all()
    skipped = {count.cut: count.skipped for count in chosen.cuts if count.skipped}
    assert skipped == {"dapqual": "the catalog lacks dapqual"}


def test_an_empty_catalog_is_no_error(make_catalog: MakeCatalog) -> None:
    """Nobody in, nobody out."""
    chosen = select(make_catalog().isel(galaxy=slice(0)))
    assert chosen.kept.size == 0
    assert chosen.removed().sizes["galaxy"] == 0
