# SPDX-License-Identifier: Apache-2.0
"""The whole chain held in memory, so that a correction costs what it touches and no more.

`Live` keeps a record that was fused, its findings, the decisions that people made, and what follows
from these case by case. `correct` takes one batch of corrections: (1) amend the incidents; (2) set
those that changed against the agreements anew; (3) find the decisions that cited what changed;
(4) run the ladders of their cases, had no decision been made of which nothing holds any more;
(5) tell the difference. What it tells equals the difference of two full runs; nothing is written,
and a decision stands until people correct it. `corrected` does the same once, from files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.cases.record import Decision
from foedus.engines.engine import Engine
from foedus.findings.from_incidents import covered, found, in_order
from foedus.findings.record import DEADLINE
from foedus.findings.rulebook import Rulebook
from foedus.guarantee.record import Run
from foedus.incidents.amend import Standing, amend
from foedus.obligations.record import Obligation
from foedus.replay.consequences import LINEAGE, Consequences, State, consequences, groundless
from foedus.replay.consequences import shaken_by as shaken
from foedus.trust.folding import Entry

Follows = Callable[[Sequence[Decision]], tuple[tuple[Run, ...], tuple[Obligation, ...]]]
"""Decisions of one case -> its runs, and what each guarantor owes under them."""
TABLES: Final = ("incidents", "members", "findings")


class Kept:
    """A table by lineage: as it was first, and what corrections have put in its place."""

    def __init__(self, first: pa.Table) -> None:
        self._first = first.combine_chunks()
        lineage = self._first["lineage_id"].to_numpy()
        self._order: npt.NDArray[np.int64] = np.argsort(lineage, kind="stable")
        self._sorted = lineage[self._order]
        self._later: dict[str, pa.Table] = {}

    def of(self, lineages: Iterable[str]) -> pa.Table:
        """Return the rows of these lineages, in their order."""
        parts, rows = [self._first.slice(0, 0)], list[npt.NDArray[np.int64]]()
        for lineage in sorted(lineages):
            if lineage in self._later:
                parts.append(self._later[lineage])
                continue
            low = int(np.searchsorted(self._sorted, lineage))
            high = int(np.searchsorted(self._sorted, lineage, side="right"))
            rows.append(self._order[low:high])
        if rows:
            parts.append(self._first.take(pa.array(np.concatenate(rows))))
        return pa.concat_tables(parts).combine_chunks()

    def put(self, lineages: Iterable[str], table: pa.Table) -> None:
        """Put the rows of these lineages in the place of what they had; none: they are gone."""
        for lineage in lineages:
            self._later[lineage] = table.filter(pc.equal(table["lineage_id"], lineage))


class Corrected(NamedTuple):
    """What one batch of corrections changed."""

    found: Consequences
    lineages: frozenset[str]
    """The incidents that were born, are gone, or changed."""


class Live:
    """A chain that stands, and can be corrected."""

    def __init__(
        self,
        standing: Standing,
        rulebook: Rulebook,
        engine: Engine,
        follows: Follows,
        entries: tuple[Entry, ...] = (),
    ) -> None:
        self.standing, self.rulebook, self.engine = standing, rulebook, engine
        self.follows, self.entries = follows, entries
        fused = standing.fused()
        indicated = found(fused.incidents, rulebook, engine, fused.disagreements)
        self.findings: pa.Table = indicated.findings
        of_incident = pc.not_equal(self.findings["subject_kind"], DEADLINE)
        self._kept = {
            "incidents": Kept(fused.incidents),
            "members": Kept(fused.members),
            "findings": Kept(self.findings.filter(of_incident)),
        }
        self._cases: dict[str, list[Decision]] = {}
        self._citing: defaultdict[str, set[str]] = defaultdict(set)
        self._followed: dict[str, tuple[tuple[Run, ...], tuple[Obligation, ...]]] = {}

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Take decisions that people made; what follows from each case is worked out once."""
        fresh = set()
        for one in decisions:
            self._cases.setdefault(one.case, []).append(one)
            fresh.add(one.case)
            for name in (*one.incidents, *one.findings):
                self._citing[name[:LINEAGE]].add(one.case)
        for case in sorted(fresh):
            self._followed[case] = self.follows(self._cases[case])

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """All decisions, by case."""
        return tuple(one for case in sorted(self._cases) for one in self._cases[case])

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs of all cases."""
        return tuple(run for case in sorted(self._followed) for run in self._followed[case][0])

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """What is owed and was promised under all of them."""
        return tuple(one for case in sorted(self._followed) for one in self._followed[case][1])

    def correct(self, added: pa.Table, withdrawn: Collection[str] = ()) -> Corrected:
        """Take a batch of corrections, and tell what it changes; errors as of `incidents.amend`."""
        diff = amend(self.standing, added, withdrawn)  # (1)
        changed = diff.changes.filter(pc.not_equal(diff.changes["change"], "unchanged"))
        lineages = frozenset(changed["lineage_id"].to_pylist())
        before = {name: kept.of(lineages) for name, kept in self._kept.items()}
        self._put(lineages, diff.told.incidents, diff.told.members, diff.told.disagreements)  # (2)
        after = {name: kept.of(lineages) for name, kept in self._kept.items()}
        return Corrected(self._following(before, after, lineages), lineages)

    def _put(
        self,
        lineages: frozenset[str],
        incidents: pa.Table,
        members: pa.Table,
        disagreements: pa.Table,
    ) -> None:
        ordered = in_order(incidents)
        again = covered(ordered, self.rulebook, self.engine, disagreements)
        for name, table in zip(TABLES, (ordered, members, again), strict=True):
            self._kept[name].put(lineages, table)

    def _following(
        self,
        before: Mapping[str, pa.Table],
        after: Mapping[str, pa.Table],
        lineages: frozenset[str],
    ) -> Consequences:
        cases = sorted({case for one in lineages for case in self._citing[one[:LINEAGE]]})
        decisions = tuple(one for case in cases for one in self._cases[case])
        bare = State(before, decisions, (), ())
        fallen = groundless(shaken(decisions, bare, bare._replace(tables=after)))  # (3)
        touched = sorted({one.case for one in decisions if one.decision in fallen})
        was, now = _Followed(), _Followed()
        for case in touched:  # (4)
            was.take(self._followed[case])
            now.take(self.follows([one for one in self._cases[case] if one.decision not in fallen]))
        old = State(before, decisions, tuple(was.runs), tuple(was.obligations), self.entries)
        new = old._replace(tables=after, runs=tuple(now.runs), obligations=tuple(now.obligations))
        return consequences(old, new)  # (5)


class _Followed:
    """Runs and obligations of several cases."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.obligations: list[Obligation] = []

    def take(self, more: tuple[tuple[Run, ...], tuple[Obligation, ...]]) -> None:
        """Add those of one case."""
        self.runs += more[0]
        self.obligations += more[1]
