import gc
import os
import signal

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from heard.config.serve import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
end_with_parent(signal.SIGKILL)  # a web process whose server was killed would keep the port
# What is loaded stays: searching it for rubbish took a quarter of the time of loading it, and later kept a page waiting for a fifth of a
# second now and then. The pages are loaded here too, which the first who asked for one had waited for.
gc.disable()
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018
gc.freeze()
gc.enable()
