"""What a store says of a galaxy is what its file says."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

import mangaxr
from mangaxr.build.report import Progress
from mangaxr.store.provenance import split_of
from mangaxr.synthetic import SurveyFiles

FROM_HEADER = {
    "mangaid": "MANGAID",
    "ra": "OBJRA",
    "dec": "OBJDEC",
    "reff": "REFF",
    "pa": "ECOOPA",
    "ellipticity": "ECOOELL",
    "psf_fwhm": "RFWHM",
    "dapqual": "DAPQUAL",
    "drp3qual": "DRP3QUAL",
    "daptype": "DAPTYPE",
    "drp_version": "VERSDRP3",
    "dap_version": "VERSDAP",
}
"""Coordinate -> keyword of the primary header."""


@pytest.fixture(scope="module")
def store(small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    """Return an open store of the whole small survey."""
    path = tmp_path_factory.mktemp("rows") / "t.zarr"
    mangaxr.build_store(path, small.root, npix=16, grid="arcsec", pixel_scale=1.0)
    return mangaxr.open_store(path).load()


def _inflated(path: Path) -> io.BytesIO:
    # astropy reads a compressed file anew for every HDU: inflate it once instead.
    return io.BytesIO(gzip.decompress(path.read_bytes()))


def test_rows_are_sorted_and_complete(store: xr.Dataset, small: SurveyFiles) -> None:
    """Every galaxy of the survey has one row, in the order of plate and IFU."""
    numbers = list(zip(store.plate.values.tolist(), store.ifu.values.tolist(), strict=True))
    assert numbers == sorted((g.plateifu.plate, g.plateifu.ifu) for g in small.galaxies)
    assert store.galaxy.values.tolist() == [f"{plate}-{ifu}" for plate, ifu in numbers]


def test_coordinates_equal_the_headers(store: xr.Dataset, small: SurveyFiles) -> None:
    """Each coordinate is its keyword's value, as astropy reads it."""
    for file in small.maps:
        header = fits.getheader(file)
        row = store.sel(galaxy=header["PLATEIFU"])
        for name, keyword in FROM_HEADER.items():
            assert row[name].item() == header[keyword], (file.name, name)
        assert row.z.item() == pytest.approx(header["SCINPVEL"] / 299792.458, rel=1e-12)
        assert row.source_file.item() == file.name
        assert row.source_size.item() == file.stat().st_size
        assert row.split.item() == split_of(header["MANGAID"])
        assert row.pixel_scale.item() == 1.0
        assert row.psf_fwhm_pixels.item() == pytest.approx(header["RFWHM"])


def test_checksums_are_those_of_the_extensions_used(store: xr.Dataset, small: SurveyFiles) -> None:
    """The source's checksum lists DATASUM of every extension that was read."""
    with fits.open(_inflated(small.maps[0])) as hdus:
        text = store.sel(galaxy=hdus[0].header["PLATEIFU"]).source_checksum.item()
        found = dict(part.split("=") for part in text.split())
        assert found == {name: hdus[name].header["DATASUM"] for name in found}
    names = {
        f"{name}{part}"
        for name in ("EMLINE_GFLUX", "EMLINE_GVEL", "STELLAR_VEL")
        for part in ("", "_IVAR", "_MASK")
    }
    spaxels = {"SPX_SKYCOO", "SPX_ELLCOO", "SPX_MFLUX_IVAR", "SPX_SNR", "BINID"}
    assert set(found) == names | spaxels


def test_the_truth_is_in_the_coordinates(store: xr.Dataset, small: SurveyFiles) -> None:
    """Redshift, position and size are those that the survey was made with."""
    for galaxy in small.galaxies:
        row = store.sel(galaxy=str(galaxy.plateifu))
        assert row.z.item() == pytest.approx(galaxy.redshift, rel=1e-6)
        assert row.ra.item() == pytest.approx(galaxy.ra, abs=1e-6)
        assert row.reff.item() == pytest.approx(galaxy.r_eff, rel=1e-4)


