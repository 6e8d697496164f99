from django.urls import path

from heard.board.outcomes import views

urlpatterns = [path("", views.outcomes, name="outcomes")]
