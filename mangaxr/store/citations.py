"""Whom to cite for the data of a store, as rows."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LICENCE", "LICENCE_URL", "PAPERS", "Paper", "bibtex", "citation"]

LICENCE = "SDSS data are in the public domain; please acknowledge SDSS as the citation says"

LICENCE_URL = "https://www.sdss4.org/collaboration/citing-sdss/"
"""What SDSS asks of those who use its data, with the words of the acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper that describes the data.

    Parameters
    ----------
    key
        What it is cited by in BibTeX.
    of
        What it describes, in a word.
    author
        First author, as BibTeX wants it.
    title, journal, volume, page, year, doi
        Where it is.
    """

    key: str
    of: str
    author: str
    title: str
    journal: str
    volume: int
    page: int
    year: int
    doi: str


PAPERS: tuple[Paper, ...] = (
    Paper(
        key="bundy2015",
        of="MaNGA",
        author="Bundy, Kevin",
        title="Overview of the SDSS-IV MaNGA Survey: Mapping nearby Galaxies at Apache Point "
        "Observatory",
        journal="ApJ",
        volume=798,
        page=7,
        year=2015,
        doi="10.1088/0004-637X/798/1/7",
    ),
    Paper(
        key="westfall2019",
        of="DAP",
        author="Westfall, Kyle B.",
        title="The Data Analysis Pipeline for the SDSS-IV MaNGA IFU Galaxy Survey: Overview",
        journal="AJ",
        volume=158,
        page=231,
        year=2019,
        doi="10.3847/1538-3881/ab44a2",
    ),
    Paper(
        key="belfiore2019",
        of="DAP",
        author="Belfiore, Francesco",
        title="The Data Analysis Pipeline for the SDSS-IV MaNGA IFU Galaxy Survey: "
        "Emission-line Modeling",
        journal="AJ",
        volume=158,
        page=160,
        year=2019,
        doi="10.3847/1538-3881/ab3e4e",
    ),
    Paper(
        key="law2021",
        of="LSF",
        author="Law, David R.",
        title="SDSS-IV MaNGA: Modeling the Spectral Line-spread Function to Subpercent Accuracy",
        journal="AJ",
        volume=161,
        page=52,
        year=2021,
        doi="10.3847/1538-3881/abcaa2",
    ),
    Paper(
        key="abdurrouf2022",
        of="DR17",
        author="{Abdurro'uf}",
        title="The Seventeenth Data Release of the Sloan Digital Sky Surveys: Complete Release "
        "of MaNGA, MaStar, and APOGEE-2 Data",
        journal="ApJS",
        volume=259,
        page=35,
        year=2022,
        doi="10.3847/1538-4365/ac4414",
    ),
)
"""The survey, its pipelines and its release."""


def citation(papers: tuple[Paper, ...] = PAPERS) -> str:
    """Return what to cite in one line.

    Examples
    --------
    >>> citation(PAPERS[:1])
    'MaNGA: Bundy et al. 2015 (ApJ 798, 7)'
    """
    subjects = dict.fromkeys(paper.of for paper in papers)
    parts = [f"{of}: {', '.join(_short(p) for p in papers if p.of == of)}" for of in subjects]
    return "; ".join(parts)


def bibtex(paper: Paper) -> str:
    """Return a paper's entry for BibTeX.

    Examples
    --------
    >>> print(bibtex(PAPERS[0]).splitlines()[0])
    @article{bundy2015,
    """
    fields = {
        "author": f"{paper.author} and others",
        "title": f"{{{paper.title}}}",
        "journal": paper.journal,
        "volume": paper.volume,
        "pages": paper.page,
        "year": paper.year,
        "doi": paper.doi,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@article{{{paper.key},", *lines, "}"])


def _short(paper: Paper) -> str:
    surname = paper.author.partition(",")[0].strip("{}")
    return f"{surname} et al. {paper.year} ({paper.journal} {paper.volume}, {paper.page})"
