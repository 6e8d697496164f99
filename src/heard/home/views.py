"""Front page and error pages."""

from django.http import HttpRequest, HttpResponse


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(status=404)


def went_wrong(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=500)
