# SPDX-License-Identifier: Apache-2.0
"""Profiles: what is wrong is told at its line, all of it at once; every key is described."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.reports.samples import PROFILE, profile_of

import foedus
from foedus.errors import DrafterError
from foedus.reports import profile as declared
from foedus.reports.document import read_document
from foedus.reports.profile import Profile, declared_columns, read_profile
from foedus.reports.readers import reader_for
from foedus.reports.taxonomy import load_kinds, load_targets, load_weapons, read_taxonomy

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((Path(foedus.__file__).parent / "library" / "sources").glob("*.toml"))

FORMAT = "[format]\n%s\n[columns]"
MERGED = "already_merged = 1\n[columns]"
DEATHS = 'party_deaths = ["a"]\n[time]'
FAULTS = {
    "unknown key": ("[place]", "[place]\nradius = 5", "place.radius", "did you mean 'radius_m'?"),
    "missing key": ('id = "patrol"', "", "source.id", "the key 'id'"),
    "wrong type": ('title = "Patrol reports"', "title = 7", "source.title", "a text"),
    "number for true": (
        "[columns]",
        "already_merged = 1\n[columns]",
        "source.already_merged",
        "true",
    ),
    "unknown zone": ("Europe/Kyiv", "Europe/Kiyv", "time.zone", "a zone of the IANA database"),
    "unknown format": ('"%Y-%m-%d"', '"%Y-%q"', "time.format", "'%q'"),
    "incomplete format": ('"%Y-%m-%d"', '"%Y-%m"', "time.format", "lacks the year, month or day"),
    "unknown precision": ('d = "day"', 'd = "dya"', "time.precision_codes.d", "'day'"),
    "unknown kind": ('"drone-strike"', '"drone-strikes"', "kind.map.drone", "'drone-strike'"),
    "negative radius": ('"1" = 1000', '"1" = -1', "place.radius_m.1", "not negative"),
    "unknown encoding": (
        "[columns]",
        '[format]\nencoding = "utf-16"\n[columns]',
        "format.encoding",
        "UTF-8",
    ),
    "long delimiter": (
        "[columns]",
        '[format]\ndelimiter = "||"\n[columns]',
        "format.delimiter",
        "one ASCII",
    ),
    "bad grade": ("[columns]", 'grade = "G"\n[columns]', "source.grade", "one of A"),
    "bad start of day": ("[place]", 'day_begins = "7 pm"\n[place]', "time.day_begins", "HH:MM"),
    "half a place": ('longitude = "lon"', "", "place", "latitude and longitude"),
    "unpaired deaths": (
        "[time]",
        'party_deaths = ["a"]\n[time]',
        "columns.party_deaths",
        "one column",
    ),
    "share above one": ("[kind]", "[noise]\ncoverage = 2\n[kind]", "noise.coverage", "from 0 to 1"),
    "sum above one": (
        "[kind]",
        "[noise.kind]\nsame_class = 0.6\nany = 0.6\n[kind]",
        "noise.kind",
        "at most 1",
    ),
    "lateness above one": (
        "[kind]",
        "[noise]\nlateness = [{upto_h = 1, share = 0.7}, {upto_h = 2, share = 0.7}]\n[kind]",
        "noise.lateness",
        "at most 1",
    ),
    "falling lateness": (
        "[kind]",
        "[noise]\nlateness = [{upto_h = 6, share = 0.5}, {upto_h = 2, share = 0.5}]\n[kind]",
        "noise.lateness",
        "hours that rise",
    ),
    "no TOML": ("[columns]", "[columns", None, "TOML 1.0"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_profile(tmp_path: Path, fault: str) -> None:
    """The fault is told with its key, its line and a hint."""
    old, new, key, words = FAULTS[fault]
    assert old in PROFILE
    with pytest.raises(DrafterError) as caught:
        profile_of(tmp_path, PROFILE.replace(old, new, 1))
    (told,) = caught.value.faults
    assert told.column == key
    assert told.line is not None
    assert words in str(told)


def test_line_of_a_fault(tmp_path: Path) -> None:
    """The line is that at which the key stands."""
    text = PROFILE.replace("drone-strike", "rain")
    with pytest.raises(DrafterError) as caught:
        profile_of(tmp_path, text)
    line = caught.value.faults[0].line
    assert line == text[: text.index("rain")].count("\n") + 1


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Three faults of form are told together, in the order of their lines."""
    text = PROFILE.replace('id = "patrol"', 'idd = "x"').replace('start = "date"', "start = 1")
    with pytest.raises(DrafterError) as caught:
        profile_of(tmp_path, text)
    assert [fault.column for fault in caught.value.faults] == [
        "source.id",
        "source.idd",
        "time.start",
    ]


