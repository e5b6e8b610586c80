# SPDX-License-Identifier: Apache-2.0
"""Makes sets of reports with a known truth: `python bench/generate.py OUT --reports 40000`.

Happenings lie along a front and in towns; up to eight sources tell of them with the noise that
`fusion_profiles/` declares, or with other noise (`--shift`). OUT gets `all.csv` (sources A to G),
`H.csv` (the observation form: bearing and range only), `truth.csv` (rec_id, incident_id) and
`withdrawn.csv` (accounts that are false and are taken back later). Everything follows from the
options: the same call gives the same bytes. What is made, by option:

* `--errors`: points even in the error disc, normal (19 of 20 inside) or heavy-tailed (9 of 10);
* `--repeats`: source E, sensors and corrections, tells again of what it told;
* `--copies`: outlets F and G carry one agency's text, word for word, each with its own point;
* `--barrages`: happenings that last four hours across midnight, so that days differ;
* `--chains`: happenings in a row, each near the next, that are all different ones;
* `--late`, `--withdrawn`: accounts that are published weeks later, or are false.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from foedus.reports import observation_form
from labels_made import (
    ACTOR_LABELS,
    ACTORS,
    CLASSES,
    FIRST_OF_CLASS,
    HEARD,
    KIND_LABELS,
    KIND_WEIGHTS,
    SIZE_OF_CLASS,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Random = np.random.Generator

DAY_S: Final = 86_400
M_PER_DEGREE: Final = 111_195.0
EPOCH_S: Final = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp())
MOST_DAYS: Final = 30_600
"""From the epoch to 2098; a longer set begins earlier, since no clock is told after 2099."""
RADIUS_M: Final = np.array([1_000.0, 5_000.0, 15_000.0])
SOURCES: Final = "ABCDEFGH"
COVERAGE: Final = {"A": 0.65, "B": 0.55, "C": 0.45, "D": 0.35, "E": 0.25, "F": 0.30, "G": 0.30}
HEARS: Final = 0.25
"""Share of the happenings which can be heard that monitors (H) tell of."""
PRECISIONS: Final = {
    "A": (0.55, 0.35, 0.10),
    "B": (0.45, 0.40, 0.15),
    "C": (0.30, 0.45, 0.25),
    "D": (0.20, 0.40, 0.40),
    "E": (1.0, 0.0, 0.0),
    "F": (0.30, 0.50, 0.20),
    "G": (0.30, 0.50, 0.20),
}
BY_DAY: Final = ("C", "D")
BARRAGE_H: Final = 4.0
CHAIN_CODE: Final = 0
AGENCY: Final = "Agency item {0}: {1} reported near point {2}, residents told of it the same day"


class Noise(NamedTuple):
    """How the accounts are off; the first set is what the profiles declare, the second is not."""

    stretch: float
    """Radii are those declared times this."""
    late: tuple[float, float, float]
    """Shares of accounts up to 6, 24 and 48 hours late."""
    sibling: float
    any_kind: float
    any_actor: float
    bearing: float
    """Bearings are off by the stated error times this at most."""


DECLARED: Final = Noise(1.0, (0.6, 0.3, 0.1), 0.10, 0.04, 0.03, 1.0)
SHIFTED: Final = Noise(1.5, (0.35, 0.4, 0.25), 0.25, 0.08, 0.10, 1.3)


class Options(NamedTuple):
    """What a set is made of; shares are of happenings, `withdrawn` of accounts."""

    reports: int = 4_000
    rate: float = 100.0
    """True happenings a day."""
    sources: str = "ABCDEFGH"
    errors: str = "disc"
    repeats: float = 1.0
    """How often E tells of one happening again, on average."""
    copies: float = 0.5
    barrages: float = 0.02
    chains: int = 0
    chain_length: int = 12
    chain_step_m: float = 900.0
    late: float = 0.05
    withdrawn: float = 0.01
    shift: bool = False
    seed: int = 7

    @property
    def noise(self) -> Noise:
        """The noise of the accounts."""
        return SHIFTED if self.shift else DECLARED


class Happenings(NamedTuple):
    """What truly happened, one row each."""

    at_s: Floats
    """Start, in seconds since the first day."""
    lasts_h: Floats
    latitude: Floats
    longitude: Floats
    kind: Ints
    actor: Ints
    chained: npt.NDArray[np.bool_]


class Accounts(NamedTuple):
    """What one source tells, one row each; codes index the tables of `labels_made`."""

    source: str
    happening: Ints
    """Row of the happening; -1: a false account."""
    at_s: Floats
    latitude: Floats
    longitude: Floats
    code: Ints
    """Index of the radius; -1 where no precision is told."""
    kind: Ints
    actor: Ints
    text: Ints
    """Number of the agency's item that it repeats; -1: none."""


