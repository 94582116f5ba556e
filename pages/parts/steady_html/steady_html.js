// The browser's half of steady HTML.

export default function ({ data, parentElement }) {
  const given = document.createElement("template");
  [given.innerHTML] = data;
  adoptChildren(parentElement.querySelector(".frame"), given.content);
}
