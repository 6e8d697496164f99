"""Addresses of attached files."""

from django.urls import URLPattern, path

from heard.cases.attachment import views

urlpatterns: list[URLPattern] = [
    path("files/<uuid:attachment_id>/", views.download, name="attachment"),
    path("files/<uuid:attachment_id>/withdraw/", views.withdraw, name="attachment_withdraw"),
    path("children/<uuid:person_id>/files/attach/", views.add, name="attach_to_child"),
    path("places/<uuid:place_id>/files/attach/", views.add, name="attach_to_place"),
    path("groups/<uuid:group_id>/files/attach/", views.add, name="attach_to_group"),
    path("worries/<uuid:concern_id>/files/attach/", views.add, name="attach_to_worry"),
    path("words/<uuid:words_id>/files/attach/", views.add, name="attach_to_words"),
]
