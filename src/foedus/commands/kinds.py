# SPDX-License-Identifier: Apache-2.0
"""The kinds of acts of all stages in one table; a stage that has acts adds its own here."""

from __future__ import annotations

from typing import Final

from foedus.cases import kinds as cases
from foedus.guarantee import kinds as guarantee
from foedus.obligations import kinds as obligations
from foedus.register import record as register
from foedus.trust import keyring, kinds

KINDS: Final = kinds.table(
    keyring.KINDS,
    kinds.KINDS,
    register.KINDS,
    cases.KINDS,
    guarantee.KINDS,
    obligations.KINDS,
)
