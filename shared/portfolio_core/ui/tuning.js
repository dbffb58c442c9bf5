// Draws what an adapter changed, or a training while it runs; see tuning.py.
const WIDE = 420;
const HIGH = 160;

const figure = (number, title, note) => {
  const box = make("div", "figure");
  box.append(make("strong", "", number), make("span", "title", title), make("span", "note", note));
  return box;
};
const scores = (report) => {
  const box = make("div", "figures");
  for (const score of report.scores) {
    const change = 100 * (score.tuned_loss / score.base_loss - 1);
    const sign = change > 0 ? "+" : "−";
    const fields = {
      before: Math.exp(score.base_loss).toFixed(1),
      after: Math.exp(score.tuned_loss).toFixed(1),
      change: sign + Math.abs(change).toFixed(0),
      tokens: score.tokens.toLocaleString(),
    };
    box.append(figure(
      `${score.base_loss.toFixed(2)} → ${score.tuned_loss.toFixed(2)}`,
      words[`score_${score.rows}`] || score.rows,
      fill(words.score_note, fields),
    ));
  }
  return box;
};
const path = (points, at, className) =>
  svg("polyline", { points: points.map((p) => at(...p).join(",")).join(" "), class: className });
const curve = (steps) => {
  const box = make("figure", "curve");
  const learnt = steps.map((one) => [one.step, one.loss]);
  const held = steps.filter((one) => one.held_out !== null && one.held_out !== undefined)
    .map((one) => [one.step, one.held_out]);
  const all = [...learnt, ...held];
  const last = Math.max(...all.map(([step]) => step), 1);
  const most = Math.max(...all.map(([, loss]) => loss), 0.1);
  const at = (step, loss) => [(step / last * WIDE).toFixed(1), ((1 - loss / most) * HIGH).toFixed(1)];
  const chart = svg("svg", { viewBox: `-34 -8 ${WIDE + 44} ${HIGH + 30}`, role: "img", "aria-label": words.curve });
  for (const share of [0, 0.5, 1]) {
    const y = (1 - share) * HIGH;
    const label = svg("text", { x: -6, y: y + 4, class: "axis end" });
    label.textContent = (share * most).toFixed(1);
    chart.append(svg("line", { x1: 0, x2: WIDE, y1: y, y2: y, class: "grid" }), label);
  }
  const end = svg("text", { x: WIDE, y: HIGH + 17, class: "axis end" });
  end.textContent = fill(words.step, { step: last });
  chart.append(end, path(learnt, at, "learnt"));
  if (held.length > 1) chart.append(path(held, at, "held"));
  for (const point of held) {
    const [cx, cy] = at(...point);
    chart.append(svg("circle", { cx, cy, r: 3, class: "held" }));
  }
  const legend = make("ul", "legend");
  legend.append(make("li", "learnt", words.learnt));
  if (held.length) legend.append(make("li", "held", words.held));
  box.append(make("figcaption", "", words.curve), chart, legend);
  return box;
};
const samples = (report) => {
  const box = make("div", "samples");
  box.append(make("h4", "", fill(words.samples, { count: report.samples.length })));
  for (const one of report.samples) {
    const row = make("div", "sample");
    const pair = make("div", "both");
    for (const column of ["base", "tuned"]) {
      const cell = make("div", column);
      cell.append(make("span", "who", words[column]), make("p", "", one[column] || "–"));
      pair.append(cell);
    }
    row.append(make("p", "prompt", one.prompt), pair);
    box.append(row);
  }
  return box;
};
const how = (value) => {
  const { report } = value;
  const part = make("details", "how");
  part.append(make("summary", "", words.how));
  const left = Object.entries(report.rows.rejected).map(([reason, count]) => `${reason} ${count}`).join(", ");
  const facts = [
    fill(words.rows, { used: report.rows.used, held: report.rows.held_out, tokens: report.rows.tokens.toLocaleString() }),
    fill(words.left_out, { duplicates: report.rows.duplicates, rejected: left || "0" }),
    fill(words.took, {
      seconds: report.seconds.toFixed(0),
      speed: report.tokens_per_second.toFixed(0),
      memory: (report.peak_bytes / 2 ** 20).toFixed(0),
    }),
    fill(words.version, { base: `${report.base} @ ${report.base_revision.slice(0, 12)}`, revision: value.revision }),
  ];
  const list = make("ul");
  list.append(...facts.map((fact) => make("li", "", fact)));
  part.append(list, make("pre", "", report.command));
  return part;
};
const head = (value) => {
  const box = make("div", "head");
  box.append(make("h3", "", value.name));
  if (value.file) {
    const link = make("a", "zip", words.zip);
    link.href = value.file.url;
    link.download = "adapter.zip";
    box.append(link);
  }
  return box;
};
const finished = (value) => {
  const { report } = value;
  const kind = fill(words.kind, { rank: value.rank, base: value.base });
  if (!report) return [head(value), make("p", "lead", kind), make("p", "lead", words.no_report)];
  const from = fill(words.data, { data: report.data, licence: report.licence });
  const parts = [head(value), make("p", "lead", `${kind} ${from}`), scores(report)];
  if (report.curve.length > 1) parts.push(curve(report.curve));
  if (report.samples.length) parts.push(samples(report));
  return [...parts, how(value)];
};
const growing = (value) => {
  const bar = make("progress");
  bar.max = value.steps || 1;
  bar.value = value.step || 0;
  const last = value.curve.at(-1);
  const said = last && value.step === value.steps ? words.measuring : last
    ? fill(words.progress, { step: value.step, steps: value.steps, loss: last.loss.toFixed(2), speed: value.speed.toFixed(0), left: Math.ceil(value.left) })
    : value.status;
  return [make("p", "lead", said), bar, ...(value.curve.length > 1 ? [curve(value.curve)] : [])];
};
const draw = () => {
  const { value } = props;
  root.hidden = !value;
  root.replaceChildren(...(!value ? [] : value.curve ? growing(value) : finished(value)));
};
watch("value", draw);
draw();
