# SPDX-License-Identifier: Apache-2.0
"""The file of parameters: what ships, what is documented, what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from foedus.errors import DrafterError
from foedus.incidents.parameters import Parameters, read_parameters, written
from foedus.reports.profile import Confusion, Lateness

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "parameters.md"


def test_shipped_file_states_the_defaults() -> None:
    """The shipped file says what the code takes where nothing is said."""
    assert read_parameters() == Parameters()


def test_every_parameter_is_documented_with_its_value() -> None:
    """The page lists each parameter and the shipped value, and nothing else."""
    rows = re.findall(r"^\| `(\w+)` \| ([-\d.]+|none) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    shipped = msgspec.structs.asdict(Parameters())
    expected = {name: float(value) if value else 0.0 for name, value in shipped.items()}
    assert {name: 0.0 if value == "none" else float(value) for name, value in rows} == expected


@pytest.mark.parametrize(
    "text",
    [
        "max_width = 3",
        'max_width_m = "far"',
        "max_width_m = ",
        "max_width_m = 0",
        "repeats_share = 0.0",
        "density_cell_h = 0",
        "same_text_nat = inf",
        "\xff\xfe",
    ],
)
def test_faulty_files_are_the_drafters(tmp_path: Path, text: str) -> None:
    """An unknown key, a wrong type, broken TOML and broken encoding are told, with the file."""
    path = tmp_path / "bad.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DrafterError, match=r"bad\.toml"):
        read_parameters(path)


def test_a_set_that_is_written_is_read_again(tmp_path: Path) -> None:
    """What is written is a parameter file of the same digest, odd codes included."""
    lateness = (Lateness(upto_h=6.0, share=0.5),)
    known = Parameters(
        radius_m={"": 900, 'a "b"': 1_000},
        lateness=lateness,
        kind_share={"mortar-fire": 0.4, "air-strike": 0.6},
        actor_confusion={"a.b": Confusion(same_class=0.2, any=0.01)},
    )
    path = tmp_path / "learned.toml"
    path.write_text(written(known, "Learned from a record."), "utf-8")
    assert read_parameters(path) == known


def test_digest_names_the_values() -> None:
    """Equal sets have equal digests, other sets have others."""
    assert Parameters().digest == read_parameters().digest
    assert Parameters(max_width_m=1).digest != Parameters().digest
