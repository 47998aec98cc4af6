"""``mangaxr lens``: a galaxy of a store behind a lens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mangaxr.cli import options
from mangaxr.cli.output import print_facts

if TYPE_CHECKING:
    from mangaxr.lensing import LensedGalaxy

__all__ = ["command"]


@click.command("lens")
@options.store
@click.option("--galaxy", required=True, help="Plateifu of the galaxy.")
@click.option(
    "--lens",
    "lenses",
    multiple=True,
    required=True,
    metavar="NAME:KEY=NUMBER,...",
    help="A component of the lens; repeatable. sis:theta_E; sie:theta_E,e1,e2 (core); "
    "epl:theta_E,gamma,e1,e2; shear:g1,g2; pjaffe:theta_s,r_t; tnfw:alpha_Rs,Rs,r_trunc; all with "
    "x,y. Angles in arcsec, x to the West and y to the North.",
)
@click.option("--z-lens", type=float, default=0.5, show_default=True, help="Redshift of the lens.")
@click.option(
    "--z-source", type=float, default=1.5, show_default=True, help="Redshift the galaxy is put at."
)
@click.option(
    "--source",
    "place",
    type=(float, float),
    default=(0.0, 0.0),
    show_default=True,
    metavar="X Y",
    help="Where the galaxy is behind the lens, arcsec.",
)
@click.option("--npix", type=click.IntRange(min=1), default=64, show_default=True, help="Pixels.")
@click.option(
    "--pixel-scale", type=float, default=0.06, show_default=True, help="Side of a pixel, arcsec."
)
@click.option(
    "--supersample",
    type=click.IntRange(1, 32),
    default=4,
    show_default=True,
    help="Rays along the side of a pixel.",
)
@click.option(
    "--psf-fwhm", type=float, default=0.12, show_default=True, help="Gaussian PSF, arcsec; 0: none."
)
@click.option("--snr", type=float, help="Add noise: S/N of the brightest pixel.  [default: none]")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the noise.")
@click.option(
    "--coverage-min",
    type=float,
    default=0.5,
    show_default=True,
    help="Share of the PSF's footprint whose source must have been measured.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write netCDF here.")
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write a picture here, a PNG."
)
@click.option(
    "--plot-planes",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a picture of the magnification and of the source plane here, a PNG.",
)
def command(
    store: Path,
    galaxy: str,
    lenses: tuple[str, ...],
    z_lens: float,
    z_source: float,
    place: tuple[float, float],
    npix: int,
    pixel_scale: float,
    supersample: int,
    psf_fwhm: float,
    snr: float | None,
    seed: int,
    coverage_min: float,
    out: Path | None,
    plot: Path | None,
    plot_planes: Path | None,
) -> int:
    """Put a galaxy of the tensor store STORE behind a gravitational lens.

    Flux and velocity are traced by the same rays and blurred as light is. Written are flux,
    velocity, dispersion, coverage and validity; drawn are maps with and without the lens.
    """
    from mangaxr.lensing import PSF, ImageGrid, LensScale, lens_galaxy, parse_lens, write_image
    from mangaxr.store.reader import open_store

    lens, grid = parse_lens(lenses), ImageGrid(npix, pixel_scale, supersample)
    found = lens_galaxy(
        open_store(store, chunks=None),
        galaxy,
        lens,
        scale=LensScale(z_lens, z_source),
        grid=grid,
        psf=PSF(psf_fwhm),
        x=place[0],
        y=place[1],
        coverage_min=coverage_min,
        snr=snr,
        seed=seed,
    )
    facts = _facts(found)
    if out is not None:
        write_image(found.lensed, out)
        facts["written"] = out
    words = f"z = {z_lens:g} and {z_source:g}, PSF {psf_fwhm:g}″"
    if plot is not None:
        from mangaxr.viz.canvas import save_png
        from mangaxr.viz.lensed import draw_comparison

        figure = draw_comparison(found.unlensed, found.lensed, lens, title=galaxy, facts=words)
        save_png(figure, plot)
        facts["drawn"] = plot
    if plot_planes is not None:
        from mangaxr.viz.canvas import save_png
        from mangaxr.viz.lens_planes import draw_planes

        save_png(draw_planes(found.source, lens, grid, title=galaxy, facts=words), plot_planes)
        facts["planes drawn"] = plot_planes
    print_facts(facts)
    return 0


def _facts(found: LensedGalaxy) -> dict[str, object]:
    """Say what became of the galaxy."""
    source, unlensed, lensed = found
    light, plain = ((image.flux * image.coverage).sum() for image in (lensed, unlensed))
    velocity = lensed.velocity
    share = float(lensed.valid.mean())
    return {
        "source pixel": f"{source.pixel_scale:.3f} arcsec",
        "source PSF": f"{source.psf_fwhm:.3f} arcsec FWHM, in the maps already",
        "light": f"{float(light / plain):.2f} times that without the lens, in the image",
        "velocity": f"{float(velocity.min()):.0f} to {float(velocity.max()):.0f} km/s",
        "valid": f"{100 * share:.0f} % of the pixels",
    }
