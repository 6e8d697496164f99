// The whole network on a canvas: up to 50,000 shapes and the ties between them, by their positions. Nobody is named until somebody asks who
// stands in a place, and nothing moves by itself. The table and the questions on the page say what can be read.

const [INK, QUIET, CHOSEN] = ["#0b0c0c", "#7a8489", "#ffdd00"];
const SHAPES = ["circle", "square", "ring", "diamond", "triangle"]; // as the server numbers what they are
const ASK_AFTER = 250; // ms: who is passed by on the way to another one is not asked about
const [NEAR, SEEN] = [22, 3]; // px: within which a click means a shape; and of which smaller shapes are drawn as dots

for (const box of document.querySelectorAll("[data-heard-whole]")) begin(box);

async function begin(box) {
  for (const one of document.querySelectorAll("[data-heard-with-whole]")) one.hidden = false;
  const [canvas, tells] = [box.querySelector("canvas"), box.querySelector("[role=status]")];
  const net = await read(box.dataset.positions);
  tells.textContent = net ? box.dataset.start : box.dataset.failed;
  if (!net) return canvas.remove();
  const [view, asks] = [new View(canvas, net, JSON.parse(box.dataset.labels)), new Asks(net, box.dataset, tells)];
  const choose = (one) => (view.choose(one), asks.about(one));
  for (const button of box.querySelectorAll("[data-do]")) button.addEventListener("click", () => view.does(button.dataset.do));
  keys(canvas, view, asks, choose);
  pointer(canvas, view, choose);
  box.dataset.ready = "true";
}

// What was sent: how many, where each stands, the two ends of each tie, what each is, and its key.
async function read(address) {
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  const bytes = answer?.ok && (await answer.arrayBuffer().catch(() => null));
  if (!bytes) return null;
  const [number, ties] = new Uint32Array(bytes, 0, 2);
  const at = new Int32Array(bytes, 8, 2 * number);
  const ends = new Uint32Array(bytes, 8 + 8 * number, 2 * ties);
  const parts = new Uint8Array(bytes, 8 + 8 * number + 8 * ties, number);
  return { number, ties, at, ends, parts, keys: new Uint8Array(bytes, 8 + 9 * number + 8 * ties, 16 * number) };
}

