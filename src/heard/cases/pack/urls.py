"""Addresses of packs, and of answers to those who ask for their record."""

from django.urls import path

from heard.cases.pack.views import disclosing, finishing, packs

urlpatterns = [
    path("children/<uuid:person_id>/packs/", packs.of_child, name="packs"),
    path("children/<uuid:person_id>/packs/new/", packs.ask, name="pack_ask"),
    path("packs/<uuid:pack_id>/", packs.pack, name="pack"),
    path("packs/<uuid:pack_id>/file/", packs.fetch, name="pack_file"),
    path("packs/<uuid:pack_id>/again/", packs.again, name="pack_again"),
    path("packs/<uuid:pack_id>/remove/", packs.remove, name="pack_remove"),
    path("children/<uuid:person_id>/requests-for-record/new/", disclosing.start, name="disclosure_start"),
    path("requests-for-record/<uuid:disclosure_id>/", finishing.disclosure, name="disclosure"),
    path("requests-for-record/<uuid:disclosure_id>/names/", disclosing.names, name="disclosure_names"),
    path("requests-for-record/<uuid:disclosure_id>/find/", disclosing.find, name="disclosure_find"),
    path(
        "requests-for-record/<uuid:disclosure_id>/passages/", disclosing.passages, name="disclosure_passages"
    ),
    path("requests-for-record/<uuid:disclosure_id>/send/", finishing.send, name="disclosure_send"),
    path("requests-for-record/<uuid:disclosure_id>/check/", finishing.check, name="disclosure_check"),
    path("requests-for-record/<uuid:disclosure_id>/withheld/", finishing.log, name="disclosure_log"),
    path("requests-for-record/<uuid:disclosure_id>/given/", finishing.give, name="disclosure_given"),
    path("requests-for-record/<uuid:disclosure_id>/end/", finishing.stop, name="disclosure_stop"),
    path("requests-for-record/<uuid:disclosure_id>/again/", finishing.make_again, name="disclosure_again"),
    path("requests-for-record/passages/<int:passage_id>/", disclosing.passage, name="disclosure_passage"),
    path("requests-for-record/passages/<int:passage_id>/words/", disclosing.stretch, name="disclosure_words"),
    path("requests-for-record/passages/<int:passage_id>/whole/", disclosing.whole, name="disclosure_whole"),
    path("requests-for-record/passages/<int:passage_id>/file/", disclosing.file, name="disclosure_file"),
]
