"""A file of the archive's servers, as a path that readers open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from mangaxr.sas.answers import TransferError
from mangaxr.sas.layout import join_url
from mangaxr.sas.streamed import StreamedFile, given_up
from mangaxr.sas.streaming import Streaming

__all__ = ["WebFile", "web_file"]


def web_file(path: PurePosixPath, streaming: Streaming) -> WebFile:
    """Return a file of the SAS tree, which is not asked for before it is opened."""
    return WebFile([join_url(base, path) for base in streaming.base_urls], streaming)


class _Status(NamedTuple):
    """What is known of a file, by the names of `os.stat_result`."""

    st_size: int


class WebFile:
    """A file of a server, with as much of the interface of `pathlib` as reading takes.

    Parameters
    ----------
    urls
        Where it is, in the order in which they are tried.
    streaming
        How servers are asked.
    """

    def __init__(self, urls: Sequence[str], streaming: Streaming) -> None:
        self.urls = urls
        self.protocol = urlsplit(urls[0]).scheme
        self.name = urls[0].rpartition("/")[2]
        self.suffix = PurePosixPath(self.name).suffix
        self._streaming = streaming
        self._size = -1

    def __str__(self) -> str:
        return self.urls[0]

    def as_posix(self) -> str:
        """Return its URL."""
        return self.urls[0]

    def absolute(self) -> Self:
        """Return itself: a URL does not depend on the current directory."""
        return self

    def is_file(self) -> bool:
        """Whether it is on this machine, which it is not."""
        return False

    def stat(self) -> _Status:
        """Return its size.

        Raises
        ------
        FileNotFoundError
            If it was not opened yet: the server is not asked for this alone.
        """
        if self._size < 0:
            raise FileNotFoundError(self.urls[0])
        return _Status(self._size)

    def open(self, mode: str = "rb") -> StreamedFile:
        """Ask the servers for the first part.

        Raises
        ------
        DownloadError
            If none of them has it, with the reason of each.
        UnreachableError
            If none of them is to be asked any more.
        """
        assert mode == "rb"
        asking = self._streaming.asking
        reasons, hopeless = [], True
        for url in self.urls:
            file = StreamedFile(url, self._streaming)
            try:
                file.begin()
            except TransferError as error:
                file.close()
                asking.courtesy.file_done(file.host, reached=error.reached)
                reasons.append(f"{url}: {error.reason}")
                hopeless &= asking.is_over(file.host, error)
                continue
            asking.courtesy.file_done(file.host, reached=True)
            self._size = file.size
            self._streaming.count(0, file.size)
            return file
        raise given_up("; ".join(reasons), hopeless)
