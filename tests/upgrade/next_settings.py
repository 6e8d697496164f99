"""Settings of an installation on which the release of `next_release` runs."""

from heard.config.settings import *  # noqa: TID251 - as every installation has them

MIGRATION_MODULES = {"agencies": "tests.upgrade.next_release"}
