"""The streaming MAPS reader: one pass, only the wanted planes, stop as soon as they are in.

A MAPS file holds some 1,600 planes; a pair of tensors needs a dozen, and the last of them
ends 39 % into the inflated stream. The reader inflates in pieces, walks the headers as they
pass, keeps what is wanted and stops there.

Integrity: the DATASUM and CHECKSUM cards of every HDU that is kept are compared with its
bytes. Where they differ, or one that should be there is missing, the rest of the file is
read, and the gzip CRC tells damage (an error) from a file that somebody edited without
renewing its checksums (a log message). Files without such cards are taken as they are.
Damage behind the last wanted plane cannot be seen without reading on; ``verify=True`` does.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Container
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mangaxr.errors import CorruptFileError, MissingExtensionError, NotMapsError
from mangaxr.fits.cards import Cards
from mangaxr.fits.checksum import failed_sums, ones_complement_sum, sum_pieces
from mangaxr.fits.source import ByteSource, open_source
from mangaxr.fits.walk import HDUStart, walk_hdus
from mangaxr.maps.identity import (
    check_channels,
    check_has_extensions,
    check_identity,
    check_is_maps,
    check_map,
)
from mangaxr.maps.raw import RawExtension, RawMaps
from mangaxr.maps.wanted import Wanted

__all__ = ["RawExtension", "RawMaps", "read_maps", "read_primary"]

logger = logging.getLogger(__name__)

_WORTH_STOPPING, _WORTH_LEAVING = 1 << 20, 1 << 16
"""Unread compressed bytes from which stopping early pays, on this machine and elsewhere; fewer
are read for their CRC."""

_DTYPES = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}


def read_maps(
    path: str | os.PathLike[str],
    wanted: Wanted | None = None,
    *,
    optional: Container[str] = (),
    verify: bool = False,
    sha256: bool = False,
) -> RawMaps:
    """Read planes of a MAPS file in one forward pass.

    Parameters
    ----------
    path
        ``.fits.gz`` or ``.fits``.
    wanted
        Which extensions, and which of their channels by name; None for everything.
    optional
        Wanted extensions that the file may lack.
    verify
        Read to the end whatever was wanted, and check the gzip CRC and the FITS checksums
        of every HDU.
    sha256
        Hash the file on the way; what is not wanted of it is read for that, but not inflated.

    Returns
    -------
    RawMaps
        Headers and planes. Planes of an uncompressed file are views of its memory map.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CorruptFileError
        If the file is damaged.
    NotMapsError
        If it is a FITS file of another kind, or of another galaxy than its name says.
    MissingExtensionError
        If it lacks a wanted extension or channel.
    """
    source = open_source(path, ahead=verify, hashed=sha256)
    try:
        raw = _Reader(source, wanted, optional, verify=verify).read()
        return replace(raw, sha256=source.sha256()) if sha256 else raw
    finally:
        source.close()


def read_primary(path: str | os.PathLike[str]) -> Cards:
    """Read the primary header alone.

    Raises
    ------
    MissingFileError, CorruptFileError
        As `read_maps`.
    """
    source = open_source(path)
    try:
        for hdu in walk_hdus(source):
            return hdu.cards
    finally:
        source.close()
    msg = f"{path}: the file is empty: download it again"
    raise CorruptFileError(msg)


class _Reader:
    """State of one pass through a file."""

    def __init__(
        self,
        source: ByteSource,
        wanted: Wanted | None,
        optional: Container[str],
        *,
        verify: bool,
    ) -> None:
        self.source = source
        self.wanted = wanted
        self.optional = optional
        self.verify = verify
        self.kept: dict[str, RawExtension] = {}
        self.stale: list[str] = []
        self.has_sums = False
        self.unproven = False

    def read(self) -> RawMaps:
        """Go through the file; what looks wrong is blamed on damage where there is any."""
        try:
            return self._read()
        except (NotMapsError, MissingExtensionError):
            if self.stale or self.unproven:
                self.source.finish()
            raise

    def _read(self) -> RawMaps:
        hdus = walk_hdus(self.source)
        primary = next(hdus, None)
        if primary is None:
            msg = f"{self.source.path}: the file is empty: download it again"
            raise CorruptFileError(msg)
        self._data_of(primary)
        check_identity(self.source.path, primary.cards)
        seen: dict[str, HDUStart] = {}
        complete = True
        for hdu in hdus:
            if not seen:
                check_is_maps(self.source.path, primary.cards, hdu.name)
            seen[hdu.name] = hdu
            self._take(hdu)
            if self._may_stop():
                complete = False
                break
        if complete:
            self.source.finish()
            check_has_extensions(self.source.path, seen, self._missing())
        if self.stale:
            self._judge_stale()
        return RawMaps(self.source.path, primary.cards, self.kept, complete)

    def _take(self, hdu: HDUStart) -> None:
        """Keep an extension's wanted planes, or pass over it."""
        wanted = self.wanted is None or hdu.name in self.wanted
        if not wanted:
            self._pass_over(hdu)
            return
        data = self._data_of(hdu)
        # An analysis that was switched off leaves an empty extension.
        if not hdu.holds_maps or hdu.name in self.kept:
            return
        check_map(self.source.path, hdu)
        array = np.frombuffer(data, dtype=_DTYPES[hdu.bitpix], count=math.prod(hdu.shape))
        planes, channels = self._choose(hdu, array.reshape(hdu.shape))
        self.kept[hdu.name] = RawExtension(hdu.name, hdu.cards, planes, channels)

    def _choose(
        self, hdu: HDUStart, planes: npt.NDArray[np.generic]
    ) -> tuple[npt.NDArray[np.generic], tuple[str, ...]]:
        """Pick the wanted channels of an extension by their names in its header."""
        channels = hdu.cards.numbered("C") if planes.ndim == 3 else ()
        wanted = None if self.wanted is None else self.wanted[hdu.name]
        if wanted is None:
            return planes, channels
        if channels:
            check_channels(self.source.path, hdu.name, len(planes), channels)
        for name in wanted:
            if channels.count(name) > 1:
                msg = (
                    f"{self.source.path}: extension {hdu.name} names {channels.count(name)} planes "
                    f"{name!r}: which is meant cannot be told; the file was edited"
                )
                raise NotMapsError(msg)
        missing = [name for name in wanted if name not in channels]
        if missing:
            msg = (
                f"{self.source.path}: extension {hdu.name} has no channel {missing[0]!r}: "
                f"it has {', '.join(channels) or 'no named channels'}"
            )
            raise MissingExtensionError(msg)
        return planes[[channels.index(name) for name in wanted]], wanted

    def _pass_over(self, hdu: HDUStart) -> None:
        """Go to the next header; with ``verify``, compare checksums on the way."""
        if not self.verify:
            self._check_size(hdu, self.source.skip(hdu.padded_size))
            return
        found, total = sum_pieces(self.source.pieces(hdu.padded_size))
        self._check_size(hdu, found)
        self._check_sums(hdu, total)

    def _data_of(self, hdu: HDUStart) -> bytes | memoryview:
        """Read a data unit and compare its checksums."""
        data = self.source.read(hdu.padded_size)
        self._check_size(hdu, len(data))
        self._check_sums(hdu, ones_complement_sum(data))
        return data

    def _check_size(self, hdu: HDUStart, found: int) -> None:
        if found < hdu.padded_size:
            msg = (
                f"{self.source.path}: truncated in extension {hdu.name} "
                f"(byte {self.source.position}): download the file again"
            )
            raise CorruptFileError(msg)

    def _check_sums(self, hdu: HDUStart, total: int) -> None:
        """Compare the sum of a data unit; without ``verify``, keep in mind what differs."""
        present = [bool(hdu.cards.text(name)) for name in ("DATASUM", "CHECKSUM")]
        if hdu.number == 0:
            self.has_sums = any(present)
        if self.has_sums and not all(present):
            self.unproven = True  # every HDU has both; damage may have taken them
        failed = failed_sums(hdu, total)
        if failed and self.verify:
            msg = (
                f"{self.source.path}: extension {hdu.name} does not match its {failed}: the "
                f"file is damaged, or was edited without renewing its checksums"
            )
            raise CorruptFileError(msg)
        if failed:
            self.stale.append(hdu.name)

    def _may_stop(self) -> bool:
        if self.wanted is None or self.verify or self.stale or self.unproven:
            return False
        pays_from = _WORTH_STOPPING if self.source.is_near else _WORTH_LEAVING
        return len(self.kept) == len(self.wanted) and self.source.unread_size() > pays_from

    def _missing(self) -> str:
        """Name the first wanted extension that was not kept and had to be."""
        needed = (name for name in self.wanted or () if name not in self.optional)
        return next((name for name in needed if name not in self.kept), "")

    def _judge_stale(self) -> None:
        """Tell damage from editing, now that the whole file was read and its CRC held."""
        if not self.source.has_crc:
            logger.warning(
                "%s: extension %s does not match its checksums; verify=True makes this an error",
                self.source.path,
                ", ".join(self.stale),
            )
            return
        logger.info(
            "%s: checksums of %s are out of date, but the gzip CRC holds: the file was edited",
            self.source.path,
            ", ".join(self.stale),
        )
