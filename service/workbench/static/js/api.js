// Requests to the API with the page's CSRF token; problems become errors with a Chinese message.

const PROBLEMS = JSON.parse(document.querySelector('meta[name="problems"]')?.content ?? "{}");

export class Problem extends Error {
  constructor(status, body) {
    const code = String(body?.type ?? "").replace("urn:yanpan:problem:", "");
    super(PROBLEMS[code] ?? "没有成功。");
    this.status = status;
    this.code = code;
    this.detail = body?.detail ?? "";
    this.errors = body?.errors ?? [];
  }
  get text() {
    const places = this.errors.map((item) => `${item.at.slice(1).join(".")}:${item.message}`);
    return [this.message, ...(places.length ? places : this.detail ? [this.detail] : [])].join(" ");
  }
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

// call("POST", "/v1/reviews", {body, etag, once}) → {data, etag, status}. `once` is an Idempotency-Key.
export async function call(method, path, { body, etag, once, signal } = {}) {
  const headers = { accept: "application/json" };
  const token = csrfToken();
  if (token) headers["x-csrf-token"] = token;
  if (etag) headers["if-match"] = etag;
  if (once) headers["idempotency-key"] = once;
  let payload = body;
  if (body !== undefined && !(body instanceof FormData)) {
    headers["content-type"] = "application/json";
    payload = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: payload, credentials: "same-origin", signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: "连不上服务,请检查网络或稍后再试。" });
  }
  const type = answer.headers.get("content-type") ?? "";
  const data = answer.status === 204 ? null : type.includes("json") ? await answer.json() : await answer.blob();
  if (!answer.ok) {
    if (answer.status === 401 && !location.pathname.startsWith("/sign-in")) {
      location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    }
    throw new Problem(answer.status, data);
  }
  return { data, etag: answer.headers.get("etag"), status: answer.status };
}

export function newKey() {
  return crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
