// Draws a conversation in two columns; see duet.py. props.value is {turns, ask}.
let editing = -1;
const opened = new Set();

const turnsOf = () => (props.value && props.value.turns) || [];
const running = () => turnsOf().some((turn) => turn.answers.some((one) => !one.finished));
const again = (index, message) => {
  editing = -1;
  props.value = { turns: turnsOf().slice(0, index), ask: message };
  trigger("run");
};

// --- taking it away ----------------------------------------------------------------------------

const copied = (node, text) => {
  navigator.clipboard.writeText(text).then(() => {
    const before = node.textContent;
    node.textContent = words.copied;
    setTimeout(() => { node.textContent = before; }, 1200);
  });
};
const save = (name, kind, text) => {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
const asMarkdown = () => turnsOf().map((turn) => [
  `**${words.you}**\n\n${turn.message}`,
  ...turn.answers.map((one) => `**${one.name}**\n\n${one.text}`),
].join("\n\n")).join("\n\n---\n\n") + "\n";
const asJson = () => JSON.stringify(turnsOf().map((turn) => ({
  message: turn.message,
  seed: turn.seed,
  answers: turn.answers.map(({ column, name, text, thinking }) => ({ column, name, text, thinking })),
})), null, 1) + "\n";

// --- drawing -----------------------------------------------------------------------------------

const editor = (index, turn) => {
  const box = make("div", "editor");
  const field = make("textarea");
  field.value = turn.message;
  field.rows = 2;
  field.setAttribute("aria-label", words.edit);
  const send = () => { if (field.value.trim()) again(index, field.value); };
  const leave = () => { editing = -1; draw(); };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  });
  const row = make("div", "row");
  row.append(button("plain", words.cancel, leave), button("plain strong", words.ask_again, send));
  box.append(field, row);
  setTimeout(() => field.focus(), 0);
  return box;
};
const asked = (index, turn) => {
  const box = make("div", "asked");
  if (editing === index) { box.append(editor(index, turn)); return box; }
  box.append(make("p", "bubble", turn.message));
  if (!running()) {
    const row = make("div", "row");
    row.append(
      button("plain", words.edit, () => { editing = index; draw(); }),
      button("plain", words.retry, () => again(index, turn.message)),
    );
    box.append(row);
  }
  return box;
};
const thought = (key, answer) => {
  const part = make("details", "thought");
  part.open = opened.has(key);
  part.addEventListener("toggle", () => { if (part.open) opened.add(key); else opened.delete(key); });
  part.append(make("summary", "", answer.text || answer.finished ? words.thought : words.thinking));
  part.append(make("p", "", answer.thinking));
  return part;
};
const footer = (turn, answer) => {
  const foot = make("footer");
  const facts = [fill(words.tokens, { count: answer.tokens })];
  if (turn.seed !== undefined) facts.push(fill(words.seed, { seed: turn.seed }));
  if (answer.cut) facts.push(words.cut);
  if (answer.dropped) facts.push(fill(words.dropped, { count: answer.dropped }));
  foot.append(make("span", "", facts.join(" · ")));
  foot.append(button("plain", words.copy, (node) => copied(node, answer.text)));
  return foot;
};
const drawAnswer = (index, turn, answer) => {
  const box = make("article", `answer ${answer.column === "base" ? "base" : "tuned"}`);
  const head = make("header");
  head.append(make("strong", "", words[answer.column] || ""), " ", make("span", "", answer.name));
  box.append(head);
  if (answer.thinking) box.append(thought(`${index}.${answer.column}`, answer));
  const text = make("p", "text", answer.text);
  if (!answer.finished) {
    box.setAttribute("aria-busy", "true");
    if (!answer.text) text.append(make("span", "status", answer.status));
    text.append(make("span", "caret"));
  } else if (!answer.text) text.append(make("span", "status", words.nothing));
  box.append(text);
  if (answer.finished) box.append(footer(turn, answer));
  return box;
};
const drawTurn = (turn, index) => {
  const box = make("section", "turn");
  const answers = make("div", turn.answers.length > 1 ? "answers pair" : "answers");
  answers.append(...turn.answers.map((answer) => drawAnswer(index, turn, answer)));
  box.append(asked(index, turn), answers);
  return box;
};
const tools = () => {
  const bar = make("div", "tools");
  bar.append(
    make("span", "", words.export),
    button("plain", "Markdown", () => save("conversation.md", "text/markdown", asMarkdown())),
    button("plain", "JSON", () => save("conversation.json", "application/json", asJson())),
  );
  return bar;
};
const log = make("div", "log");
log.setAttribute("role", "log");
log.setAttribute("aria-live", "polite");
const foot = make("div", "foot");
root.append(log, foot);
let count = 0;

const draw = () => {
  const turns = turnsOf();
  if (editing >= turns.length) editing = -1;
  const below = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const nodes = turns.map(drawTurn);
  if (!turns.length) {
    nodes.push(make("p", "empty", words.empty));
  }
  log.replaceChildren(...nodes);
  foot.replaceChildren(...(turns.length && !running() ? [tools()] : []));
  // The newest message is put where it can be read; whoever scrolled up is left alone.
  if (nodes.length && (turns.length > count || below)) log.scrollTop = nodes.at(-1).offsetTop - 12;
  count = turns.length;
};
watch("value", draw);
draw();
