"""Answers that no web library would send, byte by byte over a socket."""

from __future__ import annotations

import gc
import gzip
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving_archive import fits_gz, maps_path

from mangaxr.sas.download import download
from mangaxr.sas.records import DownloadRecord, Level
from mangaxr.sas.retry import Patience

GALAXY = "8138-12704"
OLD = fits_gz(1, kilobytes=16)
NEW = OLD[:64] + OLD[:63:-1]  # of the same size
HALF = len(OLD) // 2
ETAG = 'ETag: "1"\r\n'
BEFORE = "Date: Thu, 01 Jul 2021 00:00:00 GMT\r\n"
DATES = {OLD: "Wed, 01 Jul 2020 00:00:00 GMT", NEW: "Thu, 02 Jul 2020 00:00:00 GMT"}
QUICK = Patience(attempts=4, connect=2.0, read=0.5, first_wait=0.001, longest_wait=0.01)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: how many came before, the first byte it wants, and of which version."""

    number: int
    start: int
    version: str


Answer = Callable[[Asked], bytes]
"""From a request to all that is sent."""


def say(fields: str, body: bytes = b"", status: str = "200 OK") -> bytes:
    """Put an answer together."""
    return f"HTTP/1.1 {status}\r\n{fields}Connection: close\r\n\r\n".encode("latin-1") + body


def whole(fields: str = ETAG, content: bytes = OLD, *, upto: int | None = None) -> bytes:
    """Answer with a file, of which not all may come."""
    return say(f"{fields}Content-Length: {len(content)}\r\n", content[:upto])


def rest(
    start: int, end: int, fields: str = ETAG, content: bytes = OLD, *, upto: int | None = None
) -> bytes:
    """Answer with a part of a file, of which not all may come."""
    part = content[start:end]
    fields += f"Content-Range: bytes {start}-{end - 1}/{len(content)}\r\n"
    return say(f"{fields}Content-Length: {len(part)}\r\n", part[:upto], "206 Partial Content")


def _always(sent: bytes) -> Answer:
    return lambda _asked: sent


class Socket:
    """Sends what it is told to whoever asks for the galaxy."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests = self.body = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                head = b"".join(iter(lines.readline, b"\r\n")).decode("latin-1")
                fields = dict(re.findall(r"(?m)^(\S+): (.*)\r$", head))
                start = int(fields.get("Range", "bytes=0-")[6:-1])
                sent = say("Content-Length: 0\r\n", status="404 Not Found")
                if maps_path(GALAXY) in head.partition("\n")[0]:
                    sent = self.answer(Asked(self.requests, start, fields.get("If-Range", "")))
                    self.requests += 1
                    self.body += len(sent.partition(b"\r\n\r\n")[2])
                try:
                    connection.sendall(sent)
                except OSError:
                    continue


@contextmanager
def serving(answer: Answer) -> Iterator[Socket]:
    """Serve for a while."""
    server = Socket(answer)
    try:
        yield server
    finally:
        # Closing alone would not wake the thread that waits for the next caller.
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()


def fetch(server: Socket, sas: Path, verify: Level = "size") -> tuple[DownloadRecord, bytes | None]:
    """Download at the weakest level, and return the record and what is kept."""
    (record,) = download(GALAXY, sas=sas, base_urls=server.url, patience=QUICK, verify=verify)
    final = sas / maps_path(GALAXY).lstrip("/")
    return record, final.read_bytes() if final.exists() else None


def test_an_end_without_a_length_is_not_believed(tmp_path: Path) -> None:
    """Where the server gives no size, a cut file is noticed even at level size."""
    with serving(_always(say("", OLD[:HALF]))) as server:
        record, kept = fetch(server, tmp_path)
    assert (record.status, kept) == ("failed", None)
    with serving(_always(say("", OLD))) as server:
        assert fetch(server, tmp_path)[1] == OLD


def test_dates_tell_a_swapped_file(tmp_path: Path) -> None:
    """The rest has another date: the halves are not put together, whatever the level."""

    def answer(asked: Asked) -> bytes:
        content = OLD if asked.number == 0 else NEW
        fields = f"{BEFORE}Last-Modified: {DATES[content]}\r\n"
        if asked.start:
            return rest(asked.start, len(content), fields, content)
        return whole(fields, content, upto=HALF if asked.number == 0 else None)

    with serving(answer) as server:
        _, kept = fetch(server, tmp_path)
    assert kept == NEW


@pytest.mark.parametrize("honest", [True, False])
def test_a_part_of_the_rest_is_kept(tmp_path: Path, honest: bool) -> None:
    """A server may send less than all of the rest: no byte of it comes twice."""

    def answer(asked: Asked) -> bytes:
        start, end = asked.start, min(asked.start + 2000, len(OLD))
        if not start:
            return whole(upto=HALF)
        if honest:
            return rest(start, end)
        part = OLD[start:end]
        fields = f"{ETAG}Content-Range: bytes {start}-{len(OLD) - 1}/{len(OLD)}\r\n"
        return say(f"{fields}Content-Length: {len(part)}\r\n", part, "206 Partial Content")

    with serving(answer) as server:
        record, kept = fetch(server, tmp_path)
        assert (kept, record.received, server.body) == (OLD, len(OLD), len(OLD))


