# SPDX-License-Identifier: Apache-2.0
"""The whole path: what must hold of a run, whatever its input."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import foedus
from foedus import pipeline
from foedus.engines.local import LocalEngine
from foedus.errors import DrafterError, OperatorError
from small_mission import DONBAS, ROOT, Rows, all_rows, cut, make_mission

TABLES = ("reports", "articles", "incidents", "members", "disagreements")


@cache
def small_rows() -> Rows:
    """Return a cut of the shipped record."""
    return cut(all_rows())


@pytest.fixture
def rows() -> Rows:
    """A cut of the shipped record."""
    return small_rows()


@pytest.fixture(scope="module")
def donbas(tmp_path_factory: pytest.TempPathFactory) -> pipeline.Run:
    """The shipped mission, run once without publishing."""
    return pipeline.run(DONBAS, out=tmp_path_factory.mktemp("donbas") / "out")


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def record(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the record's tables but for refusals, which tell row numbers."""
    return {name: (folder / "record" / f"{name}.parquet").read_bytes() for name in TABLES}


def test_parameters_are_kept_under_their_digest(donbas: pipeline.Run) -> None:
    """The set that a run used lies in its record, in a file that its own digest names."""
    (kept,) = (donbas.out / "record").glob("parameters-*.json")
    sha256 = hashlib.sha256(kept.read_bytes()).hexdigest()
    assert sha256 == donbas.parameters.digest
    assert kept.stem == f"parameters-{sha256[:16]}"


def test_every_row_is_an_incident(donbas: pipeline.Run) -> None:
    """A source that is already merged never fuses within itself: 3,077 rows, 3,077 incidents."""
    assert (donbas.read, donbas.accepted, donbas.quarantined) == (3077, 3077, 0)
    assert donbas.incidents == 3077
    assert pc.sum(donbas.tables["incidents"]["report_count"]).as_py() == 3077


def test_sums_by_year_reconcile(donbas: pipeline.Run) -> None:
    """Events and deaths by year, low, best and high, equal the sums of the file's own columns."""
    wanted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in all_rows():
        sums = wanted[row["date_start"][:4]]
        for place, value in enumerate((1, *(int(row[name]) for name in ("low", "best", "high")))):
            sums[place] += value
    got: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    columns = ["occurred_written", "deaths_low", "deaths_best", "deaths_high"]
    for item in donbas.tables["reports"].select(columns).to_pylist():
        sums = got[item["occurred_written"][:4]]
        for place, value in enumerate((1, *(item[name] for name in columns[1:]))):
            sums[place] += value
    assert got == wanted
    for name in columns[1:]:
        reports, incidents = donbas.tables["reports"], donbas.tables["incidents"]
        assert pc.sum(reports[name]) == pc.sum(incidents[name])


def test_same_input_same_bytes(rows: Rows, tmp_path: Path) -> None:
    """Two runs, with one thread and with three, write the same bytes, the bulletin included."""
    mission = make_mission(tmp_path / "m", rows)
    for name, threads in (("one", 1), ("three", 3)):
        engine = LocalEngine(threads)
        foedus.run(mission, out=tmp_path / name, engine=engine)
    assert files(tmp_path / "one") == files(tmp_path / "three")


FEW = settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])


def recorded(rows: Rows, known: str | None = None) -> tuple[set[str], dict[str, bytes]]:
    """Run a mission of `rows`; return the items that its record holds, and the record's bytes."""
    with TemporaryDirectory() as folder:
        mission = make_mission(Path(folder) / "m", rows)
        done = pipeline.run(mission, known=known, out=Path(folder) / "out")
        return set(done.tables["reports"]["item_id"].to_pylist()), record(done.out)


@FEW
@given(order=st.permutations(range(len(small_rows()))))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    """The order of a file's rows changes no table of the record."""
    rows = small_rows()
    assert recorded([rows[place] for place in order]) == recorded(rows)


@FEW
@given(known=st.dates(date(2014, 2, 1), date(2021, 1, 1)))
def test_later_knowledge_changes_nothing(known: date) -> None:
    """What became known after `known`, rows and articles, changes no byte of the record then."""
    rows = small_rows()
    article = ';"Later Press,2023-01-01,A word said later"'
    later = [row | {"source_article": row["source_article"] + article} for row in rows]
    ids, whole = recorded(later, known.isoformat())
    earlier = [row for row in rows if row["id"] in ids]
    assert 0 < len(earlier) < len(rows)
    assert recorded(earlier, known.isoformat()) == (ids, whole)


