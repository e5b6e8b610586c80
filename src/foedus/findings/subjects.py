# SPDX-License-Identifier: Apache-2.0
"""A block of incidents as arrays: numbers as they are, words as codes of the few that occur.

A word is judged once however many rows bear it. Where the accounts of an incident name different
kinds or targets, and the table of disagreements is at hand, each account is judged too; where they
name different places, the error disc holds them all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.evidence import Answer
from foedus.base.places import E7
from foedus.findings.acts import is_state
from foedus.findings.bearers import Named
from foedus.findings.in_time import CODES, NO, POSSIBLE, SURE, Answers, Ints
from foedus.findings.verdicts import DECIDES
from foedus.terms.vocabulary import load_vocabulary

Floats = npt.NDArray[np.float64]
_BETWEEN: Final = "\x1f"
_NOBODY: Final = "\x1e"
WEAPON: Final = "weapon"
CODED: Final = ("latitude_e7", "longitude_e7", "radius_m", "region", "actor", "parties")
"""What a machine that finds places and doers in texts has coded."""
DEGREE_M: Final = 111_700.0
"""No degree of a meridian or of the equator is longer, in metres, on WGS 84."""


class Coded(NamedTuple):
    """A column of words: each distinct one once, and which of them each row has."""

    values: tuple[str | None, ...]
    codes: Ints


class Subjects(NamedTuple):
    """What a block of incidents tells of each."""

    table: pa.Table
    from_us: Ints
    to_us: Ints
    latitude_e7: Ints
    longitude_e7: Ints
    radius_m: Floats
    """NaN where no radius is known."""
    is_placed: npt.NDArray[np.bool_]
    kind: Coded
    target: Coded
    region: Coded
    weapon: Coded
    named: Coded
    """Distinct texts that `named_of` reads."""
    unborne: npt.NDArray[np.bool_]
    """Which were coded by machine, and no text names the place: who and where is not known."""
    differs: Ints
    """Bit i: the accounts differ in the i-th field of `DECIDES`."""

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.from_us)


def subjects_of(block: pa.Table, unborne: Collection[str] = ()) -> Subjects:
    """Return a block of the table of incidents as arrays.

    Of incidents whose content ids stand in `unborne`, place, region and parties are unknown.
    """
    block = block.combine_chunks()
    doubtful = _among(block.column("incident_id"), unborne)
    block = _forgotten(block, doubtful) if doubtful.any() else block
    return Subjects(
        table=block,
        from_us=_ints(block, "occurred_from_us"),
        to_us=_ints(block, "occurred_to_us"),
        latitude_e7=_ints(block, "latitude_e7"),
        longitude_e7=_ints(block, "longitude_e7"),
        radius_m=_radii(block),
        is_placed=_valid(block, "latitude_e7") & _valid(block, "longitude_e7"),
        kind=coded(block.column("kind")),
        target=coded(block.column("target")),
        region=coded(block.column("region")),
        weapon=coded(_weapons(block)),
        named=coded(_named(block)),
        unborne=doubtful,
        differs=_differs(block),
    )


def _among(ids: pa.ChunkedArray, wanted: Collection[str]) -> npt.NDArray[np.bool_]:
    if not wanted:
        return np.zeros(len(ids), bool)
    values = pa.array(sorted(wanted), pa.string())
    found: npt.NDArray[np.bool_] = pc.is_in(ids, value_set=values).to_numpy()
    return found


def _forgotten(block: pa.Table, rows: npt.NDArray[np.bool_]) -> pa.Table:
    """Return a block in which who and where is unknown in some rows."""
    mask = pa.array(rows)
    for name in CODED:
        position = block.schema.get_field_index(name)
        field = block.schema.field(position)
        nothing = pa.scalar([] if pa.types.is_list(field.type) else None, field.type)
        column = pc.if_else(mask, nothing, block.column(position))
        block = block.set_column(position, field, column)
    return block


def states_in(block: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which rows of a table of incidents are observed states."""
    words, weapon, kind = load_vocabulary(), coded(_weapons(block)), coded(block.column("kind"))
    table = [is_state(word, held, words) for word in kind.values for held in weapon.values]
    found: npt.NDArray[np.bool_] = np.array(table, bool)
    return found[kind.codes * len(weapon.values) + weapon.codes] if len(kind.codes) else found


