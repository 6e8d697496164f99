"""Address of the page on which columns are described."""

from django.urls import path

from heard.insight.describe import views

urlpatterns = [path("<uuid:run_id>/describe/", views.engine_describe, name="engine_describe")]
