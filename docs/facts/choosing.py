"""Tables about choosing galaxies: cuts, terms, quantities, shipped criteria, samples."""

from __future__ import annotations

from facts.markdown import code, table
from mangaxr.catalog.ranking.criteria import criteria_text, list_criteria, load_criteria
from mangaxr.catalog.ranking.cuts import CUTS
from mangaxr.catalog.ranking.quantities import QUANTITIES
from mangaxr.catalog.ranking.terms import TERMS
from mangaxr.samples.named import list_samples, load_sample

__all__ = ["criteria", "cuts", "quantities", "samples", "terms"]

_SETTING = "..."


def quantities() -> str:
    """List the numbers that cuts and terms go by."""
    rows = [(code(row.name), code(row.unit), row.formula) for row in QUANTITIES.values()]
    return table(["quantity", "units", "formula, in columns of the catalogs"], rows)


def cuts() -> str:
    """List the cuts, in the order in which they are made, with the shipped settings."""
    shipped = {name: load_criteria(name) for name in list_criteria()}
    rows = [
        (
            code(name),
            row.keeps.format(_SETTING),
            *(_setting(found.cuts.get(name)) for found in shipped.values()),
        )
        for name, row in CUTS.items()
    ]
    return table(["cut", "keeps", *map(code, shipped)], rows)


def _setting(setting: object) -> str:
    if setting is None:
        return ""
    if setting is True:
        return "yes"
    return ", ".join(map(_plain, setting)) if isinstance(setting, tuple) else _plain(setting)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def terms() -> str:
    """List the terms of a score, with the weight and the scale in the shipped criteria."""
    shipped = {name: load_criteria(name) for name in list_criteria()}
    grades = {name: {g.term: g for g in found.grades} for name, found in shipped.items()}
    rows = []
    for name, term in TERMS.items():
        cells = []
        for found in grades.values():
            grade = found.get(name)
            scale = f"{_ends(grade.worst)} → {_ends(grade.best)}" if grade else ""
            cells.append(f"{grade.weight:g}: {scale}" if grade else "")
        scale = "logarithmic" if term.log else "linear"
        rows.append((code(name), term.rewards, scale, *cells))
    columns = ["term", "rewards", "scale", *(f"`{n}`: weight: worst → best" for n in shipped)]
    return table(columns, rows)


def _ends(value: float | tuple[float, float]) -> str:
    return f"({value[0]:g}, {value[1]:g})" if isinstance(value, tuple) else f"{value:g}"


def criteria() -> str:
    """Show the default criteria's file."""
    return f"```toml\n{criteria_text().rstrip()}\n```"


def samples() -> str:
    """List the galaxies of each named sample, and why each is in it."""
    parts = []
    for name in list_samples():
        rows = [(str(g.plateifu), g.role, g.reason) for g in load_sample(name)]
        parts.append(f"## `@{name}`\n\n{table(['galaxy', 'role', 'reason'], rows)}")
    return "\n\n".join(parts)
