"""Building from an archive by streaming: bytes over the wire against those of the files.

``python -m benchmarks.streaming`` serves files of the survey's mix on this machine, and counts.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.survey.files import mixed_files
from mangaxr import build_store
from mangaxr.datamodel.releases import find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import DEFAULT_BASE_URL, MAPS_NAME, maps_url

__all__ = ["Streamed", "compare", "serve"]


class Streamed(NamedTuple):
    """Bytes that were sent, bytes of the files, and requests for each."""

    sent: int
    whole: int
    requests: float

    @property
    def share(self) -> float:
        """What was sent of the files."""
        return self.sent / self.whole


class _Counts:
    """What a server sent."""

    def __init__(self) -> None:
        self.sent = self.requests = 0
        self.lock = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    """Answers requests for parts of files."""

    protocol_version = "HTTP/1.1"

    def __init__(self, files: Mapping[str, bytes], counts: _Counts, *args: Any) -> None:
        self.files, self.counts = files, counts
        super().__init__(*args)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        content = self.files[self.path]
        first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        body = content[first : last + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{first + len(body) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(body)
        with self.counts.lock:
            self.counts.sent += len(body)
            self.counts.requests += 1


@contextmanager
def serve(files: Mapping[str, bytes]) -> Iterator[tuple[str, _Counts]]:
    """Serve files by their paths; give out the address, and what is counted."""
    counts = _Counts()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, files, counts))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", counts
    finally:
        server.shutdown()
        server.server_close()


def compare(galaxies: int) -> Streamed:
    """Build a store of so many galaxies, none of whose files is here."""
    content = {path.name: path.read_bytes() for path in mixed_files(galaxies)}
    names = {name: MAPS_NAME.fullmatch(name) for name in content}
    known = {
        name: PlateIFU(int(match["plate"]), int(match["ifu"]))
        for name, match in names.items()
        if match
    }
    release, daptype = find_release("DR17"), "HYB10-MILESHC-MASTARSSP"
    served = {
        maps_url(release, galaxy, daptype).removeprefix(DEFAULT_BASE_URL): content[name]
        for name, galaxy in known.items()
    }
    with serve(served) as (address, counts), tempfile.TemporaryDirectory() as folder:
        report = build_store(
            Path(folder, "t.zarr"), known.values(), sas=folder, stream=True, base_urls=address
        )
    assert report.failures == {}
    return Streamed(counts.sent, report.of_bytes, counts.requests / galaxies)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--galaxies", type=int, default=51)
    found = compare(parser.parse_args().galaxies)
    print(f"{found.sent / 1e6:.1f} MB of {found.whole / 1e6:.1f} MB were sent, {found.share:.3f}")
    print(f"{found.requests:.1f} requests a galaxy")


if __name__ == "__main__":
    main()
