// The pages on which a child writes. Nothing is stored: no cookie, no storage, one line of history.
const WEATHER = "https://www.bbc.co.uk/weather";
const speech = globalThis.speechSynthesis;
const of = (name) => document.querySelector(`[data-${name}]`);

// A link brings its code behind a #, which is never sent. It goes into the form, and out of the address.
function take_code() {
  const brought = location.hash.slice(1);
  if (!brought) return;
  history.replaceState(null, "", location.pathname);
  const code = document.getElementById("code");
  if (!code) return;
  code.value = brought;
  code.closest("[data-code-group]").hidden = true;
  document.getElementById("word").focus();
}

function leave() {
  document.body.hidden = true;
  document.title = "";
  speech?.cancel();
  const pass = document.body.dataset.pass;
  if (pass) {
    const body = new URLSearchParams({ step: "leave", pass });
    fetch(location.pathname, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
  }
  location.replace(WEATHER);
}

function blank(on) {
  speech?.cancel();
  const cover = of("cover");
  for (const one of document.body.children) one.hidden = one === cover ? !on : on;
  (on ? cover : of("blank")).focus();
}

// Read aloud by a voice that is on the device: what a voice elsewhere would read leaves it.
function voice() {
  const language = document.documentElement.lang.slice(0, 2);
  return speech?.getVoices().find((one) => one.localService && one.lang.startsWith(language));
}

function read_aloud(button) {
  if (speech.speaking) {
    speech.cancel();
    return;
  }
  const said = new SpeechSynthesisUtterance(document.getElementById("main-content").innerText);
  const start = button.textContent;
  said.voice = voice();
  for (const name of ["end", "error"]) said.addEventListener(name, () => { button.textContent = start; });
  button.textContent = button.dataset.stop;
  speech.speak(said);
}

function offer() {
  of("blank").hidden = false;
  of("aloud").hidden = !voice();
}

function begin() {
  offer();
  board();
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-leave], [data-blank], [data-cover], [data-aloud]");
  if (!pressed) return;
  event.preventDefault();
  if ("leave" in pressed.dataset) leave();
  else if ("aloud" in pressed.dataset) read_aloud(pressed);
  else blank("blank" in pressed.dataset);
});

// Shift three times within a few seconds, as on other sites that have such a button.
let presses = 0, timer;
addEventListener("keyup", (event) => {
  presses = event.key === "Shift" ? presses + 1 : 0;
  clearTimeout(timer);
  timer = setTimeout(() => { presses = 0; }, 3000);
  if (presses === 3) leave();
});

// What is typed beside “No” is somebody else: nobody’s name is left aside because of a button that was not pressed.
// While somebody types, the page asks for a new pass, so that what they write is not cut off.
let renewed = Date.now();
document.addEventListener("input", (event) => {
  const nobody = document.getElementById("hide-nobody");
  if ("other" in event.target.dataset && event.target.value.trim() && nobody?.checked) {
    document.getElementById("hide-other").checked = true;
  }
  if (event.target.id === "text" && Date.now() - renewed > 60000) renew();
});

async function renew() {
  renewed = Date.now();
  const before = document.body.dataset.pass;
  const body = new URLSearchParams({ step: "renew", pass: before });
  const answer = await fetch(location.pathname, { method: "POST", body, credentials: "omit", cache: "no-store" }).catch(() => null);
  if (answer?.status !== 200 || document.body.dataset.pass !== before) return;
  const pass = await answer.text();
  document.body.dataset.pass = pass;
  for (const one of document.querySelectorAll("input[name=pass]")) one.value = pass;
}

// Drawing: points in a box of fixed size, which stay in the page and are sent as numbers. Without a script it is not offered.
function board() {
  const part = of("draw");
  if (!part) return;
  const sent = part.querySelector("[data-drawn]"), canvas = part.querySelector("canvas"), pen = canvas.getContext("2d");
  const inks = [...part.querySelectorAll("[data-colour]")], pens = [...part.querySelectorAll("[data-pen]")];
  const chosen = (some) => some.findIndex((one) => one.getAttribute("aria-pressed") === "true");
  let strokes = [], open = null;
  try { strokes = JSON.parse(sent.value || "[]"); } catch { sent.value = ""; }

  const points = () => strokes.reduce((sum, one) => sum + one[2].length / 2, 0);
  const is_full = () => (open ? strokes.length > +canvas.dataset.strokes : strokes.length >= +canvas.dataset.strokes) || points() >= +canvas.dataset.points;
  function at(event) {
    const box = canvas.getBoundingClientRect();
    const within = (share, most) => Math.max(0, Math.min(most, Math.round(share * most)));
    return [within((event.clientX - box.left) / box.width, canvas.width), within((event.clientY - box.top) / box.height, canvas.height)];
  }
  function draw() {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineCap = pen.lineJoin = "round";
    for (const [colour, width, line] of strokes) {
      pen.strokeStyle = inks[colour].dataset.ink;
      pen.lineWidth = +pens[width].dataset.width;
      pen.beginPath();
      pen.moveTo(line[0], line[1]);
      for (let place = 0; place < line.length; place += 2) pen.lineTo(line[place], line[place + 1]);
      pen.stroke();
    }
    part.querySelector("[data-full]").hidden = !is_full();
  }
  function keep() {
    sent.value = strokes.length ? JSON.stringify(strokes) : "";
    draw();
    if (Date.now() - renewed > 60000) renew();
  }
  function show_board() {
    part.querySelector("[data-board]").hidden = false;
    part.querySelector("[data-open]").setAttribute("aria-expanded", "true");
    draw();
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button || is_full()) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    open = [chosen(inks), chosen(pens), at(event)];
    strokes.push(open);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!open || !event.isPrimary || is_full()) return;
    const line = open[2], [x, y] = at(event);
    if (Math.hypot(x - line.at(-2), y - line.at(-1)) < 4) return;
    line.push(x, y);
    stir();
    draw();
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { if (open) { open = null; keep(); } });
  part.addEventListener("click", (event) => {
    const pressed = event.target.closest("button"), does = pressed?.dataset ?? {};
    for (const some of [inks, pens]) if (some.includes(pressed)) for (const one of some) one.setAttribute("aria-pressed", one === pressed);
    if ("undo" in does) strokes.pop();
    if ("clear" in does) strokes = [];
    if ("open" in does) show_board();
    if ("undo" in does || "clear" in does) keep();
  });
  part.hidden = false;
  if (strokes.length) show_board();
}

// After three minutes without a key or a touch nothing is on the screen.
let idle;
function stir() {
  clearTimeout(idle);
  idle = setTimeout(() => { blank(true); }, 180000);
}
for (const name of ["keydown", "pointerdown", "input"]) addEventListener(name, stir);
stir();

// Each page takes the place of the one before, so that there is one line of history and no page to go back to.
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(location.pathname, { method: "POST", body, credentials: "omit", cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    const failed = of("failed");
    failed.hidden = false;
    failed.focus();
  }
  delete form.dataset.sending;
});

function show(page) {
  speech?.cancel();
  document.body.className = page.body.className;
  document.body.dataset.pass = page.body.dataset.pass;
  renewed = Date.now();
  document.body.replaceChildren(...page.body.children);
  begin();
  scrollTo(0, 0);
  const head = document.querySelector("[role=alert]:not([hidden]), h1");
  head.tabIndex = -1;
  head.focus({ preventScroll: true });
}

// A page that the browser kept is not shown again.
addEventListener("pageshow", (event) => { if (event.persisted) location.replace(location.pathname); });
take_code();
begin();
speech?.addEventListener?.("voiceschanged", offer);
