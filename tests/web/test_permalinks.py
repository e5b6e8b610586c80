# SPDX-License-Identifier: Apache-2.0
"""A permalink says the same as its page; where its edition is gone, the page says what changed."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from addresses import addresses, in_form
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from sites import Site

import foedus
from foedus.publication.edition import FILE, STANDING
from foedus.publication.succession import compared, write_steps
from foedus.web.app import application
from foedus.web.serving import ready
from small_mission import all_rows, cut, make_mission

SHOWN = ("known",)
"""What the register tells of the question itself."""


def permalink(page: str) -> str:
    """Return the permalink of a page."""
    found = re.search(r'<a href="([^"]+)">Permalink</a>', page)
    assert found is not None
    return html.unescape(found[1])


def as_data(address: str) -> str:
    """Return the address of a page as that of its data."""
    path, _, behind = address.partition("?")
    return f"{in_form(path, 'json')}?{behind}"


@pytest.mark.parametrize("name", ["donbas", "ukraine", "energy"])
def test_a_permalink_says_what_its_page_says(name: str, request: pytest.FixtureRequest) -> None:
    """With edition and `known` in the address, the data are those of the bare page."""
    site: Site = request.getfixturevalue(name)
    for route, path in addresses(site.client):
        if "html" not in route.forms:
            continue
        address = permalink(site.client.get(path).text)
        assert ("known=" in address) == route.is_timed
        assert site.served.edition.digest[:16] in address
        page = site.client.get(address)
        assert page.status_code == 200, address
        assert permalink(page.text) == address
        told, bare = (
            site.client.get(as_data(address)).json(),
            site.client.get(in_form(path, "json")),
        )
        for field, value in bare.json().items():
            if field not in SHOWN:
                assert told[field] == value, (address, field)


def test_links_keep_the_edition(donbas: Site) -> None:
    """From a page that names its edition, every page of this web does."""
    page = donbas.client.get(permalink(donbas.client.get("/findings?limit=3").text)).text
    links = re.findall(r'<a href="(/[^"]*)"', page)
    assert len(links) > 20
    plain = ("/openapi.json", "/log/checkpoint")
    assert all("edition=" in link for link in links if link not in plain), links


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a mission's two editions, the later of which has reports of 2018 and after as well."""
    home = tmp_path_factory.mktemp("grown")
    rows = cut(all_rows())
    folders = []
    for number, kept in enumerate(([row for row in rows if row["year"] < "2018"], rows)):
        mission = make_mission(home / f"missions{number}" / "donbas", kept)
        foedus.run(mission, out=home / f"run{number}")
        folders.append((str(mission), home / f"run{number}"))
    before, after = (ready(*one) for one in folders)
    write_steps(
        after.edition.kept, before.edition.kept, before.edition.digest, before.edition.made_s
    )
    yield before, after
    before.close()
    after.close()


def test_an_edition_that_is_gone_is_told(grown: Any) -> None:
    """Before the first difference data are as good as they were; after it they are refused."""
    before, after = grown
    named = before.edition.digest[:16]
    with TestClient(application(before)) as old, TestClient(application(after)) as new:
        for day in ("2015-03-05", "2016-01-01"):
            asked = f"/incidents.json?known={day}&limit=500&edition={named}"
            assert new.get(asked).json() == old.get(asked).json()
            page = new.get(f"/incidents?known={day}&edition={named}").text
            assert "nothing has changed since" in page
        for asked in ("/incidents.json?", "/incidents.json?known=2020-01-01&", "/sources.json?"):
            assert old.get(f"{asked}edition={named}").status_code == 200
            answer = new.get(f"{asked}edition={named}")
            assert answer.status_code == 409
            assert answer.json()["faults"][0]["got"] == after.edition.digest[:16]
        page = new.get(f"/incidents?edition={named}").text
        assert named in page
        assert "came, went or changed since" in page
        assert new.get(f"/incidents?edition={named}&lang=uk").status_code == 200
        unknown = new.get(f"/incidents?known=2015-03-05&edition={'0' * 16}")
        assert "is not known here" in unknown.text
        assert new.get(f"/incidents.csv?known=2015-03-05&edition={'0' * 16}").status_code == 409
        assert new.get(f"/log.json?edition={named}").status_code == 200
        assert "no longer served" not in new.get(f"/?edition={after.edition.digest}").text
        for bad in ("12345", "no-edition", "0" * 65):
            assert new.get(f"/?edition={bad}").status_code == 400


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "drop", "end", "alter"]), st.integers(0, 40), st.integers(0, 40)
    ),
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(edits=EDITS)
def test_before_the_first_difference_nothing_differs(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int, int]]
) -> None:
    """However rows come, go, end or change: what was known earlier is told alike by both."""
    home = tmp_path_factory.mktemp("pair")
    before, after = home / "before" / FILE, home / "after" / FILE
    before.parent.mkdir()
    after.parent.mkdir()
    with duckdb.connect(before) as db:
        db.execute(MADE)
        db.execute("create table findings as select * from incidents")
    shutil.copy(before, after)
    with duckdb.connect(after) as db:
        for what, number, at in edits:
            db.execute(EDITED[what], {"n": number, "at": at})
    change = (compared(before, after) or {})["incidents"]
    first_us = 60 if change.first_known_us is None else min(change.first_known_us, 60)
    for known_us in range(60):
        same = standing(before, known_us) == standing(after, known_us)
        if known_us < first_us:
            assert same
        elif known_us == first_us:
            assert not same


MADE = """create table incidents as select n as id, n * 2 as known_from_us,
    case when n % 3 = 0 then n * 2 + 9 end as known_to_us, n as occurred_from_us,
    n as occurred_to_us, [n, 1] as several, 'only' as layer from range(15) t(n)"""
STOOD = "select * exclude (known_to_us) from incidents where $standing order by all"
EDITED = {
    "add": "insert into incidents select 100 + $n, $at, null, 0, 0, [$n, 2], 'only'",
    "drop": "delete from incidents where id = $n and $at >= 0",
    "end": "update incidents set known_to_us = known_from_us + 1 + $at where id = $n",
    "alter": "update incidents set several = [$n, $at, 3] where id = $n",
}


def standing(file: Path, known_us: int) -> list[Any]:
    """Return what stood then by a file, in order."""
    query = STOOD.replace("$standing", STANDING)
    asked = {"known_us": known_us, "on_us": None, "ripe_us": None, "due_us": known_us}
    with duckdb.connect(file, read_only=True) as db:
        return db.execute(query, asked).fetchall()


def test_editions_of_other_columns_are_not_compared(tmp_path: Path) -> None:
    """Where a new program holds other columns, nothing is claimed."""
    for name, more in (("before", ""), ("after", ", 1 as other")):
        (tmp_path / name).mkdir()
        with duckdb.connect(tmp_path / name / FILE) as db:
            for table in ("incidents", "findings"):
                db.execute(
                    f"create table {table} as select 1 as known_from_us, 2 as known_to_us{more}"
                )
    assert compared(tmp_path / "before" / FILE, tmp_path / "after" / FILE) is None
