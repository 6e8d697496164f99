"""Bringing a chart in, row by row, and taking a drawing out."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, Takes, gate, saying_why_not
from heard.agencies.rules import May, Refused
from heard.cases.sharing.bases import bases
from heard.engine.tables import NotDone
from heard.govuk.environment import day, in_words
from heard.graph.drawing.forms import NarrowForm
from heard.graph.exchange import actions, queries, rules
from heard.graph.exchange.apart import read_apart
from heard.graph.exchange.forms import BringForm, KindForm, ReleaseForm, RowsForm, TakeForm, WhoForm, more
from heard.graph.exchange.queries import ProposedTie
from heard.graph.exchange.writing import SUFFIXES
from heard.network.actions import open_record
from heard.network.forms.tying import NEW
from heard.network.rules import SAID_TO_HARM, said, vocabulary

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_SHOWN = 20
_JUDGED: dict[bool | None, Any] = {
    True: gettext_lazy("you said before that it is"),
    False: gettext_lazy("you said before that it is another"),
}


@gate(May.SEE_CHILD)
@require_safe
def charts(request: Request) -> HttpResponse:
    page = Paginator(queries.charts_visible_to(request.user), _SHOWN).get_page(request.GET.get("page"))
    return render(request, "graph/charts.html", {"page": page})


@gate(May.SEE_CHILD, takes=Takes.FILE)
@_FORM
def bring(request: Request) -> HttpResponse:
    """The file is read from a folder that goes with the answer; what its rows say is kept, for people to look at."""
    form: Any = kept_form(request, BringForm, kind="chart.bring")
    if form.is_valid():
        sent = form.cleaned_data["file"]
        settings.DATA.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="chart-", dir=settings.DATA) as folder:
            path = Path(folder) / "chart"
            digest = hashlib.sha256()
            with path.open("wb") as stream:
                for chunk in sent.chunks():
                    digest.update(chunk)
                    stream.write(chunk)
            try:
                found = read_apart(path)
            except NotDone as problem:
                form.add_error("file", in_words(str(problem)))
                return render(request, "graph/chart_bring.html", {"form": form})
        with sending(request, form):
            chart = actions.bring_in(
                by=request.user,
                file_name=sent.name,
                digest=digest.hexdigest(),
                read=found,
                given=actions.Given(**form.given),
            )
            messages.success(request, _("Read. Say who is meant, then accept the rows that are so."))
            return redirect("chart", chart_id=chart.pk)
    return render(request, "graph/chart_bring.html", {"form": form})


@gate(May.SEE_CHILD)
@_FORM
def chart(request: Request, chart_id: uuid.UUID) -> HttpResponse:
    """What became of the rows of a chart, and those that nobody accepted yet."""
    user = request.user
    this = actions.open_chart(by=user, chart_id=chart_id)
    page = Paginator(queries.rows_of(user, this), _SHOWN).get_page(request.GET.get("page"))
    rows = queries.as_rows(user, list(page))
    ready = [tie for tie in rows if tie.is_ready and tie.this.state == rules.ProposalState.LEFT]
    harm = any(tie.kind == SAID_TO_HARM for tie in ready)
    form: Any = kept_form(
        request, RowsForm, kind="chart.rows", subject_id=this.pk, rows=[_choice(tie) for tie in ready],
        harm=harm,
    )  # fmt: skip
    if form.is_valid():
        with sending(request, form, errors_on="rows"):
            keys = {tie.this.pk for tie in ready if tie.mark in form.cleaned_data["rows"]}
            done = actions.accept(
                by=user, chart_id=this.pk, row_ids=keys, basis=form.cleaned_data.get("basis") or ""
            )
            _tell(request, done)
            return redirect("chart", chart_id=this.pk)
    to_say = queries.names_to_say(user, this)
    context = {
        "this": this,
        "page": page,
        "form": form,
        "harm": harm,
        "ready": ready,
        "open": [tie for tie in rows if not tie.is_ready and tie.this.state == rules.ProposalState.LEFT],
        "accepted": [tie for tie in rows if tie.this.state == rules.ProposalState.ACCEPTED],
        "to_say": to_say.count(),
        "next": to_say.first(),
        "reads": _reads,
        "told": [_(line) for line in this.said.splitlines()],
    }
    return render(request, "graph/chart.html", context)


def _tell(request: Request, done: actions.Outcome) -> None:
    if done.accepted:
        told = ngettext("Accepted: one tie is noted.", "Accepted: %(num)s ties are noted.", done.accepted)
        messages.success(request, told % {"num": done.accepted})
    for number, why in done.refused[:_SHOWN]:
        messages.error(request, _("Row %(row)s: %(why)s") % {"row": number, "why": in_words(why)})


def _reads(tie: ProposedTie) -> str:
    kind = in_words(said(tie.kind, tie.in_words, vocabulary()[0], back=tie.back))
    return f"{tie.first or tie.this.first} {kind} {tie.second or tie.this.second}"


def _choice(tie: ProposedTie) -> tuple[str, str, str]:
    this = tie.this
    when = [
        _("since %(day)s") % {"day": day(this.valid_from)} if this.valid_from else "",
        _("until %(day)s") % {"day": day(this.valid_to)} if this.valid_to else "",
    ]
    new = [_("%(name)s is added") % {"name": name} for name in (this.first, this.second) if name.is_new]
    noted = _("It is noted already: this becomes a further source") if tie.noted else ""
    return (
        tie.mark,
        _reads(tie),
        more(_("Row %(row)s") % {"row": this.number}, this.words, *when, *new, noted),
    )


@gate(May.SEE_CHILD)
@require_safe
def names(request: Request, chart_id: uuid.UUID) -> HttpResponse:
    """Who and what a chart names, and of which nobody said yet who or what it is."""
    user = request.user
    this = actions.open_chart(by=user, chart_id=chart_id)
    rows = queries.names_in(user, this).order_by("text", "pk")
    page = Paginator(rows, _SHOWN).get_page(request.GET.get("page"))
    called = queries.called(user, list(page))
    context = {"this": this, "page": page, "rows": [(one, called.get(one.node_id)) for one in page]}
    return render(request, "graph/chart_names.html", context)


@gate(May.SEE_CHILD)
@_FORM
def name(request: Request, name_id: uuid.UUID) -> HttpResponse:
    """Whom or what a name may mean, with why; a person says."""
    this, found = actions.open_name(by=request.user, name_id=name_id)
    never = rules.why_never_new(kind=this.kind, type_=this.type, text=this.text, is_child=this.is_child)
    choices = [(str(one.key), one.called, more(one.why, str(_JUDGED.get(one.same, "")))) for one in found]
    form: Any = kept_form(
        request, WhoForm, kind="chart.name", subject_id=this.pk, suggested={"what": this.what}, end=this.kind, found=choices,
        writable=never is None,
    )  # fmt: skip
    if form.is_valid():
        with sending(request, form, errors_on="choice"):
            choice = form.cleaned_data["choice"]
            node_id = None if choice == NEW else uuid.UUID(choice)
            actions.say_who(
                by=request.user, name_id=this.pk, node_id=node_id, what=form.cleaned_data.get("what") or ""
            )
            following = queries.names_to_say(request.user, this.incoming).first()
            if following:
                return redirect("chart_name", name_id=following.pk)
            messages.success(request, _("Of everybody and everything it is said who or what they are."))
            return redirect("chart", chart_id=this.incoming_id)
    context = {
        "this": this,
        "form": form,
        "found": found,
        "never_new": never,
        "kind_form": KindForm(initial={"kind": this.type or this.kind}),
        "left": queries.names_to_say(request.user, this.incoming).count(),
    }
    return render(request, "graph/chart_name.html", context)


@gate(May.SEE_CHILD)
@require_POST
def name_kind(request: Request, name_id: uuid.UUID) -> HttpResponse:
    """A name is of something else than the file says, or than it looks like."""
    form = KindForm(request.POST)
    if form.is_valid():
        with saying_why_not(request):
            actions.change_kind(by=request.user, name_id=name_id, **form.said)
            messages.success(request, _("Saved: what this name is. Say below whom or what it means."))
    return redirect("chart_name", name_id=queries.name_visible_to(request.user, name_id).pk)


@gate(May.SEE_CHILD)
@require_safe
def aside(request: Request, chart_id: uuid.UUID) -> HttpResponse:
    """Which rows were set aside, why, and what to do."""
    this = queries.chart_visible_to(request.user, chart_id)
    page = Paginator(queries.asides(request.user, this), 50).get_page(request.GET.get("page"))
    rows = [(one.number, one.table, rules.FAULTS[one.code]) for one in page]
    return render(request, "graph/chart_aside.html", {"this": this, "page": page, "rows": rows})


# ---- out


@gate(May.SHARE, fresh=True)
@_FORM
def take(request: Request, node_id: uuid.UUID) -> HttpResponse:
    """Says for whom and why a drawing around somebody or something is taken out."""
    how = NarrowForm(
        request.GET
        if any(value in request.GET for value in ("away", "kinds", "since-day"))
        else {"away": "2"}
    ).how
    kept = {
        "away": how["away"],
        "kinds": sorted(how["kinds"]),
        "since": how["since"].isoformat() if how["since"] else "",
    }
    back = reverse("drawing", kwargs={"node_id": node_id})
    return _take(request, "node", node_id, kept, back)


@gate(May.SHARE, fresh=True)
@_FORM
def take_meeting(request: Request, meeting_id: uuid.UUID) -> HttpResponse:
    """As `take`, of what is drawn at a mapping meeting."""
    return _take(request, "meeting", meeting_id, {}, reverse("mapping", kwargs={"meeting_id": meeting_id}))


def _take(request: Request, about: str, of: uuid.UUID, how: dict[str, Any], back: str) -> HttpResponse:
    picture, taken = actions.look_to_take(by=request.user, about=about, of=of, how=how)
    form: Any = kept_form(
        request, TakeForm, kind=f"chart.take.{about}", subject_id=of, suggested={"format": "csv"}, formats=queries.formats(request.user),
        bases=[(base.id, base.label, base.help) for base in bases().values()],
    )  # fmt: skip
    if form.is_valid():
        with sending(request, form):
            row = actions.ask_to_take(
                by=request.user, about=about, of=of, how=how, taking=rules.Taking(**form.taking)
            )
            messages.success(request, _("Saved: what you take out, and why. This page says what comes next."))
            return redirect("chart_out", outgoing_id=row.pk)
    context = {
        "this": _("Mapping meeting of %(date)s") % {"date": day(picture.this.starts_at)}
        if about == "meeting"
        else picture.this,
        "form": form,
        "people": len(taken.people),
        "things": len(taken.chart.dots) - len(taken.people),
        "ties": len(taken.ties),
        "together": len(queries.named_of_late(request.user, timezone.now()) | taken.people),
        "chart": taken.chart,
        "above": rules.TWO_ABOVE,
        "back": back,
        "before": queries.outgoings_of(request.user, of),
    }
    return render(request, "graph/chart_take.html", context)


@gate(May.SHARE, fresh=True)
@_FORM
def out(request: Request, outgoing_id: uuid.UUID) -> HttpResponse:
    """A drawing on its way out: for whoever asked, the file; for a second person, whether it may go."""
    user = request.user
    this, picture, taken = actions.open_outgoing(by=user, outgoing_id=outgoing_id)
    form: Any = None
    if this.state == rules.Out.ASKED and this.asked_by_id != user.pk:
        form = kept_form(request, ReleaseForm, kind="chart.release", subject_id=this.pk)
        if form.is_valid():
            with sending(request, form):
                agrees = form.cleaned_data["agrees"] == "yes"
                actions.release(by=user, outgoing_id=this.pk, agrees=agrees, why=form.cleaned_data["why"])
                messages.success(request, _("Decided. Whoever asked finds it among their work."))
                return redirect("chart_out", outgoing_id=this.pk)
    why_not = rules.why_not_fetch(
        state=this.state,
        is_theirs=this.asked_by_id == user.pk,
        changed=False,
        past=rules.is_past(this.since, timezone.now()),
        alone=queries.alone(user, this, timezone.now()),
    )
    context = {
        "this": this,
        "form": form,
        "why_not": why_not,
        "basis": bases().get(this.basis),
        "of": picture.this if picture else None,
        "chart": taken.chart if taken else None,
        "refused": queries.refused_before(user, this),
        "days": rules.LASTS.days,
        "withdrawn": queries.withdrawn_since(user, this),
    }
    return render(request, "graph/chart_out.html", context)


@gate(May.SHARE, fresh=True, takes_out=True)
@require_POST
def out_file(request: Request, outgoing_id: uuid.UUID) -> HttpResponse:
    """The file; or back, with why not."""
    try:
        row, content = actions.take_out(by=request.user, outgoing_id=outgoing_id)
    except Refused as problem:
        messages.error(request, in_words(str(problem)))
        return redirect("chart_out", outgoing_id=outgoing_id)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="drawing.{SUFFIXES[row.format]}"'
    return response


@gate(May.SEE_CHILD)
@require_safe
def taken(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Drawings that were taken out and name somebody: for whom, why and by whom, for whoever may open the record."""
    person = open_record(by=request.user, person_id=person_id)
    page = Paginator(queries.taken_naming(request.user, person_id), _SHOWN).get_page(request.GET.get("page"))
    rows = [(outgoing, bases().get(outgoing.basis)) for outgoing in page]
    return render(request, "graph/chart_taken.html", {"person": person, "page": page, "rows": rows})
