// Draws the answer about one picture; see verdict.py.
const state = { heat: false };

const headline = (value) => {
  const best = value.classes[0];
  const box = make("div", "headline");
  if (value.verdict === null) {
    box.append(make("strong", "unsure", words.unsure));
    const fields = { name: nameOf(best.name), percent: percent(best.probability) };
    box.append(make("p", "", fill(words.leaning, fields)));
    return box;
  }
  box.append(make("strong", "", nameOf(value.verdict)));
  box.append(make("p", "", fill(words.sure, { percent: percent(best.probability) })));
  return box;
};
const bar = (one, verdict) => {
  const row = make("div", one.name === verdict ? "row named" : "row");
  const track = make("div", "track");
  const band = make("span", "band");
  band.style.width = `${100 * one.threshold}%`;
  band.title = fill(words.band, { percent: percent(one.threshold) });
  const filled = make("span", "filled");
  filled.style.width = `${100 * one.probability}%`;
  track.append(band, filled);
  row.append(make("span", "name", nameOf(one.name)), make("span", "share", percent(one.probability)), track);
  return row;
};
const sheet = (value) => {
  const pane = make("div", "pane");
  const frame = make("div", "frame");
  frame.append(picture(value.picture, words.picture));
  if (value.heat) {
    const glow = picture(value.heat, words.heat);
    glow.className = "heat";
    frame.append(glow);
  }
  frame.classList.toggle("hot", state.heat && Boolean(value.heat));
  const choice = make("div", "switch");
  const show = (heat) => { state.heat = heat; draw(); };
  for (const [heat, text] of [[false, words.show_picture], [true, words.show_heat]]) {
    const one = button(state.heat === heat ? "chosen" : "", text, () => show(heat));
    one.setAttribute("aria-pressed", state.heat === heat);
    one.disabled = heat && !value.heat;
    choice.append(one);
  }
  pane.append(frame, choice);
  return pane;
};
const draw = () => {
  const value = props.value;
  root.hidden = !value;
  if (!value) { root.replaceChildren(); return; }
  const side = make("div", "side");
  side.append(headline(value));
  for (const one of value.classes) side.append(bar(one, value.verdict));
  side.append(make("p", "key", words.key));
  if (state.heat && value.heat) side.append(make("p", "note", words.heat_note));
  for (const note of value.notes) side.append(make("p", "note", words[`note_${note}`]));
  side.append(make("p", "note", fill(words.answered, { model: value.own ? words.yours : value.model, seconds: value.seconds.toFixed(2) })));
  root.replaceChildren(sheet(value), side);
};
watch("value", draw);
draw();
