// The browser's half of sliders that report while they are dragged. One event: {name, value, held, turn}; `held` while a
// finger or a button is down on the slider, so that what costs the page more can wait for the end. A value is sent when the
// page has answered the one before; meanwhile the newest of each slider waits, and those in between are skipped.

const PATIENCE_MS = 3000;
const flights = new WeakMap();

function element(tag, attributes) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function rowOf(slider) {
  const row = element("div", { class: "row", "data-name": slider.name, title: slider.help });
  const label = element("label", { for: `range-${slider.name}` });
  label.append(slider.label);
  const box = element("input", { type: "number", "aria-label": `${slider.label}, exact value${slider.unit && ` in ${slider.unit}`}`, "data-part": "box" });
  const range = element("input", { type: "range", id: `range-${slider.name}`, "data-part": "range" });
  const unit = element("span", { class: "unit", "aria-hidden": "true" });
  unit.append(slider.unit);
  row.append(label, box, unit, range);
  return row;
}

// Floats such as 0.15000000000000002 are nobody's wish.
function rounded(value) {
  return Number(value.toPrecision(10));
}

function show(row, slider, value) {
  const factor = slider.percent ? 100 : 1;
  const [box, range] = [row.querySelector("[data-part=box]"), row.querySelector("[data-part=range]")];
  for (const input of [box, range]) {
    Object.assign(input, { min: rounded(slider.minimum * factor), max: rounded(slider.maximum * factor), step: rounded(slider.step * factor) });
    const shown = String(rounded(value * factor));
    if (input.value !== shown && input !== row.typing) input.value = shown;
  }
  box.step = "any";
  const span = slider.maximum - slider.minimum;
  range.style.setProperty("--filled", `${(100 * (value - slider.minimum)) / span}%`);
}

export default function (component) {
  const { parentElement: root, setTriggerValue } = component;
  const [data] = component.data;
  const frame = root.querySelector(".frame");
  const flight = flights.get(frame) ?? { turn: 0, sent: null, waiting: new Map(), held: false, timer: 0 };
  flights.set(frame, flight);
  flight.sliders = new Map(data.sliders.map((slider) => [slider.name, slider]));

  const names = data.sliders.map((slider) => slider.name + slider.label + slider.unit).join();
  if (frame.dataset.names !== names) {
    frame.replaceChildren(...data.sliders.map(rowOf));
    frame.dataset.names = names;
  }

  const send = (change) => {
    flight.turn += 1;
    flight.sent = { ...change, turn: `${performance.timeOrigin}-${flight.turn}` };
    flight.waiting.delete(change.name);
    flight.held = change.held;
    clearTimeout(flight.timer);
    flight.timer = setTimeout(landed, PATIENCE_MS);
    setTriggerValue("change", flight.sent);
  };
  const landed = () => {
    clearTimeout(flight.timer);
    flight.sent = null;
    const [oldest] = flight.waiting.values();
    if (oldest) send(oldest);
  };
  if (flight.sent && data.answered === flight.sent.turn) landed();

  // What was told last of a slider, though the page may not have answered yet.
  const underway = (slider) => flight.waiting.get(slider.name) ?? (flight.sent?.name === slider.name ? flight.sent : null);
  const latest = (slider) => underway(slider)?.value ?? slider.value;

  for (const row of frame.children) {
    const slider = flight.sliders.get(row.dataset.name);
    row.title = slider.help;
    show(row, slider, latest(slider));
  }

  const take = (input) => {
    const row = input.closest(".row");
    const slider = flight.sliders.get(row.dataset.name);
    if (input.value === "" || !Number.isFinite(input.valueAsNumber)) return;
    const value = rounded(input.valueAsNumber / (slider.percent ? 100 : 1));
    const change = { name: slider.name, value, held: row.held === true };
    const told = underway(slider);
    const isTold = told
      ? told.value === value && told.held === change.held
      : slider.value === value && (!flight.held || change.held);
    if (isTold) return;
    show(row, slider, value);
    if (flight.sent) flight.waiting.set(slider.name, change);
    else send(change);
  };
  frame.oninput = (event) => {
    if (event.target.dataset.part === "range") take(event.target);
  };
  frame.onfocusin = (event) => {
    if (event.target.dataset.part === "box") event.target.closest(".row").typing = event.target;
  };
  frame.onfocusout = (event) => {
    const row = event.target.closest(".row");
    const slider = flight.sliders.get(row.dataset.name);
    row.typing = null;
    show(row, slider, latest(slider));
  };
  frame.onpointerdown = (event) => {
    if (event.target.dataset.part === "range") event.target.closest(".row").held = true;
  };
  // Told when the slider is let go of.
  frame.onchange = (event) => {
    event.target.closest(".row").held = false;
    take(event.target);
  };
}
