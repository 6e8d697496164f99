import gc
import os
import signal

from django.core.wsgi import get_wsgi_application

from heard.config.serve import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
end_with_parent(signal.SIGKILL)  # a web process whose server was killed would keep the port
application = get_wsgi_application()
gc.freeze()  # what was loaded stays: searching it for rubbish kept a page waiting for a fifth of a second now and then
