# SPDX-License-Identifier: Apache-2.0
"""A database for a test: an empty schema of its own, skipped loudly without one, required in CI."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

VARIABLE = "FOEDUS_TEST_POSTGRES"


@contextmanager
def empty_schema() -> Iterator[str]:
    """Give the address of an empty schema of the database that `VARIABLE` names; drop it after."""
    url = os.environ.get(VARIABLE)
    if not url:
        reason = f"no PostgreSQL: set {VARIABLE} to the URL of a database"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    schema = f"made_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE SCHEMA {schema}")
        mark = "&" if "?" in url else "?"
        yield f"{url}{mark}options=-csearch_path%3D{schema}"
        db.execute(f"DROP SCHEMA {schema} CASCADE")
