"""A survey: where its files are, and that they are always the same."""

from __future__ import annotations

import gzip
import zlib

import numpy as np
import pytest
from astropy.io import fits

from mangaxr.datamodel.releases import find_release
from mangaxr.errors import UnknownNameError
from mangaxr.sas.layout import dapall_path, drpall_path, maps_path
from mangaxr.synthetic import draw_galaxy, measure, name_galaxies, write_survey
from mangaxr.synthetic.files.maps_file import gzip_bytes, write_maps
from mangaxr.synthetic.observe.footprint import bundle_of

DAPTYPE = "HYB10-MILESHC-MASTARSSP"


def test_files_lie_where_the_archive_has_them(dr17) -> None:
    """Every path is the archive's, and nothing half-written is left."""
    release = find_release("DR17")
    first = dr17.galaxies[0].plateifu
    assert dr17.maps[0] == maps_path(dr17.root, release, first, DAPTYPE)
    assert dr17.dapall == dapall_path(dr17.root, release)
    assert dr17.drpall == drpall_path(dr17.root, release)
    assert len(dr17.maps) == 6
    assert not list(dr17.root.rglob("*.partial"))


def test_the_same_seed_gives_the_same_bytes(tmp_path) -> None:
    """Two surveys of one seed are equal file by file; another seed is another survey."""
    surveys = [
        write_survey(tmp_path / name, galaxies=1, seed=seed, fibres=(19,))
        for name, seed in (("a", 3), ("b", 3), ("c", 4))
    ]
    a, b, c = (
        {
            path.relative_to(s.root): path.read_bytes()
            for path in s.root.rglob("*")
            if path.is_file()
        }
        for s in surveys
    )
    assert a == b
    assert a.keys() == c.keys()
    assert a != c


def test_a_galaxy_does_not_depend_on_the_others(tmp_path, dr17) -> None:
    """A galaxy's file is the same with other galaxies and DAPTYPEs in the survey or without."""
    alone = write_survey(tmp_path, galaxies=1, fibres=(19,))
    assert len(dr17.galaxies) == 2
    assert alone.maps[0].name == dr17.maps[0].name
    assert alone.maps[0].read_bytes() == dr17.maps[0].read_bytes()


def test_galaxies_of_ones_own_can_be_observed(tmp_path) -> None:
    """A survey takes galaxies instead of a number, and tells of each that is done."""
    galaxies = (draw_galaxy("8137-1902", seed=9), draw_galaxy("8138-1901", seed=9))
    told = []
    survey = write_survey(
        tmp_path, galaxies=galaxies, release="MPL-7", progress=lambda *args: told.append(args)
    )
    assert survey.galaxies == galaxies
    assert survey.release == "DR15"
    assert "dr15" in survey.maps[0].parts
    assert fits.getheader(survey.maps[0])["PLATEIFU"] == "8137-1902"
    assert told == [(1, 2, galaxies[0].plateifu), (2, 2, galaxies[1].plateifu)]


def test_names_mix_all_bundles_and_are_unique() -> None:
    """Names follow the plates' mix of 2:4:4:2:5 bundles, and no galaxy occurs twice."""
    names = name_galaxies(34)
    assert len(set(names)) == 34
    plate = [name.fibres for name in names if name.plate == 8001]
    counts = {size: plate.count(size) for size in (19, 37, 61, 91, 127)}
    assert counts == {19: 2, 37: 4, 61: 4, 91: 2, 127: 5}
    assert {name.fibres for name in names[:12]} == set(counts)
    assert len({draw_galaxy(name).mangaid for name in names}) == 34


def test_drawn_galaxies_are_plausible() -> None:
    """Bundles cover 1.5 to 2.5 R_e, and every line has a strength."""
    galaxies = [draw_galaxy(name, seed=2) for name in name_galaxies(51)]
    reach = [bundle_of(g.plateifu).diameter / 2 / g.r_eff for g in galaxies]
    assert min(reach) >= 1.5
    assert max(reach) <= 2.5
    turn = [g.r_turn / g.r_eff for g in galaxies]
    assert 0.2 <= min(turn) <= max(turn) <= 0.4
    steep = [25 <= g.inclination <= 75 for g in galaxies]
    assert np.mean(steep) > 0.8
    assert np.ptp([g.pa for g in galaxies]) > 270
    assert {g.curve for g in galaxies} == {"tanh", "arctan", "1-exp"}
    assert any(g.star for g in galaxies)
    assert any(g.drp3qual for g in galaxies)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"release": "DR14"}, "unknown release 'DR14'"),
        ({"daptype": "NRE-GAU"}, "binning 'NRE'"),
        ({"fibres": (20,)}, r"bundles of \(20,\) fibres"),
        ({"galaxies": 0}, "cannot name 0 galaxies"),
    ],
)
def test_what_does_not_exist_is_an_error(tmp_path, arguments, words) -> None:
    """An unknown name is refused before anything is written."""
    with pytest.raises(UnknownNameError, match=words):
        write_survey(tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


def test_a_name_without_gz_is_not_compressed(tmp_path) -> None:
    """The same content is written plain and compressed."""
    measured = measure(draw_galaxy("8001-1901"), np.random.default_rng(1))
    options = {"release": find_release("DR17"), "daptype": DAPTYPE}
    plain = write_maps(tmp_path / "a.fits", measured, **options).read_bytes()
    packed = write_maps(tmp_path / "b.fits.gz", measured, **options, compresslevel=6)
    assert gzip.decompress(packed.read_bytes()) == plain
    assert plain.startswith(b"SIMPLE  =")


@pytest.mark.parametrize("level", [1, 3, 4, 9])
def test_gzip_headers_carry_no_time(level) -> None:
    """The time in the gzip header is 0 and there is no name."""
    packed = gzip_bytes(b"maps" * 100, level)
    assert packed[3] == 0
    assert packed[4:8] == b"\0\0\0\0"
    assert zlib.decompress(packed, 31) == b"maps" * 100