def accounts_each(options: Options) -> float:
    """Return how many accounts a happening has on average."""
    heard = sum(COVERAGE[source] for source in options.sources if source != "H")
    if "E" in options.sources:
        heard += COVERAGE["E"] * options.repeats
    if "H" in options.sources:
        heard += HEARS * float(KIND_WEIGHTS[HEARD].sum())
    return heard


def happenings(options: Options, random: Random) -> Happenings:
    """Return what truly happened, ascending in time; chains stand at the end."""
    count = max(1, round(options.reports / accounts_each(options)))
    days = count / options.rate
    at_s = np.sort(random.uniform(0.0, days * DAY_S, count)) + begin_s(days)
    latitude, longitude = _places(count, random)
    barrage = random.random(count) < options.barrages
    begins = random.uniform(DAY_S - 2 * 3600, DAY_S, count)
    at_s = np.where(barrage, at_s // DAY_S * DAY_S + begins, at_s)
    loose = Happenings(
        at_s,
        np.where(barrage, BARRAGE_H, 0.0),
        latitude,
        longitude,
        random.choice(len(KIND_WEIGHTS), count, p=KIND_WEIGHTS),
        random.choice(len(ACTORS), count),
        np.zeros(count, np.bool_),
    )
    traps = [_chain(options, days, random) for _ in range(options.chains)]
    parts = zip(loose, *traps, strict=True)
    return Happenings(*(np.concatenate(part) for part in parts))


def _places(count: int, random: Random) -> list[Floats]:
    """Points along a front of some 700 km, most in twenty hot sectors, and in fifteen towns."""
    hot, weight = random.uniform(0, 1, 20), random.dirichlet(np.full(20, 0.8))
    along = random.choice(hot, count, p=weight) + random.normal(0, 0.007, count)
    even = random.random(count) < 0.25
    along = np.where(even, random.uniform(0, 1, count), along)
    town = random.integers(0, 15, count)
    in_town = random.random(count) < 0.3
    town_at, off = random.uniform(0, 1, 15), random.normal(0, 0.6, (15, 2))
    along = np.where(in_town, town_at[town], along)
    latitude = 46.6 + 3.4 * along + 0.25 * np.sin(9 * along)
    longitude = 32.5 + 7.0 * along + 0.35 * np.cos(7 * along)
    latitude = latitude + np.where(in_town, off[town, 0], 0.0)
    longitude = longitude + np.where(in_town, off[town, 1], 0.0)
    spread = np.asarray(random.normal(0, 6_000, (2, count)), np.float64)
    return moved(latitude, longitude, spread[0], spread[1])


def begin_s(days: float) -> float:
    """Return when a set of so many days begins, in seconds after the epoch."""
    return min(0.0, (MOST_DAYS - days) * DAY_S)


def _chain(options: Options, days: float, random: Random) -> Happenings:
    """Happenings of one hour and kind, `chain_step_m` apart in a row to the east."""
    count = options.chain_length
    north, east = (np.full(count, random.uniform(low, low + 2)) for low in (47.0, 36.0))
    latitude, longitude = moved(
        north,
        east,
        np.asarray(options.chain_step_m * np.arange(count), np.float64),
        np.zeros(count),
    )
    since_s = random.uniform(0, max(days, 1.0)) * DAY_S // 3600 * 3600 + 1800
    hour = np.full(count, float(since_s + begin_s(days)))
    kind, actor = np.zeros(count, np.int64), np.zeros(count, np.int64)
    return Happenings(
        hour, np.zeros(count), latitude, longitude, kind, actor, np.ones(count, np.bool_)
    )


def moved(latitude: Floats, longitude: Floats, east_m: Floats, north_m: Floats) -> list[Floats]:
    """Return latitudes and longitudes of points so many metres to the east and to the north."""
    length = M_PER_DEGREE * np.cos(np.radians(latitude))
    return [latitude + north_m / M_PER_DEGREE, longitude + east_m / length]


def distances(errors: str, radius: Floats, random: Random) -> Floats:
    """Return how far points are off: even in the disc, normal or Student's t with two degrees."""
    share = random.random(radius.size)
    if errors == "disc":
        return np.asarray(radius * np.sqrt(share), np.float64)
    if errors == "gaussian":
        return np.asarray(radius * np.sqrt(np.log1p(-share) / np.log(0.05)), np.float64)
    tail = np.minimum(share, 0.999)
    return np.asarray(radius / 3.0 * np.sqrt(1.0 / (1.0 - tail) - 1.0), np.float64)


def told(source: str, true: Happenings, options: Options, random: Random) -> Accounts:
    """Return what one of the sources A to G tells."""
    seen = _seen(source, true, random)
    if source == "E":
        again = random.poisson(options.repeats, seen.size)
        again[true.lasts_h[seen] > 0] += 2
        again[true.chained[seen]] = 0
        seen = np.repeat(seen, 1 + again)
    noise, count = options.noise, seen.size
    code = random.choice(3, count, p=PRECISIONS[source])
    code[true.chained[seen]] = CHAIN_CODE
    away = distances(options.errors, RADIUS_M[code] * noise.stretch, random)
    away[true.chained[seen]] = 0.0
    turn = random.uniform(0, 2 * np.pi, count)
    latitude, longitude = moved(
        true.latitude[seen], true.longitude[seen], away * np.cos(turn), away * np.sin(turn)
    )
    begin = np.array([0.0, 6.0, 24.0]), np.array([6.0, 24.0, 48.0])
    piece = random.choice(3, count, p=noise.late)
    late_h = random.uniform(begin[0][piece], begin[1][piece])
    late_h[true.chained[seen]] = 0.0
    inside_h = random.uniform(0, 1, count) * true.lasts_h[seen]
    code[(random.random(count) < 0.05) & ~true.chained[seen]] = -1
    return Accounts(
        source,
        seen,
        true.at_s[seen] + 3600 * (inside_h + late_h),
        latitude,
        longitude,
        code,
        _confused(true.kind[seen], noise, random),
        _other_actor(true.actor[seen], noise, random),
        np.full(count, -1),
    )


def _seen(source: str, true: Happenings, random: Random) -> Ints:
    """Happenings of which it tells; A and E tell of every other one of a chain."""
    seen = random.random(true.at_s.size) < COVERAGE[source]
    place = np.arange(true.at_s.size)
    seen[true.chained] = place[true.chained] % 2 == "AE".find(source)
    return np.flatnonzero(seen)


def _confused(kind: Ints, noise: Noise, random: Random) -> Ints:
    """Kinds as told: now and then a sibling of the same class, or any; -1 where none is told."""
    draw, pick = random.random(kind.size), random.integers(0, 1 << 30, kind.size)
    sibling = FIRST_OF_CLASS[kind] + pick % SIZE_OF_CLASS[kind]
    found = np.where(draw < noise.sibling, sibling, kind)
    anything = (draw >= noise.sibling) & (draw < noise.sibling + noise.any_kind)
    found = np.where(anything, pick % len(CLASSES), found)
    return np.where(random.random(kind.size) < 0.03, -1, found)


def _other_actor(actor: Ints, noise: Noise, random: Random) -> Ints:
    """Actors as told: now and then any; -1 where none is told."""
    wrong = random.random(actor.size) < noise.any_actor
    found = np.where(wrong, random.integers(0, len(ACTORS), actor.size), actor)
    return np.where(random.random(actor.size) < 0.12, -1, found)


def copied(one: Accounts, other: Accounts, share: float, random: Random) -> tuple[Accounts, ...]:
    """Let two outlets carry one text on a share of the happenings of which both tell."""
    both = np.intersect1d(one.happening, other.happening)
    chosen = both[random.random(both.size) < share]
    parts = []
    for accounts in (one, other):
        is_copy = np.isin(accounts.happening, chosen)
        parts.append(accounts._replace(text=np.where(is_copy, accounts.happening, -1)))
    return tuple(parts)


def false_accounts(accounts: Accounts, share: float, random: Random) -> Accounts:
    """Add false accounts: like others, but of nothing that happened, within ten kilometres."""
    rows = np.flatnonzero(random.random(accounts.happening.size) < share)
    more = rows_of(accounts, rows)
    off = random.uniform(-10_000, 10_000, (2, rows.size))
    latitude, longitude = moved(more.latitude, more.longitude, off[0], off[1])
    nothing = np.full(rows.size, -1)
    more = more._replace(latitude=latitude, longitude=longitude, happening=nothing, text=nothing)
    parts = zip(Accounts._fields[1:], accounts[1:], more[1:], strict=True)
    found: dict[str, Any] = {name: np.concatenate(pair) for name, *pair in parts}
    return accounts._replace(**found)


def rows_of(accounts: Accounts, rows: Ints) -> Accounts:
    """Return some of the accounts of a source."""
    parts = zip(Accounts._fields[1:], accounts[1:], strict=True)
    found: dict[str, Any] = {name: part[rows] for name, part in parts}
    return accounts._replace(**found)


class Written(NamedTuple):
    """The rows of one source's file, and the truth beside them."""

    rows: pa.Table
    truth: pa.Table
    """rec_id, and the row of its happening; -1: false."""


def stamps(at_s: Floats) -> pa.Array:
    """Return seconds since the first day as times of ISO 8601."""
    whole = pa.array(np.floor(at_s).astype(np.int64) + EPOCH_S).cast(pa.timestamp("s"))
    return pc.strftime(whole, "%Y-%m-%dT%H:%M:%SZ")


def numbered(source: str, count: int) -> pa.Array:
    """Return the ids of a source's rows."""
    numbers = pa.array(np.arange(1, count + 1)).cast(pa.string())
    return pc.binary_join_element_wise(source, numbers, "-")


def repeated(word: str, count: int) -> pa.Array:
    """Return a word as often as asked."""
    return pa.array([word]).take(pa.array(np.zeros(count, np.int64)))


def words_of(words: tuple[str, ...], codes: Ints, none: str) -> pa.Array:
    """Return the word of each code, and `none` for codes below zero."""
    return pa.array([none, *words]).take(pa.array(codes + 1))


def _texts(accounts: Accounts) -> pa.Array:
    """The agency's texts, which start with the number of the item; most accounts have none."""
    if (accounts.text < 0).all():
        return repeated("", accounts.text.size)
    return pa.array(
        [
            AGENCY.format(number, CLASSES[number % len(CLASSES)], number % 97)
            if number >= 0
            else ""
            for number in accounts.text.tolist()
        ]
    )


def written(accounts: Accounts, options: Options, random: Random) -> Written:
    """Return the rows of one of the sources A to G, ascending in time, ties in random order."""
    at_s = accounts.at_s
    if accounts.source in BY_DAY:
        at_s = at_s // DAY_S * DAY_S
    order = np.lexsort((random.random(at_s.size), at_s))
    accounts = rows_of(accounts, order)
    at_s, source = at_s[order], accounts.source
    names = numbered(source, at_s.size)
    hours = np.where(
        random.random(at_s.size) < options.late,
        random.uniform(100, 700, at_s.size),
        random.uniform(0, 20, at_s.size),
    )
    kinds, actors = KIND_LABELS[source], ACTOR_LABELS[source]
    columns = {
        "rec_id": names,
        "source": repeated(source, at_s.size),
        "datetime": stamps(at_s),
        "published": stamps(at_s + DAY_S + 3600 * hours),
        "lat": np.round(accounts.latitude, 5),
        "lon": np.round(accounts.longitude, 5),
        "geo_precision": words_of(("1", "2", "3"), accounts.code, ""),
        "type_tax": words_of(kinds, accounts.kind, "missing"),
        "actor_tax": words_of(actors, accounts.actor, "missing"),
        "text": _texts(accounts),
    }
    return Written(pa.table(columns), pa.table({"rec_id": names, "happening": accounts.happening}))


def observed(true: Happenings, options: Options, random: Random) -> Written:
    """Return the rows of H: monitors who hear it in some direction, at some range."""
    is_heard = np.isin(true.kind, np.flatnonzero(HEARD)) & ~true.chained
    seen = np.flatnonzero(is_heard & (random.random(true.at_s.size) < HEARS))
    count = seen.size
    range_m, bearing = random.uniform(2_000, 9_000, count), random.uniform(0, 360, count)
    east, north = range_m * np.sin(np.radians(bearing)), range_m * np.cos(np.radians(bearing))
    latitude, longitude = moved(true.latitude[seen], true.longitude[seen], -east, -north)
    error = random.choice([5.0, 10.0, 15.0], count)
    off = random.uniform(-1, 1, count) * error * options.noise.bearing
    below, above = random.uniform(0.5, 1.0, count), random.uniform(1.0, 1.5, count)
    at_s = true.at_s[seen] + 3600 * random.uniform(0, 1, count) * (true.lasts_h[seen] + 0.5)
    names = numbered("H", count)
    columns = dict.fromkeys(observation_form.COLUMNS, pa.nulls(count, pa.string())) | {
        "id": names,
        "record": ["observation"] * count,
        "means": ["heard"] * count,
        "from": pc.utf8_slice_codeunits(stamps(at_s), 0, 16),
        "zone": ["UTC"] * count,
        "observer": ["made"] * count,
        "observer_latitude": np.round(latitude, 5),
        "observer_longitude": np.round(longitude, 5),
        "observer_radius_m": ["50"] * count,
        "bearing": np.round((bearing + off) % 360, 1),
        "bearing_error_deg": error,
        "range_from_km": np.round(range_m * below / 1000, 2),
        "range_to_km": np.round(range_m * above / 1000, 2),
        "observation": ["explosion"] * count,
    }
    return Written(pa.table(columns), pa.table({"rec_id": names, "happening": seen}))


def made(options: Options) -> dict[str, Written]:
    """Return the rows of each source and their truth."""
    true = happenings(options, np.random.default_rng((options.seed, 0)))
    draws = {s: np.random.default_rng((options.seed, 1 + SOURCES.index(s))) for s in SOURCES}
    plain = [source for source in options.sources if source != "H"]
    accounts = {source: told(source, true, options, draws[source]) for source in plain}
    if "F" in accounts and "G" in accounts:
        pair = copied(accounts["F"], accounts["G"], options.copies, draws["G"])
        accounts["F"], accounts["G"] = pair
    found = {}
    for source, one in accounts.items():
        more = false_accounts(one, options.withdrawn, draws[source])
        found[source] = written(more, options, draws[source])
    if "H" in options.sources:
        found["H"] = observed(true, options, draws["H"])
    return found


def truth(parts: dict[str, Written]) -> pa.Table:
    """Return rec_id and incident_id of all; a false account is an incident of its own."""
    whole = pa.concat_tables([part.truth for part in parts.values()])
    happening = whole["happening"].to_numpy().copy()
    is_false = happening < 0
    happening[is_false] = happening.max(initial=0) + 1 + np.arange(is_false.sum())
    return pa.table({"rec_id": whole["rec_id"], "incident_id": happening})


def write(options: Options, out: Path) -> dict[str, int]:
    """Write the files of a set into a folder; return how many rows each has."""
    parts = made(options)
    out.mkdir(parents=True, exist_ok=True)
    plain = [part.rows for source, part in parts.items() if source != "H"]
    files = {"all.csv": pa.concat_tables(plain), "truth.csv": truth(parts)}
    if "H" in parts:
        files["H.csv"] = parts["H"].rows
    whole = pa.concat_tables([part.truth for part in parts.values()])
    files["withdrawn.csv"] = whole.filter(pc.less(whole["happening"], 0)).select(["rec_id"])
    for name, table in files.items():
        pv.write_csv(table, out / name)
    return {name: table.num_rows for name, table in files.items()}


def main() -> None:
    """Parse the call, write the set and print what it holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    for name, value in Options()._asdict().items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            parser.add_argument(flag, action="store_true")
        elif name == "errors":
            parser.add_argument(flag, choices=("disc", "gaussian", "heavy"), default=value)
        else:
            parser.add_argument(flag, type=type(value), default=value)
    call = vars(parser.parse_args())
    out = call.pop("out")
    options = Options(**call)
    print(json.dumps({**options._asdict(), "rows": write(options, out)}))


if __name__ == "__main__":
    main()
