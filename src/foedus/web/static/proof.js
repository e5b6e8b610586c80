// SPDX-License-Identifier: Apache-2.0
// Checks a proof file in the reader's browser, in the eight steps of docs/reference/proofs.md.
// Nothing is sent anywhere. Needs WebCrypto with Ed25519, which browsers give to https and localhost.
"use strict";
(function () {
  const FORMAT = "foedus proof 1";
  const MAX_BYTES = 4000000;
  const FIELDS = {
    proof: ["acts", "checkpoint", "format", "log_key", "witness_keys"],
    act: ["envelope", "index", "known_us", "path", "payload", "signatures"],
    envelope: ["author", "exercise", "kind", "known", "mission", "on", "payload", "salt", "subject", "zone"],
    signature: ["key", "value"],
    payload: ["hidden", "shown"],
  };
  const text = new TextEncoder();
  const words = document.getElementById("verify").dataset;
  const spoken = JSON.parse(words.words || "{}");
  // The English stands here; the page brings what its language makes of it.
  function say(message, values = {}) {
    return (spoken[message] || message).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  class Failed extends Error {}
  function need(held, said) { if (!held) { throw new Failed(said); } }

  // Names sort by UTF-16 units, as RFC 8785 says; numbers are whole.
  function canonical(value) {
    if (Array.isArray(value)) { return "[" + value.map(canonical).join(",") + "]"; }
    if (value !== null && typeof value === "object") {
      return "{" + Object.keys(value).sort().map(
        (name) => JSON.stringify(name) + ":" + canonical(value[name])).join(",") + "}";
    }
    if (typeof value === "number") { need(Number.isSafeInteger(value) && !Object.is(value, -0), say("expected whole numbers")); }
    return JSON.stringify(value);
  }
  function joined(...parts) {
    const bytes = parts.map((part) => typeof part === "string" ? text.encode(part) : part);
    const all = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of bytes) { all.set(part, at); at += part.length; }
    return all;
  }
  async function sha(...parts) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  }
  function hex(bytes) { return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join(""); }
  function unhex(said, length = 32) {
    need(typeof said === "string" && said.length === 2 * length && /^[0-9a-f]*$/.test(said), say("expected {n} digits", { n: 2 * length }));
    return Uint8Array.from(said.match(/../g) || [], (pair) => parseInt(pair, 16));
  }
  function base64(said) {
    let raw;
    try { raw = atob(said); } catch { throw new Failed(say("expected base64")); }
    need(btoa(raw) === said, say("expected base64 in its one form"));
    return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  }
  async function isSigned(key, value, data) {
    try {
      const known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", known, value, data);
    } catch (error) {
      need(error.name !== "NotSupportedError", say("expected a browser that knows Ed25519"));
      return false;
    }
  }
  function fields(what, value) {
    const found = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value).sort() : [];
    need(found.join() === FIELDS[what].join(), say("expected the fields of {what} and no others", { what }));
  }
  function list(what, value) { need(Array.isArray(value), say("expected a list as {what}", { what })); return value; }

  // (1)
  function read(said) {
    need(text.encode(said).length <= MAX_BYTES, say("expected at most {n} bytes", { n: MAX_BYTES }));
    let proof;
    try { proof = JSON.parse(said); } catch { throw new Failed(say("expected JSON")); }
    need(canonical(proof) + "\n" === said, say("expected canonical JSON and one newline"));
    fields("proof", proof);
    need(proof.format === FORMAT, say("expected format {format}", { format: FORMAT }));
    const texts = [proof.checkpoint, proof.log_key, ...list("witness_keys", proof.witness_keys)];
    need(texts.every((one) => typeof one === "string"), say("expected text for checkpoint and keys"));
    need(list("acts", proof.acts).length > 0, say("expected at least one act"));
    for (const act of proof.acts) {
      fields("act", act);
      fields("envelope", act.envelope);
      need(Object.entries(act.envelope).every(([name, value]) => typeof value === (name === "exercise" ? "boolean" : "string")), say("expected an envelope of texts"));
      for (const name of ["index", "known_us"]) {
        need(Number.isSafeInteger(act[name]) && act[name] >= 0, say("expected a whole number as {name}", { name }));
      }
      list("signatures", act.signatures).forEach((one) => fields("signature", one));
      if (act.payload !== null) {
        fields("payload", act.payload);
        const shown = act.payload.shown;
        need(shown !== null && typeof shown === "object" && !Array.isArray(shown), say("expected shown fields by name"));
      }
    }
    return proof;
  }
  function named(act) { return say("act {n} ({kind})", { n: act.index, kind: act.envelope.kind }); }

  // (2)
  async function payload(act) {
    if (act.payload === null) { return say("{act}: the payload is withheld", { act: named(act) }); }
    const hidden = list("hidden", act.payload.hidden);
    const parts = hidden.map((one) => hex(unhex(one)));
    need(canonical(hidden) === canonical([...hidden].sort()), say("{act}: expected hidden fields in order", { act: named(act) }));
    for (const [name, pair] of Object.entries(act.payload.shown)) {
      need(Array.isArray(pair) && pair.length === 2, say("{act}: expected salt and value of {name}", { act: named(act), name }));
      parts.push(hex(await sha("foedus field 1\n", unhex(pair[0]), canonical([name, pair[1]]))));
    }
    const found = hex(await sha("foedus payload 1\n", ...parts.sort().map((one) => unhex(one))));
    need(found === act.envelope.payload, say("{act}: expected a payload with the digest {digest}", { act: named(act), digest: act.envelope.payload }));
    return say("{act}: the payload is as signed; fields shown: {shown}, withheld: {hidden}", { act: named(act), shown: Object.keys(act.payload.shown).length, hidden: hidden.length });
  }

  // (3)
  function publicKey(name) {
    need(typeof name === "string" && name.startsWith("ed25519:"), say("expected a key: ed25519: and 64 digits"));
    return unhex(name.slice(8));
  }
  async function signatures(act) {
    const data = joined("foedus act 1\n", canonical(act.envelope));
    const names = act.signatures.map((one) => one.key);
    need(names.includes(act.envelope.author), say("{act}: expected the author’s signature", { act: named(act) }));
    for (const one of act.signatures) {
      need(await isSigned(publicKey(one.key), unhex(one.value, 64), data), say("{act}: expected a signature by {key}", { act: named(act), key: one.key }));
    }
    return say("{act}: signed by {names}", { act: named(act), names: names.join(", ") });
  }

  // (4)
  function body(note) {
    const lines = note.split("\n\n")[0].split("\n");
    need(lines.length === 3 && /^(0|[1-9][0-9]*)$/.test(lines[1]), say("expected a checkpoint: origin, size, root"));
    return { origin: lines[0], size: Number(lines[1]), root: base64(lines[2]) };
  }
  async function inclusion(act, note) {
    const known = new Uint8Array(8);
    new DataView(known.buffer).setBigUint64(0, BigInt(act.known_us));
    const leaf = await sha("foedus leaf 1\n", unhex(act.envelope.salt),
      await sha("foedus act 1\n", canonical(act.envelope)), await sha(canonical(act.signatures)), known);
    const { size, root } = body(note);
    const path = list("path", act.path).map((one) => unhex(one));
    let found = await sha(Uint8Array.of(0), leaf);
    let index = BigInt(act.index), last = BigInt(size) - 1n;
    need(index <= last, say("{act}: expected an act within the checkpoint", { act: named(act) }));
    for (const item of path) {
      need(last !== 0n, say("{act}: expected a shorter path", { act: named(act) }));
      if ((index & 1n) || index === last) {
        found = await sha(Uint8Array.of(1), item, found);
        while (!(index & 1n) && index) { index >>= 1n; last >>= 1n; }
      } else {
        found = await sha(Uint8Array.of(1), found, item);
      }
      index >>= 1n; last >>= 1n;
    }
    need(last === 0n && hex(found) === hex(root), say("{act}: expected a path to the root {root}", { act: named(act), root: hex(root) }));
    return say("{act}: in the log, which has the size {size}; known since {time}", { act: named(act), size, time: new Date(act.known_us / 1000).toISOString() });
  }

  // (5, 6)
  function lines(note) {
    const tail = note.slice(note.indexOf("\n\n") + 2);
    need(note.includes("\n\n") && tail.endsWith("\n"), say("expected signature lines under the checkpoint"));
    return tail.slice(0, -1).split("\n").map((line) => {
      const parts = line.split(" ");
      need(parts[0] === "—" && parts.length === 3 && parts[1], say("expected a signature line"));
      return { name: parts[1], value: base64(parts[2]) };
    });
  }
  async function noteKey(said, kind) {
    const [name, id, ...rest] = said.split("+");
    const data = base64(rest.join("+"));
    const own = (await sha(name + "\n", data)).slice(0, 4);
    need(data.length === 33 && data[0] === kind && id === hex(own), say("expected a key written as name+hash+key"));
    return { name, id: hex(own), key: data.slice(1) };
  }
  function signedBody(note) { return text.encode(note.split("\n\n")[0] + "\n"); }
  async function checkpoint(note, said, given) {
    const key = await noteKey(said, 1);
    const { origin, size } = body(note);
    need(key.name === origin, say("expected a key of the log {origin}", { origin }));
    need(!given || given === said, say("expected the log’s key {key}", { key: given }));
    const own = lines(note).filter((one) => one.name === key.name && hex(one.value.slice(0, 4)) === key.id);
    need(own.length > 0, say("expected the signature of {name}", { name: key.name }));
    for (const one of own) {
      need(await isSigned(key.key, one.value.slice(4), signedBody(note)), say("expected the signature of {name} under its checkpoint", { name: key.name }));
    }
    return given
      ? say("the log {origin} signed its checkpoint of size {size}; its key is as you gave it", { origin, size })
      : say("the log {origin} signed its checkpoint of size {size}; its key is to be compared: {key}", { origin, size, key: said });
  }
  async function witnessed(note, said) {
    const all = lines(note), found = [];
    for (const one of said) {
      const key = await noteKey(one, 4);
      const own = all.filter((line) => line.name === key.name && hex(line.value.slice(0, 4)) === key.id);
      need(own.length > 0, say("expected a cosignature by {name}", { name: key.name }));
      for (const line of own) {
        const seconds = new DataView(line.value.buffer).getBigUint64(4);
        const data = joined("cosignature/v1\ntime " + seconds + "\n", signedBody(note));
        need(await isSigned(key.key, line.value.slice(12), data), say("expected a cosignature by {name}", { name: key.name }));
        found.push(key.name + " (" + new Date(Number(seconds) * 1000).toISOString() + ")");
      }
    }
    need(all.length - found.length === 1, say("expected a key for each signature line"));
    return found.length ? say("cosigned by {names}", { names: found.join(", ") }) : say("cosigned by nobody");
  }

  // (7)
  function shown(act, field) {
    const pair = act.payload === null ? undefined : act.payload.shown[field];
    return Array.isArray(pair) && pair.length === 2 ? pair[1] : undefined;
  }
  function admission(key, before, acts) {
    for (const act of acts) {
      const kind = act.envelope.kind;
      if (kind === "log.open" && act.index === 0) {
        for (const one of list("registrars", shown(act, "registrars"))) {
          if (one !== null && typeof one === "object" && one.key === key) { return say("{holder} (registrar; admitted by act 0)", { holder: one.holder }); }
        }
      } else if (act.index < before && kind === "key.admit" && shown(act, "key") === key) {
        return say("{holder} ({roles}; admitted by act {n})", { holder: shown(act, "holder"), roles: list("roles", shown(act, "roles")).join(", "), n: act.index });
      } else if (act.index < before && kind === "key.rotate" && shown(act, "next_key") === key) {
        return admission(shown(act, "key"), act.index, acts);
      }
    }
    throw new Failed(say("expected an act before {n} that admits {key}", { n: before, key }));
  }
  function admitted(acts) {
    const grounds = acts.length > 1 ? acts.slice(1) : acts, said = [];
    for (const act of acts) {
      for (const one of act.signatures) {
        if (one.key === shown(act, "next_key")) { continue; }
        const holder = admission(one.key, act.index, grounds);
        if (act === acts[0]) { said.push(holder); }
      }
    }
    return say("act {n} is signed by {names}", { n: acts[0].index, names: said.join(", ") });
  }

  // (8)
  function exercise(acts, note) {
    const { origin } = body(note);
    const is = origin.endsWith("/exercise");
    need(acts.every((act) => act.envelope.exercise === is), say("expected all acts to say whether it is an exercise"));
    const missions = new Set(acts.map((act) => act.envelope.mission));
    need(missions.size === 1, say("expected acts of one mission"));
    const mission = [...missions][0];
    return is ? say("mission {mission}, an EXERCISE", { mission }) : say("mission {mission}, in earnest", { mission });
  }

  // What checkpoint.js needs of all this.
  window.foedusNotes = { Failed, need, sha, hex, unhex, joined, body, lines, noteKey, isSigned, signedBody, checkpoint };

  async function check(said, given) {
    const steps = [];
    async function tried(number, step) {
      try { steps.push([number, true, await step()]); } catch (error) {
        if (!(error instanceof Failed)) { steps.push([number, false, say("expected a proof, got what breaks it: {fault}", { fault: error.message })]); return; }
        steps.push([number, false, error.message]);
      }
    }
    let proof;
    await tried(1, () => { proof = read(said); return say("characters of canonical JSON: {n}; {format}", { n: said.length, format: FORMAT }); });
    if (!proof) { return steps; }
    for (const act of proof.acts) {
      await tried(2, () => payload(act));
      await tried(3, () => signatures(act));
      await tried(4, () => inclusion(act, proof.checkpoint));
    }
    await tried(5, () => checkpoint(proof.checkpoint, proof.log_key, given));
    await tried(6, () => witnessed(proof.checkpoint, proof.witness_keys));
    await tried(7, () => admitted(proof.acts));
    await tried(8, () => exercise(proof.acts, proof.checkpoint));
    return steps;
  }

  const area = document.getElementById("proof-text"), answer = document.getElementById("proof-answer");
  async function run() {
    const list = document.getElementById("proof-steps");
    list.replaceChildren();
    if (!window.crypto || !crypto.subtle) { answer.textContent = words.insecure; return; }
    const steps = await check(area.value.replace(/\n*$/, "\n"), document.getElementById("proof-key").value.trim());
    for (const [number, held, said] of steps) {
      const item = document.createElement("li");
      item.value = number;
      item.className = held ? "held" : "failed";
      item.textContent = (held ? words.held : words.failed) + ": " + said;
      list.append(item);
    }
    const holds = steps.every((step) => step[1]);
    answer.textContent = holds ? words.good : words.bad;
    answer.dataset.holds = String(holds);
  }
  document.getElementById("proof-check").addEventListener("click", run);
  document.getElementById("proof-file").addEventListener("change", async (event) => {
    if (event.target.files[0]) { area.value = await event.target.files[0].text(); await run(); }
  });
})();
