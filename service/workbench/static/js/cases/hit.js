// One hit: passages side by side, the reasons, what differs, how the case was handled, cases with nearly the same text.

import { call, Problem } from "../api.js";
import { h, labelTag } from "../dom.js";

const MOST = 6; // labels of a kind before the table is opened
const BRIEF = 24; // characters of what was asked that need no half of the width

export const caseHref = (id) => `/cases/${id.split("/").map(encodeURIComponent).join("/")}`;

// The words of a quote with those that both sides share marked.
function shared(quote, words) {
  const parts = [];
  let rest = quote;
  while (rest) {
    const [word, at] = words.map((one) => [one, rest.indexOf(one)]).filter(([, place]) => place >= 0)
      .sort((one, other) => one[1] - other[1] || other[0].length - one[0].length)[0] ?? [null, -1];
    if (word === null || word === "") return [...parts, rest];
    parts.push(rest.slice(0, at), h("mark", {}, word));
    rest = rest.slice(at + word.length);
  }
  return parts;
}

const quoted = (quotes) => quotes.map((one) => `“${one.quote}”`).join("、");

function pairs(hit) {
  if (!hit.pairs.length) return [h("p", {}, hit.snippet)];
  return hit.pairs.map((pair) => {
    const reasons = [
      pair.cosine === null ? null : `语义相近 ${pair.cosine.toFixed(2)}`,
      pair.shared_words.length ? `共有词：${pair.shared_words.slice(0, 6).join("、")}` : null,
    ].filter(Boolean);
    return h("div", { class: pair.query.quote.length <= BRIEF ? "pair brief" : "pair" },
      h("blockquote", { class: "serif" }, h("span", { class: "side" }, "所查"), ...shared(pair.query.quote, pair.shared_words)),
      h("blockquote", { class: "serif" }, h("span", { class: "side" }, "案例"), ...shared(pair.case.quote, pair.shared_words)),
      reasons.length > 0 && h("p", { class: "dim small" }, reasons.join("；")));
  });
}

