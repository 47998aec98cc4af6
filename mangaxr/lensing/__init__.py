"""Galaxies behind gravitational lenses: flux and velocity through the same map.

    >>> from mangaxr.lensing import PSF, SIE, ImageGrid, Lens, Shear, observe, rotating_disk, trace
    >>> source = rotating_disk(r_scale=0.2, v_max=150, inclination=60, pa=30)
    >>> lens = Lens([SIE(1.0, e1=0.1, e2=0.0), Shear(0.02, -0.01)])
    >>> image = observe(trace(source, lens, ImageGrid(64, 0.06)), psf=PSF(0.12))
    >>> sorted(image)
    ['coverage', 'flux', 'sigma', 'valid', 'velocity']

Angles are arcsec, x to the West and y to the North, as in the survey's maps: a picture with
the origin below has North up and East left. Velocities are km/s.

Parts import one way: ``profiles`` (what deflects), `Lens`, `trace` (source to rays), `observe`
(rays to pixels).
"""

from mangaxr.disks import Clump
from mangaxr.lensing.fitted_disk import fitted_disk
from mangaxr.lensing.galaxy import LensedGalaxy, lens_galaxy, write_image
from mangaxr.lensing.image_grid import ImageGrid
from mangaxr.lensing.lens import Jacobian, Lens
from mangaxr.lensing.named import parse_lens
from mangaxr.lensing.noise import add_noise
from mangaxr.lensing.observe import observe
from mangaxr.lensing.profiles.component import Component, Hessian
from mangaxr.lensing.profiles.epl import EPL
from mangaxr.lensing.profiles.pjaffe import PJaffe
from mangaxr.lensing.profiles.shear import Shear
from mangaxr.lensing.profiles.sie import SIE
from mangaxr.lensing.profiles.sis import SIS
from mangaxr.lensing.profiles.tnfw import TNFW
from mangaxr.lensing.psf import PSF
from mangaxr.lensing.rotating_disk import Bulge, rotating_disk
from mangaxr.lensing.scale import LensScale
from mangaxr.lensing.source_maps import MOMENTS, SourceMaps
from mangaxr.lensing.template import from_store
from mangaxr.lensing.trace import Traced, trace

__all__ = [
    "EPL",
    "MOMENTS",
    "PSF",
    "SIE",
    "SIS",
    "TNFW",
    "Bulge",
    "Clump",
    "Component",
    "Hessian",
    "ImageGrid",
    "Jacobian",
    "Lens",
    "LensScale",
    "LensedGalaxy",
    "PJaffe",
    "Shear",
    "SourceMaps",
    "Traced",
    "add_noise",
    "fitted_disk",
    "from_store",
    "lens_galaxy",
    "observe",
    "parse_lens",
    "rotating_disk",
    "trace",
    "write_image",
]
