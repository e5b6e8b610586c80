# SPDX-License-Identifier: Apache-2.0
"""What a reader sent behind an address, by name: nothing is passed over that would matter.

A parameter that nobody reads would give a wrong answer without a word; so one that the address does
not take is told, with the one that may have been meant. What others hang onto links to follow
readers is passed over. What the values mean is left to those that answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.web.routes import CARRIED, Route

MOST_SENT: Final = 300
"""Characters of a parameter at most."""
MOST_NAMES: Final = 40
TRACKING: Final = frozenset(
    ("fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid",
     "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "ref")
)  # fmt: skip
"""Hung onto links by others, as is whatever begins with `utm_`."""


def accepted(route: Route) -> tuple[str, ...]:
    """Return the parameters that an address of a route takes."""
    return (*CARRIED, *route.parameters)


def given(query: bytes, names: Iterable[str]) -> dict[str, str]:
    """Return the parameters of an address.

    Raises `OperatorError` for one that is unknown, told twice, too long, or no UTF-8.
    """
    found: dict[str, str] = {}
    known = tuple(names)
    for name, value in _pairs(query):
        if name in TRACKING or name.startswith("utm_"):
            continue
        if name not in known:
            hint, shown = did_you_mean(name, known), repr(name[:40])
            raise OperatorError(Fault(expected="a parameter of this address", got=shown, hint=hint))
        if name in found:
            raise OperatorError(Fault(column=name, expected="this once", got="it twice"))
        if len(value) > MOST_SENT:
            expected, got = f"at most {MOST_SENT} characters", str(len(value))
            raise OperatorError(Fault(column=name, expected=expected, got=got))
        found[name] = value
    return found


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_NAMES)
    except (UnicodeError, ValueError) as error:
        expected = f"at most {MOST_NAMES} parameters in UTF-8"
        raise OperatorError(Fault(expected=expected, got="another address")) from error
