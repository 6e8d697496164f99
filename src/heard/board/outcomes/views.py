"""The page of what became of worries."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.board.figures import pictures
from heard.board.figures import words as figure_words
from heard.board.outcomes import queries, words


@gate(May.SEE_FIGURES)
@require_safe
def outcomes(request: Request) -> HttpResponse:
    context = {
        "found": queries.outcomes(request.user, today=localdate()),
        "words": words,
        "may_hold": request.user.may(May.HOLD_FIGURES),
        "hidden": figure_words.hidden(),
        "called": figure_words.called,
        "signed": pictures.signed_lengths,
        "signed_flow": pictures.signed_flow,
        "signed_months": pictures.signed_months,
        "signed_stacked": pictures.signed_stacked,
        "height_of_flow": pictures.height_of_flow,
        "height_of_months": pictures.HEIGHT_OF_MONTHS,
        "height_of_stacked": pictures.height_of_stacked,
        "height": pictures.height_of_lengths,
        "joined_kinds": queries.joined_kinds(request.user),
    }
    return render(request, "board/outcomes/outcomes.html", context)
