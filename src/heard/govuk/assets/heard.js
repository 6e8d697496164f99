// What scripts add. Every page works without them.
import { initAll } from "./govuk-frontend.min.js";

// GOV.UK's radios that reveal a question say aria-expanded, which a radio may not have by WAI-ARIA.
new MutationObserver((changes) => {
  for (const { target } of changes) if (target.matches("input[type=radio]")) target.removeAttribute("aria-expanded");
}).observe(document.body, { subtree: true, attributeFilter: ["aria-expanded"] });

initAll();
document.body.addEventListener("htmx:afterSettle", (event) => initAll({ scope: event.target }));

// ---- A link to an anchor of the one long page that a child's record was leads to its tab; without scripts, to the tab's name.

const old = location.hash && document.querySelector(`[data-heard-old~="${CSS.escape(location.hash.slice(1))}"]`);
if (old) location.replace(old.href);

// A link to what is folded away opens it. Browsers open what holds the place themselves, but not what a heading stands on.
function unfold() {
  const place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const fold = place && place.closest(".heard-fold:not([open])");
  if (!fold) return;
  fold.open = true;
  place.scrollIntoView();
}
unfold();
window.addEventListener("hashchange", unfold);

// An organisation's answer, which came from its site, is handed on from ours.
document.querySelector("form[data-heard-go-on]")?.requestSubmit();

// A menu closes when somebody goes on elsewhere, or with Escape, which leaves them on its button.
for (const menu of document.querySelectorAll(".heard-menu")) {
  document.addEventListener("click", (event) => menu.contains(event.target) || menu.removeAttribute("open"));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  });
}

// ---- Blank the screen: for staff who are looked over the shoulder. Any key or click brings the page back.

for (const button of document.querySelectorAll("[data-heard-blank]")) {
  button.hidden = false;
  button.addEventListener("click", () => blank(button.dataset));
}

function blank({ heading, text }) {
  const title = document.title;
  const cover = document.createElement("dialog");
  cover.className = "heard-blank";
  const head = document.createElement("h2");
  head.id = "heard-blank-heading";
  head.textContent = heading;
  const body = document.createElement("p");
  body.textContent = text;
  cover.setAttribute("aria-labelledby", head.id);
  cover.tabIndex = -1;
  cover.append(head, body);
  document.body.append(cover);
  document.title = heading; // the title is read over a shoulder too
  const uncover = (event) => {
    event.preventDefault();
    cover.close();
  };
  cover.addEventListener("keydown", uncover);
  cover.addEventListener("click", uncover);
  cover.addEventListener("close", () => {
    cover.remove();
    document.title = title;
  });
  cover.showModal();
}

// ---- Keys, for whoever has not switched them off. What they do can be done without them.

const keys = document.querySelector("dialog[data-heard-keys]");
for (const item of document.querySelectorAll("[data-heard-show-keys]")) {
  item.hidden = false;
  item.addEventListener("click", () => keys.showModal());
}

const byKey = {
  "/": () => (document.querySelector("main input[type=search]") ?? document.querySelector("#search-everything"))?.focus(),
  "?": () => keys.showModal(),
  j: () => goAlong(1),
  k: () => goAlong(-1),
};

// To the link of the next line of a list, or the one before.
function goAlong(way) {
  const all = document.querySelectorAll("main tbody tr, main .moj-timeline__item, main .heard-waiting__thing, main .heard-agenda__line, main [data-heard-line]");
  const lines = [...all].filter((line) => line.querySelector("a[href]"));
  const now = lines.findIndex((line) => line.contains(document.activeElement));
  lines[now < 0 ? 0 : Math.max(0, Math.min(lines.length - 1, now + way))]?.querySelector("a[href]").focus();
}

if (keys) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(byKey, event.key)) return;
    event.preventDefault();
    byKey[event.key]();
  });
}

// ---- Drafts: what is typed goes to the server a moment after the last key, and every few seconds while somebody types
// without a pause; the page says so. Without a connection it stays in the page, and nowhere else on the device: it is kept as
// soon as the connection is back, and sent where its button was pressed. Whoever would leave before is warned.

