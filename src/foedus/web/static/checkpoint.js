// SPDX-License-Identifier: Apache-2.0
// Compares a checkpoint that the reader kept with the one that the log shows now, in the browser:
// both signed by the log's key, and the tree of the later begun with that of the earlier one
// (RFC 9162, section 2.1.4.2). Cosignatures are checked by the witnesses' keys. Nothing is sent but
// two sizes.
"use strict";
(function () {
  const { Failed, need, sha, hex, unhex, joined, body, lines, noteKey, isSigned, signedBody, checkpoint } = window.foedusNotes;
  const section = document.getElementById("kept");
  if (!section) { return; }
  const words = section.dataset, spoken = JSON.parse(words.words || "{}");
  // The English stands here; the page brings what its language makes of it.
  function say(message, values = {}) {
    return (spoken[message] || message).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  async function fetched(address) {
    const answer = await fetch(address, { cache: "no-store" });
    need(answer.ok, say("expected an answer from {address}, got status {status}", { address, status: answer.status }));
    return answer;
  }

  async function node(left, right) { return sha(Uint8Array.of(1), left, right); }
  function same(one, other) { return hex(one) === hex(other); }

  async function isConsistent(old, now, path) {
    if (old.size === 0 || old.size === now.size) {
      return path.length === 0 && (same(old.root, now.root) || (old.size === 0 && same(old.root, await sha())));
    }
    if (!path.length) { return false; }
    const size = BigInt(old.size);
    const steps = (size & (size - 1n)) ? path : [old.root, ...path];
    let at = size - 1n, last = BigInt(now.size) - 1n;
    while (at & 1n) { at >>= 1n; last >>= 1n; }
    let first = steps[0], second = steps[0];
    for (const item of steps.slice(1)) {
      if (last === 0n) { return false; }
      if ((at & 1n) || at === last) {
        first = await node(item, first); second = await node(item, second);
        while (!(at & 1n) && at) { at >>= 1n; last >>= 1n; }
      } else {
        second = await node(second, item);
      }
      at >>= 1n; last >>= 1n;
    }
    return last === 0n && same(first, old.root) && same(second, now.root);
  }

  function read(note) {
    const found = body(note);
    need(note.includes("\n\n") && found.root.length === 32, say("expected a checkpoint: origin, size, root, an empty line, signatures"));
    return found;
  }

  async function fits(kept, now) {
    need(kept.origin === now.origin, say("expected a checkpoint of the log {origin}", { origin: now.origin }));
    need(kept.size <= now.size, say("the log shows {now} acts, and signed {kept} before: FORKED, or cut short", { now: now.size, kept: kept.size }));
    let path = [];
    if (0 < kept.size && kept.size < now.size) {
      const proof = await (await fetched("/log/consistency.json?first=" + kept.size + "&second=" + now.size)).json();
      path = (Array.isArray(proof.path) ? proof.path : []).map((one) => unhex(one));
    }
    need(await isConsistent(kept, now, path), say("the log of {now} acts does not begin with the {kept} that you kept: FORKED. Keep both checkpoints: signed by one key, they prove it", { now: now.size, kept: kept.size }));
    return say("the log of {now} acts begins with the {kept} that you kept", { now: now.size, kept: kept.size });
  }

  async function cosigned(note, own) {
    const keys = await Promise.all(Array.from(document.querySelectorAll("[data-witness]"), (one) => noteKey(one.dataset.witness, 4)));
    const found = [];
    for (const line of lines(note).filter((one) => one.name !== own)) {
      const key = keys.find((one) => one.name === line.name && one.id === hex(line.value.slice(0, 4)));
      if (!key) { found.push(say("{name}, whose key is not known here", { name: line.name })); continue; }
      need(line.value.length === 76, say("expected a cosignature by {name}", { name: line.name }));
      const seconds = new DataView(line.value.buffer).getBigUint64(4);
      const data = joined("cosignature/v1\ntime " + seconds + "\n", signedBody(note));
      need(await isSigned(key.key, line.value.slice(12), data), say("expected a cosignature by {name}", { name: line.name }));
      found.push(line.name + " " + new Date(Number(seconds) * 1000).toISOString());
    }
    return found.length ? say("cosigned by {names}", { names: found.join(", ") }) : say("cosigned by nobody");
  }

  async function check(said, key, tell) {
    let kept, now, note, isWhole = true;
    async function tried(what, step) {
      try { tell(true, what + ": " + await step()); return true; } catch (error) {
        if (!(error instanceof Failed)) { tell(false, what + ": " + say("this cannot be checked: {why}", { why: error.message })); } else { tell(false, what + ": " + error.message); }
        isWhole = false;
        return false;
      }
    }
    const yours = say("Your checkpoint"), theirs = say("Today’s checkpoint");
    const isRead = await tried(yours, async () => { kept = read(said); await checkpoint(said, key, key); return say("signed by the log, {n} acts", { n: kept.size }); });
    const isShown = await tried(theirs, async () => {
      note = await (await fetched("/log/checkpoint")).text();
      now = read(note);
      await checkpoint(note, key, key);
      return say("signed by the log, {n} acts", { n: now.size });
    });
    if (isShown) { await tried(theirs, () => cosigned(note, now.origin)); }
    if (isRead && isShown) { await tried(say("Both"), () => fits(kept, now)); }
    return isWhole;
  }

  const area = document.getElementById("kept-text"), answer = document.getElementById("kept-answer");
  async function run() {
    const list = document.getElementById("kept-steps");
    list.replaceChildren();
    delete answer.dataset.holds;
    if (!window.crypto || !crypto.subtle) { answer.textContent = words.insecure; return; }
    const said = area.value.replace(/\r\n/g, "\n").replace(/\n*$/, "\n");
    const holds = await check(said, document.getElementById("kept-key").value.trim(), (held, line) => {
      const item = document.createElement("li");
      item.className = held ? "held" : "failed";
      item.textContent = (held ? words.held : words.failed) + ": " + line;
      list.append(item);
    });
    answer.textContent = holds ? words.good : words.bad;
    answer.dataset.holds = String(holds);
  }
  document.getElementById("kept-check").addEventListener("click", run);
  document.getElementById("kept-file").addEventListener("change", async (event) => {
    if (event.target.files[0]) { area.value = await event.target.files[0].text(); await run(); }
  });
})();
