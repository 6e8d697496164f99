"""Addresses of referrals to the National Referral Mechanism."""

from django.urls import URLPattern, path

from heard.cases.referral import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/referral/", views.start, name="referral_start"),
    path("referrals/<uuid:referral_id>/", views.referral, name="referral"),
    path("referrals/<uuid:referral_id>/sections/<slug:section>/", views.section, name="referral_section"),
    path("referrals/<uuid:referral_id>/check/", views.check, name="referral_check"),
    path("referrals/<uuid:referral_id>/review/", views.review, name="referral_review"),
    path("referrals/<uuid:referral_id>/take-out/", views.take_out, name="referral_take_out"),
    path("referrals/<uuid:referral_id>/take-out/pdf/", views.pdf, name="referral_pdf"),
    path("referrals/<uuid:referral_id>/take-out/json/", views.data, name="referral_json"),
    path("referrals/<uuid:referral_id>/afterwards/", views.afterwards, name="referral_afterwards"),
    path("referrals/<uuid:referral_id>/new-version/", views.copy, name="referral_copy"),
]
