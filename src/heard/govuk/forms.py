"""Form fields that look like GOV.UK's."""

from django.forms.renderers import Jinja2


class Renderer(Jinja2):
    pass
