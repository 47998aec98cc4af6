"""The short form of the fuzzing run, and proof that it finds what it is to find."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from support import bad_readers
from torture.fuzz import main
from torture.fuzzing import workers
from torture.fuzzing.figures import Figures
from torture.fuzzing.judge import inflate
from torture.fuzzing.kinds import KINDS, Case, make_case, sound_case
from torture.fuzzing.reading import Finding, read_case
from torture.fuzzing.sound import Sound, packed, sound_file
from torture.fuzzing.ways import WAYS, Seen, Way

FILES = 150
SMALL = ("disk", "disk without sums", "ten extensions")
ROOT = Path(__file__).parents[1]


def reading(read: Callable[[Path], Seen], *, whole: bool = True, verify: bool = False) -> Way:
    """Make a way to read of a reader."""
    return Way(read, whole=whole, verify=verify)


def damaged(case: Case) -> Case:
    """Return the case with its last byte, one of gzip's, changed."""
    content = case.content[:-1] + bytes([case.content[-1] ^ 1])
    return replace(case, content=content)


def cut(case: Case) -> Case:
    """Return the case without its last HDU, compressed anew: a sound file of less."""
    plain = case.sound.plain[: case.sound.plain.rindex(b"XTENSION")]
    return replace(case, content=packed(Sound("less", case.sound.stem, plain)))


def test_damaged_files_bring_no_surprise(tmp_path: Path) -> None:
    """A few hundred of fixed seeds, of small files: `make torture` reads thousands, of all."""
    figures = Figures()
    for number in range(FILES):
        figures.add(read_case(make_case(11, number, SMALL), tmp_path, WAYS))
    assert figures.findings == []
    assert len(figures.digests) + figures.repeated == FILES
    outcomes = {outcome for counts in figures.counts.values() for outcome in counts}
    assert {"refused", "as sound", "as stated"} < outcomes


def test_the_program_counts_files_and_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Files are read in a child process until as many distinct ones are done as were asked for."""
    assert main(["--files", "12", "--seed", "3", "--jobs", "1"]) == 0
    printed = capsys.readouterr().out
    assert "12 distinct files" in printed
    assert "| all | 12 |" in printed


def test_a_seed_and_a_number_make_one_file() -> None:
    """What a finding names can be made again; other numbers make other files."""
    assert make_case(5, 17, SMALL).digest == make_case(5, 17, SMALL).digest
    digests = {make_case(seed, number, SMALL).digest for seed in (5, 6) for number in range(40)}
    assert len(digests) >= 75  # a few mutations change nothing, or the same


def test_every_kind_makes_a_file() -> None:
    """The table holds no kind that fails or that is never taken."""
    assert all(kind.weight > 0 for kind in KINDS.values())
    for name, kind in KINDS.items():
        assert kind.make(Random(name), sound_file("disk without sums")), name


FAULTS: dict[str, tuple[Callable[[Path], Seen], Callable[[Case], Case], str]] = {
    "memory": (bad_readers.swell, damaged, "allocated"),
    "memory, refused and hidden": (bad_readers.swell_unseen, damaged, "far more memory"),
    "another error": (bad_readers.other, damaged, "foreign error IndexError"),
    "an error that names nothing": (bad_readers.nameless, damaged, "without the file's name"),
    "an error of two lines": (bad_readers.wordy, damaged, "more than a line"),
    "a warning": (bad_readers.warn, cut, "warned: UserWarning"),
    "damage that is not seen": (bad_readers.quiet, damaged, "damaged or endless"),
    "other values": (bad_readers.wrong, cut, "other values than astropy in STELLAR_VEL"),
    "less than there is": (bad_readers.less, cut, "other extensions than astropy"),
}
"""What is wrong -> a reader with that fault, what it is to read, and what is said of it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_reader_is_found(fault: str, tmp_path: Path) -> None:
    """A run that could not fail would prove nothing."""
    read, make, said = FAULTS[fault]
    ways = {"bad": reading(read), "good": WAYS["load_maps_file"]}
    case = replace(make(sound_case()), number=0)  # of number 0, memory is accounted for
    report = read_case(case, tmp_path, ways)
    assert [said in finding.what for finding in report.findings] == [True]
    assert {finding.way for finding in report.findings} == {"bad"}


def test_a_checksum_that_is_not_verified_is_found(tmp_path: Path) -> None:
    """A way that claims to verify, and does not, is told from one that does."""
    case = sound_case()
    plain = bytearray(case.sound.plain)
    plain[-1] ^= 1
    case = replace(case, content=packed(Sound("flipped", case.sound.stem, bytes(plain))))
    ways = {
        "bad": replace(WAYS["load_maps_file"], verify=True),
        "good": WAYS["the whole file, verified"],
    }
    (finding,) = read_case(case, tmp_path, ways).findings
    assert (finding.way, "does not match its checksums" in finding.what) == ("bad", True)


@pytest.mark.parametrize(
    ("read", "said", "files"),
    [(bad_readers.crash, "process died", 2), (bad_readers.hang, "hung", 1)],
)
def test_a_child_that_dies_or_hangs_is_a_finding_and_replaced(
    read: Callable[[Path], Seen], said: str, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of the file is reported, and the next one is read."""
    monkeypatch.setattr(workers, "HANG_SECONDS", 0.3)
    ways = {"bad": reading(read)}
    found = list(workers.read_cases(3, range(files), jobs=1, ways=ways, warm=False))
    assert [one.number for one in found] == list(range(files))
    assert all(isinstance(one, Finding) and said in one.what for one in found)


def test_inflating_agrees_with_what_was_compressed() -> None:
    """The judge's own inflater knows whole, damaged, cut and joined streams."""
    whole = sound_case()
    plain = whole.sound.plain
    assert inflate(whole.content, limit=len(plain)).content == plain
    assert inflate(whole.content * 3 + bytes(9), limit=1 << 30).content == plain * 3
    assert inflate(whole.content, limit=len(plain) - 1).cut
    assert not inflate(damaged(whole).content, limit=1 << 30).proven
    assert not inflate(whole.content[:-1], limit=1 << 30).proven
    assert inflate(plain, limit=1 << 30).content == plain


def test_the_programs_are_found_by_name() -> None:
    """The command line runs one of them, and names those there are for any other."""
    run = [sys.executable, str(ROOT / "torture")]
    wrong = subprocess.run([*run, "knit"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, "use one of fuzz" in wrong.stderr) == (2, True)
    help_ = subprocess.run([*run, "fuzz", "--help"], capture_output=True, text=True, check=True)
    assert "--files" in help_.stdout
