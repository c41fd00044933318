// Draws every [data-chart] with plotly in the page's colours, anew when the theme changes. Tables hold the same numbers.

const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const SYMBOLS = ["circle", "square", "diamond", "cross", "triangle-up", "x"];
const COLOURS = ["--g2", "--g4", "--g1", "--g3", "--g6", "--g5"];

const LONGEST = 14; // characters of a name beside an axis

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// plotly reads tags and entities in its texts; a name is a name.
const plain = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("%{", "% {");
const short = (words) => (words.length > LONGEST ? `${[...words].slice(0, LONGEST).join("")}…` : words);
const places = (one) => one.x.map((_, place) => place); // two batches may have one name

function traces(chart) {
  const format = chart.percent ? ".0%" : ".2f";
  if (chart.kind === "bars") {
    return chart.series.map((one, place) => ({
      type: "bar", orientation: "h", name: plain(one.name), y: places(one), x: one.y, text: one.x.map(plain), textposition: "none",
      marker: { color: colour(COLOURS[place % COLOURS.length]) }, hovertemplate: `%{text}：%{x:${format}}<extra></extra>`,
    }));
  }
  return chart.series.map((one, place) => ({
    type: "scatter", mode: "lines+markers", name: plain(one.name), x: places(one), y: one.y, text: one.x.map(plain), connectgaps: false,
    line: { dash: DASHES[place % DASHES.length], color: colour(COLOURS[place % COLOURS.length]), width: 2 },
    marker: { symbol: SYMBOLS[place % SYMBOLS.length], size: 9 },
    hovertemplate: `${plain(one.name)}　%{text}：%{y:${format}}<extra></extra>`,
  }));
}

function layout(chart, box) {
  const ink = colour("--ink");
  const grid = colour("--line");
  const values = { title: { text: chart.y }, gridcolor: grid, zerolinecolor: grid, tickformat: chart.percent ? ".0%" : undefined, fixedrange: true, rangemode: "tozero", automargin: true };
  if (chart.least !== null && chart.most !== null) values.range = [chart.least, chart.most * 1.02];
  const ticks = chart.series[0].x;
  const names = { tickmode: "array", tickvals: places(chart.series[0]), ticktext: ticks.map((one) => plain(short(one))), gridcolor: grid, zeroline: false, fixedrange: true, automargin: true };
  const bars = chart.kind === "bars";
  const rows = bars ? chart.series[0].x.length : 0;
  return {
    height: bars ? Math.max(160, 70 + rows * 24) : 340, width: box.clientWidth || undefined,
    margin: { l: 10, r: 10, t: 10, b: 10 }, paper_bgcolor: "transparent", plot_bgcolor: "transparent",
    font: { family: colour("--sans"), size: 13, color: ink }, hoverlabel: { bgcolor: colour("--surface"), font: { color: ink } },
    xaxis: bars ? values : names, yaxis: bars ? names : values,
    showlegend: chart.series.length > 1, legend: { orientation: "h", y: -0.15 }, dragmode: false,
  };
}

function draw() {
  for (const box of document.querySelectorAll("[data-chart]")) {
    const chart = JSON.parse(box.dataset.chart);
    globalThis.Plotly.react(box, traces(chart), layout(chart, box), { displayModeBar: false, staticPlot: false, scrollZoom: false });
  }
}

if (globalThis.Plotly) {
  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let waiting;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 150);
  });
}
