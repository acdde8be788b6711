/* The officers' rooms: joins talk, outbox and stream; counts what is unread; answers a line with a quote. */
"use strict";

(() => {
  const room = document.body.dataset.room || "", person = document.body.dataset.person || "";
  const rooms = Array.from(document.querySelectorAll("#rooms a[data-room]"));
  const SEEN = "huiying-desk-seen";
  const read = () => { try { return JSON.parse(localStorage.getItem(SEEN) || "{}"); } catch (error) { return {}; } };
  const words = document.getElementById("words").dataset;

  /* Lines of a room are numbered without gaps: what is unread is the difference. */
  function count(newest) {
    const seen = read();
    if (room && !document.hidden) {
      seen[room] = Math.max(seen[room] || 0, newest[room] || 0);
      try { localStorage.setItem(SEEN, JSON.stringify(seen)); } catch (error) { seen.unkept = 1; }
    }
    let all = 0;
    for (const link of rooms) {
      const unread = Math.max(0, (newest[link.dataset.room] || 0) - (seen[link.dataset.room] || 0));
      const badge = link.querySelector(".unread");
      badge.hidden = !unread;
      badge.querySelector(".count").textContent = unread > 99 ? "99+" : String(unread);
      all += unread;
    }
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (all) document.title = "(" + all + ") " + document.title;
  }

  const newest = Object.fromEntries(rooms.map((link) => [link.dataset.room, Number(link.dataset.newest)]));
  count(newest);
  document.addEventListener("visibilitychange", () => count(newest));
  const find = document.getElementById("find");
  find.addEventListener("input", () => {
    for (const link of rooms) link.parentElement.hidden = !link.textContent.includes(find.value.trim());
    document.querySelectorAll("#rooms section").forEach((section) => { section.hidden = !section.querySelector("li:not([hidden])"); });
  });

  const asked = "room=" + encodeURIComponent(room) + "&as=" + encodeURIComponent(person);
  const offline = document.getElementById("offline");
  let talk = null, outbox = null, composer = null, quoting = "";
  const stream = new LiveStream({
    url: () => "/desk/events" + (room ? "?" + asked : ""), headers: () => ({}), after: () => (talk ? talk.newest : 0),
    on: { line: (told) => place([told]), newest: (told) => { Object.assign(newest, told); count(newest); } },
    state(connected) { if (offline) offline.hidden = connected && navigator.onLine; if (connected && outbox && outbox.items.length) outbox.flush(); },
    async poll() {
      if (!room) return;
      const answer = await fetch("/desk/lines?" + asked + "&after=" + talk.newest, { signal: AbortSignal.timeout(10000) });
      if (!answer.ok) throw new Error(String(answer.status));
      place((await answer.json()).lines);
    },
  });

  function place(lines) {
    talk.place(lines);
    if (lines.length) document.getElementById("empty").hidden = true;
    addAnswers();
  }

  /* Every line of somebody else can be answered; what a line answers is told in its own words. */
  function addAnswers() {
    for (const line of talk.list.querySelectorAll("li[data-id]:not([data-answerable])")) {
      line.dataset.answerable = "1";
      const quoted = line.querySelector(".quoted");
      if (quoted) quoted.textContent = summary(document.getElementById("line-" + quoted.dataset.quotes)) || quoted.textContent;
      if (line.classList.contains("mine")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "answer-this";
      button.textContent = words.reply;
      button.addEventListener("click", () => quote(line));
      line.querySelector(".said").append(button);
    }
  }

  function summary(line) {
    if (!line) return "";
    const title = line.querySelector(".title, .text");
    return title ? title.textContent.trim().slice(0, 40) : "";
  }

  if (room) {
    talk = new Talk({ collapse: true, lock: false });
    outbox = new Outbox({
      key: "huiying-desk-outbox:" + room + ":" + person, url: "/desk/messages", headers: () => ({}), after: () => talk.newest,
      onSent(item, lines) { const line = talk.pending(item.id); if (line) line.remove(); place(lines); },
      onWait(item) { if (item.tries > 1 || !navigator.onLine) talk.tell(item.id, words.waiting, () => outbox.again(item.id)); },
      onRefused(item, sentence) { talk.tell(item.id, words.failed); composer.refuse(sentence || words.failed); },
    });
    composer = new Composer((text, file) => {
      send({ text, quotes: quoting }, [text, file && file.name].filter(Boolean).join("\n"), file);
      quote(null);
    });
    addAnswers();
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form.press")) return;
      event.preventDefault();
      send({ data: event.submitter.value, quotes: event.target.elements.quotes.value }, event.submitter.textContent.trim());
      document.getElementById("text").focus({ preventScroll: true });
    });
    document.getElementById("unquote").addEventListener("click", () => quote(null));
    document.getElementById("as").addEventListener("change", (event) => event.target.form.submit());
    outbox.items.forEach((item) => talk.pend(item, item.fields.text || item.fields.data || ""));
    outbox.flush();
  }

  function send(fields, shown, file) {
    talk.pend(outbox.add({ fields: { ...fields, room, as: person }, file }), shown);
  }

  function quote(line) {
    quoting = line ? line.dataset.id : "";
    document.getElementById("quoting").hidden = !line;
    document.getElementById("quoting-text").textContent = line ? words.replying + summary(line) : "";
    if (line) document.getElementById("text").focus();
  }

  stream.start();
})();
