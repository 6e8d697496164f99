"""Addresses of the front page, the knowledge page and search."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
