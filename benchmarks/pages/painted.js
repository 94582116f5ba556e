// The page's own clock: waits for what a change brings about, up to the painted frame.

const PATIENCE_MS = 60_000;

const frame = () => new Promise(requestAnimationFrame);

const attribute = (name) => ({ attributes: true, attributeFilter: [name] });

// Two frames: the first has painted what is there now when the second begins.
async function painted() {
  await frame();
  await frame();
}

// `observed` is what a MutationObserver is told to look for on `node`.
function until(what, node, observed, holds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} within ${PATIENCE_MS} ms`)), PATIENCE_MS);
    const look = () => {
      if (!holds()) return;
      observer.disconnect();
      clearTimeout(timer);
      resolve();
    };
    const observer = new MutationObserver(look);
    observer.observe(node, observed);
    look();
  });
}

function atRest() {
  const app = document.querySelector("[data-testid=stApp]");
  const state = "data-test-script-state";
  return until("the script did not end", app, attribute(state), () => app.getAttribute(state) === "notRunning");
}

Object.assign(window, { frame, attribute, painted, until, atRest });
