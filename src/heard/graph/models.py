"""Where Django looks for tables: each part keeps its own in its package, in one migration history."""

from heard.graph.question.models import *
