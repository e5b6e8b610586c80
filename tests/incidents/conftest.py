# SPDX-License-Identifier: Apache-2.0
"""Here even a few pairs are cut into runs, so that what settles them is always tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foedus.incidents import groups


@pytest.fixture(autouse=True, scope="module")
def cut_even_a_few() -> Iterator[None]:
    """Cut as many runs as an engine asks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "PAIRS_AT_LEAST", 1)
        yield
