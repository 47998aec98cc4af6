"""An archive on this machine that misbehaves as it is told."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from astropy.io import fits

from mangaxr.datamodel.releases import find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import PRODUCTS
from mangaxr.sas.retry import Patience

DAPTYPE = "HYB10-MILESHC-MASTARSSP"
IMPATIENT = Patience(attempts=3, connect=2.0, read=0.4, first_wait=0.01, longest_wait=2.0)
_CHANGED = "Wed, 01 Jul 2020 00:00:00 GMT"


def fits_gz(seed: int, *, kilobytes: int = 96) -> bytes:
    """Return a compressed FITS file with checksums whose pixels do not compress."""
    import gzip

    pixels = np.random.default_rng(seed).integers(0, 256, (kilobytes, 1024), dtype=np.uint8)
    stream = io.BytesIO()
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(pixels, name="EMLINE_GVEL")]
    fits.HDUList(hdus).writeto(stream, checksum=True)
    return gzip.compress(stream.getvalue(), 1, mtime=0)


def maps_path(plateifu: str) -> str:
    """Return the path of a galaxy's MAPS file in the archive."""
    path = PRODUCTS["maps"].relative(find_release("DR17"), PlateIFU.parse(plateifu), DAPTYPE)
    return f"/{path}"


@dataclass
class Served:
    """What the server did."""

    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    body: int = 0
    at_a_time: int = 0
    most_at_a_time: int = 0
    connections: int = 0


class ArchiveServer:
    """Serves ``files`` by path; each request for a path takes the next of its ``faults``."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[str]] = {}
        self.pause = 0.0
        self.served = Served()
        self.lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self._http.server_port}/sas"

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()

    def add(self, plateifu: str, content: bytes, *faults: str) -> bytes:
        """Serve a galaxy's MAPS file."""
        self.files[maps_path(plateifu)] = content
        self.faults[maps_path(plateifu)] = list(faults)
        return content


