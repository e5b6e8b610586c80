# SPDX-License-Identifier: Apache-2.0
"""Sentences of deeper stages as pages say them: these give code and values, a catalogue words.

The English of each stands in the module that the code comes from, or here where that module only
says it composed; `tools/make_catalogues.py` gathers it. What is text of a record, an agreement or
an act, and ids, are put in as they are and marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from markupsafe import Markup

from foedus.findings.checker import SENTENCES, Step, read_step
from foedus.findings.counting_rules import find_rule
from foedus.publication.binding import VERBS
from foedus.publication.binding_page import name_of
from foedus.publication.edition import Row
from foedus.register.instruments import STATES
from foedus.reports.taxonomy import UNKNOWN
from foedus.web import figures
from foedus.web.words import Words

DECIDED: Final = {
    "no-breach": "no breach",
    "cannot-be-determined": "whether it was a breach cannot be determined",
    "single breach": "single breach",
    "persistent breach": "persistent breach",
    "extended breach": "breach that has become an extended attack",
    "not-stated breach": "breach, its gravity not stated",
}
"""What a commission decided, a breach with its severity -> in words."""
PROSE: Final = ("due", "first", "record")
"""Steps whose detail is told in words, not by ids."""
AN_UNKNOWN_SHARE: Final = "an unknown share"
AT_LEAST: Final = "at least {low}"
FROM_TO: Final = "{low} to {high}"


def steps(row: Row, names: Mapping[str, str], words: Words) -> Iterator[str]:
    """Yield the reasons of a finding, step by step; `names` are those of the parties."""
    for line in row["steps"]:
        step = read_step(line)
        sentence = SENTENCES[f"{step.name} {step.answer}"]
        share = words.said(AN_UNKNOWN_SHARE)
        if step.share_ppm is not None:
            share = figures.percent(step.share_ppm, words)
        yield words.said(sentence, detail=_detail(step, names, words), share=share)


def _detail(step: Step, names: Mapping[str, str], words: Words) -> str:
    """Return what a step says it rests on: by name where ids have one, else as it stands."""
    if step.name in PROSE:
        return Markup('<span lang="en">{}</span>').format(step.detail)
    if step.name == "act":
        return figures.kind_title(step.detail, words)
    if step.name == "target":
        return figures.target_title(step.detail, words)
    ids = step.detail.split(",")
    if step.name == "bearer" and all(one in names or one == UNKNOWN for one in ids):
        return ", ".join(names.get(one) or words.said(UNKNOWN) for one in ids)
    return Markup("<code>{}</code>").format(step.detail)


def still_to_do(item: Row, words: Words) -> str:
    """Return what is missing in a few words, with whose turn it is; the body by its own name."""
    if item["what"] not in VERBS:
        return words.told(item["why"])
    body = Markup('<span lang="en">{}</span>').format(item["by"])
    return Markup("{} {}").format(body, words.said(VERBS[item["what"]]))


def decided(row: Row, words: Words) -> str:
    """Return what a decision determined."""
    key = row["verdict"]
    return words.said(DECIDED[f"{row['severity']} {key}" if key == "breach" else key])


def voted(vote: str, words: Words) -> str:
    """Return a vote, written as `member: verdict`, with the verdict in words."""
    member, _, verdict = vote.partition(": ")
    return Markup("{}: {}").format(member, words.said(verdict))


def stands(told: str, words: Words) -> str:
    """Return how a state stands to an instrument, written as `state: step`, in words."""
    state, _, step = told.partition(": ")
    return Markup("{}: {}").format(words.told(name_of(state)), words.said(STATES.get(step, step)))


def counted_at(row: Row, words: Words) -> str:
    """Return a figure as the body that counts so would give it: exact, a range, or a floor."""
    low, high = row["low"], row["high"]
    if high is None or (row["says"] == "floor" and low == high):
        return words.said(AT_LEAST, low=words.whole(low))
    if low == high:
        return words.whole(low)
    return words.said(FROM_TO, low=words.whole(low), high=words.whole(high))


def rule_title(row: Row, words: Words) -> str:
    """Return the title of a counting rule that ships."""
    return find_rule(row["rule"]).title[words.language]
