"""The addresses of allauth that exist here, and where an invitation leads. Nobody signs up."""

from allauth.account import views
from django.urls import path

from heard.home import invited

urlpatterns = [
    path("sign-in/", views.login, name="account_login"),
    path("sign-out/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/", views.password_change, name="account_change_password"),
    path("begin/<int:user_id>/<str:token>/", invited.opened, name="invited"),
    path("begin/", invited.set_password, name="invitation"),
]
