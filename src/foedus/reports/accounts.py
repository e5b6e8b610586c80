# SPDX-License-Identifier: Apache-2.0
"""One batch of cut rows to reports, articles and refusals, whatever kind of file it came from.

`read_rows` reads: (1) cells to text: encoding and NUL; (2) when; (3) where; (4) what, by whom,
against what; (5) how many dead; (6) the articles beneath; (7) since when known; (8) the digest.
`settle` decides: (9) ids; (10) the accepted rows as `Report`, the others as `Refusal`. Every step
notes its faults for every row, so that a row in quarantine is told all of them. The first depends
on nothing but its rows and may run beside others; the second runs in the file's order. There is no
clock here and no file.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema, table_digests
from foedus.reports.articles import NEVER, Evidence, read_articles
from foedus.reports.cells import Bools, Rows, decoded, spans, valid, without
from foedus.reports.contents import TEXT_CHARACTERS, content_keys
from foedus.reports.faults import Faults, refusal_table
from foedus.reports.labels import Involved, Meant, one_or_none, read_labels, read_parties
from foedus.reports.occurrences import Occurrence, Published, read_occurrence, read_published
from foedus.reports.points import Points, read_points
from foedus.reports.profile import Profile, column_named
from foedus.reports.quantities import counts
from foedus.reports.readers import Delivery
from foedus.reports.record import STATED, Article, Report
from foedus.reports.repeats import SeenIds
from foedus.reports.taxonomy import UNKNOWN, load_kinds, load_targets, load_weapons

Texts = dict[str, pa.Array]
DEATHS = ("deaths_low", "deaths_best", "deaths_high", "civilian_deaths", "unattributed_deaths")


class _What(NamedTuple):
    kind: Meant
    target: Meant
    weapon: Meant
    actor: Meant
    involved: Involved
    deaths: dict[str, pa.Array]


class _Known(NamedTuple):
    from_us: npt.NDArray[np.int64]
    basis: pa.Array
    published_us: pa.Array


class Account(NamedTuple):
    """A batch of rows, read, before it is known which ids were given before."""

    columns: dict[str, pa.Array]
    """Every column of `Report`, for all rows, the faulty ones too."""
    evidence: Evidence
    faults: Faults
    rows: Rows
    texts: Texts
    """The cells as text, for a reader that reads more from them."""


def read_rows(rows: Rows, profile: Profile, batch_id: str) -> Account:
    """Read a batch by its profile alone; what it depends on is in its arguments."""
    count = len(rows.numbers)
    faults = Faults(count)
    texts = _texts(rows.cells, profile, faults)  # (1)
    occurrence = read_occurrence(texts, profile.time, faults)  # (2)
    published = read_published(texts, profile.time, faults)
    points = read_points(texts, profile.place, profile.format.decimal, faults)  # (3)
    what = _what(texts, profile, faults)  # (4) (5)
    zone = profile.time.zone if column_named(profile.time.zone) is None else "UTC"
    evidence = read_articles(texts, profile.articles, zone, count)  # (6)
    known = _known(profile, occurrence, published, evidence)  # (7)
    columns = {
        **_identity(profile, _ids(texts, profile), batch_id),
        **_occurred(occurrence, known),
        **_placed(texts, profile, points),
        **_said(texts, profile, what),
        "article_count": pa.array(np.bincount(evidence.row, minlength=count).astype(np.int64)),
        "item_grade": _item_grade(texts, profile, faults),
        "set_apart": _set_apart(texts, profile),
        "warnings": _warnings(occurrence, published, points, what, evidence),
    }
    return with_digest(Account(columns, evidence, faults, rows, texts))  # (8)


def with_digest(account: Account) -> Account:
    """Return a batch with the digest of what each row says, whatever it said before."""
    stated = pa.table({name: account.columns[name] for name in STATED})
    digests = table_digests(stated, STATED)
    return account._replace(columns=account.columns | {"digest": digests})


def settle(account: Account, profile: Profile, batch_id: str, seen: SeenIds) -> Delivery:
    """Refuse what bears an id that was `seen` before, and part the accepted from the refused."""
    columns, faults, rows = account.columns, account.faults, account.rows
    name, ids = profile.columns.item_id, columns["item_id"]
    faults.add(~valid(ids), "id-missing", "an id", column=name, got="nothing")  # (9)
    repeated = seen.add(ids, ~faults.bad)
    faults.add(repeated, "id-repeated", "an id not given before", column=name, got=ids)
    table = pa.table({name: columns[name] for name in Report.__struct_fields__})  # (10)
    reports = table.filter(pa.array(~faults.bad)) if faults.bad.any() else table
    refusals = faults.refusals(rows.numbers, profile.source.id, batch_id)
    if rows.lost:
        lost = refusal_table(rows.lost, profile.source.id, batch_id)
        refusals = pa.concat_tables([refusals, lost]).sort_by("row")
    return Delivery(
        reports.cast(schema(Report)),
        _articles(account.evidence, columns["report_id"], faults.bad),
        refusals,
        len(rows.numbers) + len(rows.lost),
        reports.num_rows,
        int(faults.bad.sum()) + len(rows.lost),
    )


def _ids(texts: Texts, profile: Profile) -> pa.Array:
    names = (profile.columns.item_id, *profile.columns.item_id_with)
    return pc.binary_join_element_wise(*(texts[name] for name in names), "-")


def _texts(cells: dict[str, pa.Array], profile: Profile, faults: Faults) -> Texts:
    texts = {}
    for name, raw in cells.items():
        cell = without(raw, profile.format.null)
        text, bad = decoded(cell, profile.format.encoding)
        if bad is not None:
            expected = f"bytes that are valid {profile.format.encoding}"
            faults.add(bad, "encoding", expected, column=name, got=cell)
        if (spans(text).used == 0).any():
            mask = np.asarray(pc.fill_null(pc.match_substring(text, "\x00"), False))
            faults.add(mask, "nul-byte", "text without NUL", column=name, got=text)
        texts[name] = text
    return texts


def _what(texts: Texts, profile: Profile, faults: Faults) -> _What:
    columns, decimal = profile.columns, profile.format.decimal
    names = {field: getattr(columns, field) for field in DEATHS}
    party_deaths = [counts(texts[name], name, decimal, faults) for name in columns.party_deaths]
    return _What(
        read_labels(texts, profile.kind, load_kinds().common, faults, UNKNOWN),
        read_labels(texts, profile.target, load_targets().common, faults, UNKNOWN),
        read_labels(texts, profile.weapon, load_weapons().common, faults, UNKNOWN),
        read_labels(texts, profile.actor, one_or_none, faults, None),
        read_parties(texts, columns, profile.party, party_deaths, faults),
        {
            field: _nothing(faults, pa.int64())
            if name is None
            else counts(texts[name], name, decimal, faults)
            for field, name in names.items()
        },
    )


def _nothing(faults: Faults, kind: pa.DataType) -> pa.Array:
    return pa.nulls(len(faults.bad), kind)


def _known(
    profile: Profile, occurrence: Occurrence, published: Published | None, evidence: Evidence
) -> _Known:
    """Publication where it is told; else a date that stands in for it, and is flagged so."""
    stand_in = occurrence.to_us
    if profile.time.known == "earliest-article":
        stand_in = np.maximum(stand_in, np.maximum(evidence.first_known_us, NEVER))
    if published is None:
        rows = len(stand_in)
        basis = pa.array(["stand-in"]).take(pa.array(np.zeros(rows, np.int64)))
        return _Known(stand_in, basis, pa.nulls(rows, pa.int64()))
    basis = pc.if_else(pa.array(published.told), "published", "stand-in")
    known = np.where(published.told, published.known_us, stand_in)
    return _Known(known, basis, published.at_us)


def _item_grade(texts: Texts, profile: Profile, faults: Faults) -> pa.Array:
    name = profile.columns.item_grade
    if name is None:
        return _nothing(faults, pa.int64())
    grade = counts(texts[name], name, profile.format.decimal, faults)
    outside = valid(grade) & ~np.isin(pc.fill_null(grade, 1).to_numpy(), range(1, 7))
    faults.add(outside, "number-format", "a grade from 1 to 6", column=name, got=texts[name])
    return grade


def _identity(profile: Profile, ids: pa.Array, batch_id: str) -> dict[str, pa.Array]:
    source = profile.source
    rows = pa.array(np.zeros(len(ids), np.int64))
    return {
        "report_id": pc.binary_join_element_wise(source.id, ids, ":"),
        "source_id": pa.array([source.id]).take(rows),
        "item_id": ids,
        "batch_id": pa.array([batch_id]).take(rows),
        "source_grade": pa.array([source.grade], pa.string()).take(rows),
    }


def _occurred(occurrence: Occurrence, known: _Known) -> dict[str, pa.Array]:
    return {
        "occurred_from_us": pa.array(occurrence.from_us),
        "occurred_to_us": pa.array(occurrence.to_us),
        "occurred_precision": occurrence.precision,
        "occurred_written": occurrence.written,
        "occurred_zone": occurrence.zone,
        "published_us": known.published_us,
        "known_from_us": pa.array(known.from_us),
        "known_to_us": pa.nulls(len(known.from_us), pa.int64()),
        "known_basis": known.basis,
    }


def _placed(texts: Texts, profile: Profile, points: Points) -> dict[str, pa.Array]:
    columns = profile.columns
    rows = len(points.precision)
    names = {field: getattr(columns, field) for field in ("place_name", "region", "country")}
    return {
        "latitude_e7": points.latitude_e7,
        "longitude_e7": points.longitude_e7,
        "radius_m": points.radius_m,
        "place_precision": points.precision,
        **{f: pa.nulls(rows, pa.string()) if n is None else texts[n] for f, n in names.items()},
    }


def _said(texts: Texts, profile: Profile, what: _What) -> dict[str, pa.Array]:
    columns = profile.columns
    rows = len(what.kind.meaning)
    nothing = pa.nulls(rows, pa.string())
    text = nothing if columns.text is None else texts[columns.text]
    url = nothing if columns.url is None else _first_url(texts[columns.url], profile)
    return {
        "kind": what.kind.meaning,
        "kind_label": what.kind.label,
        "target": what.target.meaning,
        "target_label": what.target.label,
        "weapon": what.weapon.meaning,
        "weapon_label": what.weapon.label,
        "actor": what.actor.meaning,
        "actor_label": what.actor.label,
        "parties": what.involved.parties,
        "party_deaths": what.involved.deaths,
        **what.deaths,
        "events_low": pa.nulls(rows, pa.int64()),
        "events_high": pa.nulls(rows, pa.int64()),
        "exercise": nothing,
        "content_key": content_keys(text, url),
        "text": pc.utf8_slice_codeunits(text, 0, TEXT_CHARACTERS),
        "url": url,
    }


def _first_url(urls: pa.Array, profile: Profile) -> pa.Array:
    """The first address where the column is the articles' list of addresses."""
    articles = profile.articles
    if articles is None or articles.urls != profile.columns.url:
        return urls
    return pc.list_element(pc.split_pattern(urls, articles.separator, max_splits=1), 0)


