"""Documents are written beside a store, and over nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import zarr
from click.testing import CliRunner

import mangaxr
from mangaxr.card.write import DOCUMENTS
from mangaxr.cli import _mangaxr
from mangaxr.errors import CardError, MissingFileError, StoreError
from mangaxr.store.recipe_document import read_recipe_document


def test_all_documents_are_written(built: Path, texts: dict[str, str], tmp_path: Path) -> None:
    """What is written is what is printed, and the store stays as it was."""
    before = sorted(built.rglob("*"))
    paths = mangaxr.write_card(built, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == list(DOCUMENTS)
    assert {path.name: path.read_text(encoding="utf-8") for path in paths} == texts
    assert sorted(built.rglob("*")) == before


def test_documents_are_the_same_each_time(built: Path, tmp_path: Path) -> None:
    """Nothing of them depends on when they are written."""
    first, second = (mangaxr.write_card(built, tmp_path / name) for name in "ab")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


@pytest.mark.parametrize("inside", ["", "tensor", "new"])
def test_nothing_is_written_into_a_store(built: Path, inside: str) -> None:
    """A directory within the store is refused, whether it is there or not."""
    with pytest.raises(CardError, match="within the store"):
        mangaxr.write_card(built, built / inside, overwrite=True)
    assert not (built / inside / "README.md").exists()


def test_what_is_there_is_kept(built: Path, tmp_path: Path) -> None:
    """Somebody else's README is not replaced, unless that is said; nothing else is written."""
    readme = tmp_path / "README.md"
    readme.write_text("mine")
    with pytest.raises(CardError, match=r"README\.md: is here already"):
        mangaxr.write_card(built, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert readme.read_text() == "mine"
    mangaxr.write_card(built, tmp_path, overwrite=True)
    assert readme.read_text(encoding="utf-8").startswith("---\n")


def test_what_is_no_store_has_no_card(tmp_path: Path) -> None:
    """A missing store, and a folder that is none, are errors as everywhere."""
    with pytest.raises(MissingFileError, match="no such store"):
        mangaxr.write_card(tmp_path / "none.zarr", tmp_path)
    with pytest.raises(StoreError, match="not a sound Zarr store"):
        mangaxr.write_card(tmp_path, tmp_path.parent)


def test_a_store_without_a_digest_has_no_card(built: Path, tmp_path: Path) -> None:
    """What the documents would have to name is missed by name."""
    copy = shutil.copytree(built, tmp_path / "copy.zarr")
    metadata = json.loads((copy / "zarr.json").read_text())
    del metadata["attributes"]["content_sha256"]
    (copy / "zarr.json").write_text(json.dumps(metadata))
    with pytest.raises(StoreError, match="lacks the attribute content_sha256"):
        mangaxr.write_card(copy, tmp_path)
    copy = shutil.copytree(built, tmp_path / "other.zarr")
    del zarr.open_group(copy, mode="r+")["split"]
    with pytest.raises(StoreError, match="lacks the variable split"):
        mangaxr.write_card(copy, tmp_path)


def test_the_recipe_can_be_read_back(built: Path, tmp_path: Path) -> None:
    """`recipe.json` says the same as the store."""
    mangaxr.write_card(built, tmp_path)
    assert read_recipe_document(tmp_path / "recipe.json") == read_recipe_document(built)


@pytest.mark.parametrize(
    ("format_", "file"),
    [
        ("readme", "README.md"),
        ("croissant", "croissant.json"),
        ("contract", "contract.json"),
        ("recipe", "recipe.json"),
        ("galaxies", "galaxies.csv"),
    ],
)
def test_the_command_prints_a_document(
    built: Path, texts: dict[str, str], format_: str, file: str
) -> None:
    """--format chooses the document; the card is the default."""
    result = CliRunner().invoke(_mangaxr, ["card", str(built), "--format", format_])
    assert (result.exit_code, result.output) == (0, texts[file])
    if format_ == "readme":
        assert CliRunner().invoke(_mangaxr, ["card", str(built)]).output == texts[file]


def test_the_command_writes_and_says_what_is_missing(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --out files are named on stdout; what Croissant asks for is a note on stderr."""
    arguments = ["card", str(built), "--out", str(tmp_path), "--creator", "Me"]
    _mangaxr.main(arguments, standalone_mode=False)
    out, err = capsys.readouterr()
    assert out.split() == [str(tmp_path / name) for name in DOCUMENTS]
    assert err == "note: Croissant asks for --url, --data-version: give them before you publish\n"
    said = ["--url", "https://example.org", "--data-version", "1.0.0", "--overwrite"]
    _mangaxr.main([*arguments, *said], standalone_mode=False)
    assert capsys.readouterr().err == ""
