// What scripts add. Every page works without them.
import { initAll } from "./govuk-frontend.min.js";

// GOV.UK's radios that reveal a question say aria-expanded, which a radio may not have by WAI-ARIA.
new MutationObserver((changes) => {
  for (const { target } of changes) if (target.matches("input[type=radio]")) target.removeAttribute("aria-expanded");
}).observe(document.body, { subtree: true, attributeFilter: ["aria-expanded"] });

initAll();
document.body.addEventListener("htmx:afterSettle", (event) => initAll({ scope: event.target }));

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

// ---- Drafts: what is typed goes to the server a moment after the last key, and the page says so.

const PAUSE = 1500; // milliseconds after the last key

for (const form of document.querySelectorAll("form[data-heard-save-to]")) keepDraft(form);

function keepDraft(form) {
  const sign = form.querySelector("[data-heard-saved]");
  const say = (word) => {
    if (sign) {
      sign.textContent = sign.dataset[word];
      sign.classList.toggle("heard-saved--failed", word === "failed" || word === "signedOut");
    }
  };
  let timer = null;
  let sent = false;

  const save = async () => {
    timer = null;
    say("saving");
    try {
      const answer = await fetch(form.dataset.heardSaveTo, {
        method: "POST",
        body: new FormData(form),
        redirect: "manual", // a redirect means the sign-in page: nothing was saved
        keepalive: true,
      });
      say(answer.ok ? "saved" : answer.type === "opaqueredirect" || answer.status === 403 ? "signedOut" : "failed");
    } catch {
      say("failed");
      timer ??= setTimeout(save, PAUSE * 10);
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
  });
  addEventListener("pagehide", () => {
    if (timer !== null && !sent) {
      clearTimeout(timer);
      save();
    }
  });
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