def test_later_articles_are_not_counted(rows: Rows, tmp_path: Path) -> None:
    """Articles published after `known` neither stand beneath a report nor count in it."""
    done = pipeline.run(make_mission(tmp_path / "m", rows), known="2015-02-15", out=tmp_path / "a")
    articles, reports = done.tables["articles"], done.tables["reports"]
    assert pc.max(articles["published_us"]).as_py() <= done.known_us
    assert articles.num_rows == pc.sum(reports["article_count"]).as_py()


def test_on_keeps_what_had_begun(rows: Rows, tmp_path: Path) -> None:
    """`on` keeps occurrences that began by the end of that day, and no other."""
    done = pipeline.run(make_mission(tmp_path / "m", rows), on="2014-07-31", out=tmp_path / "a")
    starts = {row["date_start"] <= "2014-07-31" for row in rows}
    assert starts == {True, False}
    kept = set(done.tables["reports"]["item_id"].to_pylist())
    assert kept == {row["id"] for row in rows if row["date_start"] <= "2014-07-31"}


def test_bad_row_is_counted_and_told(rows: Rows, tmp_path: Path) -> None:
    """A row that cannot be read goes to quarantine: read = accepted + quarantined."""
    bad = [rows[0], rows[1] | {"latitude": "91"}, *rows[2:]]
    done = pipeline.run(make_mission(tmp_path / "m", bad), out=tmp_path / "a")
    assert done.read == len(rows) == done.accepted + done.quarantined
    assert done.quarantined == 1
    (refusal,) = pq.read_table(tmp_path / "a" / "record" / "refusals.parquet").to_pylist()
    assert (refusal["row"], refusal["column"]) == (3, "latitude")


def test_fault_leaves_the_last_run(rows: Rows, tmp_path: Path) -> None:
    """A run that ends with an error leaves the folder of the last one as it was, and no other."""
    out = tmp_path / "out" / "m"
    pipeline.run(make_mission(tmp_path / "m", rows), out=out)
    before = files(out)

    def fail(_done: pipeline.Run, folder: Path) -> None:
        assert (folder / "record" / "run.json").is_file()
        raise DrafterError

    with pytest.raises(DrafterError):
        pipeline.run(tmp_path / "m", out=out, publish=fail)
    assert files(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["m"]


def test_foreign_folder_is_refused(rows: Rows, tmp_path: Path) -> None:
    """A folder that holds something else than a run is never replaced."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "thesis.txt").write_text("mine")
    with pytest.raises(OperatorError, match="would be lost"):
        pipeline.run(make_mission(tmp_path / "m", rows), out=own)
    assert (own / "thesis.txt").read_text() == "mine"


def heed_interrupts() -> None:
    """Let a child be interrupted, also where whoever runs the tests has shut interrupts off."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupt_leaves_a_usable_state(tmp_path: Path) -> None:
    """Ctrl-C ends a run with code 130, one line, the last run as it was and nothing half-made."""
    out = tmp_path / "out" / "donbas"
    pipeline.run(DONBAS, out=out)
    before = files(out)
    command = [sys.executable, "-m", "foedus.cli", "run", str(DONBAS), "--out", str(out)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    child = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(out.parent.glob(".donbas.partial-*")) and time.monotonic() < deadline:
        assert child.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.005)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert told.strip() == "Interrupted: the last run stands as it was."
    assert files(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["donbas"]


def test_seconds_are_told_by_step(donbas: pipeline.Run) -> None:
    """A run tells the seconds of each step and the most memory that it held."""
    steps = ["mission", "reports", "known", "incidents", "past", "findings", "record", "publish"]
    assert list(donbas.seconds) == steps
    assert donbas.peak_mb > 0


def test_nothing_known_yet(rows: Rows, tmp_path: Path) -> None:
    """A run at a time at which nothing was known gives an empty record and a bulletin of it."""
    done = foedus.run(make_mission(tmp_path / "m", rows), known="2013-01-01", out=tmp_path / "a")
    assert (done.read, done.incidents) == (len(rows), 0)
    assert (tmp_path / "a" / "bulletin.html").is_file()
    assert foedus.incidents(done) == []
    assert foedus.sources(done)[0]["reports"] == 0
