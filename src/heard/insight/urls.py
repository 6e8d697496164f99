"""Addresses of the engine in the site."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
