"""Addresses of the front page, search, and the pages that hold no data."""

from django.urls import path

from heard.home import open, views

urlpatterns = [
    path("", views.home, name="home"),
    path("knowledge/", views.knowledge, name="knowledge"),
    path("figures/", views.figures, name="figures"),
    path("healthz", open.healthz, name="healthz"),
    path("robots.txt", open.robots, name="robots"),
]
