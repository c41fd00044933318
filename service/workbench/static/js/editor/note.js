// The note as it is being written. Everything that shows it listens to "changed".

export const data = JSON.parse(document.getElementById("note-data").textContent);
export const labels = new Map(data.labels.map((label) => [label.id, label]));
export const note = {
  occasion: data.occasion,
  summary: data.summary,
  findings: data.findings,
  cases: data.cases,
  circumstances: data.circumstances,
};
export const events = new EventTarget();
export let current = 0; // the finding that evidence goes to
const store = `assessment:${data.id ?? `new:${data.subject_id}`}`;
let touched = false;

export function setCurrent(index) {
  current = Math.max(0, Math.min(index, note.findings.length - 1));
  events.dispatchEvent(new Event("current"));
}

// `where` says what changed, so that a field being typed in is not drawn anew.
export function changed(where) {
  touched = true;
  sessionStorage.setItem(store, JSON.stringify({ etag: data.etag, note }));
  events.dispatchEvent(new CustomEvent("changed", { detail: where }));
}

export function isTouched() {
  return touched;
}

export function kept() {
  const found = sessionStorage.getItem(store);
  return found ? JSON.parse(found) : null;
}

export function restore() {
  Object.assign(note, kept().note);
  changed("all");
}

export function forget() {
  touched = false;
  sessionStorage.removeItem(store);
}

export function addFinding(piece) {
  note.findings.push({ statement: "", label: null, polarity: null, evidence: [] });
  setCurrent(note.findings.length - 1);
  if (piece) cite(piece);
  else changed("findings");
}

// Adds a piece of evidence to a finding; the first one also gives it its label and sign.
export function cite(piece, index = current) {
  if (!note.findings.length) return addFinding(piece);
  const finding = note.findings[index];
  if (!finding || finding.evidence.some((one) => one.tag_id === piece.tag_id)) return false;
  if (!finding.evidence.length && !finding.label) {
    finding.label = piece.label;
    finding.polarity = piece.polarity;
  }
  finding.evidence.push(piece);
  setCurrent(index);
  changed("findings");
  return true;
}

export function citedIn(tagId) {
  return note.findings.flatMap((finding, index) => (finding.evidence.some((one) => one.tag_id === tagId) ? [index + 1] : []));
}

export const sameWords = (one, other) =>
  one.distinction === other.distinction && one.version_id === other.version_id && one.start === other.start && one.end === other.end;

// What the API takes.
export function content() {
  return {
    summary: note.summary,
    findings: note.findings.map((finding) => ({
      statement: finding.statement.trim(),
      label: finding.label || null,
      polarity: finding.polarity || null,
      evidence: finding.evidence.map((piece) => piece.tag_id),
    })),
    cases: note.cases.map(({ hit, comment }) => ({ hit, comment: comment || null })),
    circumstances: note.circumstances.map(({ distinction, side, version_id, start, end, quote, comment }) => ({
      distinction, side, version_id, start, end, quote, comment: comment || null,
    })),
  };
}

// Why the note cannot be saved: [finding number or 0, words].
export function faults() {
  const found = [];
  if (!data.id && !note.occasion.trim()) found.push([0, "还没有写事由。"]);
  note.findings.forEach((finding, index) => {
    if (!finding.statement.trim()) found.push([index + 1, `认定 ${index + 1} 还没有写内容。`]);
    if (!finding.evidence.length) found.push([index + 1, `认定 ${index + 1} 没有证据。每条认定至少引一条已复核的证据。`]);
  });
  return found;
}
