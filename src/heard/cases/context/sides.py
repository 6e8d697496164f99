"""On which sides a context is assessed, as a release of the knowledge has them; and what it says where it knows none."""

from __future__ import annotations

from heard.knowledge import load
from heard.knowledge.model import ContextSide, NotEnumerated


def sides_of(release_id: str, setting: str) -> list[ContextSide]:
    """On which sides such a context is assessed, as the release has them; none where it knows none."""
    return [side for side in load.release(release_id).context_sides if side.setting == setting]


def gap_of(release_id: str, setting: str) -> NotEnumerated | None:
    """What the release says of a setting of which it knows no sides."""
    gaps = {enumerated.id: enumerated for enumerated in load.release(release_id).not_enumerated}
    if sides_of(release_id, setting):
        return None
    return gaps.get(f"sides_of_{setting}") or gaps.get("sides_of_other_contexts")
