// Draws the pages of props.value into the element; see page_viewer.py. Everything that was read
// reaches the page through textContent and attributes of numbers, never as markup.
const root = element.querySelector(".page-viewer");
const SVG = "http://www.w3.org/2000/svg";
const state = { page: 0, line: -1, picture: "", swapped: new Set() };

const percent = (share) => Math.min(99, Math.round(100 * share)) + " %";  // nobody is quite sure
const level = (share) => {
  if (share >= props.value.sure) return "sure";
  return share >= props.value.doubtful ? "fair" : "doubtful";
};
const reader = (key) => props.value.names[key] || key;
const current = () => props.value.pages[state.page];

// --- choosing a line, on either side ---------------------------------------------------------

// Only the two panes scroll; the page itself stays where the visitor has put it.
const reveal = (pane, node) => {
  const outer = pane.getBoundingClientRect();
  const inner = node.getBoundingClientRect();
  const off = (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    pane.scrollBy({ top: off, behavior: "smooth" });
  }
};
const choose = (line) => {
  state.line = line;
  for (const node of root.querySelectorAll("[data-line]")) {
    const chosen = Number(node.dataset.line) === line;
    node.classList.toggle("chosen", chosen);
    if (node.tagName === "LI") node.setAttribute("aria-current", chosen);
    if (chosen) reveal(node.closest(".pane"), node);
  }
};
const hover = (line, on) => {
  for (const node of root.querySelectorAll(`[data-line="${line}"]`)) {
    node.classList.toggle("hovered", on);
  }
};
const connect = (node, line) => {
  node.dataset.line = line;
  node.addEventListener("click", () => choose(line));
  node.addEventListener("mouseenter", () => hover(line, true));
  node.addEventListener("mouseleave", () => hover(line, false));
};

// --- the picture with its boxes --------------------------------------------------------------

const drawPicture = (page) => {
  const pane = make("div", "pane picture");
  const sheet = make("div", "sheet");
  const image = make("img");
  image.src = page.picture.url;
  image.width = page.width;
  image.height = page.height;
  image.alt = fill(props.value.words.picture, { number: page.number });
  const layer = document.createElementNS(SVG, "svg");
  layer.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
  layer.setAttribute("aria-hidden", "true");  // the text beside it says the same
  page.lines.forEach((line, index) => {
    const box = document.createElementNS(SVG, "polygon");
    box.setAttribute("points", line.polygon.map((point) => point.join(",")).join(" "));
    box.setAttribute("class", level(line.confidence));
    connect(box, index);
    layer.append(box);
  });
  sheet.append(image, layer);
  pane.append(sheet);
  return pane;
};

// --- the text ----------------------------------------------------------------------------------

const key = (line, word) => `${state.page}/${line}/${word}`;
const wordsOf = (line) => (line.words.length ? line.words : [{ ...line, doubtful: level(line.confidence) === "doubtful" }]);
const said = (line, index) =>
  wordsOf(line).map((word, at) => (state.swapped.has(key(index, at)) ? word.other : word.text)).join(" ");

const drawWord = (parent, word, line, at) => {
  const swapped = state.swapped.has(key(line, at));
  if (!word.doubtful) { parent.append(make("span", "word", word.text)); return; }
  const mark = make("mark", "word", swapped ? word.other : word.text);
  mark.title = percent(word.confidence);
  parent.append(mark);
  if (!word.other) return;
  const instead = swapped ? word.text : word.other;
  const label = fill(props.value.words.other, { text: instead, reader: reader(word.other_reader) });
  parent.append(button("other", instead, () => {
    const name = key(line, at);
    if (!state.swapped.delete(name)) state.swapped.add(name);
    const row = root.querySelector(`li[data-line="${line}"]`);
    drawLine(row, current().lines[line], line);
    row.querySelectorAll(".other")[0].focus();
  }, label));
};
const drawLine = (row, line, index) => {
  const text = make("span", "text");
  wordsOf(line).forEach((word, at) => {
    if (at) text.append(" ");
    drawWord(text, word, index, at);
  });
  const detail = { reader: reader(line.reader), percent: percent(line.confidence) };
  row.replaceChildren(text, make("small", "detail", fill(props.value.words.line, detail)));
};
const drawText = (page) => {
  const pane = make("div", "pane lines");
  const list = make("ol");
  page.lines.forEach((line, index) => {
    const row = make("li", level(line.confidence));
    if (index && page.lines[index - 1].block !== line.block) row.classList.add("first");
    row.tabIndex = 0;
    connect(row, index);
    row.addEventListener("keydown", (event) => {
      if (event.target !== row) return;
      const step = { ArrowDown: 1, ArrowUp: -1, Enter: 0, " ": 0 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = Math.min(Math.max(index + step, 0), page.lines.length - 1);
      choose(next);
      list.children[next].focus({ preventScroll: true });
    });
    drawLine(row, line, index);
    list.append(row);
  });
  pane.append(page.lines.length ? list : make("p", "empty", props.value.words.empty));
  return pane;
};

// --- the bar over both -------------------------------------------------------------------------

const turn = (by) => { state.page += by; state.line = -1; draw(); };
const copy = async (node) => {
  const rows = [];
  current().lines.forEach((line, index, all) => {
    if (index && all[index - 1].block !== line.block) rows.push("");
    rows.push(said(line, index));
  });
  const area = make("textarea");
  area.value = rows.join("\n");
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {  // not over https: the old way
    root.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  node.textContent = props.value.words.copied;
  setTimeout(() => { node.textContent = props.value.words.copy; }, 1500);
};
const drawBar = (page) => {
  const { words, pages } = props.value;
  const bar = make("div", "bar");
  if (pages.length > 1) {
    const back = button("step", "‹", () => turn(-1), words.previous);
    const on = button("step", "›", () => turn(1), words.next);
    back.disabled = state.page === 0;
    on.disabled = state.page === pages.length - 1;
    const place = fill(words.page, { number: state.page + 1, count: pages.length });
    bar.append(back, make("span", "place", place), on);
  }
  for (const name of ["sure", "fair", "doubtful"]) bar.append(make("span", `key ${name}`, words[name]));
  if (page.lines.length) bar.append(button("copy", words.copy, copy));
  return bar;
};

const draw = () => {
  const pages = (props.value && props.value.pages) || [];
  root.hidden = !pages.length;
  if (!pages.length) { root.replaceChildren(); return; }
  state.page = Math.min(state.page, pages.length - 1);
  const page = current();
  const notes = make("ul", "notes");
  for (const note of page.notes) notes.append(make("li", "", note));
  const panes = make("div", "panes");
  panes.append(drawPicture(page), drawText(page));
  root.replaceChildren(drawBar(page), notes, panes);
};
const update = () => {
  const pages = (props.value && props.value.pages) || [];
  const first = pages.length ? pages[0].picture.path : "";
  const same = first === state.picture && pages.length > 1;
  if (!same) Object.assign(state, { page: 0, line: -1, picture: first, swapped: new Set() });
  // While more pages come in, the one on the screen stays as it is.
  if (same && root.querySelector(".bar")) root.querySelector(".bar").replaceWith(drawBar(current()));
  else draw();
};
watch("value", update);
update();
