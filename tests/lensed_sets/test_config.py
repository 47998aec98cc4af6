"""What samples are drawn from: read from TOML, each mistake one line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mangaxr.errors import CriteriaError, MissingFileError
from mangaxr.lensed_sets import load_config
from mangaxr.lensed_sets.config import PRIORS, SETTINGS, default_text, parse_config
from mangaxr.lensed_sets.priors import Prior, read_prior

SHARES = np.linspace(0.001, 0.999, 41)


@pytest.mark.parametrize(
    ("prior", "oracle"),
    [
        (Prior("uniform", -1.0, 3.0), stats.uniform(-1, 4)),
        (Prior("log_uniform", 1e9, 1e11), stats.loguniform(1e9, 1e11)),
        (Prior("normal", 2.0, 0.1), stats.norm(2.0, 0.1)),
    ],
    ids=["uniform", "log_uniform", "normal"],
)
def test_quantiles_are_scipys(prior: Prior, oracle: Any) -> None:
    """Each distribution's quantiles are those that scipy gives."""
    found = [prior.quantile(share) for share in SHARES]
    np.testing.assert_allclose(found, oracle.ppf(SHARES), rtol=1e-12)


def test_the_shipped_file_says_everything() -> None:
    """Every setting and every prior stands in it, and nothing else."""
    document = tomllib.loads(default_text())
    flat = {("", k) for k, v in document.items() if not isinstance(v, dict)}
    flat |= {(s, k) for s, v in document.items() if isinstance(v, dict) for k in v}
    known = [(row.section, row.name) for row in SETTINGS]
    known += [(row.section, row.key) for row in PRIORS]
    assert flat == set(known)
    assert len(known) == len(set(known))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """A configuration survives its own document; what a file leaves out is the shipped value."""
    file = tmp_path / "lens.toml"
    file.write_text("seed = 7\n[lens]\ntheta_E = 1.0\ng1 = { normal = [0.0, 0.1] }\n")
    config = load_config(file)
    assert parse_config(config.to_dict(), where="again") == config
    assert config.differences(load_config()) == [
        "seed: 7, not 1",
        "lens.theta_E: 1.0, not {'uniform': [0.8, 1.3]}",
        "lens.g1: {'normal': [0.0, 0.1]}, not {'normal': [0.0, 0.03]}",
    ]
    assert config.digest() != load_config().digest()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lens = 1", r"lens = 1 should be a table"),
        ("sead = 1", "no entry is called 'sead': did you mean seed"),
        ("[lens]\ntheta_e = 1", "did you mean theta_E"),
        ("[lenz]\ntheta_E = 1", "did you mean lens"),
        ("seed = 1.5", "a whole number"),
        ("seed = true", "expected a number"),
        ("[image]\nnpix = 0", "from 1 to 1024"),
        ("[source]\nkind = 'cube'", "'store' or 'disk'"),
        ("[source]\nusable = 1", "true or false"),
        ("[lens]\ntheta_E = { uniform = [2, 1] }", r"expected \[from, to\]"),
        ("[lens]\ntheta_E = { uniform = [1] }", r"expected \[from, to\]"),
        ("[lens]\ntheta_E = { gauss = [1, 2] }", "no distribution is called 'gauss'"),
        ("[lens]\ntheta_E = { uniform = [1, 2], normal = [1, 2] }", "one distribution"),
        ("[lens]\ntheta_E = -1", "from 0 to inf"),
        ("[lens]\ntheta_E = '1'", "expected a number"),
        ("[subhalo]\nmass = { log_uniform = [0, 1] }", "above 0"),
        ("[subhalo]\nshare = 2", "from 0 to 1"),
        ("[lens", "cannot be read as TOML"),
    ],
)
def test_each_mistake_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    """The message names the file, what stands there, and what is expected."""
    file = tmp_path / "lens.toml"
    file.write_text(text)
    with pytest.raises(CriteriaError, match=words) as caught:
        load_config(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value).replace(text, "")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It says how to write one."""
    with pytest.raises(MissingFileError, match="--print-config"):
        load_config(tmp_path / "none.toml")


def test_a_number_stands_for_itself() -> None:
    """Whatever the share."""
    prior = read_prior("here", "x", 3)
    assert {prior.quantile(share) for share in SHARES} == {3.0}
    assert prior.written() == 3.0
