"""A reviewed referral as paper and as data. Both are made anew from the row, which never changes, so they never differ."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from heard.cases.referral import queries
from heard.cases.referral.questions import is_duty_to_notify, walk
from heard.govuk.pdf import draw_pdf

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.referral.models import Referral


def as_json(user: User, referral: Referral) -> bytes:
    """UTF-8. Keys: form (version, source), route (nrm or duty-to-notify), prepared, reviewed, steps, answers and
    provenance, both by field id.

    Only what the form asks with these answers is in it. `provenance` says for each answer whether it is from the
    record, changed from what the record said, or written here, with where in the record and when.
    """
    form, answers = queries.form_of(referral), queries.answers_of(referral)
    on_the_way = [
        answer.question.id for section in queries.sections_of(user, referral) for answer in section.answers
    ]
    kept = {name: answers[name] for name in on_the_way if answers.get(name)}
    content = {
        "form": {"version": form.version, "title": form.title, "source": form.source},
        "route": "duty-to-notify" if is_duty_to_notify(form, answers) else "nrm",
        "referral": {"id": str(referral.pk), "version": referral.number},
        "prepared": {"by": str(referral.writer), "sent_to_review": _moment(referral.sent_at)},
        "reviewed": {"by": str(referral.reviewed_by), "at": _moment(referral.reviewed_at)},
        "steps": [step.id for step in walk(form, answers)],
        "answers": kept,
        "provenance": {name: _provenance(referral.answers[name]) for name in kept},
    }
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def as_pdf(user: User, referral: Referral) -> bytes:
    """In the order of the form's sections, with the official name of each field beside our label."""
    form = queries.form_of(referral)
    sections = [section for section in queries.sections_of(user, referral) if section.written]
    context = {
        "referral": referral,
        "form": form,
        "sections": sections,
        "to_notify": is_duty_to_notify(form, queries.answers_of(referral)),
    }
    return draw_pdf("cases/referral/paper.html", context)


def _provenance(entry: dict[str, Any]) -> dict[str, Any]:
    record, value = entry["record"], entry["value"]
    origin = "written" if not record else "record" if record == value else "changed"
    return {"from": origin, "where": entry["where"], "at": entry["at"]}


def _moment(at: Any) -> str:
    return at.isoformat(timespec="seconds") if at else ""
