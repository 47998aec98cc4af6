"""Write the documentation's tables, and the contract that is shipped, from the code's rows.

Or check that they are as written.

``python docs/generate.py`` writes; ``python docs/generate.py --check`` writes nothing, names
every page that is out of date and exits with 1. A page holds its tables between two marks::

    <!-- table: lines -->
    <!-- end of table -->

What stands between them is replaced; the words around them are written by hand.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from facts import (
    choosing,
    commands,
    contract,
    interface,
    lensed,
    quality,
    survey,
    tensors,
    validation,
)

__all__ = ["FILES", "PAGES", "TABLES", "main", "render", "stale_pages"]

DOCS = Path(__file__).parent

TABLES: Mapping[str, Callable[[], str]] = {
    "extensions": survey.extensions,
    "coordinates": survey.coordinates,
    "lines": survey.lines,
    "indices": survey.indices,
    "pixmask": survey.pixmask,
    "dapqual": survey.dapqual,
    "drp3qual": survey.drp3qual,
    "policies": survey.policies,
    "releases": survey.releases,
    "attributes": survey.attributes,
    "units": survey.units,
    "limits": survey.limits,
    "channels": tensors.channels,
    "families": tensors.families,
    "recipe": tensors.recipe,
    "store_arrays": tensors.store_arrays,
    "store_galaxies": tensors.store_galaxies,
    "store_quality": tensors.store_quality,
    "store_channels": tensors.store_channels,
    "store_pixels": tensors.store_pixels,
    "status": tensors.status,
    "store_attributes": contract.attributes,
    "store_dimensions": contract.dimensions,
    "store_functions": contract.functions,
    "store_digests": contract.digests,
    "store_limits": contract.limits,
    "store_intended": contract.intended,
    "store_unintended": contract.unintended,
    "store_not_promised": contract.not_promised,
    "store_changes": contract.changes,
    "store_papers": contract.papers,
    "quantities": choosing.quantities,
    "cuts": choosing.cuts,
    "terms": choosing.terms,
    "criteria": choosing.criteria,
    "samples": choosing.samples,
    "quality_coverage": quality.coverage,
    "quality_signal": quality.signal,
    "quality_kinematics": quality.kinematics,
    "quality_morphology": quality.morphology,
    "quality_flags": quality.flags,
    "quality_thresholds": quality.thresholds,
    "rules_structure": validation.structure,
    "rules_values": validation.values,
    "rules_semantics": validation.semantics,
    "rules_sources": validation.sources,
    "rules_of_sets": validation.of_sets,
    "lensed_channels": lensed.channels,
    "lensed_variables": lensed.variables,
    "lensed_attributes": lensed.attributes,
    "lensed_config": lensed.configuration,
    "commands": commands.commands,
    "interface": interface.interface,
}
"""Name in a mark -> the function that writes the table."""

PAGES = (
    "reference/extensions.md",
    "reference/lines.md",
    "reference/indices.md",
    "reference/maskbits.md",
    "reference/releases.md",
    "reference/attributes.md",
    "reference/channels.md",
    "reference/store_variables.md",
    "reference/quality.md",
    "reference/ranking.md",
    "reference/samples.md",
    "reference/rules.md",
    "reference/cli.md",
    "reference/api.md",
    "spec/maps-1.0.md",
    "spec/store-1.0.md",
    "spec/lensed-1.0.md",
)
"""Pages with tables."""

FILES: Mapping[Path, Callable[[], str]] = {
    DOCS.parent / "mangaxr" / "store" / "shipped" / "contract.json": contract.document,
}
"""Files that are written as a whole -> the function that does."""

_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def render(text: str) -> str:
    """Return a page with every table written anew.

    Raises
    ------
    ValueError
        If the page holds no table.
    KeyError
        If it names one that does not exist.
    """
    written, count = _BLOCK.subn(lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n\n{m[3]}", text)
    if not count:
        msg = "no table between marks <!-- table: NAME --> and <!-- end of table -->"
        raise ValueError(msg)
    return written


def stale_pages() -> dict[Path, str]:
    """Return the pages and files that differ from what the code says, with what they should be."""
    texts = {DOCS / page: (DOCS / page).read_text(encoding="utf-8") for page in PAGES}
    rendered = {path: render(text) for path, text in texts.items()}
    for path, write in FILES.items():
        texts[path] = path.read_text(encoding="utf-8") if path.exists() else ""
        rendered[path] = write()
    return {path: text for path, text in rendered.items() if text != texts[path]}


def main() -> int:
    """Run the command line; see the module's words."""
    parser = argparse.ArgumentParser(description="Write the documentation's tables.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    check = parser.parse_args().check
    stale = stale_pages()
    for path, text in stale.items():
        name = path.relative_to(DOCS.parent)
        if check:
            print(f"{name} is out of date: run `make tables`", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