def test_missing_and_undecodable_profile(tmp_path: Path) -> None:
    """A profile that is not there, or not UTF-8, is told as a fault of the document."""
    with pytest.raises(DrafterError, match="a file that can be read"):
        read_profile(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(DrafterError, match="UTF-8"):
        read_profile(tmp_path / "latin.toml")


def test_unknown_kind_of_file() -> None:
    """A kind of file without a reader is told with the nearest that has one."""
    with pytest.raises(DrafterError, match="parquet"):
        reader_for("parket")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_profile(path: Path) -> None:
    """Every profile that ships is without fault, named as its file, cited and licensed."""
    profile = read_profile(path)
    assert profile.source.id == path.stem
    assert all((profile.source.citation, profile.source.licence, profile.source.selection))
    assert profile.columns.item_id in declared_columns(profile)


def keys(record: type[msgspec.Struct], prefix: str = "") -> list[str]:
    """Every key of a profile with its table, such as `time.zone`."""
    tables = {
        "source": declared.Identity, "format": declared.Format, "columns": declared.Columns,
        "time": declared.Time, "place": declared.Place, "kind": declared.Labels,
        "target": declared.Labels, "weapon": declared.Labels, "actor": declared.Labels,
        "party": declared.Labels, "articles": declared.Articles, "noise": declared.Noise,
        "noise.kind": declared.Confusion, "noise.actor": declared.Confusion,
        "noise.lateness": declared.Lateness, "set_apart": declared.Rule,
    }  # fmt: skip
    found = []
    for name in record.__struct_fields__:
        path = f"{prefix}{name}"
        inner = tables.get(path)
        found += keys(inner, f"{path}.") if inner else [path]
    return found


def test_every_key_is_documented() -> None:
    """The reference of profiles has a row for every key, and none for a key that there is not."""
    page = (ROOT / "docs/reference/source-profiles.md").read_text("utf-8")
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    alike = ("target.", "weapon.", "actor.", "party.", "noise.actor.")
    expected = {key for key in keys(Profile) if not key.startswith(alike)}
    expected |= {table.rstrip(".") for table in alike}
    assert rows == expected


def test_taxonomies() -> None:
    """Every word has a title in four languages, leaves stand under classes, unknown is no word."""
    for taxonomy in (load_kinds(), load_targets(), load_weapons()):
        assert "unknown" not in taxonomy
        for node in taxonomy.nodes.values():
            assert set(node.title) == {"en", "uk", "ru", "fr"}
            assert node.parent is None or taxonomy.nodes[node.parent].parent is None


def test_what_several_kinds_have_in_common() -> None:
    """One kind stays itself, kinds of one class give the class, others leave it open."""
    kinds = load_kinds()
    assert kinds.common(["air-strike", "air-strike"]) == "air-strike"
    assert kinds.common(["air-strike", "drone-strike"]) == "air-attack"
    assert kinds.common(["air-strike", "air-attack"]) == "air-attack"
    assert kinds.common(["air-strike", "sniper-fire"]) == "unknown"
    assert kinds.leaves("mine-or-ied") == ("landmine-explosion", "ied-explosion")
    assert kinds.title("mortar-fire", "fr") == "tir de mortier"


def test_faulty_taxonomy(tmp_path: Path) -> None:
    """A repeated id and an unknown parent are told together, each at its line."""
    path = tmp_path / "kinds.toml"
    node = '[[node]]\nid = "a"\ntitle = { en = "a" }\n'
    path.write_text(node + node + 'parent = "b"\n')
    with pytest.raises(DrafterError) as caught:
        read_taxonomy(path)
    assert [fault.line for fault in caught.value.faults] == [4, 7]


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """An entry of a made-up document."""

    name: str


class Book(msgspec.Struct, forbid_unknown_fields=True):
    """A made-up document with an array of tables."""

    entry: tuple[Entry, ...]


def test_lines_of_arrays_of_tables(tmp_path: Path) -> None:
    """An entry of an array of tables is found at its own line."""
    path = tmp_path / "book.toml"
    path.write_text('[[entry]]\nname = "a"\n\n[[entry]]\nname = "b"\n')
    document = read_document(path, Book)
    assert document.line("entry", "1", "name") == 5
    path.write_text('[[entry]]\nname = "a"\n\n[[entry]]\nname = 3\n')
    with pytest.raises(DrafterError) as caught:
        read_document(path, Book)
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(5, "entry.1.name")]
