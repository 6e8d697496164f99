"""Addresses of what children write themselves. The child’s own says nothing of what it is."""

from django.urls import URLPattern, path

from heard.cases.voice import open as notes
from heard.cases.voice import views

urlpatterns: list[URLPattern] = [
    path("n/", notes.notes, name="notes_open"),
    path("children/<uuid:person_id>/links/", views.links, name="child_links"),
    path("children/<uuid:person_id>/links/make/", views.make, name="child_link_make"),
    path("child-links/<uuid:child_link_id>/end/", views.end, name="child_link_end"),
    path("child-links/<uuid:child_link_id>/asked/", views.asked, name="child_link_asked"),
    path("child-messages/<uuid:child_message_id>/", views.message, name="child_message"),
    path("child-messages/<uuid:child_message_id>/read/", views.read, name="child_message_read"),
    path("child-messages/<uuid:child_message_id>/answer/", views.answer, name="child_message_answer"),
    path("child-messages/<uuid:child_message_id>/describe/", views.describe, name="child_message_describe"),
    path("child-messages/<uuid:child_message_id>/sound/", views.sound, name="child_message_sound"),
    path(
        "child-messages/<uuid:child_message_id>/write-down/",
        views.write_down,
        name="child_message_write_down",
    ),
    path("words/<uuid:words_id>/sound/", views.words_sound, name="words_sound"),
    path("words/<uuid:words_id>/drawing/", views.drawing, name="words_drawing"),
    path("panel-items/<uuid:item_id>/for-the-child/", views.tell_of_item, name="panel_item_for_child"),
    path("reviews/<uuid:review_id>/for-the-child/", views.tell_of_review, name="review_for_child"),
    path("child-messages/<uuid:child_message_id>/check/", views.check, name="child_message_check"),
]
