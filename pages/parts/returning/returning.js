// The browser's half of coming back. One event: the key of the visit that this tab had before its page was loaded anew.

const PLACE = "cifarlab.visit";

export default function ({ data, setTriggerValue }) {
  const [key] = data;
  let before;
  try {
    before = window.sessionStorage.getItem(PLACE);
    window.sessionStorage.setItem(PLACE, key);
  } catch {
    return; // A browser that keeps nothing for this page: each load is a first visit.
  }
  if (before && before !== key) setTriggerValue("before", before);
}
