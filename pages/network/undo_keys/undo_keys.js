// The browser's half of the keys of undo and redo. Streamlit's shortcuts take Ctrl and Cmd with a key from fields too,
// and keep the field from undoing what was typed: where someone types, these keys do not get as far.

const NOT_TYPED_IN = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];

function isTypedIn(node) {
  if (node instanceof HTMLInputElement) return !node.readOnly && !NOT_TYPED_IN.includes(node.type);
  if (node instanceof HTMLTextAreaElement) return !node.readOnly;
  return node instanceof HTMLElement && node.isContentEditable;
}

function leaveToField(event) {
  const isAsked = (event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase());
  if (isAsked && isTypedIn(event.composedPath()[0])) event.stopPropagation();
}

export default function () {
  // On its way down from the window, an event comes here before any listener of the document.
  window.addEventListener("keydown", leaveToField, true);
  return () => window.removeEventListener("keydown", leaveToField, true);
}
