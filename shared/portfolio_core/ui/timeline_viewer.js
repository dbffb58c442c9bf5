// Draws the timeline of props.value into the element; see timeline_viewer.py.
const HEARD = ["speech", "music", "noise", "silence"];
const state = { media: "", player: null, editing: -1, entries: [] };
const value = () => props.value;
const seconds = () => value().timeline.seconds;
const clock = (time) => `${Math.floor(time / 60)}:${(time % 60).toFixed(1).padStart(4, "0")}`;

// --- playing -----------------------------------------------------------------------------------

const seek = (time) => {
  if (!state.player) return;
  state.player.currentTime = time + 0.001;  // a player rounds down, into what comes before
  state.player.play().catch(() => {});  // another click came first
};
const follow = () => {
  const time = state.player.currentTime;
  const head = root.querySelector(".head");
  if (head) head.style.left = `${Math.min(100, (100 * time) / seconds())}%`;
  for (const node of root.querySelectorAll("[data-entry]")) {
    const entry = state.entries[node.dataset.entry];
    node.classList.toggle("now", entry.start_seconds <= time && time < entry.end_seconds);
  }
};
const player = (tag, file) => {
  const node = make(tag);
  node.controls = true;
  node.preload = "metadata";
  node.src = file.url;
  node.addEventListener("timeupdate", follow);
  return node;
};
const drawScreen = () => {
  const screen = make("div", "screen");
  const { kind, media, sound } = value();
  if (kind === "picture") {
    screen.append(picture(media, words.scene));
    return screen;
  }
  state.player = player(kind === "clip" ? "video" : "audio", media);
  state.player.addEventListener("error", () => {  // a film that this browser does not know
    if (!sound || !screen.contains(state.player)) return;
    state.player = player("audio", sound);
    screen.replaceChildren(state.player, make("p", "unseen", words.unseen));
  }, { once: true });
  screen.append(state.player);
  return screen;
};

// --- what an entry says ------------------------------------------------------------------------

const spoken = (entry) => entry.words.map((word) => word.text).join(" ");
const guessed = (entry) => entry.note === "not_understood" && spoken(entry) === entry.text;
const known = (entry) => (guessed(entry) ? "" : entry.text);  // nobody wants to delete a guess
const shown = (entry) => (guessed(entry) ? words.not_understood : entry.text);

// --- the strip ---------------------------------------------------------------------------------

const place = (node, entry) => {
  node.style.left = `${(100 * entry.start_seconds) / seconds()}%`;
  node.style.width = `${(100 * (entry.end_seconds - entry.start_seconds)) / seconds()}%`;
};
const block = (entry, index, image) => {
  const text = entry.kind === "scene" || entry.kind === "speech" ? `: ${shown(entry)}` : "";
  const label = `${clock(entry.start_seconds)} ${words[entry.kind]}${text}`;
  const node = button(`block ${entry.kind}`, "", () => seek(entry.start_seconds), label);
  node.dataset.entry = index;
  node.tabIndex = -1;  // the lines below are the same for a keyboard
  if (image) node.append(image);
  place(node, entry);
  return node;
};
const drawStrip = () => {
  const strip = make("div", "strip");
  if (!seconds()) return strip;
  const seen = make("div", "lane seen"), heard = make("div", "lane heard");
  let scene = 0;
  state.entries.forEach((entry, index) => {
    if (entry.kind === "scene") {
      const file = value().scenes[scene++];
      seen.append(block(entry, index, file && picture(file, "")));
    } else heard.append(block(entry, index));
  });
  if (seen.children.length) strip.append(seen);
  if (heard.children.length) strip.append(heard);
  strip.append(make("div", "head"));
  return strip;
};

// --- the lines ---------------------------------------------------------------------------------

