"""Addresses of how long records are kept."""

from django.urls import URLPattern, path

from heard.cases.keeping import views

urlpatterns: list[URLPattern] = [
    path("keeping/", views.keeping, name="keeping"),
    path("keeping/<uuid:destruction_id>/", views.destruction, name="destruction"),
    path("children/<uuid:person_id>/destroy/", views.destruction_ask, name="destruction_ask"),
    path("children/<uuid:person_id>/hold/", views.hold_one, name="hold_one"),
    path("holds/add/", views.hold_add, name="hold_add"),
    path("holds/<uuid:hold_id>/", views.hold, name="hold"),
    path("holds/<uuid:hold_id>/confirm/", views.hold_confirm, name="hold_confirm"),
    path("holds/<uuid:hold_id>/lift/", views.hold_lift, name="hold_lift"),
]