const PAUSE = 1500; // milliseconds after the last key
const LONGEST = 5000; // milliseconds after the first key that is not kept yet
const AGAIN = 15000; // milliseconds after a try that did not arrive
const TOO_LONG = 20000; // milliseconds after which one that has no answer did not arrive
const AT_ONCE = 60000; // bytes that a browser still sends for a page that is being left
const NOT_KEPT = ["failed", "notSent", "signedOut"];

for (const form of document.querySelectorAll("form[data-heard-save-to]")) keepDraft(form);

function keepDraft(form) {
  const sign = form.querySelector("[data-heard-saved]");
  const say = (word, text) => {
    said = word;
    if (!sign) return;
    sign.textContent = text || sign.dataset[word];
    sign.classList.toggle("heard-saved--failed", [...NOT_KEPT, "signedOutKept"].includes(word));
  };
  const title = form.elements.namedItem("kept-title");
  if (title) title.value = titleOfPage();
  let said = "";
  let timer = null;
  let waitingSince = null;
  let turn = 0;
  let changes = 0; // since the page was drawn
  let kept = 0; // of them, how many the server has
  let lost = false; // the last try did not arrive
  let sent = false;
  let pressed = null; // what was pressed without a connection, and nothing typed since: it is sent when that is back
  let onItsWay = null;
  let left = false;
  form.isKept = () => kept === changes;

  const plan = (pause) => {
    clearTimeout(timer);
    waitingSince ??= Date.now();
    timer = setTimeout(save, Math.max(0, Math.min(pause, waitingSince + LONGEST - Date.now())));
  };

  const tryAgain = () => {
    if (timer === null) timer = setTimeout(save, AGAIN);
  };

  const save = async () => {
    clearTimeout(timer);
    timer = null;
    if (onItsWay && !left) return plan(PAUSE); // one after the other, so that none overtakes another
    waitingSince = null;
    if (!lost) say("saving");
    const sending = new AbortController();
    onItsWay = sending;
    let late = false;
    const waited = setTimeout(() => {
      late = true;
      sending.abort();
    }, TOO_LONG);
    const body = typedIn(form, (turn += 1));
    const held = changes;
    try {
      const answer = await fetch(form.dataset.heardSaveTo, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        redirect: "manual", // a redirect means the sign-in page: nothing was saved
        keepalive: new TextEncoder().encode(body).length < AT_ONCE,
        signal: left ? undefined : sending.signal,
      });
      const back = lost;
      lost = answer.status >= 500; // somebody on the way answered, and kept nothing
      if (answer.ok || answer.headers.get("Heard-Kept")) kept = held;
      if (answer.ok) say(pressed ? "sending" : back ? "savedAgain" : "saved");
      else if (answer.headers.get("Heard-Kept")) say("signedOutKept");
      else if (answer.type === "opaqueredirect" || answer.status === 403) say("signedOut");
      else say("failed", answer.status === 422 ? await answer.text() : "");
      if (answer.status >= 500) tryAgain();
      if (pressed && !lost) send();
    } catch {
      if (late || !sending.signal.aborted) {
        lost = true;
        say(pressed ? "notSent" : "failed");
        tryAgain();
      }
    } finally {
      clearTimeout(waited);
      if (onItsWay === sending) onItsWay = null;
    }
  };

  const flush = () => {
    if (timer === null) return;
    left = true;
    save();
    left = false;
  };

  // A form that cannot arrive would leave its page for one of the browser's own. It is kept first; then it is sent.
  let arrives = false;
  const sendIfItArrives = (button) => {
    onItsWay?.abort();
    onItsWay = null;
    lost = true;
    pressed = { button };
    say("notSent");
    save();
  };
  const send = () => {
    const { button } = pressed;
    pressed = null;
    arrives = true; // also where the browser still says that it is not connected
    form.requestSubmit(button);
    arrives = false;
  };

  form.addEventListener("input", () => {
    changes += 1;
    if (pressed) say("failed");
    pressed = null;
    plan(PAUSE);
  });
  form.addEventListener("submit", (event) => {
    if (!arrives && (lost || !navigator.onLine)) {
      event.preventDefault();
      return sendIfItArrives(event.submitter);
    }
    clearTimeout(timer);
    timer = null;
    sent = true;
    onItsWay?.abort();
    freshToken(form);
  });
  addEventListener("online", () => lost && save());
  addEventListener("beforeunload", (event) => {
    const escapes = document.body.classList.contains("govuk-exit-this-page-hide-content"); // somebody looks on
    if (kept < changes && !sent && !escapes && NOT_KEPT.includes(said)) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    pressed = null;
    flush();
  });
  addEventListener("pageshow", () => (sent = false));
  addEventListener("heard:save", flush);
}

