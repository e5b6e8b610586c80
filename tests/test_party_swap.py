# SPDX-License-Identifier: Apache-2.0
"""Party swap: whoever is swapped for whom in the input is swapped in every output, and no more.

The whole shipped mission is run, then run again with two parties swapped throughout: their names in
every row, their entries and sides in `mission.toml`, the dyad that the profile sets apart. Swapped
back, the outputs must be the same bytes. Ids that are digests of what was said differ by nature:
they are mapped, old to new, report by report, and rows are put back into the order of their ids.
Articles that do not bind the two parties alike are listed: `ASYMMETRIC`. This record asks nothing
of their terms (it observes no weapon that stands anywhere, and names no doer of a duty), so that
its findings swap without exception. What a page cites of agreements and lines is no input of the
swap, and is left out of the comparison; so is what is stated of duties, since a page tells of those
whom it names: `findings/test_performance.py` swaps the parties of made statements.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from markupsafe import escape

import foedus
from foedus.mission import LIBRARY, read_mission
from foedus.publication.answers import read_summary
from small_mission import DONBAS, Rows, all_rows, make_mission

NAMES = ("Government of Ukraine", "DPR")
IDS = ("ua", "dpr")
SIDES = ("government", "armed formations")
PROFILE = LIBRARY / "sources" / "ucdp-ged.toml"
ORDER = {
    "reports": ["report_id"],
    "articles": ["report_id", "position"],
    "refusals": ["batch_id", "row"],
    "incidents": ["occurred_from_us", "lineage_id"],
    "members": ["lineage_id", "report_id"],
    "disagreements": ["lineage_id", "field", "report_id"],
    "findings": ["finding_id"],
    "counts": [],
    "partings": [],
}
STATED = re.compile(r"\[\[agreement\.performance\]\]\n(?:[^\n]+\n)+")
TABLES = (
    "incidents", "members", "findings", "counts", "partings", "months", "sources", "quarantine",
)  # fmt: skip
ASYMMETRIC = {
    ("minsk-1", "Protocol point 3"): "Ukraine alone adopts the law",
    ("minsk-2", "Point 2"): "each side measures from a line of its own",
    ("minsk-2", "Point 4"): "Ukraine's parliament alone says which territory it is",
    ("minsk-2", "Point 5"): "Ukraine alone grants the amnesty",
    ("minsk-2", "Point 11"): "Ukraine alone reforms its constitution",
    ("minsk-2", "Addendum"): "each side measures from a line of its own",
}
"""Agreement and article that do not bind `IDS` alike, and why."""
PUBLISHED = (
    "bulletin.html",
    "tables/README.md",
    "tables/datapackage.json",
    "tables/incidents.geojson",
    *(f"tables/{name}.csv" for name in TABLES),
)


def swapped(pair: tuple[str, str]) -> Callable[[str], str]:
    """Return what swaps two words wherever either stands as a word of its own."""
    other = dict(zip(pair, reversed(pair), strict=True))
    either = re.compile("|".join(rf"(?<![\w./-]){re.escape(word)}(?![\w/-])" for word in pair))
    return lambda text: either.sub(lambda found: other[found[0]], text)


def swapped_rows(rows: Rows) -> Rows:
    """Return the rows with the two parties' names swapped: as sides, in dyads and in places."""
    swap = swapped(NAMES)
    columns = ("side_a", "side_b", "dyad_name", "where_coordinates")
    return [row | {name: swap(row[name]) for name in columns} for row in rows]


def turned_rows(rows: Rows) -> Rows:
    """Return the rows with side A and side B in each other's columns, deaths included."""
    pairs = (("side_a", "side_b"), ("deaths_a", "deaths_b"))
    return [row | {a: row[b] for a, b in pairs} | {b: row[a] for a, b in pairs} for row in rows]


def swapped_mission(text: str) -> str:
    """Return `mission.toml` with the first two parties' entries, and all sides, swapped."""
    head, *entries = text.split("[[party]]\n")
    entries[0], entries[1] = entries[1], entries[0]
    entries[2:] = [re.sub(r"(?m)^side = .*$", _side, entry) for entry in entries[2:]]
    return "[[party]]\n".join([head, *entries])


def _side(found: re.Match[str]) -> str:
    return swapped(SIDES)(found[0])


def ran(folder: Path, rows: Rows, *, swap: bool) -> Path:
    """Run the mission in `folder`, with the parties swapped or not; return what it wrote."""

    def edit(text: str) -> str:
        text = text.replace('profile = "ucdp-ged"', 'profile = "ucdp.toml"')
        text = STATED.sub("", text)
        return swapped_mission(text) if swap else text

    mission = make_mission(folder / "mission", rows, edit)
    profile = PROFILE.read_text("utf-8")
    rule = 'equals = "Government of Ukraine - Maidan"'
    assert rule in profile
    changed = swapped(NAMES)(rule) if swap else rule
    (mission / "ucdp.toml").write_text(profile.replace(rule, changed), "utf-8")
    foedus.run(mission, out=folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole mission as it is shipped."""
    return ran(tmp_path_factory.mktemp("plain"), all_rows(), swap=False)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole mission with two parties swapped throughout."""
    return ran(tmp_path_factory.mktemp("other"), swapped_rows(all_rows()), swap=True)


def read(out: Path, name: str) -> pa.Table:
    """Return one table of a run's record."""
    return pq.read_table(out / "record" / f"{name}.parquet")


def edition(out: Path) -> tuple[str, str]:
    """Return the digest that names a bulletin, as it prints it: short and whole."""
    page = (out / "bulletin.html").read_text("utf-8")
    short = re.search(r"Edition ([0-9a-f]{12})", page)
    assert short
    whole = re.search(rf"{short[1]}[0-9a-f]{{52}}", page)
    assert whole
    return short[1], whole[0]


def renamings(old: Path, new: Path) -> dict[str, str]:
    """Return the new run's digests and ids -> the old run's, by the reports that they stand for."""
    was, now = (read_summary(out)["inputs"][0]["sha256"] for out in (old, new))
    renamed = {now: was} | dict(zip(edition(new), edition(old), strict=True))
    for name, columns in (("reports", ["digest"]), ("members", ["incident_id", "lineage_id"])):
        sides = [read(out, name).sort_by("report_id").to_pylist() for out in (old, new)]
        for was, now in zip(*sides, strict=True):
            assert was["report_id"] == now["report_id"]
            renamed |= {now[column]: was[column] for column in columns}
    return renamed


def swapped_back(value: object, renamed: dict[str, str]) -> object:
    """Return a cell of the swapped run as the plain run should have it."""
    if isinstance(value, list):
        return [swapped_back(item, renamed) for item in value]
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]{16}", value):
        lineage, _, key = value.partition("-")
        return f"{renamed.get(lineage, lineage)}-{key}"
    if isinstance(value, str) and value.startswith("bearer "):
        return swapped(IDS)(value)
    if isinstance(value, str):
        ids = dict([IDS, IDS[::-1], SIDES, SIDES[::-1]])
        return ids.get(value) or renamed.get(value, value)
    return value


