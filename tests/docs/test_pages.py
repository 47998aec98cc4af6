"""Pages are fresh, their links lead somewhere, and the commands they name exist."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import click
import pytest

from mangaxr._version import __version__
from mangaxr.cli import _mangaxr
from mangaxr.maps.open import open_maps
from mangaxr.synthetic import example_survey

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if not {"_build", "api"} & set(page.relative_to(ROOT).parts)
    ),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HELP = "reference/cli.md"
"""The page of help texts, which are click's wording as much as ours."""
BASH = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(page: Path) -> str:
    """Name a page by its path below the root."""
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MyST make them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {text.strip().replace(" ", "-") for text in words}


def pinned(name: str) -> str:
    """Return the version of a library that the extra ``check`` pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = [each.split("==") for each in project["optional-dependencies"]["check"] if "==" in each]
    return dict(pins)[name]


@pytest.fixture
def generate(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import ``docs/generate.py`` as its command line does."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    yield importlib.import_module("generate")
    for name in [name for name in sys.modules if name.split(".")[0] in ("generate", "facts")]:
        del sys.modules[name]


def check(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Run ``generate.py --check``; return its exit status and what it said."""
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    return generate.main(), capsys.readouterr().err


def test_tables_are_fresh(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The committed tables are what the code's rows say now."""
    monkeypatch.setattr(generate, "PAGES", [page for page in generate.PAGES if page != HELP])
    assert check(generate, monkeypatch, capsys) == (0, "")


def test_help_texts_are_fresh(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The committed help texts are what the commands say now."""
    if version("click") != pinned("click"):
        pytest.skip(f"the page has the wording of click {pinned('click')}, not {version('click')}")
    monkeypatch.setattr(generate, "PAGES", [HELP])
    assert check(generate, monkeypatch, capsys) == (0, "")


def test_a_stale_table_is_named(
    generate: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """A page whose table was edited fails the check, which names the page and leaves it."""
    monkeypatch.setattr(generate, "PAGES", ["reference/lines.md", "reference/releases.md"])
    copy = tmp_path / "docs"
    for page in generate.PAGES:
        (copy / page).parent.mkdir(parents=True, exist_ok=True)
        (copy / page).write_bytes((ROOT / "docs" / page).read_bytes())
    edited = copy / "reference" / "lines.md"
    text = edited.read_text(encoding="utf-8").replace("| 6564.608 |", "| 6563.000 |")
    edited.write_text(text, encoding="utf-8")
    monkeypatch.setattr(generate, "DOCS", copy)
    said = "docs/reference/lines.md is out of date: run `make tables`\n"
    assert check(generate, monkeypatch, capsys) == (1, said)
    assert edited.read_text(encoding="utf-8") == text


def test_the_extensions_page_says_what_a_dataset_has() -> None:
    """Dimensions, units, masks and variances of the page are those of an opened file."""
    dataset = open_maps("8001-1901", sas=example_survey())
    text = (ROOT / "docs" / "reference" / "extensions.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").replace("`", "") for line in text.splitlines() if line[:3] == "| `"]
    said = {}
    for row in rows:
        name, _, dims, units, ivar, mask, _, _, layouts = (c.strip() for c in row.split("|"))
        if "DR17" in layouts:
            said[name.lower()] = (dims, units, ivar.lower(), mask.lower())
    has = {
        str(name): (
            ", ".join(map(str, variable.dims)),
            *(variable.attrs.get(key, "") for key in ("units", "ivar", "mask")),
        )
        for name, variable in dataset.data_vars.items()
    }
    assert said == has


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    """Every relative link names a file that exists, and a heading in it if it names one."""
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_in_a_table_of_contents() -> None:
    """No page of the documentation is without a way to it."""
    listed = {ROOT / "docs" / "index.md"}
    for page in PAGES:
        for tree in TOCTREE.findall(page.read_text(encoding="utf-8")):
            names = [line for line in tree.splitlines() if line and not line.startswith(":")]
            listed |= {page.parent / f"{name.split('<')[-1].rstrip('>')}.md" for name in names}
    written = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert {name_of(page) for page in written - listed} == set()
    assert {str(page) for page in listed if not page.exists()} == set()


def test_commands_and_options_exist() -> None:
    """Every command line of mangaxr that a page shows without running it can be parsed."""
    lines = [
        line.removeprefix("$ ")
        for page in PAGES
        for block in BASH.findall(page.read_text(encoding="utf-8"))
        for line in block.replace("\\\n", " ").splitlines()
    ]
    # What the shell would do with the output is not the command's.
    lines = [line.partition(" > ")[0] for line in lines if "mangaxr " in line]
    commands = [shlex.split(line, comments=True)[1:] for line in lines]
    assert commands
    for name, *arguments in commands:
        context = click.Context(_mangaxr)
        command = _mangaxr.get_command(context, name)
        assert command is not None, name
        command.make_context(name, arguments, parent=context)


def test_make_targets_exist() -> None:
    """Every `make TARGET` of a page is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"`make ([a-z-]+)`", page.read_text(encoding="utf-8"))
    }
    assert named
    assert named - targets == set()


def test_citation_and_changelog_are_of_this_version() -> None:
    """CITATION.cff and CHANGELOG.md name the version that the package has."""
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
    assert re.search(rf"^## {re.escape(__version__)}\b", changelog, re.MULTILINE)
