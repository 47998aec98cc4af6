"""Criteria: which galaxies may stay and what makes one better, from a small TOML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mangaxr.catalog.ranking.cuts import CUTS, Setting, check_setting
from mangaxr.catalog.ranking.inclination import DISK_THICKNESS
from mangaxr.catalog.ranking.quantities import columns_needed
from mangaxr.catalog.ranking.terms import TERMS, Grade
from mangaxr.errors import CriteriaError, MissingFileError
from mangaxr.settings import check_names, read_number, read_table, read_toml

__all__ = ["DEFAULT_CRITERIA", "Criteria", "criteria_text", "list_criteria", "load_criteria"]

DEFAULT_CRITERIA = "default"

_SHIPPED = Path(__file__).parent / "shipped"
_KEYS = ("description", "q0", "cuts", "terms")
_GRADE_KEYS = ("weight", "worst", "best")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What `select` and `rank` go by.

    Parameters
    ----------
    name
        Of the file they come from, without its suffix.
    description
        One line.
    q0
        Axis ratio of a disk seen edge-on.
    cuts
        Setting of each cut that applies, by its name in `CUTS`.
    grades
        The terms of the score.

    Raises
    ------
    CriteriaError
        If a cut or its setting does not exist, or a term comes twice.

    Examples
    --------
    >>> criteria = load_criteria("flux_sigma_inclination")
    >>> [grade.term for grade in criteria.grades]
    ['ha_flux', 'gas_dispersion', 'stellar_dispersion', 'inclination']
    """

    name: str
    description: str = ""
    q0: float = DISK_THICKNESS
    cuts: Mapping[str, Setting]
    grades: tuple[Grade, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.q0 < 1:
            msg = f"criteria {self.name}: q0 = {self.q0:g}: expected 0 <= q0 < 1"
            raise CriteriaError(msg)
        check_names(self.name, "cut", self.cuts, CUTS)
        for cut, setting in self.cuts.items():
            check_setting(self.name, cut, setting)
        terms = [grade.term for grade in self.grades]
        if len(set(terms)) < len(terms):
            msg = f"criteria {self.name}: a term comes twice among {', '.join(terms)}"
            raise CriteriaError(msg)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the quantities that the cuts and the score are computed from."""
        cuts = (quantity for cut in self.cuts for quantity in CUTS[cut].quantities)
        return tuple(dict.fromkeys((*cuts, *(grade.term for grade in self.grades))))

    @property
    def columns(self) -> tuple[str, ...]:
        """Catalog columns that are needed."""
        cuts = (column for cut in self.cuts for column in CUTS[cut].needs)
        return tuple(dict.fromkeys((*cuts, *columns_needed(self.quantities))))

    def to_dict(self) -> dict[str, Any]:
        """Return the criteria as plain JSON values."""
        return {
            "name": self.name,
            "description": self.description,
            "q0": self.q0,
            "cuts": dict(self.cuts),
            "terms": {
                grade.term: {key: asdict(grade)[key] for key in _GRADE_KEYS}
                for grade in self.grades
            },
        }


def list_criteria() -> tuple[str, ...]:
    """Name the criteria that are shipped.

    Examples
    --------
    >>> list_criteria()
    ('default', 'flux_sigma_inclination')
    """
    return tuple(sorted(file.stem for file in _SHIPPED.glob("*.toml")))


def criteria_text(name: str = DEFAULT_CRITERIA) -> str:
    """Return the file of shipped criteria, with its comments, as a start for one's own.

    Raises
    ------
    MissingFileError
        If there are no such criteria.

    Examples
    --------
    >>> print(criteria_text("flux_sigma_inclination").splitlines()[0])
    # The plain choice: H-alpha flux, the two dispersions, and the inclination alone.
    """
    if name not in list_criteria():
        msg = f"{name}: no such criteria are shipped: there are {' and '.join(list_criteria())}"
        raise MissingFileError(msg)
    return (_SHIPPED / f"{name}.toml").read_text(encoding="utf-8")


def load_criteria(source: str | os.PathLike[str] | Criteria | None = None) -> Criteria:
    """Read criteria: shipped ones by name, or a TOML file of one's own.

    Parameters
    ----------
    source
        A name in `list_criteria`, a path, or criteria, which are returned as they are;
        the default criteria if None.

    Returns
    -------
    Criteria
        Cuts, terms and q0.

    Raises
    ------
    MissingFileError
        If there is neither such a name nor such a file.
    CriteriaError
        If the file is not TOML, or names what does not exist.

    Examples
    --------
    >>> load_criteria().name
    'default'
    """
    if isinstance(source, Criteria):
        return source
    name = os.fspath(source or DEFAULT_CRITERIA)
    shipped = name in list_criteria()
    file = _SHIPPED / f"{name}.toml" if shipped else Path(name).expanduser()
    missing = f"no such criteria: give a TOML file, or {' or '.join(list_criteria())}"
    content = read_toml(file, where=name, what="criteria", missing=missing)
    return _parse(content, name=name if shipped else Path(name).stem, where=name)


def _parse(content: Mapping[str, Any], *, name: str, where: str) -> Criteria:
    check_names(where, "entry", content, _KEYS)
    cuts, terms = (read_table(where, key, content.get(key, {})) for key in ("cuts", "terms"))
    check_names(where, "term", terms, TERMS)
    return Criteria(
        name=name,
        description=str(content.get("description", "")),
        q0=read_number(where, "q0", content.get("q0", DISK_THICKNESS)),
        # An entry that is false says that the cut is not wanted.
        cuts={key: _frozen(value) for key, value in cuts.items() if value is not False},
        grades=tuple(_grade(where, term, read_table(where, term, terms[term])) for term in terms),
    )


def _grade(where: str, term: str, table: Mapping[str, Any]) -> Grade:
    check_names(where, f"entry of [terms.{term}]", table, _GRADE_KEYS)
    absent = [key for key in ("worst", "best") if key not in table]
    if absent:
        msg = f"{where}: [terms.{term}] has no {' and no '.join(absent)}"
        raise CriteriaError(msg)
    worst, best = (_ends(where, f"{key} of {term}", table[key]) for key in ("worst", "best"))
    weight = read_number(where, f"weight of {term}", table.get("weight", 1.0))
    try:
        return Grade(term=term, weight=weight, worst=worst, best=best)
    except CriteriaError as error:
        msg = f"{where}: {error}"
        raise CriteriaError(msg) from error


def _ends(where: str, what: str, value: object) -> float | tuple[float, float]:
    if isinstance(value, list) and len(value) == 2:
        return (read_number(where, what, value[0]), read_number(where, what, value[1]))
    return read_number(where, what, value)


def _frozen(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value
