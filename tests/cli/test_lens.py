"""``mangaxr lens`` as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
import xarray as xr

import mangaxr

Run = Callable[..., Any]
SIE = "sie:theta_E=1.0,e1=0.1,e2=0"


@pytest.fixture(scope="module")
def store() -> Path:
    """Return the path of a store of synthetic galaxies."""
    return Path(mangaxr.synthetic.example_store())


@pytest.fixture(scope="module")
def galaxy(store: Path) -> str:
    """Return one of its galaxies."""
    return str(mangaxr.open_store(store, chunks=None).galaxy.values[0])


def test_an_image_and_a_picture(run: Run, store: Path, galaxy: str, tmp_path: Path) -> None:
    """Both are written, and what became of the galaxy is printed."""
    out, plot = tmp_path / "lensed.nc", tmp_path / "compare.png"
    ended = run(
        "lens", store, "--galaxy", galaxy, "--lens", SIE, "--lens", "shear:g1=0.02,g2=-0.01",
        "--source", "0.1", "-0.05", "--npix", 48, "--pixel-scale", 0.1,
        "--out", out, "--plot", plot,
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    for words in ("source PSF", "times that without the lens", "km/s", f"written       {out}"):
        assert words in ended.out
    assert {p.name for p in tmp_path.iterdir()} == {"lensed.nc", "compare.png"}
    with xr.open_dataset(out) as image:
        assert dict(image.sizes) == {"y": 48, "x": 48}
        assert image.attrs["source_y"] == -0.05
        assert image.attrs["lens"][1] == "shear:g1=0.02,g2=-0.01,x=0.0,y=0.0"
        assert float(image.velocity.std()) > 5
        assert image.valid.dtype == bool
    picture = matplotlib.image.imread(plot)
    assert picture.shape[1] == 1400
    assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 200


def test_noise_is_that_of_its_seed(run: Run, store: Path, galaxy: str, tmp_path: Path) -> None:
    """The same command twice gives the same values."""
    images = []
    for number, seed in enumerate((3, 3, 4)):
        out = tmp_path / f"{number}.nc"
        arguments = ("--lens", SIE, "--snr", 20, "--seed", seed, "--supersample", 1, "--out", out)
        assert run("lens", store, "--galaxy", galaxy, *arguments).status == 0
        images.append(xr.load_dataset(out))
    assert images[0].flux.equals(images[1].flux)
    assert not images[0].flux.equals(images[2].flux)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--galaxy", "1-2", "--lens", SIE), 1, "no galaxy '1-2'"),
        (("--galaxy", "{galaxy}", "--lens", "sis"), 1, "no theta_E; sis takes theta_E, x, y"),
        (("--galaxy", "{galaxy}", "--lens", SIE, "--z-lens", "2"), 1, "0 < z_lens < z_source"),
        (
            ("--galaxy", "{galaxy}", "--lens", SIE, "--source", "60", "0"),
            1,
            "nothing of it is seen",
        ),
        (("--galaxy", "{galaxy}", "--lens", SIE, "--out", "no/such/l.nc"), 1, "no/such"),
        (("--galaxy", "{galaxy}"), 2, "Missing option '--lens'"),
    ],
)
def test_what_cannot_be_lensed_is_one_line(
    run: Run, store: Path, galaxy: str, arguments: tuple[str, ...], status: int, words: str
) -> None:
    """And nothing is written."""
    ended = run("lens", store, *(a.format(galaxy=galaxy) for a in arguments))
    assert ended.status == status
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1
