# SPDX-License-Identifier: Apache-2.0
"""What the rows of the observation form say, as reports: a batch read, with every fault noted.

(1) Time, ids, grade and texts are read as of any source (`accounts`), by the columns that the form
fixes; (2) words are checked, and what a kind of record needs and cannot say; (3) bearing and range
become a place (`sighted`); (4) what was observed becomes a kind, a weapon, a count; (5) the digest.
Where the observer stood goes into the place only, and into no column of its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.errors import did_you_mean
from foedus.reports import observation_form as form
from foedus.reports.accounts import Account, Texts, read_rows, with_digest
from foedus.reports.cells import Bools, Rows, joined, valid
from foedus.reports.contents import TEXT_CHARACTERS
from foedus.reports.faults import Faults
from foedus.reports.labels import one_or_none, read_labels
from foedus.reports.profile import Labels, Profile
from foedus.reports.quantities import counts
from foedus.reports.sighted import Where, read_where
from foedus.reports.taxonomy import UNKNOWN, load_weapons

FORMATS: Final = (
    "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d",
)  # fmt: skip
STRANGE_KEYS: Final = "(keys that the form has not)"
"""Column in which a reader hands on the keys of an object that are none of the form's."""


def read_form(rows: Rows, fixed: Profile, batch_id: str) -> Account:
    """Read a batch of the form, noting every fault of every row; `fixed` is from `as_form`.

    Columns of `Report` that are not of the form are null, or unknown.
    """
    account = read_rows(rows, fixed, batch_id)  # (1)
    texts, faults = account.texts, account.faults
    if STRANGE_KEYS in texts:
        _check_keys(texts, faults)
    words = {name: _words(texts, name, faults) for name in form.WORDS}
    observed = _is(words["record"], "observation")  # (2)
    _check_record(texts, words, observed, faults)
    where = read_where(texts, account.columns, ~observed, faults)  # (3)
    what = _what(texts, words, faults)  # (4)
    columns = account.columns | what | _where(where, texts)
    columns["text"] = _text(texts, observed)
    columns["set_apart"] = _only(_is(words["exercise"], "yes"), "assessed exercise")
    columns["warnings"] = _with_warnings(
        columns["warnings"],
        {
            "range-unknown": where.range_unknown,
            "weapon-unlisted": valid(texts["weapon"]) & _is(what["weapon"], UNKNOWN),
        },
    )
    return with_digest(account._replace(columns=columns))  # (5)


def _is(column: pa.Array, word: str) -> Bools:
    return np.asarray(pc.fill_null(pc.equal(column, word), False))


def _only(mask: Bools, word: str) -> pa.Array:
    return pc.if_else(pa.array(mask), word, pa.scalar(None, pa.string()))


def _words(texts: Texts, name: str, faults: Faults) -> pa.Array:
    """Return a column of the form's words as they stand; another word is a fault."""
    separator = "|" if name == "means" else None
    listed: dict[str, tuple[str, ...]] = {word: (word,) for word in form.WORDS[name]}
    labels = Labels(column=name, map=listed, unlisted="fault", separator=separator)
    return read_labels(texts, labels, one_or_none, faults, None).label


def _check_record(
    texts: Texts, words: dict[str, pa.Array], observed: Bools, faults: Faults
) -> None:
    """Note what a kind of record lacks, and what it cannot say."""
    told = np.asarray(pc.is_in(words["record"], value_set=pa.array(list(form.RECORDS))))
    needs = {
        "record": ~valid(words["record"]),
        "observation": observed,
        "means": observed,
        "observer": told & ~observed,
    }
    for name, where in needs.items():
        missing = where & ~valid(texts[name])
        faults.add(missing, "label-missing", f"a word in {name!r}", column=name, got="nothing")
    for name in form.ONLY_OBSERVED:
        wrong = told & ~observed & valid(texts[name])
        expected = "nothing in a row whose record is no observation"
        faults.add(wrong, "not-for-record", expected, column=name, got=texts[name])
    exploded = _is(words["observation"], "explosion")
    wrong = observed & valid(words["effect"]) & ~exploded
    expected = "nothing but with an explosion"
    faults.add(wrong, "not-for-record", expected, column="effect", got=texts["effect"])


def _what(texts: Texts, words: dict[str, pa.Array], faults: Faults) -> dict[str, pa.Array]:
    weapon = _weapon(texts, faults)
    low, high = _counted(texts, words["count_is"], faults)
    return {
        "kind": _kinds(words, weapon),
        "kind_label": _label(words, weapon),
        "weapon": weapon,
        "weapon_label": texts["weapon"],
        "events_low": low,
        "events_high": high,
        "exercise": _unless(words["exercise"], "unknown"),
    }


