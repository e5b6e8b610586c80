# SPDX-License-Identifier: Apache-2.0
"""A mission folder: what is read of it, and how each of its faults is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from foedus.errors import DrafterError, OperatorError
from foedus.mission import LIBRARY, Policy, asked_moment, find_mission, read_mission
from small_mission import DONBAS, all_rows, cut, make_mission

FAULTS = {
    "unknown key": ('title = "Donbas', 'titel = "Donbas', "did you mean 'title'?", 7),
    "wrong type": ("latitude = 48.0\n", 'latitude = "48.0"\n', "expected a number", None),
    "unknown zone": ('"Europe/Kyiv"', '"Europe/Kiyv"', "did you mean 'Europe/Kyiv'?", 8),
    "unknown profile": ('"ucdp-ged"', '"ucdp-gde"', "did you mean 'ucdp-ged'?", None),
    "missing file": ("2014_2022.csv", "2014_2023.csv", "did you mean 'ucdp_ged", None),
    "no file": ('["data/ucdp_ged_ukraine_2014_2022.csv"]', "[]", "one file or more", None),
    "source twice": (
        "[[party]]",
        '[[source]]\nprofile = "ucdp-ged"\nfiles = []\n[[party]]',
        "of its own",
        None,
    ),
    "bad date": (
        '"2016-09-21"',
        '"2016-09-31"',
        "mark.5.on: expected a day that is in the calendar",
        None,
    ),
    "period backwards": ('"2022-02-23"', '"2012-02-23"', "not before the first", None),
    "party twice": ('id = "lpr"', 'id = "dpr"', "an id of its own", None),
    "unknown whole": ('id = "lpr"', 'id = "lpr"\npart_of = "drp"', "did you mean 'dpr'?", None),
    "party without a name": (
        '[party.names]\nen = "DPR"',
        '[party.ids2]\nen = "DPR"',
        "names",
        None,
    ),
    "no address": ('"https://uawire', '"uawire', "an address, http or https", None),
    "unknown evidence": ('evidence = "S"', 'evidence = "K"', "expected one of S, P", None),
    "latitude 91": ("latitude = 48.0\n", "latitude = 91.0\n", "a latitude from -90 to 90", None),
    "map turned": ("west = 36.4", "west = 46.4", "west < east and south < north", None),
    "no reason": ('reason = "closed', '#reason = "closed', "a reason to depart", None),
    "negative delay": ("delay_h = 0", "delay_h = -1", "zero or more", None),
    "missing parameters": ("[map]", '[parameters]\nfile = "p.toml"\n\n[map]', "p.toml", None),
    "unknown agreement": ('"minsk-1"', '"minsk-3"', "did you mean 'minsk-2'?", None),
    "agreement twice": ('"minsk-1"', '"minsk-2"', "a document of its own", None),
    "nobody of the mission": ("uafn = [", "ufan = [", "did you mean 'uafn'?", None),
    "nobody of the agreement": ('["dpr", "lpr"]', '["drp"]', "did you mean 'dpr'?", None),
    "two meanings": ('["dpr", "lpr"]', '["dpr"]', "one meaning in all agreements", None),
    "performance of nothing": (
        '"withdraw-heavy"\nstate = "unknown"',
        '"withdraw-heavvy"\nstate = "unknown"',
        "did you mean 'withdraw-heavy'?",
        None,
    ),
    "performance by nobody bound": (
        'by = ["ua"]',
        'by = ["dpr"]',
        "a party that resolution-on-territory binds",
        None,
    ),
    "unknown state": ('state = "not-done"', 'state = "broken"', "done, not-done, unknown", None),
    "moment of nothing": (
        "[[line]]",
        (
            '[[agreement.moment]]\nof = "evnt"\non = "2015-10-01"\n'
            'source_url = "https://example.org"\nevidence = "S"\n\n[[line]]'
        ),
        "did you mean 'event'?",
        None,
    ),
    "moment without an address": (
        "[[line]]",
        (
            '[[agreement.moment]]\nof = "event"\non = "2015-10-01"\n'
            'source_url = "example.org"\nevidence = "S"\n\n[[line]]'
        ),
        "an address, http or https",
        None,
    ),
    "moment that cannot be read": (
        "[[line]]",
        (
            '[[agreement.moment]]\nof = "event"\non = "immediately"\n'
            'source_url = "https://example.org"\nevidence = "S"\n\n[[line]]'
        ),
        "a time that can be computed",
        None,
    ),
    "unknown line": ('file = "donbas"', 'file = "donbass"', "did you mean 'donbas'?", None),
    "negative days": ("backward_days = 3000", "backward_days = -1", "zero or more", None),
    "no day": ('drawn_on = "2018-02-01"', 'drawn_on = "2018"', "a day such as", None),
    "missing calendar": (
        "[[line]]",
        '[[calendar]]\nfile = "made.yaml"\n\n[[line]]',
        "made.yaml",
        None,
    ),
    "not TOML": ("[mission]", "[mission", "TOML", None),
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """A cut of the shipped record."""
    return cut(all_rows())


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_told(fault: str, rows: list[dict[str, str]], tmp_path: Path) -> None:
    """Each fault of a mission.toml is told with its file, its line and what was expected."""
    old, new, told, line = FAULTS[fault]

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    folder = make_mission(tmp_path / "m", rows, edit)
    with pytest.raises(DrafterError) as caught:
        read_mission(folder)
    assert told in str(caught.value)
    assert all(f.file == str(folder / "mission.toml") and f.line for f in caught.value.faults)
    if line is not None:
        assert line in [fault.line for fault in caught.value.faults]


def test_all_faults_at_once(rows: list[dict[str, str]], tmp_path: Path) -> None:
    """Faults of meaning are gathered over the whole document and told in the order of lines."""

    def edit(text: str) -> str:
        text = text.replace('"ucdp-ged"', '"none"').replace("2016-09-21", "soon")
        return text.replace("delay_h = 0", "delay_h = -2")

    with pytest.raises(DrafterError) as caught:
        read_mission(make_mission(tmp_path / "m", rows, edit))
    lines = [fault.line or 0 for fault in caught.value.faults]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_shipped_mission() -> None:
    """The shipped mission names its parties in four languages and gives a reason for its policy."""
    mission = read_mission(DONBAS)
    assert [party.id for party in mission.parties] == ["ua", "dpr", "lpr", "uafn", "maidan"]
    assert all(set(party.names) == {"en", "uk", "ru", "fr"} for party in mission.parties)
    assert mission.policy == Policy(
        place_cell_m=0, delay_h=0, reason="closed record that is already public"
    )
    minsk_2 = next(mark for mark in mission.marks if mark.short == "Minsk II")
    assert minsk_2.on_us == 1_423_951_200_000_000  # 2015-02-14T22:00Z
    assert [mark.short for mark in mission.marks if mark.compare] == [
        "Minsk II",
        "July 2020 measures",
    ]


def test_what_governs_the_shipped_mission() -> None:
    """The shipped mission stands under three agreements and names the line that they measure by."""
    governed = read_mission(DONBAS).governing
    assert [agreement.id for agreement in governed.agreements] == ["minsk-1", "minsk-2", "tcg-2020"]
    assert governed.stands_for == {"uafn": ("dpr", "lpr")}
    assert list(governed.lines) == ["donbas"]


def test_a_moment_is_known(rows: list[dict[str, str]], tmp_path: Path) -> None:
    """A moment that a mission states is read in the mission's zone and kept with its source."""
    stated = (
        'file = "minsk-2"\n[[agreement.moment]]\nof = "event"\non = "2015-10-01"\n'
        'source_url = "https://example.org/page"\nevidence = "P"\n'
    )
    folder = make_mission(
        tmp_path / "m", rows, lambda text: text.replace('file = "minsk-2"\n', stated, 1)
    )
    (known,) = read_mission(folder).governing.known["minsk-2"].values()
    assert (known.source_url, known.evidence) == ("https://example.org/page", "P")
    assert known.moment.from_us == 1_443_646_800_000_000  # 2015-09-30T21:00Z


