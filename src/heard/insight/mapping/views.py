"""Pages of mappings that were made on the site: all of them, one as YAML, withdrawing one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import May
from heard.insight.mapping import actions, queries

_PER_PAGE = 50


@gate(May.RUN_ENGINE)
@require_safe
def source_mappings(request: Request) -> HttpResponse:
    page = Paginator(queries.mappings_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "insight/mapping/mappings.html", {"page": page})


@gate(May.RUN_ENGINE)
@require_safe
def source_mapping_file(request: Request, source_mapping_id: uuid.UUID) -> HttpResponse:
    """As YAML, which `heard run --mapping` takes."""
    row = queries.mapping_visible_to(request.user, source_mapping_id)
    headers = {"Content-Disposition": f'attachment; filename="mapping-{row.pk}.yaml"'}
    return HttpResponse(row.text, content_type="application/yaml; charset=utf-8", headers=headers)


@gate(May.RUN_ENGINE)
@require_POST
def source_mapping_withdraw(request: Request, source_mapping_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.withdraw_mapping(by=request.user, mapping_id=source_mapping_id)
        messages.success(request, _("Withdrawn. Runs that were made with it stay as they are."))
    return redirect("source_mappings")
