"""No flipped byte and no truncation of any file of an index gives another answer, or an exception."""

import pytest
from damage import FINE, KINDS, outcomes

FLIPS = {"catalog.sqlite": 400}
"""Changed bytes, where they are not 64."""


@pytest.mark.parametrize("kind", KINDS)
def test_damage_of_any_file_is_an_error_or_repaired_or_changes_nothing(aliased, quick_path, kind):
    found = outcomes(aliased.root, quick_path / "work", kind, FLIPS.get(kind, 64))

    assert set(found) <= FINE
    assert len(found) > 64
