"""Writing pictures."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dask.array as da
import matplotlib._pylab_helpers
import matplotlib.image
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from mangaxr.errors import (
    MangaxrError,
    MissingDependencyError,
    PictureError,
    StoreError,
    UnknownNameError,
)
from mangaxr.plateifu import PlateIFU
from mangaxr.store.galaxies import skipped_galaxies
from mangaxr.viz.gallery import write_gallery
from mangaxr.viz.preview import draw_preview, write_previews
from mangaxr.viz.selection import picture_name

MakeStore = Callable[..., xr.Dataset]


def test_a_picture_of_each_galaxy_that_has_maps(
    store: xr.Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Pictures are sound and not blank; the failed galaxy has none and is reported."""
    told: list[tuple[int, int]] = []
    with caplog.at_level(logging.WARNING, logger="mangaxr"):
        paths = write_previews(
            store, tmp_path / "new" / "dir", progress=lambda n, of: told.append((n, of))
        )
    assert [path.name for path in paths] == ["8138-1901.png", "8138-3702.png"]
    assert sorted(p.name for p in (tmp_path / "new" / "dir").iterdir()) == [p.name for p in paths]
    assert told == [(1, 2), (2, 2)]
    assert "8138-1902" in caplog.text
    assert skipped_galaxies(store) == {
        "8138-1902": "its build failed: truncated after 3 <bytes> & more"
    }
    for path in paths:
        pixels = matplotlib.image.imread(path)
        assert pixels.shape[1] == 1400
        assert pixels[..., :3].std() > 0.05


def test_galaxies_differ_and_repeats_do_not(store: xr.Dataset, tmp_path: Path) -> None:
    """The same galaxy gives the same bytes, another one others."""
    one = write_previews(store, tmp_path / "1", channels=["ha_vel"])
    two = write_previews(store, tmp_path / "2", channels=["ha_vel"], galaxies=["8138-1901"])
    assert one[0].read_bytes() == two[0].read_bytes()
    assert one[0].read_bytes() != one[1].read_bytes()


def test_only_the_galaxies_asked_for(store: xr.Dataset, tmp_path: Path) -> None:
    """Galaxies can be named in any way a plateifu is written, twice counts once."""
    asked: list[str | PlateIFU] = [PlateIFU(8138, 3702), "manga-8138-3702"]
    paths = write_previews(store, tmp_path, galaxies=asked, channels=["ha_vel"])
    assert [path.name for path in paths] == ["8138-3702.png"]


def test_a_store_can_be_given_by_its_path(make_store: MakeStore, tmp_path: Path) -> None:
    """A path is opened as a store, for pictures and page alike."""
    made = make_store(["8138-1901"], channels=["ha_vel"])
    text = {name: made[name].astype(object) for name in made.coords if made[name].dtype.kind == "U"}
    zarr = tmp_path / "tiny.zarr"
    made.assign_coords(text).to_zarr(zarr, zarr_format=3, consolidated=False)
    (path,) = write_previews(zarr, tmp_path)
    (same,) = write_previews(made, tmp_path / "memory")
    assert path.read_bytes() == same.read_bytes()
    page = write_gallery(zarr, tmp_path, [path])
    assert page.read_bytes() == write_gallery(made, tmp_path / "memory", [same]).read_bytes()


@pytest.mark.parametrize(
    ("galaxy", "message"),
    [
        ("8138-1902", "8138-1902 has no maps to draw: its build failed: truncated after 3"),
        ("8138-1903", "no galaxy '8138-1903' among its 3: did you mean 8138-190"),
        ("M 31", "no galaxy 'M 31' among its 3: it has 8138-1901"),
    ],
)
def test_failed_and_unknown_galaxies(
    store: xr.Dataset, tmp_path: Path, galaxy: str, message: str
) -> None:
    """Asking by name says why there is no picture, before anything is written."""
    with pytest.raises(UnknownNameError, match=message):
        draw_preview(store, galaxy)
    with pytest.raises(UnknownNameError, match=message):
        write_previews(store, tmp_path / "none", galaxies=["8138-1901", galaxy])
    assert not (tmp_path / "none").exists()


def test_a_store_reduced_to_a_galaxy_says_how_it_stays_a_store(store: xr.Dataset) -> None:
    """It has no galaxies to choose from any more."""
    words = r"was reduced to galaxy 8138-1901: keep it a store, sel\(galaxy=\['8138-1901'\]\)"
    with pytest.raises(StoreError, match=words):
        draw_preview(store.isel(galaxy=0), "8138-1901")
    assert draw_preview(store.sel(galaxy=["8138-1901"]), "8138-1901").axes


