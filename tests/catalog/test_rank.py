"""Rankings: reproducible, and explained by their own rows."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mangaxr.catalog.ranking.criteria import Criteria, list_criteria, load_criteria
from mangaxr.catalog.ranking.rank import columns_to_rank, rank
from mangaxr.catalog.ranking.terms import TERMS
from mangaxr.errors import CriteriaError

MakeCatalog = Callable[..., xr.Dataset]


def recompute(ranked: xr.Dataset) -> xr.DataArray:
    """Score every row anew, from its quantities and the criteria in the attributes alone."""
    terms = json.loads(ranked.attrs["criteria"])["terms"]
    total = sum(term["weight"] for term in terms.values())
    score = xr.zeros_like(ranked["score"])
    for name, term in terms.items():
        values = ranked[name].values
        ends = [np.atleast_1d(term[key]).astype(float) for key in ("worst", "best")]
        if TERMS[name].log:
            values, ends = np.log10(values), [np.log10(end) for end in ends]
        worst, best = ends
        with np.errstate(invalid="ignore"):
            sides = [
                np.clip((values - w) / (b - w), 0, 1) for w, b in zip(worst, best, strict=True)
            ]
        grade = np.minimum.reduce(sides)
        np.testing.assert_allclose(ranked[f"score_{name}"], grade, atol=1e-12)
        score += term["weight"] * grade / total
    return score


@pytest.mark.parametrize("criteria", list_criteria())
def test_every_score_is_explained_by_its_row(make_catalog: MakeCatalog, criteria: str) -> None:
    """Each grade follows from the quantity beside it, and the score from the grades."""
    rng = np.random.default_rng(1)
    catalog = make_catalog(
        200,
        halpha=10 ** rng.uniform(1, 5, 200),
        snr=rng.uniform(0, 20, 200),
        nsa_elpetro_ba=rng.uniform(0.3, 0.92, 200),
        ha_gsigma_1re=rng.uniform(5, 120, 200),
        stellar_sigma_1re=rng.uniform(30, 300, 200),
        bin_rmax=rng.uniform(0.5, 3, 200),
    )
    ranked = rank(catalog, criteria)
    assert ranked.sizes["galaxy"] > 100
    np.testing.assert_allclose(ranked["score"], recompute(ranked), atol=1e-12)
    assert (np.diff(ranked["score"]) <= 0).all()
    assert ranked["rank"].values.tolist() == list(range(1, ranked.sizes["galaxy"] + 1))


def test_a_row_says_who_the_galaxy_is(make_catalog: MakeCatalog) -> None:
    """Names, quality by flag, other observations, where its file is."""
    catalog = make_catalog(
        3, mangaid=["1-1", "1-1", "1-2"], snr=[9.0, 10.0, 5.0], drp3qual=[0, 0, 1 << 13],
        dapqual=[0, 1, 0],
    )  # fmt: skip
    ranked = rank(catalog)
    row = ranked.sel(galaxy="8001-12701")
    assert row.mangaid.item() == "1-1"
    assert row.repeats.item() == "8000-12701"
    assert row.dapqual_flags.item() == "FORESTAR"
    assert row.maps_url.item() == (
        "https://data.sdss.org/sas/dr17/manga/spectro/analysis/v3_1_1/3.1.0/"
        "HYB10-MILESHC-MASTARSSP/8001/12701/"
        "manga-8001-12701-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
    )
    assert row.z.item() == 0.03
    assert row.nsa_elpetro_ba.item() == 0.6
    assert ranked.sel(galaxy="8002-12701").drp3qual_flags.item() != ""
    for name in ("inclination", "r_e", "ha_flux", "gas_dispersion", "stellar_dispersion"):
        assert row[name].attrs["units"]


def test_halpha_is_chosen_by_name(make_catalog: MakeCatalog) -> None:
    """The lines beside it in the catalog, [N II], do not count."""
    ranked = rank(make_catalog(1, halpha=1234.0))
    assert ranked.ha_flux.values.tolist() == [1234.0]


def test_rotation_support_is_the_formula(make_catalog: MakeCatalog) -> None:
    """Half the range of velocities, over sin i and the dispersion."""
    catalog = make_catalog(
        1, ha_gvel_lo_clip=-90.0, ha_gvel_hi_clip=110.0, ha_gsigma_1re=20.0,
        nsa_elpetro_ba=np.sqrt(0.25 * 0.96 + 0.04),
    )  # fmt: skip
    ranked = rank(catalog)
    assert ranked.inclination.item() == pytest.approx(60.0)
    assert ranked.rotation_support.item() == pytest.approx(100.0 / np.sin(np.pi / 3) / 20.0)


@settings(max_examples=25)
@given(order=st.permutations(range(6)))
def test_the_order_of_the_table_does_not_matter(order: list[int]) -> None:
    """Rows in any order give the same ranking; equals are ordered by plate, then IFU."""
    names = ["10000-12701", "9000-12702", "9000-12701", "8000-9101", "8000-12701", "8001-12701"]
    snr = [9.0, 9.0, 9.0, 9.0, 9.0, 12.0]
    catalog = _plain([names[i] for i in order], [snr[i] for i in order])
    ranked = rank(catalog, _BY_SNR)
    assert ranked.galaxy.values.tolist() == [
        "8001-12701", "8000-9101", "8000-12701", "9000-12701", "9000-12702", "10000-12701",
    ]  # fmt: skip


_BY_SNR = Criteria(
    name="snr", cuts={}, grades=tuple(g for g in load_criteria().grades if g.term == "snr")
)


def _plain(names: list[str], snr: list[float]) -> xr.Dataset:
    return xr.Dataset(
        {"snr_med": (("galaxy", "band"), np.outer(snr, np.ones(4)))},
        coords={"galaxy": names, "band": list("griz")},
    )


def test_a_table_that_knows_little_is_ranked_by_what_it_knows() -> None:
    """Without MANGAID, quality words or a release, a row has the rest."""
    ranked = rank(_plain(["8000-12701"], [5.0]), _BY_SNR)
    assert "maps_url" not in ranked
    assert "dapqual" not in ranked
    assert ranked.snr.item() == 5.0


def test_top_keeps_the_best(make_catalog: MakeCatalog) -> None:
    """The first rows of the whole ranking, with their ranks."""
    catalog = make_catalog(5, halpha=[1e3, 5e3, 2e3, 4e3, 3e3])
    whole = rank(catalog)
    assert rank(catalog, top=2).equals(whole.isel(galaxy=slice(2)))
    assert rank(catalog, top=99).equals(whole)


def test_an_included_galaxy_stays_and_says_why_it_would_not(make_catalog: MakeCatalog) -> None:
    """It has its place among the others, beyond the top too, and the reason of the cut."""
    catalog = make_catalog(
        5, halpha=[1e3, 5e3, 2e3, 4e3, 3e3], dapqual=[0, 0, 1 << 30, 0, 0]
    )  # fmt: skip
    ranked = rank(catalog, top=1, include=["8002-12701", "8000-12701"])
    assert ranked.galaxy.values.tolist() == ["8001-12701", "8002-12701", "8000-12701"]
    assert ranked["rank"].values.tolist() == [1, 4, 5]
    assert ranked.cut.values.tolist() == ["", "dapqual: DAPQUAL has CRITICAL", ""]


def test_an_included_galaxy_without_a_score_is_last(make_catalog: MakeCatalog) -> None:
    """What cannot be scored has no score, and the terms it lacks say so."""
    catalog = make_catalog(2, stellar_sigma_1re=[np.nan, 80.0])
    ranked = rank(catalog, include=["8000-12701"])
    assert ranked.galaxy.values.tolist() == ["8001-12701", "8000-12701"]
    assert np.isnan(ranked.score.values).tolist() == [False, True]
    assert "no value of stellar_dispersion" in ranked.cut.values[1]


@pytest.mark.parametrize(
    ("include", "criteria", "words"),
    [
        (["9999-12701"], None, "9999-12701 cannot be included"),
        ((), Criteria(name="empty", cuts={}, grades=()), "nothing to rank by"),
    ],
)
def test_what_cannot_be_ranked(
    make_catalog: MakeCatalog, include: list[str], criteria: Criteria | None, words: str
) -> None:
    """A mistake is one line."""
    with pytest.raises(CriteriaError, match=words):
        rank(make_catalog(), criteria, include=include)


def test_nobody_left_is_an_empty_ranking(make_catalog: MakeCatalog) -> None:
    """Cuts that remove everyone are no error."""
    ranked = rank(make_catalog(dapdone=False))
    assert ranked.sizes["galaxy"] == 0
    assert "score" in ranked


def test_the_columns_to_open_are_enough(make_catalog: MakeCatalog) -> None:
    """A catalog opened with these columns alone gives the same ranking."""
    catalog = make_catalog()
    for criteria in list_criteria():
        columns = [name for name in columns_to_rank(criteria) if name in catalog]
        assert rank(catalog[columns], criteria).identical(rank(catalog, criteria))
