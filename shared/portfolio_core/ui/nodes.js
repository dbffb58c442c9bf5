// Nodes without markup, for every script that draws; see drawing.py.
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const svg = (name, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};
const button = (className, text, act, label) => {
  const node = make("button", className, text);
  node.type = "button";
  if (label) { node.title = label; node.setAttribute("aria-label", label); }
  node.addEventListener("click", (event) => { event.stopPropagation(); act(node); });
  return node;
};
const fill = (template, fields) =>
  template.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? fields[name] : whole));
