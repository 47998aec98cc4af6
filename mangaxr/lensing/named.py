"""Lenses written down in a line: ``sie:theta_E=1.0,e1=0.1,e2=0``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from mangaxr.errors import LensError, known_name
from mangaxr.lensing.lens import Lens
from mangaxr.lensing.profiles.component import Component
from mangaxr.lensing.profiles.epl import EPL
from mangaxr.lensing.profiles.pjaffe import PJaffe
from mangaxr.lensing.profiles.shear import Shear
from mangaxr.lensing.profiles.sie import SIE
from mangaxr.lensing.profiles.sis import SIS
from mangaxr.lensing.profiles.tnfw import TNFW

__all__ = ["PROFILES", "parse_component", "parse_lens", "written"]

PROFILES: Mapping[str, type[Component]] = {
    "sis": SIS,
    "sie": SIE,
    "epl": EPL,
    "shear": Shear,
    "pjaffe": PJaffe,
    "tnfw": TNFW,
}
"""Name -> profile."""


def parse_component(text: str) -> Component:
    """Read one component.

    Parameters
    ----------
    text
        ``NAME:PARAMETER=NUMBER,...``, the parameters being those of the class.

    Raises
    ------
    LensError
        If it is not of that form, lacks a parameter or has one too many.
    UnknownNameError
        If there is no such profile.

    Examples
    --------
    >>> parse_component("sis:theta_E=1.2, x=0.1")
    SIS(theta_E=1.2, x=0.1, y=0.0)
    """
    name, _, rest = text.partition(":")
    profile = PROFILES[known_name("lens", name.strip().lower(), tuple(PROFILES))]
    fields = dataclasses.fields(profile)  # type: ignore[arg-type]
    values = dict(_parameter(part, text) for part in rest.split(",") if part.strip())
    known = [field.name for field in fields]
    lacking = [f.name for f in fields if f.default is dataclasses.MISSING and f.name not in values]
    strange = [key for key in values if key not in known]
    if lacking or strange:
        what = f"no {lacking[0]}" if lacking else f"{strange[0]!r} is no parameter"
        msg = f"lens {text!r}: {what}; {name} takes {', '.join(known)}"
        raise LensError(msg)
    return profile(**values)


def parse_lens(texts: Iterable[str]) -> Lens:
    """Read a lens, a component a text.

    Examples
    --------
    >>> parse_lens(["sis:theta_E=1", "shear:g1=0.02,g2=0"])
    Lens([SIS(theta_E=1.0, x=0.0, y=0.0), Shear(g1=0.02, g2=0.0, x=0.0, y=0.0)])
    """
    return Lens(parse_component(text) for text in texts)


def written(component: Component) -> str:
    """Write a component down, so that `parse_component` reads it.

    Examples
    --------
    >>> written(SIS(1.2, x=0.1))
    'sis:theta_E=1.2,x=0.1,y=0.0'
    """
    name = next(name for name, profile in PROFILES.items() if profile is type(component))
    values = {
        field.name: float(getattr(component, field.name))
        for field in dataclasses.fields(component)  # type: ignore[arg-type]
    }
    return f"{name}:{','.join(f'{key}={value!r}' for key, value in values.items())}"


def _parameter(part: str, whole: str) -> tuple[str, float]:
    key, equals, number = part.partition("=")
    try:
        return key.strip(), float(number)
    except ValueError:
        what = f"{number.strip()!r} is no number" if equals else f"{part.strip()!r} has no ="
        msg = f"lens {whole!r}: {what}: expected NAME:PARAMETER=NUMBER,..."
        raise LensError(msg) from None
