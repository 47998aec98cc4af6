"""What the commands print and return."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from click.testing import CliRunner

import mangaxr
from mangaxr import cli
from mangaxr.cli import _mangaxr
from mangaxr.synthetic import compare

Run = Callable[..., Any]

COMMANDS = (
    "demo", "catalog", "rank", "download", "inspect", "quality", "build", "info", "validate",
    "preview", "lens", "lens-set", "export", "card",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_explains_itself(command: str, flag: str) -> None:
    """Help exits with 0, names the command, and explains each of its options."""
    result = CliRunner().invoke(_mangaxr, [command, flag])
    assert result.exit_code == 0
    assert f"{command} [OPTIONS]" in result.output
    found = _mangaxr.get_command(None, command)  # type: ignore[arg-type]
    assert found is not None
    for parameter in found.params:
        if parameter.param_type_name == "option":
            assert parameter.opts[-1] in result.output
            assert getattr(parameter, "help", None), parameter.name


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_the_program_lists_its_commands(run: Run, arguments: list[str]) -> None:
    """Without arguments, and with --help, every command is listed with what it does."""
    ended = run(*arguments)
    assert ended.status == 0
    for command in COMMANDS:
        assert f"  {command} " in ended.out
    assert not ended.err


def test_the_program_tells_its_version(run: Run) -> None:
    """--version prints the version of the package."""
    assert mangaxr.__version__ in run("--version").out


def test_inspect_prints_lines_quality_and_extensions(run: Run, maps: Path) -> None:
    """Versions, decoded quality, lines with their index, and every extension are shown."""
    ended = run("inspect", maps)
    assert ended.status == 0
    assert not ended.err
    for text in ("8001-1901", "Ha-6564 23", "EMLINE_GVEL_MASK", "SPX_SKYCOO", "v3_1_1", "DR17"):
        assert text in ended.out


def test_inspect_as_json_is_what_astropy_reads(run: Run, maps: Path) -> None:
    """The JSON document holds the header's values and every extension with its shape."""
    ended = run("inspect", maps, "--json", "--verify")
    found = json.loads(ended.out)
    with fits.open(maps) as hdus:
        header = hdus[0].header
        assert found["plateifu"] == header["PLATEIFU"]
        assert found["dapqual"] == header["DAPQUAL"]
        assert [e["name"] for e in found["extensions"]] == [hdu.name for hdu in hdus[1:]]
        assert found["extensions"][0]["shape"] == list(hdus[1].shape)
    assert found["lines"]["Ha-6564"] == 23
    assert not ended.err


def test_build_makes_the_store_and_says_so(run: Run, survey: Path, tmp_path: Path) -> None:
    """A build prints its counts on stdout, progress lines on stderr, and exits with 0."""
    out = tmp_path / "t.zarr"
    ended = run("build", out, survey, "--npix", 8)
    assert ended.status == 0
    assert str(out) in ended.out
    assert "galaxies" in ended.out
    assert "building: 3/3" in ended.err
    assert "\x1b" not in ended.err + ended.out
    assert mangaxr.open_store(out).sizes["galaxy"] == 3
    again = run("build", out, survey, "--npix", 8)
    assert again.status == 0
    assert "is there already" in again.out


def test_build_as_json_prints_json_alone(run: Run, survey: Path, tmp_path: Path) -> None:
    """With --json stdout is one JSON document, whatever goes to stderr."""
    ended = run("build", tmp_path / "t.zarr", survey, "9999-1901", "--npix", 8, "--json")
    found = json.loads(ended.out)
    assert (found["galaxies"], found["done"], found["failed"]) == (4, 3, 1)
    assert "9999-1901" in found["failures"]
    assert ended.status == 0


OPTIONS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "defaults": ([], {}),
    "every option": (
        [
            *("--channels", "sii_flux, vel:Hb-4862"),
            *("--grid", "re", "--pixel-scale", "0.2"),
            *("--npix", "9"),
            *("--scaling", "asinh"),
            *("--mask", "NOCOV+FORESTAR"),
            *("--min-coverage", "0.25"),
            *("--min-snr", "5"),
        ],
        {
            "channels": ["sii_flux", "vel:Hb-4862"],
            "grid": "re",
            "pixel_scale": 0.2,
            "npix": 9,
            "scaling": "asinh",
            "mask": "NOCOV+FORESTAR",
            "min_coverage": 0.25,
            "min_snr": 5.0,
        },
    ),
    "scale by default": (["--grid", "arcsec"], {"grid": "arcsec", "pixel_scale": 0.5}),
}
"""Options of build, and what they make of the recipe."""


@pytest.mark.parametrize("name", OPTIONS)
def test_options_reach_the_recipe(run: Run, survey: Path, tmp_path: Path, name: str) -> None:
    """Each option sets its field of the stored recipe, and the others stay as they are."""
    arguments, expected = OPTIONS[name]
    ended = run("build", tmp_path / "t.zarr", "8001-1901", "--sas", survey, *arguments)
    assert ended.status == 0, ended.err
    recipe = json.loads(mangaxr.open_store(tmp_path / "t.zarr").attrs["recipe"])
    assert recipe == {**mangaxr.Recipe().to_dict(), **expected}


