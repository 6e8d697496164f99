"""Addresses of reviews, and of closing a case and opening it again."""

from django.urls import URLPattern, path

from heard.cases.review.views import closing, holding

urlpatterns: list[URLPattern] = [
    path("reviews/", holding.due, name="reviews"),
    path("reviews/<uuid:review_id>/", holding.review, name="review"),
    path("reviews/<uuid:review_id>/paper/", holding.paper, name="review_paper"),
    path("plans/<uuid:plan_id>/review/", holding.hold, name="review_hold"),
    path("plans/<uuid:plan_id>/review/paper/", holding.meeting, name="review_meeting"),
    path("cases/<uuid:case_id>/", closing.story, name="case_story"),
    path("cases/<uuid:case_id>/close/", closing.close, name="case_close"),
    path("cases/<uuid:case_id>/open-again/", closing.reopen, name="case_reopen"),
]
