"""Ranking a survey of known galaxies: the best come first, the bad go with the right reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.catalog.ranking.criteria import list_criteria
from mangaxr.catalog.ranking.rank import columns_to_rank, rank
from mangaxr.catalog.ranking.select import select
from mangaxr.catalog.reading.drpcomplete import open_drpcomplete
from mangaxr.catalog.reading.open import open_catalog
from mangaxr.catalog.tables.export import write_table
from mangaxr.synthetic import CatalogFiles, write_catalogs

REASONS = {
    "not_tried": ("dap_done", "did not complete"),
    "dap_failed": ("dap_done", "did not complete"),
    "not_galaxy": ("galaxy_target", "not a galaxy target"),
    "smallest_bundle": ("fibres", "19 fibres"),
    "face_on": ("inclination", "outside 25 to 75"),
    "edge_on": ("inclination", "outside 25 to 75"),
    "no_photometry": ("inclination", "unknown"),
    "too_small": ("min_r_e_spaxels", "is below 5"),
    "repeats": ("unique", "is kept"),
}


@pytest.fixture(scope="module", params=[("DR17", 1200), ("DR15", 600)], ids=lambda p: p[0])
def survey(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> CatalogFiles:
    """Write the catalogues of a release."""
    release, galaxies = request.param
    return write_catalogs(tmp_path_factory.mktemp(release), galaxies=galaxies, release=release)


@pytest.fixture
def catalog(survey: CatalogFiles) -> xr.Dataset:
    """Open them with the columns that ranking looks at."""
    release = "DR15" if "dr15" in str(survey.dapall) else "DR17"
    return open_catalog(sas=survey.root, release=release, columns=columns_to_rank())


@pytest.mark.parametrize("criteria", list_criteria())
def test_the_known_best_rotators_come_out_on_top(
    survey: CatalogFiles, catalog: xr.Dataset, criteria: str
) -> None:
    """All of them, before everybody else, by either of the shipped criteria."""
    best = set(survey.truth.best_rotators)
    ranked = rank(catalog, criteria)
    assert set(ranked.galaxy.values[: len(best)].tolist()) == best
    assert ranked.sizes["galaxy"] > 2 * len(best)


def test_each_bad_one_goes_with_its_reason(survey: CatalogFiles, catalog: xr.Dataset) -> None:
    """Every planted fault is found and named, and nobody without one is removed."""
    chosen = select(catalog)
    for kind, (cut, words) in REASONS.items():
        for name in getattr(survey.truth, kind):
            assert chosen.reasons[name][0] == cut, (kind, chosen.reasons[name])
            assert words in chosen.reasons[name][1]
    for name in survey.truth.critical:
        assert chosen.reasons[name][0] in ("drp3qual", "dapqual")
        assert "CRITICAL" in chosen.reasons[name][1]
    bad = {name for kind in (*REASONS, "critical") for name in getattr(survey.truth, kind)}
    assert set(chosen.reasons) == bad
    assert sum(count.removed for count in chosen.cuts) == len(bad)


def test_the_better_observation_is_the_one_kept(survey: CatalogFiles, catalog: xr.Dataset) -> None:
    """The reason of a repeated observation names the other, and the other lists it."""
    chosen, ranked = select(catalog), rank(catalog)
    for name, better in survey.truth.better.items():
        assert better in chosen.reasons[name][1]
        assert ranked.repeats.sel(galaxy=better).item() == name


def test_halpha_is_what_astropy_finds_by_the_header(
    survey: CatalogFiles, catalog: xr.Dataset
) -> None:
    """The flux in a ranking is that of the line whose name the catalog's header gives."""
    ranked = rank(catalog)
    with fits.open(survey.dapall) as hdus:
        header = hdus[0].header
        place = next(
            int(k[3:]) - 1 for k in header if k.startswith("ELG") and header[k] == "Ha-6564"
        )
        table = hdus[str(catalog.attrs["daptype"])].data if len(hdus) > 2 else hdus[1].data
        table = table[table["DAPTYPE"] == catalog.attrs["daptype"]]
        flux = dict(zip(table["PLATEIFU"], table["EMLINE_GFLUX_1RE"][:, place], strict=True))
    expected = [flux[name] for name in ranked.galaxy.values]
    np.testing.assert_array_equal(ranked.ha_flux, expected)


@pytest.mark.parametrize("suffix", [".csv", ".ecsv"])
def test_the_same_table_and_criteria_give_the_same_bytes(
    survey: CatalogFiles, catalog: xr.Dataset, tmp_path: Path, suffix: str
) -> None:
    """Also from a catalog that was opened anew, with more columns."""
    whole = open_catalog(sas=survey.root, release=catalog.attrs["release"])
    for name, table in (("a", catalog), ("b", catalog), ("c", whole)):
        write_table(rank(table), tmp_path / f"{name}{suffix}")
    first, *others = ((tmp_path / f"{name}{suffix}").read_bytes() for name in "abc")
    assert others == [first, first]


def test_the_real_drpcomplete_table_goes_through_the_same_selection(shared_data: Path) -> None:
    """8,405 real rows: the cuts that its columns allow, the others said to be left out."""
    file = shared_data / "tables" / "drpcomplete_v2_7_1.fits"
    if not file.is_file():
        pytest.skip("needs the real drpcomplete table in ../shared/data/tables")
    table = open_drpcomplete(file)
    with fits.open(file) as hdus:
        raw = hdus[1].data
    assert table.sizes["galaxy"] == len(raw) == 8405
    chosen = select(table, on_missing="skip")
    skipped = {count.cut for count in chosen.cuts if count.skipped}
    made = {count.cut: count for count in chosen.cuts if not count.skipped}
    assert skipped >= {"dap_done", "dapqual", "measured"}
    assert {"fibres", "inclination", "min_r_e_spaxels"} <= set(made)
    ratio = 1.0 - raw["ELL"]
    with np.errstate(invalid="ignore"):
        tilt = np.degrees(np.arccos(np.sqrt(np.clip((ratio**2 - 0.04) / 0.96, 0, 1))))
    good = (raw["ELL"] >= 0) & (tilt >= 25) & (tilt <= 75) & (raw["REFF"] / 0.5 >= 5)
    good &= raw["IFUDESIGN"] // 100 != 19
    names = [f"{p}-{i}" for p, i in zip(raw["PLATE"], raw["IFUDESIGN"], strict=True)]
    left = {name for name, keep in zip(names, good, strict=True) if keep}
    kept = set(table.galaxy.values[chosen.kept].tolist())
    assert kept == left
