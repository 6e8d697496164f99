"""Addresses of referrals to another team or agency."""

from django.urls import URLPattern, path

from heard.cases.onward import views

urlpatterns: list[URLPattern] = [
    path("children/<uuid:person_id>/refer/", views.refer, name="refer_onward"),
    path("onward/<uuid:onward_id>/", views.onward, name="onward"),
    path("onward/<uuid:onward_id>/withdraw/", views.withdraw, name="onward_withdraw"),
]
