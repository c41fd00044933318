// Offsets of the service count code points; strings of a browser count UTF-16 units.

export const units = (text, points) => {
  let at = 0;
  for (let left = points; left > 0 && at < text.length; left -= 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
};

export const points = (text, upto = text.length) => {
  let count = 0;
  for (let at = 0; at < upto; count += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return count;
};

// The words of the record between two offsets, line ends included; null where the page does not hold them.
export function between(lines, start, end) {
  let words = "";
  let at = start;
  for (const line of lines) {
    if (line.end < at || line.start >= end) continue;
    if (line.start > at) return null; // blank lines in between are not on the page
    const from = units(line.text, at - line.start);
    const to = units(line.text, Math.min(end, line.end) - line.start);
    words += line.text.slice(from, to);
    at = Math.min(end, line.end);
    if (at < end && at === line.end) {
      words += "\n";
      at += 1;
    }
    if (at >= end) return words;
  }
  return at >= end ? words : null;
}