function tags(hit, words) {
  const kinds = [
    ["表现相反", "bad", hit.opposite_tags], ["表现相同", "good", hit.shared_tags], ["说的是他人", "warn", hit.other_subject_tags],
    ["案例独有", "", hit.differing_tags.filter((tag) => !tag.query.length)], ["所查独有", "", hit.differing_tags.filter((tag) => tag.query.length)],
  ].filter(([, , tags]) => tags.length);
  if (!kinds.length) return null;
  const named = (tag) => labelTag(words.labels[tag.label] ?? { zh: tag.label }, tag.polarity);
  return h("details", { class: "tags" },
    h("summary", {}, ...kinds.map(([zh, tone, tags]) =>
      h("span", { class: "kind" }, h("span", { class: `tag ${tone}` }, zh), ...tags.slice(0, MOST).map(named), tags.length > MOST && ` 等 ${tags.length} 个`))),
    h("table", { class: "stacked" },
      h("thead", {}, h("tr", {}, ...["异同", "标签", "所查", "案例"].map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...kinds.flatMap(([zh, , tags]) => tags.map((tag) => h("tr", {},
        h("td", { "data-head": "异同" }, zh), h("td", { "data-head": "标签" }, named(tag)),
        h("td", { "data-head": "所查" }, quoted(tag.query) || "—"), h("td", { "data-head": "案例" }, quoted(tag.case) || "—")))))));
}

function circumstances(hit) {
  const side = (honest, wilful) => [honest.length && `偏失误：${quoted(honest)}`, wilful.length && `偏违规：${quoted(wilful)}`].filter(Boolean).join("；") || "没有写到";
  const words = (one) => `${one.zh}。所查${side(one.query_honest, one.query_wilful)}。案例${side(one.case_honest, one.case_wilful)}。`;
  const rest = hit.circumstances.filter((one) => !one.differs);
  return [
    ...hit.circumstances.filter((one) => one.differs).map((one) => h("p", { class: "notice warn small" }, h("b", {}, "情形不同，处理未必可比："), words(one))),
    rest.length > 0 && h("details", { class: "small" }, h("summary", {}, `三个区分开来：${rest.length} 处用语`), ...rest.map((one) => h("p", {}, words(one)))),
  ];
}

function channels(hit, words) {
  const rows = Object.entries(hit.channels).filter(([, one]) => one.rank !== null || one.contribution !== 0)
    .sort((one, other) => other[1].contribution - one[1].contribution);
  const most = Math.max(...rows.map(([, one]) => Math.abs(one.contribution)), 1e-9);
  const bar = (value) => {
    const made = h("span", { class: `bar${value < 0 ? " less" : ""}`, "aria-hidden": "true" });
    made.style.inlineSize = `${Math.round((Math.abs(value) / most) * 100)}%`;
    return made;
  };
  return h("details", { class: "channels" }, h("summary", {}, `为什么排第 ${hit.rank}`),
    h("table", {},
      h("thead", {}, h("tr", {}, ...["途径", "名次", "贡献", ""].map((head) => h("th", { scope: "col" }, head || h("span", { class: "sr-only" }, "图示"))))),
      h("tbody", {}, ...rows.map(([name, one]) => h("tr", {}, h("th", { scope: "row" }, words.channels[name] ?? name),
        h("td", {}, one.rank === null ? "—" : `第 ${one.rank}`),
        h("td", { class: "number" }, `${one.contribution < 0 ? "−" : "+"}${Math.abs(one.contribution).toFixed(2)}`),
        h("td", { class: "bars" }, bar(one.contribution)))))),
    hit.resembles.length > 0 && h("p", { class: "small" }, "与同批找到的案例相近，因此靠前：", ...hit.resembles.flatMap((id, at) => [at ? "、" : "", h("a", { href: caseHref(id) }, id)])),
    h("p", { class: "dim small" }, "贡献只用来排这一次的先后，不说明案例轻重，更不是对人的评价。"));
}

function nearDuplicates(hit, words) {
  if (!hit.near_duplicates.length) return null;
  const list = h("ul", {});
  const details = h("details", { class: "near" }, h("summary", {}, `另有 ${hit.near_duplicates.length} 个案例内容近乎相同`), list);
  details.addEventListener("toggle", async () => {
    if (!details.open || list.childElementCount) return;
    for (const id of hit.near_duplicates) {
      const line = h("li", {}, h("a", { href: caseHref(id) }, id));
      list.append(line);
      try {
        const { data } = await call("GET", `/v1${caseHref(id)}`);
        line.firstChild.textContent = data.title ?? data.id;
        line.append(h("span", { class: "meta" }, ...facts(data, words).map((text) => h("span", {}, text))));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        line.append(h("span", { class: "dim small" }, ` ${error.message}`));
      }
    }
  });
  return details;
}

function facts(one, words) {
  return [one.doc_type && (words.docTypes[one.doc_type] ?? one.doc_type), one.unit, one.date].filter(Boolean);
}

// `marking` knows which cases are marked for being compared.
export function hitCard(hit, words, marking) {
  const title = hit.title ?? hit.id;
  return h("li", { class: "card hit", dataset: { case: hit.id } },
    h("div", { class: "row between" },
      h("h2", {}, h("span", { class: "rank" }, `${hit.rank}.`), " ", h("a", { href: caseHref(hit.id) }, title)),
      h("label", { class: "inline" }, h("input", { type: "checkbox", checked: marking.has(hit.id), onchange: (event) => marking.mark(hit.id, title, event.target) }), "比较", h("span", { class: "sr-only" }, `：${title}`))),
    h("p", { class: "meta" }, ...facts(hit, words).map((text) => h("span", {}, text)), hit.outcome && h("span", { class: "tag" }, `结果：${hit.outcome}`)),
    ...pairs(hit),
    ...hit.phrases.map((phrase) => h("p", { class: "small" }, `原文“${phrase.phrase}”出现 ${phrase.title.length + phrase.text.length} 处`)),
    tags(hit, words),
    ...circumstances(hit),
    hit.handling && h("p", { class: "handling" }, h("b", {}, "当时处理："), hit.handling),
    nearDuplicates(hit, words),
    channels(hit, words));
}