const drawText = (entry) => {
  const text = make("p", guessed(entry) ? "text guess" : "text");
  if (guessed(entry) || !entry.words.length || spoken(entry) !== entry.text) {
    text.textContent = shown(entry) || words[entry.kind];
    return text;
  }
  entry.words.forEach((word, at) => {
    if (at) text.append(" ");
    if (!word.doubtful) { text.append(word.text); return; }
    const mark = make("mark", "", word.text);
    mark.title = percent(word.confidence);
    text.append(mark);
  });
  return text;
};
const save = (index, text) => {
  if (state.editing !== index) return;
  state.editing = -1;
  const wanted = text.trim().replace(/\s+/g, " ");
  const changed = wanted !== known(state.entries[index]);
  if (changed) state.entries[index] = { ...state.entries[index], text: wanted, edited: true };
  redraw();
  root.querySelector(`li[data-entry="${index}"] .edit`)?.focus();
  if (changed) trigger("edit", { timeline: { ...value().timeline, entries: state.entries } });
};
const drawEditor = (entry, index) => {
  const editor = make("div", "editor");
  const area = make("textarea");
  area.value = known(entry);
  area.rows = Math.max(2, Math.ceil(area.value.length / 60));
  area.setAttribute("aria-label", words.edit);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { state.editing = -1; redraw(); }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save(index, area.value);
  });
  const done = button("done", words.save, () => save(index, area.value));
  const leave = button("leave", words.cancel, () => { state.editing = -1; redraw(); });
  editor.append(area, done, leave);
  return editor;
};
const drawLine = (entry, index, file) => {
  const line = make("li", entry.kind);
  line.dataset.entry = index;
  if (seconds()) {
    const time = clock(entry.start_seconds);
    line.append(button("time", time, () => seek(entry.start_seconds), fill(words.play, { time })));
  }
  if (file) line.append(picture(file, ""));
  const body = make("div", "body");
  const kind = make("span", "kind", words[entry.kind]);
  if (entry.edited) kind.append(` · ${words.edited}`);
  if (entry.text || entry.edited) body.append(kind);
  body.append(index === state.editing ? drawEditor(entry, index) : drawText(entry));
  line.append(body);
  const may = value().whole && (entry.kind === "scene" || entry.kind === "speech");
  if (may && index !== state.editing) {
    line.append(button("edit", "✎", () => { state.editing = index; redraw(); root.querySelector("textarea").focus(); }, words.edit));
  }
  if (seconds()) line.addEventListener("click", (event) => {
    if (!event.target.closest("button, textarea")) seek(entry.start_seconds);
  });
  return line;
};
const drawLines = () => {
  const list = make("ol");
  let scene = 0;
  state.entries.forEach((entry, index) => {
    const file = entry.kind === "scene" && seconds() ? value().scenes[scene++] : null;
    list.append(drawLine(entry, index, file));
  });
  return list;
};

// --- all of it ---------------------------------------------------------------------------------

const drawBar = () => {
  const bar = make("div", "bar");
  const kinds = HEARD.filter((kind) => state.entries.some((entry) => entry.kind === kind));
  for (const kind of kinds) bar.append(make("span", `key ${kind}`, words[kind]));
  const doubtful = state.entries.some((entry) => !guessed(entry) && entry.words.some((word) => word.doubtful));
  if (doubtful) {
    const key = make("span", "key");
    key.append(make("mark", "", words.doubtful));
    bar.append(key);
  }
  return bar;
};
const redraw = () => {
  const notes = make("ul", "notes");
  for (const note of value().notes) notes.append(make("li", "", note));
  const rest = make("div", "rest");
  rest.append(drawStrip(), drawBar(), drawLines(), notes);
  if (value().models) rest.append(make("p", "models", value().models));
  root.querySelector(".rest").replaceWith(rest);
  if (state.player) follow();
};
const update = () => {
  root.hidden = !value();
  if (!value()) {
    Object.assign(state, { media: "", player: null });
    root.replaceChildren();
    return;
  }
  state.entries = value().timeline.entries;
  state.editing = -1;
  if (value().media.path !== state.media) {
    state.media = value().media.path;
    state.player = null;
    root.replaceChildren(drawScreen(), make("div", "rest"));
  }
  redraw();
};
watch("value", update);
update();
