// Draws the documents of props.value into the element; see library.py.
const root = element.querySelector(".library");

const drawEntry = (entry) => {
  const { words, sample } = props.value;
  const item = make("li");
  const row = make("div", "row");
  row.append(make("span", "name", entry.name));
  if (sample) row.append(make("span", "badge", words.sample));
  if (entry.passages !== null) {
    row.append(make("span", "count", fill(words.passages, { count: entry.passages })));
  }
  if (!sample) {
    const remove = make("button", "", "×");
    remove.type = "button";
    remove.title = fill(words.delete, { name: entry.name });
    remove.setAttribute("aria-label", remove.title);
    remove.addEventListener("click", () => {
      remove.disabled = true;
      trigger("delete", { document: entry.name });
    });
    row.append(remove);
  }
  item.append(row);
  for (const note of entry.notes) item.append(make("p", "", note));
  return item;
};
const draw = () => {
  const entries = (props.value && props.value.entries) || [];
  const said = ((props.value && props.value.said) || []).map((text) => make("li", "said", text));
  root.replaceChildren(...said, ...entries.map(drawEntry));
};
watch("value", draw);
draw();
