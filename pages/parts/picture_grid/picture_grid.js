// The browser's half of a picture of many images. One event: {index} of the image that is opened. The arrow keys go from
// image to image; only one of them is a stop of the Tab key.

function placed(cell, index, data) {
  const [left, top, width, height, label] = cell;
  const button = document.createElement("button");
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", `${label}: open`);
  button.tabIndex = index === 0 ? 0 : -1;
  const share = (length, whole) => `${(100 * length) / whole}%`;
  button.style.cssText = `left:${share(left, data.width)};top:${share(top, data.height)};width:${share(width, data.width)};height:${share(height, data.height)}`;
  return button;
}

// The nearest image in a direction, by the distance of their centres; straight ahead counts most.
function neighbour(cells, at, [dx, dy]) {
  const centre = ([left, top, width, height]) => [left + width / 2, top + height / 2];
  const [x, y] = centre(cells[at]);
  let best = at;
  let shortest = Infinity;
  cells.forEach((cell, index) => {
    const [there_x, there_y] = centre(cell);
    const ahead = (there_x - x) * dx + (there_y - y) * dy;
    const aside = Math.abs((there_x - x) * dy) + Math.abs((there_y - y) * dx);
    if (ahead > 1 && ahead + 3 * aside < shortest) [best, shortest] = [index, ahead + 3 * aside];
  });
  return best;
}

export default function (component) {
  const { parentElement: root, setTriggerValue } = component;
  const [data] = component.data;
  const frame = root.querySelector(".frame");
  const image = frame.querySelector("img") ?? frame.appendChild(document.createElement("img"));
  Object.assign(image, { width: data.width, height: data.height, alt: data.alt });
  if (image.src !== data.address) image.src = data.address;

  const layout = JSON.stringify([data.width, data.height, data.cells]);
  if (frame.dataset.layout !== layout) {
    frame.dataset.layout = layout;
    frame.replaceChildren(image, ...data.cells.map((cell, index) => placed(cell, index, data)));
  }
  const buttons = [...frame.querySelectorAll("button")];
  frame.onclick = (event) => {
    const index = buttons.indexOf(event.target);
    if (index >= 0) setTriggerValue("open", { index });
  };
  frame.onkeydown = (event) => {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const at = buttons.indexOf(event.target);
    if (!direction || at < 0) return;
    event.preventDefault();
    const next = buttons[neighbour(data.cells, at, direction)];
    buttons[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}
