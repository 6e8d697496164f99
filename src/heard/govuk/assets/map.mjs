// Maps of places: what the page holds is shown by Leaflet, and nothing is asked of another host. The table below says the same.
// Behind this file Leaflet can be changed: no page names it.

const L = window.L;
const SVG = "http://www.w3.org/2000/svg";
const ENGLAND = [
  [49.9, -6.4],
  [55.8, 1.8],
];
const CLOSEST = 17;
const NEAR = 15; // as close as one place alone is shown
const AREAS_FROM = 10; // zoom from which boundaries that an installer added are asked for
const BROADEST = 140; // pixels of a name on a narrow page, where it is broken into lines: as map.scss has it
const NAMED = 60; // places with their names beside them; of more, names stand in the boxes alone

for (const box of document.querySelectorAll("[data-heard-map]")) if (L) begin(box);

function begin(box) {
  const said = box.dataset;
  const { features } = JSON.parse(said.features);
  for (const other of document.querySelectorAll("[data-heard-with-map]")) other.hidden = false;
  box.hidden = false;
  const map = L.map(box, {
    attributionControl: false, // who made the boundaries stands in the page's own text
    zoomControl: false,
    scrollWheelZoom: false, // the page is scrolled with it
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
    inertia: false,
    maxZoom: CLOSEST,
  });
  map.fitBounds(ENGLAND); // nothing is drawn before a map shows something
  panes(map);
  const shown = marks(map, features, said);
  const fit = (corners) => map.fitBounds(L.latLngBounds(corners.length ? corners : ENGLAND).pad(0.25), { maxZoom: NEAR });
  const all = () => fit(shown.corners);
  all();
  name(map, shown.named);
  tiles(map, said);
  shipped(map, said);
  added(map, said);
  controls(map, said, all);
  if ("picks" in said) picks(map);
  // On paper the map is as wide as the page. Homes are not on it, nor does its edge tell where they are.
  window.addEventListener("beforeprint", () => {
    map.invalidateSize({ pan: false });
    fit(shown.onPaper);
  });
  window.addEventListener("afterprint", () => map.invalidateSize({ pan: false }));
}

// Boundaries lie below lines and squares, and these below marks.
function panes(map) {
  for (const [name, level] of [["areas", 350], ["own", 360]]) map.createPane(name).classList.add(`heard-map__pane-${level}`);
}

function marks(map, features, said) {
  const corners = [];
  const onPaper = [];
  const reach = (about, ...points) => {
    corners.push(...points);
    if (about.paper) onPaper.push(...points);
  };
  const beside = features.length <= NAMED;
  const named = [];
  for (const { geometry, properties: about } of features) {
    const unprinted = about.paper ? "" : " heard-map__unprinted";
    if (geometry.type === "LineString") {
      const ends = geometry.coordinates.map(([lon, lat]) => [lat, lon]);
      L.polyline(ends, { className: `heard-map__route${unprinted}`, interactive: false }).addTo(map);
      reach(about, ...ends);
      continue;
    }
    const [lon, lat] = geometry.coordinates;
    reach(about, [lat, lon]);
    if (about.ring) {
      const ring = about.ring.map(([x, y]) => [y, x]);
      L.polygon(ring, { className: `heard-map__square${unprinted}`, interactive: false }).addTo(map);
      reach(about, ...ring);
    }
    const icon = L.divIcon({ className: `heard-map__mark${unprinted}`, html: drawn(about.shape), iconSize: [26, 26] });
    const mark = L.marker([lat, lon], { icon, keyboard: true }).addTo(map);
    mark.getElement().setAttribute("aria-label", [about.name, about.says].filter(Boolean).join(". "));
    mark.bindPopup(told(about, said), { closeButton: true, autoPanPadding: [20, 20] });
    mark.on("popupopen", ({ popup }) => {
      popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", said.close);
    });
    if (beside) {
      const text = document.createElement("span");
      text.textContent = about.name;
      named.push({ mark, text, className: `heard-map__name${unprinted}` });
    }
  }
  return { corners, onPaper, named };
}

