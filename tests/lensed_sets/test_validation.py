"""Every way to break a lensed set is caught, by the rule that is meant for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from small_sets import configured

import mangaxr
from mangaxr.errors import UnknownNameError
from mangaxr.lensed_sets import make_set, validate_set
from mangaxr.lensed_sets.contract import SAMPLE_COORDS, UNSIGNED
from mangaxr.lensed_sets.rules import RULES
from mangaxr.lensed_sets.write import content_of_columns, digests_of_samples, signed_attributes
from mangaxr.store.arrays import with_every_chunk
from mangaxr.store.digest import arrays_digest

Mutation = Callable[[Path], object]


def _root(path: Path) -> dict[str, Any]:
    return json.loads((path / "zarr.json").read_text())


def _attribute(name: str, value: Any) -> Mutation:
    """Change an attribute, and the digest of them all."""

    def change(path: Path) -> None:
        root = _root(path)
        root["attributes"][name] = value
        if name != "attributes_sha256":
            root["attributes"] = signed_attributes(root["attributes"])
        (path / "zarr.json").write_text(json.dumps(root))

    return change


def _without(name: str) -> Mutation:
    def change(path: Path) -> None:
        root = _root(path)
        del root["attributes"][name]
        (path / "zarr.json").write_text(json.dumps(root))

    return change


def _metadata(name: str, **entries: Any) -> Mutation:
    def change(path: Path) -> None:
        file = path / name / "zarr.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **entries}))

    return change


def _values(name: str, change: Callable[[Any], Any], *, forge: bool = True) -> Mutation:
    """Change the values of a coordinate; a forger makes the digests anew."""

    def mutate(path: Path) -> None:
        group = zarr.open_group(path, mode="r+")
        array: Any = group[name]
        array[...] = change(array[...])
        if forge:
            _sign(path)

    return mutate


def _sign(path: Path) -> None:
    """Compute all digests again."""
    group: Any = zarr.open_group(path, mode="r+")
    columns = {spec.name: group[spec.name][...] for spec in SAMPLE_COORDS}
    images = group["image"][...]
    columns["image_sha256"] = np.array([arrays_digest(one) for one in images], dtype="T")
    group["image_sha256"][...] = columns["image_sha256"]
    columns["row_sha256"] = np.array(digests_of_samples(columns), dtype="T")
    group["row_sha256"][...] = columns["row_sha256"]
    _attribute("content_sha256", content_of_columns(columns))(path)


def _image(change: Callable[[Any], None], *, forge: bool = True) -> Mutation:
    def mutate(path: Path) -> None:
        array = with_every_chunk(zarr.open_group(path, mode="r+")["image"])  # type: ignore[arg-type]
        values = np.asarray(array[...])
        change(values)
        array[...] = values
        if forge:
            _sign(path)

    return mutate


def _set(sample: int, value: Any) -> Callable[[Any], Any]:
    def change(values: Any) -> Any:
        values[sample] = value
        return values

    return change


def _fill_masked(values: Any) -> None:
    """Do what scripts do: zero where nothing was measured."""
    values[:, 1] = np.nan_to_num(values[:, 1])


def _flip_byte(path: Path) -> None:
    file = path / "image/c/0/1/0/0"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def _poke(values: Any) -> None:
    values[3, 3, 8, 8] = np.nextafter(values[3, 3, 8, 8], np.float32(0.5))


def _out_of_range(values: Any) -> None:
    values[2, 3, 0, 0] = 1.5


MUTATIONS: dict[str, tuple[Mutation, str]] = {
    "no root": (lambda p: (p / "zarr.json").unlink(), "LX101"),
    "another contract": (_attribute("contract", "cubes"), "LX101"),
    "a future contract": (_attribute("contract_version", "2.0"), "LX101"),
    "a coordinate lost": (lambda p: shutil.rmtree(p / "theta_E"), "LX102"),
    "no JSON": (lambda p: (p / "galaxy" / "zarr.json").write_text("{"), "LX102"),
    "another unit": (_metadata("theta_E", attributes={"units": "deg"}), "LX102"),
    "another type": (_metadata("theta_E", data_type="float32"), "LX102"),
    "another size": (_metadata("image", shape=[20, 8, 16, 17]), "LX102"),
    "other dimensions": (_metadata("image", dimension_names=["a", "channel", "y", "x"]), "LX102"),
    "a stray array": (lambda p: shutil.copytree(p / "snr", p / "sn2"), "LX102"),
    "no license": (_without("license"), "LX103"),
    "attributes edited": (_attribute("attributes_sha256", "0" * 64), "LX103"),
    "a config that makes no sense": (_attribute("config", '{"sead": 1}'), "LX103"),
    "a config that is no JSON": (_attribute("config", "{"), "LX103"),
    "a config of another digest": (_attribute("config_digest", "0" * 64), "LX103"),
    "software that is no JSON": (_attribute("software", "numpy"), "LX103"),
    "a chunk lost": (lambda p: (p / "image/c/0/2/0/0").unlink(), "LX104"),
    "a byte flipped": (_flip_byte, "LX201"),
    "a pixel changed": (_image(_poke, forge=False), "LX201"),
    "a label changed": (_values("subhalo", _set(4, value=True), forge=False), "LX202"),
    "the content's digest": (_attribute("content_sha256", "0" * 64), "LX202"),
    "a redshift below 0": (_values("z_lens", _set(4, -1.0)), "LX203"),
    "a split of its own": (_values("split", _set(4, "tryal")), "LX203"),
    "a sample counted twice": (_values("sample", _set(4, 3)), "LX204"),
    "channels exchanged": (
        _values("channel", lambda v: v[[1, 0, *range(2, len(v))]], forge=False),
        "LX204",
    ),
    "pixels shifted": (_values("x", lambda v: v + 0.1, forge=False), "LX204"),
    "masks filled with zeros": (_image(_fill_masked), "LX301"),
    "coverage above 1": (_image(_out_of_range), "LX301"),
    "a target in two splits": (
        _values("split", lambda v: np.array(["train", "test"] * 10, dtype="T")),
        "LX302",
    ),
    "a mass without a subhalo": (
        _values("subhalo_mass", lambda v: np.where(np.isnan(v), 1e9, v)),
        "LX303",
    ),
    "a subhalo without a place": (_values("subhalo_x", lambda v: v * np.nan), "LX303"),
    "another Einstein radius": (_values("theta_E", lambda v: v * 1.001), "LX304"),
    "another seed": (
        lambda p: _attribute_of_config(p, seed=2),
        "LX304",
    ),
}


def _attribute_of_config(path: Path, **entries: Any) -> None:
    from mangaxr.lensed_sets.config import parse_config

    config = parse_config({**json.loads(_root(path)["attributes"]["config"]), **entries}, where="")
    _attribute("config", json.dumps(config.to_dict()))(path)
    _attribute("config_digest", config.digest())(path)


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the set, to break."""
    return Path(shutil.copytree(made, tmp_path / "set.zarr"))


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_breaks_its_rule(copy: Path, name: str) -> None:
    """The rule says it in one line that names the variable."""
    mutation, rule = MUTATIONS[name]
    mutation(copy)
    # What is read is what the arrays say, not the copy of it in the root.
    report = validate_set(copy, level="semantics")
    assert rule in report.counts, [str(issue) for issue in report.issues]
    assert all("\n" not in str(issue) for issue in report.issues)


