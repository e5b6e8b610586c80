# SPDX-License-Identifier: Apache-2.0
"""Syndicated copies in a real record: VIINA rows of one text, geocoded to several places."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from accounts import setting

from foedus.engines.local import LocalEngine
from foedus.incidents.features import content_codes, sources
from foedus.incidents.from_reports import fuse
from foedus.incidents.independence import copying, independent_sources, voices
from foedus.reports import taxonomy
from foedus.reports.profile import read_profile
from foedus.reports.readers import read_source

FIXTURES = Path(__file__).parent.parent / "fixtures"
PROFILE = read_profile(taxonomy.FOLDER.parent / "sources" / "viina.toml")
SETTING = setting(PROFILE)


def clusters() -> dict[str, list[str]]:
    """The published clusters: name -> ids of the rows that are one text."""
    path = FIXTURES / "viina_2022_exact_duplicate_clusters.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["DedupeClusterID"]: row["MemberEventIDs"].split("|") for row in rows}


@pytest.fixture(scope="module")
def reports() -> pa.Table:
    """The rows of the extract that stand in clusters, and some others."""
    path = FIXTURES / "viina_extract_2022_cut.csv"
    return pa.concat_tables([d.reports for d in read_source(PROFILE, [path])]).combine_chunks()


def event(item_id: str) -> str:
    """The event's id within its year; the item's id carries the date besides."""
    return item_id.partition("-")[0]


def rows_by_event(reports: pa.Table) -> dict[str, int]:
    """Event id -> row."""
    return {event(item): at for at, item in enumerate(reports["item_id"].to_pylist())}


def test_each_cluster_is_one_independent_source(reports: pa.Table) -> None:
    """All 91 clusters: one content key, one independent source, and every row is there."""
    row_of = rows_by_event(reports)
    content, source = content_codes(reports), sources(reports, SETTING)
    found = clusters()
    assert len(found) == 91
    for members in found.values():
        rows = np.array([row_of[item] for item in members])
        assert len(set(content[rows])) == 1
        assert content[rows[0]] >= 0
        bounds = np.array([0, rows.size])
        voice = voices(bounds, source[rows], content[rows], copying(SETTING))
        counts = independent_sources(bounds, voice)
        assert counts.tolist() == [1]


def test_copies_of_one_outlet_in_two_sources_count_once(reports: pa.Table) -> None:
    """Were each row of a cluster told by a source of its own, it would still be one."""
    row_of = rows_by_event(reports)
    content = content_codes(reports)
    for members in clusters().values():
        rows = np.array([row_of[item] for item in members])
        own = np.arange(rows.size)
        related = np.eye(rows.size, dtype=np.bool_)
        bounds = np.array([0, rows.size])
        voice = voices(bounds, own, content[rows], related)
        assert independent_sources(bounds, voice).tolist() == [1]


def test_places_of_a_cluster_stay_apart(reports: pa.Table) -> None:
    """One text about several places stays several incidents."""
    fused = fuse(reports, SETTING, LocalEngine())
    assert fused.incidents.num_rows == reports.num_rows
    place = {
        event(report["item_id"]): (report["latitude_e7"], report["longitude_e7"])
        for report in reports.to_pylist()
    }
    members = fused.members.to_pylist()
    lineage = {event(m["report_id"].partition(":")[2]): m["lineage_id"] for m in members}
    for cluster in clusters().values():
        places = {place[item] for item in cluster}
        assert len({lineage[item] for item in cluster}) >= len(places)
