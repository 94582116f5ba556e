// The browser's half of the keys of undo and redo. Streamlit's shortcuts take Ctrl and Cmd with a key from fields too,
// and keep the field from undoing what was typed: until that is applied, these keys get no further than the field.

let typedIn = null; // the field whose text has changed since it was entered or applied

function isAsked(event) {
  return (event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase());
}

function noteTyping(event) {
  typedIn = event.composedPath()[0];
}

function noteKey(event) {
  const field = event.composedPath()[0];
  if (isAsked(event) && field === typedIn) event.stopPropagation();
  // Enter applies a line; a text area takes it as a new line unless Ctrl or Cmd is held.
  const applies = event.key === "Enter" && (!(field instanceof HTMLTextAreaElement) || event.ctrlKey || event.metaKey);
  if (applies) typedIn = null;
}

function noteEntering() {
  typedIn = null;
}

// On its way down from the window, an event comes here before any listener of the document.
const LISTENERS = { input: noteTyping, keydown: noteKey, focusin: noteEntering };

export default function () {
  for (const [kind, listener] of Object.entries(LISTENERS)) window.addEventListener(kind, listener, true);
  return () => {
    for (const [kind, listener] of Object.entries(LISTENERS)) window.removeEventListener(kind, listener, true);
  };
}
