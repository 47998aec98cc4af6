"""The public releases: their pipeline versions, analysis types and file layouts."""

from __future__ import annotations

from dataclasses import dataclass

from mangaxr.datamodel.extensions import Layout
from mangaxr.errors import UnknownNameError

__all__ = ["DEFAULT_RELEASE", "RELEASES", "Release", "find_release", "release_of_versions"]


@dataclass(frozen=True, slots=True)
class Release:
    """One data release.

    Parameters
    ----------
    name
        ``"DR17"`` ...
    aliases
        Names the collaboration used before the release (MaNGA product launches).
    drp, dap
        Version directories of the two pipelines.
    daptypes
        Analysis types, the recommended one first.
    layout
        The file layout its MAPS files have.
    """

    name: str
    aliases: tuple[str, ...]
    drp: str
    dap: str
    daptypes: tuple[str, ...]
    layout: Layout

    @property
    def default_daptype(self) -> str:
        """The analysis type for most users."""
        return self.daptypes[0]


_DR15_TYPES = ("HYB10-GAU-MILESHC", "VOR10-GAU-MILESHC")

RELEASES: tuple[Release, ...] = (
    Release("DR15", ("MPL-7",), "v2_4_3", "2.2.1", _DR15_TYPES, "DR15"),
    Release("DR16", (), "v2_4_3", "2.2.1", _DR15_TYPES, "DR15"),
    Release(
        "DR17",
        ("MPL-11",),
        "v3_1_1",
        "3.1.0",
        (
            "HYB10-MILESHC-MASTARSSP",
            "SPX-MILESHC-MASTARSSP",
            "VOR10-MILESHC-MASTARSSP",
            "HYB10-MILESHC-MASTARHC2",
        ),
        "DR17",
    ),
)

DEFAULT_RELEASE = "DR17"


def find_release(name: str) -> Release:
    """Look a release up by its name or alias, whatever the case.

    Raises
    ------
    UnknownNameError
        If there is no such release with public MAPS files.

    Examples
    --------
    >>> find_release("mpl-11").name
    'DR17'
    """
    wanted = name.upper()
    for release in RELEASES:
        if wanted in (release.name, *release.aliases):
            return release
    known = ", ".join(n for release in RELEASES for n in (release.name, *release.aliases))
    msg = f"unknown release {name!r}: use one of {known}"
    raise UnknownNameError(msg)


def release_of_versions(drp: str, dap: str) -> str:
    """Name the release that a file's pipeline versions belong to.

    Returns
    -------
    str
        Empty for a file of no public release (a product launch or a run of one's own).
        DR15 and DR16 hold the same files; the first is named.

    Examples
    --------
    >>> release_of_versions("v3_1_1", "3.1.0"), release_of_versions("v3_1_1", "4.1.0")
    ('DR17', '')
    """
    for release in RELEASES:
        if (release.drp, release.dap) == (drp, dap):
            return release.name
    return ""
