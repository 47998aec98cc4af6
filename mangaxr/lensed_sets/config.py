"""What a lensed set is drawn from: settings and priors, read from a TOML file and checked."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from mangaxr.errors import CriteriaError
from mangaxr.lensed_sets.priors import Prior, read_prior
from mangaxr.settings import check_names, read_number, read_table, read_toml

__all__ = ["PRIORS", "SETTINGS", "SetConfig", "default_text", "load_config", "parse_config"]

_SHIPPED = Path(__file__).parent / "shipped" / "default.toml"


class Drawn(NamedTuple):
    """A number that is drawn for each sample: its name, and where its prior stands."""

    name: str
    section: str
    key: str
    units: str
    long_name: str
    low: float = -float("inf")
    high: float = float("inf")


PRIORS: tuple[Drawn, ...] = (
    Drawn("z_lens", "redshifts", "lens", "1", "redshift of the lens", 1e-3),
    Drawn("z_source", "redshifts", "source", "1", "redshift that the galaxy is put at", 1e-3),
    Drawn("source_x", "source", "x", "arcsec", "place of the galaxy, to the West"),
    Drawn("source_y", "source", "y", "arcsec", "place of the galaxy, to the North"),
    Drawn("theta_E", "lens", "theta_E", "arcsec", "Einstein radius of the lens", 0.0),
    Drawn("e1", "lens", "e1", "1", "ellipticity of the lens, along x", -0.7, 0.7),
    Drawn("e2", "lens", "e2", "1", "ellipticity of the lens, along the diagonal", -0.7, 0.7),
    Drawn("gamma", "lens", "gamma", "1", "slope of the lens's density", 1.05, 2.95),
    Drawn("g1", "lens", "g1", "1", "external shear, along x"),
    Drawn("g2", "lens", "g2", "1", "external shear, along the diagonal"),
    Drawn("subhalo_mass", "subhalo", "mass", "Msun", "total mass of the subhalo", 0.0),
    Drawn("subhalo_radius", "subhalo", "radius", "1", "distance of the subhalo, in theta_E", 0.0),
    Drawn("subhalo_angle", "subhalo", "angle", "deg", "angle of the subhalo, West through North"),
    Drawn("snr", "noise", "snr", "1", "S/N of the line in the brightest pixel; 0: no noise", 0.0),
    Drawn("psf_fwhm", "image", "psf_fwhm", "arcsec", "width of the PSF", 0.0),
)
"""What is drawn, in an order that is part of what a seed means: new rows go to the end."""


class Setting(NamedTuple):
    """What is the same for all samples: where it stands, and what it may be."""

    name: str
    section: str
    kind: type
    low: float = 0.0
    high: float = float("inf")
    choices: tuple[str, ...] = ()


SETTINGS: tuple[Setting, ...] = (
    Setting("seed", "", int, 0, 2**63 - 1),
    Setting("debug", "", int, 0, 1_000_000),
    Setting("npix", "image", int, 1, 1024),
    Setting("pixel_scale", "image", float, 1e-4, 100.0),
    Setting("supersample", "image", int, 1, 32),
    Setting("coverage_min", "image", float, 1e-6, 1.0),
    Setting("valid_min", "image", float, 0.0, 1.0),
    Setting("snr_min", "noise", float, 0.0),
    Setting("lsf_sigma", "noise", float, 1e-3),
    Setting("kind", "source", str, choices=("store", "disk")),
    Setting("usable", "source", bool),
    Setting("profile", "lens", str, choices=("sie", "epl")),
    Setting("share", "subhalo", float, 0.0, 1.0),
)


@dataclass(frozen=True, slots=True)
class SetConfig:
    """Everything that decides what a set's samples are, besides the store of the galaxies.

    Parameters
    ----------
    settings
        Name of `SETTINGS` -> value.
    priors
        Name of `PRIORS` -> what it is drawn from.
    """

    settings: Mapping[str, Any]
    priors: Mapping[str, Prior]

    def __getitem__(self, name: str) -> Any:
        """Return a setting."""
        return self.settings[name]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as `parse_config` reads it, plain JSON values."""
        document: dict[str, Any] = {}
        for (section, key), value in self._entries().items():
            table = document.setdefault(section, {}) if section else document
            table[key] = value
        return document

    def digest(self) -> str:
        """Return the SHA-256 of its canonical JSON."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def differences(self, other: SetConfig) -> list[str]:
        """Name the entries in which two configurations differ, with both values."""
        theirs = other._entries()
        return [
            f"{'.'.join(filter(None, place))}: {value}, not {theirs[place]}"
            for place, value in self._entries().items()
            if value != theirs[place]
        ]

    def _entries(self) -> dict[tuple[str, str], Any]:
        """Return section and key -> what stands there."""
        settings = {(row.section, row.name): self.settings[row.name] for row in SETTINGS}
        priors = {(row.section, row.key): self.priors[row.name].written() for row in PRIORS}
        return settings | priors


def load_config(path: str | os.PathLike[str] | None = None) -> SetConfig:
    """Read a configuration; what a file leaves out is as in the one that is shipped.

    Parameters
    ----------
    path
        A TOML file; None for the shipped one, whose text is `default_text`.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CriteriaError
        If it is no TOML, or an entry is not known or makes no sense.

    Examples
    --------
    >>> load_config().priors["theta_E"]
    Prior(kind='uniform', first=0.8, second=1.3)
    """
    if path is None:
        return _default()
    file = Path(path).expanduser()
    missing = "no such file: write one, starting from `mangaxr lens-set --print-config`"
    document = read_toml(file, where=str(file), what="TOML", missing=missing)
    return parse_config(document, where=str(file))


def parse_config(document: Mapping[str, Any], *, where: str) -> SetConfig:
    """Read a configuration from its parsed form.

    Parameters
    ----------
    document
        Tables by section; what is left out is as in the shipped configuration.
    where
        What to call it in messages.

    Raises
    ------
    CriteriaError
        If an entry is not known, or makes no sense.

    Examples
    --------
    >>> parse_config({"lens": {"theta_E": 1.0}}, where="here").priors["theta_E"].quantile(0.3)
    1.0
    """
    entries = _entries(document, where)
    base = None if where == str(_SHIPPED) else _default()
    settings = {
        row.name: _setting(where, row, entries[key])
        if (key := (row.section, row.name)) in entries
        else base[row.name]  # type: ignore[index]  # the shipped one lacks nothing
        for row in SETTINGS
    }
    priors = {
        row.name: _prior(where, row, entries[key])
        if (key := (row.section, row.key)) in entries
        else base.priors[row.name]  # type: ignore[union-attr]
        for row in PRIORS
    }
    return SetConfig(settings, priors)


def default_text() -> str:
    """Return the shipped configuration, with its comments."""
    return _SHIPPED.read_text(encoding="utf-8")


@cache
def _default() -> SetConfig:
    return parse_config(tomllib.loads(default_text()), where=str(_SHIPPED))


def _entries(document: Mapping[str, Any], where: str) -> dict[tuple[str, str], Any]:
    """Return section and key -> value, all of them known."""
    known: dict[str, list[str]] = {}
    for section, key in (
        *((r.section, r.name) for r in SETTINGS),
        *((r.section, r.key) for r in PRIORS),
    ):
        known.setdefault(section, []).append(key)
    check_names(where, "entry", document, [*known[""], *(name for name in known if name)])
    entries = {("", key): document[key] for key in known[""] if key in document}
    for section in document.keys() - set(known[""]):
        table = read_table(where, section, document[section])
        check_names(where, f"entry of [{section}]", table, known[section])
        entries |= {(section, key): value for key, value in table.items()}
    return entries


def _setting(where: str, row: Setting, value: Any) -> Any:
    what = f"[{row.section}] {row.name}" if row.section else row.name
    if row.kind in (bool, str):
        if not isinstance(value, row.kind) or (row.choices and value not in row.choices):
            expected = " or ".join(map(repr, row.choices)) or "true or false"
            msg = f"{where}: {what} = {value!r}: expected {expected}"
            raise CriteriaError(msg)
        return value
    number = read_number(where, what, value)
    if not row.low <= number <= row.high or (row.kind is int and number != int(number)):
        kind = "a whole number" if row.kind is int else "a number"
        msg = f"{where}: {what} = {value!r}: expected {kind} from {row.low:g} to {row.high:g}"
        raise CriteriaError(msg)
    return row.kind(value)


def _prior(where: str, row: Drawn, value: Any) -> Prior:
    what = f"[{row.section}] {row.key}"
    prior = read_prior(where, what, value)
    ends = (prior.first, prior.first if prior.kind == "normal" else prior.second)
    if min(ends) < row.low or max(ends) > row.high:
        msg = f"{where}: {what} = {value!r}: expected from {row.low:g} to {row.high:g}"
        raise CriteriaError(msg)
    return prior
