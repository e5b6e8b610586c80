# SPDX-License-Identifier: Apache-2.0
"""The conditions that stand in terms: read and checked against the names of their agreement.

A condition that a trigger can say is a fault: one rule has one form. A fault is told at its line
and column in the Markdown file, whether the condition stands on one line, on several, or in quotes.
What a condition means is left to `conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from foedus.terms.breach_counts import trigger_for
from foedus.terms.conditions.checking import Known, check_text
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.syntax import Condition, Constant, Place
from foedus.terms.conditions.variables import patterns
from foedus.terms.faults import Faults
from foedus.terms.names import Clause
from foedus.terms.record import Article
from foedus.terms.references import References
from foedus.terms.rules import BanRule, ConditionRule, DutyRule, PresenceRule

_KEY: Final = re.compile(r"when:[ \t]*")
_BLOCK: Final = re.compile(r"[|>][+-]?[ \t]*")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*$")


class _Written(NamedTuple):
    """A condition as it stands in the file, and where it begins."""

    text: str
    place: Place


def check_stated_conditions(
    clauses: Iterable[Clause], articles: Iterable[Article], references: References, faults: Faults
) -> None:
    """Add every fault of the conditions of a document."""
    clauses = list(clauses)
    known, named = _known(articles, references), _named(clauses)
    for clause in clauses:
        if not isinstance(clause.rule, ConditionRule):
            continue
        written = _as_written(clause, clause.rule.when)
        found = check_text(written.text, known, faults.file, written.place)
        for fault in found.faults:
            faults.add(fault.line, fault.column or "", fault.expected, fault.got, fault.hint)
        if found.condition is not None:
            _check_border(clause, found.condition, named, faults)
            references.used["zone"].update(_zones(found.condition))


def _named(clauses: Iterable[Clause]) -> dict[str, list[str]]:
    """Return the terms that can be broken by each name of theirs: id, label and number."""
    found: dict[str, list[str]] = {}
    for clause in clauses:
        if isinstance(clause.rule, (BanRule, PresenceRule, DutyRule)):
            label = clause.article.label if clause.article else ""
            number = _NUMBER.search(label)
            for name in {clause.rule.id, label, number[0] if number else label}:
                found.setdefault(name, []).append(clause.rule.id)
    return found


def _check_border(
    clause: Clause, condition: Condition, named: Mapping[str, list[str]], faults: Faults
) -> None:
    """Add a fault where a condition only counts what a trigger can count."""
    keys = trigger_for(condition, named)
    if keys is not None:
        hint = f"rule: trigger, {keys}; what it sets off goes into opens"
        expected = "more than a count of one party's breaches, which is a trigger"
        faults.add(clause.line("when"), "when", expected, "such a count", hint)


def _known(articles: Iterable[Article], references: References) -> Known:
    """Return the names that a condition may use; an article also by the number in its label."""
    names = references.names
    labels = [article.label for article in articles]
    numbers = [found[0] for label in labels if (found := _NUMBER.search(label))]
    return Known(
        party=names.parties,
        zone=names.terms_of("zone"),
        term=tuple(dict.fromkeys([*names.terms, *labels, *numbers])),
        guarantor=names.parties,
    )


def _zones(condition: Condition) -> set[str]:
    """Return the zones that a condition names."""
    return {
        role.argument.value
        for pattern in patterns(condition.body)
        for role in pattern.roles
        if isinstance(role.argument, Constant)
        and KINDS[pattern.kind].roles[role.preposition] == "zone"
    }


def _as_written(clause: Clause, when: str) -> _Written:
    """Return the condition with its place; where YAML has other words for it, only its line."""
    line = clause.line("when")
    lines = clause.fence.text.split("\n")[line - clause.fence.line - 1 :]
    key = _KEY.match(lines[0])
    if key is None:
        return _Written(when, Place(line, 1))
    rest = _indented(lines[1:])
    first, column = lines[0][key.end() :], key.end() + 1
    if _BLOCK.fullmatch(first):
        first = ""
    elif first[:1] in ("'", '"'):
        first, column = first[1:].rstrip().removesuffix(lines[0][key.end()]), column + 1
    text = "\n".join([first, *rest])
    if text.split() != when.split():
        return _Written(when, Place(line, 1))
    return _Written(text, Place(line, column))


def _indented(lines: list[str]) -> list[str]:
    """Return the lines that belong to the key above them."""
    found = []
    for text in lines:
        if text.strip() and not text.startswith((" ", "\t")):
            break
        found.append(text)
    return found
