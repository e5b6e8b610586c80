# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and cosignatures are those of C2SP, byte by byte."""

from __future__ import annotations

from base64 import b64decode

import pytest
from made_acts import ORIGIN, key

from foedus.errors import PartyError
from foedus.trust.notes import (
    NoteKey,
    cosignatures,
    cosigned,
    is_signed_by,
    log_key,
    read_checkpoint,
    read_key,
    signed_checkpoint,
    witness_key,
)

PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The verifier's key of an example that the Go library for notes has published."""
PUBLISHED_NOTE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501
"""The example of the specification of cosignatures."""
WITNESS = witness_key("witness.example/w", key("witness").key)


def test_published_key_is_read() -> None:
    """The id of a key is the one that others compute."""
    assert read_key(PUBLISHED_KEY).id.hex() == "c74f20a3"


def test_published_checkpoint_is_read() -> None:
    """The specification's example is read, with the time in the witness's line."""
    found = read_checkpoint(PUBLISHED_NOTE)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert int.from_bytes(found.lines[1].value[:8], "big") == 1_679_315_147
    assert str(found) == PUBLISHED_NOTE


def test_signed_and_cosigned() -> None:
    """What log and witness signed is read back and is theirs; another's key finds nothing."""
    note = signed_checkpoint(ORIGIN, 7, bytes(32), key("operator"))
    both = read_checkpoint(str(cosigned(note, WITNESS.name, key("witness"), 1_700_000_000)))
    assert is_signed_by(both, log_key(ORIGIN, key("operator").key))
    assert not is_signed_by(both, log_key(ORIGIN, key("other").key))
    assert cosignatures(both, [WITNESS]) == [(WITNESS.name, 1_700_000_000)]
    assert cosignatures(note, [WITNESS]) == []


def test_cosignature_is_of_its_time() -> None:
    """A line whose time was changed is no statement of the witness."""
    note = signed_checkpoint(ORIGIN, 7, bytes(32), key("operator"))
    both = cosigned(note, WITNESS.name, key("witness"), 1_700_000_000)
    line = both.lines[1]
    later = line._replace(value=(1_700_000_001).to_bytes(8, "big") + line.value[8:])
    assert cosignatures(both._replace(lines=(line, later)), [WITNESS]) == [
        (WITNESS.name, 1_700_000_000)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        PUBLISHED_NOTE.replace("20852163", "020852163"),
        PUBLISHED_NOTE.replace("jxq2I=", "jxq2J="),
        PUBLISHED_NOTE[:-1],
        PUBLISHED_NOTE.replace("— w", "- w"),
        PUBLISHED_NOTE + "\n",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    """A note has one form: zeros before a number, loose bits of base64, another dash are none."""
    with pytest.raises(PartyError):
        read_checkpoint(text)


@pytest.mark.parametrize("text", ["", "a+b+c", PUBLISHED_KEY.replace("c74f", "c74e")])
def test_broken_key_is_refused(text: str) -> None:
    """A key whose hash does not fit is refused."""
    with pytest.raises(PartyError):
        read_key(text)


def test_key_is_written_as_others_do() -> None:
    """Name, hash and base64 of type and key, joined by plus signs."""
    name, digits, encoded = str(WITNESS).split("+", 2)
    assert NoteKey(name, b64decode(encoded)[0], b64decode(encoded)[1:]) == WITNESS
    assert digits == WITNESS.id.hex()
