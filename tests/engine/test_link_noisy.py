"""Two lists with the noise of real life, and lone relatives, with default settings: small, the bench has the large ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bench import noise, noisy


def test_two_noisy_lists_are_linked_with_default_settings(tmp_path: Path) -> None:
    """Of 100 pairs 90 were linked where dates that are not whole were dropped and a slip was taken for a twin."""
    made = noise.lists(2_500, 7)
    found = noisy.ours(made, tmp_path)
    right, linked, true = noisy.rights(made, found.pairs)
    assert right / linked >= 0.997
    assert right / true >= 0.96
    assert noisy.household_merged(made, found.pairs) == 0
    assert found.quality["recall_low"] <= right / true <= found.quality["recall_high"]


@pytest.mark.parametrize("kind", [noise.twins, noise.siblings, noise.families])
def test_no_lone_relative_is_merged(tmp_path: Path, kind: type) -> None:
    made = kind(100, 7, beside=1_000)
    assert noisy.lone_merged(made, noisy.ours(made, tmp_path).pairs) == 0
