"""Downloading from an archive that misbehaves: complete and verified, or reported failed."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from misbehaving_archive import IMPATIENT, ArchiveServer, fits_gz, maps_path

import mangaxr
from mangaxr.errors import (
    BadPlateIFUError,
    DownloadError,
    MangaxrError,
    MissingFileError,
    UnknownNameError,
)
from mangaxr.plateifu import PlateIFU
from mangaxr.samples.named import load_sample
from mangaxr.sas.download import download
from mangaxr.sas.records import DownloadProgress, DownloadRecord

GALAXY = "8138-12704"
CONTENT = fits_gz(1)


def fetch(
    archive: ArchiveServer, sas: Path, items: Any = GALAXY, **how: Any
) -> list[DownloadRecord]:
    """Download from the archive, without much patience."""
    how = {"base_urls": archive.url, "patience": IMPATIENT, **how}
    return download(items, sas=sas, **how)


def place(sas: Path, galaxy: str = GALAXY) -> Path:
    """Return where a galaxy's file belongs."""
    return sas / maps_path(galaxy).lstrip("/")


def litter(sas: Path) -> list[str]:
    """Return the unfinished files that lie about."""
    return sorted(path.name for path in sas.rglob("*.part*"))


def ranges(archive: ArchiveServer, galaxy: str = GALAXY) -> list[str]:
    """Return the ranges asked for, one per request for the file."""
    return [h.get("Range", "") for p, h in archive.served.requests if p == maps_path(galaxy)]


def test_a_file_is_downloaded_and_recorded(archive: ArchiveServer, tmp_path: Path) -> None:
    """The file is where other tools look for it, and the record tells the truth about it."""
    archive.add(GALAXY, CONTENT)
    (record,) = fetch(archive, tmp_path)
    assert place(tmp_path).read_bytes() == CONTENT
    assert (record.status, record.galaxy, record.what) == ("downloaded", GALAXY, "maps")
    assert record.path == place(tmp_path)
    assert record.url == archive.url + maps_path(GALAXY)
    assert record.size == record.received == len(CONTENT)
    assert record.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert litter(tmp_path) == []


def test_the_server_is_told_who_asks(archive: ArchiveServer, tmp_path: Path) -> None:
    """The User-Agent names mangaxr, and no encoding is asked for."""
    archive.add(GALAXY, CONTENT)
    fetch(archive, tmp_path)
    path, headers = archive.served.requests[0]
    assert path == maps_path(GALAXY)
    assert headers["User-Agent"].startswith("mangaxr/")
    assert headers["Accept-Encoding"] == "identity"


def test_a_second_time_nothing_is_asked(archive: ArchiveServer, tmp_path: Path) -> None:
    """What is here is not fetched, nor asked for."""
    archive.add(GALAXY, CONTENT)
    fetch(archive, tmp_path)
    before = len(archive.served.requests)
    (record,) = fetch(archive, tmp_path)
    assert (record.status, record.received) == ("present", 0)
    assert record.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert len(archive.served.requests) == before


RECOVERS: dict[str, Sequence[str]] = {
    "drops": ["drop"],
    "drops often": ["drop", "drop", "drop", "drop", "drop"],
    "hangs up": ["hang_up", "hang_up"],
    "stalls": ["stall"],
    "says it is shorter": ["truncated"],
    "ignores the range": ["drop", "no_range"],
    "sends another range": ["drop", "wrong_range"],
    "mislabels the range": ["drop", "lying_range"],
    "has nothing left": ["drop", "unsatisfied"],
    "fails": ["error", "error"],
    "is busy": ["busy"],
    "trickles": ["trickle"],
    "trickles the rest": ["drop", "trickle"],
    "shows a page": ["html"],
    "shows a page as a file": ["html_as_fits"],
    "flips a byte": ["flipped"],
    "flips a byte of the rest": ["drop", "flipped"],
    "knows no length": ["plain_http"],
    "has a weak validator": ["weak"],
    "has a date": ["dated"],
    "says it is encoded": ["encoded"],
    "has moved it": ["moved"],
    "sends a part unasked": ["wrong_range"],
}


