"""What astropy, another reader of FITS, finds in some bytes."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.io import fits
from torture.fuzzing.ways import COORDINATE_NAMES, Seen, Way

from mangaxr.datamodel.extensions import COORDINATES
from mangaxr.datamodel.keywords import KEYWORDS

__all__ = ["Stated", "equal"]

_CHANNEL = re.compile(r"C(\d{1,3})")
_KINDS: Mapping[str, Callable[[Any], Any]] = {"str": str, "int": int, "float": float}
_ALL_ONES = 0xFFFFFFFF
_COORDINATES = {row.name: row for row in COORDINATES}
_LABELS = {row.channel: row.name for row in COORDINATES}


class Stated:
    """Images, channel names, header values and checksums of a file, by astropy.

    Parameters
    ----------
    content
        The file, inflated.
    """

    def __init__(self, content: bytes) -> None:
        self.arrays: dict[str, npt.NDArray[Any]] = {}
        self.channels: dict[str, tuple[str, ...]] = {}
        self.facts: dict[str, Any] = {}
        self.wrong_sum = ""
        self.unreadable = ""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._read(content)
            except Exception as error:  # noqa: BLE001  # astropy raises many kinds
                self.unreadable = f"{type(error).__name__}: {error}"

    def _read(self, content: bytes) -> None:
        with fits.open(io.BytesIO(content), memmap=False) as hdus:
            end = 0
            for number, hdu in enumerate(hdus):
                if type(hdu).__name__.startswith("_"):  # of no standard, or corrupted
                    self.unreadable = f"HDU {number} is {type(hdu).__name__}"
                    return
                end = self._check_sums(number, hdu, content)
                if number == 0:
                    self.facts = _facts(hdu.header)
                if number == 0 or not isinstance(hdu, fits.ImageHDU):
                    continue
                header = hdu.header
                name = _text(header, "EXTNAME").upper() or f"HDU{number}"
                if hdu.data is None or hdu.data.ndim not in (2, 3) or not hdu.data.size:
                    continue
                if name in self.arrays:
                    continue
                self.arrays[name] = hdu.data.astype(hdu.data.dtype.newbyteorder("="))
                self.channels[name] = _channels(header)
            if content[end:].strip(b"\0"):  # of what it stumbles over astropy only warns
                self.unreadable = f"astropy stops at byte {end}"

    def _check_sums(self, number: int, hdu: Any, content: bytes) -> int:
        """Add up the words of an HDU, and compare (FITS Standard 4.0, appendix J); say its end."""
        place = hdu.fileinfo()
        start, middle = place["hdrLoc"], place["datLoc"]
        data = content[middle : middle + place["datSpan"]]
        stated, whole = (_text(hdu.header, keyword) for keyword in ("DATASUM", "CHECKSUM"))
        wrong = stated and (not stated.isdigit() or int(stated) != _sum(data))
        if wrong or (whole and _sum(content[start:middle] + data) not in (0, _ALL_ONES)):
            self.wrong_sum = self.wrong_sum or f"HDU {number}"
        return int(middle + place["datSpan"])

    def difference(self, seen: Seen, way: Way) -> str:
        """Say in what a reading differs from what is stated; empty if in nothing."""
        if not way.judged:
            return ""
        found = {name for name in seen.arrays if name not in COORDINATE_NAMES}
        if way.whole and found != set(self.arrays):
            return f"other extensions than astropy: {sorted(found ^ set(self.arrays))}"
        for name, array in seen.arrays.items():
            expected = self._expected(name, seen.channels.get(name, ()))
            if expected is None or not equal(array, expected):
                return f"other values than astropy in {name}"
        for name, channels in seen.channels.items():
            names = self.channels[name]
            alike = channels in (names, tuple(_LABELS.get(n, n) for n in names))
            if way.whole and seen.arrays[name].ndim == 3 and not alike:
                return f"other channels than astropy in {name}"
        if seen.facts and repr(seen.facts) != repr(self.facts):
            return f"other header values than astropy: {seen.facts} != {self.facts}"
        return ""

    def _expected(self, name: str, channels: tuple[str, ...]) -> npt.NDArray[Any] | None:
        """Return an extension, its named planes, or a coordinate."""
        if name in _COORDINATES:
            row = _COORDINATES[name]
            names = self.channels.get(row.extension, ())
            at = names.index(row.channel) if row.channel in names else -1
            return self.arrays[row.extension][at] if at >= 0 else None
        array, names = self.arrays.get(name), self.channels.get(name, ())
        if array is None or channels in ((), names, tuple(_LABELS.get(n, n) for n in names)):
            return array
        if not set(channels) <= set(names):
            return None
        return array[[names.index(channel) for channel in channels]]


def equal(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Tell whether two arrays are the same, bit for bit."""
    alike = one.shape == other.shape and one.dtype == other.dtype
    return alike and one.tobytes() == other.tobytes()


def _sum(data: bytes) -> int:
    words = np.frombuffer(data[: len(data) // 4 * 4], ">u4")
    total = sum(int(part.sum(dtype=np.uint64)) for part in np.array_split(words, 2))
    return total % _ALL_ONES or (_ALL_ONES if total else 0)


def _text(header: fits.Header, keyword: str) -> str:
    value = header.get(keyword)
    return "" if value is None else str(value).strip()


def _facts(header: fits.Header) -> dict[str, Any]:
    found = {}
    for row in KEYWORDS:
        try:
            value = header.get(row.keyword)
            if value is not None and value != "":
                found[row.attribute] = _KINDS[row.kind](value)
        except (TypeError, ValueError, OverflowError, fits.VerifyError):
            found[row.attribute] = "unusable"
    return found


def _channels(header: fits.Header) -> tuple[str, ...]:
    """Return the channels' names, those of coordinates as the Dataset has them."""
    found = {}
    for keyword in header:
        match = _CHANNEL.fullmatch(keyword)
        if match and int(match[1]):
            try:
                value = header[keyword]
            except fits.VerifyError:
                return ("unusable",)
            found.setdefault(int(match[1]), "" if value is None else str(value).strip())
    return tuple(found.get(n, "") for n in range(1, max(found, default=0) + 1))
