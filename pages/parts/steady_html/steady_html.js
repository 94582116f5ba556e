// The browser's half of steady HTML. One event: the value of a button that is pressed.

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".frame");
  const given = document.createElement("template");
  [given.innerHTML] = data;
  adoptChildren(frame, given.content);
  frame.onclick = ({ target }) => {
    const button = target.closest("button[value]");
    if (button) setTriggerValue("press", button.value);
  };
}
