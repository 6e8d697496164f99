"""Addresses of digests. The last two are for people who do not sign in."""

from django.urls import path

from heard.insight.digest import open, views

urlpatterns = [
    path("", views.digests, name="digests"),
    path("mail/", views.digest_by_mail, name="digest_by_mail"),
    path("addresses/", views.digest_addresses, name="digest_addresses"),
    path("addresses/<uuid:subscriber_id>/off/", views.digest_take_off, name="digest_take_off"),
    path("write/<uuid:profile_id>/", views.digest_write, name="digest_write"),
    path("<uuid:digest_id>/", views.digest, name="digest"),
    path("<uuid:digest_id>/change/", views.digest_change, name="digest_change"),
    path("<uuid:digest_id>/paper/", views.digest_paper, name="digest_paper"),
    path("<uuid:digest_id>/send/", views.digest_send, name="digest_send"),
    path("confirm/<str:token>/", open.digest_confirm, name="digest_confirm"),
    path("stop/<str:token>/", open.digest_stop, name="digest_stop"),
]
