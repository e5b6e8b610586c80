# SPDX-License-Identifier: Apache-2.0
"""The kinds of acts of all stages in one table; a stage that has acts adds its own here."""

from __future__ import annotations

from typing import Final

from foedus.register import record
from foedus.trust import keyring, kinds

KINDS: Final = kinds.table(keyring.KINDS, kinds.KINDS, record.KINDS)
