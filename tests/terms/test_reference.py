# SPDX-License-Identifier: Apache-2.0
"""The reference, the schemas and the vocabulary say what the records say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from foedus.terms.document import load_text
from foedus.terms.fields import known_fields, structs, tag_of
from foedus.terms.record import Head
from foedus.terms.rules import AnyRule, Area, Due, Rule
from foedus.terms.schema import FOLDER, schemas, write_schemas
from foedus.terms.vocabulary import leaves, load_vocabulary

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "reference" / "agreements.md").read_text("utf-8")
LANGUAGES: Final = {"en", "uk", "ru", "fr"}


def section(title: str) -> str:
    """Return the text of the reference under a heading, up to the next of its level or above."""
    level = title.split(" ", maxsplit=1)[0]
    _, found, rest = PAGE.partition(f"\n{title}\n")
    assert found, title
    return re.split(rf"\n#{{2,{len(level)}}} ", rest)[0]


def has_row(text: str, key: str) -> bool:
    """Return whether a table of `text` has a row about `key`."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return any(f"`{key}`" in cell for cell in cells)


def test_every_key_of_the_head_is_documented() -> None:
    """Each key of the agreement block, and of what stands in it, has its row."""
    text = section("## The agreement block")
    for name, field in known_fields(Head).items():
        assert has_row(text, name)
        for inner in structs(field.type):
            for key in known_fields(inner):
                assert has_row(text, f"{name}.{key}"), f"{name}.{key}"


@pytest.mark.parametrize("rule", structs(AnyRule), ids=lambda rule: rule.__name__)
def test_every_key_of_a_rule_is_documented(rule: Any) -> None:
    """Each rule has its section, and each of its keys a row there."""
    tag = tag_of(rule)
    assert tag is not None
    text, shared = section(f"### {tag[1]}"), section("## What every term says")
    assert has_row(shared, tag[0])
    for name in known_fields(rule):
        assert has_row(shared if name in known_fields(Rule) else text, name), name


def test_every_area_and_deadline_key_is_documented() -> None:
    """Each kind of area has a row that names its keys, each key of a deadline a row."""
    text = section("### zone")
    for area in structs(Area):
        tag = tag_of(area)
        assert tag is not None
        (row,) = (line for line in text.splitlines() if f"kind: {tag[1]}`" in line)
        assert all(f"`{name}" in row or name in row for name in known_fields(area))
    for name in known_fields(Due):
        assert has_row(section("### Times"), name), name


def test_reference_shows_a_document_that_is_checked() -> None:
    """The example of the reference is one of the good documents, whole."""
    good = (ROOT / "tests" / "terms" / "good" / "harbour-truce.md").read_text("utf-8")
    assert f"````markdown\n{good}````\n" in PAGE
    for rule in structs(AnyRule):
        tag = tag_of(rule)
        assert tag is not None
        assert f"rule: {tag[1]}\n" in good


def test_how_to_shows_a_document_that_is_checked() -> None:
    """The how-to's document is clean, and its message is the one that the check gives."""
    page = (ROOT / "docs" / "how-to" / "write-an-agreement.md").read_text("utf-8")
    good = (ROOT / "tests" / "terms" / "good" / "bridge-truce.md").read_text("utf-8")
    assert f"````markdown\n{good}````\n" in page
    slip = good.replace("bearer: [all]", "bearer: all")
    (fault,) = load_text(slip, Path("bridge-truce.md")).faults
    assert f"```text\n{fault}\n```\n" in page


def test_schemas_are_fresh() -> None:
    """The shipped schemas are those that the records give; `write_schemas` renews them."""
    shipped = {name: (FOLDER / name).read_text("utf-8") for name in schemas()}
    assert shipped == schemas()


def test_schemas_are_written(tmp_path: Path) -> None:
    """What is written can be read, and knows every rule."""
    write_schemas(tmp_path)
    schema = json.loads((tmp_path / "term.schema.json").read_text("utf-8"))
    assert set(schema["discriminator"]["mapping"]) == {
        tag[1] for rule in structs(AnyRule) if (tag := tag_of(rule))
    }
    assert json.loads((tmp_path / "agreement.schema.json").read_text("utf-8"))


def test_vocabulary_is_whole() -> None:
    """Every word has four titles; parents and kinds that are named exist; no word is two things."""
    words = load_vocabulary()
    groups = (words.kinds, words.acts, words.deeds, words.targets, words.weapons)
    for group in groups:
        for word in group.values():
            assert set(word.title) == LANGUAGES, word.id
            assert word.parent is None or group[word.parent].parent is None
    assert all(kind in words.kinds for act in words.acts.values() for kind in act.kinds)
    assert not set(words.kinds) & set(words.acts)


def test_acts_cover_their_kinds() -> None:
    """Use of force is every kind under its classes; an act that no report shows covers none."""
    words = load_vocabulary()
    force = words.kinds_of("use-of-force")
    assert "drone-strike" in force
    assert "monitor-denied-access" not in force
    assert words.kinds_of("air-attack") == leaves(words.kinds, "air-attack")
    assert words.kinds_of("threat-of-force") == ()
    assert leaves(words.weapons, "mlrs-grad") == ("mlrs-grad",)
