from django.urls import path

from heard.board.unmet import views

urlpatterns = [path("", views.unmet_needs, name="unmet_needs")]
