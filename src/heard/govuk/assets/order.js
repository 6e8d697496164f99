// A list is put in order by dragging its lines, with a mouse, a pen or a finger. Without this the arrows and numbers in each line do it,
// and they do it for the keyboard: a line that was dropped is sent as one that an arrow moved.
const EDGE = 60; // pixels from the window's edge at which the page goes along
const STEP = 12;

for (const list of document.querySelectorAll("[data-heard-drag]")) {
  if (list.children.length > 1) for (const line of list.children) letDrag(list, line);
}

function letDrag(list, line) {
  const grip = document.createElement("span");
  grip.className = "heard-agenda__grip";
  grip.title = list.dataset.heardDrag;
  grip.setAttribute("aria-hidden", "true");
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    drag(list, line, event.pointerId);
  });
  line.querySelector(".heard-agenda__place").prepend(grip);
}

function drag(list, line, pointer) {
  const before = [...list.children];
  const over = new AbortController();
  const on = (type, what) => document.addEventListener(type, what, { signal: over.signal });
  const end = () => {
    over.abort();
    line.classList.remove("heard-agenda__line--dragged");
  };
  const back = () => {
    end();
    list.append(...before);
  };

  list.setPointerCapture(pointer); // and not the grip, which moves
  line.classList.add("heard-agenda__line--dragged");
  on("pointermove", (event) => {
    if (event.movementY < 0 && event.clientY < EDGE) scrollBy(0, -STEP);
    if (event.movementY > 0 && event.clientY > innerHeight - EDGE) scrollBy(0, STEP);
    const others = [...list.children].filter((other) => other !== line);
    const next = others.find((other) => event.clientY < middle(other)) ?? null;
    if (next !== line.nextElementSibling) list.insertBefore(line, next);
  });
  on("pointerup", () => {
    end();
    if ([...list.children].some((other, place) => other !== before[place])) send(list, line);
  });
  on("pointercancel", back);
  on("keydown", (event) => event.key === "Escape" && back());
}

function middle(line) {
  const { top, height } = line.getBoundingClientRect();
  return top + height / 2;
}

// With the places as they are now, so that whatever else is typed in the form goes along.
function send(list, line) {
  [...list.children].forEach((other, place) => (other.querySelector("[name^=place-]").value = place + 1));
  const button = document.createElement("button");
  button.hidden = true;
  button.name = "move";
  button.value = `here:${line.id.replace("item-", "")}`;
  line.append(button);
  line.closest("form").requestSubmit(button);
}
