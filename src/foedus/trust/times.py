# SPDX-License-Identifier: Apache-2.0
"""The two times of an act as its envelope writes them, and as microseconds since 1970 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from foedus.base.moments import Moment
from foedus.base.readings import moment
from foedus.errors import DrafterError, Fault

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_KNOWN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)


@lru_cache(maxsize=4096)
def held(on: str, zone: str) -> Moment | Fault:
    """Return when an act held: a day on the clock of `zone`, or an instant with its offset."""
    if not (_DAY.fullmatch(on) or _INSTANT.fullmatch(on)):
        return Fault(column="on", expected="a day, or an instant with its offset", got=repr(on))
    try:
        return moment(on, None if _INSTANT.fullmatch(on) else zone)
    except DrafterError as error:
        return error.faults[0]


def known_us(known: str) -> int | Fault:
    """Return the microseconds of an instant in UTC that is written with a Z."""
    fault = Fault(column="known", expected="an instant such as 2026-01-06T12:00:00Z", got=known)
    if not _KNOWN.fullmatch(known):
        return fault
    try:
        return (datetime.fromisoformat(known) - _EPOCH) // timedelta(microseconds=1)
    except ValueError:
        return fault


def utc(at_us: int) -> str:
    """Return microseconds since 1970 as an envelope writes them, no longer than they need."""
    return (_EPOCH + timedelta(microseconds=at_us)).isoformat().removesuffix("+00:00") + "Z"
