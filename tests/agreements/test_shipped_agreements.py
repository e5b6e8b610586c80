# SPDX-License-Identifier: Apache-2.0
"""The shipped documents are clean, cite what they say, and mark what nobody has verified."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from foedus.terms.check import Checked, check
from foedus.terms.in_force import Binding
from foedus.terms.record import Agreement
from foedus.terms.rules import BanRule, DutyRule, PresenceRule
from foedus.terms.vocabulary import LIBRARY
from source_files import ROOT

FOLDER: Final = LIBRARY / "agreements"
SHIPPED: Final = (
    "budapest-1994",
    "cold-spell-2026",
    "easter-2025",
    "energy-2025",
    "ladder-2026",
    "lebanon-2024",
    "may-2025",
    "minsk-1",
    "minsk-2",
    "nagorno-karabakh-2020",
    "paris-2026",
    "plan-20-points-2025",
    "resolution-2231",
    "tcg-2020",
)
PAGE: Final = ROOT / "docs" / "reference" / "shipped-agreements.md"
BINDING: Final = (BanRule, PresenceRule, DutyRule)
NOT_TO_CITE: Final = (
    "co2unting.com",
    "eaimenina.com",
    "hotdisk.org",
    "q1mediahydraplatform.com",
    "news-pravda.com",
    "mid-dnr.su",
)
"""Hosts whose pages are made by machines or speak for one side."""
LOADED: Final = re.compile(
    r"\b(terroris|regime\b|occupi|occupation|liberat|rebel|separatist|militant|puppet|aggressor st"
    r"|dictator|invader|so-called|junta|enemy)",
    re.IGNORECASE,
)


@cache
def checked() -> dict[str, Checked]:
    """Return what the check finds in each file of the library, by its id."""
    return {Path(found.file).stem: found for found in check([FOLDER])}


def shipped(agreement_id: str) -> Agreement:
    """Return a shipped agreement."""
    found = checked()[agreement_id].agreement
    assert found is not None
    return found


def rows(heading: str, agreement_id: str) -> list[list[str]]:
    """Return the cells of an agreement's rows under a heading; "": in the first table."""
    parts = re.split(r"(?m)^## (.+)$", PAGE.read_text("utf-8"))
    tables = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    lines = [
        line for line in tables[heading].split("\n") if line.startswith(f"| `{agreement_id}` |")
    ]
    return [[cell.strip() for cell in line.strip("|").split(" | ")[1:]] for line in lines]


def test_these_are_shipped() -> None:
    """The library holds these agreements and no others."""
    assert tuple(checked()) == SHIPPED


@pytest.mark.parametrize("agreement_id", SHIPPED)
def test_document_is_clean(agreement_id: str) -> None:
    """The check finds no fault, the canonical form included."""
    assert [str(fault) for fault in checked()[agreement_id].faults] == []


def test_only_the_deadlock_of_lebanon_is_remarked_upon() -> None:
    """Duties that wait for each other stand in one shipped text, and the check says where."""
    remarked = {name: found.remarks for name, found in checked().items() if found.remarks}
    assert list(remarked) == ["lebanon-2024"]
    assert "deploy-once-free" in remarked["lebanon-2024"][0].text


@pytest.mark.parametrize("agreement_id", SHIPPED)
def test_every_article_says_where_it_is_from(agreement_id: str) -> None:
    """The prose of each article cites a source, or says that it is unverified."""
    silent = [
        article.label
        for article in shipped(agreement_id).articles
        if "[@" not in article.prose and "**Unverified" not in article.prose
    ]
    assert [label for label in silent if label != "What became of it"] == []


@pytest.mark.parametrize("agreement_id", SHIPPED)
def test_no_source_is_of_a_kind_that_may_not_be_cited(agreement_id: str) -> None:
    """No address is on a host whose pages nobody answers for."""
    hosts = {
        urlsplit(source.url).hostname for source in shipped(agreement_id).head.sources.values()
    }
    assert not {host for host in hosts if host and host.endswith(NOT_TO_CITE)}


@pytest.mark.parametrize("agreement_id", SHIPPED)
def test_what_is_not_verified_is_shown_so(agreement_id: str) -> None:
    """A term of evidence K or ? stands in a document that says Unverified, and in the table."""
    doubtful = checked()[agreement_id].unverified
    text = (FOLDER / f"{agreement_id}.md").read_text("utf-8")
    assert not doubtful or "**Unverified" in text
    (row,) = rows("", agreement_id)
    assert re.findall(r"`([^`]+)`", row[-1]) == list(doubtful)


@pytest.mark.parametrize("agreement_id", SHIPPED)
def test_words_are_neutral(agreement_id: str) -> None:
    """No document uses a word that takes sides; a source's title is its own."""
    text = (FOLDER / f"{agreement_id}.md").read_text("utf-8")
    told = "\n".join(line for line in text.split("\n") if not re.match(r"\s+(url|title): ", line))
    assert LOADED.findall(told) == []


def test_parties_of_donbas_are_those_of_the_mission() -> None:
    """Who is bound in Donbas has the ids, names and sides that the mission declares."""
    declared = tomllib.loads((ROOT / "missions/donbas/mission.toml").read_text("utf-8"))["party"]
    sides = {party["id"]: party["side"] for party in declared}
    for agreement_id in ("minsk-1", "minsk-2", "tcg-2020"):
        agreement = shipped(agreement_id)
        assert agreement.bound == ("ua", "dpr", "lpr")
        parties = {party.id: party.side for party in agreement.parties if party.id in sides}
        assert parties == {name: sides[name] for name in agreement.bound}


@pytest.mark.parametrize(
    ("agreement_id", "label", "in_force"),
    [
        ("minsk-1", "Protocol", "in-force"),
        ("minsk-1", "Memorandum", "memorandum-in-force"),
        ("minsk-2", "Point", "in-force"),
        ("minsk-2", "Addendum", "addendum-in-force"),
    ],
)
def test_each_paper_dates_its_own_terms(agreement_id: str, label: str, in_force: str) -> None:
    """Where one document holds two papers, no term binds before the paper in which it stands."""
    agreement = shipped(agreement_id)
    for term in agreement.terms:
        if term.article.startswith(label) and isinstance(term.rule, BINDING):
            held = Binding(agreement=agreement).held(term.id)
            assert [stretch.in_force for stretch in held] == [in_force], term.id


def one_sided(agreement: Agreement) -> list[str]:
    """Return the articles with a ban, presence or duty that does not bear all who are bound."""
    found: dict[str, None] = {}
    for term in agreement.terms:
        rule = term.rule
        if isinstance(rule, BINDING):
            borne = set(rule.bearer) & set(agreement.bound)
            if borne and borne != set(agreement.bound):
                found[term.article] = None
        if isinstance(rule, PresenceRule) and len({b.on for b in rule.baseline.values()}) > 1:
            found[term.article] = None
    return list(found)


@pytest.mark.parametrize("agreement_id", SHIPPED)
def test_articles_that_treat_the_sides_differently_are_listed(agreement_id: str) -> None:
    """Swapping the parties changes only what these articles say, and the page lists them all."""
    listed = rows("Articles that treat the sides differently", agreement_id)
    assert [cells[0] for cells in listed] == one_sided(shipped(agreement_id))


@pytest.mark.parametrize("agreement_id", SHIPPED)
def test_readings_are_listed(agreement_id: str) -> None:
    """The page lists every reading of every document, in its order."""
    listed = " ".join(cells[0] for cells in rows("Where readings part", agreement_id))
    readings = [reading.id for reading in shipped(agreement_id).head.readings]
    assert re.findall(r"`([^`]+)`", listed) == readings
