"""A set is the same however it is made: twice, by how many workers, stopped and taken up."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from small_sets import configured

import mangaxr
from mangaxr.build import journal
from mangaxr.errors import (
    BuildError,
    MissingFileError,
    RecipeMismatchError,
    StoreError,
)
from mangaxr.lensed_sets import make_sample, make_set, open_set, run, validate_set
from mangaxr.lensed_sets.sample import make_sample as original

MANY = 150
"""Enough for processes."""


def contents(path: Path) -> dict[str, bytes]:
    """Return the bytes of a set's files; of the root only what tells no time and no command."""
    found = {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.parent != path
    }
    attributes = xr.open_zarr(path).attrs
    names = ("content_sha256", "config", "store_content_sha256", "license")
    return found | {name: attributes[name].encode() for name in names}


@pytest.fixture(scope="module")
def reference(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the bytes of a set made by one worker."""
    path = tmp_path_factory.mktemp("reference") / "set.zarr"
    make_set(path, store, samples=MANY, config=configured())
    found = contents(path)
    assert sum(name.startswith("image/c/") for name in found) == 3 * 8
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_makes_the_same(
    store: Path, tmp_path: Path, reference: dict[str, bytes], workers: int
) -> None:
    """Once more by one, and by two processes."""
    made = make_set(tmp_path / "s.zarr", store, samples=MANY, config=configured(), workers=workers)
    assert contents(made.path) == reference
    assert (made.samples, made.resumed, made.existed) == (MANY, 0, False)


def test_a_cluster_makes_the_same(store: Path, tmp_path: Path, reference: dict[str, bytes]) -> None:
    """So do the workers of dask.distributed."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        made = make_set(
            tmp_path / "s.zarr", store, samples=MANY, config=configured(), client=client
        )
    assert contents(made.path) == reference


def test_a_killed_run_goes_on(store: Path, tmp_path: Path, reference: dict[str, bytes]) -> None:
    """SIGKILL in the midst of it; the same command takes up what is written."""
    out, toml = tmp_path / "s.zarr", tmp_path / "lens.toml"
    toml.write_text(
        "debug = 2\n[image]\nnpix = 16\npixel_scale = 0.24\nsupersample = 1\n", encoding="utf-8"
    )
    command = [
        sys.executable, "-m", "mangaxr", "lens-set", store, out, "--n", MANY, "--config", toml,
    ]  # fmt: skip
    words = list(map(str, command))
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        done = out.with_name("s.zarr.partial") / "done" / "00000.json"
        ends = time.monotonic() + 60
        while not done.exists() and process.poll() is None and time.monotonic() < ends:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert not out.exists()
    ended = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert "taken up from before" in ended.stdout
    assert contents(out) == reference
    assert not out.with_name("s.zarr.partial").exists()


class Stop(BaseException):
    """Stands for the end of the process."""


def _stop(*_: Any, **__: Any) -> None:
    raise Stop


def _after(calls: int) -> Callable[..., Any]:
    made = 0

    def counted(sample: int, **settings: Any) -> Any:
        nonlocal made
        made += 1
        if made > calls:
            raise Stop
        return original(sample, **settings)

    return counted


@pytest.mark.usefixtures("small_slabs")
@pytest.mark.parametrize(
    ("where", "name", "what", "resumed"),
    [
        (journal.Journal, "commit", _stop, 0),
        (run, "make_sample", _after(2), 0),
        (run, "make_sample", _after(7), 6),
        (run, "write_arrays", _stop, 0),
        (journal.Journal, "record", _stop, 0),
        (run, "finish_set", _stop, 8),
        (run, "validate_set", _stop, 8),
        (journal, "put_in_place", _stop, None),
    ],
    ids=["plan", "first", "third", "data", "record", "coordinates", "check", "name"],
)
def test_a_stop_at_any_step_is_made_good(
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
    what: Callable[..., Any],
    resumed: int | None,
) -> None:
    """Whichever step is the last, the final name is absent; a repeat completes it."""
    whole = make_set(tmp_path / "whole.zarr", store, samples=8, config=configured()).path
    out = tmp_path / "s.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(where, name, what)
        with pytest.raises(Stop):
            make_set(out, store, samples=8, config=configured())
    assert not out.exists()
    again = make_set(out, store, samples=8, config=configured())
    assert contents(out) == contents(whole)
    # What is whole and lacks its name alone is named, and found to be there.
    assert again.existed if resumed is None else again.resumed == resumed