def test_every_rule_is_broken_by_something() -> None:
    """But for the last, which needs the store."""
    assert {rule for _, rule in MUTATIONS.values()} == {rule.id for rule in RULES[:-1]}


@pytest.mark.parametrize("level", ["structure", "values", "semantics", "sources"])
def test_a_sound_set_has_no_issue(made: Path, store: Path, level: Any) -> None:
    """At every level; the last makes samples again."""
    report = validate_set(made, level=level, store=store)
    assert report.issues == []
    assert report.rebuilt == (3 if level == "sources" else 0)
    assert not report.left_out


@pytest.mark.parametrize(("deep", "number"), [(None, 3), (5, 5), ("all", 20)])
def test_as_many_samples_are_made_again_as_was_asked_for(
    made: Path, store: Path, deep: Any, number: int
) -> None:
    """Three, so many, or all."""
    report = validate_set(made, level="sources", store=store, deep=deep)
    assert (report.rebuilt, report.issues) == (number, [])


@pytest.mark.parametrize("section", ["noise", "source", "lens"])
def test_sound_sets_of_other_configurations(store: Path, tmp_path: Path, section: str) -> None:
    """Without noise, with disks, with power laws."""
    entries = {"noise": {"snr": 0.0}, "source": {"kind": "disk"}, "lens": {"profile": "epl"}}
    config = configured(**{section: entries[section]})
    path = make_set(tmp_path / "s.zarr", store, samples=6, config=config).path
    assert validate_set(path, level="sources", store=store).issues == []


def test_another_store_is_told(made: Path, tmp_path: Path) -> None:
    """Samples are not compared with those of a store of other content."""
    other = tmp_path / "other.zarr"
    mangaxr.build_store(other, [mangaxr.synthetic.example_survey()], npix=32)
    report = validate_set(made, level="sources", store=other)
    assert [issue.rule for issue in report.issues] == ["LX401"]


def test_images_that_were_exchanged_are_found(copy: Path, store: Path) -> None:
    """A forger who makes all digests anew is found out by the store."""

    def brighter(values: Any) -> None:
        values[:, 0] *= 1.01

    _image(brighter)(copy)
    assert validate_set(copy, level="semantics").issues == []
    report = validate_set(copy, level="sources", store=store)
    assert set(report.counts) == {"LX401"}


def test_sources_needs_a_store(made: Path) -> None:
    """One line says so."""
    with pytest.raises(UnknownNameError, match="name the store"):
        validate_set(made, level="sources")


def test_digests_cover_every_coordinate() -> None:
    """Nothing but the digest itself is left out of a row's digest."""
    assert UNSIGNED == ("row_sha256",)
