"""The rules of a lensed set's contract, each a row with its check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mangaxr.lensed_sets.contract import (
    ATTRIBUTES,
    CHANNELS,
    IMAGE,
    OF_SUBHALO,
    SAMPLE_COORDS,
    all_variables,
)
from mangaxr.lensed_sets.draw import draw
from mangaxr.lensed_sets.evidence import SetEvidence
from mangaxr.lensed_sets.write import (
    content_of_columns,
    digests_of_samples,
    fixed_columns,
    signed_attributes,
    variable_attributes,
)
from mangaxr.store.digest import arrays_digest
from mangaxr.store.layout import chunk_names
from mangaxr.store.validation.issue import Found
from mangaxr.store.validation.rule import Rule

__all__ = ["READABLE", "REBUILT", "RULES", "Images", "SetRule"]

_STORED_TYPES = {"str": "string"}


class Images(NamedTuple):
    """The images of some samples, (sample, channel, y, x), and which samples they are."""

    store: SetEvidence
    samples: range
    values: npt.NDArray[np.float32]

    def channel(self, name: str) -> npt.NDArray[np.float32]:
        """Return one channel."""
        return self.values[:, [row.name for row in CHANNELS].index(name)]


class SetRule(Rule[SetEvidence, Images]):
    """A rule of the contract of lensed sets."""

    __slots__ = ()


def _variables(store: SetEvidence) -> Iterator[Found]:
    npix = store.config["npix"] if store.config else store.dataset.sizes.get("y", 0)
    sizes = {"sample": store.samples, "channel": len(CHANNELS), "y": npix, "x": npix}
    for spec in all_variables():
        if spec.name in store.unreadable:
            yield Found(spec.name, f"its zarr.json cannot be read: {store.unreadable[spec.name]}")
            continue
        metadata = store.metadata[spec.name]
        expected = {
            "data_type": _STORED_TYPES.get(spec.dtype, spec.dtype),
            "dimension_names": list(spec.dims),
            "shape": [sizes[dim] for dim in spec.dims],
        }
        for key, value in expected.items():
            if metadata.get(key) != value:
                yield Found(spec.name, f"{key} is {metadata.get(key)!r}, expected {value!r}")
        for key, text in variable_attributes(spec).items():
            found = metadata.get("attributes", {}).get(key)
            if found != text:
                yield Found(spec.name, f"its attribute {key} is {found!r}, expected {text!r}")
    names = {spec.name for spec in all_variables()}
    for folder in sorted(child.name for child in store.path.iterdir() if child.is_dir()):
        if folder not in names:
            yield Found(folder, "is no variable of the contract")


def _attributes(store: SetEvidence) -> Iterator[Found]:
    for row in ATTRIBUTES:
        text = store.attributes.get(row.name)
        if not isinstance(text, str):
            yield Found(row.name, f"is {text!r}, expected a text")
        elif row.json:
            try:
                json.loads(text)
            except ValueError as error:
                yield Found(row.name, f"is no JSON ({error})")
    if store.config is None:
        yield Found("config", "does not say what samples are drawn from")
    elif store.attributes.get("config_digest") != store.config.digest():
        yield Found("config_digest", f"is not that of the config, {store.config.digest()}")
    if all(row.name in store.attributes for row in ATTRIBUTES):
        found = signed_attributes(store.attributes)["attributes_sha256"]
        if store.attributes["attributes_sha256"] != found:
            yield Found("attributes_sha256", f"is not that of the attributes, {found}")


def _chunks(store: SetEvidence) -> Iterator[Found]:
    for name, metadata in store.metadata.items():
        try:
            expected = list(chunk_names(metadata))
        except (KeyError, TypeError, ValueError):
            yield Found(name, "its zarr.json does not say what chunks it has")
            continue
        missing = [chunk for chunk in expected if not (store.path / name / chunk).is_file()]
        if missing:
            more = f" and {len(missing) - 1} more" if missing[1:] else ""
            yield Found(name, f"chunk {missing[0]}{more} of {len(expected)} missing")


def _columns(store: SetEvidence) -> dict[str, npt.NDArray[np.generic]]:
    return {spec.name: store.dataset[spec.name].values for spec in SAMPLE_COORDS}


def _digests(store: SetEvidence) -> Iterator[Found]:
    columns = _columns(store)
    for i, digest in enumerate(digests_of_samples(columns)):
        if columns["row_sha256"][i] != digest:
            yield Found("row_sha256", f"is not that of its coordinates, {digest}", f"sample {i}")
    content = content_of_columns(columns)
    if store.attributes.get("content_sha256") != content:
        yield Found("content_sha256", f"is not that of the samples, {content}")


def _ranges(store: SetEvidence) -> Iterator[Found]:
    for spec in SAMPLE_COORDS:
        values = store.dataset[spec.name].values
        if spec.within and values.dtype.kind in "fi":
            low, high = spec.within
            known = values[~np.isnan(values)] if values.dtype.kind == "f" else values
            wrong = known[(known < low) | (known > high)]
            if wrong.size:
                yield Found(spec.name, f"has {wrong[0]:g}, expected from {low:g} to {high:g}")
        if spec.values:
            strange = sorted(set(values.tolist()) - {*spec.values, ""})
            if strange:
                yield Found(
                    spec.name, f"has {strange[0]!r}, expected {', '.join(map(str, spec.values))}"
                )


def _fixed(store: SetEvidence) -> Iterator[Found]:
    if not np.array_equal(store.dataset["sample"].values, np.arange(store.samples)):
        yield Found("sample", "does not count from 0")
    if store.config is None:
        return
    units = {str(u) for u in store.dataset["channel_units"].values}
    for name, values in fixed_columns(store.config, "").items():
        found = store.dataset[name].values
        same = [a == b or not b for a, b in zip(found.tolist(), values.tolist(), strict=False)]
        if len(found) != len(values) or not all(same):
            yield Found(name, f"is {found.tolist()}, expected {values.tolist()}")
    if "" in units:
        yield Found("channel_units", "has no unit for a channel")


def _image_digests(images: Images) -> Iterator[Found]:
    stored = images.store.dataset["image_sha256"].values
    for sample, image in zip(images.samples, images.values, strict=True):
        digest = arrays_digest(image)
        if stored[sample] != digest:
            yield Found(
                IMAGE.name, f"has the SHA-256 {digest}, not the one stored", f"sample {sample}"
            )


def _masks(images: Images) -> Iterator[Found]:
    """Zero never means masked: what is not valid has no value."""
    valid, coverage = images.channel("valid"), images.channel("coverage")
    checks = {
        "valid": np.isin(valid, (0.0, 1.0)),
        "coverage": (coverage >= 0) & (coverage <= 1),
        "velocity": np.isfinite(images.channel("velocity")) == (valid == 1),
        "sigma": np.isfinite(images.channel("sigma")) == (valid == 1),
        "flux": np.isfinite(images.channel("flux")) | (valid == 0),
    }
    words = {
        "valid": "is neither 0 nor 1",
        "coverage": "is not between 0 and 1",
        "flux": "has no value where valid is 1",
    }
    for name, good in checks.items():
        for i in np.flatnonzero(~good.all(axis=(1, 2))):
            text = words.get(name, "has a value where valid is 0, or none where it is 1")
            sample = f"sample {images.samples[i]}"
            yield Found(name, f"{text}, in {int((~good[i]).sum())} pixels", sample)


def _splits(store: SetEvidence) -> Iterator[Found]:
    splits: dict[str, str] = {}
    for target, split in zip(
        store.dataset["mangaid"].values.tolist(),
        store.dataset["split"].values.tolist(),
        strict=True,
    ):
        if target and splits.setdefault(target, split) != split:
            yield Found("split", f"target {target} is in {splits[target]} and in {split}")


def _labels(store: SetEvidence) -> Iterator[Found]:
    has = store.dataset["subhalo"].values
    derived = tuple(f"subhalo_{name}" for name in ("x", "y", "theta_s", "r_t"))
    for name in (*OF_SUBHALO, *derived):
        wrong = np.flatnonzero(np.isfinite(store.dataset[name].values) != has)
        if wrong.size:
            yield Found(
                name, "is there without a subhalo, or missing with one", f"sample {wrong[0]}"
            )


def _truth(store: SetEvidence) -> Iterator[Found]:
    config = store.known_config
    for i, attempt in enumerate(store.dataset["attempt"].values.tolist()):
        truth = draw(config, i, attempt)
        expected = {"debug": truth.debug, "subhalo": truth.subhalo, **truth.values}
        for name, value in expected.items():
            if name in OF_SUBHALO and not truth.subhalo:
                continue
            found = store.dataset[name].values[i]
            # The last digit of a logarithm or a root is the library's own.
            if not np.isclose(found, value, rtol=1e-12, atol=1e-12):
                yield Found(name, f"is {found}, the seed draws {value}", f"sample {i}")


_AGAIN = "Copy the set again; or make it again with the same command and --fresh."

RULES: tuple[SetRule, ...] = (
    SetRule(
        id="LX101",
        level="structure",
        title="It is a lensed set that can be opened.",
        why="A set that is unfinished, of another kind, or damaged.",
        remedy="If NAME.zarr.partial is there, repeat the command that was making it. " + _AGAIN,
    ),
    SetRule(
        id="LX102",
        level="structure",
        title="Every variable of the contract is there, of its type, dimensions, size and unit.",
        why="Files were lost or edited, or another program wrote to the set.",
        remedy=_AGAIN,
        check=_variables,
    ),
    SetRule(
        id="LX103",
        level="structure",
        title="Every attribute is there, its documents make sense, and the digests are theirs.",
        why="Attributes were edited.",
        remedy=_AGAIN,
        check=_attributes,
    ),
    SetRule(
        id="LX104",
        level="structure",
        title="No chunk is missing.",
        why="A copy was interrupted; what is missing would be read as NaN.",
        remedy=_AGAIN,
        check=_chunks,
    ),
    SetRule(
        id="LX201",
        level="values",
        title="Each image has the SHA-256 that is stored of it.",
        why="Bytes changed on the disk or on the way, or somebody changed images.",
        remedy=_AGAIN,
        check_slab=_image_digests,
    ),
    SetRule(
        id="LX202",
        level="values",
        title="Digests of the rows and of the whole are those of the coordinates.",
        why="Somebody changed labels or truth.",
        remedy=_AGAIN,
        check=_digests,
    ),
    SetRule(
        id="LX203",
        level="values",
        title="Coordinates lie within their ranges.",
        why="Somebody changed them.",
        remedy=_AGAIN,
        check=_ranges,
    ),
    SetRule(
        id="LX204",
        level="values",
        title="Samples are counted from 0; channels and pixels are those of the configuration.",
        why="Somebody reordered or edited them.",
        remedy=_AGAIN,
        check=_fixed,
    ),
    SetRule(
        id="LX301",
        level="semantics",
        title="Velocity and dispersion have a value where valid is 1, and nowhere else.",
        why="Somebody filled what is masked: zero would be taken for a velocity.",
        remedy=_AGAIN,
        check_slab=_masks,
    ),
    SetRule(
        id="LX302",
        level="semantics",
        title="A target is in one split.",
        why="Sets of different stores were joined.",
        remedy="Make one set from one store.",
        check=_splits,
    ),
    SetRule(
        id="LX303",
        level="semantics",
        title="What is known of a subhalo is known where there is one, and nowhere else.",
        why="Labels were shuffled without the truth.",
        remedy=_AGAIN,
        check=_labels,
    ),
    SetRule(
        id="LX304",
        level="semantics",
        title="The truth of each sample is what the configuration and its seed draw.",
        why="Samples were reordered, or made by a version that draws otherwise.",
        remedy=_AGAIN,
        check=_truth,
    ),
    SetRule(
        id="LX401",
        level="sources",
        title="Samples that are made again from the store of the galaxies are the same.",
        why="The store is another one, or other versions of the libraries made the set.",
        remedy="Compare store_content_sha256 and software of the set with what is here.",
    ),
)
"""Every rule, in the order of their ids."""

READABLE, REBUILT = RULES[0], RULES[-1]
