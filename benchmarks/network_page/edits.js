// Edits the selected layer from inside the page, and times what follows up to the painted table. A button steps a field of
// the layer, or takes an edit back. All times are in milliseconds.

const TOTALS = ".st-key-network-table .layer-table tfoot";
const EVERYTHING = { childList: true, characterData: true, subtree: true };

const totals = () => document.querySelector(TOTALS)?.textContent;

// Presses the button that `selector` names so often, each time when the page is at rest; an edit changes the totals.
async function timeEdits({ selector, count }) {
  const taken = [];
  for (let turn = 0; turn < count; turn += 1) {
    const before = totals();
    const button = document.querySelector(selector);
    const started = performance.now();
    button.click();
    await until("no new totals", document.body, EVERYTHING, () => ![undefined, before].includes(totals()));
    await painted();
    taken.push(performance.now() - started);
    await atRest();
    await frame();
  }
  return taken;
}

Object.assign(window, { timeEdits });
