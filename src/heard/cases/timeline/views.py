"""The tabs of a child's page, the chronology on paper, every clock of a case, and who has looked."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.queries import unread_about, urgent_unseen, whom_to_ring
from heard.cases.case.turn import where_to_turn
from heard.cases.clocks.actions import open_clocks
from heard.cases.clocks.queries import is_corrected, moments_of, why_not_begin_noting
from heard.cases.note.queries import last_contact
from heard.cases.panel.queries import reasons_of, sent_for_items
from heard.cases.panel.words import why_on_agenda
from heard.cases.timeline import actions
from heard.cases.timeline.forms import KINDS, ChronologyForm, named, read_asked
from heard.cases.timeline.jobs import HERE, jobs_of, menu_of, steps_of
from heard.cases.timeline.queries import (
    ON_PAPER,
    ChronologyFilter,
    Head,
    assessment_tab,
    chronology_tab,
    clocks_of,
    files_tab,
    notes_tab,
    people_tab,
    plan_tab,
    shared_tab,
    summary_tab,
)
from heard.cases.timeline.tabs import tab_of, tabs_of
from heard.govuk.pdf import as_download, draw_pdf
from heard.knowledge import load
from heard.network.headings import in_parts
from heard.network.queries import about, person_visible_to, proposals_by
from heard.network.rules import Level

_MOMENTS = 25  # on one page
_KEPT = "chronology"  # in the session: which words are looked for in whose chronology

# What the audit rows of a child's record say, in words. One that is not here is shown as it was written.
VERBS: dict[tuple[str, str], Any] = {
    ("ask", "destruction"): gettext_lazy("Asked for the record to be destroyed"),
    ("turn down", "destruction"): gettext_lazy("Decided that the record stays"),
    ("view", "destruction"): gettext_lazy("Looked at whether the record is to be destroyed"),
    ("place hold", "hold"): gettext_lazy("Placed a hold: nothing is destroyed"),
    ("view", "hold"): gettext_lazy("Looked at a hold"),
    ("confirm hold", "hold"): gettext_lazy("Confirmed a hold"),
    ("ask to lift hold", "hold"): gettext_lazy("Asked to lift a hold"),
    ("lift hold", "hold"): gettext_lazy("Lifted a hold"),
    ("record", "death"): gettext_lazy("Recorded that the child has died"),
    ("correct", "death"): gettext_lazy("Put right what was recorded of the child’s death"),
    ("view", "death"): gettext_lazy("Looked at what is recorded of the child’s death"),
    ("make", "child link"): gettext_lazy("Made a link for the child to write with"),
    ("ask", "child link"): gettext_lazy("Asked the child whether they write with a link"),
    ("end", "child link"): gettext_lazy("Ended a link of the child"),
    ("lock", "child link"): gettext_lazy("A link of the child ended: five wrong words"),
    ("write", "child message"): gettext_lazy("The child sent something themselves"),
    ("view", "child message"): gettext_lazy("Opened what the child sent themselves"),
    ("see", "child message"): gettext_lazy("Read what the child sent themselves"),
    ("answer", "child message"): gettext_lazy("Answered the child"),
    ("take back", "child message"): gettext_lazy("The child took back what they sent"),
    ("describe", "child message"): gettext_lazy("Described what the child drew"),
    ("listen", "child message"): gettext_lazy("Listened to what the child said themselves"),
    ("write down", "child message"): gettext_lazy("Wrote down what the child said in a recording"),
    ("write down", "words"): gettext_lazy("What the child said in a recording stands in the record"),
    ("write for child", "child decision"): gettext_lazy("Wrote for the child what was decided"),
    ("read answer", "child message"): gettext_lazy("The child read the answer"),
    ("take back", "words"): gettext_lazy("The child took back their words"),
    ("write", "note"): gettext_lazy("Wrote a note of contact"),
    ("correct", "note"): gettext_lazy("Corrected a note of contact"),
    ("refer", "onward referral"): gettext_lazy("Referred to another agency of the partnership"),
    ("refer", "service referral"): gettext_lazy("Referred to a service"),
    ("view", "service referral"): gettext_lazy("Read a referral to a service"),
    ("note", "service referral"): gettext_lazy("Wrote what became of a referral to a service"),
    ("put right", "service referral"): gettext_lazy("Put right what was written of a referral to a service"),
    ("put right", "unmet need"): gettext_lazy("Put right that no service met a need"),
    ("record", "unmet need"): gettext_lazy("Recorded that no service met a need"),
    ("note", "offence report"): gettext_lazy("Noted a suspected offence to report"),
    ("view", "offence report"): gettext_lazy("Read a report of a suspected offence"),
    ("report", "offence report"): gettext_lazy("Recorded to whom a suspected offence was reported"),
    ("put right", "offence report"): gettext_lazy("Put right a report of a suspected offence"),
    ("deliver", "share"): gettext_lazy("Delivered what was shared"),
    ("record", "not heard"): gettext_lazy("Wrote down why the child was not heard"),
    ("mark", "note"): gettext_lazy("Marked signs noticed at a contact"),
    ("direct", "note"): gettext_lazy("Added case direction to a note"),
    ("encrypt", "attachment"): gettext_lazy("Encrypted a file that was kept before"),
    ("encrypt", "pack"): gettext_lazy("Encrypted a pack that was kept before"),
    ("take out", "attachment"): gettext_lazy("Took a file out on the server, for a reason"),
    ("take out", "inspection list"): gettext_lazy("Took the record’s lines out for an inspection"),
    ("take out", "drawing out"): gettext_lazy("Took a drawing of ties out that names the child"),
    ("view", "drawing out"): gettext_lazy("Looked at a drawing of ties that somebody wants to take out"),
    ("view", "whole"): gettext_lazy("Looked at who stands in the picture of the whole network"),
    ("view", "chart"): gettext_lazy("Looked at whom a chart that was brought in may mean"),
    ("judge", "chart"): gettext_lazy("Said that a chart that was brought in names the child"),
    ("view", "note"): gettext_lazy("Read a note of contact"),
    ("see", "notice"): gettext_lazy("Said that they have seen a notice"),
    ("view", "person"): gettext_lazy("Opened the record"),
    ("break glass", "person"): gettext_lazy("Opened the record in an emergency"),
    ("try to open", "person"): gettext_lazy("Tried to see whose record it is, and is kept out"),
    ("view", "glass"): gettext_lazy("Read that the record was opened in an emergency"),
    ("review", "glass"): gettext_lazy("Reviewed that the record was opened in an emergency"),
    ("view", "drawing"): gettext_lazy("Looked at a drawing of ties"),
    ("view", "map"): gettext_lazy("Looked at a map of places"),
    ("view", "concern"): gettext_lazy("Read a worry"),
    ("view", "assessment"): gettext_lazy("Read the assessment"),
    ("view", "plan"): gettext_lazy("Read the plan"),
    ("view", "review"): gettext_lazy("Read a review"),
    ("add", "person"): gettext_lazy("Began the record"),
    ("propose", "proposal"): gettext_lazy("Proposed another name, date of birth or number"),
    ("accept", "proposal"): gettext_lazy("Changed a name, date of birth or number as it was proposed"),
    ("turn down", "proposal"): gettext_lazy("Left a name, date of birth or number as it was"),
    ("read", "proposal"): gettext_lazy("Read what became of a change that they proposed"),
    ("note", "fact"): gettext_lazy("Wrote down something about the child, with who said so"),
    ("change", "fact"): gettext_lazy("Changed something that is known about the child"),
    ("end", "fact"): gettext_lazy("Wrote down that something about the child is no longer current"),
    ("note", "important person"): gettext_lazy("Wrote down a carer or an important person"),
    ("change", "important person"): gettext_lazy("Changed a carer or an important person"),
    ("end", "important person"): gettext_lazy("Wrote down that somebody is a carer or important no longer"),
    ("add", "identifier"): gettext_lazy("Added a number by which others know the child"),
    ("end", "identifier"): gettext_lazy("Ended a number by which others know the child"),
    ("allocate worker", "case"): gettext_lazy("Allocated a worker"),
    ("end lead practitioner", "case"): gettext_lazy("Ended the work of a lead practitioner"),
    ("rename", "person"): gettext_lazy("Changed the name"),
    ("add name", "person"): gettext_lazy("Added another name"),
    ("move", "person"): gettext_lazy("Wrote down a new address"),
    ("involve", "person"): gettext_lazy("Let an agency, a team or a person see the record"),
    ("end access", "person"): gettext_lazy("Ended that somebody may see the record"),
    ("deny access", "person"): gettext_lazy("Kept somebody out of the record"),
    ("lift denial", "person"): gettext_lazy("Lifted what kept somebody out of the record"),
    ("change details", "person"): gettext_lazy("Changed details such as date of birth or school"),
    ("lift restriction", "person"): gettext_lazy("Lifted the restriction of the record"),
    ("change", "tie"): gettext_lazy("Changed who or what is around the child"),
    ("view", "tie"): gettext_lazy("Read who or what is around the child"),
    ("view", "near"): gettext_lazy("Asked who and what is near"),
    ("view", "question"): gettext_lazy("Asked a question about the network that names the child"),
    ("judge", "question"): gettext_lazy("Said of an answer about the network whether it is one matter"),
    ("view", "place"): gettext_lazy("Read who is tied to a place"),
    ("view", "context assessment"): gettext_lazy(
        "Read an assessment of a place or group that names the child"
    ),
    ("name", "context assessment"): gettext_lazy("Named the child in an assessment of a place or group"),
    ("view", "group"): gettext_lazy("Read who is tied to a group"),
    ("merge", "person"): gettext_lazy("Said that two records are of one person"),
    ("unmerge", "person"): gettext_lazy("Took back that two records are of one person"),
    ("view", "merge"): gettext_lazy("Read which records were merged"),
    ("restrict", "person"): gettext_lazy("Restricted the record"),
    ("tell", "concern"): gettext_lazy("Told a worry"),
    ("decide", "concern"): gettext_lazy("Decided on a worry"),
    ("correct decision", "concern"): gettext_lazy("Put the decision on a worry right"),
    ("ask", "concern"): gettext_lazy("Asked whoever told a worry"),
    ("answer", "concern"): gettext_lazy("Answered a question about a worry that they told"),
    ("view", "strategy discussion"): gettext_lazy("Read a strategy discussion"),
    ("plan", "strategy discussion"): gettext_lazy("Planned a strategy discussion"),
    ("ask agency", "strategy discussion"): gettext_lazy("Asked an agency for a strategy discussion"),
    ("tell what is known", "strategy discussion"): gettext_lazy("Wrote what an agency knows"),
    ("finish", "strategy discussion"): gettext_lazy("Wrote what a strategy discussion decided"),
    ("correct", "strategy discussion"): gettext_lazy("Corrected a strategy discussion"),
    ("call off", "strategy discussion"): gettext_lazy("Called a strategy discussion off"),
    ("view", "handover"): gettext_lazy("Read a handover to another council"),
    ("hand over", "handover"): gettext_lazy("Handed the child over to another council"),
    ("ask after", "handover"): gettext_lazy("Asked whether another council accepts"),
    ("accept", "handover"): gettext_lazy("Noted that another council accepted"),
    ("take back", "handover"): gettext_lazy("Took a handover back"),
    ("view", "plan for after 18"): gettext_lazy("Read the plan for what comes after 18"),
    ("write", "plan for after 18"): gettext_lazy("Wrote the plan for what comes after 18"),
    ("say who is told", "restriction"): gettext_lazy("Wrote who is told of the restriction"),
    ("open", "case"): gettext_lazy("Opened a case"),
    ("assign trusted worker", "case"): gettext_lazy("Named the trusted worker"),
    ("place", "words"): gettext_lazy("Said of which meeting the child’s words are"),
    ("record", "words"): gettext_lazy("Wrote down the child’s words"),
    ("view", "words"): gettext_lazy("Read the child’s words"),
    ("answer", "words"): gettext_lazy("Wrote down what changed because of the child’s words"),
    ("tell back", "words"): gettext_lazy("Told the child what changed because of their words"),
    ("view", "safety plan"): gettext_lazy("Read the safety plan"),
    ("write", "safety plan"): gettext_lazy("Wrote the safety plan"),
    ("print", "safety plan"): gettext_lazy("Printed the safety plan"),
    ("view", "disruption step"): gettext_lazy("Read a disruption step"),
    ("add", "disruption step"): gettext_lazy("Planned a disruption step"),
    ("change", "disruption step"): gettext_lazy("Changed a disruption step"),
    ("look again", "disruption step"): gettext_lazy(
        "Said whether a disruption step stands without what was withdrawn"
    ),
    ("add", "breach"): gettext_lazy("Noted that the power of a disruption step was breached"),
    ("take back", "breach"): gettext_lazy("Took back that the power of a disruption step was breached"),
    ("finish", "disruption step"): gettext_lazy("Finished a disruption step"),
    ("take back", "disruption step"): gettext_lazy("Took back that a disruption step is done"),
    ("put off", "disruption step"): gettext_lazy("Put a disruption step off"),
    ("print", "plan"): gettext_lazy("Printed the plan"),
    ("say where we are", "plan"): gettext_lazy("Wrote down how far the plan is"),
    ("view", "own plan"): gettext_lazy("Read the plan that the child keeps"),
    ("write", "own plan"): gettext_lazy("Wrote the plan that the child keeps"),
    ("print", "own plan"): gettext_lazy("Printed the plan that the child keeps"),
    ("give", "own plan"): gettext_lazy("Gave the child their plan"),
    ("not give", "own plan"): gettext_lazy("Wrote down why the child does not have their plan"),
    ("print", "looks"): gettext_lazy("Printed who has looked, for the child"),
    ("note", "warning"): gettext_lazy("Wrote a warning"),
    ("review", "warning"): gettext_lazy("Looked at a warning again"),
    ("end", "warning"): gettext_lazy("Ended a warning"),
    ("attach", "attachment"): gettext_lazy("Attached a file"),
    ("download", "attachment"): gettext_lazy("Fetched a file"),
    ("find set aside", "attachment"): gettext_lazy("Tried to open a file that is set aside"),
    ("release file", "attachment"): gettext_lazy("Found nothing harmful in a file that waited"),
    ("refuse file", "attachment"): gettext_lazy("Took out a file that cannot be kept"),
    ("refuse harmful file", "attachment"): gettext_lazy("Took out a file with harmful software"),
    ("withdraw", "attachment"): gettext_lazy("Withdrew a file"),
    ("read", "feedback"): gettext_lazy("Read what became of the worry that they told"),
    ("look again", "tie"): gettext_lazy("Looked again at who or what is around the child"),
    ("note", "tie"): gettext_lazy("Noted who or what is around the child"),
    ("start", "assessment"): gettext_lazy("Began an assessment"),
    ("write", "assessment"): gettext_lazy("Wrote in the assessment"),
    ("submit", "assessment"): gettext_lazy("Sent the assessment to a supervisor"),
    ("sign off", "assessment"): gettext_lazy("Signed off the assessment"),
    ("send back", "assessment"): gettext_lazy("Sent the assessment back"),
    ("find out", "assessment"): gettext_lazy("Wrote down what was found out"),
    ("print", "assessment"): gettext_lazy("Printed the assessment"),
    ("start", "plan"): gettext_lazy("Began a plan"),
    ("agree", "plan"): gettext_lazy("Agreed the plan"),
    ("add outcome", "plan"): gettext_lazy("Added an outcome to the plan"),
    ("change outcome", "plan"): gettext_lazy("Changed an outcome of the plan"),
    ("take out outcome", "plan"): gettext_lazy("Took an outcome out of the plan"),
    ("add action", "plan"): gettext_lazy("Added an action to the plan"),
    ("change action", "plan"): gettext_lazy("Changed an action of the plan"),
    ("take out action", "plan"): gettext_lazy("Took an action out of the plan"),
    ("set review", "plan"): gettext_lazy("Set the date of the next review"),
    ("replace", "plan"): gettext_lazy("Replaced the plan by a new one"),
    ("end", "plan"): gettext_lazy("Ended the plan"),
    ("finish action", "plan"): gettext_lazy("Finished an action of the plan"),
    ("take back action", "plan"): gettext_lazy("Took back that an action of the plan is done"),
    ("put off action", "plan"): gettext_lazy("Put an action of the plan off to a later day"),
    ("take back delay", "plan"): gettext_lazy("Took back that an action of the plan was put off"),
    ("hold", "review"): gettext_lazy("Held a review"),
    ("close", "case"): gettext_lazy("Closed the case"),
    ("open again", "case"): gettext_lazy("Opened the case again"),
    ("record", "decision"): gettext_lazy("Wrote down a decision that was taken with a supervisor"),
    ("start", "referral"): gettext_lazy("Began a referral to the National Referral Mechanism"),
    ("view", "referral"): gettext_lazy("Read the referral"),
    ("write", "referral"): gettext_lazy("Wrote in the referral"),
    ("send", "referral"): gettext_lazy("Sent the referral to be reviewed"),
    ("return", "referral"): gettext_lazy("Returned the referral to its writer"),
    ("agree", "referral"): gettext_lazy("Reviewed the referral and agreed"),
    ("export", "referral"): gettext_lazy("Took the referral out as a file"),
    ("note submission", "referral"): gettext_lazy("Noted that the referral was submitted"),
    ("note reference", "referral"): gettext_lazy("Noted the reference of the referral"),
    ("note decision", "referral"): gettext_lazy("Noted what the Home Office decided"),
    ("note", "episode"): gettext_lazy("Noted that the child was missing"),
    ("change", "episode"): gettext_lazy("Added what was known while the child was missing"),
    ("find", "episode"): gettext_lazy("Noted that the child was back"),
    ("put right", "episode"): gettext_lazy("Put right what was written about a return"),
    ("take back", "episode"): gettext_lazy("Took back an episode that was noted by mistake"),
    ("view", "episode"): gettext_lazy("Read about a time when the child was missing"),
    ("offer interview", "episode"): gettext_lazy("Noted that the child was offered an interview, or was not"),
    ("hold interview", "episode"): gettext_lazy("Wrote down what the child said after coming back"),
    ("change interview", "episode"): gettext_lazy("Added to what the child said after coming back"),
    ("add answer", "episode"): gettext_lazy("Noted a person or place that the child spoke of"),
    ("name", "interview"): gettext_lazy("Kept a number, plate or account that an episode or interview names"),
    ("name", "philomena"): gettext_lazy("Kept a number, plate or account that the Philomena form names"),
    ("name", "panel item"): gettext_lazy("Kept a number, plate or account that notes of a panel name"),
    ("unname", "concern"): gettext_lazy("Withdrew that a worry names a number, plate or account"),
    ("unname", "interview"): gettext_lazy(
        "Withdrew that an episode or interview names a number, plate or account"
    ),
    ("unname", "philomena"): gettext_lazy(
        "Withdrew that the Philomena form names a number, plate or account"
    ),
    ("unname", "panel item"): gettext_lazy("Withdrew that notes of a panel name a number, plate or account"),
    ("write", "philomena"): gettext_lazy("Wrote the form that helps to find the child"),
    ("view", "philomena"): gettext_lazy("Read the form that helps to find the child"),
    ("print", "philomena"): gettext_lazy("Printed the form that helps to find the child"),
    ("prepare", "share"): gettext_lazy("Prepared to share something"),
    ("change", "share"): gettext_lazy("Changed what was to be shared"),
    ("drop", "share"): gettext_lazy("Threw away what was to be shared"),
    ("view", "share"): gettext_lazy("Read what was shared, or was not"),
    ("share", "share"): gettext_lazy("Decided to share something"),
    ("refuse", "share"): gettext_lazy("Decided not to share something"),
    ("review", "share"): gettext_lazy("Looked again at what was shared"),
    ("download", "share"): gettext_lazy("Took a copy of what was shared"),
    ("note", "request"): gettext_lazy("Noted what one agency asked of another"),
    ("view", "request"): gettext_lazy("Read what one agency asked of another"),
    ("answer", "request"): gettext_lazy("Noted the answer of an agency"),
    ("chase", "request"): gettext_lazy("Noted a reminder to an agency"),
    ("view", "panel"): gettext_lazy("Read the agenda or the minutes of a panel that spoke about the child"),
    ("add item", "panel"): gettext_lazy("Put the child on the agenda of a panel"),
    ("correct", "panel"): gettext_lazy("Corrected the minutes of a panel"),
    ("view", "panel item"): gettext_lazy("Read what a panel said about the child"),
    ("write", "panel item"): gettext_lazy("Wrote down what a panel said about the child"),
    ("decide", "panel item"): gettext_lazy("Wrote down what a panel decided"),
    ("add action", "panel item"): gettext_lazy("Added an action that a panel decided"),
    ("change", "panel item"): gettext_lazy(
        "Added an action where a mapping meeting had said that nothing is done"
    ),
    ("close", "panel item"): gettext_lazy("A mapping meeting that spoke about the child was closed"),
    ("finish action", "panel item"): gettext_lazy("Finished an action that a panel decided"),
    ("dissent", "panel item"): gettext_lazy("Did not agree with what a panel decided"),
    ("view", "disagreement"): gettext_lazy("Read a disagreement about a decision"),
    ("open", "disagreement"): gettext_lazy("Opened a disagreement about a decision"),
    ("escalate", "disagreement"): gettext_lazy("Took a disagreement to the next step"),
    ("settle", "disagreement"): gettext_lazy("Settled a disagreement"),
    ("ask", "pack"): gettext_lazy("Asked for a pack of the record"),
    ("ask again", "pack"): gettext_lazy("Had a pack of the record begun again"),
    ("view", "pack"): gettext_lazy("Looked at a pack of the record"),
    ("download", "pack"): gettext_lazy("Fetched a pack of the record"),
    ("remove", "pack"): gettext_lazy("Removed a pack of the record"),
    ("start", "disclosure"): gettext_lazy("Noted that somebody asks for the record"),
    ("view", "disclosure"): gettext_lazy("Read what would be given to somebody who asked for the record"),
    ("decide", "disclosure"): gettext_lazy("Decided what is given to somebody who asked for the record"),
    ("find", "disclosure"): gettext_lazy("Marked names in what would be given of the record"),
    ("read", "disclosure"): gettext_lazy("Read what would be given of the record"),
    ("send", "disclosure"): gettext_lazy("Sent what would be given of the record to a second person"),
    ("agree", "disclosure"): gettext_lazy("Checked what would be given of the record and agreed"),
    ("return", "disclosure"): gettext_lazy("Checked what would be given of the record and returned it"),
    ("give", "disclosure"): gettext_lazy("Gave the record to somebody who asked for it"),
    ("stop", "disclosure"): gettext_lazy("Ended a request for the record"),
    ("print", "chronology"): gettext_lazy("Printed the chronology"),
    ("view", "clocks"): gettext_lazy("Read the statutory deadlines of the case"),
    ("end", "clocks"): gettext_lazy("Ended the statutory deadlines of the case"),
    ("discard", "plan"): gettext_lazy("Discarded a draft of the plan"),
    ("note", "moment"): gettext_lazy("Noted a conference or another moment"),
    ("correct", "moment"): gettext_lazy("Corrected what was noted about a conference or another moment"),
    ("open from list", "concern"): gettext_lazy("Told a worry from the records of agencies"),
    ("view", "search"): gettext_lazy("Found the record by words in it"),
}


def _draw(request: Request, tab: str, head: Head, **shown: Any) -> HttpResponse:
    """A tab with what stands above every one of them."""
    user, this = request.user, tab_of(tab)
    urgent = _urgent(request, head)
    context = {
        "head": head,
        "person": head.person,
        "called": this.text,
        "tabs": tabs_of(head, tab),
        "menu": menu_of(user, head),
        "jobs": jobs_of(user, head, HERE.get(tab, ())),
        "may_tell": user.may(May.TELL),
        "urgent": urgent,
        "rung": whom_to_ring(user) if urgent or head.missing else [],
        "today": timezone.localdate(),
    }
    return render(request, this.template, context | shown)


def _urgent(request: Request, head: Head) -> list[tuple[Any, Any]]:
    """What is urgent and nobody has seen, each with the line by which this reader says that they have, where they should."""
    found = list(urgent_unseen(request.user, head.person.pk))
    theirs = unread_about(request.user, head.person) if found else ()
    lines = {row.notice_id: line for row in theirs for line in lines_of([row])}
    return [(notice, lines.get(notice.pk)) for notice in found]


def _is_urgent(row: Any) -> bool:
    """Whether it stands above the tabs."""
    return bool(row.notice.urgent and row.notice.seen_at is None)


@gate(May.SEE_CHILD)
@require_safe
def child(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """The summary. An adult around a child has a page of their own."""
    user, today = request.user, timezone.localdate()
    head, page = actions.open_tab(
        by=user, person_id=person_id, today=today, read=lambda head: summary_tab(user, head, today=today)
    )
    if head.person.kind != "child":
        return redirect("adult", person_id=person_id)
    shown = {
        "page": page,
        "steps": steps_of(page.steps),
        "unread": lines_of(row for row in unread_about(user, head.person) if not _is_urgent(row)),
        "source": load.current().entries["voice_child"].source,
        "turn": None if head.death else where_to_turn(user, head.person, ""),
    }
    return _draw(request, "child", head, **shown)


@gate(May.SEE_PANEL)
@require_safe
def pack(request: Request, panel_id: uuid.UUID) -> HttpResponse:
    """Before a panel: each child on its agenda on one page, as this reader may see them. To read, or to print."""
    user, today = request.user, timezone.localdate()
    panel, lines, leaves = actions.open_pack(by=user, panel_id=panel_id, today=today)
    items = [leaf.item for leaf in leaves]
    why, sent = reasons_of(user, panel, items), sent_for_items(user, panel, items)
    context = {
        "panel": panel,
        "leaves": [
            (leaf, why_on_agenda(leaf.item, why[leaf.item.pk]), sent[leaf.item.pk]) for leaf in leaves
        ],
        "hidden": sum(line.item is None for line in lines),
        "left_out": sum(line.item is not None and line.item.is_about_child for line in lines) - len(leaves),
        "of": len(lines),
        "today": today,
        "steps": (),
    }
    return render(request, "cases/timeline/pack.html", context)


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def chronology(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Words that are looked for are sent and kept in the session; all else that is chosen stands in the address."""
    if request.method == "POST":
        person_visible_to(request.user, person_id)
        return _sent(request, person_id)
    user, asked = request.user, _asked(request, person_id)
    head, found = actions.open_tab(
        by=user,
        person_id=person_id,
        today=timezone.localdate(),
        read=lambda head: chronology_tab(user, head.person.pk, asked),
    )
    shown = {
        "page": found.page,
        "shown": found.shown,
        "filter": ChronologyForm(asked, found.choices),
        "filtered": asked.is_filtered,
        "chosen": named(asked, found.choices),
        "query": _without_page(request),
        "most": ON_PAPER,
    }
    return _draw(request, "child_chronology", head, **shown)


