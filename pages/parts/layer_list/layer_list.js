// The browser's half of the layer list. It draws what it is given and reports what is asked for; order, selection and
// switches are the page's. One event: {op, id, index, parent, revision}.

const EDGE = 24;

const ICONS = {
  grip: "M9 5h.01M9 12h.01M9 19h.01M15 5h.01M15 12h.01M15 19h.01",
  duplicate: "M9 9h11v11H9zM5 15H4V4h11v1",
  remove: "M6 6l12 12M18 6L6 18",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// Rows in the order of the screen, each with where it stands: its parent, its index there, its depth.
function flatten(items, parent = null, depth = 0) {
  return items.flatMap((item, index) => [
    { item, parent, index, depth, siblings: items.length },
    ...flatten(item.children ?? [], item.id, depth + 1),
  ]);
}

function contains(item, id) {
  return (item.children ?? []).some((child) => child.id === id || contains(child, id));
}

function rowOf(entry, selected) {
  const { item, depth } = entry;
  const off = item.enabled === false;
  const title = element("span", { class: "title" }, item.title);
  const detail = element("span", { class: item.problem ? "problem" : "detail" }, item.problem ?? item.detail);
  const told = [item.problem, item.detail].filter(Boolean).join("\n");  // in full: the row may cut it off
  const parts = [
    element("span", { class: "grip", title: "Drag to move (Alt and arrow keys do too)" }, icon("grip")),
  ];
  if (item.enabled !== null) {
    const name = `${item.title}: ${off ? "off" : "on"}`;
    parts.push(element("button", { class: "switch", role: "switch", "data-part": "toggle", "aria-checked": String(!off), "aria-label": name, title: name }));
  }
  parts.push(
    element("button", { class: "name", "data-part": "select", title: told || null, "aria-pressed": String(item.id === selected), "aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown Delete" }, title, detail),
    element("button", { class: "tool", "data-part": "duplicate", "aria-label": `Duplicate ${item.title}`, title: "Duplicate" }, icon("duplicate")),
    element("button", { class: "tool", "data-part": "remove", "aria-label": `Remove ${item.title}`, title: "Remove" }, icon("remove")),
  );
  const classes = ["row", item.id === selected && "selected", off && "off", item.problem && "broken", item.children && "block"];
  return element("li", { class: classes.filter(Boolean).join(" "), "data-id": item.id, style: `--depth:${depth}` }, ...parts);
}

// A list that scrolls shows the row, and the page around it stays where it is.
function reveal(list, row) {
  const [outer, inner] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  list.scrollTop += Math.min(inner.top - outer.top, 0) + Math.max(inner.bottom - outer.bottom, 0);
}

// While a row is dragged near the edge of a list that scrolls, what lies beyond comes nearer.
function scrollAtEdge(list, y) {
  const { top, bottom } = list.getBoundingClientRect();
  list.scrollTop += Math.min(y - top - EDGE, 0) + Math.max(y - bottom + EDGE, 0);
}

// Where a row lands when it is dropped at the height y: before or after the row there, or into an open block.
function placeAt(rows, nodes, moved, y) {
  for (let at = 0; at < rows.length; at += 1) {
    const box = nodes[at].getBoundingClientRect();
    if (y > box.bottom && at < rows.length - 1) continue;
    const { item, parent, index } = rows[at];
    if (item.id === moved.id || contains(moved, item.id)) return null;
    if (y < box.top + box.height / 2) return { node: nodes[at], edge: "before", depth: rows[at].depth, parent, index };
    if (item.children) return { node: nodes[at], edge: "after", depth: rows[at].depth + 1, parent: item.id, index: 0 };
    return { node: nodes[at], edge: "after", depth: rows[at].depth, parent, index: index + 1 };
  }
  return null;
}

// Indices are counted without the item that moves.
function withoutItself(entry, place) {
  const shift = place.parent === entry.parent && place.index > entry.index ? 1 : 0;
  return { parent: place.parent, index: place.index - shift };
}

// Up and down among the siblings; at a block's end out of it, next to a block into it.
function stepTo(rows, entry, direction) {
  const { parent, index, siblings } = entry;
  const neighbour = rows.find((row) => row.parent === parent && row.index === index + direction);
  if (neighbour?.item.children && !entry.item.children) {
    return { parent: neighbour.item.id, index: direction > 0 ? 0 : neighbour.item.children.length };
  }
  if (neighbour) return { parent, index: index + direction };
  const block = rows.find((row) => row.item.id === parent);
  if (!block || siblings === 0) return null;
  return { parent: block.parent, index: block.index + (direction > 0 ? 1 : 0) };
}

export default function (component) {
  const { parentElement: root, setTriggerValue } = component;
  const [data] = component.data;
  const frame = root.querySelector(".frame");
  const held = root.activeElement ?? root.getRootNode().activeElement;
  const focus = held && frame.contains(held) ? { id: held.closest(".row")?.dataset.id, part: held.dataset.part } : null;

  const rows = flatten(data.items);
  frame.report = setTriggerValue;
  const given = element("ol", { "aria-label": data.label });
  given.append(...rows.map((row) => rowOf(row, data.selected)));
  if (!frame.firstElementChild) frame.append(element("ol", {}));
  const list = frame.firstElementChild;
  adopt(list, given);
  const nodes = [...list.children];
  if (frame.dataset.selected !== data.selected) list.querySelectorAll(".selected").forEach((row) => reveal(list, row));
  frame.dataset.selected = data.selected;
  if (focus) list.querySelector(`[data-id="${focus.id}"] [data-part="${focus.part}"]`)?.focus();

  const send = (op, id, place = {}) =>
    frame.report("action", { op, id, index: place.index ?? 0, parent: place.parent ?? null, revision: data.revision });
  const entryOf = (node) => rows.find((row) => row.item.id === node.closest(".row")?.dataset.id);

  list.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    // Drawn before the page answers; whatever it answers is drawn then.
    if (button.dataset.part === "toggle") button.setAttribute("aria-checked", String(button.getAttribute("aria-checked") !== "true"));
    send(button.dataset.part, entryOf(button).item.id);
  };

  list.onkeydown = (event) => {
    const entry = entryOf(event.target);
    if (!entry) return;
    const direction = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const at = rows.indexOf(entry);
    if (direction && event.altKey) {
      const place = stepTo(rows, entry, direction);
      if (place) send("move", entry.item.id, place);
    } else if (direction) {
      nodes[at + direction]?.querySelector(".name").focus();
    } else if (event.key === "Delete") {
      const stays = (row) => row !== entry && !contains(entry.item, row.item.id);
      const next = rows.findIndex((row, place) => place > at && stays(row));
      nodes[next < 0 ? at - 1 : next]?.querySelector(".name").focus();
      send("remove", entry.item.id);
    } else if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey)) {
      send("duplicate", entry.item.id);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  list.onpointerdown = (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button > 0) return;
    event.preventDefault();
    const entry = entryOf(grip);
    const row = grip.closest(".row");
    let place = null;
    const mark = (next) => {
      place?.node.classList.remove("drop-before", "drop-after");
      place = next;
      place?.node.classList.add(`drop-${place.edge}`);
      place?.node.style.setProperty("--drop-depth", place.depth);
    };
    const stop = (send_it) => {
      const target = place;
      mark(null);
      row.classList.remove("dragged");
      grip.onpointermove = grip.onpointerup = grip.onpointercancel = null;
      if (!send_it || !target) return;
      const to = withoutItself(entry, target);
      if (to.parent !== entry.parent || to.index !== entry.index) send("move", entry.item.id, to);
    };
    row.classList.add("dragged");
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (move) => {
      scrollAtEdge(list, move.clientY);
      mark(placeAt(rows, nodes, entry.item, move.clientY));
    };
    grip.onpointerup = () => stop(true);
    grip.onpointercancel = () => stop(false);
  };
}
