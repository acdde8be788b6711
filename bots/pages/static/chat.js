/* The citizens' chat: joins talk, outbox and stream. Without scripts the page works as plain forms. */
"use strict";

(() => {
  const SESSION = "huiying-session", ELDER = "huiying-elder";
  const memory = {
    get: (name) => { try { return localStorage.getItem(name); } catch (error) { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch (error) { memory[name] = value; } },
    drop: (name) => { try { localStorage.removeItem(name); } catch (error) { delete memory[name]; } },
  };
  let session = memory.get(SESSION) || "";
  const headers = () => (session ? { "X-Chat-Session": session } : {});
  const talk = new Talk({ collapse: false, lock: true });
  const offline = document.getElementById("offline");
  const outbox = new Outbox({
    key: "huiying-outbox", held: true, url: "/chat/messages", headers, after: () => talk.newest,
    onSent(item, lines) { const line = talk.pending(item.id); if (line) line.remove(); talk.place(lines); stream.start(); },
    onWait(item) { if (item.tries > 1 || !navigator.onLine) talk.tell(item.id, talk.words.waiting, () => outbox.again(item.id)); },
    onRefused(item, sentence) { talk.tell(item.id, talk.words.failed); composer.refuse(sentence || talk.words.failed); },
  });
  const stream = new LiveStream({
    url: () => "/chat/events", headers, after: () => talk.newest,
    on: { line: (told) => talk.place([told]) },
    state(connected) { offline.hidden = connected && navigator.onLine; if (connected && outbox.items.length) outbox.flush(); },
    async poll() {
      const answer = await fetch("/chat/lines?after=" + talk.newest, { headers: headers(), signal: AbortSignal.timeout(10000) });
      if (!answer.ok) throw new Error(String(answer.status));
      talk.place((await answer.json()).lines);
    },
  });
  const composer = new Composer((text, file) => {
    talk.pend(outbox.add({ fields: { text }, file }), [text, file && file.name].filter(Boolean).join("\n"));
  });

  /* A pressed choice is a message too. */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.press")) return;
    event.preventDefault();
    const pressed = event.submitter, quotes = event.target.elements.quotes;
    const fields = { [pressed.name]: pressed.value, quotes: quotes ? quotes.value : "" };
    if (quotes) talk.mark(quotes.value, pressed.value);
    talk.pend(outbox.add({ fields }), pressed.textContent.trim());
    document.getElementById("text").focus({ preventScroll: true });
  });

  /* Inside another site's page the browser may keep no cookie: then the page keeps its mark itself. */
  async function identify() {
    if (window.top === window && navigator.cookieEnabled) return;
    const answer = await fetch("/chat/session", { method: "POST", headers: headers() });
    const told = await answer.json();
    if (!told.kept) { session = told.session; memory.set(SESSION, session); }
    if (session) await stream.poll();
  }

  /* Nothing is sent before it is known who sends it. */
  async function begin() {
    try { await identify(); } catch (error) { offline.hidden = false; setTimeout(begin, 2000); return; }
    offline.hidden = true;
    outbox.held = false;
    outbox.flush();
    if (talk.newest) stream.start();
  }

  function enlarge(on) {
    document.documentElement.classList.toggle("elder", on);
    larger.setAttribute("aria-pressed", String(on));
    composer.grow();
    talk.toEnd();
  }

  const larger = document.getElementById("larger");
  larger.addEventListener("click", (event) => {
    event.preventDefault();
    const on = !document.documentElement.classList.contains("elder");
    memory.set(ELDER, on ? "1" : "0");
    document.cookie = "elder=" + (on ? "1" : "0") + "; path=/chat; max-age=34560000; samesite=lax";
    enlarge(on);
  });
  larger.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); larger.click(); } });
  if (memory.get(ELDER) === "1" && !location.search.includes("elder=")) enlarge(true);
  document.querySelectorAll("form[action='/chat/leave']").forEach((form) => form.addEventListener("submit", () => {
    memory.drop(SESSION);
    memory.drop("huiying-outbox");
  }));
  window.addEventListener("offline", () => { offline.hidden = false; });
  window.addEventListener("online", () => { offline.hidden = true; });
  outbox.items.forEach((item) => talk.pend(item, item.fields.text || item.fields.data || ""));
  begin();
})();
