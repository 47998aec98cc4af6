"""One page that shows every galaxy of a store."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

import xarray as xr

from mangaxr.errors import PictureError
from mangaxr.store.attributes import store_recipe
from mangaxr.store.galaxies import skipped_galaxies
from mangaxr.store.reader import open_store
from mangaxr.viz.canvas import made_directory
from mangaxr.viz.labels import galaxy_facts, quality_text
from mangaxr.viz.page import CARD, FAILED_ROW, FAILED_SECTION, FRAME, RECIPE_ROW
from mangaxr.viz.selection import picture_name

__all__ = ["write_gallery"]

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_SHOWN = ("mangaid", "z", "reff", "dapqual", "drp3qual")

_ATTRIBUTES = {
    "recipe_digest": "recipe digest (SHA-256)",
    "contract_version": "contract",
    "finished": "built",
    "license": "licence",
}
"""Attribute of the store -> what the page calls it."""


def write_gallery(
    store: xr.Dataset | str | os.PathLike[str],
    outdir: str | os.PathLike[str],
    previews: Iterable[Path],
) -> Path:
    """Write a page of the galaxies of a store, with their pictures.

    The page is one file that loads nothing but the pictures beside it. The same store and
    pictures give the same bytes.

    Parameters
    ----------
    store
        An open store, or its path; its maps are not read.
    outdir
        Directory of the page; made if it does not exist.
    previews
        Pictures, as `mangaxr.viz.preview.write_previews` returns them; the page refers to
        them by their relative paths. A galaxy without one has a card without a picture.

    Returns
    -------
    Path
        ``index.html``.

    Raises
    ------
    PictureError
        If a preview is not a PNG file, or the page cannot be written.
    """
    opened = store if isinstance(store, xr.Dataset) else open_store(store, chunks=None)
    directory = made_directory(Path(outdir))
    pictures = {path.name: _picture(path, directory) for path in map(Path, previews)}
    skipped = skipped_galaxies(opened)
    names = [str(name) for name in opened.galaxy.values]
    drawn = [i for i, name in enumerate(names) if name not in skipped]
    known = opened.reset_coords()[list(_SHOWN)]
    cards = [_card(known.isel(galaxy=i), pictures) for i in drawn]
    rows = [_filled(FAILED_ROW, galaxy=name, reason=why) for name, why in skipped.items()]
    failed = FAILED_SECTION.substitute(count=len(rows), rows="\n".join(rows)) if rows else ""
    page = FRAME.substitute(
        title=escape(str(opened.attrs.get("title", "Galaxies"))),
        summary=f"galaxies: {len(names)}, {len(drawn)} with maps, {len(rows)} without",
        recipe="\n".join(_recipe_rows(opened)),
        cards="\n".join(cards),
        failed=failed,
        citation=escape(str(opened.attrs.get("citation", ""))),
    )
    path = directory / "index.html"
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        msg = f"{path}: cannot write the page ({error}): choose another directory"
        raise PictureError(msg) from error
    return path


def _card(galaxy: xr.Dataset, pictures: Mapping[str, str]) -> str:
    """Write the card of a galaxy that has maps."""
    name = str(galaxy.galaxy.values)
    dapqual, drp3qual = int(galaxy.dapqual), int(galaxy.drp3qual)
    return CARD.substitute(
        galaxy=escape(name),
        picture=pictures.get(picture_name(name), '<div class="soft">no picture</div>'),
        facts=escape(" · ".join([*galaxy_facts(galaxy), "done"])),
        quality=escape(quality_text(dapqual, drp3qual)),
        tone="soft" if dapqual == drp3qual == 0 else "bad",
    )


def _picture(path: Path, directory: Path) -> str:
    """Write the element that shows a picture, with its size so that nothing jumps."""
    try:
        with path.open("rb") as file:
            header = file.read(24)
    except OSError as error:
        msg = f"{path}: cannot read the picture ({error}): write the previews first"
        raise PictureError(msg) from error
    # PNG specification, 11.2.1: the first chunk is IHDR, width and height come first.
    if len(header) < 24 or header[:8] != _PNG_SIGNATURE:
        msg = f"{path}: not a PNG file: give the list that write_previews returned"
        raise PictureError(msg)
    width, height = (int.from_bytes(header[i : i + 4], "big") for i in (16, 20))
    link = escape(quote(Path(os.path.relpath(path, directory)).as_posix()))
    return (
        f'<a href="{link}"><img src="{link}" alt="Maps of {escape(path.stem)}" '
        f'width="{width}" height="{height}" loading="lazy"></a>'
    )


def _recipe_rows(store: xr.Dataset) -> list[str]:
    """Write what the store was made with."""
    recipe = store_recipe(store) if "recipe" in store.attrs else {}
    rows = [_filled(RECIPE_ROW, name=name, value=_shown(value)) for name, value in recipe.items()]
    return rows + [
        _filled(RECIPE_ROW, name=label, value=str(store.attrs[name]))
        for name, label in _ATTRIBUTES.items()
        if name in store.attrs
    ]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "as the grid says" if value is None else str(value)


def _filled(template: Template, **values: str) -> str:
    """Fill a template with text, escaped."""
    return template.substitute({name: escape(text) for name, text in values.items()})
