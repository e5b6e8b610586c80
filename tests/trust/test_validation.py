# SPDX-License-Identifier: Apache-2.0
"""What may enter a log, and each reason why something else may not."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from made_acts import KINDS, MISSION, NOW, act, admission, key, note, opening, us

from foedus.trust.acts import Act, Signature
from foedus.trust.keyring import Keyring
from foedus.trust.validation import SKEW_US, Standing, entry_of, faults_of

replace = msgspec.structs.replace


def standing(*acts: Act, now: str = NOW) -> Standing:
    """Return what a log has come to after `acts`, each of which must be in order."""
    found = Standing(MISSION, False, Keyring(), 0, 0)
    for index, item in enumerate(acts):
        assert faults_of(item, found, KINDS, us(now)) == []
        ring = found.keyring.after(entry_of(item, index, us(now)))
        found = found._replace(keyring=ring, size=index + 1, known_us=us(now))
    return found


def vote(state: str, by: str) -> Act:
    """Return a vote for a state."""
    return act("consent.vote", {"state": state, "passed": True}, key(by))


def pair(*by: str) -> Act:
    """Return an act that two must sign."""
    return act("decision.make", {"text": "so decided"}, *map(key, by))


USUAL = (
    opening("registrar"),
    admission("clerk", "recorder"),
    admission("assembly", "parliament", scope=["fr"]),
    admission("first", "commission"),
    admission("second", "commission"),
    admission("late", "recorder", valid_to="2026-01-08"),
    admission("early", "recorder", valid_from="2026-02-01"),
)
NO_SALT = replace(note(), envelope=replace(note().envelope, salt="short"))
OTHER_BYTES = replace(note(), envelope=replace(note().envelope, on="2026-01-07"))
UNSIGNED = replace(note(), signatures=())
TWICE = replace(note(), signatures=note().signatures * 2)
OTHER_PAYLOAD = replace(note(), payload={"text": "not seen"})
NO_PAYLOAD = replace(note(), payload=None)
NOT_A_POINT = replace(note(), signatures=(Signature("ed25519:" + "f" * 64, "0" * 128),))
BAD: dict[str, tuple[Act, str]] = {
    "key not admitted": (note(by="stranger"), "a key that this log has admitted"),
    "key without the role": (vote("fr", "clerk"), "a key with the role parliament"),
    "key for another state": (vote("de", "assembly"), "a key that may speak for de"),
    "key that has ended": (note(by="late"), "a key that is still valid"),
    "key that is not valid yet": (note(by="early"), "a key that is already valid"),
    "one of two": (pair("first"), "2 different holders"),
    "unknown kind": (act("record.nota", {"text": "x"}, key("clerk")), "a known kind"),
    "other mission": (note(mission="other"), MISSION),
    "exercise": (note(exercise=True), "an act in earnest"),
    "time to come": (note(known="2026-01-11T12:00:00Z"), "no time to come"),
    "time without zone": (note(known="2026-01-06 12:00"), "an instant such as"),
    "day that is none": (note(on="2026-02-30"), ""),
    "words for a day": (note(on="upon signature"), "a day, or an instant"),
    "no subject": (note(subject=""), "an id in ASCII"),
    "salt too short": (NO_SALT, "64 hexadecimal digits"),
    "changed after signing": (OTHER_BYTES, "a signature over the bytes of this act"),
    "not signed": (UNSIGNED, "the author's signature"),
    "signed twice by one key": (TWICE, "each key once"),
    "key that is no key": (NOT_A_POINT, "a signature over the bytes of this act"),
    "other payload": (OTHER_PAYLOAD, "a payload with the digest"),
    "payload withheld": (NO_PAYLOAD, "the payload with its seal"),
    "payload with a fraction": (
        act("record.note", {"text": "x", "source": 0.5}, key("clerk")),
        "text, a whole number",
    ),
    "payload with an unknown field": (
        act("record.note", {"text": "x", "sauce": "y"}, key("clerk")),
        "a field of this kind",
    ),
    "payload without a field": (act("record.note", {"source": "x"}, key("clerk")), "the field"),
    "opened twice": (opening("registrar"), "log.open as the first act"),
    "admitted by a clerk": (
        admission("new", "recorder", by=("clerk",)),
        "a key with the role registrar",
    ),
    "admitted twice": (admission("clerk", "recorder"), "never admitted"),
    "admitted backwards": (
        admission("new", "recorder", valid_from="2026-02-01", valid_to="2026-01-01"),
        "an end after the start",
    ),
    "revoked without being there": (
        act("key.revoke", {"key": key("new").key, "reason": "lost"}, key("registrar")),
        "a key that was admitted",
    ),
    "rotated by the old key alone": (
        act("key.rotate", {"key": key("clerk").key, "next_key": key("new").key}, key("clerk")),
        "a signature by the next key",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_act_is_refused_with_the_reason(name: str) -> None:
    """Each fault of an act is told in words that name it."""
    bad, expected = BAD[name]
    found = faults_of(bad, standing(*USUAL), KINDS, us(NOW))
    assert found
    assert any(expected in fault.expected for fault in found), found


GOOD: dict[str, Act] = {
    "note": note(),
    "vote for its state": vote("fr", "assembly"),
    "two holders": pair("first", "second"),
    "act about the past": note(on="2014-03-01"),
    "rotation": act(
        "key.rotate",
        {"key": key("clerk").key, "next_key": key("new").key},
        key("clerk"),
        key("new"),
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_act_may_enter(name: str) -> None:
    """What is in order has no fault."""
    assert faults_of(GOOD[name], standing(*USUAL), KINDS, us(NOW)) == []


def test_all_faults_are_told_at_once() -> None:
    """Three things wrong give at least three faults, each with its field."""
    bad = note(mission="other", on="soon", known="later")
    found = faults_of(bad, standing(*USUAL), KINDS, us(NOW))
    assert {fault.column for fault in found} >= {"mission", "on", "known"}


def test_two_keys_of_one_holder_are_one() -> None:
    """Where two must sign, two keys of one holder are not enough."""
    spare = key("spare").key
    payload = {"key": spare, "holder": "first", "roles": ["commission"]}
    more = act("key.admit", payload, key("registrar"), subject=f"key/{spare}")
    found = faults_of(pair("first", "spare"), standing(*USUAL, more), KINDS, us(NOW))
    assert [fault.expected for fault in found] == ["2 different holders"]


def test_registrars_needed_is_kept() -> None:
    """Where the log was opened so, one registrar alone admits nobody."""
    opened = standing(opening("one", "two", "three", needed=2))
    alone = faults_of(admission("new", "recorder", by=("one",)), opened, KINDS, us(NOW))
    assert [fault.expected for fault in alone] == ["2 different holders"]
    both = admission("new", "recorder", by=("one", "three"))
    assert faults_of(both, opened, KINDS, us(NOW)) == []


CHANGES: dict[str, tuple[Act, bool, bool]] = {
    "rotated": (GOOD["rotation"], False, True),
    "revoked": (
        act("key.revoke", {"key": key("clerk").key, "reason": "lost"}, key("registrar")),
        False,
        False,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_key_that_ended_signs_no_more(name: str) -> None:
    """After a rotation the next key may, the old one not; after a revocation neither."""
    change, old, new = CHANGES[name]
    after = standing(*USUAL, change)
    assert (faults_of(note(), after, KINDS, us(NOW)) == []) is old
    assert (faults_of(note(by="new"), after, KINDS, us(NOW)) == []) is new


def test_revocation_says_since_when_a_key_is_doubtful() -> None:
    """The keyring keeps since when a key was not to be trusted, and when that was known."""
    revocation = act(
        "key.revoke",
        {"key": key("clerk").key, "reason": "stolen"},
        key("registrar"),
        on="2026-01-03",
    )
    found = standing(*USUAL, revocation).keyring.keys[key("clerk").key]
    assert (found.doubtful_us, found.revoked_us) == (us("2026-01-03T00:00:00Z"), us(NOW))


def test_clocks_may_differ_a_little() -> None:
    """An author's clock may be ahead of the log's by less than the skew, and no more."""
    after = standing(*USUAL, now="2026-01-06T11:55:00Z")
    ahead = us("2026-01-06T12:00:00Z") - SKEW_US
    assert faults_of(note(), after, KINDS, ahead) == []
    assert faults_of(note(), after, KINDS, ahead - 1) != []


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: text + "0", str.upper])
def test_broken_author_is_a_fault_not_a_crash(change: Callable[[str], str]) -> None:
    """Whatever stands where a key should is told as a fault."""
    broken = replace(note(), envelope=replace(note().envelope, author=change(key("clerk").key)))
    assert faults_of(broken, standing(*USUAL), KINDS, us(NOW))
