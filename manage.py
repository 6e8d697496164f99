#!/usr/bin/env python
"""Django's own commands: migrations, checks, a shell."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
execute_from_command_line(sys.argv)
