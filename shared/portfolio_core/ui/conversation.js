// Draws the turns of props.value into the element; see conversation.py. Everything that visitors
// and documents say reaches the page through textContent, never as markup.
const root = element.querySelector(".conversation");
const state = { open: new Set(), chosen: "" };

const words = () => props.value.words;
const number = (value, digits) => (value === null || value === undefined ? "–" : value.toFixed(digits));

const choose = (node, key, passage, quote) => {
  state.chosen = key;
  for (const other of root.querySelectorAll("[data-key]")) {
    other.setAttribute("aria-pressed", other.dataset.key === key);
  }
  trigger("select", { passage: passage.id, quote });
};
const place = (passage) => {
  const where = fill(words().page, { number: passage.page });
  const heading = passage.heading ? ` · ${passage.heading}` : "";
  return `${passage.document} · ${where}${heading}`;
};
const mark = (key, passage, quote) => {
  const node = make("button", "mark", `[${passage.number}]`);
  node.type = "button";
  node.dataset.key = key;
  node.title = place(passage);
  node.setAttribute("aria-label", fill(words().mark, { number: passage.number, place: place(passage) }));
  node.setAttribute("aria-pressed", state.chosen === key);
  node.addEventListener("click", () => choose(node, key, passage, quote));
  return node;
};

const drawSentences = (turn, answer) => {
  const text = make("p", "answer");
  answer.sentences.forEach((sentence, at) => {
    const node = make("span", sentence.supported ? "sentence" : "sentence unsupported", sentence.text);
    text.append(node);
    sentence.citations.forEach((cited, nth) => {
      const passage = answer.passages[cited - 1];
      if (passage) text.append(" ", mark(`${turn}.${at}.${nth}`, passage, sentence.text));
    });
    if (!sentence.supported) {
      const flag = make("span", "flag", words().unsupported);
      flag.title = words().unsupported_why;
      text.append(" ", flag);
    }
    text.append(" ");
  });
  if (answer.pending) text.append(make("span", "pending", answer.pending));
  return text;
};
const drawPassage = (turn, passage) => {
  const item = make("li");
  const key = `${turn}.p${passage.number}`;
  const node = make("button", "passage");
  node.type = "button";
  node.dataset.key = key;
  node.setAttribute("aria-pressed", state.chosen === key);
  const excerpt = passage.text.length > 160 ? `${passage.text.slice(0, 160)}…` : passage.text;
  const { fused, dense, bm25 } = passage.scores;
  node.append(
    make("span", "where", `[${passage.number}] ${place(passage)}`),
    make("span", "excerpt", excerpt),
    make("span", "scores",
      `${words().fused} ${number(fused, 3)} · ${words().dense} ${number(dense, 2)} · ${words().words} ${number(bm25, 1)}`),
  );
  node.addEventListener("click", () => choose(node, key, passage, ""));
  item.append(node);
  return item;
};
const drawPassages = (turn, answer, title, open) => {
  const part = make("details", "passages");
  part.open = open !== state.open.has(turn);
  part.addEventListener("toggle", () => {
    if (part.open === open) state.open.delete(turn); else state.open.add(turn);
  });
  const list = make("ol");
  for (const passage of answer.passages) list.append(drawPassage(turn, passage));
  part.append(make("summary", "", title), list);
  return part;
};
const drawAnswer = (turn, index) => {
  const answer = turn.answer;
  const box = make("div", "reply");
  if (!answer) {
    box.append(make("p", "thinking", turn.status || words().thinking));
    return box;
  }
  if (answer.searched && answer.searched !== turn.question) {
    box.append(make("p", "note", fill(words().searched, { question: answer.searched })));
  }
  if (answer.sentences === undefined) {
    box.append(drawPassages(index, answer, fill(words().found, { count: answer.passages.length }), true));
    return box;
  }
  if (answer.abstained) {
    const absent = make("p", "absent");
    absent.append(make("strong", "", words().absent), " ", words().absent_why);
    box.append(absent);
    if (answer.passages.length) box.append(drawPassages(index, answer, words().nearest, true));
    return box;
  }
  box.append(drawSentences(index, answer));
  if (answer.finished) {
    const title = fill(words().looked_at, { count: answer.passages.length });
    box.append(drawPassages(index, answer, title, false));
  }
  return box;
};

const draw = () => {
  const turns = (props.value && props.value.turns) || [];
  const below = root.scrollHeight - root.scrollTop - root.clientHeight < 60;
  const nodes = turns.flatMap((turn, index) => [make("p", "question", turn.question), drawAnswer(turn, index)]);
  if (!turns.length && props.value) nodes.push(make("p", "empty", words().empty));
  if (turns.length < state.count) Object.assign(state, { open: new Set(), chosen: "" });
  root.replaceChildren(...nodes);
  // The newest question is put where it can be read; whoever scrolled up is left alone.
  if (turns.length !== state.count || below) {
    const last = root.querySelectorAll(".question");
    if (last.length) root.scrollTop = last[last.length - 1].offsetTop - 12;
  }
  state.count = turns.length;
};
watch("value", draw);
draw();
