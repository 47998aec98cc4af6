"""The truth of a synthetic survey as JSON, beside the files and outside their layout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mangaxr.datamodel.lines import line_names
from mangaxr.disks import Clump
from mangaxr.errors import CorruptFileError, MissingFileError
from mangaxr.plateifu import PlateIFU
from mangaxr.synthetic.files.whole_file import write_whole
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.galaxy.line_ratios import HALPHA
from mangaxr.synthetic.observe.field import BITS
from mangaxr.synthetic.observe.measure import Measured

__all__ = ["Truth", "halpha_totals", "read_truth", "truth_path", "write_index", "write_truth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is known of one synthetic galaxy.

    Parameters
    ----------
    galaxy
        Its parameters.
    release, seed
        Release whose files were written, and the seed of the survey.
    halpha
        By DAPTYPE, the noiseless H-alpha flux of the whole footprint (``footprint``) and of
        its unmasked spaxels (``unmasked``), 1e-17 erg/s/cm2.
    """

    galaxy: DiskGalaxy
    release: str
    seed: int
    halpha: Mapping[str, Mapping[str, float]]


def truth_path(root: str | Path, plateifu: PlateIFU) -> Path:
    """Path of a galaxy's truth below the root of a survey."""
    return Path(root, "truth", f"{plateifu}.json")


def halpha_totals(measured: Measured) -> dict[str, float]:
    """Sum the noiseless H-alpha flux, 1e-17 erg/s/cm2, of the spaxels of a file.

    Returns
    -------
    dict
        ``footprint``: every spaxel with any exposure; ``unmasked``: those whose
        EMLINE_GFLUX of H-alpha is not flagged DONOTUSE.
    """
    field = measured.field
    line = line_names(field.layout).index(HALPHA)
    good = measured.planes["EMLINE_GFLUX_MASK"][line] & BITS["DONOTUSE"] == 0
    return {
        "footprint": float(field.gas.flux[field.seen].sum()),
        "unmasked": float(field.gas.flux[good].sum()),
    }


def write_truth(root: str | Path, truth: Truth) -> Path:
    """Write ``truth/PLATE-IFU.json`` below the root of a survey."""
    galaxy = truth.galaxy
    parameters = asdict(galaxy) | {"plateifu": str(galaxy.plateifu)}
    parameters["clumps"] = [clump._asdict() for clump in galaxy.clumps]
    content = {
        "plateifu": str(galaxy.plateifu),
        "release": truth.release,
        "seed": truth.seed,
        "galaxy": parameters,
        "derived": {
            "v_projected_km_s": galaxy.v_projected,
            "ellipticity": galaxy.ellipticity,
            "halpha_flux_1e-17_erg_s_cm2": truth.halpha,
        },
        "conventions": {
            "pa": "deg, N through E, to the receding side",
            "offsets": "arcsec from the bundle's centre, +x East, +y North",
            "velocity": "km/s, c (z_observed - z) / (1 + z), z the input redshift",
            "surface_brightness": "1e-17 erg/s/cm2/arcsec2",
        },
    }
    return _write_json(truth_path(root, galaxy.plateifu), content)


def write_index(root: str | Path, truths: Sequence[Truth], maps: Sequence[Path]) -> Path:
    """Write ``truth/survey.json``: the galaxies, and the files relative to the root."""
    content = {
        "galaxies": [str(truth.galaxy.plateifu) for truth in truths],
        "release": truths[0].release,
        "seed": truths[0].seed,
        "maps": [path.relative_to(root).as_posix() for path in maps],
    }
    return _write_json(Path(root, "truth", "survey.json"), content)


def read_truth(path: str | Path) -> Truth:
    """Read a galaxy's truth back.

    Parameters
    ----------
    path
        A file ``truth/PLATE-IFU.json``.

    Raises
    ------
    MissingFileError
        If there is no such file.
    CorruptFileError
        If it is not a truth file.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return Truth(
            galaxy=_galaxy(content["galaxy"]),
            release=content["release"],
            seed=content["seed"],
            halpha=content["derived"]["halpha_flux_1e-17_erg_s_cm2"],
        )
    except FileNotFoundError as error:
        msg = f"{path}: no truth file; write_survey puts one per galaxy into the folder truth"
        raise MissingFileError(msg) from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path}: not the truth of a synthetic galaxy ({error!r}); write the survey anew"
        raise CorruptFileError(msg) from error


def _galaxy(parameters: dict[str, Any]) -> DiskGalaxy:
    values = dict(parameters)
    values["plateifu"] = PlateIFU.parse(values["plateifu"])
    values["clumps"] = tuple(Clump(**clump) for clump in values["clumps"])
    for name in ("star", "dead_fibre"):
        values[name] = None if values[name] is None else tuple(values[name])
    return DiskGalaxy(**values)


def _write_json(path: Path, content: Mapping[str, Any]) -> Path:
    text = json.dumps(content, indent=1) + "\n"
    return write_whole(path, text.encode())