def relabelled(table: pa.Table, renamed: dict[str, str], order: list[str]) -> pa.Table:
    """Return a table with every cell swapped back, in the order of its ids."""
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        cells = [swapped_back(cell, renamed) for cell in column.to_pylist()]
        if name == "place_name":
            cells = [swapped(NAMES)(str(cell)) for cell in cells]
        columns.append(pa.array(cells, column.type))
    back = pa.Table.from_arrays(columns, schema=table.schema)
    return in_order(back, order)


def in_order(table: pa.Table, order: list[str]) -> pa.Table:
    """Return a table in the order of some columns; as it is where none is named."""
    return table.sort_by([(name, "ascending") for name in order]) if order else table


def written(table: pa.Table, path: Path) -> bytes:
    """Return the bytes of a table as the record has them."""
    pq.write_table(table.combine_chunks(), path, compression="zstd")
    return path.read_bytes()


@pytest.mark.parametrize("name", ORDER)
def test_record_swaps(name: str, plain: Path, other: Path, tmp_path: Path) -> None:
    """Every table of the record, swapped back, has the same bytes as without the swap."""
    table = read(other, name)
    back = relabelled(table, renamings(plain, other), ORDER[name])
    before = read(plain, name) if name != "findings" else in_order(read(plain, name), ORDER[name])
    assert written(back, tmp_path / "back") == written(before, tmp_path / "plain")
    if name == "incidents":
        assert not table.equals(read(plain, name))


@pytest.mark.parametrize("name", PUBLISHED)
def test_publication_swaps(name: str, plain: Path, other: Path) -> None:
    """The bulletin and each published table, swapped back, have the same bytes as without."""
    before, text = (without_citations((out / name).read_text("utf-8")) for out in (plain, other))
    renamed = renamings(plain, other)
    text = re.sub(
        r"\b(?:[0-9a-f]{64}|[0-9a-f]{16}|[0-9a-f]{12})\b",
        lambda id_: renamed.get(id_[0], id_[0]),
        text,
    )
    for pair in (NAMES, IDS, SIDES):
        text = swapped(pair)(text)
    assert text == before


def without_citations(text: str) -> str:
    """Return a page without what it cites: words of agreements, sides of a line's settlements."""
    for agreement in read_mission(DONBAS).governing.agreements:
        for term in agreement.terms:
            text = text.replace(str(escape(term.rule.text.rstrip("."))), "…")
    return re.sub(r"settlements \([a-z]+\)", "settlements", text)


@pytest.mark.parametrize("name", ["reports", "incidents"])
def test_sides_turned(name: str, plain: Path, tmp_path: Path) -> None:
    """It does not matter which side stands first: only the order of parties turns around."""
    turned = ran(tmp_path, turned_rows(all_rows()), swap=False)
    back = relabelled(read(turned, name), renamings(plain, turned), ORDER[name])
    # The relabelling swaps two parties; here nobody is swapped, so it is undone first.
    back = relabelled(back, {}, ORDER[name])
    for column in ("parties", "party_deaths"):
        index = back.schema.get_field_index(column)
        lists = [cells[::-1] for cells in back.column(index).to_pylist()]
        back = back.set_column(
            index, back.schema.field(index), pa.array(lists, back.schema.types[index])
        )
    assert back.equals(read(plain, name))


def swapped_parties(value: object) -> object:
    """Return what a term says with the two parties swapped; lists of parties have no order."""
    other = dict([IDS, IDS[::-1]])
    if isinstance(value, dict):
        return {other.get(key, key): swapped_parties(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return sorted((swapped_parties(item) for item in value), key=str)
    return other.get(value, value) if isinstance(value, str) else value


def plain_parties(value: object) -> object:
    """Return what a term says, its lists without order."""
    if isinstance(value, dict):
        return {key: plain_parties(item) for key, item in value.items()}
    return sorted(map(plain_parties, value), key=str) if isinstance(value, list | tuple) else value


def test_asymmetric_articles_are_listed() -> None:
    """The articles that bind the two parties in different ways are those of the list, no others."""
    agreements = read_mission(DONBAS).governing.agreements
    found = {
        (agreement.id, term.article)
        for agreement in agreements
        for term in agreement.terms
        for said in [msgspec.to_builtins(term.rule)]
        if swapped_parties(said) != plain_parties(said)
    }
    assert found == set(ASYMMETRIC)