def test_more_than_the_part_is_not_taken(tmp_path: Path) -> None:
    """Bytes behind the end that Content-Range gives are nobody's."""

    def answer(asked: Asked) -> bytes:
        start = asked.start
        if asked.number == 0:
            return whole(upto=HALF)
        if asked.number > 1:
            return rest(start, len(OLD)) if start else whole()
        fields = f"{ETAG}Content-Range: bytes {start}-{start + 9}/{len(OLD)}\r\n"
        return say(f"{fields}Content-Length: 500\r\n", b"x" * 500, "206 Partial Content")

    with serving(answer) as server:
        assert fetch(server, tmp_path)[1] == OLD


@pytest.mark.parametrize("etag", ['ETag: "1"\r\n', "", "changing"])
def test_a_server_that_continues_nothing_is_given_up(tmp_path: Path, etag: str) -> None:
    """A connection that always breaks somewhere is not fed the file a hundred times."""

    def answer(asked: Asked) -> bytes:
        fields = f'ETag: "{asked.number}"\r\n' if etag == "changing" else etag
        return whole(fields, upto=100 + asked.number * 7919 % (len(OLD) - 200))

    with serving(answer) as server:
        record, kept = fetch(server, tmp_path)
        assert (record.status, kept) == ("failed", None)
        assert server.requests <= QUICK.attempts + 2


@pytest.mark.parametrize(
    "sent",
    [
        say("Content-Length: " + "9" * 5000 + "\r\n", OLD),
        say("Content-Length: 99999999999999\r\n", OLD),
        say("Content-Length: 5\r\nContent-Length: 6\r\n", OLD),
        say("Location: http://[::1/x\r\nContent-Length: 0\r\n", status="302 Found"),
        say("Location: http://a\xff..b/\r\nContent-Length: 0\r\n", status="302 Found"),
        say("Location: ftp://a/b\r\nContent-Length: 0\r\n", status="302 Found"),
        say("Content-Length: 0\r\nRetry-After: " + "9" * 500 + "\r\n", status="503 Busy"),
        say("Content-Length: 0\r\n"),
        say("", status="204 No Content"),
        b"what?\r\n\r\n" + OLD,
        b"",
    ],
    ids=lambda sent: sent[:24].decode("latin-1"),
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_nonsense_is_a_reason(tmp_path: Path, sent: bytes) -> None:
    """No answer ends the run of the other files: it is the reason of its record, in a line."""
    with serving(_always(sent)) as server:
        record, kept = fetch(server, tmp_path)
    assert (record.status, kept) == ("failed", None)
    assert record.reason
    assert "\n" not in record.reason
    gc.collect()  # requests forgets the answer of a redirect that it cannot follow


@pytest.mark.parametrize("validator", ['"1"', "a\nb", '"€"', " ", ""])
def test_a_note_that_makes_no_sense_stands_in_nobody_s_way(tmp_path: Path, validator: str) -> None:
    """A part whose note holds no validator that can be sent is fetched anew."""
    part = tmp_path / f"{maps_path(GALAXY)[1:]}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(OLD[:1000])
    note = {"validator": validator, "size": len(OLD), "last_modified": ""}
    part.with_name(f"{part.name}.json").write_text(json.dumps(note))

    def answer(asked: Asked) -> bytes:
        return rest(asked.start, len(OLD)) if asked.start else whole()

    with serving(answer) as server:
        assert fetch(server, tmp_path)[1] == OLD
        assert server.body == len(OLD) - (1000 if validator == '"1"' else 0)


_ANSWERS = st.tuples(
    st.sampled_from(["old", "new"]),
    st.sampled_from(["etag", "date", "none"]),
    st.sampled_from(["heeds If-Range", "looks at Range alone", "knows no Range"]),
    st.one_of(st.none(), st.integers(0, len(OLD))),  # where the connection breaks
)


@settings(max_examples=80)
@given(answers=st.lists(_ANSWERS, min_size=1, max_size=8))
def test_versions_are_never_mixed(
    tmp_path_factory: pytest.TempPathFactory,
    answers: list[tuple[str, str, str, int | None]],
) -> None:
    """At the weakest level, with a file that changes, what is kept is one version, whole.

    The servers may break off and be blind to If-Range; what they say of themselves is true.
    """

    def answer(asked: Asked) -> bytes:
        version, validator, manners, upto = answers[min(asked.number, len(answers) - 1)]
        content = {"old": OLD, "new": NEW}[version]
        tag = {"etag": f'"{version}"', "date": DATES[content], "none": ""}[validator]
        fields = {"etag": f"ETag: {tag}\r\n", "date": f"{BEFORE}Last-Modified: {tag}\r\n"}.get(
            validator, ""
        )
        heeds = manners == "looks at Range alone" or asked.version == tag
        if asked.start and tag and heeds and manners != "knows no Range":
            return rest(asked.start, len(content), fields, content, upto=upto)
        return whole(fields, content, upto=upto)

    with serving(answer) as server:
        record, kept = fetch(server, tmp_path_factory.mktemp("sas"))
        assert server.body <= (QUICK.attempts + 2) * len(OLD)
    assert kept in ((OLD, NEW) if record.status == "downloaded" else (None,))


def test_sums_of_large_units_are_taken_in_parts(tmp_path: Path) -> None:
    """A byte that is wrong far behind the first piece is found at level fits."""
    sound = gzip.decompress(fits_gz(2, kilobytes=3000))
    bad = bytearray(sound)
    bad[-4000] ^= 1
    for content, status in ((bytes(bad), "failed"), (sound, "downloaded")):
        packed = gzip.compress(content, 1)
        with serving(_always(whole(content=packed))) as server:
            assert fetch(server, tmp_path, "fits")[0].status == status
