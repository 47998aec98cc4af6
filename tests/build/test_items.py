"""What a user may name, and what it stands for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mangaxr.build.items import resolve_items
from mangaxr.errors import BuildError, UnknownNameError
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic import SurveyFiles


def test_a_file_a_directory_and_a_name_are_the_same_galaxy(small: SurveyFiles) -> None:
    """File, directory, text and PlateIFU resolve to the same source."""
    file, name = small.maps[0], small.galaxies[0].plateifu
    expected = resolve_items([file])
    assert [source.galaxy for source in expected] == [str(name)]
    for item in (str(file), file.parent, str(file.parent), name, str(name), f"manga-{name}"):
        found = resolve_items([item], sas=small.root)
        assert [(s.galaxy, s.path.resolve()) for s in found] == [(str(name), file.resolve())]


def test_galaxies_are_sorted_by_number_and_unknown_ones_come_last(
    small: SurveyFiles, tmp_path: Path
) -> None:
    """Plates sort as numbers, not as text; a file that does not tell its galaxy is last."""
    mystery = tmp_path / "a.fits.gz"
    mystery.write_bytes(b"nothing")
    found = resolve_items(["10001-1901", mystery, "8001-12701", "8001-1902", "8001-1901"])
    assert [source.galaxy for source in found] == [
        "8001-1901", "8001-1902", "8001-12701", "10001-1901", "a.fits.gz",
    ]  # fmt: skip
    assert found[-1].plateifu is None


def test_a_file_of_another_name_is_named_by_its_header(small: SurveyFiles, tmp_path: Path) -> None:
    """A renamed MAPS file belongs to the galaxy of its primary header."""
    copy = shutil.copy(small.maps[1], tmp_path / "renamed.fits.gz")
    assert resolve_items([copy])[0].galaxy == str(small.galaxies[1].plateifu)


def test_the_same_file_twice_is_one_galaxy(
    small: SurveyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file given twice, relative, absolute, through a link or its directory, counts once."""
    file = small.maps[0]
    monkeypatch.chdir(file.parent.parent)
    link = tmp_path / "linked"
    link.symlink_to(small.root, target_is_directory=True)
    ways = [file, file.relative_to(Path.cwd()), file.parent, link / file.relative_to(small.root)]
    assert len(resolve_items([*ways, *ways])) == 1


def test_two_files_of_one_galaxy_are_an_error(small: SurveyFiles, tmp_path: Path) -> None:
    """Two analyses of a galaxy cannot share a store: the message names both files."""
    other = tmp_path / small.maps[0].name.replace("HYB10", "SPX")
    shutil.copy(small.maps[0], other)
    with pytest.raises(BuildError) as caught:
        resolve_items([small.maps[0], tmp_path])
    message = str(caught.value)
    assert str(other) in message
    assert str(small.maps[0]) in message
    assert "--daptype" in message
    chosen = resolve_items([tmp_path], daptype="SPX-MILESHC-MASTARSSP")
    assert [source.path for source in chosen] == [other]


def test_a_directory_holds_maps_files_at_any_depth_and_ignores_the_rest(tmp_path: Path) -> None:
    """Only names of MAPS files count; cubes, images, catalogues and partial files do not."""
    wanted = tmp_path / "a" / "b" / "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
    wanted.parent.mkdir(parents=True)
    for name in (
        wanted.name,
        "manga-8138-12704-LOGCUBE-HYB10-MILESHC-MASTARSSP.fits.gz",
        "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz.part",
        "manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz.sha1sum",
        ".manga-8138-12704-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz.partial",
        "dapall-v3_1_1-3.1.0.fits",
    ):
        (wanted.parent / name).touch()
    assert [source.path for source in resolve_items([tmp_path])] == [wanted]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("../../x", "no such file or directory"),
        ("8138", "plateifu such as 8138-12704"),
        ("8138-12704-1", "plateifu"),
        ("nothing.fits.gz", "no such file"),
        ("notes", "plateifu"),
        ("", "empty"),
        ("8138-12704\nx", "plateifu"),
        ("x" * 5000, "plateifu"),
    ],
)
def test_an_item_that_is_none_of_these_is_one_line(item: str, words: str) -> None:
    """What cannot be a galaxy stops the build before it starts, with what would be one."""
    with pytest.raises(BuildError) as caught:
        resolve_items(["8138-12704", item])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_directory_without_maps_is_an_error(tmp_path: Path) -> None:
    """An empty directory is named, and what was looked for in it."""
    with pytest.raises(BuildError, match=r"manga-\*-MAPS-\*"):
        resolve_items([tmp_path])
    with pytest.raises(BuildError, match="of DAPTYPE SPX"):
        resolve_items([tmp_path], daptype="SPX")


def test_nothing_to_build_is_an_error() -> None:
    """No item at all is said, not built."""
    with pytest.raises(BuildError, match="nothing to build"):
        resolve_items([])


def test_a_galaxy_or_file_that_is_absent_is_listed_all_the_same(tmp_path: Path) -> None:
    """What names a galaxy but has no file becomes a source that fails on its own."""
    absent = tmp_path / "manga-8139-1901-MAPS-HYB10-MILESHC-MASTARSSP.fits.gz"
    found = resolve_items(["8138-12704", absent], sas=tmp_path)
    assert [source.galaxy for source in found] == ["8138-12704", "8139-1901"]
    assert found[0].path.is_relative_to(tmp_path)


def test_an_unknown_release_or_daptype_is_said_at_once(tmp_path: Path) -> None:
    """Neither is looked for in the tree first."""
    with pytest.raises(UnknownNameError, match="DR99"):
        resolve_items(["8138-12704"], sas=tmp_path, release="DR99")
    with pytest.raises(UnknownNameError, match="DAPTYPE"):
        resolve_items(["8138-12704"], sas=tmp_path, daptype="../HYB10")


def test_a_sample_stands_for_its_galaxies(tmp_path: Path) -> None:
    """`@NAME` is every galaxy of the sample; one that does not exist is an error."""
    found = resolve_items(["@lens-sources", "8593-12705"], sas=tmp_path)
    assert len(found) == 5
    assert "8593-12705" in [source.galaxy for source in found]
    with pytest.raises(UnknownNameError, match="no sample"):
        resolve_items(["@lens"], sas=tmp_path)


def test_plateifu_objects_sort_with_texts(tmp_path: Path) -> None:
    """A PlateIFU is an item like its text."""
    found = resolve_items([PlateIFU(9000, 1901), "8000-1901"], sas=os.fspath(tmp_path))
    assert [source.galaxy for source in found] == ["8000-1901", "9000-1901"]
