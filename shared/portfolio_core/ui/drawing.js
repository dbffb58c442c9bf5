// What every part needs: its element, and words in the browser's language.
const root = element.firstElementChild;
const locale = (navigator.language || "en").toLowerCase().startsWith("ko") ? "ko" : "en";
const words = props.said[locale];

// Nothing is quite certain: no answer is told as 0 or 100 %.
const percent = (share) => {
  if (share > 0.99) return "> 99 %";
  return share < 0.01 ? "< 1 %" : Math.round(100 * share) + " %";
};
const nameOf = (key) => ((props.names && props.names[locale]) || {})[key] || key;
const picture = (file, alt) => {
  const node = make("img");
  node.src = file.url;
  node.alt = alt;
  node.loading = "lazy";
  return node;
};
