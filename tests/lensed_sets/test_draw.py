"""The truth of a sample depends on its number and the configuration alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mangaxr.lensed_sets import SetConfig, load_config
from mangaxr.lensed_sets.config import PRIORS, parse_config
from mangaxr.lensed_sets.draw import Truth, draw, noise_seed

MANY = 3000


@pytest.fixture(scope="module")
def config() -> SetConfig:
    """Return the shipped configuration, with the slope drawn."""
    return parse_config({"lens": {"profile": "epl"}, "debug": 8}, where="here")


@pytest.fixture(scope="module")
def truths(config: SetConfig) -> list[Truth]:
    """Return the truth of many samples."""
    return [draw(config, i) for i in range(8, MANY)]


def test_what_is_drawn_follows_its_prior(config: SetConfig, truths: list[Truth]) -> None:
    """Kolmogorov and Smirnov find no difference, for any of the numbers."""
    shares = {
        "uniform": lambda p: stats.uniform(p.first, p.second - p.first),
        "log_uniform": lambda p: stats.loguniform(p.first, p.second),
        "normal": lambda p: stats.norm(p.first, p.second),
    }
    for row in PRIORS:
        prior = config.priors[row.name]
        values = [truth.values[row.name] for truth in truths]
        if prior.kind == "fixed":
            assert set(values) == {prior.first}
        else:
            assert stats.kstest(values, shares[prior.kind](prior).cdf).pvalue > 1e-3, row.name


def test_both_classes_are_drawn_from_the_same(truths: list[Truth]) -> None:
    """With and without a subhalo: half of each, and no number tells one from the other."""
    classes = [[t for t in truths if t.subhalo is has] for has in (False, True)]
    assert abs(len(classes[1]) / len(truths) - 0.5) < 0.04
    for row in PRIORS:
        one, other = ([t.values[row.name] for t in some] for some in classes)
        assert stats.ks_2samp(one, other).pvalue > 1e-3, row.name


def test_places_are_spread_over_all_galaxies(truths: list[Truth]) -> None:
    """Each galaxy is as likely as any other."""
    assert stats.kstest([t.place for t in truths], "uniform").pvalue > 1e-3


def test_a_sample_does_not_depend_on_the_others(config: SetConfig) -> None:
    """Another number, attempt or seed gives another truth and other noise; the same, the same."""
    other = parse_config({**config.to_dict(), "seed": 2}, where="here")
    keys = [(config, 20, 0), (config, 21, 0), (config, 20, 1), (other, 20, 0)]
    numbers = [draw(*key).values["theta_E"] for key in keys]
    noises = [np.random.default_rng(noise_seed(*key)).random() for key in keys]
    assert len({*numbers, *noises}) == 8
    assert draw(config, 20) == draw(config, 20, 0)


def test_debug_samples_come_in_pairs(config: SetConfig) -> None:
    """All priors are at their medians; two and two have one galaxy, without and with a subhalo."""
    truths = [draw(config, i) for i in range(9)]
    assert [t.debug for t in truths] == [True] * 8 + [False]
    assert [t.subhalo for t in truths[:8]] == [False, True] * 4
    assert [t.place for t in truths[:8:2]] == [t.place for t in truths[1:8:2]] == [
        0.125, 0.375, 0.625, 0.875
    ]  # fmt: skip
    medians = {name: prior.quantile(0.5) for name, prior in config.priors.items()}
    assert all(t.values == medians for t in truths[:8])
    none = parse_config({"subhalo": {"share": 0.0}}, where="here")
    assert not any(draw(none, i).subhalo for i in range(20))


def test_values_are_held_within_what_makes_sense() -> None:
    """However wide a normal distribution is, an ellipticity stays one."""
    wide = parse_config({"lens": {"e1": {"normal": [0.0, 5.0]}}}, where="here")
    values = np.array([draw(wide, i).values["e1"] for i in range(8, 200)])
    assert np.abs(values).max() == 0.7
    assert load_config().priors["e1"].kind == "uniform"