def test_an_agreement_of_ones_own(rows: list[dict[str, str]], tmp_path: Path) -> None:
    """An agreement below the mission's folder is read, and its faults are told at its own lines."""
    own = (LIBRARY / "agreements" / "tcg-2020.md").read_text("utf-8")
    folder = make_mission(
        tmp_path / "m", rows, lambda text: text.replace('"tcg-2020"', '"tcg-2020.md"')
    )
    (folder / "tcg-2020.md").write_text(own, "utf-8")
    assert read_mission(folder).governing.agreements[2].id == "tcg-2020"
    (folder / "tcg-2020.md").write_text(own.replace("rule: ban", "rule: bann", 1), "utf-8")
    with pytest.raises(DrafterError) as caught:
        read_mission(folder)
    assert {fault.file for fault in caught.value.faults} == {str(folder / "tcg-2020.md")}
    assert all(fault.line for fault in caught.value.faults)


def test_default_policy_does_least_harm(rows: list[dict[str, str]], tmp_path: Path) -> None:
    """A mission that says nothing of policy is coarse to 10 km and late by 72 hours."""
    folder = make_mission(tmp_path / "m", rows, lambda text: text.partition("[policy]")[0])
    policy = read_mission(folder).policy
    assert (policy.place_cell_m, policy.delay_h) == (10_000, 72)


def test_found_by_name_folder_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mission is found by its name, its folder and its file alike."""
    monkeypatch.chdir(DONBAS.parent.parent)
    names = ("donbas", "missions/donbas", "missions/donbas/mission.toml")
    assert len({find_mission(name).resolve() for name in names}) == 1


def test_unknown_name_has_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that no mission has is answered with the nearest that one has."""
    monkeypatch.chdir(DONBAS.parent.parent)
    with pytest.raises(OperatorError, match="did you mean 'donbas'"):
        find_mission("dombas")


@pytest.mark.parametrize("written", ["soon", "2015-02-30", "immediately", "04/05/2015"])
def test_an_option_that_is_no_time(written: str) -> None:
    """What a caller writes after an option and is no time is told with the option's name."""
    with pytest.raises(OperatorError, match="--known: expected"):
        asked_moment(written, "Europe/Kyiv", "--known")
