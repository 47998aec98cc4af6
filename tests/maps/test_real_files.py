"""Files that the survey's own pipeline wrote, against astropy and the pipeline's tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits

from mangaxr.maps.open import load_maps_file, open_maps_file

OPENERS: dict[str, Callable[[Path], xr.Dataset]] = {
    "open_maps_file": open_maps_file,
    "load_maps_file": load_maps_file,
    "engine": lambda path: xr.open_dataset(path, engine="mangaxr"),
    "guessed": xr.open_dataset,
    "chunked": lambda path: open_maps_file(path, chunks={}),
}
DONOTUSE = 1 << 30


@pytest.fixture(scope="module")
def dataset(maps_file: Path) -> xr.Dataset:
    """Return a file as mangaxr reads it."""
    return load_maps_file(maps_file)


@pytest.fixture(scope="module")
def dr15(dr15_file: Path) -> xr.Dataset:
    """Return the real galaxy."""
    return load_maps_file(dr15_file)


@pytest.mark.parametrize("way", OPENERS)
def test_every_plane_equals_astropys_bit_for_bit(
    way: str, maps_file: Path, planes: fits.HDUList
) -> None:
    """All extensions are there, in native byte order, with the very bits of the file."""
    dataset = OPENERS[way](maps_file)
    assert list(dataset.data_vars) == [hdu.name.lower() for hdu in planes[1:]]
    for hdu in planes[1:]:
        found = dataset[hdu.name.lower()].values
        integer = hdu.name == "BINID" or hdu.name.endswith("_MASK")
        assert found.dtype == (np.int32 if integer else np.float32)
        assert found.dtype.isnative
        expected = hdu.data.astype(found.dtype)
        np.testing.assert_array_equal(found.view(np.int32), expected.view(np.int32))


def test_masks_keep_bit_30(dataset: xr.Dataset) -> None:
    """DONOTUSE survives, as a positive number that its flag table names."""
    for name, variable in dataset.data_vars.items():
        if str(name).endswith("_mask"):
            assert (variable.values & DONOTUSE).any()
            assert (variable.values >= 0).all()
            assert variable.attrs["flag_masks"][-1] == DONOTUSE
            assert variable.attrs["flag_meanings"].split()[-1] == "DONOTUSE"


def test_a_line_is_chosen_by_its_name(
    dataset: xr.Dataset, planes: fits.HDUList, maps_file: Path
) -> None:
    """H-alpha is plane 18 of DR15 and 23 of DR17, and `sel` finds it in either."""
    index = 18 if "GAU" in maps_file.name else 23
    for name in ("EMLINE_GFLUX", "EMLINE_GVEL", "EMLINE_GSIGMA_MASK"):
        assert planes[name].header[f"C{index + 1:02d}"] == "Ha-6564"
        np.testing.assert_array_equal(
            dataset[name.lower()].sel(line="Ha-6564"), planes[name].data[index]
        )
    for name in ("EMLINE_SFLUX", "EMLINE_SEW"):
        np.testing.assert_array_equal(
            dataset[name.lower()].sel(moment_line="Ha-6564"), planes[name].data[index]
        )
    assert list(dataset.line.values).index("Ha-6564") == index
    assert dataset.moment_line.values[0] == "OIId-3728"
    assert dataset.line.values[0] == "OII-3727"


def test_line_wavelengths_are_known_for_every_line(dataset: xr.Dataset) -> None:
    """Each is finite and, truncated, is the number in the line's name."""
    for dim in ("line", "moment_line"):
        waves = dataset[f"{dim}_wave"]
        assert waves.attrs["units"] == "Angstrom"
        for name, wave in zip(dataset[dim].values, waves.values, strict=True):
            assert int(wave) == int(name.split("-")[1])


def test_summed_flux_is_that_of_the_pipelines_table(dr15: xr.Dataset, shared_data: Path) -> None:
    """EMLINE_SFLUX of H-alpha equals ELMMNTS.FLUX through BINID[2] in all 764 good spaxels."""
    folder = shared_data / "real/7815-3702"
    with fits.open(folder / "manga-7815-3702-SNRG-HYB10-GAU-MILESHC-EFITMDB-EMOMM.fits.gz") as hdus:
        table = hdus["ELMMNTS"].data
        flux = table["FLUX"][:, list(dr15.moment_line.values).index("Ha-6564")]
        rows = {bin_id: row for row, bin_id in enumerate(table["BINID"])}
    bins = dr15.binid.values[2]
    good = dr15.emline_sflux_mask.sel(moment_line="Ha-6564").values == 0
    assert good.sum() == 764
    expected = flux[[rows[bin_id] for bin_id in bins[good]]].astype(np.float32)
    found = dr15.emline_sflux.sel(moment_line="Ha-6564").values[good]
    np.testing.assert_array_equal(found, expected)


