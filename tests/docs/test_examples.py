"""What the pages show is what comes out: their examples and commands are run."""

from __future__ import annotations

import doctest
import io
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from mangaxr.cli import main
from mangaxr.synthetic import example_store, example_survey

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if not {"_build", "api"} & set(page.relative_to(ROOT).parts)
    ),
]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRESS = re.compile(r"[\w ]+: \d+/\d+")
VARIABLE = (
    (re.compile(r"\d+(\.\d+)? s\b"), "T s"),  # how long something took
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:+]+"), "DATE"),
    (re.compile(r"size_mb +[\d.]+"), "SIZE"),  # on disk; depends on the libraries' versions
)
"""What differs from run to run; everything else must be as the page says."""


class Checker(doctest.OutputChecker):
    """Compares output, times and dates aside."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        for pattern, word in VARIABLE:
            want, got = pattern.sub(word, want), pattern.sub(word, got)
        return super().check_output(want, got, optionflags)


def run(command: str) -> None:
    """Run a command line of mangaxr; print what a terminal would show, but for progress."""
    stderr = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(stderr):
        patch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit):
            main()
    for line in stderr.getvalue().splitlines():
        if not PROGRESS.match(line):
            sys.stdout.write(line + "\n")


def page_script(text: str) -> str:
    """Turn a page into one doctest: its fenced examples, each on the line it has there.

    Blocks marked ``python`` hold doctests, those marked ``console`` commands after ``$`` and
    what they print.
    """
    lines = [""] * (text.count("\n") + 1)
    for block in FENCE.finditer(text):
        start = text.count("\n", 0, block.start(2))
        body = block[2].splitlines()
        if block[1] == "console":
            body = [_console_line(line) for line in body]
        elif block[1] != "python":
            continue
        lines[start : start + len(body)] = body
    return "\n".join(lines) + "\n"


def _console_line(line: str) -> str:
    if line.startswith("$ "):
        return f">>> run({line[2:]!r})"
    return line or "<BLANKLINE>"


def blocks(kind: str) -> Iterator[tuple[Path, str]]:
    """Yield the fenced blocks of a kind, with their pages."""
    for page in PAGES:
        for block in FENCE.finditer(page.read_text(encoding="utf-8")):
            if block[1] == kind:
                yield page, block[2]


def name_of(page: Path) -> str:
    """Name a page by its path below the root."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_examples_print_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example of a page, run in order, prints what stands below it."""
    text = page.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(
        page_script(text), {"run": run}, name_of(page), str(page), 0
    )
    monkeypatch.chdir(tmp_path)
    # Pages take for granted what `mangaxr demo` writes: it has these galaxies among others.
    Path("mangaxr-demo").mkdir()
    Path("mangaxr-demo", "sas").symlink_to(example_survey())
    Path("mangaxr-demo", "tensors.zarr").symlink_to(example_store())
    failures: list[str] = []
    runner = doctest.DocTestRunner(
        Checker(), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    results = runner.run(test, out=failures.append)
    assert results.failed == 0, "".join(failures)


def test_there_are_examples() -> None:
    """The collector finds examples in the README, the tutorial and both specifications."""
    pages = {name_of(page) for page, text in blocks("python") if ">>> " in text}
    expected = {
        "README.md",
        "docs/tutorial/first-store.md",
        "docs/spec/maps-1.0.md",
        "docs/spec/store-1.0.md",
    }
    assert expected <= pages


def test_python_blocks_are_doctests() -> None:
    """No block of Python goes unrun because it is not a doctest."""
    unrun = [name_of(page) for page, text in blocks("python") if not text.startswith(">>> ")]
    assert unrun == []


def test_console_blocks_hold_commands_of_mangaxr() -> None:
    """Blocks that show output run mangaxr alone; other programs stand in ``bash`` blocks."""
    commands = [
        line for _, text in blocks("console") for line in text.splitlines() if line[:2] == "$ "
    ]
    assert commands
    assert [line for line in commands if not line.startswith("$ mangaxr ")] == []
