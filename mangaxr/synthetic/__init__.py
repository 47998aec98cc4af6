"""A small survey of rotating disk galaxies with known truth, as files like the real ones.

`write_survey` writes DAP MAPS files, the two catalogues and the truth; `write_catalogs` the
catalogues alone, of as many galaxies as the real survey has. `draw_galaxy` and `DiskGalaxy`
make a galaxy; `model_moments` evaluates its noiseless maps on any grid.

Parts import one way: ``galaxy`` (what a galaxy is), ``observe`` (what is seen and measured of
it), ``files`` (MAPS files), ``catalogs``, and above them the modules of this folder.
"""

from mangaxr.disks import Clump
from mangaxr.synthetic.catalogs.planted import CatalogTruth
from mangaxr.synthetic.catalogs.write import CatalogFiles, write_catalogs
from mangaxr.synthetic.compare import CHECKS, Check, Comparison, compare_galaxy, compare_store
from mangaxr.synthetic.draw import draw_galaxy, name_galaxies
from mangaxr.synthetic.example import example_store, example_survey
from mangaxr.synthetic.galaxy.disk import DiskGalaxy
from mangaxr.synthetic.galaxy.moments import Moments, model_moments
from mangaxr.synthetic.observe.measure import Measured, measure
from mangaxr.synthetic.survey import SurveyFiles, write_galaxy, write_survey
from mangaxr.synthetic.truth import Truth, read_truth

__all__ = [
    "CHECKS",
    "CatalogFiles",
    "CatalogTruth",
    "Check",
    "Clump",
    "Comparison",
    "DiskGalaxy",
    "Measured",
    "Moments",
    "SurveyFiles",
    "Truth",
    "compare_galaxy",
    "compare_store",
    "draw_galaxy",
    "example_store",
    "example_survey",
    "measure",
    "model_moments",
    "name_galaxies",
    "read_truth",
    "write_catalogs",
    "write_galaxy",
    "write_survey",
]