def test_a_spectral_index_is_that_of_the_pipelines_table(
    dr15: xr.Dataset, shared_data: Path
) -> None:
    """SPECINDEX Dn4000 equals SINDX.INDX through BINID[4] in all 758 good spaxels."""
    folder = shared_data / "real/7815-3702"
    path = folder / "manga-7815-3702-SNRG-HYB10-GAU-MILESHC-EFITMDB-INDXEN.fits.gz"
    with fits.open(path) as hdus:
        table = hdus["SINDX"].data
        index = table["INDX"][:, list(dr15.spectral_index.values).index("Dn4000")]
        rows = {bin_id: row for row, bin_id in enumerate(table["BINID"])}
    bins = dr15.binid.values[4]
    good = dr15.specindex_mask.sel(spectral_index="Dn4000").values == 0
    assert good.sum() == 758
    expected = index[[rows[bin_id] for bin_id in bins[good]]]
    found = dr15.specindex.sel(spectral_index="Dn4000").values[good]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1.2e-7)
    assert dr15.spectral_index_unit.sel(spectral_index="Dn4000") == "1"


def test_the_header_is_kept_verbatim(dataset: xr.Dataset, planes: fits.HDUList) -> None:
    """The attribute `header` holds every card of the primary header as it is in the file."""
    cards = [card.image.rstrip() for card in planes[0].header.cards]
    assert dataset.attrs["header"].splitlines() == cards
    assert fits.Header.fromstring(dataset.attrs["header"], sep="\n") == planes[0].header


def test_attributes_are_those_of_the_header(dataset: xr.Dataset, planes: fits.HDUList) -> None:
    """Identity, geometry and quality agree with the keywords; z is SCINPVEL over c."""
    header = planes[0].header
    attrs = dataset.attrs
    assert attrs["z"] == pytest.approx(header["SCINPVEL"] / 299792.458, rel=1e-15)
    assert attrs["plateifu"] == header["PLATEIFU"]
    assert attrs["mangaid"] == header["MANGAID"]
    assert attrs["daptype"] == header["DAPTYPE"]
    assert attrs["dap_version"] == header["VERSDAP"]
    for name, keyword in (("reff", "REFF"), ("pa", "ECOOPA"), ("ellipticity", "ECOOELL")):
        assert attrs[name] == header[keyword]
    assert attrs["dapqual"] == header["DAPQUAL"]
    assert attrs["dapqual_flags"].split() == (["FORESTAR"] if header["DAPQUAL"] & 1 else []) + [
        name for bit, name in ((4, "SINGLEBIN"), (5, "BADGEOM")) if header["DAPQUAL"] >> bit & 1
    ]


def test_named_planes_are_named_as_in_the_file(dataset: xr.Dataset, planes: fits.HDUList) -> None:
    """Coordinates of cubes are the channel names of their headers, in order."""
    for name, dim in (
        ("SPECINDEX", "spectral_index"),
        ("EMLINE_GEW", "line"),
        ("BINID", "bin_step"),
    ):
        header = planes[name].header
        count = header["NAXIS3"]
        keys = [f"C{number:0{len(str(count))}d}" for number in range(1, count + 1)]
        assert list(dataset[dim].values) == [header[key] for key in keys]
    header = planes["SPECINDEX"].header
    assert dataset.fom.size == 9 if "fom" in dataset.dims else dataset.fresid.size == 2
    spellings = {"ang": "Angstrom", "mag": "mag", "": "1"}
    expected = [spellings[header[f"U{number:02d}"]] for number in range(1, 47)]
    assert list(dataset.spectral_index_unit.values) == expected


def test_variables_are_in_the_order_and_of_the_shape_that_the_releases_have(
    dataset: xr.Dataset, maps_file: Path
) -> None:
    """DR15 has 47 image extensions with 22 lines, DR17 63 with 35."""
    lines, extensions = (22, 47) if "GAU" in maps_file.name else (35, 63)
    assert len(dataset.data_vars) == extensions
    assert dataset.sizes["line"] == dataset.sizes["moment_line"] == lines
    assert dataset.sizes["spectral_index"] == 46
    assert ("r_kpc_h" in dataset.coords) == (extensions == 63)
    assert dataset.stellar_sigmacorr.ndim == (3 if extensions == 63 else 2)


def test_the_release_is_that_of_the_pipelines_versions(
    dataset: xr.Dataset, maps_file: Path
) -> None:
    """DAP 3.1.0 made DR17; a development version made no release."""
    expected = "unreleased" if "GAU" in maps_file.name else "DR17"
    assert dataset.attrs["release"] == expected