def test_a_galaxy_yet_to_be_built(store: xr.Dataset) -> None:
    """In an unfinished store the reason is that the galaxy is pending."""
    store["status"][0] = 0
    with pytest.raises(UnknownNameError, match="it is not built yet"):
        draw_preview(store, "8138-1901")


@pytest.mark.parametrize(
    ("channels", "message"),
    [(["hb_flux"], "no channel 'hb_flux' in the store: it has ha_flux, ha_vel"), ([], "asked for")],
)
def test_unknown_channels(store: xr.Dataset, channels: list[str], message: str) -> None:
    """The message lists the channels of the store."""
    with pytest.raises(UnknownNameError, match=message):
        draw_preview(store, "8138-1901", channels=channels)


def test_channels_are_drawn_in_the_order_asked(store: xr.Dataset) -> None:
    """Panels follow the caller, coverage comes last."""
    figure = draw_preview(store, "8138-1901", channels=["ha_vel", "ha_flux"])
    labels = [axes.get_label() for axes in figure.axes]
    assert labels[::2] == ["ha_vel", "ha_flux", "coverage"]


def test_not_a_store() -> None:
    """A Dataset without the contract's variables is refused by name."""
    with pytest.raises(StoreError, match="has no 'tensor'"):
        draw_preview(xr.Dataset(), "8138-1901")


def test_without_matplotlib(
    store: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "mangaxr\[plot\]"') as raised:
        draw_preview(store, "8138-1901")
    assert isinstance(raised.value, MangaxrError)
    assert isinstance(raised.value, ImportError)
    with pytest.raises(MissingDependencyError):
        write_previews(store, tmp_path)


def test_a_directory_that_cannot_be_made(store: xr.Dataset, tmp_path: Path) -> None:
    """A file in the way is named."""
    (tmp_path / "file").write_text("")
    with pytest.raises(PictureError, match="file: cannot make the directory"):
        write_previews(store, tmp_path / "file")


def test_a_picture_that_cannot_be_written(store: xr.Dataset, tmp_path: Path) -> None:
    """A directory under the picture's name is an error that names it."""
    (tmp_path / "8138-1901.png").mkdir()
    with pytest.raises(PictureError, match=r"8138-1901\.png: cannot write the picture"):
        write_previews(store, tmp_path, galaxies=["8138-1901"], channels=["ha_vel"])


def test_a_disk_that_fills_up_leaves_no_half_picture(
    store: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error half-way leaves the earlier picture as it was, and nothing beside it."""
    (tmp_path / "8138-1901.png").write_bytes(b"earlier")

    def half(figure: Figure, path: Path, **options: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", half)
    with pytest.raises(PictureError, match="No space left"):
        write_previews(store, tmp_path, channels=["ha_vel"])
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"earlier"]


def test_only_the_chunks_that_are_needed_are_read(make_store: MakeStore, tmp_path: Path) -> None:
    """A picture from the second chunk of galaxies leaves the others on disk."""
    names = [f"{8000 + i}-1901" for i in range(150)]
    store = make_store(names, channels=["ha_vel"])
    values, read = store.tensor.values, []

    def load(block: np.ndarray, block_info: dict) -> np.ndarray:  # type: ignore[type-arg]
        read.append(block_info[None]["chunk-location"][0])
        (first, last), *_ = block_info[None]["array-location"]
        return np.asarray(values[first:last])

    blocks = da.zeros(values.shape, chunks=(64, 1, 16, 16), dtype=values.dtype)
    lazy = blocks.map_blocks(load, dtype=values.dtype, meta=np.empty((0, 0, 0, 0), values.dtype))
    store["tensor"] = (store.tensor.dims, lazy, store.tensor.attrs)
    (path,) = write_previews(store, tmp_path, galaxies=["8100-1901"])
    assert path.name == "8100-1901.png"
    assert read == [1]


def test_threads_draw_what_one_draws(store: xr.Dataset) -> None:
    """Drawing in threads gives the same pixels, and leaves pyplot without figures."""

    def pixels(galaxy: str) -> bytes:
        figure = draw_preview(store, galaxy, channels=["ha_vel"])
        figure.canvas.draw()
        return bytes(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]

    galaxies = ["8138-1901", "8138-3702"]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(pixels, galaxies))
    assert together == [pixels(galaxy) for galaxy in galaxies]
    assert not matplotlib._pylab_helpers.Gcf.figs


def test_a_name_cannot_lead_out_of_the_directory() -> None:
    """A store's galaxy named like a path becomes one file name."""
    assert Path(picture_name("../../x/y")).name == picture_name("../../x/y")
