// Makes a node that is shown like one that is given, part by part, and leaves alone what is alike: a long list is laid out
// anew only where it changed, and keeps its focus, its selection and where it was scrolled to.

function adopt(shown, given) {
  if (shown.isEqualNode(given)) return;
  if (shown.nodeName !== given.nodeName || shown.nodeType !== Node.ELEMENT_NODE) {
    shown.replaceWith(given);
    return;
  }
  for (const { name } of [...shown.attributes]) if (!given.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of given.attributes) if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  adoptChildren(shown, given);
}

// What both begin and end with stays. Between, nodes are paired in order, and the rest of the longer side goes or comes.
function adoptChildren(shown, given) {
  const [olds, news] = [[...shown.childNodes], [...given.childNodes]];
  const shorter = Math.min(olds.length, news.length);
  let first = 0;
  while (first < shorter && olds[first].isEqualNode(news[first])) first += 1;
  let last = 0;
  while (last < shorter - first && olds.at(-1 - last).isEqualNode(news.at(-1 - last))) last += 1;
  const [before, after] = [olds.slice(first, olds.length - last), news.slice(first, news.length - last)];
  const rest = olds[olds.length - last] ?? null;
  before.forEach((node, at) => (at < after.length ? adopt(node, after[at]) : node.remove()));
  for (const node of after.slice(before.length)) shown.insertBefore(node, rest);
}
