// Draws many pictures, the likeliest of a class first; see ranked.py.
const state = { label: 0, cut: null, only: false, open: new Set() };

const rows = () => props.value.rows;
const share = (row) => row.probabilities[state.label];
const cutOf = () => (state.cut === null ? props.value.thresholds[state.label] : state.cut);
// The best of each group, with the others of it.
const groups = () => {
  const found = new Map();
  for (const row of [...rows()].sort((a, b) => share(b) - share(a))) {
    if (found.has(row.group)) found.get(row.group).copies.push(row);
    else found.set(row.group, { best: row, copies: [] });
  }
  return [...found.values()];
};

const image = (row, className) => {
  const frame = make("div", className);
  frame.append(picture(row.picture, row.name));
  return frame;
};
const card = (group, place) => {
  const { best, copies } = group;
  const above = share(best) >= cutOf();
  const node = make("li", above ? "card" : "card below");
  const frame = image(best, "frame");
  frame.append(make("span", "place", String(place)));
  const line = make("div", "line");
  line.append(make("strong", "", percent(share(best))));
  if (best.verdict === null) line.append(make("span", "unsure", words.unsure));
  const track = make("div", "track");
  const filled = make("span", "filled");
  filled.style.width = `${100 * share(best)}%`;
  track.append(filled);
  node.append(frame, line, track, make("p", "name", best.name));
  if (copies.length) {
    const shown = state.open.has(best.group);
    const text = fill(words.copies, { count: copies.length });
    const toggle = button("copies", text, () => {
      if (!state.open.delete(best.group)) state.open.add(best.group);
      drawGrid();
    });
    toggle.setAttribute("aria-expanded", shown);
    node.append(toggle);
    if (shown) {
      const list = make("div", "others");
      for (const row of copies) {
        const one = image(row, "other");
        one.title = `${row.name} · ${percent(share(row))}`;
        one.append(make("span", "", percent(share(row))));
        list.append(one);
      }
      node.append(list);
    }
  }
  return node;
};

const grid = make("ol", "grid");
const count = make("span", "count");
const drawGrid = () => {
  const all = groups();
  const above = all.filter((group) => share(group.best) >= cutOf());
  count.textContent = fill(words.above, { above: above.length, all: all.length });
  grid.replaceChildren(...(state.only ? above : all).map((group) => card(group, all.indexOf(group) + 1)));
};
const chooser = () => {
  const label = make("label", "choose", words.rank_by);
  const select = make("select");
  props.value.classes.forEach((name, index) => {
    const option = make("option", "", nameOf(name));
    option.value = index;
    option.selected = index === state.label;
    select.append(option);
  });
  select.addEventListener("change", () => { state.label = Number(select.value); state.cut = null; draw(); });
  label.append(select);
  return label;
};
const slider = () => {
  const label = make("label", "slide");
  const text = make("span", "", fill(words.cut, { percent: percent(cutOf()) }));
  const range = make("input");
  Object.assign(range, { type: "range", min: 0, max: 100, step: 1, value: Math.round(100 * cutOf()) });
  range.setAttribute("aria-label", words.cut_label);
  range.addEventListener("input", () => {
    state.cut = range.value / 100;
    text.textContent = fill(words.cut, { percent: percent(state.cut) });
    drawGrid();
  });
  label.append(text, range);
  return label;
};
const onlyAbove = () => {
  const label = make("label", "only");
  const box = make("input");
  box.type = "checkbox";
  box.checked = state.only;
  box.addEventListener("change", () => { state.only = box.checked; drawGrid(); });
  label.append(box, words.only);
  return label;
};
const failed = () => {
  const box = make("details", "failed");
  box.open = !rows().length;
  box.append(make("summary", "", fill(words.failed, { count: props.value.failed.length })));
  const list = make("ul");
  for (const one of props.value.failed) {
    const item = make("li");
    item.append(make("span", "name", one.name), make("span", "why", one.message));
    list.append(item);
  }
  box.append(list);
  return box;
};
const draw = () => {
  root.hidden = !props.value;
  if (!props.value) { root.replaceChildren(); return; }
  const bar = make("div", "bar");
  const csv = make("a", "csv", words.csv);
  csv.href = props.value.csv.url;
  csv.download = "ranking.csv";
  bar.append(chooser(), slider(), onlyAbove(), count, csv);
  const parts = rows().length ? [bar, grid] : [];
  if (props.value.failed.length) parts.push(failed());
  root.replaceChildren(...parts);
  if (rows().length) drawGrid();
};
watch("value", () => {
  Object.assign(state, { label: props.value ? props.value.label : 0, cut: null, open: new Set() });
  draw();
});
draw();
