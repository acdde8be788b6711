/* The conversation on the page: places lines, marks pressed choices and overtaken cards, keeps the end in sight, and
   makes the field pleasant to write in. The citizens' chat and the officers' rooms build on it. */
"use strict";

class Talk {
  constructor(options) {
    Object.assign(this, options); /* collapse: overtaken cards are folded; lock: pressed choices are spent */
    this.list = document.getElementById("lines");
    this.scroll = document.getElementById("scroll");
    this.newer = document.getElementById("newer");
    this.words = document.getElementById("words").dataset;
    this.newest = Number(this.list.dataset.newest || 0);
    this.list.querySelectorAll("li[data-id]").forEach((line) => this.settle(line));
    this.divide();
    this.newer.addEventListener("click", () => this.toEnd());
    this.scroll.addEventListener("scroll", () => { if (this.atEnd()) this.newer.hidden = true; }, { passive: true });
    new ResizeObserver(() => { if (this.stuck) this.toEnd(); }).observe(this.scroll);
    this.toEnd();
  }

  atEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80; }

  toEnd() {
    this.stuck = true;
    this.newer.hidden = true;
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  /* Put the server's lines where they belong, each once. */
  place(lines) {
    const follow = this.atEnd();
    let mine = false;
    for (const told of lines) {
      if (document.getElementById("line-" + told.id)) continue;
      const holder = document.createElement("template");
      holder.innerHTML = told.html;
      const line = holder.content.querySelector("li");
      const later = Array.from(this.list.querySelectorAll("li[data-id]")).find((one) => Number(one.dataset.id) > told.id);
      const sent = line.dataset.client && this.list.querySelector('[data-pending="' + line.dataset.client + '"]');
      if (sent) sent.remove();
      this.list.insertBefore(line, later || this.list.querySelector("[data-pending]"));
      this.newest = Math.max(this.newest, told.id);
      this.settle(line);
      mine = mine || line.classList.contains("mine");
    }
    if (!lines.length) return;
    this.divide();
    this.list.classList.add("begun");
    if (follow || mine) this.toEnd(); else this.newer.hidden = false;
  }

  settle(line) {
    const { pressed, quotes, card, id } = line.dataset;
    if (pressed && quotes) this.mark(quotes, pressed);
    if (card && this.collapse) this.overtake(card, Number(id));
  }

  mark(id, value) {
    const line = document.getElementById("line-" + id);
    if (!line) return;
    line.querySelectorAll("button.choice").forEach((choice) => {
      if (choice.value === value) { choice.classList.add("taken"); choice.setAttribute("aria-pressed", "true"); }
      if (this.lock) choice.disabled = true;
    });
  }

  /* The newest card of a case is the one that counts; earlier ones fold to one line that leads to it. */
  overtake(card, id) {
    for (const line of this.list.querySelectorAll("li[data-card]")) {
      if (line.dataset.card !== card || Number(line.dataset.id) >= id || line.classList.contains("superseded")) continue;
      line.classList.add("superseded");
      const lead = document.createElement("button");
      lead.type = "button";
      lead.className = "superseded-by";
      lead.textContent = this.words.superseded + "（" + card + "）";
      lead.addEventListener("click", () => this.show(this.lastOf(card)));
      line.querySelector(".said").append(lead);
    }
  }

  lastOf(card) {
    return Array.from(this.list.querySelectorAll("li[data-card]")).filter((line) => line.dataset.card === card).pop();
  }

  show(line) {
    if (!line) return;
    line.scrollIntoView({ block: "center" });
    line.classList.remove("flash");
    requestAnimationFrame(() => line.classList.add("flash"));
  }

  /* A bubble for what is on its way. */
  pend(item, text) {
    const line = document.createElement("li");
    line.className = "line mine pending";
    line.dataset.pending = item.id;
    line.innerHTML = '<div class="said"><div class="bubble"><p class="text"></p></div><p class="state"></p></div>';
    line.querySelector(".text").textContent = text;
    line.querySelector(".state").textContent = this.words.sending;
    this.list.append(line);
    this.toEnd();
  }

  pending(id) { return this.list.querySelector('[data-pending="' + id + '"]'); }

  tell(id, text, again) {
    const line = this.pending(id);
    if (!line) return;
    const state = line.querySelector(".state");
    state.textContent = text;
    state.classList.add("failed");
    if (!again) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = this.words.again;
    button.addEventListener("click", again);
    state.append(button);
  }

  divide() {
    this.list.querySelectorAll("li.day").forEach((day) => day.remove());
    const today = new Date(), named = new Map([[Talk.day(today), this.words.today]]);
    named.set(Talk.day(new Date(today.getTime() - 864e5)), this.words.yesterday);
    let last = "";
    for (const line of Array.from(this.list.querySelectorAll("li[data-day]"))) {
      const day = line.dataset.day;
      if (day !== last) {
        const mark = document.createElement("li");
        mark.className = "day";
        mark.textContent = named.get(day) || day;
        this.list.insertBefore(mark, line);
      }
      last = day;
    }
  }

  static day(date) {
    return date.getFullYear() + "-" + String(date.getMonth() + 1).padStart(2, "0") + "-" + String(date.getDate()).padStart(2, "0");
  }
}

/* The field: grows with what is written, sends on Enter (never while a Chinese word is being composed). */
class Composer {
  constructor(send) {
    this.form = document.getElementById("composer");
    this.text = document.getElementById("text");
    this.file = document.getElementById("file");
    this.refused = document.getElementById("refused");
    this.chosen = document.getElementById("chosen");
    this.words = document.getElementById("words").dataset;
    this.text.addEventListener("input", () => { this.grow(); this.refuse(""); });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(send); });
    if (this.file) this.file.addEventListener("change", () => this.choose());
    const unchoose = document.getElementById("unchoose");
    if (unchoose) unchoose.addEventListener("click", () => { this.file.value = ""; this.choose(); this.text.focus(); });
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = this.text.scrollHeight + 3 + "px";
  }

  choose() {
    const file = this.file.files[0];
    if (file && file.size > 8 * 1024 * 1024) { this.file.value = ""; this.refuse(this.words.big); return this.choose(); }
    this.chosen.hidden = !file;
    document.getElementById("chosen-name").textContent = file ? file.name : "";
    if (file) this.text.focus();
  }

  refuse(sentence) {
    this.refused.textContent = sentence;
    this.refused.hidden = !sentence;
  }

  submit(send) {
    const text = this.text.value.trim(), file = this.file && this.file.files[0];
    if (!text && !file) { this.text.focus(); return; }
    send(text, file || null);
    this.text.value = "";
    if (this.file) { this.file.value = ""; this.choose(); }
    this.grow();
    this.text.focus();
  }
}
