// Draws what was learnt from a visitor's pictures, and how good it is; see lesson.py.
const SIDE = 200;

const figure = (number, title, note) => {
  const box = make("div", "figure");
  box.append(make("strong", "", number), make("span", "title", title), make("span", "note", note));
  return box;
};
const figures = (told) => {
  const box = make("div", "figures");
  const [low, high] = told.interval;
  box.append(
    figure(percent(told.balanced_accuracy), words.score, fill(words.interval, { low: percent(low), high: percent(high) })),
    figure(percent(told.colours_alone), words.colours, words.colours_note),
    figure(percent(told.calibration_error), words.calibration, words.calibration_note),
  );
  return box;
};
const curve = (told) => {
  const box = make("figure", "curve");
  const chart = svg("svg", { viewBox: `-8 -8 ${SIDE + 16} ${SIDE + 16}`, role: "img", "aria-label": words.roc });
  chart.append(svg("rect", { x: 0, y: 0, width: SIDE, height: SIDE, class: "ground" }));
  chart.append(svg("line", { x1: 0, y1: SIDE, x2: SIDE, y2: 0, class: "chance" }));
  // Of two classes the curves are each other's mirror image: one says all.
  const names = told.classes.length === 2 ? told.classes.slice(-1) : told.classes;
  const legend = make("ul", "legend");
  names.forEach((name, index) => {
    const points = told.roc[name].map(([x, y]) => `${x * SIDE},${(1 - y) * SIDE}`).join(" ");
    chart.append(svg("polyline", { points, class: `c${index}` }));
    legend.append(make("li", `c${index}`, fill(words.area, { name, area: told.roc_area[name].toFixed(2) })));
  });
  box.append(make("figcaption", "", words.roc), chart, legend);
  return box;
};
const confusion = (told) => {
  const box = make("figure", "confusion");
  const table = make("table");
  const head = make("tr");
  head.append(make("th", "", words.truth));
  for (const name of told.classes) head.append(make("th", "", name));
  table.append(head);
  told.confusion.forEach((counts, truth) => {
    const row = make("tr");
    const sum = counts.reduce((a, b) => a + b, 0) || 1;
    row.append(make("th", "", told.classes[truth]));
    counts.forEach((number, said) => {
      const cell = make("td", said === truth ? "right" : "wrong", percent(number / sum));
      cell.style.setProperty("--share", number / sum);
      row.append(cell);
    });
    table.append(row);
  });
  box.append(make("figcaption", "", words.confusion), table);
  return box;
};
const mistakes = (value) => {
  const box = make("div", "mistakes");
  box.append(make("h4", "", words.mistakes));
  const list = make("div", "list");
  for (const one of value.mistakes) {
    const card = make("div", "mistake");
    card.append(picture(one.picture, one.name));
    const fields = { said: one.said, percent: percent(one.probability), truth: one.truth };
    card.append(make("span", "", fill(words.mistake, fields)));
    list.append(card);
  }
  box.append(list);
  return box;
};
const leftOut = (value) => {
  const box = make("details", "left");
  box.append(make("summary", "", fill(words.left_out, { count: value.left_out.length })));
  const list = make("ul");
  for (const one of value.left_out) list.append(make("li", "", `${one.name}: ${one.message}`));
  box.append(list);
  return box;
};
const draw = () => {
  const value = props.value;
  root.hidden = !value;
  if (!value) { root.replaceChildren(); return; }
  const { told } = value;
  const pictures = Object.values(told.pictures).reduce((a, b) => a + b, 0);
  const head = make("div", "head");
  const names = told.classes.join(", ");
  head.append(make("h3", "", fill(words.learnt, { names })));
  const zip = make("a", "zip", words.zip);
  zip.href = value.file.url;
  zip.download = "classifier.zip";
  head.append(zip);
  const better = told.interval[0] > told.colours_alone;
  const parts = [
    head,
    make("p", "lead", fill(words.how, { pictures, seconds: value.seconds.toFixed(0) })),
    figures(told),
    make("p", better ? "judged" : "judged warning", better ? words.better : words.no_better),
  ];
  for (const note of value.notes) parts.push(make("p", "judged warning", note));
  const charts = make("div", "charts");
  charts.append(curve(told), confusion(told));
  parts.push(charts);
  if (value.mistakes.length) parts.push(mistakes(value));
  if (value.left_out.length) parts.push(leftOut(value));
  root.replaceChildren(...parts);
};
watch("value", draw);
draw();
