/* What was written and has not arrived: kept in the browser, sent one after another, again and again under the same id
   until the server says it has it. The server takes an id once, so nothing is doubled. */
"use strict";

class Outbox {
  /* key: where it is kept; url: where it goes; headers(); onSent(item, lines); onWait(item); onRefused(item, sentence). */
  constructor(options) {
    Object.assign(this, options);
    this.items = this.kept();
    this.busy = false;
    this.held = Boolean(this.held);
    this.wait = 1000;
    window.addEventListener("online", () => this.flush());
  }

  kept() {
    try { return JSON.parse(localStorage.getItem(this.key) || "[]"); } catch (error) { return []; }
  }

  keep() {
    /* A file cannot be kept over a reload; its bubble says so until it has arrived. */
    const plain = this.items.filter((item) => !item.file);
    try {
      if (plain.length) localStorage.setItem(this.key, JSON.stringify(plain));
      else localStorage.removeItem(this.key);
    } catch (error) { this.unkept = true; }
  }

  add(item) {
    item.id = Outbox.newId();
    item.tries = 0;
    this.items.push(item);
    this.keep();
    this.flush();
    return item;
  }

  again(id) {
    const item = this.items.find((one) => one.id === id);
    if (item) { item.tries = 0; this.flush(); }
  }

  async flush() {
    if (this.busy || this.held) return;
    this.busy = true;
    clearTimeout(this.timer);
    while (this.items.length) {
      const item = this.items[0];
      const arrived = await this.push(item);
      if (!arrived) {
        this.onWait(item);
        this.timer = setTimeout(() => this.flush(), this.wait);
        this.wait = Math.min(this.wait * 2, 15000);
        break;
      }
      this.wait = 1000;
      this.items = this.items.filter((one) => one !== item);
      this.keep();
    }
    this.busy = false;
  }

  /* True when the server has answered for good: taken or refused. */
  async push(item) {
    item.tries += 1;
    let answer, told;
    try {
      answer = await fetch(this.url, { method: "POST", ...this.body(item), signal: AbortSignal.timeout(30000) });
      told = answer.ok ? await answer.json() : await answer.json().catch(() => ({}));
    } catch (error) { return false; }
    if (answer.ok) { this.onSent(item, told.lines); return true; }
    if (answer.status === 429 || answer.status >= 500) return false;
    this.onRefused(item, told.error);
    return true;
  }

  body(item) {
    const fields = { id: item.id, ...item.fields, after: this.after() };
    const headers = { Accept: "application/json", ...this.headers() };
    if (!item.file) return { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(fields) };
    const form = new FormData();
    Object.entries(fields).forEach(([name, value]) => form.append(name, value));
    form.append("file", item.file);
    return { headers, body: form };
  }

  static newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