// Names stand beside their marks, on the side on which they lie over nothing else; where there is none, the mark and the table say them.
function name(map, named) {
  const { x: wide, y: high } = map.getSize();
  const narrow = matchMedia("(max-width: 40.0525em)").matches;
  const at = named.map(({ mark }) => map.latLngToContainerPoint(mark.getLatLng()));
  const taken = at.map(({ x, y }) => [x - 12, y - 12, x + 12, y + 12]);
  const outside = (one) => one[0] < 0 || one[1] < 0 || one[2] > wide || one[3] > high;
  const meets = (one, box) => one[0] < box[2] && box[0] < one[2] && one[1] < box[3] && box[1] < one[3];
  const over = (one) => taken.filter((box) => meets(one, box)).length + (outside(one) ? 2 : 0);
  for (const [nth, { mark, text, className }] of named.entries()) {
    const { x, y } = at[nth];
    const long = 7.5 * text.textContent.length + 12;
    const broad = Math.min(long, narrow ? BROADEST : long);
    const tall = 22 * Math.ceil(long / broad);
    const sides = [
      ["right", [13, 0], [x + 14, y - tall / 2, x + 14 + broad, y + tall / 2]],
      ["left", [-13, 0], [x - 14 - broad, y - tall / 2, x - 14, y + tall / 2]],
      ["bottom", [0, 13], [x - broad / 2, y + 13, x + broad / 2, y + 13 + tall]],
      ["top", [0, -13], [x - broad / 2, y - 13 - tall, x + broad / 2, y - 13]],
    ];
    const [direction, offset, box] = sides.reduce((best, one) => (over(one[2]) < over(best[2]) ? one : best));
    if (over(box)) continue;
    taken.push(box);
    mark.bindTooltip(text, { permanent: true, direction, offset, className });
  }
}

// The mark that the key has, so that the two are alike.
function drawn(shape) {
  const mark = document.querySelector(`[data-heard-mark="${shape}"]`);
  return mark ? mark.cloneNode(true) : document.createElementNS(SVG, "svg");
}

function told(about, said) {
  const box = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = about.name;
  box.append(name);
  if (about.says) {
    const says = document.createElement("p");
    says.textContent = about.says;
    box.append(says);
  }
  if (about.href) {
    const link = document.createElement("a");
    link.href = about.href;
    link.className = "govuk-link";
    link.textContent = said.open;
    box.append(link);
  }
  return box;
}

function tiles(map, { tiles: at, least, most }) {
  if (at) L.tileLayer(at, { minNativeZoom: Number(least), maxNativeZoom: Number(most), maxZoom: CLOSEST }).addTo(map);
}

async function read(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // a map without these boundaries is a map still
  }
}

async function shipped(map, { upper, lower }) {
  for (const [address, kind] of [[lower, "lower"], [upper, "upper"]]) {
    const areas = await read(address);
    if (areas) L.geoJSON(areas, { pane: "areas", interactive: false, style: { className: `heard-map__area heard-map__area--${kind}` } }).addTo(map);
  }
}

function added(map, { areas }) {
  let drawnNow = null;
  let asked = "";
  const ask = async () => {
    if (map.getZoom() < AREAS_FROM) return;
    const view = map.getBounds();
    const box = view.pad(0.5);
    if (asked && L.latLngBounds(...asked).contains(view)) return;
    const mine = (asked = [box.getSouthWest(), box.getNorthEast()]);
    const found = await read(`${areas}?box=${box.toBBoxString()}`);
    if (asked !== mine) return; // something else was asked for since
    drawnNow?.remove();
    drawnNow = found && L.geoJSON(found, { pane: "own", interactive: false, style: { className: "heard-map__area heard-map__area--own" } }).addTo(map);
    if (found?.features.length) return;
    asked = ""; // they may have been too many: closer, they are asked for again
    if (!view.equals(map.getBounds())) ask(); // somebody came closer while this was under way
  };
  map.on("moveend", ask);
  ask();
}

// Everything that dragging and two fingers do is done by a button too.
function controls(map, said, all) {
  const bar = document.createElement("div");
  bar.className = "heard-map__tools";
  const does = [
    ["+", said.closer, () => map.zoomIn()],
    ["−", said.farther, () => map.zoomOut()],
    ["←", said.left, () => map.panBy([-120, 0], { animate: false })],
    ["↑", said.up, () => map.panBy([0, -120], { animate: false })],
    ["↓", said.down, () => map.panBy([0, 120], { animate: false })],
    ["→", said.right, () => map.panBy([120, 0], { animate: false })],
    ["⤢", said.all, all],
  ];
  for (const [sign, label, act] of does) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", act);
    bar.append(button);
  }
  map.getContainer().before(bar);
}

function picks(map) {
  const fields = ["lat", "lon"].map((name) => document.querySelector(`input[name="${name}"]`));
  if (fields.some((field) => !field)) return;
  let chosen = null;
  map.on("click", ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    for (const [field, number] of [[fields[0], lat], [fields[1], lng]]) {
      field.value = number.toFixed(6);
      field.dispatchEvent(new Event("input", { bubbles: true })); // so that what was chosen is kept as what is typed is
    }
    chosen?.remove();
    chosen = L.circleMarker(latlng, { radius: 9, className: "heard-map__chosen", interactive: false }).addTo(map);
  });
}
