"""The figures of the documentation's page, from the results: a table, and a picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.performance.bars import BARS
from benchmarks.survey.__main__ import table
from benchmarks.survey.sides import SIDES

__all__ = ["draw", "write"]

Results = Mapping[str, Any]

_MARK = re.compile(r"<!-- measured: (\w+) -->")


def write(page: Path, results: Results) -> None:
    """Write the page: its words, and between its marks what the results say."""
    words = Path(__file__).with_name("page.md").read_text(encoding="utf-8")
    page.write_text(_MARK.sub(lambda mark: _PARTS[mark[1]](results), words), encoding="utf-8")


def draw(picture: Path, results: Results) -> None:
    """Draw time and memory over the number of galaxies."""
    from matplotlib.figure import Figure

    sizes = sorted(results["sizes"], key=int)
    figure = Figure(figsize=(7.0, 3.2), layout="constrained")
    time, memory = figure.subplots(1, 2)
    for name, side in SIDES.items():
        measured = [n for n in sizes if name in results["sizes"][n]["sides"]]
        if not measured:
            continue
        found = [results["sizes"][n]["sides"][name] for n in measured]
        style = {
            "marker": "o",
            "markersize": 3,
            "label": side.label.replace("`", ""),
            "color": _COLOURS.get(name),
            "linewidth": 1.8 if name.startswith("mangaxr") else 1.0,
        }
        counts = [int(n) for n in measured]
        time.plot(counts, [one["seconds"] for one in found], **style)
        memory.plot(counts, [one["peak_memory_mib"] for one in found], **style)
    time.set(xscale="log", yscale="log", xlabel="galaxies", ylabel="time [s]")
    memory.set(xscale="log", xlabel="galaxies", ylabel="peak memory [MiB]", ylim=(0, None))
    for axes in (time, memory):
        axes.set_xticks([int(n) for n in sizes], sizes)
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.legend(
        *time.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=7
    )
    figure.savefig(picture, dpi=200)


_COLOURS = {
    "mangaxr-1": "#c0392b",
    "mangaxr-2": "#e67e22",
    "igzip-1": "#7f8c8d",
    "igzip-2": "#2c3e50",
    "gzip-2": "#95a5a6",
    "astropy": "#2980b9",
    "zoom": "#27ae60",
    "marvin": "#8e44ad",
}


def _bars(results: Results) -> str:
    rows = ["| what | promised | measured | |", "| --- | ---: | ---: | --- |"]
    for bar in BARS:
        found = results[bar.run]
        limit = f"{'at least' if bar.at_least else 'at most'} {bar.limit:g} {bar.unit}"
        numbers = ", ".join(map(_number, bar.values(found)))
        rows.append(
            f"| {bar.what} | {limit} | {numbers} | {'' if bar.is_met(found) else 'missed'} |"
        )
    return "\n".join(rows)


def _number(value: float) -> str:
    """Return three digits of a number."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _survey(results: Results) -> str:
    sizes = sorted(results["sizes"], key=int)
    slow = [n for n in sizes if "astropy" in results["sizes"][n]["sides"]]
    return "\n\n".join(
        "\n".join(table(results["sizes"][n])) for n in dict.fromkeys((*slow[-1:], sizes[-1]))
    )


def _machine(results: Results) -> str:
    largest, mixed = results["largest"], next(iter(results["sizes"].values()))
    rounds = f"{largest['repeats']} of the largest files, {mixed['repeats']} of the survey's mix"
    days = " and ".join(dict.fromkeys(run["machine"]["day"] for run in (largest, mixed)))
    facts = {**mixed["machine"], "day": days, "rounds": rounds}
    return "\n".join(f"- {name}: {text}" for name, text in facts.items())


_PARTS: Mapping[str, Callable[[Results], str]] = {
    "bars": _bars,
    "survey": _survey,
    "machine": _machine,
}
"""Name in a mark -> the function that writes what follows it."""
