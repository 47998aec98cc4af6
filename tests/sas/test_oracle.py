"""URLs and paths against `sdss_access`, the survey's own package for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mangaxr.datamodel.releases import find_release
from mangaxr.plateifu import PlateIFU
from mangaxr.sas.layout import DEFAULT_BASE_URL, PRODUCTS, join_url

RELEASES = ("DR15", "DR16", "DR17")
GALAXIES = (PlateIFU(8138, 12704), PlateIFU(7443, 1901), PlateIFU(10001, 6102))

TEMPLATES: dict[str, tuple[str, dict[str, str]]] = {
    "maps": ("mangadap", {"mode": "MAPS"}),
    "modelcube": ("mangadap", {"mode": "LOGCUBE"}),
    "cube": ("mangacube", {"wave": "LOG"}),
    "dapall": ("dapall", {}),
    "drpall": ("drpall", {}),
}
"""Our name -> theirs, and what else they ask for."""


def test_every_product_is_compared() -> None:
    """No product is without its template."""
    assert set(TEMPLATES) == set(PRODUCTS)


@pytest.mark.parametrize("what", TEMPLATES)
@pytest.mark.parametrize("name", RELEASES)
def test_urls_and_paths_are_those_of_sdss_access(
    name: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the URL and the place in the local tree, for every DAPTYPE of the release."""
    module = pytest.importorskip("sdss_access.path", exc_type=ImportError)
    monkeypatch.setenv("SAS_BASE_DIR", str(tmp_path))
    theirs: Any = module.Path(release=name, public=True)
    template, extra = TEMPLATES[what]
    release = find_release(name)
    for galaxy in GALAXIES:
        for daptype in release.daptypes:
            known = {
                "drpver": release.drp,
                "dapver": release.dap,
                "plate": galaxy.plate,
                "ifu": galaxy.ifu,
                "daptype": daptype,
                **extra,
            }
            relative = PRODUCTS[what].relative(release, galaxy, daptype)
            assert str(tmp_path / relative) == theirs.full(template, **known)
            assert join_url(DEFAULT_BASE_URL, relative) == theirs.url(template, **known)
