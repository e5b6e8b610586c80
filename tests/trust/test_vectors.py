# SPDX-License-Identifier: Apache-2.0
"""The documented test vectors are what the code makes, and come out as the page says."""

from __future__ import annotations

import pytest
from vectors import BAD, FOLDER, vectors

from foedus.trust import proof


def test_vectors_are_current() -> None:
    """Every file is made anew, byte by byte, and none is there besides."""
    made = vectors()
    there = {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }
    assert there == set(made)
    assert {name: (FOLDER / name).read_bytes() for name in made} == made


@pytest.mark.parametrize("name", ["vote.proof", "vote-redacted.proof"])
def test_good_vector_holds(name: str) -> None:
    """Both proofs hold, whole and redacted."""
    assert proof.check((FOLDER / name).read_bytes()).holds


@pytest.mark.parametrize("name", BAD)
def test_bad_vector_fails_where_it_should(name: str) -> None:
    """Each faulty proof fails, and the step that the page names is among those that say so."""
    answer = proof.check((FOLDER / "bad" / f"{name}.proof").read_bytes())
    assert BAD[name][0] in {step.number for step in answer.steps if not step.held}


def test_page_names_every_file() -> None:
    """The page of the vectors lists every file with the step that must fail."""
    page = (FOLDER / "README.md").read_text("utf-8")
    for name, (step, _change) in BAD.items():
        assert f"| `bad/{name}.proof` | {step} |" in page
