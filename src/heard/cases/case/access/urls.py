from django.urls import path

from heard.cases.case.access.views import listed, proposals

_OF = "children/<uuid:person_id>"

urlpatterns = [
    path(f"{_OF}/access/", listed.access, name="access"),
    path(f"{_OF}/access/give/", listed.give, name="access_give"),
    path(f"{_OF}/access/deny/", listed.deny, name="access_deny"),
    path("access/<int:access_id>/end/", listed.end, name="access_end"),
    path("access/<int:access_id>/narrow/", listed.narrow, name="access_narrow"),
    path("denials/<int:denial_id>/lift/", listed.lift, name="denial_lift"),
    path(f"{_OF}/details/propose/", proposals.propose, name="person_propose"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/mine/", proposals.mine, name="proposals_mine"),
    path("proposals/<int:proposal_id>/read/", proposals.read, name="proposal_read"),
    path("proposals/<int:proposal_id>/", proposals.proposal, name="proposal"),
]