def coded(column: pa.ChunkedArray | pa.Array) -> Coded:
    """Return a column of words as codes; what is null is the word None."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found = whole.dictionary_encode(null_encoding="encode")
    codes = found.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded(tuple(found.dictionary.to_pylist()), codes)


def named_of(text: str | None) -> Named:
    """Return the parties that a distinct text of `Subjects.named` stands for."""
    actor, *parties = (text or _NOBODY).split(_BETWEEN)
    return Named(None if actor == _NOBODY else actor, tuple(party for party in parties if party))


def judged_words(words: Coded, judge: Callable[[str | None], Answer]) -> Answers:
    """Return the answer of each row, each distinct word being judged once."""
    table = np.array([CODES[judge(word)] for word in words.values], np.int8)
    found: Answers = table[words.codes] if len(table) else np.zeros(0, np.int8)
    return found


class Accounts(NamedTuple):
    """What single accounts say in one field in which they differ."""

    row: Ints
    """Row of the incident, for each account."""
    says: Coded


def accounts_of(subjects: Subjects, disagreements: pa.Table | None, field: str) -> Accounts | None:
    """Return the accounts that differ in a field, or None if they are not at hand."""
    if disagreements is None:
        return None
    chosen = disagreements.filter(pc.equal(disagreements["field"], field))
    ids = subjects.table.column("incident_id").combine_chunks()
    at = pc.index_in(chosen["incident_id"].combine_chunks(), value_set=ids)
    known = pc.is_valid(at)
    row = at.filter(known).to_numpy(zero_copy_only=False).astype(np.int64)
    return Accounts(row, coded(chosen["says"].combine_chunks().filter(known)))


def with_accounts(
    answers: Answers,
    differs: Ints,
    field: str,
    accounts: Accounts | None,
    judge: Callable[[str | None], Answer],
) -> tuple[Answers, Ints]:
    """Return answers and differing fields, as the single accounts of a field have them.

    Accounts that lead to one answer do not differ in what decides; those that do not, leave it
    possible. Where none is at hand, answer and difference stay.
    """
    if accounts is None or not len(accounts.row):
        return answers, differs
    each = judged_words(accounts.says, judge)
    least, most = answers.copy(), answers.copy()
    least[accounts.row], most[accounts.row] = SURE, NO
    np.minimum.at(least, accounts.row, each)
    np.maximum.at(most, accounts.row, each)
    bit = 1 << tuple(DECIDES).index(field)
    heard = np.zeros(len(answers), bool)
    heard[accounts.row] = True
    alike = np.where(heard & (least == most), differs & ~bit, differs)
    return np.where(least == most, least, POSSIBLE).astype(np.int8), alike


def with_places(subjects: Subjects, disagreements: pa.Table | None) -> Subjects:
    """Return the same, each error disc so wide that it holds the points that its accounts name.

    So what is sure of the whole disc is sure whichever account is right.
    """
    accounts = accounts_of(subjects, disagreements, "place")
    if accounts is None or not len(accounts.row):
        return subjects
    said = [[float(axis) for axis in (text or "").split(",")] for text in accounts.says.values]
    latitude, longitude = np.array(said).T[:, accounts.says.codes]
    row, radius_m = accounts.row, subjects.radius_m.copy()
    north = latitude - subjects.latitude_e7[row] / E7
    east = (longitude - subjects.longitude_e7[row] / E7 + 180) % 360 - 180
    apart_m = DEGREE_M * np.hypot(north, east * np.cos(np.radians(latitude)))
    np.maximum.at(radius_m, row, apart_m)
    return subjects._replace(radius_m=radius_m)


def _ints(block: pa.Table, name: str) -> Ints:
    found: Ints = pc.fill_null(block.column(name), 0).to_numpy().astype(np.int64)
    return found


def _valid(block: pa.Table, name: str) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.is_valid(block.column(name)).to_numpy()
    return found


def _radii(block: pa.Table) -> Floats:
    radius = pc.fill_null(block.column("radius_m"), -1).to_numpy().astype(np.float64)
    return np.where(radius < 0, np.nan, radius)


def _weapons(block: pa.Table) -> pa.ChunkedArray | pa.Array:
    if WEAPON in block.column_names:
        return block.column(WEAPON)
    return pa.nulls(block.num_rows, pa.string())


def _named(block: pa.Table) -> pa.ChunkedArray:
    actor = pc.fill_null(block.column("actor"), _NOBODY)
    parties = pc.binary_join(block.column("parties"), _BETWEEN)
    return pc.binary_join_element_wise(actor, parties, _BETWEEN)


def _differs(block: pa.Table) -> Ints:
    fields = coded(pc.binary_join(block.column("disagreements"), _BETWEEN))
    bits = [
        sum(1 << bit for bit, field in enumerate(DECIDES) if field in (text or "").split(_BETWEEN))
        for text in fields.values
    ]
    found: Ints = np.array(bits, np.int64)[fields.codes] if bits else np.zeros(0, np.int64)
    return found