def _set_apart(texts: Texts, profile: Profile) -> pa.Array:
    rows = len(texts[profile.columns.item_id])
    group = pa.nulls(rows, pa.string())
    for name, rule in profile.set_apart.items():
        mask = pc.fill_null(pc.equal(texts[rule.column], rule.equals), False)
        group = pc.if_else(mask, name, group)
    return group


def _warnings(
    occurrence: Occurrence,
    published: Published | None,
    points: Points,
    what: _What,
    evidence: Evidence,
) -> pa.Array:
    low, best, high = (what.deaths[name] for name in DEATHS[:3])
    disorder = pc.or_(
        pc.fill_null(pc.greater(low, best), False), pc.fill_null(pc.greater(best, high), False)
    )
    masks: dict[str, Bools] = {
        "articles-unread": evidence.unread,
        "deaths-order": np.asarray(disorder),
        "null-island": points.null_island,
    }
    if published is not None:
        masks["published-before"] = published.told & (published.known_us < occurrence.from_us)
    names = sorted(masks)
    table = np.stack([masks[name] for name in names], axis=1)
    offsets = np.zeros(len(table) + 1, np.int32)
    np.cumsum(table.sum(axis=1), out=offsets[1:])
    codes = pa.array(names, pa.string()).take(pa.array(np.nonzero(table)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), codes)


def _articles(evidence: Evidence, report_ids: pa.Array, bad: Bools) -> pa.Table:
    table = pa.table(
        [
            report_ids.take(pa.array(evidence.row)),
            pa.array(evidence.position),
            evidence.outlet,
            evidence.published_us,
            evidence.headline,
            evidence.url,
        ],
        names=list(Article.__struct_fields__),
    )
    kept = table.filter(pa.array(~bad[evidence.row], pa.bool_()))
    return kept.cast(schema(Article))