@gate(May.SEE_CHILD)
@require_safe
def notes(request: Request, person_id: uuid.UUID) -> HttpResponse:
    user, number = request.user, read_asked(request.GET).page
    head, page = actions.open_tab(
        by=user,
        person_id=person_id,
        today=timezone.localdate(),
        read=lambda head: notes_tab(user, head, page=number),
    )
    rows = [(row, list(row.directions.all())) for row in page]
    last = last_contact(user, [person_id]).get(person_id)
    return _draw(request, "notes", head, page=page, rows=rows, last=last, may_write=user.may(May.PLAN))


@gate(May.SEE_CHILD)
@require_safe
def assessment(request: Request, person_id: uuid.UUID) -> HttpResponse:
    user = request.user
    head, page = actions.open_tab(
        by=user,
        person_id=person_id,
        today=timezone.localdate(),
        read=lambda head: assessment_tab(user, head),
    )
    return _draw(request, "child_assessment", head, page=page)


@gate(May.SEE_CHILD)
@require_safe
def plan(request: Request, person_id: uuid.UUID) -> HttpResponse:
    user, today, number = request.user, timezone.localdate(), read_asked(request.GET).page
    head, page = actions.open_tab(
        by=user,
        person_id=person_id,
        today=today,
        read=lambda head: plan_tab(user, head, today=today, page=number),
    )
    return _draw(request, "child_plan", head, page=page)


