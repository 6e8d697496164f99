"""Addresses of reviews."""

from django.urls import URLPattern, path

from heard.cases.review import views

urlpatterns: list[URLPattern] = [
    path("reviews/", views.due, name="reviews"),
    path("reviews/<uuid:review_id>/", views.review, name="review"),
    path("plans/<uuid:plan_id>/review/", views.hold, name="review_hold"),
    path("plans/<uuid:plan_id>/review/keep/", views.keep, name="review_keep"),
]
