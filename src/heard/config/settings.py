"""Settings, all from the environment, with defaults that run the fictional partnership on one machine.

HEARD_SECRET_KEY   needed when HEARD_DEMO is not 1
HEARD_DEMO         1 for the fictional partnership on this machine only
HEARD_HOSTS        names that the site answers to, separated by commas
HEARD_DATA         folder for the database, engine runs and uploads; default var/
HEARD_EXTRACTS     folder into which agencies put extracts for the engine; default extracts/ in HEARD_DATA
HEARD_DROP_FOLDER  folder with a folder for each agency, into which it puts extracts that `heard drop-folder` takes; default none
HEARD_DROP_MINUTES for how many minutes a file there has not changed before it counts as whole; default 10
HEARD_LOOKS        a file, best on another disk, for who looked at what while the database cannot be written
HEARD_KEYS         the file with the keys that encrypt attached files, packs and what apps and codes derive from, apart from the
                   database and from HEARD_DATA; `heard keys make` makes it. Default none, and nothing of it is encrypted
HEARD_AUDIT_KEY    the file with the key of the audit trail, best outside HEARD_DATA; default audit.key in it
HEARD_WITNESS_FILE a file, best on another machine's disk, to which signed heads of the audit trail are added
HEARD_WITNESS_SYSLOG  host[:port] of a syslog that gets them, or the path of its socket
HEARD_WITNESS_MAIL addresses that get one each day, separated by commas; best of people in two agencies
HEARD_QUESTIONS    a file or folder with the partnership's own questions; default questions/ in HEARD_DATA
HEARD_MAP          a folder with what `heard map add` added: postcodes, boundaries and tiles; default map/ in HEARD_DATA
HEARD_AREAS        a folder with the boundaries of areas (GeoJSON) and the area of each postcode (CSV), by which a profile is drawn as a map;
                   default areas/ in HEARD_DATA
HEARD_FILE_MB      the largest file that can be attached to a record, in megabytes; default 25
HEARD_FILES        how many files one record can have; default 50
HEARD_METRICS_TOKEN  a long random text, with which a monitor on this machine reads /metrics; without it nobody does
HEARD_SECURITY_CONTACT  whom to tell of a flaw in this site, as mailto:… or https://…; it stands in /.well-known/security.txt
HEARD_CLAMD        ClamAV, which is asked about each attached file: the path of its socket, or host:port
HEARD_CLAMD_AWAY   what becomes of a file while ClamAV does not answer: refuse, or keep (unopened, until it does); default refuse
HEARD_QUARANTINE   1 to keep what it finds in quarantine/ of HEARD_DATA, for the administrator; else it is refused and gone
HEARD_EVIDENCE_DAYS  for how many days what was seen counts as current when help is about to end; default 28
HEARD_OFFICER      whom to ring about a worry about somebody who works with children, with the number, where nobody in Heard is
                   the designated officer (LADO)
HEARD_REFERRAL_DAYS  within how many working days another team or agency accepts or refuses a referral; default 5
HEARD_ESCALATION   a file with the steps and times of a professional disagreement; default ours, to be changed
HEARD_GLASS_HOURS  for how many hours a record stays open that was opened in an emergency; default 4
HEARD_GLASS_TRIES  how often somebody may try that in an hour; default 5
HEARD_SEARCHES     how often somebody may search in an hour; default 60
HEARD_TAKEN_OUT    how often somebody may take out lists, packs, chronologies, drawings and workbooks in an hour; default 20
HEARD_READING      what counts as unusual reading, as children,first hour,last hour,name: records of more children in one hour;
                   outside these hours or on a day off; a family name that more children have says nothing. Default 30,7,20,10
HEARD_RETENTION    after how many years a child's record is past its time, from birth or from when the case was closed, such as
                   closed,25; default none, and records are kept. Nothing goes by itself
DATABASE_URL       default SQLite in HEARD_DATA
HEARD_DATABASE_OWNER  PostgreSQL as the role that owns the tables, for heard migrate, restore and database grants alone; not in
                   the settings of the site. Default the role of DATABASE_URL
HEARD_SECRET_KEY_BEFORE  the key before this one, for as long as what was encrypted with it is in use
HEARD_FACTOR       who confirms with a passkey or app that it is them: all, sensitive (roles that see more than their
                   agency’s work) or, in the demo alone, off; default all, in the demo off
HEARD_SIGN_ON      a file with the organisations at which people sign in instead of with a password: one for each agency
                   (docs/guide/single-sign-on.md); default none
HEARD_SIGN_ON_DAYS  for how many days somebody whom an organisation signs in comes in with a password or passkey of Heard without
                   having come by it; default 1
HEARD_SERVICE_HOSTS  hosts from whose addresses services in Open Referral UK may be read, with commas, such as
                   directory.example.org; default none: then they come from files alone
HEARD_UNUSED_DAYS  after how many days without signing in an account is listed, and after how many it is switched off; default
                   45,90, in the demo none
HEARD_WEB_CERTIFICATE  a file with the certificate that Heard shows the server in front, PEM; it speaks plain HTTP without one
HEARD_WEB_KEY      a file with its key, PKCS#8 in PEM, open to Heard alone
HEARD_PROXIES      how many servers in front pass requests on, each adding the address that it saw; default 1, in the demo 0
HEARD_SESSION_MINUTES   how long a sign-in lasts at most; default 480, one working day
HEARD_IDLE_MINUTES  after how long without doing anything it ends; default 30, for administrators never more than 15
HEARD_MAIL_URL     host[:port] of an SMTP server that takes mail from this machine, or smtp+starttls://user@host[:port], or
                   smtps://user@host[:port]; without it mail is printed
HEARD_MAIL_PASSWORD_FILE  a file with that user's password
HEARD_MAIL_FROM    whom mail comes from; default heard@ the name in HEARD_ADDRESS
HEARD_LOG          json for one line of JSON each, with time, request and user by number; else text
HEARD_ADDRESS      the address at which people open Heard, which mail leads to; such as https://heard.example.org
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from heard.agencies.mail.mailbox import mailbox_of as _mailbox
from heard.agencies.mail.server import options_of as _mail_server
from heard.agencies.providers import read as _providers
from heard.agencies.rules import unused_days as _unused_days
from heard.cases.keeping.rules import period_of as _period_of
from heard.cases.panel.escalation import policy as _policy
from heard.cases.review.rules import EVIDENCE_DAYS as _EVIDENCE_DAYS
from heard.services.rules import hosts_of as _hosts

PACKAGE = Path(__file__).resolve().parent.parent
os.umask(0o077)  # whatever the site writes, also into a folder that others may open, is for the site alone
DATA = Path(os.environ.get("HEARD_DATA", "var")).resolve()
DATA.mkdir(parents=True, exist_ok=True, mode=0o700)  # only the site reads it
EXTRACTS = Path(os.environ.get("HEARD_EXTRACTS", DATA / "extracts")).resolve()
DROP = Path(_drop).resolve() if (_drop := os.environ.get("HEARD_DROP_FOLDER", "")) else None
DROP_QUIET_MINUTES = int(os.environ.get("HEARD_DROP_MINUTES", "10"))
LOOKS = Path(os.environ.get("HEARD_LOOKS", DATA / "looks.jsonl")).resolve()
KEYS = Path(_keys).resolve() if (_keys := os.environ.get("HEARD_KEYS", "")) else None
AUDIT_KEY = Path(os.environ.get("HEARD_AUDIT_KEY", DATA / "audit.key")).resolve()
WITNESS_FILE = os.environ.get("HEARD_WITNESS_FILE", "")
WITNESS_SYSLOG = os.environ.get("HEARD_WITNESS_SYSLOG", "")
WITNESS_MAIL = [text.strip() for text in os.environ.get("HEARD_WITNESS_MAIL", "").split(",") if text.strip()]
QUESTIONS = Path(os.environ.get("HEARD_QUESTIONS", DATA / "questions")).resolve()
MAP = Path(os.environ.get("HEARD_MAP", DATA / "map")).resolve()
AREAS = Path(os.environ.get("HEARD_AREAS", DATA / "areas")).resolve()
DEMO = os.environ.get("HEARD_DEMO", "1" if "PYTEST_VERSION" in os.environ else "0") == "1"

SECRET_KEY = os.environ.get("HEARD_SECRET_KEY", "for the fictional partnership only" if DEMO else "")
SECRET_KEY_FALLBACKS = [key for key in [os.environ.get("HEARD_SECRET_KEY_BEFORE", "")] if key]
ALLOWED_HOSTS = [name.strip() for name in os.environ.get("HEARD_HOSTS", "127.0.0.1,localhost").split(",")]
DEBUG = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "django_htmx",
    "django_tasks_db",
    "heard.govuk",
    "heard.agencies",
    "heard.network",
    "heard.services",
    "heard.cases",
    "heard.graph",
    "heard.insight",
    "heard.board",
    "heard.home",
]

MIDDLEWARE = [
    "heard.home.metrics.MetricsMiddleware",
    "heard.config.logs.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",  # before what serves styles and scripts: these have one too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "heard.home.devices.DevicesMiddleware",
    "heard.home.where_children_write.WhereChildrenWrite",  # around all that may refuse or fail
    "heard.home.readable.ReadableSessions",
    "heard.home.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "heard.home.uploads.UploadLimitMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "heard.agencies.looking.OnlyReadMiddleware",
    "heard.home.accounts.SignInFirst",
    "heard.agencies.gate.GateMiddleware",
    "heard.network.gone_on.GoneOnMiddleware",
    "heard.home.readable.ReadableMiddleware",
    "heard.home.keyless.KeylessMiddleware",
    "heard.home.factors.ConfirmFirst",
    "heard.home.taking_out.TakingOutLimit",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

# Views of these modules guard themselves: sign-in and sign-out, the language switch, static files, the three pages that
# hold no data, the links of mails with which somebody sets a password, or somebody outside confirms or ends digests, and
# where a child writes with a code and a word.
GATE_OPEN_MODULES = [
    "allauth.account.",
    "allauth.mfa.",
    "django.views.",
    "django.contrib.staticfiles.",
    "heard.home.open",
    "heard.home.elsewhere",
    "heard.home.scim",
    "heard.home.invited",
    "heard.insight.digest.open",
    "heard.cases.voice.open",
]

# What hears of each audit row that is no mere look, in the transaction of what it records: the index of chronologies, copies
# of a record for those who asked for it, and digests of profiles.
AFTER_WRITES = [
    "heard.cases.timeline.index.note_change",
    "heard.cases.pack.withdrawn.note_withdrawal",
    "heard.insight.digest.withdrawn.note_withdrawal",
]

# What a worker does between its tasks, each time that it says it is alive: each of these sees by itself whether it is time.
NOW_AND_THEN = [
    "heard.agencies.trail.sealing.seal_and_tell",
    "heard.cases.watch.looking.watch",
    "heard.cases.watch.unanswered.give_to_others",
    "heard.cases.glass.unreviewed.give_to_others",
    "heard.agencies.unused.now_and_then",
    "heard.cases.attachment.later.look_for_waiting_files",
    "heard.graph.whole.nightly.make_when_due",
]

# Records of stages above attachments to which files hang: the queries that say of which a user may see every file, and of
# which those that they attached themselves. Files of what is not named here are seen by nobody.
FILES_SEEN_THROUGH = {
    "concern": [
        "heard.cases.concern.queries.concerns_open_to",
        "heard.cases.concern.queries.concerns_visible_to",
        "heard.cases.concern.queries.staff_worries_of",
    ],
    "evidence": [
        "heard.board.queries.evidence_visible_to",
        "heard.board.queries.evidence_to_complete",
        "heard.board.queries.evidence_visible_to",  # to the board too, which attaches nothing else
    ],
    "edition": [
        "heard.services.queries.editions_visible_to",
        "heard.services.queries.editions_to_complete",
        "heard.services.queries.editions_visible_to",  # to whoever is signed in
    ],
}
# Who keeps and opens the PDF of a local procedure, for services, which stand below: as every attached file.
PROCEDURE_FILES = {
    "keep": "heard.cases.attachment.actions.attach",
    "open": "heard.cases.attachment.actions.open_attachment",
}

# Records that may name a person, place, group or handle, or be the source of a tie: the query that says who reads which. What is
# not named here is read by nobody. And the records about a group, through which their readers see it.
RECORDS_THAT_NAME = {
    "concern": "heard.cases.concern.queries.concerns_open_to",
    "interview": "heard.cases.missing.queries.episodes_visible_to",  # a missing episode, with its interview
    "philomena": "heard.cases.missing.queries.forms_visible_to",
    "panel": "heard.cases.panel.queries.panels_visible_to",
    "panel item": "heard.cases.panel.queries.items_that_name",
}
# Actions that tell whoever answers for what rests on a source of a tie once it is withdrawn.
TOLD_OF_WITHDRAWN = [
    "heard.cases.context.actions.tell_of_withdrawn",
    "heard.cases.disruption.actions.tell_of_withdrawn",
    "heard.cases.panel.actions.tell_of_withdrawn",
    "heard.graph.exchange.actions.tell_of_withdrawn",
]
# Queries of what an agenda should look at beside what stages know of it: of each its end, its key and why (`panel.rules.Why`).
PANEL_SUGGESTS = [
    "heard.graph.question.queries.places.for_a_panel",
    "heard.graph.question.queries.moved.for_a_panel",
]
# An action that puts a worry, once it is decided that the panel discusses it, on an agenda that is drawn already.
PUTS_TO_THE_PANEL = "heard.cases.panel.actions.put_to_the_next_panel"
GROUPS_NAMED_IN = ["heard.cases.concern.queries.concerns_visible_to"]

ROOT_URLCONF = "heard.config.urls"
WSGI_APPLICATION = "heard.config.wsgi.application"

_CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "heard.home.navigation.navigation",
    "heard.home.session.session",
    "heard.home.health.background_work",
    "heard.home.readable.reading",
    "heard.home.factors.factor",
    "heard.home.sign_on.sign_on",
    "heard.home.languages.languages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [],
        "APP_DIRS": True,  # folders named `jinja2` in each app
        "OPTIONS": {"environment": "heard.govuk.environment.environment", "context_processors": _CONTEXT},
    },
    {  # allauth's mails only
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]
FORM_RENDERER = "django.forms.renderers.Jinja2"

_SQLITE = {
    "transaction_mode": "IMMEDIATE",  # a writer waits its turn instead of failing halfway
    "timeout": 20,  # seconds: a search may make chronologies anew for some, and a worry that waits is better than one refused
    "init_command": (
        "PRAGMA journal_mode=WAL;"  # readers do not wait for the writer
        "PRAGMA synchronous=NORMAL;"  # safe with WAL; loses nothing but the last moment on power failure
        "PRAGMA mmap_size=134217728;"
        "PRAGMA journal_size_limit=27103364;"
        "PRAGMA cache_size=2000"
    ),
}
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL", f"sqlite:///{DATA / 'heard.sqlite3'}"),
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = _SQLITE
else:  # PostgreSQL takes disks to be slow to jump; believing that, it reads all people to find a few hundred. It also
    # compiles long questions to machine code, which takes longer than answering them, and so does planning: what a
    # connection asks for the second time is prepared (docs/adr/0027-prepared-statements.md).
    _POSTGRESQL = {
        "server_side_binding": True,
        "prepare_threshold": 1,
        "options": "-c random_page_cost=1.1 -c jit=off",
    }
    DATABASES["default"]["OPTIONS"] = _POSTGRESQL | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "heard.agencies.passwords.NotEndless"},
    {"NAME": "heard.agencies.passwords.NotWhoYouAre"},
    {"NAME": "heard.agencies.passwords.NotEasilyGuessed"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "heard.home.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_TEMPLATE_EXTENSION = (
    "html"  # Jinja2 comes first in TEMPLATES and has a page for each address that exists
)
ACCOUNT_FORMS = {
    "login": "heard.home.accounts.SignInForm",
    "change_password": "heard.home.accounts.ChangePasswordForm",
    "reauthenticate": "heard.home.factor_forms.PasswordAgainForm",
}
ACCOUNT_SESSION_REMEMBER = False
FACTOR = os.environ.get("HEARD_FACTOR", "off" if DEMO else "all")
ACCOUNT_REAUTHENTICATION_TIMEOUT = (
    300  # seconds for which somebody counts as having just shown that it is them
)
MFA_ADAPTER = "heard.home.factors.Adapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = False  # duty desks are shared, and a passkey costs one touch
MFA_TOTP_ISSUER = "Heard"
MFA_RATE_LIMITS = {
    "webauthn_login": None
}  # nothing in it can be guessed, and a whole agency may have one address
MFA_FORMS = {
    "authenticate": "heard.home.factor_forms.AuthenticateForm",
    "reauthenticate": "heard.home.factor_forms.ReauthenticateForm",
    "activate_totp": "heard.home.factor_forms.ActivateTOTPForm",
    "deactivate_totp": "heard.home.factor_forms.DeactivateTOTPForm",
    "generate_recovery_codes": "heard.home.factor_forms.GenerateRecoveryCodesForm",
    "edit_webauthn": "heard.home.factor_forms.EditWebAuthnForm",
}
# Where an organisation says who somebody is: nobody is added by it, nobody found by a mail address, no token is kept.
try:
    SIGN_ON = _providers(os.environ.get("HEARD_SIGN_ON", ""), os.environ)
    SERVICE_HOSTS = _hosts(os.environ.get("HEARD_SERVICE_HOSTS", ""))
except ValueError as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from _wrong
SIGN_ON_DAYS = int(os.environ.get("HEARD_SIGN_ON_DAYS", "1"))
if SIGN_ON_DAYS < 1:
    raise ImproperlyConfigured("HEARD_SIGN_ON_DAYS is a number of days, such as 1.")
SOCIALACCOUNT_ADAPTER = "heard.home.sign_on.Adapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds
# Who is asking is known by the address that the nearest trusted server in front saw. Nothing counts an address alone: a
# whole agency may have one. Wrong passwords are counted by axes, wrong codes here; both only for one name.
WEB_CERTIFICATE = os.environ.get("HEARD_WEB_CERTIFICATE", "")
WEB_KEY = os.environ.get("HEARD_WEB_KEY", "")
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("HEARD_PROXIES", "0" if DEMO else "1"))
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/15m/key"}
CSRF_FAILURE_VIEW = "heard.home.typed.page_open_too_long"
AXES_HANDLER = "heard.agencies.locking.ByName"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "heard.home.accounts.address_that_is_counted"
AXES_USERNAME_CALLABLE = "heard.home.accounts.name_that_is_counted"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_TEMPLATE = "home/locked.html"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "engine"]}}
# Limits and used codes have to count for every process: what one remembers by itself, the next does not know.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "heard_cache"},
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
LOCALE = Path(__file__).resolve().parents[1] / "locale"
LOCALE_PATHS = [LOCALE]
LANGUAGE_COOKIE_NAME, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = (
    "heard_language",
    True,
    "Lax",
)  # ends with the browser
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing is collected, so nothing can be stale
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
ATTACHMENT_MEGABYTES = int(os.environ.get("HEARD_FILE_MB", "25"))
SPOKEN_MEGABYTES = int(os.environ.get("HEARD_SPOKEN_MB", "5"))  # of one recording of a child who speaks
SPOKEN_SECONDS = int(os.environ.get("HEARD_SPOKEN_SECONDS", "180"))
EVIDENCE_DAYS = int(os.environ.get("HEARD_EVIDENCE_DAYS", str(_EVIDENCE_DAYS)))
ESCALATION = os.environ.get("HEARD_ESCALATION", "")
METRICS_TOKEN = os.environ.get("HEARD_METRICS_TOKEN", "")
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured(
        "HEARD_METRICS_TOKEN is easily guessed. Give it at least 32 random characters."
    )
SECURITY_CONTACT = os.environ.get("HEARD_SECURITY_CONTACT", "").strip()
if SECURITY_CONTACT and (
    not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")) or len(SECURITY_CONTACT.split()) != 1
):
    raise ImproperlyConfigured(
        "HEARD_SECURITY_CONTACT is one address, such as mailto:security@heard.example.org or https://…"
    )
CLAMD = os.environ.get("HEARD_CLAMD", "")
CLAMD_AWAY = os.environ.get("HEARD_CLAMD_AWAY", "refuse")
if CLAMD_AWAY not in ("refuse", "keep"):
    raise ImproperlyConfigured("HEARD_CLAMD_AWAY is refuse or keep.")
QUARANTINE = os.environ.get("HEARD_QUARANTINE", "0") == "1"
ATTACHMENTS_PER_RECORD = int(os.environ.get("HEARD_FILES", "50"))

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "object-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "media-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF, *(origin for _provider in SIGN_ON.values() for origin in _provider.origins)],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 60 * int(os.environ.get("HEARD_SESSION_MINUTES", "480"))  # seconds from signing in
SESSION_IDLE = 60 * int(os.environ.get("HEARD_IDLE_MINUTES", "30"))  # seconds without doing anything
SESSION_WARNING = min(
    5 * 60, SESSION_IDLE // 2, SESSION_COOKIE_AGE // 2
)  # seconds before its end in which the page says so
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# What is said after saving may name a child. In a cookie it would wait in the browser for whoever signs in there next.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
BROWSER_COOKIE_NAME = "heard_browser"  # that somebody signed in with it before
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
if (
    not DEMO
):  # a browser takes a cookie of such a name from this host alone, over HTTPS: no neighbour can set it
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrftoken"
    BROWSER_COOKIE_NAME = "__Host-browser"
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEMO
SECURE_PROXY_SSL_HEADER = None if DEMO else ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS: list[str] = []

try:
    _password = (
        Path(_file).read_text().strip() if (_file := os.environ.get("HEARD_MAIL_PASSWORD_FILE")) else ""
    )
    _server = _mail_server(os.environ.get("HEARD_MAIL_URL", ""), _password)
except OSError as _wrong:
    raise ImproperlyConfigured(
        "HEARD_MAIL_PASSWORD_FILE cannot be read. See that it is there, and open to this user."
    ) from _wrong
except ValueError as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from _wrong

# The mailbox to which mail from Heard comes back; `heard bounces` reads it.
try:
    _password = (
        Path(_file).read_text().strip() if (_file := os.environ.get("HEARD_BOUNCES_PASSWORD_FILE")) else ""
    )
    BOUNCES = _mailbox(os.environ.get("HEARD_BOUNCES_URL", ""), _password)
except OSError as _wrong:
    raise ImproperlyConfigured(
        "HEARD_BOUNCES_PASSWORD_FILE cannot be read. See that it is there, and open to this user."
    ) from _wrong
except ValueError as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from _wrong
MAILERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": f"django.core.mail.backends.{'smtp' if _server else 'console'}.EmailBackend",
        "OPTIONS": _server,
    }
}

# After how many minutes something urgent that nobody has seen goes to supervisor and co-ordinator, and to who is on duty.
_urgent = os.environ.get("HEARD_URGENT_MINUTES", "30,60").split(",")
if len(_urgent) != 2 or not all(minutes.strip().isdigit() for minutes in _urgent):
    raise ImproperlyConfigured("HEARD_URGENT_MINUTES is two numbers of minutes, such as 30,60.")
URGENT_MINUTES = tuple(int(minutes) for minutes in _urgent)

# Opening a record in an emergency, searching, and what of reading is put before somebody who reviews it.
GLASS_HOURS = int(os.environ.get("HEARD_GLASS_HOURS", "4"))
GLASS_TRIES = int(os.environ.get("HEARD_GLASS_TRIES", "5"))
SEARCHES = int(os.environ.get("HEARD_SEARCHES", "60"))
TAKEN_OUT = int(os.environ.get("HEARD_TAKEN_OUT", "20"))
_reading = os.environ.get("HEARD_READING", "30,7,20,10").split(",")
if len(_reading) != 4 or not all(number.strip().isdigit() for number in _reading):
    raise ImproperlyConfigured("HEARD_READING is four numbers, such as 30,7,20,10.")
READING_MANY, READING_FROM, READING_UNTIL, READING_COMMON = (int(number) for number in _reading)

# After which time records are listed as past it: the partnership's own rule. None keeps them.
try:
    RETENTION = _period_of(os.environ.get("HEARD_RETENTION", ""))
except ValueError as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from _wrong

# After how many days an account that nobody uses is listed, and after how many it is switched off.
try:
    UNUSED_DAYS = _unused_days(os.environ.get("HEARD_UNUSED_DAYS", "none" if DEMO else "45,90"))
except ValueError as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from _wrong

# Whom to ring about somebody who works with children where no designated officer is set in Heard.
OFFICER = os.environ.get("HEARD_OFFICER", "").strip()

# Within how many working days another team or agency accepts a referral or refuses it: the partnership's own rule.
_answer = os.environ.get("HEARD_REFERRAL_DAYS", "5")
if not _answer.isdigit() or not int(_answer):
    raise ImproperlyConfigured("HEARD_REFERRAL_DAYS is a number of working days, such as 5.")
REFERRAL_DAYS = int(_answer)


def _every_days(name: str) -> int | None:
    days = os.environ.get(name, "")
    if days and (not days.isdigit() or not int(days)):
        raise ImproperlyConfigured(f"{name} is a number of days, such as 10, or nothing.")
    return int(days) if days else None


# How often a child with an open case is to be seen, to be seen alone, and how often there is any contact, in days: the
# partnership's own rules. None asks for nothing.
SEEN_EVERY_DAYS = _every_days("HEARD_SEEN_EVERY_DAYS")
SEEN_ALONE_EVERY_DAYS = _every_days("HEARD_SEEN_ALONE_EVERY_DAYS")
CONTACT_EVERY_DAYS = _every_days("HEARD_CONTACT_EVERY_DAYS")

# How many working days whoever told a worry has for an answer to a question about it: the partnership's own rule.
_answer = os.environ.get("HEARD_ANSWER_DAYS", "1")
if not _answer.isdigit():
    raise ImproperlyConfigured("HEARD_ANSWER_DAYS is a number of working days, such as 1.")
ANSWER_DAYS = int(_answer)

# How many months before the eighteenth birthday the plan for what comes after is there: the partnership's own rule.
_afterwards = os.environ.get("HEARD_AFTERWARDS_MONTHS", "12")
if not _afterwards.isdigit():
    raise ImproperlyConfigured("HEARD_AFTERWARDS_MONTHS is a number of months, such as 12.")
AFTERWARDS_MONTHS = int(_afterwards)

ADDRESS = os.environ.get("HEARD_ADDRESS", "http://127.0.0.1:8000" if DEMO else "").rstrip("/")
if not ADDRESS and any(_provider.signer for _provider in SIGN_ON.values()):
    raise ImproperlyConfigured(
        "HEARD_ADDRESS is lacking: where an organisation signs people in by SAML, it says where they come back."
    )
DEFAULT_FROM_EMAIL = os.environ.get("HEARD_MAIL_FROM", f"heard@{urlsplit(ADDRESS).hostname or 'localhost'}")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "heard.config.logs.WithoutValues"},
        "json": {"()": "heard.config.logs.JsonLines"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": os.environ.get("HEARD_LOG", "text")}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

if not SECRET_KEY:
    raise ImproperlyConfigured(
        "HEARD_SECRET_KEY is not set. Set it to a long random text and keep it: sign-ins depend on it. "
        "To try the fictional partnership instead, run `make run`."
    )

_LENGTH, _DIFFERENT = (
    50,
    20,
)  # characters of a key: `secrets.token_urlsafe(50)` has 67, some 40 of them different
for _key in [] if DEMO else [SECRET_KEY, *SECRET_KEY_FALLBACKS]:
    if len(_key) < _LENGTH or len(set(_key)) < _DIFFERENT:
        raise ImproperlyConfigured(
            "HEARD_SECRET_KEY is easily guessed. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )

if DEMO and find_spec("heard.demo") is None:
    raise ImproperlyConfigured(
        "HEARD_DEMO is 1, and this Heard has no fictional partnership: it was installed to be used. Take HEARD_DEMO out of the "
        "settings. To try the fictional partnership, run `make run` in a checkout."
    )

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
if DEMO and not all(host in _LOOPBACK or host.endswith(".localhost") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "HEARD_DEMO is for this machine alone: everybody knows its key and its passwords. Take the public name out of "
        "HEARD_HOSTS, or set HEARD_DEMO=0 and install Heard as the guide says."
    )

if FACTOR not in ("all", "sensitive", "off") or (FACTOR == "off" and not DEMO):
    raise ImproperlyConfigured(
        "HEARD_FACTOR is all or sensitive. Only the fictional partnership can do without."
    )

try:  # steps that cannot be read are told at the start, and not to whoever opens a disagreement
    _policy(ESCALATION)
except ValueError as _wrong:
    raise ImproperlyConfigured(str(_wrong)) from _wrong
