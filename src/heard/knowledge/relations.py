"""What must hold between the entries of a pack, beyond each entry's own fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from heard.knowledge.reading import Fault


class Placed(Protocol):
    """An entry and where it was written. Where it is not `whole`, only some of its fields may be there."""

    @property
    def entry(self) -> Any: ...

    @property
    def whole(self) -> bool: ...

    def fault(self, what: str, remedy: str) -> Fault: ...


type Sections = Mapping[str, Sequence[Placed]]

# The digest: "13 patterns" (15 bullets, two of them headings), 15 vulnerabilities, 12 signs, 7 principles.
_HOW_MANY = {
    "definitions": 3,
    "headings": 2,
    "patterns": 13,
    "vulnerabilities": 15,
    "principles": 7,
    "voices": 3,
}
_SIGNS_IN_DIGEST = 12
_LETTERS = {"vulnerabilities": "V", "signs": "S"}

# Words that blame or brand a child. Official wording keeps them; a label on a screen never has them.
_BLAMING = (
    "chaotic", "dysfunctional", "promiscu", "streetwise", "lifestyle", "prostitut", "recruit", "risk-taking",
    "at risk by", "attention seeking", "manipulative",
)  # fmt: skip
# The marks of our own notes for what is remembered, or was looked for and not found: a source has none.
_ENDS = ("person", "place", "group", "handle")
_UNSURE = re.compile(r"\[[MG]\b")
# As texts are compared: a letter or digit first, words one space apart; two letters at least before a *.
_PHRASE = re.compile(r"[a-z0-9]+(?:(?<=[a-z0-9]{2})\*)?(?: [a-z0-9]+(?:(?<=[a-z0-9]{2})\*)?)*")


def relations(sections: Sections) -> list[Fault]:
    """Every fault between the entries of these sections. What an entry lacks by itself has been said already."""
    whole = {name: [placed for placed in entries if placed.whole] for name, entries in sections.items()}
    of_each: tuple[Callable[[Sections], Iterator[Fault]], ...] = (
        _letters, _labels, _tags, _clocks, _laws, _ties, _requirements, _phrases, _powers, _carriers, _carrier_clashes,
    )  # fmt: skip
    faults = [fault for check in of_each for fault in check(whole)]
    faults += [*_ids(sections), *_counts(sections), *_headings(sections, whole), *_rules(sections, whole)]
    return [*faults, *_items(sections), *_coverage(sections)]


def _all(sections: Sections) -> Iterable[Placed]:
    return (placed for entries in sections.values() for placed in entries)


def _ids(sections: Sections) -> Iterator[Fault]:
    seen: set[str] = set()
    for placed in _all(sections):
        entry_id = getattr(placed.entry, "id", None)
        if entry_id in seen:
            yield placed.fault(f"The id “{entry_id}” is used twice.", "Give each entry its own.")
        elif entry_id:
            seen.add(entry_id)


def _counts(sections: Sections) -> Iterator[Fault]:
    for name, wanted in _HOW_MANY.items():
        yield from _count(name, sections[name], wanted)
    in_digest = [placed for placed in sections["signs"] if getattr(placed.entry, "in_digest", True)]
    yield from _count("signs in the digest", in_digest, _SIGNS_IN_DIGEST)


def _count(what: str, entries: Sequence[Placed], wanted: int) -> Iterator[Fault]:
    if len(entries) == wanted:
        return
    said, remedy = f"{len(entries)} {what}, not {wanted}.", "Compare the list with the digest."
    yield entries[-1].fault(said, remedy) if entries else Fault("the pack", 0, "", said, remedy)


def _letters(sections: Sections) -> Iterator[Fault]:
    for name, letter in _LETTERS.items():
        for placed in sections[name]:
            if not (
                placed.entry.id[0] == letter and placed.entry.id[1:].isdigit() and len(placed.entry.id) == 3
            ):
                yield placed.fault(
                    "The id does not fit its list.", f"Use {letter} and two digits, such as {letter}01."
                )


def _headings(sections: Sections, whole: Sections) -> Iterator[Fault]:
    known = _known(sections, "headings")
    for placed in whole["patterns"]:
        pattern = placed.entry
        if pattern.heading not in known:
            yield placed.fault(
                f"Heading “{pattern.heading}” is not in “headings”.", "Add it, or correct the name."
            )
        if pattern.id[0] != {"group": "G", "gang": "N"}[pattern.heading]:
            yield placed.fault("The id does not fit its heading.", "Use G1… below group and N1… below gang.")


def _labels(sections: Sections) -> Iterator[Fault]:
    for placed in _all(sections):
        label = getattr(placed.entry, "label", "")
        for word in _BLAMING:
            if word in label.casefold():
                yield placed.fault(
                    f"The label says “{word}”, which blames or brands a child.", "Use a neutral word."
                )


def _tags(sections: Sections) -> Iterator[Fault]:
    for placed in _all(sections):
        if any(isinstance(text, str) and _UNSURE.search(text) for text in vars(placed.entry).values()):
            what = "It carries the mark of what is remembered or was not found."
            yield placed.fault(what, "Leave that sentence out, or find its source.")


def _rules(sections: Sections, whole: Sections) -> Iterator[Fault]:
    for placed in whole["rules"]:
        rule = placed.entry
        if rule.at_least < 1 or rule.window_months < 1:
            yield placed.fault("The rule counts nothing.", "Make at_least and window_months 1 or more.")
        elif rule.at_least > len(sections[rule.list]):
            yield placed.fault("The rule asks for more than its list has.", "Lower at_least.")


def _clocks(sections: Sections) -> Iterator[Fault]:
    for placed in sections["clocks"]:
        clock = placed.entry
        if clock.amount < 1:
            yield placed.fault("The clock allows no time.", "Make amount 1 or more.")
        if clock.effective_from and clock.effective_to and clock.effective_to < clock.effective_from:
            yield placed.fault("effective_to is before effective_from.", "Correct one of the two dates.")


def _laws(sections: Sections) -> Iterator[Fault]:
    for placed in sections["laws"]:
        law = placed.entry
        if law.in_force_from and law.in_force_from > law.read_on:
            what = "in_force_from is after read_on: nobody has seen yet that it came into force."
            yield placed.fault(what, "Make it null, and say in not_known for when it was announced.")


def _ties(sections: Sections) -> Iterator[Fault]:
    for placed in sections["ties"]:
        tie = placed.entry
        for pair in tie.between:
            ends = pair.split(" ")
            if len(ends) != 2 or not set(ends) <= set(_ENDS):
                yield placed.fault(f"“{pair}” is no pair of ends.", f"Use two of: {', '.join(_ENDS)}.")
            elif not tie.directed and ends[0] != ends[1]:
                yield placed.fault(f"“{pair}” cannot read alike both ways.", "Make directed true.")
        if not tie.between:
            yield placed.fault("It ties nothing.", "Give pairs such as “person place” in between.")
        if not tie.directed and tie.label != tie.back:
            yield placed.fault("It reads in two ways.", "Make directed true, or back as label.")
        if len({tie.source is None, tie.official is None, tie.confidence is None}) != 1:
            what = "It is half ours."
            yield placed.fault(what, "Give official, source and confidence, or null for all three.")


def _requirements(sections: Sections) -> Iterator[Fault]:
    packs = _known(sections, "requirement_packs")
    for placed in sections["requirements"]:
        if placed.entry.pack not in packs:
            yield placed.fault(f"No pack is called {placed.entry.pack!r}.", "Name one of requirement_packs.")


def _phrases(sections: Sections) -> Iterator[Fault]:
    known = _known(sections, *_LETTERS)
    seen: set[tuple[str, str]] = set()
    for placed in sections["phrases"]:
        phrase = placed.entry
        if phrase.item not in known:
            yield placed.fault(f"There is no item “{phrase.item}”.", "Use the id of a sign or vulnerability.")
        if not phrase.says:
            yield placed.fault("It has no words.", "Give the phrases in says.")
        for text in phrase.says:
            if not _PHRASE.fullmatch(text):
                what = f"“{text}” is never found."
                yield placed.fault(what, "Use small letters, digits, single spaces, and * after a beginning.")
            for word in (word for word in _BLAMING if word in text):
                what = f"A phrase says “{word}”, which blames or brands a child."
                yield placed.fault(what, "Leave it out: Heard offers a better word for it.")
            if (phrase.item, text) in seen:
                yield placed.fault(f"“{text}” stands twice for {phrase.item}.", "Keep it once.")
            seen.add((phrase.item, text))


def _powers(sections: Sections) -> Iterator[Fault]:
    for placed in sections["powers"]:
        power = placed.entry
        if not power.against:
            yield placed.fault("It is against nothing.", "Give person, place, business, vehicle or online.")
        if power.in_force_from and power.in_force_from > power.read_on:
            what = "in_force_from is after read_on: nobody has seen yet that it came into force."
            yield placed.fault(what, "Make it null, and say so in not_known.")
        if power.in_force_from and power.in_force_to and power.in_force_to < power.in_force_from:
            yield placed.fault("in_force_to is before in_force_from.", "Correct one of the two dates.")


def _known(sections: Sections, *names: str) -> set[str]:
    return {getattr(placed.entry, "id", "") for name in names for placed in sections[name]}


def _items(sections: Sections) -> Iterator[Fault]:
    known = _known(sections, *_LETTERS)
    for placed in (*sections["carriers"], *sections["no_carrier"]):
        item = getattr(placed.entry, "item", None)
        if item is not None and item not in known:
            yield placed.fault(f"There is no item “{item}”.", "Use the id of a sign or vulnerability.")


def _carriers(sections: Sections) -> Iterator[Fault]:
    for placed in sections["carriers"]:
        carrier = placed.entry
        if carrier.strength == "weak" and carrier.counts:
            yield placed.fault(
                "A weak carrier is set to count.", "Set counts to false: it is shown beside the count."
            )
        if carrier.codes and carrier.at_least is not None:
            yield placed.fault("Both codes and at_least are given.", "Keep one.")
        if carrier.year_from and carrier.year_to and carrier.year_to < carrier.year_from:
            yield placed.fault("year_to is before year_from.", "Correct one of the two years.")


def _carrier_clashes(sections: Sections) -> Iterator[Fault]:
    seen: Counter[tuple[str, ...]] = Counter()
    for placed in sections["carriers"]:
        c = placed.entry
        values = c.codes or (f"at least {c.at_least}" if c.at_least is not None else "any value",)
        for value in values:
            key = (c.format, c.field, value, c.item)
            seen[key] += 1
            if seen[key] == 2:
                yield placed.fault(
                    f"{c.field} = {value} carries {c.item} twice.", "Keep one, or give it other codes."
                )


def _coverage(sections: Sections) -> Iterator[Fault]:
    """Each item is carried, or is said not to be: a gap in a pack must not read as a gap in the world."""
    carried = {getattr(placed.entry, "item", "") for placed in sections["carriers"]}
    without = {getattr(placed.entry, "item", "") for placed in sections["no_carrier"]}
    for placed in sections["no_carrier"]:
        if getattr(placed.entry, "item", None) in carried:
            yield placed.fault(
                "The item has a carrier as well.", "Take it out of no_carrier, or drop the carrier."
            )
    for name in _LETTERS:
        for placed in sections[name]:
            if getattr(placed.entry, "id", "") not in carried | without:
                yield placed.fault(
                    "Nothing says which field carries it.", "Add a carrier, or list it in no_carrier."
                )
