// Draws pictures while they are made and when they are done; see easel.py. props.value is a run,
// or, for a moment, {asked: …}: what Python is asked for.
let run = null;
let visit = []; // pictures of this visit, the newest first
let sending = "";

const stage = make("div", "stage");
const strip = make("div", "visit");
const dialog = make("dialog", "large");
root.append(stage, strip, dialog);
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

// --- asking Python -----------------------------------------------------------------------------

const ask = (event, asked) => { props.value = { asked }; trigger(event); };
const placeOf = ({ key, name }) => ({ key, name });
const take = async (file) => {
  sending = words.sending;
  draw();
  try {
    const { path } = await upload(file);
    sending = "";
    const meta = { _type: "gradio.FileData" };
    ask("restore", { file: { path, orig_name: file.name, size: file.size, meta } });
  } catch {
    sending = words.not_sent;
  }
  draw();
};
const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const over = (is) => stage.classList.toggle("over", is);
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  over(true);
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  over(false);
  if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])][0];
  if (file) take(file);
});

// --- one picture -------------------------------------------------------------------------------

const saving = (file, name, className, text) => {
  const link = make("a", className, text);
  link.href = file.url;
  link.download = name;
  return link;
};
const noteOf = (note) => make("p", `note ${note.code}`, note.text);
const enlarge = (cell) => {
  const close = button("plain", words.close, () => dialog.close());
  const use = button("plain strong", words.use, () => {
    dialog.close();
    ask("restore", { picture: placeOf(cell) });
  });
  const row = make("div", "row");
  row.append(use, saving(cell.picture, cell.name, "plain", words.save), close);
  dialog.replaceChildren(picture(cell.picture, cell.title), make("p", "title", cell.title), row);
  dialog.showModal();
};
const open = (cell, className) => {
  const node = button(className, undefined, () => enlarge(cell), words.enlarge);
  node.append(picture(cell.picture, cell.title));
  return node;
};
// What is to be known of every picture alike is said once, below them.
const shared = () => {
  const [first, ...others] = run.cells;
  if (!others.length) return [];
  const all = (text) => others.every((cell) => cell.notes.some((note) => note.text === text));
  return first.notes.filter((note) => all(note.text));
};
const drawn = (cell, said) => {
  const box = make("figure", "cell");
  const foot = make("figcaption");
  const row = make("div", "row");
  const own = cell.notes.filter((note) => !said.has(note.text));
  row.append(make("span", "seed", fill(words.seed, cell)), saving(cell.picture, cell.name, "plain", words.save));
  foot.append(row, ...own.map(noteOf));
  box.append(open(cell, "open"), foot);
  return box;
};
const pending = (isNext) => {
  const box = make("figure", isNext ? "cell pending next" : "cell pending");
  const frame = make("div", "frame");
  frame.style.aspectRatio = `${run.width} / ${run.height}`;
  if (isNext && run.preview) {
    const look = make("img");
    look.src = run.preview;
    look.alt = words.preview;
    frame.append(look);
  }
  box.append(frame);
  return box;
};

// --- a run -------------------------------------------------------------------------------------

const progress = () => {
  const box = make("div", "progress");
  const bar = make("div", "bar");
  const filled = make("span");
  filled.style.width = `${100 * run.share}%`;
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-valuenow", Math.round(100 * run.share));
  bar.append(filled);
  box.append(make("p", "status", run.status), bar);
  return box;
};
const places = () => run.rows.flatMap((_, row) => run.columns.map((_, column) => ({ row, column })));
const table = (notes) => {
  const said = new Set(notes.map((note) => note.text));
  const compared = Boolean(run.parameter);
  const count = places().length;
  const grid = make("div", compared ? "grid compared" : count > 1 ? "grid many" : "grid");
  if (compared) {
    grid.style.gridTemplateColumns = `repeat(${run.columns.length}, minmax(var(--least), 1fr))`;
    for (const label of run.columns) grid.append(make("strong", "column", `${run.parameter} ${label}`));
  }
  const found = new Map(run.cells.map((cell) => [`${cell.row}/${cell.column}`, cell]));
  let next = !run.finished;
  // They are drawn column by column; what is pending there shows how far it is.
  const at = run.cells.length ? Math.floor(run.cells.length / run.rows.length) : 0;
  for (const { row, column } of places()) {
    const cell = found.get(`${row}/${column}`);
    if (cell) { grid.append(drawn(cell, said)); continue; }
    const isNext = next && column === at;
    if (isNext) next = false;
    if (!run.finished) grid.append(pending(isNext));
    else if (compared) grid.append(make("div"));
  }
  return grid;
};
const nothing = () => {
  const box = make("div", "nothing");
  box.append(make("p", "", words.empty), make("p", "hint", words.drop));
  return box;
};
const tools = () => {
  const bar = make("div", "row tools");
  const input = make("input");
  input.type = "file";
  input.accept = "image/png";
  input.hidden = true;
  input.addEventListener("change", () => { if (input.files.length) take(input.files[0]); });
  bar.append(input, button("plain", words.restore, () => input.click()));
  if (run?.sheet) bar.append(saving(run.sheet, "comparison.png", "plain", words.sheet));
  if (sending) bar.append(make("span", "hint", sending));
  return bar;
};
const drawVisit = () => {
  strip.hidden = !visit.length;
  const head = make("div", "row");
  const all = button("plain", words.all, () => ask("pack", { pictures: visit.map(placeOf) }));
  head.append(make("span", "label", fill(words.visit, { count: visit.length })), all);
  const thumbs = make("div", "thumbs");
  thumbs.append(...visit.map((cell) => open(cell, "thumb")));
  strip.replaceChildren(head, thumbs);
};
const remember = () => {
  const known = new Set(visit.map((cell) => cell.key));
  const fresh = run.cells.filter((cell) => !known.has(cell.key));
  if (fresh.length) visit = [...fresh.reverse(), ...visit].slice(0, props.most);
  return fresh.length > 0;
};
const draw = () => {
  const value = props.value;
  if (value && value.run) {
    const isNew = !run || run.run !== value.run;
    run = value;
    if (remember()) drawVisit();
    // On a phone the button stands above all this.
    if (isNew && stage.getBoundingClientRect().top > window.innerHeight * 0.7) stage.scrollIntoView({ block: "start", behavior: "smooth" });
  }
  const parts = [];
  if (!run) parts.push(nothing());
  else {
    const notes = shared();
    if (!run.finished) parts.push(progress());
    parts.push(table(notes), ...notes.map(noteOf));
    if (run.told) parts.push(make("p", "told", run.told));
  }
  stage.setAttribute("aria-busy", Boolean(run && !run.finished));
  stage.replaceChildren(...parts, tools());
};
watch("value", draw);
drawVisit();
draw();
