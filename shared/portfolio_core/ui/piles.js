// Collects pictures, in one pile or in several with names, and sends them one by one; see piles.py.
// props.value is what Python gets: {piles: [{name, files}]}.
const AT_ONCE = 4;
const MOST_THUMBNAILS = 60;
const KINDS = ["image/jpeg", "image/png", "image/webp"];

let piles = [];
let waiting = [];
let sending = 0;
let last = null;

const items = () => piles.flatMap((pile) => pile.items);
const tell = () => {
  const sent = (pile) => pile.items.filter((item) => item.data).map((item) => item.data);
  props.value = { piles: piles.map((pile) => ({ name: pile.name, files: sent(pile) })) };
};

// --- sending -----------------------------------------------------------------------------------

const sendOne = async (item) => {
  try {
    const { path } = await upload(item.file);
    item.data = { path, orig_name: item.file.name, size: item.file.size, meta: { _type: "gradio.FileData" } };
  } catch {
    item.failed = true;
  }
};
const pump = () => {
  while (sending < AT_ONCE && waiting.length) {
    const item = waiting.shift();
    if (item.gone) continue;
    sending += 1;
    sendOne(item).then(() => { sending -= 1; mark(item); pump(); });
  }
  if (!sending && !waiting.length) tell();
  drawAction();
};
const add = (pile, files) => {
  const room = props.most - items().length;
  const chosen = [...files].slice(0, Math.max(0, room));
  pile.note = files.length > chosen.length ? fill(words.too_many, { most: props.most }) : "";
  last = pile;
  for (const file of chosen) {
    const shown = KINDS.includes(file.type) ? URL.createObjectURL(file) : "";
    const item = { file, shown, data: null, failed: false, gone: false, node: null };
    pile.items.push(item);
    waiting.push(item);
  }
  drawPile(pile);
  pump();
};
const drop = (item) => {
  item.gone = true;
  if (item.shown) URL.revokeObjectURL(item.shown);
};
const remove = (pile, item) => {
  drop(item);
  pile.items = pile.items.filter((one) => one !== item);
  drawPile(pile);
  pump();
};

// --- drawing -----------------------------------------------------------------------------------

const mark = (item) => {
  if (!item.node) return;
  item.node.classList.toggle("sending", !item.data && !item.failed);
  item.node.classList.toggle("failed", item.failed);
  if (item.failed) item.node.title = fill(words.not_sent, { name: item.file.name });
};
const thumbnail = (pile, item) => {
  const node = make("div", "thumb");
  if (item.shown) {
    const image = make("img");
    image.src = item.shown;
    image.alt = item.file.name;
    node.append(image);
  } else node.append(make("span", "", item.file.name));
  node.title = item.file.name;
  const label = fill(words.remove, { name: item.file.name });
  node.append(button("remove", "×", () => remove(pile, item), label));
  item.node = node;
  mark(item);
  return node;
};
const chooser = (pile) => {
  const zone = make("label", "zone");
  const input = make("input");
  input.type = "file";
  input.multiple = true;
  input.accept = KINDS.join(",");
  input.setAttribute("aria-label", words.drop);
  input.addEventListener("change", () => { add(pile, input.files); input.value = ""; });
  zone.append(input, make("span", "big", words.drop), make("span", "small", fill(words.kinds, { most: props.most })));
  return zone;
};
const nameOfPile = (pile) => {
  const name = make("input", "name");
  name.value = pile.name;
  name.maxLength = 40;
  name.setAttribute("aria-label", words.name);
  name.addEventListener("input", () => { pile.name = name.value; tell(); });
  return name;
};
// A full pile is emptied; an empty one, of more than there must be, goes.
const clear = (pile) => {
  if (pile.items.length) {
    pile.items.forEach(drop);
    Object.assign(pile, { items: [], note: "" });
    drawPile(pile);
  } else {
    piles = piles.filter((one) => one !== pile);
    draw();
  }
  pump();
};
// What a visitor may be typing in stays; only what has changed is drawn anew.
const drawPile = (pile) => {
  const { count, empty, grid, note } = pile.parts;
  const spare = piles.length > props.least;
  count.textContent = fill(words.count, { count: pile.items.length });
  empty.textContent = pile.items.length ? words.empty : words.remove_pile;
  empty.hidden = !pile.items.length && !spare;
  grid.replaceChildren(...pile.items.slice(0, MOST_THUMBNAILS).map((item) => thumbnail(pile, item)));
  const more = pile.items.length - MOST_THUMBNAILS;
  if (more > 0) grid.append(make("span", "more", `+ ${more}`));
  note.textContent = pile.note;
  note.hidden = !pile.note;
  pile.node.classList.toggle("filled", pile.items.length > 0);
};
const dropped = (pile) => {
  const over = (on) => (event) => { event.preventDefault(); pile.node.classList.toggle("over", on); };
  pile.node.addEventListener("dragover", over(true));
  pile.node.addEventListener("dragleave", over(false));
  pile.node.addEventListener("drop", (event) => {
    over(false)(event);
    add(pile, event.dataTransfer.files);
  });
};
const newPile = (name) => {
  const pile = { name, items: [], note: "", node: make("section", "pile") };
  const title = make("div", "title");
  const parts = { count: make("span", "count"), grid: make("div", "thumbs"), note: make("p", "note") };
  pile.parts = { ...parts, empty: button("plain", "", () => clear(pile)) };
  if (props.named) title.append(nameOfPile(pile));
  title.append(parts.count, pile.parts.empty);
  pile.node.append(title, chooser(pile), parts.grid, parts.note);
  dropped(pile);
  piles.push(pile);
  return pile;
};
const go = button("go", words.run, () => { tell(); trigger("run"); });
const drawAction = () => {
  const left = waiting.length + sending;
  go.disabled = left > 0 || (props.needs_files && piles.some((pile) => !pile.items.length));
  go.textContent = left ? fill(words.sending, { left }) : words.run;
};
const draw = () => {
  const all = make("div", "all");
  all.append(...piles.map((pile) => pile.node));
  const actions = make("div", "actions");
  actions.append(go);
  if (props.named && piles.length < props.most_piles) {
    actions.append(button("plain", words.add_pile, () => {
      newPile(fill(words.pile, { number: piles.length + 1 }));
      draw();
      tell();
    }));
  }
  root.replaceChildren(all, actions);
  piles.forEach(drawPile);
  drawAction();
};

document.addEventListener("paste", (event) => {
  const files = event.clipboardData ? event.clipboardData.files : [];
  if (!files.length || !root.offsetParent) return;  // nothing, or not on the open tab
  event.preventDefault();
  add(piles.includes(last) ? last : piles[0], files);
});
for (let number = 1; number <= props.least; number += 1) {
  newPile(props.named ? fill(words.pile, { number }) : "");
}
draw();
