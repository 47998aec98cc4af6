"""Stacks: what they are, against plain loops and other people's code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import mangaxr
from mangaxr.errors import EnsembleError, StoreError, UnknownNameError

MakeStore = Callable[..., xr.Dataset]


def loop(
    store: xr.Dataset,
    channel: str,
    chosen: npt.NDArray[np.bool_],
    statistic: str,
    weights: str | None,
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Return value, standard error and count by a loop over pixels, one value after another."""
    at = list(store.channel.values).index(channel)
    loaded = store.load()
    shape = (loaded.sizes["y"], loaded.sizes["x"])
    value, error = np.full(shape, np.nan), np.full(shape, np.nan)
    count = np.zeros(shape, dtype=int)
    for y, x in np.ndindex(shape):
        values, sizes = [], []
        for galaxy in np.flatnonzero(chosen):
            scaled = float(loaded.tensor.values[galaxy, at, y, x])
            weight = 1.0 if weights is None else float(loaded[weights].values[galaxy, at, y, x])
            if np.isnan(scaled) or not weight > 0:
                continue
            if loaded.tensor.attrs["scaling_function"] == "sinh":
                scaled = np.sinh(scaled)
            scale = loaded.scaling_scale.values[galaxy, at]
            values.append(scaled * scale + loaded.scaling_offset.values[galaxy, at])
            sizes.append(weight)
        n = count[y, x] = len(values)
        if not n:
            continue
        mean = sum(w * v for w, v in zip(sizes, values, strict=True)) / sum(sizes)
        if n > 1:
            square = sum(w**2 * (v - mean) ** 2 for w, v in zip(sizes, values, strict=True))
            error[y, x] = np.sqrt(n / (n - 1) * square) / sum(sizes)
        value[y, x] = mean
        if statistic == "median":
            error[y, x] *= np.sqrt(np.pi / 2)
            method: Any = "linear" if weights is None else "inverted_cdf"
            value[y, x] = np.percentile(
                values, 50, method=method, weights=None if weights is None else sizes
            )
    return value, error, count


