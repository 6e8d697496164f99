"""What is known of a child beside name and address, each with who said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heard.network import actions as network
from heard.network.rules import Said

if TYPE_CHECKING:
    from heard.demo.life.child import Child


def get_to_know(child: Child) -> None:
    """As `life.yaml` says: [kind, what, who said so], people and numbers; then what is different since."""
    known: dict[str, Any] = child.part("about") or {}
    this: dict[str, Any] = {"by": child.worker, "person_id": child.person_id}
    facts = {}
    for kind, value, said_as, *more in known.get("facts", ()):
        given = more[1] if len(more) > 1 else {}
        said = _said(child, said_as, more[0] if more else "")
        facts[kind] = network.record_fact(**this, kind=kind, value=child.say(value), said=said, **given)
    for name, relation, given, said_as, said_by in known.get("people", ()):
        said = _said(child, said_as, said_by)
        network.note_important_person(**this, name=name, relation=relation, said=said, **given)
    for scheme, value, issuer in known.get("numbers", ()):
        said = _said(child, "worker", str(child.worker))
        network.add_identifier(**this, scheme=scheme, value=value, issuer=issuer, said=said)
    for kind, value, said_as in known.get("now", ()):
        said = _said(child, said_as, "")
        network.change_fact(by=child.worker, fact_id=facts[kind].pk, value=child.say(value), said=said)


def _said(child: Child, said_as: str, said_by: str) -> Said:
    return Said(said_as, child.say(said_by), child.day(4))
