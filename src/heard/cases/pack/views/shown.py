"""What the pages of this stage share."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from heard.cases.pack import queries
from heard.cases.pack.reasons import reasons
from heard.cases.pack.words import PARTS


def of_stage(user: Any, this: Any) -> dict[str, Any]:
    """What every page of a request needs: it, the child, and why nothing can be changed now, if so."""
    return {
        "this": this,
        "person": this.person,
        "why_not_change": queries.why_not_change(user, this),
        "numbers": _numbers(),
        "labels": PARTS,
    }


def page_of_both(
    request: HttpRequest, one: QuerySet[Any], other: QuerySet[Any], on_a_page: int
) -> tuple[list[Any], list[Any], Page[Any]]:
    """The same page of two lists that stand below one another, and that page of the longer one, for the links."""
    first, second = Paginator(one, on_a_page), Paginator(other, on_a_page)
    longer = first if first.num_pages >= second.num_pages else second
    page = longer.get_page(request.GET.get("page"))
    shown = [
        list(each.page(page.number)) if page.number <= each.num_pages else [] for each in (first, second)
    ]
    return shown[0], shown[1], page


def passage_shown(row: Any) -> dict[str, Any]:
    heading, text = queries.stretches_of(row)
    return {"row": row, "heading": heading, "text": text}


def form_page(request: HttpRequest, form: Any, person: Any, title: str, **more: Any) -> HttpResponse:
    context = {"about": "", "button": _("Save"), "one": None, "file": None, "why_not": None} | more
    context |= {"form": form, "person": person, "title": title, "numbers": _numbers()}
    return render(request, "cases/pack/form.html", context)


def _numbers() -> dict[str, int]:
    """How the paper names each reason."""
    return {key: reason.number for key, reason in reasons().items()}
