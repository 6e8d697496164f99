"""The addresses of allauth that exist here, and where an invitation leads. Nobody signs up."""

from allauth.account import views
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from heard.home import connections, elsewhere, invited
from heard.home.accounts import leaves_nothing_behind

urlpatterns = [
    path("sign-in/", views.login, name="account_login"),
    path("sign-out/", leaves_nothing_behind(views.logout), name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/", views.password_change, name="account_change_password"),
    path("confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("factors/", factors.index, name="mfa_index"),
    path("factors/sign-in/", login_not_required(factors.authenticate), name="mfa_authenticate"),
    path("factors/confirm/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("factors/app/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("factors/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("factors/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("factors/codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("factors/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("factors/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/name/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("factors/passkeys/sign-in/", login_not_required(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("factors/passkeys/confirm/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("elsewhere/", connections.connections, name="connections"),
    path("elsewhere/cancelled/", elsewhere.cancelled, name="socialaccount_login_cancelled"),
    path("elsewhere/<int:link_id>/remove/", connections.disconnect, name="connection_remove"),
    path("elsewhere/to/<slug:provider_id>/", elsewhere.out, name="openid_connect_login"),
    path("elsewhere/to/<slug:provider_id>/add/", connections.connect, name="connection_add"),
    path("elsewhere/to/<slug:provider_id>/back/", elsewhere.back, name="openid_connect_callback"),
    path("elsewhere/to/<slug:provider_id>/metadata/", elsewhere.metadata, name="saml_metadata"),
    path("elsewhere/to/<slug:provider_id>/answer/", elsewhere.brought, name="saml_answer"),
    path("elsewhere/to/<slug:provider_id>/answer/check/", elsewhere.answered, name="saml_check"),
    path("begin/<int:user_id>/<str:token>/", invited.opened, name="invited"),
    path("begin/", invited.set_password, name="invitation"),
]