@pytest.mark.parametrize("how", RECOVERS)
def test_a_fault_is_got_over(archive: ArchiveServer, tmp_path: Path, how: str) -> None:
    """Whatever happened on the way, the file that is kept is the archive's."""
    archive.add(GALAXY, CONTENT, *RECOVERS[how])
    (record,) = fetch(archive, tmp_path)
    assert record.status == "downloaded", record.reason
    assert place(tmp_path).read_bytes() == CONTENT
    assert litter(tmp_path) == []


@pytest.mark.parametrize(
    "how", [how for how in RECOVERS if "flip" not in how and "short" not in how]
)
def test_a_fault_is_noticed_without_looking_inside(
    archive: ArchiveServer, tmp_path: Path, how: str
) -> None:
    """What HTTP itself lets one notice does not need the file's own checksums."""
    archive.add(GALAXY, CONTENT, *RECOVERS[how])
    (record,) = fetch(archive, tmp_path, verify="size")
    assert record.status == "downloaded", record.reason
    assert place(tmp_path).read_bytes() == CONTENT


def test_a_file_swapped_for_one_of_the_same_size_is_not_mixed(
    archive: ArchiveServer, tmp_path: Path
) -> None:
    """The ETag of the rest is compared, for servers that do not look at If-Range."""
    archive.add(GALAXY, CONTENT, "swap")
    fetch(archive, tmp_path, verify="size")
    new = archive.files[maps_path(GALAXY)]
    assert new != CONTENT
    assert place(tmp_path).read_bytes() == new


def test_an_encoding_that_is_the_file_s_own_is_left_alone(
    archive: ArchiveServer, tmp_path: Path
) -> None:
    """Servers say `Content-Encoding: x-gzip` of .gz files: what comes is stored as it is."""
    archive.add(GALAXY, CONTENT, "encoded")
    fetch(archive, tmp_path)
    assert len(ranges(archive)) == 1


FAILS: dict[str, tuple[Sequence[str], str]] = {
    "missing": (["gone"], "the server has no such file (404)"),
    "forbidden": (["forbidden"], "answers 403"),
    "always fails": (["error"] * 9, "answers 500 Internal Server Error (3 times)"),
    "always a page": (["html"] * 9, "a web page"),
    "always damaged": (["flipped"] * 9, "what arrives is damaged"),
    "always too short": (["truncated"] * 9, "what arrives is damaged"),
    "asks to wait long": (["busy_for_long"], "asks to come back in 3600 s"),
    "always hangs up": (["hang_up"] * 9, "(3 times)"),
}


@pytest.mark.parametrize("how", FAILS)
def test_what_cannot_be_had_is_reported(archive: ArchiveServer, tmp_path: Path, how: str) -> None:
    """The record has the reason, and there is no file of the final name."""
    faults, words = FAILS[how]
    archive.add(GALAXY, CONTENT, *faults)
    (record,) = fetch(archive, tmp_path)
    assert record.status == "failed"
    assert not record.ok
    assert words in record.reason
    assert "\n" not in record.reason
    assert not place(tmp_path).exists()


def test_a_server_that_is_not_there(archive: ArchiveServer, tmp_path: Path) -> None:
    """No connection is a reason like any other."""
    archive.close()
    (record,) = fetch(archive, tmp_path)
    assert (record.status, place(tmp_path).exists()) == ("failed", False)
    assert "no connection" in record.reason


def test_the_rest_alone_is_asked_for(archive: ArchiveServer, tmp_path: Path) -> None:
    """After a dropped connection the next request continues; no byte comes twice."""
    archive.add(GALAXY, CONTENT, "drop", "drop")
    (record,) = fetch(archive, tmp_path)
    half = len(CONTENT) // 2
    quarters = half + (len(CONTENT) - half) // 2
    assert ranges(archive) == ["", f"bytes={half}-", f"bytes={quarters}-"]
    assert archive.served.body == record.received == len(CONTENT)
    assert all("If-Range" in h for _, h in archive.served.requests if "Range" in h)