def test_a_header_without_photometry_leaves_it_missing(small: SurveyFiles, tmp_path: Path) -> None:
    """A file without REFF and ECOOELL has NaN there, and fails on the grid re alone."""
    path = tmp_path / small.maps[0].name.removesuffix(".gz")
    with fits.open(_inflated(small.maps[0])) as hdus:
        for keyword in ("REFF", "ECOOELL"):
            del hdus[0].header[keyword]
        hdus.writeto(path)
    mangaxr.build_store(tmp_path / "field.zarr", path, npix=8)
    row = mangaxr.open_store(tmp_path / "field.zarr").isel(galaxy=0)
    assert row.status.item() == 1
    assert np.isnan(row.reff.item())
    assert np.isnan(row.ellipticity.item())
    report = mangaxr.build_store(tmp_path / "re.zarr", path, npix=8, grid="re")
    (reason,) = report.failures.values()
    assert "REFF" in reason
    assert path.name in reason
    assert "\n" not in reason


@pytest.mark.parametrize("workers", [1, 3])
def test_progress_counts_every_galaxy(workers: int, small: SurveyFiles, tmp_path: Path) -> None:
    """Progress begins at zero, grows by one, ends at the total, and counts failures."""
    told: list[Progress] = []
    items: list[Any] = [*small.maps[:4], "9999-1901"]
    mangaxr.build_store(
        tmp_path / "t.zarr", items, sas=small.root, npix=8, workers=workers, progress=told.append
    )
    assert [p.done for p in told] == list(range(6))
    assert {p.total for p in told} == {5}
    assert {p.resumed for p in told} == {0}
    assert [p.failed for p in told] == [0, 0, 0, 0, 0, 1]


def test_the_report_agrees_with_the_store(small: SurveyFiles, tmp_path: Path) -> None:
    """Counts, path and failures of the report are those in the store."""
    out = tmp_path / "t.zarr"
    report = mangaxr.build_store(out, [*small.maps[:2], "9999-1901"], sas=small.root, npix=8)
    store = mangaxr.open_store(out)
    assert report.path == out
    assert report.galaxies == store.sizes["galaxy"] == 3
    assert report.done == int((store.status == 1).sum()) == 2
    assert report.failures == {"9999-1901": str(store.failure.sel(galaxy="9999-1901").values)}
    assert report.to_dict()["failed"] == 1
    assert not report.existed


@pytest.mark.parametrize(
    ("mask", "recorded"),
    [("marvin", "marvin"), (["NOCOV", "FORESTAR"], "NOCOV+FORESTAR")],
)
def test_a_mask_may_be_a_list_of_flags(
    mask: Any, recorded: str, small: SurveyFiles, tmp_path: Path
) -> None:
    """The policy is recorded in the recipe and with each channel."""
    mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], npix=8, mask=mask)
    store = mangaxr.open_store(tmp_path / "t.zarr")
    assert f'"mask": "{recorded}"' in store.attrs["recipe"]
    assert set(store.channel_mask_policy.values) == {recorded}


def test_uncompressed_files_give_the_same_tensors(small: SurveyFiles, tmp_path: Path) -> None:
    """A .fits holds what its .fits.gz holds."""
    plain = tmp_path / small.maps[0].name.removesuffix(".gz")
    plain.write_bytes(_inflated(small.maps[0]).getvalue())
    paths: dict[str, Path] = {"gz": small.maps[0], "plain": plain}
    stores = {}
    for kind, path in paths.items():
        mangaxr.build_store(tmp_path / f"{kind}.zarr", path, npix=16)
        stores[kind] = mangaxr.open_store(tmp_path / f"{kind}.zarr").load()
    for name in ("tensor", "ivar", "coverage", "scaling_offset", "scaling_scale"):
        np.testing.assert_array_equal(stores["gz"][name], stores["plain"][name])


def test_files_of_dr15_are_built_too(dr15_file: Path, dr17_file: Path, tmp_path: Path) -> None:
    """A store may hold galaxies of both layouts, each with its own versions."""
    channels = ("ha_flux", "ha_vel", "stellar_sigma", "dn4000")
    report = mangaxr.build_store(tmp_path / "t.zarr", [dr15_file, dr17_file], channels=channels)
    assert report.failures == {}
    store = mangaxr.open_store(tmp_path / "t.zarr")
    assert store.galaxy.values.tolist() == ["7815-3702", "99901-1901"]
    assert len(set(store.dap_version.values.tolist())) == 2
    assert np.isfinite(store.tensor).any(("y", "x")).all()
