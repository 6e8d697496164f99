"""What others may read about packs and about the answers to those who ask for their record. `user` is the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from heard.agencies.envelopes.kept import KeptFile
from heard.agencies.rules import Hidden, May
from heard.cases.pack import rules
from heard.cases.pack.models import Disclosure, DisclosureCheck, DisclosurePassage, Mark, Pack, about_pack
from heard.cases.pack.redacting import Decided, Stretch, in_lines, redacted
from heard.network.queries import person_visible_to, visible_through
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User

MOST_ELSEWHERE: Final = 20  # passages, and lines that are looked for
WORTH_LOOKING_FOR: Final = 12  # letters: a shorter line stands in many places and says little


# ---- packs


def packs_visible_to(user: User) -> QuerySet[Pack]:
    """What this user asked for, and what was made of the answers on which they work; the latest first. A pack holds what
    its requester may see, so it is nobody else's; and only as long as the child's record is theirs to open."""
    own = Q(disclosure__isnull=True, asked_by=user)
    given = Q(disclosure__in=disclosures_visible_to(user).order_by().values("pk"))
    rows = Pack.objects.filter(visible_through(user, "person", level=Level.EVERYTHING)).filter(own | given)
    return rows.select_related("person", "asked_by", "disclosure")


def pack_visible_to(user: User, pack_id: uuid.UUID) -> Pack:
    """The pack, or `Hidden`."""
    pack = packs_visible_to(user).filter(pk=pack_id).first()
    if pack is None:
        raise Hidden
    return pack


def packs_of(user: User, person_id: uuid.UUID) -> QuerySet[Pack]:
    """This user's packs of one child. `Hidden` unless they may see the child."""
    person_visible_to(user, person_id, level=Level.EVERYTHING)
    return packs_visible_to(user).filter(person_id=person_id, disclosure=None)


def kept_packs(user: None) -> Iterator[KeptFile]:
    """Every pack whose file should be there: names that say nothing, and no record. `user`: None, for who looks after the server; it is
    for nobody else."""
    rows = Pack.objects.filter(state=rules.PackState.DONE).only("pk", "sha256").order_by("pk")
    for pack in rows.iterator() if user is None else ():
        yield KeptFile(f"packs/{pack.pk.hex}", pack.path, about_pack(pack.path.name), pack.sha256, pack.pk)


def packs_ready(user: User, *, today: date) -> QuerySet[Pack]:
    """What this user asked for and has not fetched, and what could not be made; the oldest first."""
    done = Q(state=rules.PackState.DONE, fetched_at=None, keep_until__gte=today)
    rows = packs_visible_to(user).filter(asked_by=user)
    return rows.filter(done | Q(state=rules.PackState.FAILED, keep_until__gte=today)).order_by("asked_at")


# ---- answers to those who ask for their record


@dataclass(frozen=True)
class Progress:
    """How far people are: `marks` that were found, and what is still open."""

    passages: int
    unread: int
    marks: int
    undecided: int
    files_open: int
    withheld: int


@dataclass(frozen=True)
class Name:
    """A name or number that was found, how often, and what was decided: the treatments that occur, '' among them."""

    kind: str
    about: str
    times: int
    treatments: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.kind}|{self.about}"


def disclosures_visible_to(user: User) -> QuerySet[Disclosure]:
    """Of children whom the user may see, in the agency that was asked: of it, those who prepare such answers."""
    rows = Disclosure.objects.filter(visible_through(user, "person", level=Level.EVERYTHING))
    rows = rows.filter(agency__in=user.agencies_where(May.DISCLOSE))
    return rows.select_related("person", "agency", "started_by", "sent_by", "given_by", "stopped_by")


def disclosure_visible_to(user: User, disclosure_id: uuid.UUID) -> Disclosure:
    """With its checks, or `Hidden`."""
    checks = Prefetch("checks", DisclosureCheck.objects.select_related("by"))
    row = disclosures_visible_to(user).prefetch_related(checks).filter(pk=disclosure_id).first()
    if row is None:
        raise Hidden
    return row