def cuts(size: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Return ways to cut an axis into chunks."""
    inner = st.sets(st.integers(1, size - 1), max_size=4) if size > 1 else st.just(set())
    return inner.map(lambda at: tuple(int(n) for n in np.diff([0, *sorted(at), size])))


@settings(max_examples=60)
@given(data=st.data())
def test_stacks_equal_a_plain_loop_for_any_chunks(
    make_store: MakeStore, data: st.DataObject
) -> None:
    """However the arrays are cut, whichever galaxies count, a loop over values gives the same."""
    sizes = {"galaxy": data.draw(st.integers(1, 9)), "y": 3, "x": 2, "channel": 2}
    chunks = {dim: data.draw(cuts(size), label=dim) for dim, size in sizes.items()}
    function = data.draw(st.sampled_from(["identity", "sinh"]))
    store = make_store(
        sizes["galaxy"],
        (3, 2),
        seed=data.draw(st.integers(0, 99)),
        chunks=chunks,
        function=function,
    )
    flags = st.lists(st.booleans(), min_size=sizes["galaxy"], max_size=sizes["galaxy"])
    chosen = np.array(data.draw(flags, label="where"))
    statistic: Any = data.draw(st.sampled_from(["mean", "median"]))
    weights = data.draw(st.sampled_from([None, "ivar", "coverage"]))
    lazy = mangaxr.stack(
        store,
        channel="ha_vel",
        where=xr.DataArray(chosen, dims="galaxy"),
        statistic=statistic,
        weights=weights,
    )
    found = lazy.compute(scheduler="synchronous")
    value, error, count = loop(store, "ha_vel", chosen, statistic, weights)
    np.testing.assert_array_equal(found["count"], count)
    np.testing.assert_allclose(found.value, value, rtol=2**-24, atol=1e-6)
    np.testing.assert_allclose(found.standard_error, error, rtol=2**-20, atol=1e-6)


@pytest.mark.parametrize("statistic", ["mean", "median", "percentile"])
def test_nothing_is_computed_before_it_is_asked_for(
    make_store: MakeStore, never: Callable[..., None], statistic: Any
) -> None:
    """With a scheduler that raises, a stack is made whatever the options, and stays lazy."""
    store = make_store()
    with dask.config.set(scheduler=never):
        for by, bins in ((None, None), ("split", None), (store.z, [0.0, 0.05, 0.15])):
            lazy = mangaxr.stack(
                store,
                channel="ha_vel",
                where=store.z > 0.01,
                by=by,
                bins=bins,
                statistic=statistic,
                q=[16, 84] if statistic == "percentile" else None,
                weights="ivar",
                bootstrap=3,
            )
            assert all(v.chunks is not None for v in lazy.data_vars.values())
        with pytest.raises(AssertionError, match="something was computed"):
            lazy.compute()
    assert np.isfinite(lazy.value.compute(scheduler="synchronous")).any()


@pytest.mark.parametrize("chunks", [None, "auto"])
def test_only_chunks_of_the_channel_and_of_chosen_galaxies_are_read(
    tmp_path: Path, never: Callable[..., None], chunks: Any
) -> None:
    """With every other chunk, array and channel damaged on disk, the stack is what it was."""
    path = tmp_path / "copy.zarr"
    shutil.copytree(mangaxr.synthetic.example_store(), path)
    store = mangaxr.open_store(path, chunks=chunks)
    expected = mangaxr.stack(store, channel="ha_flux", statistic="median").compute()
    for name in ("tensor", "ivar", "coverage"):
        for file in (path / name / "c").rglob("*"):
            if file.is_file() and file.relative_to(path).parts[:4] != ("tensor", "c", "0", "0"):
                file.write_bytes(b"damaged")
    with dask.config.set(scheduler=never):
        lazy = mangaxr.stack(
            mangaxr.open_store(path, chunks=chunks), channel="ha_flux", statistic="median"
        )
    xr.testing.assert_identical(lazy.compute(), expected)
    other = mangaxr.stack(mangaxr.open_store(path, chunks=chunks), channel="ha_vel")
    with pytest.raises((RuntimeError, ValueError)):
        other.compute()


def test_chunks_without_a_chosen_galaxy_are_not_in_the_graph(make_store: MakeStore) -> None:
    """Of three slabs of galaxies, only the one that is wanted has a task."""
    store = make_store(9)
    lazy = mangaxr.stack(store, channel="ha_vel", where=store.galaxy == "8004-1901")
    reads = [key for key in dask.optimize(lazy.value.data)[0].dask if "reduce" in str(key)]
    assert len(reads) == 1


@pytest.mark.parametrize("by", ["split", "z"])
@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_groups_are_those_of_flox(make_store: MakeStore, by: str, statistic: str) -> None:
    """By value and by bins, the maps are those that xarray's group-by makes with flox."""
    pytest.importorskip("flox")
    store = make_store(40)
    bins = [0.0, 0.04, 0.1, 0.15] if by == "z" else None
    kind: Any = statistic
    found = mangaxr.stack(store, channel="ha_vel", by=by, bins=bins, statistic=kind).compute()
    values = mangaxr.to_physical(store.sel(channel="ha_vel")).compute()
    values = values.isel(galaxy=store[by].values != "") if by == "split" else values
    with xr.set_options(use_flox=True):
        groups = values.groupby(by) if bins is None else values.groupby_bins(by, bins, right=False)
        expected = getattr(groups, statistic)().transpose(..., "y", "x")
        count = groups.count().transpose(..., "y", "x")
    assert found.value.dims == ("split" if by == "split" else "z_bin", "y", "x")
    np.testing.assert_allclose(found.value, expected, rtol=1e-12)
    np.testing.assert_array_equal(found["count"], count)
    if bins is None:
        assert list(found.split.values) == ["train", "val"]
    else:
        np.testing.assert_allclose(found.z_bin, [0.02, 0.07, 0.125])
        assert found.z_low.values.tolist() == bins[:-1]


def test_a_bin_without_galaxies_is_there_and_empty(make_store: MakeStore) -> None:
    """An empty bin has NaN and a count of 0, and the last bin holds its upper edge."""
    store = make_store(3).assign_coords(z=("galaxy", [0.0, 0.1, 0.3]))
    found = mangaxr.stack(store, channel="ha_vel", by="z", bins=[0.0, 0.1, 0.2, 0.3]).compute()
    assert found["count"].max(("y", "x")).values.tolist() == [1, 1, 1]
    found = mangaxr.stack(store, channel="ha_vel", by="z", bins=[0.0, 0.11, 0.12, 0.3]).compute()
    assert found["count"].max(("y", "x")).values.tolist()[1] == 0
    assert found.value.isel(z_bin=1).isnull().all()


def test_a_pixel_that_no_galaxy_measured_stays_nan(make_store: MakeStore) -> None:
    """The empty corner has NaN and 0; a single galaxy has a value and no standard error."""
    store = make_store()
    for statistic in ("mean", "median"):
        kind: Any = statistic
        found = mangaxr.stack(store, channel="ha_vel", statistic=kind, bootstrap=5).compute()
        assert found["count"][0, 0] == 0
        for name in ("value", "standard_error", "bootstrap_error"):
            assert np.isnan(found[name][0, 0])
        alone = mangaxr.stack(
            store.isel(galaxy=[0]), channel="ha_vel", statistic=kind, bootstrap=5
        ).compute()
        assert alone.value.notnull().sum() > 5
        assert alone.standard_error.isnull().all()
        assert alone.bootstrap_error.isnull().all()


def test_zero_is_a_value(make_store: MakeStore) -> None:
    """A map of zeros has mean 0, error 0, and every galaxy counted."""
    store = make_store(4)
    store["tensor"] = xr.zeros_like(store.tensor).assign_attrs(store.tensor.attrs)
    store["scaling_offset"] = xr.zeros_like(store.scaling_offset)
    found = mangaxr.stack(store, channel="ha_flux").compute()
    assert (found["count"] == 4).all()
    assert (found.value == 0).all()
    assert (found.standard_error == 0).all()


def test_small_scatter_about_a_large_mean_is_kept(make_store: MakeStore) -> None:
    """With values a million times their scatter, the standard error has nine digits."""
    store = make_store(50, missing=0.0)
    store["scaling_offset"] = xr.full_like(store.scaling_offset, 1e6)
    store["scaling_scale"] = xr.ones_like(store.scaling_scale)
    found = mangaxr.stack(store, channel="ha_vel").compute()
    values = mangaxr.to_physical(store.sel(channel="ha_vel")).values[:, 1:, 1:]
    expected = (values - 1e6).std(axis=0, ddof=1) / np.sqrt(50)
    np.testing.assert_allclose(found.standard_error[1:, 1:], expected, rtol=1e-9)


def test_failed_galaxies_never_count(make_store: MakeStore) -> None:
    """A galaxy whose status is not done is left out, even if its row should hold values."""
    store = make_store(4)
    failed = store.assign_coords(status=("galaxy", [1, 2, 0, 1]))
    found = mangaxr.stack(failed, channel="ha_vel").compute()
    expected = mangaxr.stack(store.isel(galaxy=[0, 3]), channel="ha_vel").compute()
    xr.testing.assert_equal(found.value, expected.value)


def test_choices_are_matched_by_name(make_store: MakeStore) -> None:
    """A condition in another order, over more galaxies, or by the name of a coordinate, is one."""
    store = make_store(7)
    more = make_store(9).assign_coords(usable=("galaxy", np.arange(9) % 2 == 0))
    expected = mangaxr.stack(store.isel(galaxy=[0, 2, 4, 6]), channel="ha_vel").compute()
    shuffled = more.usable.isel(galaxy=[8, 3, 1, 0, 2, 7, 5, 6, 4])
    named = store.assign_coords(usable=more.usable.isel(galaxy=slice(7)))
    flags = [1, 0, 1, 0, 1, 0, 1]  # numbers, as netCDF has booleans
    for dataset, where in ((store, shuffled), (named, "usable"), (store, flags)):
        found = mangaxr.stack(dataset, channel="ha_vel", where=where).compute()
        xr.testing.assert_allclose(found.value, expected.value, rtol=1e-12)


def test_percentiles_are_numpys(make_store: MakeStore) -> None:
    """Percentiles, weighted or not, are those of numpy, along a dimension of their own."""
    store = make_store(30)
    q = [0, 16, 50, 84.5, 100]
    values = mangaxr.to_physical(store.sel(channel="ha_vel")).values
    found = mangaxr.stack(store, channel="ha_vel", statistic="percentile", q=q).compute()
    assert found.value.dims == ("percentile", "y", "x")
    expected = np.nanpercentile(values[:, 1:, 1:], q, axis=0)
    np.testing.assert_allclose(found.value[:, 1:, 1:], expected, rtol=1e-12)
    weights = store.coverage.sel(channel="ha_vel").values.astype(float)
    found = mangaxr.stack(
        store, channel="ha_vel", statistic="percentile", q=q[1:4], weights="coverage"
    ).compute()
    for y, x in np.ndindex(5, 4):
        good = ~np.isnan(values[:, y, x])
        if good.any():
            expected = np.percentile(
                values[good, y, x], q[1:4], method="inverted_cdf", weights=weights[good, y, x]
            )
            np.testing.assert_allclose(found.value[:, y, x], expected, rtol=1e-12)


@pytest.mark.parametrize("statistic", ["mean", "median"])
@pytest.mark.parametrize("weighted", [False, True])
def test_weights_of_galaxies_count_as_often_as_they_say(
    make_store: MakeStore, statistic: Any, weighted: bool
) -> None:
    """A weight of 2 is as having a galaxy twice, one of 0 or NaN as not having it."""
    store = make_store(6)
    weights = xr.DataArray([1.0, 2.0, 0.0, np.nan, 1.0, 1.0], dims="galaxy")
    twice = store.isel(galaxy=[0, 1, 1, 4, 5])
    twice = twice.assign_coords(galaxy=list("abcde"))
    mine = mangaxr.stack(store, channel="ha_flux", statistic=statistic, weights=weights).compute()
    ones = xr.DataArray(np.ones(5), dims="galaxy") if weighted or statistic == "median" else None
    theirs = mangaxr.stack(twice, channel="ha_flux", statistic=statistic, weights=ones).compute()
    np.testing.assert_allclose(mine.value, theirs.value, rtol=1e-12)


def test_scaled_values_are_the_tensors(make_store: MakeStore) -> None:
    """With physical=False the mean is that of the tensor, without a unit."""
    store = make_store(5)
    found = mangaxr.stack(store, channel="ha_vel", physical=False).compute()
    expected = store.tensor.sel(channel="ha_vel").astype(float).mean("galaxy")
    np.testing.assert_allclose(found.value, expected, rtol=1e-12, atol=1e-15)
    assert found.value.attrs == {"units": "1", "long_name": "mean of Hα velocity, scaled"}
    assert mangaxr.stack(store, channel="ha_vel").value.units == "km / s"


def test_bootstrap_errors_are_reproducible_and_near_the_standard_error(
    make_store: MakeStore,
) -> None:
    """Seeds decide; the chunks do not; the spread of the mean is the standard error."""
    store = make_store(80, missing=0.1)
    arguments: Any = {"channel": "ha_vel", "bootstrap": 400}
    found = mangaxr.stack(store, **arguments).compute()
    chunked = store.assign(tensor=store.tensor.variable.chunk({"galaxy": 80, "y": 2}))
    again = mangaxr.stack(chunked, **arguments).compute()
    np.testing.assert_allclose(found.bootstrap_error, again.bootstrap_error, rtol=1e-9)
    other = mangaxr.stack(store, **arguments, seed=1).compute()
    assert (found.bootstrap_error != other.bootstrap_error)[1:, 1:].all()
    ratio = (found.bootstrap_error / found.standard_error).values[1:, 1:]
    assert abs(np.median(ratio) - 1) < 0.05
    median = mangaxr.stack(store, **arguments, statistic="median").compute()
    ratio = (median.bootstrap_error / found.standard_error).values[1:, 1:]
    assert 0.5 < np.median(ratio) < 2


def test_a_bootstrap_is_that_of_scipy(make_store: MakeStore) -> None:
    """The spread of resampled means and medians agrees with scipy's bootstrap."""
    from scipy.stats import bootstrap

    store = make_store(60, missing=0.0)
    values = mangaxr.to_physical(store.sel(channel="ha_vel")).values[:, 2, 2]
    for statistic, function in (("mean", np.mean), ("median", np.median)):
        kind: Any = statistic
        found = mangaxr.stack(store, channel="ha_vel", statistic=kind, bootstrap=2000).compute()
        # Its new name, `rng`, came with scipy 1.15.
        spread = bootstrap((values,), function, n_resamples=2000, random_state=0)
        expected = spread.standard_error
        assert found.bootstrap_error[2, 2] == pytest.approx(expected, rel=0.08)


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
def test_the_scheduler_does_not_change_a_bit(make_store: MakeStore, scheduler: str) -> None:
    """The order in which slabs are merged is fixed."""
    store = make_store(60, chunks={"galaxy": 1})
    lazy = mangaxr.stack(store, channel="ha_vel", weights="ivar", bootstrap=4)
    xr.testing.assert_identical(lazy.compute(scheduler=scheduler), lazy.compute(num_workers=1))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"channel": "ha_velo"}, UnknownNameError, "did you mean 'ha_vel'"),
        ({"statistic": "mode"}, UnknownNameError, "mean, median, percentile"),
        ({"statistic": "percentile"}, EnsembleError, "q=None"),
        ({"statistic": "percentile", "q": 101}, EnsembleError, "0 to 100"),
        ({"q": 50}, EnsembleError, "go with 'percentile'"),
        ({"weights": "variance"}, UnknownNameError, "'ivar', 'coverage'"),
        ({"weights": "ivar", "physical": False}, EnsembleError, "physical=True"),
        ({"where": "usable"}, EnsembleError, "'usable' .*assign_coords"),
        ({"where": "z"}, EnsembleError, "expected booleans"),
        ({"where": [True]}, EnsembleError, r"shape \(1,\), expected \(7,\)"),
        ({"bins": [0, 1]}, EnsembleError, "give by="),
        ({"by": "z", "bins": [1, 0]}, EnsembleError, "each greater than"),
        ({"by": "split", "bins": [0, 1]}, EnsembleError, "expected a number"),
        ({"by": "colour"}, EnsembleError, "coordinate 'colour'"),
        ({"bootstrap": 1}, EnsembleError, "0, or 2"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    make_store: MakeStore, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Each wrong argument has an error that says what was expected."""
    with pytest.raises(error, match=words) as caught:
        mangaxr.stack(make_store(), **{"channel": "ha_vel", **arguments})
    assert "\n" not in str(caught.value)


def test_what_does_not_fit_the_store_is_an_error(make_store: MakeStore) -> None:
    """Lazy choices, unknown or repeated galaxies, and Datasets that are no store, are refused."""
    store = make_store()
    lazy = store.tensor.isel(channel=0, y=1, x=1, drop=True) > 0
    with pytest.raises(EnsembleError, match=r"where\.compute\(\)"):
        mangaxr.stack(store, channel="ha_vel", where=lazy)
    with pytest.raises(EnsembleError, match=r"status is lazy.*mangaxr\.open_store"):
        mangaxr.stack(store.chunk({"galaxy": 2}), channel="ha_vel")
    with pytest.raises(EnsembleError, match="lacks galaxy 8006-1901"):
        mangaxr.stack(store, channel="ha_vel", where=(store.z > 0).isel(galaxy=slice(6)))
    twice = xr.concat([store.z, store.z], "galaxy") > 0
    with pytest.raises(EnsembleError, match="twice"):
        mangaxr.stack(store, channel="ha_vel", where=twice)
    with pytest.raises(EnsembleError, match="dimension"):
        mangaxr.stack(store, channel="ha_vel", where=store.channel == "ha_vel")
    with pytest.raises(EnsembleError, match=r"mangaxr\.open_store"):
        mangaxr.stack(store.drop_vars("tensor"), channel="ha_vel")
    with pytest.raises(EnsembleError, match="over galaxy"):
        mangaxr.stack(store.isel(galaxy=0), channel="ha_vel")
    with pytest.raises(EnsembleError, match="scaling_scale"):
        mangaxr.stack(store.drop_vars("scaling_scale"), channel="ha_vel")
    with pytest.raises(StoreError, match="scaling_function"):
        mangaxr.stack(store.drop_attrs(), channel="ha_vel")
    with pytest.raises(EnsembleError, match="'ivar'"):
        mangaxr.stack(store.drop_vars("ivar"), channel="ha_vel", weights="ivar")