def test_the_command_line_is_in_the_provenance(run: Run, survey: Path, tmp_path: Path) -> None:
    """The store names the command that made it, as one could type it again."""
    out = tmp_path / "my store.zarr"
    run("build", out, "8001-1901", "--sas", survey, "--npix", 8)
    command = mangaxr.open_store(out).attrs["command"]
    assert command == f"mangaxr build '{out.name}' 8001-1901 --sas {survey.name} --npix 8"


def test_a_list_of_galaxies_is_read(run: Run, survey: Path, tmp_path: Path) -> None:
    """Items of --from come on top of those on the command line."""
    file = tmp_path / "list.txt"
    file.write_text("# two of three\n8001-1902\n8002-1901  # the last\n")
    ended = run(
        "build", tmp_path / "t.zarr", "8001-1901", "--from", file, "--sas", survey, "--npix", 8
    )
    assert ended.status == 0
    assert mangaxr.open_store(tmp_path / "t.zarr").sizes["galaxy"] == 3


def test_a_build_of_which_nothing_came_exits_with_1(run: Run, survey: Path, tmp_path: Path) -> None:
    """If every galaxy fails the status is 1 and each reason is a line on stderr."""
    ended = run("build", tmp_path / "t.zarr", "9999-1901", "9999-1902", "--sas", survey)
    assert ended.status == 1
    failed = [line for line in ended.err.splitlines() if line.startswith("failed  9999-190")]
    assert len(failed) == 2


def test_info_prints_what_the_store_holds(run: Run, store: Path) -> None:
    """Counts, channels with units, recipe and versions are shown."""
    ended = run("info", store)
    assert ended.status == 0
    for text in ("mangaxr-tensors 1.0", "ha_vel", "km / s", "EMLINE_GFLUX", "robust", "numpy"):
        assert text in ended.out
    assert not ended.err


def test_info_as_json_agrees_with_the_store(run: Run, store: Path) -> None:
    """The JSON document has the counts and channels of the store."""
    found = json.loads(run("info", store, "--json").out)
    opened = mangaxr.open_store(store)
    assert found["galaxies"]["galaxies"] == opened.sizes["galaxy"]
    assert [row["units"] for row in found["channels"]] == list(opened.channel_units.values)
    assert found["recipe"]["digest"] == opened.attrs["recipe_digest"]


def test_preview_draws_a_picture_of_each_galaxy_and_a_page(
    run: Run, store: Path, tmp_path: Path
) -> None:
    """Every galaxy has a PNG, and the page names them all."""
    ended = run("preview", store, tmp_path / "p")
    assert ended.status == 0, ended.err
    names = [str(name) for name in mangaxr.open_store(store).galaxy.values]
    pages = list((tmp_path / "p").glob("*.html"))
    assert sorted(path.stem for path in (tmp_path / "p").rglob("*.png")) == names
    assert len(pages) == 1
    text = pages[0].read_text(encoding="utf-8")
    assert all(name in text for name in names)


def test_preview_of_some_galaxies_draws_these(run: Run, store: Path, tmp_path: Path) -> None:
    """--galaxies picks by name."""
    ended = run("preview", store, tmp_path / "p", "--galaxies", "8001-1902")
    assert ended.status == 0, ended.err
    assert [path.stem for path in (tmp_path / "p").rglob("*.png")] == ["8001-1902"]


def test_the_demo_agrees_with_the_truth(run: Run, tmp_path: Path) -> None:
    """The demo leaves survey, store and pictures, prints its verdict, and exits with 0."""
    ended = run("demo", "--galaxies", 2, "--out", tmp_path / "d", "--json")
    assert ended.status == 0, ended.err
    found = json.loads(ended.out)
    assert found["done"] == 2
    assert len(found["comparisons"]) == 8
    assert all(row["agrees"] for row in found["comparisons"])
    assert mangaxr.open_store(tmp_path / "d" / "tensors.zarr").sizes["galaxy"] == 2
    assert list((tmp_path / "d").rglob("*.png"))


def test_the_demo_fails_when_the_store_disagrees(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survey: Path
) -> None:
    """A comparison that disagrees with the truth makes the exit status 1 and is told."""
    compare_store = compare.compare_store

    def spoiled(*arguments: Any) -> Iterator[compare.Comparison]:
        for comparison in compare_store(*arguments):
            yield dataclasses.replace(comparison, found=np.nan)

    monkeypatch.setattr(compare, "compare_store", spoiled)
    monkeypatch.setattr("mangaxr.cli.demo._draw", lambda *_: 0)
    monkeypatch.setattr("mangaxr.cli.demo._write_survey", lambda *_: None)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "sas").symlink_to(survey, target_is_directory=True)
    ended = run("demo", "--galaxies", 3, "--out", tmp_path / "d")
    assert ended.status == 1
    assert "DISAGREES" in ended.out
    assert "12 of 12 comparisons disagree" in ended.out


def test_an_interrupt_is_a_line_and_status_130(
    run: Run, monkeypatch: pytest.MonkeyPatch, maps: Path
) -> None:
    """Ctrl-C ends a command without a traceback, and says that it can go on."""

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mangaxr.maps.describe.describe_maps", interrupt)
    ended = run("inspect", maps)
    assert ended.status == 130
    assert ended.err.strip().endswith("the same command goes on from here")


def test_the_commands_are_those_listed() -> None:
    """Every command of the table can be imported and bears its name."""
    assert cli._COMMANDS == COMMANDS
    for name in COMMANDS:
        command = _mangaxr.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.name == name
