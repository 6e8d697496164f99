"""Addresses of referrals to services."""

from django.urls import URLPattern, path

from heard.cases.turning import views

urlpatterns: list[URLPattern] = [
    path("children/<uuid:person_id>/services/", views.services_of, name="services_of"),
    path("children/<uuid:person_id>/services/unmet/", views.unmet, name="service_unmet"),
    path("children/<uuid:person_id>/services/<uuid:service_id>/refer/", views.refer, name="service_refer"),
    path("service-referrals/<uuid:service_referral_id>/put-right/", views.take_back, name="service_back"),
    path("unmet-needs/<uuid:unmet_need_id>/put-right/", views.take_back_unmet, name="unmet_back"),
    path("service-referrals/<uuid:service_referral_id>/", views.referral, name="service_referral"),
]
