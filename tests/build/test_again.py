"""A store is built again from its recipe, to the same bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import mangaxr
from mangaxr.errors import BuildError, MangaxrError
from mangaxr.store.recipe_document import recipe_document
from mangaxr.synthetic import SurveyFiles

Digest = Callable[[Path], dict[str, bytes]]


@pytest.fixture(scope="module")
def first(small: SurveyFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of a recipe of its own, with a galaxy that failed."""
    path = tmp_path_factory.mktemp("first") / "t.zarr"
    names = [*(str(galaxy.plateifu) for galaxy in small.galaxies[:3]), "9999-1901"]
    recipe = mangaxr.Recipe(
        channels=("ha_vel", "nii_flux"), grid="re", npix=20, scaling="asinh", split=(0.5, 0.0, 0.5)
    )
    mangaxr.build_store(path, names, sas=small.root, recipe=recipe)
    return path


@pytest.fixture(scope="module")
def document(first: Path) -> Path:
    """Return the store's recipe document, beside it."""
    path = first.with_name("recipe.json")
    path.write_text(json.dumps(recipe_document(mangaxr.open_store(first))))
    return path


@pytest.mark.parametrize("given", ["document", "first"])
def test_a_rebuilt_store_has_the_same_bytes(
    given: str,
    first: Path,
    small: SurveyFiles,
    tmp_path: Path,
    contents: Digest,
    request: pytest.FixtureRequest,
) -> None:
    """From its document or itself, in another tree, with other workers."""
    tree = Path(shutil.copytree(small.root, tmp_path / "elsewhere"))
    path = request.getfixturevalue(given)
    report = mangaxr.build_store(tmp_path / "t.zarr", recipe=path, sas=tree, workers=2)
    assert (report.done, list(report.failures)) == (3, ["9999-1901"])
    assert report.content_sha256 == report.expected != ""
    assert contents(tmp_path / "t.zarr") == contents(first)


def test_other_files_are_noticed(document: Path, small: SurveyFiles, tmp_path: Path) -> None:
    """A file that is not the same gives another digest, and both are told."""
    tree = Path(shutil.copytree(small.root, tmp_path / "elsewhere"))
    first, second = (tree / file.relative_to(small.root) for file in small.maps[:2])
    second.unlink()
    assert first.exists()
    report = mangaxr.build_store(tmp_path / "t.zarr", recipe=document, sas=tree)
    assert len(report.failures) == 2
    assert report.content_sha256 != report.expected


def test_with_items_only_the_recipe_is_taken(
    document: Path, small: SurveyFiles, tmp_path: Path
) -> None:
    """Other galaxies by the same recipe."""
    report = mangaxr.build_store(tmp_path / "t.zarr", small.maps[5], recipe=document)
    assert (report.galaxies, report.expected) == (1, "")
    store = mangaxr.open_store(tmp_path / "t.zarr")
    assert json.loads(store.attrs["recipe"])["scaling"] == "asinh"


def test_a_plain_recipe_lists_no_galaxies(
    document: Path, small: SurveyFiles, tmp_path: Path
) -> None:
    """Its fields alone are a recipe too, to which items belong."""
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps(json.loads(document.read_text())["recipe"]))
    with pytest.raises(BuildError, match="nothing to build"):
        mangaxr.build_store(tmp_path / "t.zarr", recipe=plain)
    assert mangaxr.build_store(tmp_path / "t.zarr", small.maps[0], recipe=plain).done == 1


def test_files_that_were_in_no_tree_are_to_be_named(small: SurveyFiles, tmp_path: Path) -> None:
    """Where a loose file is cannot be known on another machine."""
    loose = Path(shutil.copy(small.maps[0], tmp_path))
    mangaxr.build_store(tmp_path / "a.zarr", loose, npix=8)
    with pytest.raises(BuildError, match=rf"{loose.name} was in no SAS tree"):
        mangaxr.build_store(tmp_path / "b.zarr", recipe=tmp_path / "a.zarr")


@pytest.mark.parametrize("content", ["", "[]", '{"npix": -1}', '{"recipe": {}}'])
def test_what_is_no_recipe_is_one_line(content: str, tmp_path: Path) -> None:
    """The file is named, and nothing is built."""
    path = tmp_path / "recipe.json"
    path.write_text(content)
    with pytest.raises(MangaxrError, match=r"recipe\.json: ") as caught:
        mangaxr.build_store(tmp_path / "t.zarr", recipe=path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "t.zarr").exists()
