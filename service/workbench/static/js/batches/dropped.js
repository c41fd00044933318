// Files out of what was dropped or chosen; folders are walked through. → [{file, name}], the name with its folders.

const IGNORED = /^(\..*|~\$.*|Thumbs\.db|desktop\.ini)$/i; // what systems and editors leave beside people's files

const entriesOf = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function walk(entry, above = "") {
  if (IGNORED.test(entry.name)) return [];
  if (entry.isFile) return [{ file: await fileOf(entry), name: above + entry.name }];
  const found = [];
  const reader = entry.createReader();
  // a reader gives at most a hundred entries at once, and none when it is through
  for (let part = await entriesOf(reader); part.length; part = await entriesOf(reader)) {
    for (const inside of part) found.push(...(await walk(inside, `${above}${entry.name}/`)));
  }
  return found;
}

export async function fromDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return fromInput(transfer.files);
  const found = [];
  for (const entry of entries) found.push(...(await walk(entry)));
  return found.sort((one, other) => one.name.localeCompare(other.name, "zh-CN", { numeric: true }));
}

export function fromInput(files) {
  return [...files].filter((file) => !IGNORED.test(file.name)).map((file) => ({ file, name: file.webkitRelativePath || file.name }));
}
