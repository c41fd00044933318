// Decisions about tags, saved at once; what another person changed meanwhile is shown, never overwritten.

import { call, newKey, Problem } from "../api.js";
import { toast } from "../toast.js";

export class Review {
  constructor(data, changed) {
    this.data = data;
    this.changed = changed; // called with the id that is to be current, and the one that it takes the place of
    this.done = []; // own decisions of this page, for undo
    this.waiting = Promise.resolve(); // one request after the other, in the order of the keys
  }

  inOrder(work) {
    this.waiting = this.waiting.then(work, work);
    return this.waiting;
  }

  tag(id) {
    return this.data.tags.find((tag) => tag.id === id);
  }

  decide(id, action, change) {
    return this.inOrder(async () => {
      const tag = this.tag(id);
      if (!tag) return null;
      return this.send({ action, tag_id: tag.id, change, origin: "workbench" }, tag);
    });
  }

  add(wanted) {
    return this.inOrder(() => this.send({ action: "add", version_id: this.data.version, tag: wanted, origin: "workbench" }, null));
  }

  async send(body, tag) {
    try {
      const { data } = await call("POST", "/v1/reviews", { body, etag: tag?.etag, once: newKey() });
      this.done.push(data.review);
      const current = data.result?.id ?? tag?.id ?? null;
      if (data.review.sealed && tag) this.data.sealed[tag.id] = data.review.action;
      if (data.review.sealed && !tag) toast("已密封保存,双盲复核结束后可见");
      this.put(data.tag);
      this.put(data.result);
      this.changed(current, tag?.id);
      return current;
    } catch (error) {
      await this.failed(error, tag);
      return tag?.id ?? null;
    }
  }

  undo() {
    return this.inOrder(async () => {
      const review = this.done.pop();
      if (!review) return toast("没有可撤回的一步", "bad");
      try {
        const { data } = await call("POST", `/v1/reviews/${review.id}/undo`, { etag: review.etag });
        if (review.tag_id) delete this.data.sealed[review.tag_id];
        await this.reload();
        this.changed(data.tag?.id ?? null);
        toast("已撤回");
      } catch (error) {
        await this.failed(error, review.tag_id ? this.tag(review.tag_id) : null);
      }
      return null;
    });
  }

  async failed(error, tag) {
    if (!(error instanceof Problem)) throw error;
    if (error.status !== 412 && error.code !== "conflict") return void toast(error.text, "bad", 12);
    const before = tag && { ...tag };
    await this.reload().catch(() => undefined);
    const now = before && (this.tag(before.id) ?? this.data.tags.find((one) => one.replaces_id === before.id));
    this.changed(now?.id ?? null);
    const words = { proposed: "退回待复核", accepted: "认可", rejected: "否定" };
    const what = error.status !== 412 ? error.text : now ? `别人已把这一条${now.id === before.id ? words[now.state] ?? "改动" : "改成了别的"},现在显示的是对方的结果。您刚才的操作没有保存。` : "别人已删改这一条。您刚才的操作没有保存。";
    toast(what, "bad", 15);
  }

  async reload() {
    const { data } = await call("GET", `/v1/reviews/tags?version_id=${encodeURIComponent(this.data.version)}`);
    this.data.tags = data.items;
    this.data.sealed = Object.fromEntries(data.sealed.filter((one) => one.tag_id).map((one) => [one.tag_id, one.action]));
  }

  put(tag) {
    if (!tag) return;
    const tags = this.data.tags.filter((one) => one.id !== tag.id);
    if (["proposed", "accepted", "rejected"].includes(tag.state)) tags.push(tag);
    this.data.tags = tags.sort((a, b) => a.start - b.start || a.end - b.end || (a.id < b.id ? -1 : 1));
  }
}
