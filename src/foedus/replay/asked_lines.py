# SPDX-License-Identifier: Apache-2.0
"""The answer of `asked` in sentences: what follows from decisions, then what the record indicates.

The two stand under headings of their own. A figure is never told without what it is of, how it was
come by, and what it leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from foedus.base.zones import Zone, local_time

Row = dict[str, Any]
UNDECIDED: Final = (
    "nobody has determined anything: neither a log (--log) nor assumed decisions (--assume) named"
)
NOTHING_SAID: Final = "nothing can be said: from 0 % to 100 %, by what the record leaves open"
MET: Final = {
    "sure": "surely met",
    "sure-once": "surely met once, at an instant that is not known",
    "possible": "possibly met",
}


def lines_of(answer: Row) -> Iterator[str]:
    """Yield an answer as lines for people."""
    if answer["marking"]:
        yield answer["marking"]
    since, on, known = (
        _day(answer[f"{name}_us"], answer["zone"]) for name in ("since", "on", "known")
    )
    yield f"{answer['title']}: asked from {since} to {on} ({answer['zone']}), as known by {known}"
    yield f"decisions: {answer['decided_by'] or UNDECIDED}"
    if not answer["conditions"]:
        named = ", ".join(answer["agreements"]) or "none"
        yield f"the agreements of this mission ({named}) state no trigger and no condition;"
        yield "ask one of your own: --condition TEXT --agreement ID"
    for one in answer["conditions"]:
        yield ""
        yield from _condition_lines(one, answer)


def _condition_lines(one: Row, answer: Row) -> Iterator[str]:
    where = f"{one['article']} ({one['term']})" if one["term"] else "asked, not in the text"
    yield f"{one['agreement']}, {where}, reading {one['reading']}"
    if one["text"]:
        yield f"  {one['text']}"
    yield f"  condition: {one['condition']}"
    if one["follows"]:
        yield f"  what follows: {', '.join(one['follows'])}"
    for kind, counts in one["facts"].items():
        yield f"  {kind}: {_counted(counts)}"
    yield "  DETERMINED, by what people decided:"
    yield from (f"    {line}" for line in _determined(one, answer))
    yield "  INDICATED, by the record alone, if its reports are right; nobody has decided it:"
    yield from (f"    {line}" for line in _indicated(one, answer))


def _counted(counts: Row) -> str:
    if not counts["determined"] and not counts["indicated"]:
        return "none on record; whether there were any is another question"
    said = f"{counts['determined']:,} determined, {counts['indicated']:,} indicated"
    lacks = {
        "without_party": "with nobody known to have done it",
        "without_zone": "in no known zone",
        "without_probability": "without a probability",
    }
    parts = [f"{counts[name]:,} {words}" for name, words in lacks.items() if counts[name]]
    return f"{said} ({', '.join(parts)})" if parts else said


def _determined(one: Row, answer: Row) -> Iterator[str]:
    told = one["determined"]
    is_met = any(row["verdict"] != "no" for row in told)
    if not is_met and not any(counts["determined"] for counts in one["facts"].values()):
        yield "not met: nothing that it asks for has been determined"
        return
    if not told:
        yield "met for nobody, at no instant"
    for row in told:
        who = _who(row["valuation"])
        if row["verdict"] == "no":
            yield f"{who}at no instant; at the end {row['told']}"
            continue
        first, last = row["stretches"][0]
        more = len(row["stretches"]) - 1
        span = f"{_day(first, answer['zone'])} to {_day(last, answer['zone'])}"
        rest = f" and {more:,} more times" if more else ""
        yield f"{who}{MET[row['verdict']]} {span}{rest}; then {row['told']}"


def _indicated(one: Row, answer: Row) -> Iterator[str]:
    told = one["indicated"]
    if told["why_not"]:
        yield f"no probability: {told['why_not']}"
    elif not told["told"]:
        yield "in none of the sampled records is it met"
    for row in told["told"]:
        who = _who(row["valuation"])
        yield f"{who}at some instant: {_ever(row['ever'])}"
        if row["at_end"] is not None:
            end = _day(answer["on_us"], answer["zone"])
            yield f"{who}at the end, {end}: {_exact(row['at_end'])}"
        if row["whatever_dependence"] is not None:
            bounds = row["whatever_dependence"]
            span = f"from {_share(bounds['low'])} to {_share(bounds['high'])}"
            yield f"{who}at some instant, however facts depend on each other: {span}"


def _ever(found: Row) -> str:
    if found["sure"] == 0 and found["possible"] == 1:
        return NOTHING_SAID
    how = f"{found['samples']:,} sampled records, seed {found['seed']}"
    span = f"between {_share(found['low'])} and {_share(found['high'])}"
    risk = f"{span} but for a risk of 1 in 1,000,000"
    if found["sure"] == found["possible"] and found["sure"] in (0, 1):
        return f"in {'each' if found['sure'] else 'none'} of the records; {risk} ({how})"
    if found["sure"] == found["possible"]:
        return f"about {_share(found['sure'])}; {risk} ({how})"
    parts = f"surely met about {_share(found['sure'])}, possibly about {_share(found['possible'])}"
    return f"{parts}; {risk} ({how})"


def _exact(found: Row) -> str:
    if found["sure"] == 0 and found["possible"] == 1:
        return NOTHING_SAID
    if found["sure"] == found["possible"]:
        return f"{_share(found['sure'])}, exactly"
    return f"surely met {_share(found['sure'])}, possibly {_share(found['possible'])}, each exactly"


def _share(value: float) -> str:
    """Return a share in percent; what is neither none nor all is never told as one of them."""
    if value in (0, 1):
        return f"{value:.0%}".replace("%", " %")
    if value < 0.001:
        return "under 0.1 %"
    return "over 99.9 %" if value > 0.999 else f"{value * 100:.1f} %"


def _who(valuation: Row) -> str:
    said = ", ".join(f"{name} = {value}" for name, value in valuation.items())
    return f"{said}: " if said else ""


def _day(us: int, zone: str) -> str:
    return local_time(us, Zone(zone, zone)).strftime("%Y-%m-%d %H:%M")
