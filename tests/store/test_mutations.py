"""Every way to break a store is caught, by the rule that is meant for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from forged_stores import (
    Mutation,
    anew,
    attribute,
    both,
    chunk,
    document,
    flip,
    forged,
    metadata,
    root,
    stray,
    swap_chunks,
    text,
    values,
)

from mangaxr.build.validate import ALL_RULES, validate_store
from mangaxr.datamodel.maskbits import DAPQUAL
from mangaxr.store.arrays import with_every_chunk
from mangaxr.store.validation.levels import levels_up_to
from mangaxr.store.validation.rule import find_rule

FLUX, VELOCITY = 0, 1
"""Places of the first two channels of the store."""

CRITICAL = next(bit.value for bit in DAPQUAL if bit.name == "CRITICAL")


def _gone(name: str) -> Mutation:
    def mutate(path: Path) -> None:
        del root(path)[name]

    return mutate


def _clip(low: float, high: float, channel: int) -> Mutation:
    return values("tensor", lambda v: np.clip(v, low, high), at=np.s_[:, channel])


def _maps(change: Any) -> Mutation:
    """Do the same to all three arrays."""
    return both(*(values(name, change) for name in ("tensor", "ivar", "coverage")))


def _swap(name: str, axis: int) -> Mutation:
    order = [1, 0, 2] if axis == 0 else [1, 0, 2, 3, 4]
    return values(name, lambda v: np.take(v, order, axis=axis))


def _rows(order: list[int]) -> Mutation:
    """Put whole rows in another order, maps and all."""

    def mutate(path: Path) -> None:
        for _, array in root(path).arrays():
            if array.metadata.dimension_names[0] == "galaxy":
                with_every_chunk(array)[...] = array[...][order]

    return mutate


def _extra_dimension(path: Path) -> None:
    anew(
        "coverage",
        lambda v: v[..., np.newaxis],
        dimension_names=("galaxy", "channel", "y", "x", "time"),
    )(path)


def _at_valid(name: str, new: Any, *, valid: bool = True) -> Mutation:
    """Write a value into one pixel of the flux, where the tensor has one or has none."""

    def mutate(path: Path) -> None:
        group = root(path)
        has = np.isfinite(group["tensor"][0, FLUX])
        y, x = np.argwhere(has if valid else ~has)[0]
        group[name][0, FLUX, y, x] = new

    return mutate


def _rescaled(channel: int, factor: float, shift: float = 0.0) -> Mutation:
    return both(
        values("scaling_scale", lambda v: v * factor, at=np.s_[:, channel]),
        values("scaling_offset", lambda v: v + shift, at=np.s_[:2, channel]),
    )


def _first(name: str, change: Any) -> Mutation:
    return values(name, change, at=0)


MUTATIONS: dict[str, tuple[Mutation, str]] = {
    # Structure: metadata.
    "another contract": (attribute("contract", "cubes"), "MX101"),
    "the root is no JSON": (lambda path: (path / "zarr.json").write_text("{") and None, "MX101"),
    "an old contract": (attribute("contract_version", "0.9"), "MX102"),
    "a newer contract": (attribute("contract_version", "1.1"), "MX102"),
    "no licence": (attribute("license", None), "MX103"),
    "a number for a text": (attribute("title", 5), "MX103"),
    "software is no JSON": (attribute("software", "numpy 2"), "MX103"),
    "a coordinate unlisted": (attribute("coordinates", lambda v: v.replace(" z ", " ")), "MX104"),
    "no consolidated metadata": (metadata("", lambda m: m.pop("consolidated_metadata")), "MX105"),
    "other consolidated metadata": (
        metadata(
            "", lambda m: m["consolidated_metadata"]["metadata"]["z"].update(fill_value=1.0)
        ),
        "MX105",
    ),
    "a variable gone": (_gone("reff"), "MX106"),
    "an array gone": (_gone("ivar"), "MX106"),
    "metadata that are no array's": (metadata("z", lambda m: m.pop("shape")), "MX106"),
    "axes by another name": (
        metadata("tensor", lambda m: m.update(dimension_names=["galaxy", "channel", "x", "y"])),
        "MX107",
    ),
    "an extra dimension": (_extra_dimension, "MX107"),
    "a row too few": (anew("z", lambda v: v[:2]), "MX108"),
    "a channel too few": (anew("coverage", lambda v: v[:, :4]), "MX108"),
    "another type": (anew("z", lambda v: v.astype("f4")), "MX109"),
    "a tensor in double precision": (anew("tensor", lambda v: v.astype("f8")), "MX109"),
    "text for numbers": (anew("dapqual", lambda v: v.astype("U8").astype("T")), "MX109"),
    "another unit": (metadata("reff", lambda m: m["attributes"].update(units="kpc")), "MX110"),
    "another meaning": (
        metadata("pa", lambda m: m["attributes"].update(long_name="N through W")), "MX111",
    ),
    "an altering attribute": (
        metadata("tensor", lambda m: m["attributes"].update(scale_factor=2.0)), "MX112",
    ),
    "another scaling function": (
        metadata("tensor", lambda m: m["attributes"].update(scaling_function="sinh")), "MX113",
    ),
    "another fill value": (metadata("tensor", lambda m: m.update(fill_value=0.0)), "MX114"),
    "other chunks": (anew("tensor", chunks=(1, 1, 24, 24)), "MX115"),
    "files named otherwise": (anew("z", chunk_key_encoding={"name": "v2"}), "MX115"),
    "no CRC": (anew("ivar", compressors=zarr.codecs.BloscCodec(cname="zstd", clevel=1)), "MX116"),
    "no compression": (anew("coverage", compressors=()), "MX116"),
    "big-endian": (
        anew("tensor", serializer=zarr.codecs.BytesCodec(endian="big")), "MX116",
    ),
    # Structure: files.
    "a flipped bit in a column": (chunk("z", flip), "MX117"),
    "a truncated column": (chunk("galaxy", lambda b: b[:-7]), "MX117"),
    "a lost chunk": (chunk("tensor", None), "MX118"),
    "a lost column": (chunk("z", None), "MX118"),
    "a truncated chunk": (chunk("ivar", lambda b: b[:-100]), "MX119"),
    "an empty chunk": (chunk("coverage", lambda b: b""), "MX119"),
    "a chunk of something else": (chunk("tensor", lambda b: b"\x00" * 400), "MX119"),
    "a stray file": (stray("notes.txt"), "MX120"),
    "a stray file in an array": (stray("tensor/c/0/0/0/0.bak"), "MX120"),
    "a chunk beyond the grid": (stray("tensor/c/7/0/0/0"), "MX120"),
    # Values.
    "a flipped bit in a chunk": (chunk("tensor", flip), "MX201"),
    "a flipped bit in a CRC": (chunk("coverage", lambda b: b[:-1] + bytes([b[-1] ^ 1])), "MX201"),
    "a coverage above 1": (forged(_at_valid("coverage", 1.5)), "MX202"),
    "a coverage of NaN": (forged(_at_valid("coverage", np.nan)), "MX202"),
    "a value under zero coverage": (forged(_at_valid("tensor", 0.0, valid=False)), "MX203"),
    "missing values filled with 0": (forged(values("tensor", np.nan_to_num)), "MX203"),
    "NaN in spite of coverage": (forged(_at_valid("tensor", np.nan)), "MX204"),
    "an infinite value": (forged(_at_valid("tensor", np.inf)), "MX205"),
    "an infinite inverse variance": (forged(_at_valid("ivar", np.inf)), "MX205"),
    "a negative inverse variance": (forged(_at_valid("ivar", -1.0)), "MX206"),
    "an inverse variance of 0": (forged(_at_valid("ivar", 0.0)), "MX206"),
    "an error of nothing": (forged(_at_valid("ivar", 1.0, valid=False)), "MX207"),
    "a failed galaxy with a map": (forged(values("tensor", lambda v: v[[0, 1, 1]])), "MX208"),
    "a declination of 95": (forged(_first("dec", lambda v: 95.0)), "MX209"),
    "a share of 2": (forged(_first("masked_fraction", lambda v: 2.0)), "MX209"),
    "an angle of -40": (forged(_first("kinematic_pa", lambda v: -40.0)), "MX209"),
    "a scale of 0": (forged(values("scaling_scale", np.zeros_like)), "MX210"),
    "an offset of NaN": (forged(values("scaling_offset", lambda v: v * np.nan)), "MX210"),
    "chunks of two channels swapped": (
        swap_chunks("tensor/c/0/0/0/0", "tensor/c/0/2/0/0"), "MX211",
    ),
    "chunks of two variables swapped": (
        swap_chunks("ivar/c/0/0/0/0", "tensor/c/0/0/0/0"), "MX211",
    ),
    "galaxies swapped in one variable": (_swap("tensor", 0), "MX211"),
    "one pixel by one ulp": (_at_valid("tensor", np.float32(0.5000001)), "MX211"),
    "an edited redshift": (_first("z", lambda v: v * 1.0001), "MX212"),
    "an edited scale": (_first("scaling_scale", lambda v: v * 2), "MX212"),
    "another content digest": (attribute("content_sha256", "0" * 64), "MX213"),
    "a row's digest replaced": (text("row_sha256", "0" * 64), "MX213"),
    "an edited licence": (attribute("license", "all rights reserved"), "MX214"),
    "an edited command": (attribute("command", "mangaxr build other.zarr"), "MX214"),
    # Semantics: what the store says of itself. From here on the forger is careful.
    "an unreadable recipe": (attribute("recipe", "{}  ]"), "MX103"),
    "a recipe with a field too many": (
        forged(document("recipe", lambda r: r.update(smooth=1))), "MX301",
    ),
    "a recipe with a field too few": (
        forged(document("recipe", lambda r: r.pop("min_snr") and None)), "MX301",
    ),
    "another recipe": (forged(document("recipe", lambda r: r.update(min_snr=5.0))), "MX302"),
    "names of channels swapped": (forged(values("channel", lambda v: v[::-1])), "MX303"),
    "another channel_units": (forged(text("channel_units", "km / s")), "MX303"),
    "another line": (forged(text("channel_line", "NII-6585")), "MX303"),
    "pixels counted the other way": (forged(values("x", lambda v: -v)), "MX304"),
    "pixels counted from 0": (forged(values("y", lambda v: v - v[0])), "MX304"),
    "a galaxy twice": (forged(values("galaxy", lambda v: v[[0, 0, 2]])), "MX305"),
    "not sorted": (forged(_rows([1, 0, 2])), "MX306"),
    "another plate": (forged(_first("plate", lambda v: v + 1)), "MX307"),
    "another split": (forged(text("split", "holdout")), "MX308"),
    "a split of a failed galaxy": (forged(text("split", "test", at=2)), "MX308"),
    "a target in two splits": (
        forged(
            values("mangaid", lambda v: v[[0, 0, 2]]),
            text("split", lambda old: "val" if old == "train" else "train"),
        ),
        "MX309",
    ),
    "other shares": (forged(document("split_rule", lambda r: r.update(train=0.9))), "MX310"),
    "pending": (forged(_first("status", lambda v: 0)), "MX311"),
    "a failure without failing": (forged(text("failure", "no reason")), "MX311"),
    "failing without a failure": (forged(text("failure", "", at=2)), "MX311"),
    "a failed galaxy with a redshift": (forged(values("z", lambda v: 0.03, at=2)), "MX312"),
    "a failed galaxy that is usable": (forged(values("usable", lambda v: True, at=2)), "MX312"),
    "thresholds of nothing": (
        forged(document("thresholds", lambda t: {"pretty": {"z": {"below": 1}}})), "MX313",
    ),
    "usable against its flags": (forged(values("usable", lambda v: ~v, at=0)), "MX314"),
    "a flag raised": (forged(values("compact", lambda v: ~v, at=0)), "MX314"),
    "other thresholds": (
        forged(document("thresholds", lambda t: t["low_flux"]["ha_snr_1re"].update(below=1e6))),
        "MX314",
    ),
    "the path of another galaxy": (forged(values("source_path", lambda v: v[[1, 0, 2]])), "MX315"),
    "the file of another galaxy": (forged(values("source_file", lambda v: v[[1, 0, 2]])), "MX315"),
    "another server": (forged(text("source_url", "https://example.org/file")), "MX315"),
    "a malformed SHA-256": (text("source_sha256", "0123abc"), "MX316"),
    "an upper-case SHA-256": (text("source_sha256", "A" * 64), "MX316"),
    "malformed DATASUM cards": (forged(text("source_checksum", "BINID:17")), "MX317"),
    "an extension twice": (forged(text("source_checksum", "BINID=1 BINID=2")), "MX317"),
    "no size": (forged(_first("source_size", lambda v: -1)), "MX318"),
    "a time without a zone": (
        forged(document("builds", lambda b: b[0].update(started="2026-01-01T00:00:00"))), "MX319",
    ),
    "a version that is none": (
        forged(document("builds", lambda b: b[0]["software"].update(numpy="new"))), "MX319",
    ),
    "another command": (forged(attribute("command", "mangaxr build other.zarr")), "MX319"),
    "another PSF in pixels": (forged(_first("psf_fwhm_pixels", lambda v: v * 2)), "MX320"),
    "a bit raised later": (forged(_first("dapqual", lambda v: CRITICAL)), "MX320"),
    "another gradient": (forged(_first("velocity_gradient", lambda v: v + 1)), "MX320"),
    "a peak above the maximum": (forged(_first("ha_flux_peak", lambda v: v * 9)), "MX321"),
    "no pixel scale": (forged(_first("pixel_scale", lambda v: np.nan)), "MX322"),
    "no middle": (forged(_first("center_sky_x", lambda v: np.nan)), "MX322"),
    # Semantics: what the maps say.
    "channels swapped": (
        forged(_maps(lambda v: v[:, [1, 0, 2, 3, 4]])), "MX323",
    ),
    "a tensor times 2": (forged(values("tensor", lambda v: v * 2)), "MX323"),
    "a tensor shifted": (forged(values("tensor", lambda v: v + 0.1)), "MX323"),
    "a clipped flux": (forged(_clip(-np.inf, 1.0, FLUX)), "MX324"),
    "a flux clipped from below": (forged(_clip(0.0, np.inf, FLUX)), "MX324"),
    "a clipped velocity": (forged(_clip(-1.0, 1.0, VELOCITY)), "MX324"),
    "another scale of flux": (forged(_rescaled(FLUX, 3.0)), "MX325"),
    "another offset of flux": (forged(_rescaled(FLUX, 1.0, 100.0)), "MX325"),
    "scalings of another galaxy": (forged(_swap("scaling_scale", 0)), "MX326"),
    "a smaller scale of flux": (forged(_rescaled(FLUX, 0.5)), "MX326"),
    "another total": (forged(_first("ha_flux_total", lambda v: v * 1.3)), "MX327"),
    "half the coverage": (
        forged(values("coverage", lambda v: np.where(v > 0.99, 0.9, v))), "MX327",
    ),
    "pixels twice as large": (
        forged(
            values("pixel_scale", lambda v: v * 2), values("psf_fwhm_pixels", lambda v: v / 2)
        ),
        "MX327",
    ),
    "coverage of two channels swapped": (
        forged(values("coverage", lambda v: v[:, [1, 0, 2, 3, 4]])), "MX328",
    ),
    "another scale of velocity": (forged(_rescaled(VELOCITY, 5.0)), "MX329"),
    "another zero of velocity": (forged(_rescaled(VELOCITY, 1.0, 900.0)), "MX330"),
    "maps transposed": (forged(_maps(lambda v: np.swapaxes(v, 2, 3))), "MX331"),
    "maps flipped in x": (forged(_maps(lambda v: v[..., ::-1])), "MX331"),
    "maps flipped in y": (forged(_maps(lambda v: v[..., ::-1, :])), "MX331"),
    "receding and approaching swapped": (
        forged(values("tensor", lambda v: -v, at=np.s_[:, VELOCITY])), "MX331",
    ),
}  # fmt: skip
"""What is done, and the rule that is meant for it."""


DIGESTS = {"MX211", "MX212", "MX213", "MX214"}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_caught_by_its_rule(scratch: Path, name: str) -> None:
    """The rule meant for it finds it, in one line; what only semantics catch, no digest does."""
    mutate, rule = MUTATIONS[name]
    mutate(scratch)
    level = find_rule(rule, ALL_RULES).level
    issues = validate_store(scratch, level=level)
    found = {issue.rule for issue in issues}
    assert rule in found
    assert all("\n" not in str(issue) and len(str(issue)) < 1000 for issue in issues)
    if level == "semantics":
        assert not found & DIGESTS


def test_every_rule_has_a_mutation() -> None:
    """No rule of the levels that need no files goes untested."""
    levels = levels_up_to("semantics")
    rules = {rule.id for rule in ALL_RULES if rule.level in levels}
    assert {rule for _, rule in MUTATIONS.values()} == rules


def test_signing_alone_changes_nothing(scratch: Path) -> None:
    """A store whose digests were made anew, and nothing else, is sound."""
    forged()(scratch)
    assert validate_store(scratch, level="semantics") == []


def test_mutations_leave_nothing_behind(scratch: Path) -> None:
    """The store that they were made on is as it was."""
    assert validate_store(scratch, level="semantics") == []
