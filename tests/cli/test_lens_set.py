"""``mangaxr lens-set`` as a user types it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mangaxr
from mangaxr.lensed_sets import open_set

Run = Callable[..., Any]
SMALL = "debug = 2\n[image]\nnpix = 16\npixel_scale = 0.24\nsupersample = 1\n"


@pytest.fixture(scope="module")
def store() -> Path:
    """Return the path of a store of synthetic galaxies."""
    return Path(mangaxr.synthetic.example_store())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration of small images."""
    file = tmp_path / "lens.toml"
    file.write_text(SMALL)
    return file


def test_a_set_is_made_checked_and_left_alone(
    run: Run, store: Path, config: Path, tmp_path: Path
) -> None:
    """Made once; the same command again finds it; validate is content at every level."""
    out = tmp_path / "set.zarr"
    arguments = ("lens-set", store, out, "--n", 10, "--config", config)
    ended = run(*arguments)
    assert ended.status == 0
    assert "samples         10" in ended.out
    assert "lensing: 10/10" in ended.err
    assert "galaxies" not in ended.err
    again = json.loads(run(*arguments, "--json").out)
    assert again["existed"] is True
    assert again["content_sha256"] == open_set(out).attrs["content_sha256"]
    checked = run("validate", out, "--level", "sources", "--galaxies", store)
    assert checked.status == 0
    assert "sound at level sources (13 rules, 10 samples, 10 decoded, 3 built anew" in checked.out


def test_the_command_is_in_the_provenance(
    run: Run, store: Path, config: Path, tmp_path: Path
) -> None:
    """Without the folders of the machine."""
    out = tmp_path / "set.zarr"
    run("lens-set", store, out, "--n", 2, "--config", config)
    command = open_set(out).attrs["command"]
    assert command == f"mangaxr lens-set {store.name} set.zarr --n 2 --config lens.toml"


def test_info_tells_what_a_set_holds(run: Run, store: Path, config: Path, tmp_path: Path) -> None:
    """Samples, labels, splits, and what is not as by default."""
    out = tmp_path / "set.zarr"
    run("lens-set", store, out, "--n", 12, "--config", config)
    ended = run("info", out)
    assert (ended.status, ended.err) == (0, "")
    for words in ("mangaxr-lensed 1.0", "16 x 16 pixels", "image.npix: 16, not 64", "velocity"):
        assert words in ended.out
    found = json.loads(run("info", out, "--json").out)
    assert found["samples"]["samples"] == 12
    assert found["samples"]["with a subhalo"] == int(open_set(out).subhalo.sum())


def test_what_is_broken_is_told(run: Run, store: Path, config: Path, tmp_path: Path) -> None:
    """One line an issue, and its rule can be explained."""
    out = tmp_path / "set.zarr"
    run("lens-set", store, out, "--n", 3, "--config", config)
    (out / "image" / "c" / "0" / "0" / "0" / "0").unlink()
    ended = run("validate", out)
    assert ended.status == 1
    assert ended.out.startswith("LX104 image: chunk c/0/0/0/0 of 8 missing\n")
    assert run("validate", "--explain", "LX301").out.startswith("LX301 (semantics): Velocity")


def test_the_default_configuration_is_printed(run: Run, tmp_path: Path) -> None:
    """It is TOML, and may be used as it stands."""
    ended = run("lens-set", "--print-config")
    assert ended.status == 0
    assert tomllib.loads(ended.out)["lens"]["profile"] == "sie"


@pytest.mark.parametrize(
    ("text", "words"),
    [("[lens]\ntheta = 1\n", "no entry of [lens] is called 'theta'"), ("[", "TOML")],
)
def test_a_bad_configuration_is_one_line(
    run: Run, store: Path, tmp_path: Path, text: str, words: str
) -> None:
    """Nothing is written."""
    file = tmp_path / "bad.toml"
    file.write_text(text)
    ended = run("lens-set", store, tmp_path / "s.zarr", "--n", 2, "--config", file)
    assert ended.status == 1
    assert words in ended.err
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "s.zarr").exists()