function keyOf(net, one) {
  const hex = [...net.keys.subarray(16 * one, 16 * one + 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

class View {
  constructor(canvas, net, labels) {
    Object.assign(this, { canvas, net, labels, chosen: -1, scale: 1, x: 0, y: 0, waits: false });
    this.resize();
    this.all();
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  resize() {
    const { clientWidth: wide, clientHeight: high } = this.canvas;
    const dots = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: wide * dots, height: high * dots });
    Object.assign(this, { wide, high, dots }).soon();
  }

  all() {
    const { at, number } = this.net;
    let [left, top, right, bottom] = number ? [at[0], at[1], at[0], at[1]] : [0, 0, 1, 1];
    for (let nth = 0; nth < 2 * number; nth += 2) {
      [left, right] = [Math.min(left, at[nth]), Math.max(right, at[nth])];
      [top, bottom] = [Math.min(top, at[nth + 1]), Math.max(bottom, at[nth + 1])];
    }
    this.scale = Math.min(this.wide / (right - left + 80), this.high / (bottom - top + 80), 3);
    [this.x, this.y] = [(left + right) / 2, (top + bottom) / 2];
    this.soon();
  }

  // What a button does, or a key beside it.
  does(what) {
    const [x, y] = { left: [-120, 0], right: [120, 0], up: [0, -120], down: [0, 120] }[what] ?? [0, 0];
    if (what === "all") this.all();
    if (what === "closer") this.scale = Math.min(this.scale * 1.5, 8);
    if (what === "farther") this.scale = Math.max(this.scale / 1.5, 0.002);
    this.pan(x, y);
  }

  pan(x, y) {
    this.x += x / this.scale;
    this.y += y / this.scale;
    this.soon();
  }

  on(x, y) {
    return [(x - this.x) * this.scale + this.wide / 2, (y - this.y) * this.scale + this.high / 2];
  }

  place(one) {
    return this.on(this.net.at[2 * one], this.net.at[2 * one + 1]);
  }

  choose(one) {
    this.chosen = one;
    const [x, y] = one < 0 ? [this.wide / 2, this.high / 2] : this.place(one);
    const away = x < 30 || y < 30 || x > this.wide - 30 || y > this.high - 30;
    this.pan(away ? x - this.wide / 2 : 0, away ? y - this.high / 2 : 0);
  }

  // The nearest to a point, within so many px; of those alone that `may` says.
  nearest(x, y, within, may = () => true) {
    let [found, best] = [-1, within * within];
    for (let one = 0; one < this.net.number; one++) {
      const [atX, atY] = this.place(one);
      const far = (atX - x) ** 2 + (atY - y) ** 2;
      if (far < best && may(atX - x, atY - y, one)) [found, best] = [one, far];
    }
    return found;
  }

  // The nearest one that way, else the one on which somebody is; at first the one nearest to the middle.
  next([right, down]) {
    if (this.chosen < 0) return this.nearest(this.wide / 2, this.high / 2, Infinity);
    const thatWay = (x, y, one) => one !== this.chosen && x * right + y * down > Math.abs(x * down + y * right);
    const found = this.nearest(...this.place(this.chosen), Infinity, thatWay);
    return found < 0 ? this.chosen : found;
  }

  soon() {
    if (this.waits) return;
    this.waits = true;
    requestAnimationFrame(() => this.draw(this.canvas.getContext("2d"), Math.max(Math.min(7 * this.scale, 11), 1.5)));
  }

  draw(pen, size) {
    this.waits = false;
    pen.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    Object.assign(pen, { fillStyle: "#fff", strokeStyle: QUIET, lineWidth: Math.min(Math.max(this.scale, 0.25), 1.5) });
    pen.fillRect(0, 0, this.wide, this.high);
    this.drawTies(pen);
    Object.assign(pen, { fillStyle: size < SEEN ? INK : "#fff", strokeStyle: INK, lineWidth: 1.5 });
    for (const part of SHAPES.keys()) this.drawPart(pen, part, size);
    for (const [strokeStyle, lineWidth] of this.chosen < 0 ? [] : [[INK, 9], [CHOSEN, 5]]) {
      Object.assign(pen, { strokeStyle, lineWidth }).beginPath();
      pen.arc(...this.place(this.chosen), size + 6, 0, 2 * Math.PI);
      pen.stroke();
    }
    this.drawLabels(pen);
  }

  drawTies(pen) {
    pen.beginPath();
    for (let tie = 0; tie < this.net.ties; tie++) {
      const [[x, y], [toX, toY]] = [this.place(this.net.ends[2 * tie]), this.place(this.net.ends[2 * tie + 1])];
      if (Math.max(x, toX) < 0 || Math.max(y, toY) < 0 || Math.min(x, toX) > this.wide || Math.min(y, toY) > this.high) continue;
      if (tie % 500 === 0) (pen.stroke(), pen.beginPath()); // one path of all of them takes many times as long
      pen.moveTo(x, y);
      pen.lineTo(toX, toY);
    }
    pen.stroke();
  }

  drawPart(pen, part, size) {
    pen.beginPath();
    for (let one = 0; one < this.net.number; one++) {
      if (this.net.parts[one] !== part) continue;
      const [x, y] = this.place(one);
      if (x < -size || y < -size || x > this.wide + size || y > this.high + size) continue;
      if (size < SEEN) pen.fillRect(x - size, y - size, 2 * size, 2 * size);
      else outline(pen, SHAPES[part], x, y, size);
    }
    pen.fill();
    pen.stroke();
  }

  // Names of groups, where there is room for them.
  drawLabels(pen) {
    Object.assign(pen, { font: "bold 14px system-ui, arial, sans-serif", textAlign: "center", lineWidth: 4, strokeStyle: "#fff", fillStyle: INK });
    const taken = [];
    for (const { name, x, y } of this.labels) {
      const [atX, atY] = this.on(x, y).map((at, nth) => at - 18 * nth); // above the uppermost
      const half = pen.measureText(name).width / 2 + 4;
      const [left, top, right, bottom] = [atX - half, atY - 12, atX + half, atY + 8];
      if (left < 0 || right > this.wide || taken.some((one) => left < one[2] && one[0] < right && top < one[3] && one[1] < bottom)) continue;
      taken.push([left, top, right, bottom]);
      pen.strokeText(name, atX, atY);
      pen.fillText(name, atX, atY);
    }
  }
}

function outline(pen, shape, x, y, size) {
  const corners = { triangle: [[0, -1], [1, 1], [-1, 1]], diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]], square: [[-1, -1], [1, -1], [1, 1], [-1, 1]] }[shape];
  for (const [nth, [right, down]] of (corners ?? []).entries()) pen[nth ? "lineTo" : "moveTo"](x + right * size, y + down * size);
  if (corners) return pen.closePath();
  for (const round of shape === "ring" ? [size, size / 2] : [size]) {
    pen.moveTo(x + round, y);
    pen.arc(x, y, round, 0, 2 * Math.PI);
  }
}

