# SPDX-License-Identifier: Apache-2.0
"""An act says what was signed; its commitments hide what is not shown, and bind what is."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from made_acts import key, note

from foedus.trust import acts
from foedus.trust.signatures import are_signed

NAMES = st.text(st.characters(max_codepoint=126, min_codepoint=32), min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS | WHOLE | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
PAYLOADS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=6)
SEAL = bytes(range(32))


@given(PAYLOADS)
def test_bytes_are_canonical(payload: dict[str, Any]) -> None:
    """What is signed and digested is RFC 8785 JSON, as an implementation of that document says."""
    assert acts.written(payload) == rfc8785.dumps(payload)


@given(PAYLOADS, st.data())
def test_digest_does_not_need_what_is_hidden(payload: dict[str, Any], data: st.DataObject) -> None:
    """Commitments of hidden fields and values of shown ones give the digest of the whole."""
    shown = data.draw(st.sets(st.sampled_from(sorted(payload))))
    found = [
        acts.field_commitment(acts.field_salt(SEAL, name), name, payload[name]) for name in shown
    ]
    hidden = {name: value for name, value in payload.items() if name not in shown}
    found += acts.commitments(hidden, SEAL)
    assert acts.digest_of(sorted(found)) == acts.payload_digest(payload, SEAL)


@given(PAYLOADS, PAYLOADS)
def test_digest_binds_the_payload(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two payloads have one digest only if they are the same."""
    same = acts.written(one) == acts.written(other)
    assert (acts.payload_digest(one, SEAL) == acts.payload_digest(other, SEAL)) == same


def test_signature_is_over_the_bytes_shown() -> None:
    """What is signed is one line and JSON that a person can read."""
    act = note("a word")
    data = acts.bytes_to_sign(act.envelope)
    line, envelope = data.split(b"\n")
    assert line == b"foedus act 1"
    assert msgspec.json.decode(envelope, type=acts.Envelope) == act.envelope
    assert are_signed(acts.to_be_checked(act)) == [True]
    assert acts.act_id(act.envelope) == hashlib.sha256(data).hexdigest()


def test_signature_has_one_form() -> None:
    """Digits in capitals are not the signature that was given: the log would keep another one."""
    act = note()
    digits = act.signatures[0].value.upper()
    changed = msgspec.structs.replace(act, signatures=(acts.Signature(key("clerk").key, digits),))
    assert are_signed(acts.to_be_checked(changed)) == [False]


def test_commitment_covers_all() -> None:
    """Salt, signatures, envelope and the time at which it was known each change the commitment."""
    act = note()
    replace = msgspec.structs.replace
    others = [
        replace(act, envelope=replace(act.envelope, salt="0" * 64)),
        replace(act, envelope=replace(act.envelope, on="2026-01-07")),
        replace(act, signatures=()),
    ]
    found = {acts.commitment(item, 5) for item in [act, *others]} | {acts.commitment(act, 6)}
    assert len(found) == 5


def test_held_key_does_not_show_itself() -> None:
    """A private key shows its public part only, wherever it is printed."""
    held = key("clerk")
    assert repr(held) == f"HeldKey({held.key})"