def test_a_later_run_goes_on(archive: ArchiveServer, tmp_path: Path) -> None:
    """What an earlier, failed run received is used by the next."""
    archive.add(GALAXY, CONTENT, "drop", *["error"] * 3)
    assert fetch(archive, tmp_path)[0].status == "failed"
    assert litter(tmp_path) != []
    (record,) = fetch(archive, tmp_path)
    assert record.status == "downloaded"
    assert record.received == len(CONTENT) - len(CONTENT) // 2
    assert place(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("fault", ["change", "change_quietly"])
def test_a_file_that_changes_is_never_mixed(
    archive: ArchiveServer, tmp_path: Path, fault: str
) -> None:
    """The half of the old file is thrown away, also with a server blind to If-Range."""
    archive.add(GALAXY, CONTENT, fault)
    (record,) = fetch(archive, tmp_path)
    new = archive.files[maps_path(GALAXY)]
    assert new != CONTENT
    assert place(tmp_path).read_bytes() == new
    assert record.sha256 == hashlib.sha256(new).hexdigest()


def test_a_weak_validator_continues_nothing(archive: ArchiveServer, tmp_path: Path) -> None:
    """A weak ETag does not promise the same bytes, so the whole file is asked for again."""
    archive.add(GALAXY, CONTENT, "weak")
    fetch(archive, tmp_path)
    assert ranges(archive) == ["", ""]


def test_a_date_continues(archive: ArchiveServer, tmp_path: Path) -> None:
    """Last-Modified serves where there is no ETag, if it is long past."""
    archive.add(GALAXY, CONTENT, "dated")
    fetch(archive, tmp_path)
    assert ranges(archive)[1] == f"bytes={len(CONTENT) // 2}-"


def test_retry_after_is_waited_for(archive: ArchiveServer, tmp_path: Path) -> None:
    """After 429 with Retry-After: 1 no request comes within the second, from any thread."""
    archive.add(GALAXY, CONTENT, "busy")
    archive.add("8138-12705", fits_gz(2))
    times: list[float] = []
    listen = archive.served.requests
    began = time.monotonic()
    fetch(archive, tmp_path, [GALAXY], jobs=1)
    times.append(time.monotonic() - began)
    assert len(listen) >= 2
    assert times[0] >= 1.0


def test_a_mirror_is_tried_next(archive: ArchiveServer, tmp_path: Path) -> None:
    """What the first server has not, or not soundly, comes from the second."""
    mirror = ArchiveServer()
    try:
        archive.add(GALAXY, CONTENT, *["flipped"] * 9)
        mirror.add(GALAXY, CONTENT)
        mirror.add("8138-12705", CONTENT)
        items = [GALAXY, "8138-12705"]
        records = fetch(archive, tmp_path, items, base_urls=[f"{archive.url}/", mirror.url])
        assert [record.status for record in records] == ["downloaded"] * 2
        assert all(record.url.startswith(mirror.url) for record in records)
    finally:
        mirror.close()


def test_every_server_s_reason_is_told(archive: ArchiveServer, tmp_path: Path) -> None:
    """Where none delivers, each has its reason."""
    mirror = ArchiveServer()
    try:
        archive.add(GALAXY, CONTENT, "forbidden")
        (record,) = fetch(archive, tmp_path, base_urls=[archive.url, mirror.url])
        assert "403" in record.reason
        assert "404" in record.reason
    finally:
        mirror.close()


def test_a_server_that_asks_for_an_hour_is_left_alone(
    archive: ArchiveServer, tmp_path: Path
) -> None:
    """It is told once, and none of the other files is asked for."""
    names = [f"8138-{ifu}" for ifu in (12701, 12702, 12703, 12704)]
    for name in names:
        archive.add(name, CONTENT, "busy_for_long")
    records = fetch(archive, tmp_path, names, jobs=1)
    assert [record.status for record in records] == ["failed"] * 4
    assert all("asks to come back in 3600 s" in record.reason for record in records)
    assert len(archive.served.requests) == 1


def test_a_server_out_of_reach_costs_no_wait_for_each_file(tmp_path: Path) -> None:
    """After three files in a row the rest goes to the mirror at once, or fails at once."""
    closed, mirror = ArchiveServer(), ArchiveServer()
    closed.close()
    names = [f"8138-{ifu}" for ifu in (12701, 12702, 12703, 12704, 12705)]
    try:
        for name in names:
            mirror.add(name, CONTENT)
        records = fetch(closed, tmp_path, names, jobs=1, base_urls=[closed.url, mirror.url])
        assert [record.status for record in records] == ["downloaded"] * 5
        records = fetch(closed, tmp_path / "alone", names, jobs=1)
    finally:
        mirror.close()
    words = ["no connection to the server (3 times)"] * 3 + ["could not be reached"] * 2
    assert all(word in record.reason for word, record in zip(words, records, strict=True))


_SLOW = {"stall", "busy", "trickle"}  # which take a second each, and are tested by themselves
_FAULTS = sorted({fault for faults in RECOVERS.values() for fault in faults} - _SLOW)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(
        st.sampled_from([*_FAULTS, "gone", "change", "change_quietly", "blind"]), max_size=6
    )
)
def test_any_run_of_faults(
    archive: ArchiveServer, tmp_path_factory: pytest.TempPathFactory, faults: list[str]
) -> None:
    """The final file is the archive's, to the byte, or there is none and the record says so."""
    sas = tmp_path_factory.mktemp("sas")
    small = fits_gz(3, kilobytes=8)
    archive.add(GALAXY, small, *faults)
    (record,) = fetch(archive, sas)
    if record.status == "downloaded":
        assert place(sas).read_bytes() == archive.files[maps_path(GALAXY)]
        assert litter(sas) == []
    else:
        assert record.status == "failed"
        assert record.reason
        assert not place(sas).exists()


