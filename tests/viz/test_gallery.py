"""The gallery page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import xarray as xr

from mangaxr.errors import PictureError
from mangaxr.viz.gallery import write_gallery

_VOID = {"meta", "img", "link", "br"}


class _Page(HTMLParser):
    """What a browser would see: balanced tags, their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _png(path: Path, width: int = 3, height: int = 2) -> Path:
    """Write the beginning of a PNG file, which is all the page looks at."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size)
    return path


def _page(path: Path) -> _Page:
    page = _Page(path.read_text(encoding="utf-8"))
    assert page.open == []
    return page


def test_the_page_lists_every_galaxy(store: xr.Dataset, tmp_path: Path) -> None:
    """Galaxies with maps have cards with pictures; the failed one comes last, with why."""
    previews = [_png(tmp_path / "png" / f"{g}.png") for g in ("8138-1901", "8138-3702")]
    store["drp3qual"][2] = 1 << 8
    path = write_gallery(store, tmp_path, previews)
    page = _page(path)
    assert path == tmp_path / "index.html"
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert [i["src"] for i in images] == ["png/8138-1901.png", "png/8138-3702.png"]
    assert {(i["width"], i["height"]) for i in images} == {("3", "2")}
    places = [page.text.index(f"8138-{ifu}") for ifu in (1901, 3702, 1902)]
    assert places == sorted(places)
    for words in (
        "galaxies: 3, 2 with maps, 1 without", "z = 0.05000", "Rₑ = 2.50″", "Quality: good",
        "Quality: DRP BADFLUX", "truncated after 3 <bytes> & more", "Tiny tensors",
    ):  # fmt: skip
        assert words in page.text


def test_the_recipe_is_at_the_top(store: xr.Dataset, tmp_path: Path) -> None:
    """Recipe and digest come before the first card."""
    text = _page(write_gallery(store, tmp_path, [])).text
    top = text[: text.index("8138-1901")]
    for words in ("grid", "field", "ha_flux, ha_vel", "0123abcd"):
        assert words in top


def test_text_is_escaped(store: xr.Dataset, tmp_path: Path) -> None:
    """No text of the store becomes markup or a template's field."""
    hostile = "<script>alert(\"1\")</script> $title & 'x'"
    store["failure"] = ("galaxy", ["", hostile, ""])
    store["mangaid"] = ("galaxy", [hostile, "", ""])
    store = store.assign_coords(galaxy=['a"><b>', "8138-1902", "$facts"])
    store.attrs |= {"title": hostile, "citation": hostile}
    path = write_gallery(store, tmp_path, [])
    page = _page(path)
    assert {"script", "b"}.isdisjoint(tag for tag, _ in page.tags)
    assert page.text.count(hostile) == 5  # title twice, a failure, a target, the citation
    assert "$facts" in page.text
    assert 'a"><b>' in [attrs.get("id") for _, attrs in page.tags]


def test_nothing_is_loaded_from_elsewhere(store: xr.Dataset, tmp_path: Path) -> None:
    """The page refers to nothing but its pictures, by relative paths."""
    path = write_gallery(store, tmp_path / "page", [_png(tmp_path / "out" / "8138-1901.png")])
    page = _page(path)
    links = {v for _, attrs in page.tags for k, v in attrs.items() if k in ("src", "href")}
    assert links == {"../out/8138-1901.png"}
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|url\(|@import|<script|<link", text)
    assert "prefers-color-scheme: dark" in text
    assert str(tmp_path) not in text


def test_the_same_store_gives_the_same_bytes(store: xr.Dataset, tmp_path: Path) -> None:
    """Nothing but store and pictures enters the page, not even their order."""
    previews = [_png(tmp_path / f"{g}.png") for g in ("8138-1901", "8138-3702")]
    first = write_gallery(store, tmp_path, previews).read_bytes()
    assert write_gallery(store, tmp_path, previews[::-1]).read_bytes() == first


def test_a_galaxy_without_a_picture_has_a_card(store: xr.Dataset, tmp_path: Path) -> None:
    """Previews of some galaxies only leave the others without one, and say so."""
    page = _page(write_gallery(store, tmp_path, [_png(tmp_path / "8138-1901.png")]))
    assert page.text.count("no picture") == 1
    assert "8138-3702" in page.text


def test_a_store_without_failures_has_no_list_of_them(store: xr.Dataset, tmp_path: Path) -> None:
    """Nothing is said of failures if there are none."""
    page = _page(write_gallery(store.isel(galaxy=[0, 2]), tmp_path, []))
    assert "No maps" not in page.text


@pytest.mark.parametrize(("content", "message"), [(b"GIF89a", "not a PNG"), (None, "cannot read")])
def test_previews_that_are_no_pictures(
    store: xr.Dataset, tmp_path: Path, content: bytes | None, message: str
) -> None:
    """A file that is missing or not a PNG is named."""
    path = tmp_path / "8138-1901.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PictureError, match=rf"8138-1901\.png: {message}"):
        write_gallery(store, tmp_path, [path])


def test_a_page_that_cannot_be_written(store: xr.Dataset, tmp_path: Path) -> None:
    """A directory in the page's place is an error that names it."""
    (tmp_path / "index.html").mkdir()
    with pytest.raises(PictureError, match=r"index\.html: cannot write the page"):
        write_gallery(store, tmp_path, [])