def _label(words: dict[str, pa.Array], weapon: pa.Array) -> pa.Array:
    """The observer's words: what, of which effect and of which weapon, as far as these are known.

    Of a record of another kind it is the kind of record.
    """
    effect = _unless(words["effect"], "undetermined")
    label = joined(joined(words["observation"], effect, ", "), _unless(weapon, UNKNOWN), ", ")
    return pc.if_else(pc.is_valid(words["observation"]), label, words["record"])


def _unless(column: pa.Array, word: str) -> pa.Array:
    return pc.if_else(pa.array(_is(column, word)), pa.scalar(None, pa.string()), column)


def _weapon(texts: Texts, faults: Faults) -> pa.Array:
    """Read the weapon in the observer's words; what names no class is unknown, with a warning."""
    taxonomy = load_weapons()
    listed: dict[str, tuple[str, ...]] = {
        word: (node,) for word, node in form.weapon_words(taxonomy).items()
    }
    labels = Labels(column="weapon", map=listed, unlisted="unknown")
    folded = {"weapon": form.plain_texts(texts["weapon"])}
    return read_labels(folded, labels, taxonomy.common, faults, UNKNOWN).meaning


def _kinds(words: dict[str, pa.Array], weapon: pa.Array) -> pa.Array:
    """Work the kind out once for each distinct way of saying what was observed."""
    parts = [pc.fill_null(words[name], "") for name in ("record", "observation", "effect")]
    coded = pc.binary_join_element_wise(*parts, weapon, "\x1f").dictionary_encode()
    said = [way.split("\x1f") for way in coded.dictionary.to_pylist()]
    weapons = load_weapons()
    kinds = [form.kind_of(r, o, e, w, weapons) for r, o, e, w in said]
    return pa.array(kinds, pa.string()).take(coded.indices)


def _counted(texts: Texts, count_is: pa.Array, faults: Faults) -> tuple[pa.Array, pa.Array]:
    """Return the least and the greatest number of events; a floor has no greatest."""
    number = counts(texts["count"], "count", ".", faults)
    none = valid(number) & (np.asarray(pc.fill_null(number, 1)) == 0)
    expected = "1 or more: what was not observed has no row of its own"
    faults.add(none, "number-format", expected, column="count", got=texts["count"])
    for name, other, wanted in (
        ("count_is", "count", "exact or at-least"),
        ("count", "count_is", "a number"),
    ):
        alone = valid(texts[other]) & ~valid(texts[name])
        faults.add(alone, "count-incomplete", wanted, column=name, got="nothing")
    exact = pa.array(_is(count_is, "exact"))
    return number, pc.if_else(exact, number, pa.scalar(None, pa.int64()))


def _where(where: Where, texts: Texts) -> dict[str, pa.Array]:
    return {
        "latitude_e7": where.latitude_e7,
        "longitude_e7": where.longitude_e7,
        "radius_m": where.radius_m,
        "place_precision": joined(where.way, texts["means"], ", "),
    }


def _text(texts: Texts, observed: Bools) -> pa.Array:
    """The description; where nothing was observed, after who could not look or did not."""
    by = joined(texts["observer"], texts["description"], ": ")
    text = pc.if_else(pa.array(observed), texts["description"], by)
    return pc.utf8_slice_codeunits(text, 0, TEXT_CHARACTERS)


def _with_warnings(known: pa.Array, masks: dict[str, Bools]) -> pa.Array:
    """Add codes to lists of warnings; each list stays sorted."""
    parents: npt.NDArray[np.int64] = np.asarray(pc.list_parent_indices(known), np.int64)
    row = np.concatenate([parents, *(np.flatnonzero(mask) for mask in masks.values())])
    added = [pa.array([code] * int(mask.sum()), pa.string()) for code, mask in masks.items()]
    codes = pa.concat_arrays([pc.list_flatten(known), *added])
    order = pc.sort_indices(
        pa.table({"row": row, "code": codes}),
        [("row", "ascending"), ("code", "ascending")],
    )
    offsets = np.zeros(len(known) + 1, np.int32)
    np.cumsum(np.bincount(row, minlength=len(known)), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), codes.take(order))


def _check_keys(texts: Texts, faults: Faults) -> None:
    """Note keys that the form has not, each way of misspelling them with its own hint."""
    strange = texts[STRANGE_KEYS]
    for keys in pc.unique(strange.drop_null()).to_pylist():
        expected = f"columns of the form; {did_you_mean(keys, form.COLUMNS)}"
        faults.add(_is(strange, keys), "key-unknown", expected, column=None, got=strange)
