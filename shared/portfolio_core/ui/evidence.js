// Draws the passage of props.value into the element; see evidence.py.
const root = element.querySelector(".evidence");
const SVG = "http://www.w3.org/2000/svg";

// Only the pane scrolls; the page stays where the visitor has put it.
const reveal = (pane, node) => {
  const outer = pane.getBoundingClientRect();
  const inner = node.getBoundingClientRect();
  pane.scrollTop += inner.top - outer.top - Math.max(24, (outer.height - inner.height) / 3);
};

const drawLayer = (value) => {
  const layer = document.createElementNS(SVG, "svg");
  layer.setAttribute("viewBox", "0 0 1 1");
  layer.setAttribute("preserveAspectRatio", "none");
  layer.setAttribute("aria-hidden", "true");  // the text below it says the same
  for (const [marks, name] of [[value.marks, "passage"], [value.quote_marks, "quote"]]) {
    for (const [left, top, right, bottom] of marks) {
      const box = document.createElementNS(SVG, "rect");
      box.setAttribute("x", left - 0.004);
      box.setAttribute("y", top - 0.002);
      box.setAttribute("width", right - left + 0.008);
      box.setAttribute("height", bottom - top + 0.004);
      box.setAttribute("class", name);
      layer.append(box);
    }
  }
  return layer;
};
const drawPicture = (value) => {
  const pane = make("div", "pane");
  const sheet = make("div", "sheet");
  const image = make("img");
  image.alt = fill(value.words.picture, { number: value.page, document: value.document });
  const layer = drawLayer(value);
  image.addEventListener("load", () => {
    const first = layer.querySelector(".quote") || layer.firstChild;
    if (first) reveal(pane, first);
  });
  image.src = value.picture.url;
  sheet.append(image, layer);
  pane.append(sheet);
  return pane;
};
const marked = (value) => {
  const at = value.quote ? value.passage.indexOf(value.quote) : -1;
  const node = make("mark", "passage");
  if (at < 0) {
    node.textContent = value.passage;
  } else {
    node.append(
      value.passage.slice(0, at),
      make("strong", "quote", value.quote),
      value.passage.slice(at + value.quote.length),
    );
  }
  return node;
};
const drawText = (value) => {
  const pane = make("div", "pane text");
  const mark = marked(value);
  pane.append(value.before, value.before ? "\n\n" : "", mark, value.after ? "\n\n" : "", value.after);
  requestAnimationFrame(() => reveal(pane, mark.querySelector(".quote") || mark));
  return pane;
};

const draw = () => {
  const value = props.value;
  if (!value) return;
  if (!value.document) {
    root.replaceChildren(make("p", "empty", value.words.empty));
    return;
  }
  const head = make("header");
  head.append(
    make("strong", "", value.document),
    make("span", "", fill(value.words.page, { number: value.page })),
  );
  if (value.heading) head.append(make("span", "", value.heading));
  const nodes = [head];
  if (value.picture) {
    nodes.push(drawPicture(value));
    const words = make("p", value.marks.length ? "spoken" : "unplaced");
    words.append(value.marks.length ? value.passage : value.words.unplaced);
    nodes.push(words);
    if (!value.marks.length) nodes.push(drawText({ ...value, before: "", after: "" }));
  } else {
    nodes.push(drawText(value));
  }
  root.replaceChildren(...nodes);
  // On a phone it lies below the conversation.
  if (matchMedia("(max-width: 640px)").matches) root.scrollIntoView({ behavior: "smooth", block: "nearest" });
};
watch("value", draw);
draw();