def test_few_connections(archive: ArchiveServer, tmp_path: Path) -> None:
    """Never more requests at a time than jobs."""
    names = [f"8138-{ifu}" for ifu in (12701, 12702, 12703, 12704, 12705, 9101, 9102)]
    archive.pause = 0.005
    for k, name in enumerate(names):
        archive.add(name, fits_gz(k))
    records = fetch(archive, tmp_path, names, jobs=2)
    assert [record.status for record in records] == ["downloaded"] * len(names)
    assert [record.galaxy for record in records] == names
    assert archive.served.most_at_a_time == 2


def test_progress_adds_up(archive: ArchiveServer, tmp_path: Path) -> None:
    """The last word is all files, those failed, and every byte."""
    archive.add(GALAXY, CONTENT)
    told: list[DownloadProgress] = []
    fetch(archive, tmp_path, [GALAXY, "8138-12705"], progress=told.append)
    assert told[-1] == DownloadProgress(2, 1, 2, len(CONTENT))
    assert [p.received for p in told] == sorted(p.received for p in told)


def test_two_at_once_bring_one(archive: ArchiveServer, tmp_path: Path) -> None:
    """Two programs that want the same file do not write into each other's."""
    archive.pause = 0.02
    archive.add(GALAXY, CONTENT)
    found: list[DownloadRecord] = []
    threads = [
        threading.Thread(target=lambda: found.extend(fetch(archive, tmp_path))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(record.status for record in found) == ["downloaded", "present", "present"]
    assert place(tmp_path).read_bytes() == CONTENT
    assert archive.served.body == len(CONTENT)
    assert litter(tmp_path) == []


# -- what is here already ---------------------------------------------------------------


def test_a_file_of_another_tool_is_found(archive: ArchiveServer, tmp_path: Path) -> None:
    """A sound file needs no request; it is looked at once, and then trusted."""
    place(tmp_path).parent.mkdir(parents=True)
    place(tmp_path).write_bytes(CONTENT)
    assert fetch(archive, tmp_path)[0].status == "present"
    assert archive.served.requests == []


def test_an_unpacked_file_is_found(archive: ArchiveServer, tmp_path: Path) -> None:
    """A .fits beside where the .fits.gz would be is as good."""
    place(tmp_path).parent.mkdir(parents=True)
    place(tmp_path).with_suffix("").write_bytes(gzip.decompress(CONTENT))
    (record,) = fetch(archive, tmp_path)
    assert (record.status, record.path) == ("present", place(tmp_path).with_suffix(""))


def test_a_damaged_file_is_replaced(archive: ArchiveServer, tmp_path: Path) -> None:
    """A truncated file of another tool is noticed, and fetched anew."""
    archive.add(GALAXY, CONTENT)
    place(tmp_path).parent.mkdir(parents=True)
    place(tmp_path).write_bytes(CONTENT[:-100])
    (record,) = fetch(archive, tmp_path)
    assert record.status == "downloaded"
    assert "replaced" in record.reason
    assert place(tmp_path).read_bytes() == CONTENT


def test_a_damaged_file_stays_until_there_is_a_better_one(
    archive: ArchiveServer, tmp_path: Path
) -> None:
    """Where no better one can be had, nothing is taken away."""
    place(tmp_path).parent.mkdir(parents=True)
    place(tmp_path).write_bytes(CONTENT[:-100])
    assert fetch(archive, tmp_path)[0].status == "failed"
    assert place(tmp_path).read_bytes() == CONTENT[:-100]


def test_a_file_changed_behind_our_back_is_looked_at_again(
    archive: ArchiveServer, tmp_path: Path
) -> None:
    """The manifest vouches only for the file it was written about."""
    archive.add(GALAXY, CONTENT)
    fetch(archive, tmp_path)
    bad = bytearray(CONTENT)
    bad[len(bad) // 2] ^= 1
    place(tmp_path).write_bytes(bytes(bad))
    assert fetch(archive, tmp_path)[0].status == "downloaded"
    assert place(tmp_path).read_bytes() == CONTENT


def test_more_thorough_means_looking_again(archive: ArchiveServer, tmp_path: Path) -> None:
    """A file that was verified by size is inflated when that is asked for later."""
    bad = bytearray(CONTENT)
    bad[len(bad) // 2] ^= 1
    archive.add(GALAXY, bytes(bad))
    assert fetch(archive, tmp_path, verify="size")[0].status == "downloaded"
    assert fetch(archive, tmp_path, verify="size")[0].status == "present"
    archive.add(GALAXY, CONTENT)
    assert fetch(archive, tmp_path, verify="gzip")[0].status == "downloaded"
    assert place(tmp_path).read_bytes() == CONTENT


def test_fits_checksums_are_compared(archive: ArchiveServer, tmp_path: Path) -> None:
    """A byte that was wrong before the file was compressed is seen by level fits alone."""
    inflated = bytearray(gzip.decompress(CONTENT))
    inflated[-40000] ^= 1
    archive.add(GALAXY, gzip.compress(bytes(inflated), 1))
    assert fetch(archive, tmp_path, verify="fits")[0].status == "failed"
    assert fetch(archive, tmp_path, verify="gzip")[0].status == "downloaded"


def test_a_tree_that_may_only_be_read(
    archive: ArchiveServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no manifest can be written, a file that is here is present all the same."""
    place(tmp_path).parent.mkdir(parents=True)
    place(tmp_path).write_bytes(CONTENT)
    (tmp_path / ".mangaxr").write_text("in the way of the folder")
    archive.add("8138-12705", CONTENT)
    records = fetch(archive, tmp_path, [GALAXY, "8138-12705"])
    assert [record.status for record in records] == ["present", "downloaded"]
    assert [message.count("cannot be written") for message in caplog.messages] == [1]


# -- what is asked for ------------------------------------------------------------------


def test_the_dap_failed(archive: ArchiveServer, tmp_path: Path) -> None:
    """A galaxy known to have no analysis is answered without a request, its cube is not."""
    (record,) = fetch(archive, tmp_path, "8312-6101")
    assert record.status == "missing"
    assert "DAP analysis failed" in record.reason
    assert archive.served.requests == []
    assert fetch(archive, tmp_path, "8312-6101", what="cube", dry_run=True)[0].status == "planned"


def test_one_daptype_of_a_galaxy_that_failed(archive: ArchiveServer, tmp_path: Path) -> None:
    """Two galaxies have the unbinned analysis alone."""
    (record,) = fetch(archive, tmp_path, "8158-3703", dry_run=True)
    assert "there is SPX-MILESHC-MASTARSSP" in record.reason
    how = {"daptype": "SPX-MILESHC-MASTARSSP", "dry_run": True}
    assert fetch(archive, tmp_path, "8158-3703", **how)[0].status == "planned"


def test_a_dry_run_asks_nobody(archive: ArchiveServer, tmp_path: Path) -> None:
    """It says what is here, and leaves nothing behind."""
    (record,) = fetch(archive, tmp_path, dry_run=True)
    assert record.status == "planned"
    assert archive.served.requests == []
    assert list(tmp_path.iterdir()) == []


def test_samples_kinds_and_repeated_items(archive: ArchiveServer, tmp_path: Path) -> None:
    """Each file once, catalogs once for all galaxies, samples in their order."""
    items = ["@lens-sources", PlateIFU.parse(GALAXY), GALAXY]
    kinds = ("maps", "cube", "drpall", "maps")
    records = fetch(archive, tmp_path, items, what=kinds, dry_run=True)
    sample = [str(galaxy.plateifu) for galaxy in load_sample("lens-sources")]
    assert [r.galaxy for r in records if r.what == "maps"] == [*sample, GALAXY]
    assert [r.what for r in records] == ["maps"] * 6 + ["cube"] * 6 + ["drpall"]
    assert len({record.path for record in records}) == len(records)


@pytest.mark.parametrize(
    ("items", "how", "error", "words"),
    [
        ("8138", {}, BadPlateIFUError, "8138"),
        ((8138, 12704), {}, BadPlateIFUError, "8138 does not name a galaxy"),
        ("@nothing", {}, UnknownNameError, "no sample"),
        ((), {}, DownloadError, "nothing to download"),
        (GALAXY, {"what": "spectra"}, UnknownNameError, "no kind of file"),
        (GALAXY, {"verify": "twice"}, UnknownNameError, "size, gzip, fits"),
        (GALAXY, {"jobs": 0}, DownloadError, "at least 1"),
        (GALAXY, {"base_urls": "ftp://x"}, DownloadError, "not a base URL"),
        (GALAXY, {"base_urls": "https://"}, DownloadError, "not a base URL"),
        (GALAXY, {"base_urls": "http://[x"}, DownloadError, "not a base URL"),
        (GALAXY, {"base_urls": "http://x/?sas="}, DownloadError, "not a base URL"),
        (GALAXY, {"base_urls": ()}, DownloadError, "no base URL"),
        (GALAXY, {"release": "DR99"}, UnknownNameError, "DR99"),
    ],
)
def test_what_cannot_be_asked_for(
    archive: ArchiveServer,
    tmp_path: Path,
    items: Any,
    how: dict[str, Any],
    error: type[MangaxrError],
    words: str,
) -> None:
    """A mistake is an error before anything is asked of a server."""
    with pytest.raises(error, match=words):
        fetch(archive, tmp_path, items, **how)
    assert archive.served.requests == []


def test_a_folder_that_cannot_be_written(archive: ArchiveServer, tmp_path: Path) -> None:
    """A file where a folder should be is the reason of that record."""
    (tmp_path / "dr17").write_text("in the way")
    archive.add(GALAXY, CONTENT)
    (record,) = fetch(archive, tmp_path)
    assert record.status == "failed"
    assert "dr17" in record.reason


def test_opening_a_galaxy_downloads_it(
    archive: ArchiveServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`open_maps(..., download=True)` opens what it fetched, and says why it could not."""
    survey = Path(mangaxr.synthetic.example_survey())
    galaxy = "8001-1901"
    archive.add(galaxy, place(survey, galaxy).read_bytes())
    monkeypatch.setitem(download.__kwdefaults__, "base_urls", (archive.url,))
    with pytest.raises(MissingFileError):
        mangaxr.open_maps(galaxy, sas=tmp_path)
    opened = mangaxr.open_maps(galaxy, sas=tmp_path, download=True)
    assert opened.attrs["plateifu"] == galaxy
    with pytest.raises(DownloadError, match=r"8001-1902: no MAPS file: .*404"):
        mangaxr.open_maps("8001-1902", sas=tmp_path, download=True)
