"""Addresses of the directory of services, of local procedures, of duties of law and of the child protection team."""

from django.urls import path

from heard.services import views
from heard.services.law.urls import urlpatterns as law

urlpatterns = [
    *law,
    path("", views.services, name="services"),
    path("add/", views.service_add, name="service_add"),
    path("files/", views.services_files, name="services_files"),
    path("files/bring/", views.services_bring, name="services_bring"),
    path("files/national/", views.services_national, name="services_national"),
    path("files/<uuid:services_file_id>/", views.services_file, name="services_file"),
    path("services.json", views.services_out, name="services_out"),
    path("procedures/", views.local_procedures, name="procedures"),
    path("procedures/add/", views.procedure_add, name="procedure_add"),
    path("procedures/<uuid:procedure_id>/", views.procedure, name="procedure"),
    path("procedures/<uuid:procedure_id>/file/", views.procedure_file, name="procedure_file"),
    path("procedures/<uuid:procedure_id>/read/", views.procedure_read, name="procedure_read"),
    path("procedures/<uuid:procedure_id>/edition/", views.procedure_edition, name="procedure_edition"),
    path("procedures/<uuid:procedure_id>/withdraw/", views.procedure_withdraw, name="procedure_withdraw"),
    path("<uuid:service_id>/", views.service, name="directory_service"),
    path("<uuid:service_id>/change/", views.service_change, name="service_change"),
    path("<uuid:service_id>/needs/", views.service_needs, name="service_needs"),
    path("<uuid:service_id>/status/", views.service_status, name="service_status"),
]
