# SPDX-License-Identifier: Apache-2.0
"""What tests of the web share: missions that were run and are served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from sites import Site, site


@pytest.fixture(scope="session")
def donbas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the shipped Donbas record with its replay."""
    yield from site(tmp_path_factory.mktemp("donbas"), "donbas")


@pytest.fixture(scope="session")
def ukraine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the mission of acts alone."""
    yield from site(tmp_path_factory.mktemp("ukraine"), "ukraine-2026")


@pytest.fixture(scope="session")
def energy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the record on which readings part."""
    yield from site(tmp_path_factory.mktemp("energy"), "energy-2025")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start the machine's chromium once."""
    with sync_playwright() as driver:
        found = driver.chromium.launch(
            executable_path=chromium, args=["--disable-gpu", "--no-sandbox"]
        )
        yield found
        found.close()
