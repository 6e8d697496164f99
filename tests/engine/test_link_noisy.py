"""Two lists with the noise of real life, and lone relatives, with default settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bench import noise, noisy


@pytest.mark.parametrize("of", ["known", "made"])
def test_two_noisy_lists_are_linked_as_well_as_is_promised_with_default_settings(
    tmp_path: Path, of: str
) -> None:
    """Of 24,000 pairs, by a seed by which nothing was chosen; on lists of 2,000 pairs chance alone moves recall by half a point."""
    made = noise.lists(noisy.SIZE, noisy.SEEDS[0], of)
    found = noisy.ours(made, tmp_path)
    right, linked, true = noisy.rights(made, found.pairs)
    assert right / linked >= 0.998
    assert right / true >= 0.985
    assert noisy.household_merged(made, found.pairs) == 0
    for name, share in (("precision", right / linked), ("recall", right / true)):
        assert found.quality[f"{name}_low"] <= share <= found.quality[f"{name}_high"]


@pytest.mark.parametrize("kind", [noise.twins, noise.siblings, noise.families])
def test_no_lone_relative_is_merged(tmp_path: Path, kind: type) -> None:
    made = kind(100, 7, beside=1_000)
    assert noisy.lone_merged(made, noisy.ours(made, tmp_path).pairs) == 0
