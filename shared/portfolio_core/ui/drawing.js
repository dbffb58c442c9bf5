// What every part needs: its element, words in the browser's language, nodes without markup.
const root = element.firstElementChild;
const locale = (navigator.language || "en").toLowerCase().startsWith("ko") ? "ko" : "en";
const words = props.said[locale];

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
// Nothing is quite certain: no answer is told as 0 or 100 %.
const percent = (share) => {
  if (share > 0.99) return "> 99 %";
  return share < 0.01 ? "< 1 %" : Math.round(100 * share) + " %";
};
const nameOf = (key) => ((props.names && props.names[locale]) || {})[key] || key;
const picture = (file, alt) => {
  const node = make("img");
  node.src = file.url;
  node.alt = alt;
  node.loading = "lazy";
  return node;
};
