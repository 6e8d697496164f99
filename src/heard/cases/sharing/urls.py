"""Addresses of shares and requests."""

from django.urls import URLPattern, path

from heard.cases.sharing.views import delivered
from heard.cases.sharing.views import shares as views

urlpatterns: list[URLPattern] = [
    path("children/<uuid:person_id>/sharing/", views.of_child, name="sharing_of"),
    path("children/<uuid:person_id>/sharing/new/", views.write, name="share_write"),
    path("shares/<uuid:share_id>/", views.share, name="share"),
    path("shares/<uuid:share_id>/change/", views.change, name="share_change"),
    path("shares/<uuid:share_id>/paper/", views.paper, name="share_paper"),
    path("shares/<uuid:share_id>/text/", views.text, name="share_text"),
    path("shares/<uuid:share_id>/review/", views.review, name="share_review"),
    path("shares/<uuid:share_id>/withdraw/", views.withdraw, name="share_withdraw"),
    path("delivered/", delivered.deliveries, name="deliveries"),
    path("delivered/<uuid:delivery_id>/", delivered.delivery, name="delivery"),
    path("asked/<uuid:asked_of_id>/", delivered.asked, name="asked_of_us"),
    path("requests/", views.requests, name="requests"),
    path("children/<uuid:person_id>/requests/new/", views.request_write, name="request_write"),
    path("requests/<uuid:request_id>/", views.one_request, name="request"),
    path("requests/<uuid:request_id>/answer/", views.request_answer, name="request_answer"),
    path("requests/<uuid:request_id>/remind/", views.request_chase, name="request_chase"),
]
