"""``README.md``: the dataset card, for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from mangaxr.card.facts import Facts
from mangaxr.card.front_matter import front_matter
from mangaxr.store.citations import LICENCE, LICENCE_URL, PAPERS, bibtex
from mangaxr.store.contract import ARRAYS, GALAXY_COORDS, QUALITY_COORDS, SCALINGS, Variable
from mangaxr.store.definitions import DIGESTS, FUNCTIONS, INTENDED, LIMITS, UNINTENDED

__all__ = ["readme"]

_SHOWN_FAILURES = 20

_GRIDS = {
    "field": "the whole bundle of fibres on every tensor, so that the scale differs by bundle",
    "arcsec": "the same angular scale for all, centred on the object",
    "re": "the same scale in effective radii for all, centred on the object",
}


def readme(facts: Facts) -> str:
    """Write the card of a store, as Markdown with a head of YAML."""
    parts = [front_matter(facts), f"# {facts.publisher.name}", _opening(facts), _identity(facts)]
    for title, section in _SECTIONS:
        parts += [f"## {title}", section(facts)]
    return "\n\n".join(parts) + "\n"


def _opening(facts: Facts) -> str:
    sizes, status = facts.own["sizes"], facts.own["status"]
    channels = _listed([f"`{row['channel']}`" for row in facts.own["channels"]])
    failed = f", {status['failed']} of which failed" if status["failed"] else ""
    return (
        f"Maps of {sizes['galaxy']} observations of nearby galaxies{failed}, from the analysis "
        f"pipeline of the SDSS survey MaNGA, as tensors of one shape: `(galaxy, channel, y, x)` "
        f"= ({', '.join(str(n) for n in sizes.values())}). The channels are {channels}. Each "
        f"tensor goes back to physical units exactly, with its error, its coverage and its "
        f"place on the sky. It is a Zarr store by the data contract "
        f"`{facts.contract['contract']}` {facts.contract['contract_version']}."
    )


def _identity(facts: Facts) -> str:
    own = facts.own
    rows = [
        ("store", f"`{facts.directory}`, {_megabytes(facts.size)}"),
        ("known by (`content_sha256`)", f"`{own['content_sha256']}`"),
        ("recipe (`recipe_digest`)", f"`{own['recipe_digest']}`"),
        ("finished", own["finished"]),
        *((name, getattr(facts.publisher, name)) for name in ("version", "creator", "url")),
    ]
    return _table(["", ""], [row for row in rows if row[1]])


def _use(facts: Facts) -> str:
    sinh = facts.own["scaling_function"] == "sinh"
    function = "np.sinh(tensor)" if sinh else "tensor"
    return "\n".join(
        [
            "With xarray and zarr alone:",
            "",
            "```python",
            *(["import numpy as np"] if sinh else []),
            "import xarray as xr",
            "",
            f'store = xr.open_zarr("{facts.directory}")',
            'train = store.isel(galaxy=((store.split == "train") & store.usable).values)',
            "tensor = train.tensor.astype(float)",
            f"physical = {function} * train.scaling_scale + train.scaling_offset",
            "```",
            "",
            "NaN is where there is no value; zero is a value. `ivar` is of the physical value. "
            "`mangaxr.open_store` and `mangaxr.to_physical` do the same.",
        ]
    )


def _holds(facts: Facts) -> str:
    names = ["channel", "what", "unit", "from", "line", "mask policy"]
    keys = ("channel", "long_name", "units", "extension", "line", "mask_policy")
    rows = [
        [row["channel" if key == "channel" else f"channel_{key}"] for key in keys]
        for row in facts.own["channels"]
    ]
    return "\n\n".join(
        [
            _variables((*ARRAYS, *SCALINGS)),
            "*u* is the unit of the channel. The channels:",
            _table(names, rows),
        ]
    )


def _splits(facts: Facts) -> str:
    counts = facts.own["split"]
    shares = dict(zip(counts, facts.own["recipe"]["split"], strict=True))
    rows = [(f"`{name}`", shares[name], number) for name, number in counts.items()]
    none = facts.own["sizes"]["galaxy"] - sum(counts.values())
    if none:
        rows.append(("none (target not known)", "", none))
    return (
        f"By a stable hash of the target (`mangaid`), so that repeat observations share a split "
        f"and adding galaxies moves none.\n\n"
        f"{_table(['split', 'share of targets', 'galaxies'], rows)}"
    )


def _statistics(facts: Facts) -> str:
    rows = []
    for row in facts.statistics:
        numbers = (row.physical.least, row.physical.mean, row.physical.std, row.physical.largest)
        tensor = (row.tensor.mean, row.tensor.std)
        shown = [_number(value) for value in (*numbers, *tensor)]
        rows.append([f"`{row.channel}`", row.units, _number(100 * row.share), *shown])
    columns = ["channel", "unit", "% with value", "least", "mean", "std", "largest"]
    return (
        "Over all pixels of the galaxies that were built; the last two columns are of the "
        "tensors.\n\n"
        f"{_table([*columns, 'tensor mean', 'tensor std'], rows)}"
    )


def _made(facts: Facts) -> str:
    recipe = facts.own["recipe"]
    rows = [(f"`{name}`", _shown(value)) for name, value in recipe.items()]
    function = next(row for row in FUNCTIONS if row.name == facts.own["scaling_function"])
    pipelines = (
        f"Files: MAPS of {_listed(facts.known('daptype')) or 'unknown type'}, DRP "
        f"{_listed(facts.known('drp_version')) or 'unknown'}, DAP "
        f"{_listed(facts.known('dap_version')) or 'unknown'}."
    )
    return "\n\n".join(
        [
            f"{pipelines} Each map was regridded by exact area overlap ({_GRIDS[recipe['grid']]}), "
            "from the spaxels that the mask policy keeps: masked spaxels carry no weight, fluxes "
            "are surface brightnesses, velocities are weighted by light. Then each channel of "
            f"each galaxy was scaled, without clipping: {function.forward}; back, "
            f"{function.inverse}.",
            _table(["recipe", ""], rows),
        ]
    )


def _fields(facts: Facts) -> str:  # noqa: ARG001  # sections all take the facts
    return "\n\n".join(
        [
            "Along `galaxy`, in the store and in `galaxies.csv`:",
            _variables(GALAXY_COORDS),
            "How good the maps are: metrics, flags and verdict.",
            _variables(QUALITY_COORDS),
        ]
    )


def _failed(facts: Facts) -> str:
    names = map(str, facts.store["galaxy"].values)
    reasons = map(str, facts.store["failure"].values)
    rows = [(name, reason) for name, reason in zip(names, reasons, strict=True) if reason]
    if not rows:
        return "None."
    more = len(rows) - _SHOWN_FAILURES
    rest = f"\n\nAnd {more} more: see `failure`." if more > 0 else ""
    return _table(["galaxy", "reason"], rows[:_SHOWN_FAILURES]) + rest


def _uses(facts: Facts) -> str:  # noqa: ARG001
    return "\n\n".join(["Intended:", _bullets(INTENDED), "Not intended:", _bullets(UNINTENDED)])


def _limits(facts: Facts) -> str:  # noqa: ARG001
    return _bullets(LIMITS)


def _licence(facts: Facts) -> str:  # noqa: ARG001
    return f"{LICENCE}: [{LICENCE_URL}]({LICENCE_URL})."


def _citation(facts: Facts) -> str:
    entries = "\n\n".join(map(bibtex, PAPERS))
    return (
        "Please cite the survey, its pipelines and its release, mangaxr, and this data set by "
        f"its digest, such as: *{facts.publisher.name}, sha256:{facts.own['content_sha256']}*.\n\n"
        f"```bibtex\n{entries}\n```"
    )


def _provenance(facts: Facts) -> str:
    attrs = facts.store.attrs
    software = _table(["software", "version"], facts.own["software"].items())
    digests = _bullets(f"`{row.name}` ({row.kind}): {row.definition}." for row in DIGESTS)
    return "\n\n".join(
        [
            f"Made by `{attrs['command']}`, {attrs['started']} to {attrs['finished']}.",
            software,
            "`recipe.json` holds the recipe, and of each galaxy the path, the size and the "
            "checksums of its file: `mangaxr build NAME.zarr --recipe recipe.json` builds the "
            "store again. It is the same if its `content_sha256` is. The digests are SHA-256:",
            digests,
            "Beside the store: `contract.json` (what every variable is, for machines), "
            "`croissant.json` (the same in Croissant), `galaxies.csv`, `recipe.json`.",
        ]
    )


_SECTIONS: tuple[tuple[str, Callable[[Facts], str]], ...] = (
    ("Use", _use),
    ("What it holds", _holds),
    ("Splits", _splits),
    ("Statistics", _statistics),
    ("How it was made", _made),
    ("Fields of each galaxy", _fields),
    ("Galaxies that failed", _failed),
    ("Uses", _uses),
    ("Known limits", _limits),
    ("Licence", _licence),
    ("Citation", _citation),
    ("Provenance", _provenance),
)
"""Title of a section, and what writes it."""


def _variables(rows: Sequence[Variable]) -> str:
    cells = [
        (
            f"`{row.name}`",
            row.dtype,
            row.units or row.per_channel.replace("u", "*u*"),
            row.long_name,
        )
        for row in rows
    ]
    return _table(["variable", "type", "unit", "meaning"], cells)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [list(columns), ["---"] * len(columns), *([_cell(v) for v in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", r"\|")


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "by the grid" if value is None else str(value)


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4g}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.3g} MB"
