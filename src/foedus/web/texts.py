# SPDX-License-Identifier: Apache-2.0
"""Answers about agreements: the literate text, article by article, its terms and its weaknesses."""

from __future__ import annotations

from typing import Any

import msgspec

from foedus.publication.edition import Row
from foedus.terms.document import read_agreement
from foedus.terms.lint import Weakness, lint
from foedus.terms.record import Agreement, Article, Term
from foedus.terms.vocabulary import LIBRARY
from foedus.web.served import Question, missing

PLAIN = ("id", "rule", "text", "readings", "source", "evidence", "value_source")
"""Keys of a rule that are told by themselves."""


def known(question: Question) -> dict[str, Agreement]:
    """Return the agreements of a mission: those that its incidents are set against, its ladders."""
    edition, guarantee = question.edition, question.edition.mission.guarantee
    found = dict(edition.agreements)
    answer = question.served.due(question.when)
    for one in answer.ladders if answer is not None else ():
        found.setdefault(one.id, one)
    for name in guarantee.ladders:
        if name not in found:
            found[name] = read_agreement(LIBRARY / "agreements" / f"{name}.md")
    return found


def agreements(question: Question) -> Row:
    """Return the agreements that govern, with how far each is verified."""
    return {
        "rows": [
            {
                "id": one.id,
                "title": _title(one),
                "signed": [f"{item.document}: {item.on}" for item in one.head.signed],
                "written": one.head.written,
                "articles": len(one.articles),
                "terms": len(one.terms),
                "unverified": sum(not term.is_verified for term in one.terms),
                "weaknesses": len(_weaknesses(question, one)),
                "role": "governs" if one.id in question.edition.agreements else "ladder",
            }
            for one in known(question).values()
        ]
    }


def agreement(question: Question) -> Row:
    """Return one agreement, by its id."""
    one = known(question).get(question.id)
    if one is None:
        raise missing("the id of an agreement of this mission", question.id)
    head = one.head
    return {
        "id": one.id,
        "title": _title(one),
        "written": head.written,
        "note": head.note,
        "signed": msgspec.to_builtins(head.signed),
        "parties": [
            msgspec.to_builtins(party) | {"name": party.names.get("en", party.id)}
            for party in head.parties
        ],
        "readings": msgspec.to_builtins(head.readings),
        "monitor": head.monitor.text,
        "consequence": head.consequence.text,
        "articles": [_article(article, one) for article in one.articles],
        "weaknesses": [_weakness(found) for found in _weaknesses(question, one)],
        "sources": [
            {"key": key} | msgspec.to_builtins(source) for key, source in head.sources.items()
        ],
    }


def _title(one: Agreement) -> str:
    return one.head.title.get("en", one.id)


def _weaknesses(question: Question, one: Agreement) -> tuple[Weakness, ...]:
    return question.served.once(("lint", one.id), lambda: lint(one))


def _article(article: Article, one: Agreement) -> Row:
    return {
        "label": article.label,
        "heading": article.heading,
        "anchor": article.anchor,
        "level": article.level,
        "prose": article.prose,
        "terms": [_term(term, one) for term in one.terms if term.anchor == article.anchor],
    }


def _term(term: Term, one: Agreement) -> Row:
    rule: Row = msgspec.to_builtins(term.rule)
    return {
        "id": term.id,
        "rule": rule["rule"],
        "text": term.rule.text,
        "readings": term.rule.readings,
        "evidence": term.evidence,
        "source": one.head.sources[term.rule.source].title,
        "url": one.head.sources[term.rule.source].url,
        "keys": [
            f"{key}: {_told(value)}"
            for key, value in rule.items()
            if key not in PLAIN and value not in (None, "", [], {}, ())
        ],
    }


def _told(value: Any) -> str:
    """Return a value of a rule in one line, as its YAML would have it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_told(v)}" for k, v in value.items() if v is not None) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_told, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _weakness(found: Weakness) -> Row:
    check = found.check
    return {
        "check": check.id,
        "title": check.title,
        "article": found.article,
        "term": found.term,
        "told": found.told,
        "why": check.why,
        "precedent": check.precedent,
        "url": check.url,
        "suggestion": check.suggestion,
    }
