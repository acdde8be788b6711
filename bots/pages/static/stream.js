/* Live events: a stream read with fetch, because an EventSource can send no header (the session's, inside another
   site's page). It comes back by itself, tells from where to go on, and asks now and then where no stream passes. */
"use strict";

class LiveStream {
  /* url(): where to; headers(): what to send; after(): the last number seen; on: {event name: function(data)};
     state(boolean): connected or not; poll(): what to do where streams do not pass. */
  constructor(options) {
    Object.assign(this, options);
    this.wait = 500;
    this.running = false;
    window.addEventListener("online", () => { if (this.running) this.restart(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.loop();
  }

  restart() {
    this.wait = 500;
    if (this.cut) this.cut.abort();
    this.hurry();
    this.start();
  }

  hurry() { if (this.wake) this.wake(); }

  async loop() {
    while (this.running) {
      try {
        await this.read();
        this.wait = 500;
      } catch (error) {
        if (error.name !== "AbortError") this.state(false);
        await this.ask();
      }
      await this.pause(this.wait);
      this.wait = Math.min(this.wait * 2, 15000);
    }
  }

  async ask() {
    try { await this.poll(); this.state(true); } catch (error) { this.state(false); }
  }

  pause(ms) {
    return new Promise((done) => {
      const timer = setTimeout(done, ms + Math.random() * 300);
      this.wake = () => { clearTimeout(timer); done(); };
    });
  }

  async read() {
    this.cut = new AbortController();
    let silence = setTimeout(() => this.cut.abort(), 8000);
    const answer = await fetch(this.url(), {
      headers: { Accept: "text/event-stream", "Last-Event-ID": String(this.after()), ...this.headers() },
      signal: this.cut.signal, cache: "no-store",
    });
    if (answer.status === 404 || answer.status === 401) { this.running = false; clearTimeout(silence); return; }
    if (!answer.ok) { clearTimeout(silence); throw new Error(String(answer.status)); }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => this.cut.abort(), 45000);
        this.state(true);
        this.wait = 500;
        buffer += value;
        const blocks = buffer.split("\n\n");
        buffer = blocks.pop();
        blocks.forEach((block) => this.hear(block));
      }
    } finally { clearTimeout(silence); }
  }

  hear(block) {
    let name = "message", data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      if (line.startsWith("data: ")) data += line.slice(6);
    }
    if (data && this.on[name]) this.on[name](JSON.parse(data));
  }
}
