// The browser's half of pictures whose pixels can be read off: one cursor in all of them, moved by pointer, finger or arrow
// keys, and a line with the values under it.

function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function figureOf(picture, data) {
  const image = element("img", { alt: picture.title, width: data.width, height: data.height, draggable: "false" });
  const stage = element("div", { class: "stage" }, image, element("i", { class: "cursor" }));
  return element("figure", {}, stage, element("figcaption", {}, element("b", {}, picture.title), element("span", { class: "values" })));
}

async function valuesOf(image) {
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

export default function (component) {
  const root = component.parentElement;
  const [data] = component.data;
  const frame = root.querySelector(".frame");
  const titles = data.pictures.map((picture) => picture.title).join("|");
  if (frame.dataset.titles !== titles) {
    frame.dataset.titles = titles;
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", `${titles.replaceAll("|", ", ")}: the arrow keys move from pixel to pixel`);
    frame.replaceChildren(
      element("div", { class: "figures" }, ...data.pictures.map((picture) => figureOf(picture, data))),
      element("output", { "aria-live": "polite" }),
    );
    frame.at = [data.width >> 1, data.height >> 1];
  }
  const figures = [...frame.querySelectorAll("figure")];
  figures.forEach((figure, index) => {
    const image = figure.querySelector("img");
    if (image.src !== data.pictures[index].address) image.src = data.pictures[index].address;
  });

  const read = Promise.all(figures.map((figure) => valuesOf(figure.querySelector("img"))));
  const show = async () => {
    const [x, y] = frame.at;
    const values = await read;
    const start = 4 * (y * data.width + x);
    const told = [];
    figures.forEach((figure, index) => {
      const { title, exact } = data.pictures[index];
      const rgb = exact ? [...values[index].slice(start, start + 3)] : [];
      figure.querySelector(".values").textContent = rgb.join("  ");
      if (exact) told.push(`${title} ${rgb.join(" ")}`);
      const cursor = figure.querySelector(".cursor").style;
      cursor.left = `${(100 * x) / data.width}%`;
      cursor.top = `${(100 * y) / data.height}%`;
      cursor.width = `${100 / data.width}%`;
      cursor.height = `${100 / data.height}%`;
    });
    const legend = "column, row from the top left; values are red, green, blue, 0 to 255";
    // To be seen they stand under the pictures already.
    const spoken = element("span", { class: "spoken" }, `: ${told.join(", ")}`);
    frame.querySelector("output").replaceChildren(`pixel (${x}, ${y})`, spoken, ` (${legend})`);
  };
  show();

  const go = (x, y) => {
    const next = [Math.min(data.width - 1, Math.max(0, x)), Math.min(data.height - 1, Math.max(0, y))];
    if (next.join() === frame.at.join()) return;
    frame.at = next;
    show();
  };
  frame.onpointermove = frame.onpointerdown = (event) => {
    const stage = event.target.closest(".stage");
    if (!stage) return;
    const box = stage.getBoundingClientRect();
    go(Math.floor(((event.clientX - box.left) / box.width) * data.width), Math.floor(((event.clientY - box.top) / box.height) * data.height));
  };
  frame.onkeydown = (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    go(frame.at[0] + step[0], frame.at[1] + step[1]);
  };
}