// What the form holds, without files: they are chosen again. Never a password.
function typedIn(form, turn) {
  freshToken(form);
  const typed = new URLSearchParams();
  const secret = new Set([...form.querySelectorAll("input[type=password]")].map((input) => input.name));
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !secret.has(name)) typed.append(name, value);
  }
  typed.append("kept-turn", turn);
  return typed.toString();
}

// After signing in again in another tab the form is still good: its token follows the browser's.
function freshToken(form) {
  const now = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
  const token = form.elements.namedItem("csrfmiddlewaretoken");
  if (now && token) token.value = now[1];
}

// How My work names the form: the page, and whom it is about.
function titleOfPage() {
  const words = (found) => found?.textContent.trim().replace(/\s+/g, " ");
  const who = words(document.querySelector(".heard-identity__name, main .govuk-caption-l"));
  const what = words(document.querySelector("main h1")) || document.title;
  return who && !what.includes(who) ? `${what}: ${who}` : what;
}

// ---- The session: says in time that it ends, and offers to stay. What is typed is kept before it says so.

for (const dialog of document.querySelectorAll("dialog[data-heard-session]")) watchSession(dialog);

function watchSession(dialog) {
  const told = dialog.dataset;
  const [stay] = dialog.querySelectorAll("form");
  const left = dialog.querySelector("#heard-session-left");
  let ends = Date.now() + 1000 * told.seconds;
  let timer = null;

  // Another tab may have made it longer, or signed out. Asking makes nothing longer.
  const ask = async (sent) => {
    try {
      const answer = await fetch(told.ask, { redirect: "manual", ...sent });
      ends = answer.ok ? Date.now() + 1000 * (await answer.json()).seconds : 0;
    } catch {
      // Without a connection the clock of this page goes on.
    }
  };

  const look = async () => {
    clearTimeout(timer);
    if (ends - Date.now() <= 1000 * told.warning) {
      dispatchEvent(new Event("heard:save"));
      await ask();
    }
    show(ends - Date.now());
  };

  const show = (remaining) => {
    const warn = remaining <= 1000 * told.warning;
    if (warn && !dialog.open) dialog.showModal();
    if (!warn && dialog.open) dialog.close();
    if (remaining <= 0) return end();
    if (warn) {
      const minutes = Math.ceil(remaining / 60000);
      const words = minutes === 1 ? told.one : told.many.replace("{n}", minutes);
      if (left.textContent !== words) left.textContent = words; // said again only where it says something new
    }
    timer = setTimeout(look, warn ? Math.min(15000, remaining) : remaining - 1000 * told.warning);
  };

  // The page beneath goes, with whatever it shows of a child, as soon as what was typed in it is kept on the server. Until then it is
  // covered.
  const clear = () => {
    const forms = [...document.querySelectorAll("form[data-heard-save-to]")];
    if (forms.some((form) => form.isKept && !form.isKept())) return setTimeout(clear, AGAIN);
    dialog.close();
    document.body.replaceChildren(dialog);
    dialog.showModal();
    document.title = told.ended;
  };

  const end = () => {
    clear();
    dialog.classList.add("heard-session--ended");
    dialog.querySelector("h2").textContent = told.ended;
    left.textContent = "";
    dialog.querySelector(".heard-session__ask").hidden = true;
    dialog.querySelector(".heard-session__again").hidden = false;
    dialog.querySelector(".heard-session__again a").focus();
  };

  const renew = async () => {
    freshToken(stay);
    await ask({ method: "POST", body: new FormData(stay) });
    look();
  };

  stay.addEventListener("submit", (event) => {
    event.preventDefault();
    renew();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault(); // Escape means: I am here
    if (ends > Date.now()) renew();
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  addEventListener("pageshow", (event) => event.persisted && look());
  look();
}

// ---- Links that lead back to the page one came from, where the browser still has what was typed.

for (const link of document.querySelectorAll("[data-heard-back]")) {
  link.addEventListener("click", (event) => {
    if (history.length > 1) {
      event.preventDefault();
      history.back();
    }
  });
}
