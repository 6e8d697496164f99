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
  forget();
  const pass = document.body.dataset.pass;
  if (pass) {
    const body = new URLSearchParams({ step: "leave", pass });
    fetch(location.pathname, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
  }
  location.replace(WEATHER);
}

function blank(on) {
  speech?.cancel();
  hush();
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
  say();
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

// Speaking: what is recorded stays in this page’s memory until it is sent, thrown away or left. Without MediaRecorder it is not offered.
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4;codecs=mp4a.40.2", "audio/mp4"];
const kind = navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder ? KINDS.find((one) => MediaRecorder.isTypeSupported(one)) : undefined;
let sound = null, spoken_for = 0, recording = null, playing = null;

// The microphone is off, and stays off where the browser is still asking about it; nothing plays. What was recorded until now stays.
function hush() {
  if (recording?.recorder.state === "recording") recording.recorder.stop();
  else if (recording && !recording.over) recording.unwanted = true;
  stop_playing();
}

function forget() {
  if (recording) recording.unwanted = true;
  hush();
  for (const one of recording?.stream.getTracks() ?? []) one.stop();
  sound = null;
  spoken_for = 0;
}

function stop_playing() {
  if (!playing) return;
  const { audio, button, text, address } = playing;
  playing = null;
  audio.pause();
  audio.removeAttribute("src");
  URL.revokeObjectURL(address);
  button.textContent = text;
}

async function play(button, content) {
  stop_playing();
  const address = URL.createObjectURL(content), audio = new Audio(address);
  playing = { audio, button, text: button.textContent, address };
  button.textContent = button.dataset.stop;
  for (const name of ["ended", "error"]) audio.addEventListener(name, () => { if (playing?.audio === audio) stop_playing(); });
  await audio.play().catch(() => { if (playing?.audio === audio) stop_playing(); });
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// The part of the page in which a child speaks, as it is now: nothing recorded, recording, or done.
function show_say(part, state, said = state) {
  const within = part.contains(document.activeElement) && document.activeElement.dataset.when;
  for (const one of part.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== state;
  part.querySelector("[data-said]").textContent = part.querySelector("[data-said]").dataset[said] ?? "";
  part.querySelector("[data-clock]").textContent = minutes(state === "empty" ? 0 : spoken_for);
  part.querySelector("[data-spoken]").value = state === "done" ? "1" : "";
  if (within) part.querySelector(`[data-when=${state}]`).focus();
}

async function record(part) {
  if (recording) {
    if (!recording.over) recording.unwanted = false; // asked again while the browser still asks
    return;
  }
  stop_playing();
  const mine = { stream: new MediaStream(), recorder: { state: "inactive" }, unwanted: false };
  const off = () => { for (const one of mine.stream.getTracks()) one.stop(); };
  recording = mine;
  try { // what was recorded before is kept until this one has begun
    mine.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
    if (mine.unwanted || !part.isConnected) { off(); recording = null; return; }
    mine.recorder = new MediaRecorder(mine.stream, { mimeType: kind, audioBitsPerSecond: 24000 });
    mine.recorder.start(1000);
  } catch {
    off();
    recording = null;
    if (part.isConnected) show_say(part, sound ? "done" : "empty", "no");
    return;
  }
  sound = null;
  spoken_for = 0;
  const parts = [], begun = performance.now();
  let size = 0, full = false;
  const end = () => { full = true; if (mine.recorder.state === "recording") mine.recorder.stop(); };
  const tick = setInterval(() => {
    spoken_for = Math.min((performance.now() - begun) / 1000, +part.dataset.seconds);
    part.querySelector("[data-clock]").textContent = minutes(spoken_for);
    stir();
    if (Date.now() - renewed > 60000) renew();
    if (spoken_for >= +part.dataset.seconds) end();
  }, 250);
  mine.recorder.addEventListener("dataavailable", (event) => {
    parts.push(event.data);
    size += event.data.size;
    if (size > +part.dataset.bytes * 0.9) end();
  });
  mine.recorder.addEventListener("stop", () => {
    clearInterval(tick);
    off();
    recording = null;
    if (mine.unwanted) return;
    sound = new Blob(parts, { type: kind.split(";")[0] });
    if (part.isConnected) show_say(part, "done", full ? "full" : "done");
  });
  mine.over = new Promise((resolve) => { mine.recorder.addEventListener("stop", resolve); }); // after what is above
  show_say(part, "recording");
}

function say() {
  const part = of("say");
  if (!part) {
    if (!document.querySelector("input[name=spoken]")) forget(); // the word is asked again: what was recorded waits
    listen();
    return;
  }
  if (!kind) return;
  part.hidden = false;
  const open = part.querySelector("[data-open]"), panel = part.querySelector("[data-panel]");
  const unfold = () => { panel.hidden = false; open.setAttribute("aria-expanded", "true"); };
  part.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed === open) unfold();
    const does = pressed?.dataset.do;
    if (does === "start") record(part);
    if (does === "stop") hush();
    if (does === "drop") { forget(); show_say(part, "empty", "dropped"); }
    if (does === "play") { if (playing) stop_playing(); else play(pressed, sound); }
  });
  const is_refused = "refused" in part.dataset; // what is typed now goes without it
  if (is_refused) forget();
  if (sound || is_refused) unfold();
  show_say(part, sound ? "done" : "empty", is_refused ? "refused" : undefined);
}

// What a child said before, for whoever gave their secret.
function listen() {
  for (const button of document.querySelectorAll("[data-hear]")) {
    button.hidden = false;
    document.querySelector(`[data-unheard="${button.dataset.hear}"]`)?.remove();
    button.addEventListener("click", async () => {
      if (playing?.button === button) { stop_playing(); return; }
      const body = new URLSearchParams({ step: "hear", which: button.dataset.hear, pass: document.body.dataset.pass });
      const answer = await fetch(location.pathname, { method: "POST", body, credentials: "omit", cache: "no-store" }).catch(() => null);
      if (!button.isConnected) return;
      if (answer?.ok && answer.headers.get("Content-Type")?.startsWith("audio/")) await play(button, await answer.blob());
      else of("failed").hidden = false;
    });
  }
}
addEventListener("pagehide", forget);

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
    const over = recording?.over; // who presses “Send” while they speak sends what they have said
    hush();
    await over;
    const sent = new FormData(form), speaks = sound && form.querySelector("[data-say]"), headers = {};
    if (speaks) {
      sent.set("sound", sound, "sound");
      headers["X-Pass"] = document.body.dataset.pass; // asked before what was recorded is read
    }
    const body = speaks ? sent : new URLSearchParams(sent);
    const answer = await fetch(location.pathname, { method: "POST", body, headers, credentials: "omit", cache: "no-store" });
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
  stop_playing();
  document.documentElement.lang = page.documentElement.lang;
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