class _Handler(BaseHTTPRequestHandler):
    """Answers as Apache would, unless there is a fault to make."""

    protocol_version = "HTTP/1.1"

    def __init__(self, archive: ArchiveServer, *args: Any) -> None:
        self.archive = archive
        with archive.lock:
            archive.served.connections += 1
        super().__init__(*args)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        served = self.archive.served
        path = self.path.removeprefix("/sas").partition("?")[0]
        with self.archive.lock:
            served.requests.append((path, dict(self.headers)))
            served.at_a_time += 1
            served.most_at_a_time = max(served.most_at_a_time, served.at_a_time)
            left = self.archive.faults.get(path, [])
            fault = left.pop(0) if left else ""
        try:
            self._answer(path, fault)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with self.archive.lock:
                served.at_a_time -= 1

    def _answer(self, path: str, fault: str) -> None:
        content = self.archive.files.get(path)
        special: Callable[[str, bytes], None] | None = getattr(self, f"_{fault}", None)
        if content is None:
            self._say(404)
        elif special is not None:
            special(path, content)
        else:
            start, end = self._part(content)
            self._send(content, start, end=end)

    # -- the right way ------------------------------------------------------------------

    def _part(self, content: bytes) -> tuple[int, int]:
        """Return where the part that is asked for starts and ends; all, if it may not be sent."""
        wanted = self.headers.get("Range", "").removeprefix("bytes=")
        same = self.headers.get("If-Range") in (None, _etag(content), _CHANGED)
        if not wanted or not same:
            return 0, len(content)
        first, _, last = wanted.partition("-")
        return int(first), min(int(last) + 1, len(content)) if last else len(content)

    def _start(self, content: bytes) -> int:
        return self._part(content)[0]

    def _send(
        self,
        content: bytes,
        start: int,
        *,
        end: int | None = None,
        upto: int | None = None,
        shift: int = 0,
        headers: dict[str, str | None] | None = None,
    ) -> None:
        """Send a file from ``start`` to ``end``; the body ends early at ``upto``."""
        size = len(content)
        end = size if end is None else end
        if start and start >= size:
            self._say(416, {"Content-Range": f"bytes */{size}"})
            return
        fields: dict[str, str | None] = {
            "Content-Length": str(end - start),
            "Content-Type": "application/octet-stream",
            "ETag": _etag(content),
            "Last-Modified": _CHANGED,
        }
        is_part = start > 0 or end < size
        if is_part:
            fields["Content-Range"] = f"bytes {start + shift}-{end - 1}/{size}"
        self._say(206 if is_part else 200, {**fields, **(headers or {})})
        self._write(content[start : end if upto is None else upto])
        if upto is not None:
            self.close_connection = True

    def _say(self, status: int, fields: dict[str, str | None] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | (fields or {})).items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def _write(self, data: bytes) -> None:
        for k in range(0, len(data), 16384):
            piece = data[k : k + 16384]
            self.wfile.write(piece)
            with self.archive.lock:
                self.archive.served.body += len(piece)
            if self.archive.pause:
                time.sleep(self.archive.pause)

    # -- faults -------------------------------------------------------------------------

    def _drop(self, _path: str, content: bytes, share: int = 2) -> None:
        start = self._start(content)
        self._send(content, start, upto=start + (len(content) - start) // share)

    def _hang_up(self, _path: str, _content: bytes) -> None:
        self.close_connection = True
        self.connection.close()

    def _stall(self, _path: str, content: bytes) -> None:
        start = self._start(content)
        self._send(content, start, upto=start + (len(content) - start) // 2)
        time.sleep(1.0)

    def _truncated(self, _path: str, content: bytes) -> None:
        self._send(content[: len(content) // 2], 0)

    def _no_range(self, _path: str, content: bytes) -> None:
        self._send(content, 0)

    def _wrong_range(self, _path: str, content: bytes) -> None:
        self._send(content, max(1, self._start(content) // 2))

    def _lying_range(self, _path: str, content: bytes) -> None:
        start = self._start(content)
        self._send(content, start, shift=1 if start else 0)

    def _change(self, path: str, content: bytes, share: int = 2) -> None:
        """Send half, and have another file from then on."""
        self._drop(path, content, share)
        self.archive.files[path] = fits_gz(len(content))

    def _nibble(self, path: str, content: bytes) -> None:
        """Send an eighth."""
        self._drop(path, content, 8)

    def _hang(self, path: str, content: bytes) -> None:
        """Send an eighth, and nothing more for half a minute."""
        self._nibble(path, content)
        time.sleep(30.0)

    def _change_soon(self, path: str, content: bytes) -> None:
        """Send an eighth, and have another file from then on."""
        self._change(path, content, 8)

    def _change_quietly(self, path: str, content: bytes) -> None:
        """Do the same, and look at no If-Range afterwards."""
        self._change(path, content)
        self.archive.faults.setdefault(path, []).insert(0, "blind")

    def _swap(self, path: str, content: bytes) -> None:
        """Send half, then have a file of the same size, and look at no If-Range."""
        self._drop(path, content)
        self.archive.files[path] = content[:64] + content[:63:-1]
        self.archive.faults.setdefault(path, []).insert(0, "blind")

    def _blind(self, _path: str, content: bytes) -> None:
        wanted = self.headers.get("Range", "bytes=0-")
        self._send(content, int(wanted.removeprefix("bytes=").partition("-")[0]))

    def _unsatisfied(self, _path: str, content: bytes) -> None:
        if self.headers.get("Range"):
            self._say(416, {"Content-Range": f"bytes */{len(content) // 3}"})
        else:
            self._send(content, 0)

    def _gone(self, _path: str, _content: bytes) -> None:
        self._say(404)

    def _forbidden(self, _path: str, _content: bytes) -> None:
        self._say(403)

    def _error(self, _path: str, _content: bytes) -> None:
        self._say(500)

    def _busy(self, _path: str, _content: bytes) -> None:
        self._say(429, {"Retry-After": "1"})

    def _busy_for_long(self, _path: str, _content: bytes) -> None:
        self._say(503, {"Retry-After": "3600"})

    def _html(self, _path: str, _content: bytes) -> None:
        page = b"<!DOCTYPE html><html><body>Please log in</body></html>"
        self._say(200, {"Content-Length": str(len(page)), "Content-Type": "text/html"})
        self._write(page)

    def _html_as_fits(self, _path: str, _content: bytes) -> None:
        page = b"<html><body>Please log in</body></html>"
        self._say(200, {"Content-Length": str(len(page)), "Content-Type": "application/fits"})
        self._write(page)

    def _flipped(self, _path: str, content: bytes) -> None:
        start = self._start(content)
        bad = bytearray(content)
        bad[start + (len(content) - start) // 2] ^= 0x10
        # The server does not know that its file is damaged: it has the same ETag.
        self._send(bytes(bad), start, headers={"ETag": _etag(content)})

    def _trickle(self, _path: str, content: bytes) -> None:
        start = self._start(content)
        size = len(content)
        fields: dict[str, str | None] = {
            "Content-Length": str(size - start),
            "ETag": _etag(content),
        }
        if start:
            fields["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self._say(206 if start else 200, fields)
        step = -(-(size - start) // 8)
        for k in range(start, size, step):
            self._write(content[k : k + step])
            self.wfile.flush()
            time.sleep(0.1)

    def _plain_http(self, _path: str, content: bytes) -> None:
        """Neither length nor validator: the end of the connection is the end of the file."""
        self.close_connection = True
        nothing = {"Content-Length": None, "ETag": None, "Last-Modified": None}
        self._send(content, 0, headers={**nothing, "Connection": "close"})

    def _weak(self, _path: str, content: bytes) -> None:
        weak = {"ETag": f"W/{_etag(content)}", "Last-Modified": None}
        self._send(content, 0, upto=len(content) // 2, headers=weak)  # type: ignore[arg-type]

    def _dated(self, _path: str, content: bytes) -> None:
        self._send(content, 0, upto=len(content) // 2, headers={"ETag": None})

    def _encoded(self, _path: str, content: bytes) -> None:
        self._send(content, self._start(content), headers={"Content-Encoding": "x-gzip"})

    def _moved(self, _path: str, _content: bytes) -> None:
        self._say(302, {"Location": f"{self.path}?elsewhere"})


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'
