"""Addresses of the child's words."""

from django.urls import URLPattern, path

from heard.cases.words import views

urlpatterns: list[URLPattern] = [
    path("children/<uuid:person_id>/words/", views.words, name="words"),
    path("children/<uuid:person_id>/words/add/", views.add, name="words_add"),
    path("words/<uuid:words_id>/correct/", views.correct, name="words_correct"),
    path("words/<uuid:words_id>/answer/", views.answer, name="words_answer"),
]