@pytest.mark.usefixtures("small_slabs")
def test_a_slab_that_was_lost_is_made_again(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record is believed only as far as the data behind it are there."""
    out = tmp_path / "s.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(run, "finish_set", _stop)
        with pytest.raises(Stop):
            make_set(out, store, samples=8, config=configured())
    chunk = out.with_name("s.zarr.partial") / "store/image/c/1/0/0/0"
    chunk.write_bytes(chunk.read_bytes()[:-7])
    assert make_set(out, store, samples=8, config=configured()).resumed == 5


def test_one_sample_alone_is_that_of_the_set(store: Path, made: Path) -> None:
    """Any sample can be made from store, configuration and number."""
    dataset = open_set(made, chunks=None)
    sample = make_sample(13, store=store, config=configured())
    np.testing.assert_array_equal(dataset.image[13], sample.image)
    assert str(dataset.galaxy.values[13]) == sample.row["galaxy"]


def test_a_longer_set_begins_as_a_shorter_one(store: Path, tmp_path: Path, made: Path) -> None:
    """Samples do not depend on how many there are."""
    short = make_set(tmp_path / "s.zarr", store, samples=5, config=configured()).path
    one, other = (open_set(path, chunks=None) for path in (short, made))
    xr.testing.assert_equal(one.load(), other.isel(sample=slice(5)).load())


def test_what_is_there_already(store: Path, tmp_path: Path, made: Path) -> None:
    """The same is left alone, another is refused, and ``fresh`` replaces it."""
    out = tmp_path / "s.zarr"
    shutil.copytree(made, out)
    assert make_set(out, store, samples=20, config=configured()).existed
    with pytest.raises(RecipeMismatchError, match=r"samples: 6, not 20.*--fresh"):
        make_set(out, store, samples=6, config=configured())
    with pytest.raises(RecipeMismatchError, match=r"lens\.theta_E: 2\.0, not"):
        make_set(out, store, samples=20, config=configured(lens={"theta_E": 2.0}))
    assert make_set(out, store, samples=6, config=configured(), fresh=True).samples == 6
    assert open_set(out).sizes["sample"] == 6


def test_an_unfinished_set_of_something_else_is_refused(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither another set nor a build of tensors takes it up."""
    out = tmp_path / "s.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(run, "finish_set", _stop)
        with pytest.raises(Stop):
            make_set(out, store, samples=5, config=configured())
    with pytest.raises(RecipeMismatchError, match="seed: 2, not 1"):
        make_set(out, store, samples=5, config=configured(seed=2))
    with pytest.raises(RecipeMismatchError, match="no tensors"):
        mangaxr.build_store(out, [mangaxr.synthetic.example_survey()])


def test_a_store_in_its_place_is_refused(store: Path, tmp_path: Path) -> None:
    """Tensors are not taken for a set, nor sets for tensors."""
    out = tmp_path / "t.zarr"
    shutil.copytree(store, out)
    with pytest.raises(StoreError, match="not a lensed set"):
        make_set(out, store, samples=2, config=configured())


def test_a_store_that_was_replaced_is_opened_again(store: Path, tmp_path: Path) -> None:
    """Samples are of the store that the set names, whatever stood in its place before."""
    path = tmp_path / "t.zarr"
    shutil.copytree(store, path)
    before = make_set(tmp_path / "a.zarr", path, samples=4, config=configured())
    mangaxr.build_store(path, [mangaxr.synthetic.example_survey()], npix=32, fresh=True)
    after = make_set(tmp_path / "b.zarr", path, samples=4, config=configured())
    assert before.content_sha256 != after.content_sha256
    issues = validate_set(after.path, level="sources", store=shutil.copytree(path, tmp_path / "u"))
    assert issues.issues == []


def test_bad_input_is_one_line(store: Path, tmp_path: Path, made: Path) -> None:
    """No store, a set for a store, no sample."""
    out = tmp_path / "s.zarr"
    with pytest.raises(MissingFileError, match="mangaxr build"):
        make_set(out, tmp_path / "none.zarr", samples=2)
    with pytest.raises(StoreError, match="not a mangaxr store"):
        make_set(out, made, samples=2)
    with pytest.raises(BuildError, match="samples = 0"):
        make_set(out, store, samples=0)
    assert not out.exists()