def disclosures_of(user: User, person_id: uuid.UUID) -> QuerySet[Disclosure]:
    """Who asked for this child's record, the latest first. `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id, level=Level.EVERYTHING)
    return disclosures_visible_to(user).filter(person_id=person_id)


def disclosures_due(user: User) -> QuerySet[Disclosure]:
    """Requests on which this user works and that are not answered yet, first due first."""
    open_ones = (rules.Stage.DECIDING, rules.Stage.FINAL)
    mine = Q(started_by=user) | Q(Exists(_works_on(user)))
    return disclosures_visible_to(user).filter(mine, stage__in=open_ones).order_by("due_on", "started_at")


def waiting_for_check(user: User) -> QuerySet[Disclosure]:
    """What this user can check, since they did not decide in it; first due first."""
    rows = disclosures_visible_to(user).filter(stage=rules.Stage.CHECKING)
    return rows.exclude(Exists(_works_on(user))).order_by("due_on", "started_at")


def _works_on(user: User) -> QuerySet[Any]:
    return Disclosure.workers.through.objects.filter(disclosure=OuterRef("pk"), user=user)


def worked_on(user: User, disclosure: Disclosure) -> bool:
    return disclosure.workers.filter(pk=user.pk).exists()


def progress_of(user: User, disclosure_id: uuid.UUID) -> Progress:
    """Two queries, however much there is. `Hidden` for a request that is not theirs."""
    rows = passages_visible_to(user).filter(disclosure_id=disclosure_id)
    counted = rows.order_by().aggregate(
        passages=Count("pk"),
        unread=Count("pk", Q(read_at=None)),
        files_open=Count("pk", Q(file__isnull=False, file__withdrawn_at=None, give="")),
        whole=Count("pk", Q(give=rules.Give.WITHHOLD)),
    )
    marks = marks_visible_to(user).filter(passage__disclosure_id=disclosure_id).order_by()
    places = marks.aggregate(
        marks=Count("pk"),
        undecided=Count("pk", Q(treatment="") & ~Q(passage__give=rules.Give.WITHHOLD)),
        withheld=Count("pk", Q(treatment__in=(rules.Treatment.WITHHOLD, rules.Treatment.PSEUDONYM))),
    )
    return Progress(
        passages=counted["passages"],
        unread=counted["unread"],
        files_open=counted["files_open"],
        marks=places["marks"],
        undecided=places["undecided"],
        withheld=places["withheld"] + counted["whole"],
    )


def passages_visible_to(user: User) -> QuerySet[DisclosurePassage]:
    """Passages of the requests that the user may see, in their order."""
    rows = DisclosurePassage.objects.filter(
        disclosure__in=disclosures_visible_to(user).order_by().values("pk")
    )
    return rows.select_related("file", "read_by", "decided_by").order_by("number")


def passages_in(
    user: User, disclosure_id: uuid.UUID, *, open_only: bool = False
) -> QuerySet[DisclosurePassage]:
    """Passages of one request with their marks. `open_only`: those that nobody has read, or that hold something on which
    nobody has decided."""
    rows = passages_visible_to(user).filter(disclosure_id=disclosure_id).prefetch_related("marks")
    if not open_only:
        return rows
    undecided = Mark.objects.filter(passage=OuterRef("pk"), treatment="")
    to_decide = Q(file__isnull=False, give="") | (Q(Exists(undecided)) & ~Q(give=rules.Give.WITHHOLD))
    return rows.filter(Q(read_at=None) | (Q(file__withdrawn_at=None) & to_decide))


def passage_visible_to(user: User, passage_id: int) -> DisclosurePassage:
    """With its marks, or `Hidden`."""
    rows = passages_visible_to(user).select_related("disclosure__person").prefetch_related("marks")
    found = rows.filter(pk=passage_id).first()
    if found is None:
        raise Hidden
    return found


def next_open(user: User, passage: DisclosurePassage) -> DisclosurePassage | None:
    """The next passage, after this one, on which there is something to do."""
    rows = passages_in(user, passage.disclosure_id, open_only=True)
    return rows.filter(number__gt=passage.number).first()


def said_elsewhere(user: User, passage: DisclosurePassage) -> list[DisclosurePassage]:
    """The first passages that would give what is withheld in this one. For a passage that came with its marks."""
    hidden = _withheld_lines(passage)
    if not hidden:
        return []
    stands = reduce(or_, (Q(text__contains=line) for line in hidden))
    rows = passages_in(user, passage.disclosure_id).filter(stands).exclude(pk=passage.pk)
    return [row for row in rows.exclude(give=rules.Give.WITHHOLD)[:MOST_ELSEWHERE] if _gives(row, hidden)]


def _withheld_lines(passage: DisclosurePassage) -> list[str]:
    """What is withheld in a passage as a whole or by hand, in pieces that are looked for: its longest lines. Names that the
    machine found are decided wherever they stand."""
    if passage.give == rules.Give.WITHHOLD:
        texts = [passage.text.partition("\n")[2]]
    else:
        marks = (row for row in passage.marks.all() if row.kind == rules.Found.HAND)
        texts = [passage.text[row.start : row.end] for row in marks if row.treatment != rules.Treatment.SHOW]
    lines = {line.strip() for text in texts for line in text.splitlines()}
    return sorted((line for line in lines if len(line) >= WORTH_LOOKING_FOR), key=len)[-MOST_ELSEWHERE:]


def _gives(passage: DisclosurePassage, hidden: list[str]) -> bool:
    heading, text = stretches_of(passage)
    shown = "".join(
        stretch.text
        for stretch in (*heading, Stretch("\n"), *text)
        if stretch.treatment == rules.Treatment.SHOW
    )
    return any(line in shown for line in hidden)


def marks_visible_to(user: User) -> QuerySet[Mark]:
    """Without those in files that were withdrawn, whose words nobody reads any more."""
    rows = Mark.objects.filter(passage__disclosure__in=disclosures_visible_to(user).order_by().values("pk"))
    return rows.filter(passage__file__withdrawn_at=None).select_related("passage", "decided_by")


def names_found(user: User, disclosure_id: uuid.UUID, *, passage_id: int | None = None) -> list[Name]:
    """Each name or number once, by kind and then by name. One query, a row for each name and decision."""
    rows = marks_visible_to(user).filter(passage__disclosure_id=disclosure_id)
    if passage_id is not None:
        rows = rows.filter(passage_id=passage_id)
    counted = rows.order_by("kind", "about", "treatment").values("kind", "about", "treatment")
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in counted.annotate(times=Count("pk")):
        found.setdefault((row["kind"], row["about"]), {})[row["treatment"]] = row["times"]
    return [Name(kind, about, sum(by.values()), tuple(sorted(by))) for (kind, about), by in found.items()]


def kinds_of_names(user: User) -> dict[str, str]:
    """What kinds of names and numbers are called, in the order of a page."""
    return {value: str(label) for value, label in Mark.Kind.choices}


def withheld_in(user: User, disclosure_id: uuid.UUID) -> QuerySet[Mark]:
    """The log: every place at which something is withheld or replaced, in the order of the paper."""
    rows = marks_visible_to(user).filter(passage__disclosure_id=disclosure_id)
    return rows.filter(treatment__in=(rules.Treatment.WITHHOLD, rules.Treatment.PSEUDONYM))


def passages_withheld_in(user: User, disclosure_id: uuid.UUID) -> QuerySet[DisclosurePassage]:
    """The log: every passage or file that is withheld as a whole."""
    return passages_visible_to(user).filter(disclosure_id=disclosure_id, give=rules.Give.WITHHOLD)


def stretches_of(passage: DisclosurePassage) -> tuple[list[Stretch], list[Stretch]]:
    """The heading and the text as people decide on them, nothing of a file that was withdrawn. For a passage that came with
    its marks."""
    if passage.is_withdrawn:
        return [Stretch(_("A file that was withdrawn from the record"))], []
    if passage.give == rules.Give.WITHHOLD:
        return [Stretch("", rules.Treatment.WITHHOLD, passage.reason, was=passage.text)], []
    places = [
        Decided(row.start, row.end, row.treatment, row.reason, row.instead) for row in passage.marks.all()
    ]
    return in_lines(redacted(passage.text, places))


def withholds(passage: DisclosurePassage) -> bool:
    """Whether something in it is not shown, or not decided. For a passage that came with its marks."""
    return any(row.treatment != rules.Treatment.SHOW for row in passage.marks.all())


def latest_pack(user: User, disclosure_id: uuid.UUID) -> Pack | None:
    return packs_visible_to(user).filter(disclosure_id=disclosure_id).first()


def why_not_fetch(user: User, pack: Pack, *, today: date) -> str | None:
    stage = pack.disclosure.stage if pack.disclosure else ""
    return rules.why_not_fetch(state=pack.state, keep_until=pack.keep_until, today=today, stage=stage)


def ways_of_giving(user: User) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Disclosure.How.choices]


def who_can_ask(user: User) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Disclosure.Requester.choices]


def why_not_send(user: User, disclosure: Disclosure) -> str | None:
    far = progress_of(user, disclosure.pk)
    return rules.why_not_send(
        may_disclose=user.may(May.DISCLOSE),
        stage=disclosure.stage,
        undecided=far.undecided,
        files=far.files_open,
        unread=far.unread,
    )


def why_not_check(user: User, disclosure: Disclosure, *, agrees: bool = True, note: str = "") -> str | None:
    return rules.why_not_check(
        may_disclose=user.may(May.DISCLOSE),
        stage=disclosure.stage,
        worked_on_it=worked_on(user, disclosure),
        agrees=agrees,
        note=note,
    )


def why_not_change(user: User, disclosure: Disclosure) -> str | None:
    return rules.why_not_change(may_disclose=user.may(May.DISCLOSE), stage=disclosure.stage)
