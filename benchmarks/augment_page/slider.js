// Moves a slider from inside the page, and times what follows up to the painted frame. `range` is the slider, `image` the
// picture that it changes; both lie within shadow roots. All times are in milliseconds.

function move(range, value) {
  range.value = value;
  range.dispatchEvent(new Event("input", { bubbles: true }));
}

// Moves to each value in turn, at rest, or every so many milliseconds if that is later.
async function timeChanges({ range, image, values, every }) {
  const taken = [];
  const begun = performance.now();
  for (const value of values) {
    const before = image.src;
    const started = performance.now();
    move(range, value);
    await until("no new picture", image, attribute("src"), () => image.src !== before);
    await image.decode();
    await painted();
    taken.push(performance.now() - started);
    await atRest();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + taken.length * every - performance.now())));
    await frame();
  }
  return taken;
}

// Moves at every frame for so long, up and down, and tells when each picture was painted that had not been there before.
async function timeDrag({ range, image, duration }) {
  const seen = new Set([image.src]);
  const moments = [];
  const observer = new MutationObserver(async () => {
    const source = image.src;
    await image.decode().catch(() => {}); // the next picture has taken its place
    await painted();
    if (image.src !== source || seen.has(source)) return;
    seen.add(source);
    moments.push(performance.now() - started);
  });
  observer.observe(image, attribute("src"));
  const span = range.max - range.min;
  const started = performance.now();
  let moves = 0;
  for (; performance.now() - started < duration; moves += 1) {
    move(range, Number(range.min) + span - Math.abs((moves % (2 * span)) - span));
    await frame();
  }
  observer.disconnect();
  await atRest();
  return { moments, moves };
}

Object.assign(window, { timeChanges, timeDrag });