@gate(May.SEE_CHILD)
@require_safe
def people(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Who and what is around the child."""
    user, number = request.user, read_asked(request.GET).page
    head, page = actions.open_tab(
        by=user,
        person_id=person_id,
        today=timezone.localdate(),
        read=lambda head: people_tab(user, head, page=number),
    )
    known = about(user, head.person)
    proposed = proposals_by(user).filter(person=head.person).exists()
    return _draw(
        request, "child_people", head, page=page, parts=in_parts(page), about=known, proposed=proposed
    )


@gate(May.SEE_CHILD)
@require_safe
def files(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """For those who see everything of the record."""
    user, number = request.user, read_asked(request.GET).page
    head, page = actions.open_tab(
        by=user,
        person_id=person_id,
        today=timezone.localdate(),
        read=lambda head: files_tab(user, head, page=number),
        level=Level.EVERYTHING,
    )
    return _draw(request, "attachments", head, page=page)


@gate(May.SEE_CHILD)
@require_safe
def shared(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Who shares what with whom, who may see the record, and who has looked."""
    user = request.user
    head, page = actions.open_tab(
        by=user, person_id=person_id, today=timezone.localdate(), read=lambda head: shared_tab(user, head)
    )
    return _draw(request, "child_shared", head, page=page, kinds=KINDS, did=_did)


@gate(May.SEE_CHILD, fresh=True, takes_out=True)
@require_safe
def chronology_paper(request: Request, person_id: uuid.UUID) -> HttpResponse:
    asked = _asked(request, person_id)
    paper = actions.print_chronology(by=request.user, person_id=person_id, asked=asked)
    context = {
        "paper": paper,
        "chosen": named(asked, paper.choices),
        "printed_at": timezone.now(),
        "printed_by": request.user,
        "today": timezone.localdate(),
    }
    return as_download(draw_pdf("cases/timeline/chronology_paper.html", context), "chronology.pdf")


@gate(May.SEE_CHILD)
@require_safe
def looked(request: Request, person_id: uuid.UUID) -> HttpResponse:
    page = read_asked(request.GET).page
    person, looks, people = actions.open_looks(by=request.user, person_id=person_id, page=page)
    context = {"person": person, "looks": looks, "people": people, "did": _did}
    return render(request, "cases/timeline/looked.html", context)


@gate(May.SEE_CHILD)
@require_safe
def clocks(request: Request, case_id: uuid.UUID) -> HttpResponse:
    case = open_clocks(by=request.user, case_id=case_id)
    all_of_them = clocks_of(request.user, case_id)
    moments = moments_of(request.user, case_id)
    context = {
        "case": case,
        "running": [one for one in all_of_them if one.run.is_running],
        "over": [one for one in all_of_them if not one.run.is_running],
        "page": Paginator(moments, _MOMENTS).get_page(request.GET.get("page")),
        "is_corrected": is_corrected,
        "may_correct": request.user.may(May.PLAN),
        "why_not": why_not_begin_noting(request.user, case),
    }
    return render(request, "cases/clocks/clocks.html", context)


def _asked(request: Request, person_id: uuid.UUID) -> ChronologyFilter:
    kept: dict[str, str] = request.session.get(_KEPT) or {}
    return read_asked(request.GET, kept.get("words", "") if kept.get("person") == str(person_id) else "")


def _sent(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Back to the address of what was chosen, without the words."""
    words = request.POST.get("words", "").strip()
    request.session[_KEPT] = {"person": str(person_id), "words": words[:120]} if words else None
    chosen = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        if name not in ("words", "csrfmiddlewaretoken", "page") and any(values):
            chosen.setlist(name, [value for value in values if value])
    query = f"?{chosen.urlencode()}" if chosen else ""
    return redirect(reverse("child_chronology", kwargs={"person_id": person_id}) + query)


def _without_page(request: Request) -> str:
    sent = request.GET.copy()
    sent.pop("page", None)
    return sent.urlencode()


def _did(look: Any) -> str:
    """Of what left Heard also for whom and why."""
    verb, subject = look.verb, look.subject
    said = str(VERBS.get((verb, subject)) or _("%(verb)s: %(subject)s") % {"verb": verb, "subject": subject})
    if (verb, subject) == ("take out", "inspection list") and look.detail.get("files"):
        said = _("Took the record’s lines, and a list of what is in it, out for an inspection")
    goes_out = verb == "take out" and subject in ("inspection list", "drawing out")
    return f"{said}. {look.reason}" if goes_out and look.reason else said
