"""Criteria files: the shipped ones, one's own, and broken ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangaxr.catalog.ranking.criteria import Criteria, list_criteria, load_criteria
from mangaxr.catalog.ranking.cuts import CUTS
from mangaxr.catalog.ranking.terms import TERMS
from mangaxr.errors import CriteriaError, MangaxrError, MissingFileError


def test_the_default_uses_every_term_and_the_plain_one_its_four() -> None:
    """The shipped files hold what their names say."""
    assert {grade.term for grade in load_criteria().grades} == set(TERMS)
    plain = {grade.term for grade in load_criteria("flux_sigma_inclination").grades}
    assert plain == {"ha_flux", "gas_dispersion", "stellar_dispersion", "inclination"}


@pytest.mark.parametrize("name", list_criteria())
def test_shipped_criteria_are_described_and_plain(name: str) -> None:
    """Each has a line of description, is JSON, and names catalogue columns."""
    criteria = load_criteria(name)
    assert criteria.description
    assert json.loads(json.dumps(criteria.to_dict()))["name"] == name
    assert {"dapdone", "drp3qual", "mangaid", "emline_gflux_1re"} <= set(criteria.columns)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """A file may be as short as one term, and a cut may be said not to be wanted."""
    file = tmp_path / "mine.toml"
    file.write_text("[cuts]\nunique = false\n[terms.snr]\nworst = 0\nbest = 10\n")
    criteria = load_criteria(file)
    assert criteria.name == "mine"
    assert dict(criteria.cuts) == {}
    assert criteria.grades[0].weight == 1.0
    assert criteria.q0 == 0.2


_BROKEN = {
    "q0 = ": "cannot be read as criteria",
    "descripton = 1": "no entry is called 'descripton': did you mean description",
    "q0 = 1.0": "expected 0 <= q0 < 1",
    "q0 = true": "expected a number",
    "cuts = 3": "should be a table",
    "[cuts]\nuniqe = true": "no cut is called 'uniqe': did you mean unique",
    "[cuts]\nunique = 1": "expected true or false",
    '[cuts]\ndapqual = ["BAD"]': "a list of flag names among FORESTAR",
    "[cuts]\ndapqual = [[1]]": "a list of flag names",
    "[cuts]\nfibres = [20]": "bundle sizes among 19, 37",
    "[cuts]\ninclination = [75, 25]": "the smaller first",
    "[cuts]\nmin_r_e_spaxels = true": "expected a number",
    "[terms]\nsnr = 3": "should be a table",
    "[terms.snt]\nworst = 1\nbest = 2": "no term is called 'snt': did you mean snr",
    "[terms.snr]\nworst = 1": "has no best",
    "[terms.snr]\nworst = 1\nbest = 1": "two different numbers",
    "[terms.snr]\nworst = 'a'\nbest = 1": "expected a number",
    "[terms.snr]\nworst = [1, 2, 3]\nbest = 1": "expected a number",
    "[terms.snr]\nworst = 1\nbest = 2\nwait = 3": "did you mean weight",
}


@pytest.mark.parametrize("text", _BROKEN)
def test_broken_criteria_are_one_clear_line(tmp_path: Path, text: str) -> None:
    """The message names the file, what is wrong, and what is expected."""
    file = tmp_path / "broken.toml"
    file.write_text(text)
    with pytest.raises(CriteriaError) as caught:
        load_criteria(file)
    message = str(caught.value)
    assert _BROKEN[text] in message
    assert "broken" in message
    assert "\n" not in message


def test_no_such_criteria_says_which_there_are() -> None:
    """A name that is neither shipped nor a file lists those shipped."""
    with pytest.raises(MissingFileError, match="default or flux_sigma_inclination"):
        load_criteria("defualt")


def test_a_term_cannot_come_twice() -> None:
    """In code, where a table cannot prevent it."""
    grade = load_criteria().grades[0]
    with pytest.raises(CriteriaError, match="twice"):
        Criteria(name="twice", cuts={}, grades=(grade, grade))


@given(text=st.text(st.sampled_from('[]="cutsermq0.,\n 1'), max_size=60))
def test_any_text_is_criteria_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Nothing but a MangaxrError comes out of a file that is no criteria."""
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text)
    try:
        criteria = load_criteria(file)
    except MangaxrError as error:
        assert "\n" not in str(error)  # noqa: PT017  # either outcome is right
    else:
        assert set(criteria.cuts) <= set(CUTS)