// Asks who stands there, and says it with a link to their page.
class Asks {
  constructor(net, said, tells) {
    Object.assign(this, { net, said, tells, now: -1, timer: 0, href: "" });
  }

  about(one) {
    clearTimeout(this.timer);
    Object.assign(this, { now: one, href: "" });
    if (one >= 0) this.timer = setTimeout(() => this.ask(one), ASK_AFTER);
  }

  async ask(one) {
    const address = this.said.one.replace(/0{8}-(0{4}-){3}0{12}/, keyOf(this.net, one));
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    const found = answer?.ok ? await answer.json() : null;
    if (this.now !== one) return; // somebody has gone on meanwhile
    this.tells.textContent = found ? `${found.name}, ${found.what}. ` : this.said.gone;
    this.href = found?.href ?? "";
    if (found) this.tells.append(Object.assign(document.createElement("a"), { className: "govuk-link", href: found.href, textContent: this.said.open }));
  }

  async open() {
    clearTimeout(this.timer);
    if (this.now >= 0 && !this.href) await this.ask(this.now);
    if (this.href) window.location.assign(this.href);
  }
}

function keys(canvas, view, asks, choose) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const buttons = { "+": "closer", "=": "closer", "-": "farther", 0: "all" };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (ways[event.key]) choose(view.next(ways[event.key]));
    else if (event.key === "Enter") asks.open();
    else if (event.key === "Escape") choose(-1);
    else if (buttons[event.key]) view.does(buttons[event.key]);
    else return;
    event.preventDefault();
  });
}

// A mouse or pen drags; a finger scrolls the page, and moves the picture by the buttons.
function pointer(canvas, view, choose) {
  let [from, moved] = [null, false];
  canvas.addEventListener("pointerdown", ({ clientX, clientY }) => ([from, moved] = [[clientX, clientY], false]));
  canvas.addEventListener("pointermove", ({ clientX, clientY, pointerType, pointerId }) => {
    if (!from || pointerType === "touch" || (!moved && Math.hypot(clientX - from[0], clientY - from[1]) < 4)) return;
    canvas.setPointerCapture(pointerId);
    view.pan(from[0] - clientX, from[1] - clientY);
    [from, moved] = [[clientX, clientY], true];
  });
  canvas.addEventListener("pointercancel", () => (from = null));
  canvas.addEventListener("pointerup", ({ clientX, clientY }) => {
    const { left, top } = canvas.getBoundingClientRect();
    if (from && !moved) choose(view.nearest(clientX - left, clientY - top, NEAR));
    from = null;
  });
}
