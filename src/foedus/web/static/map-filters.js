// SPDX-License-Identifier: Apache-2.0
// The filters of the map: form and address say the same, forwards and back; months move by slider,
// by step or by themselves. What is drawn is left to map.js, and what a filter means to the server.
"use strict";
window.foedusFilters = function (form, said, changed) {
  const NAMES = ["kind", "verdict", "party", "side", "from", "to"];
  const bar = form.querySelector(".months"), fields = form.elements;
  const slides = { from: bar.querySelector("#slide-from"), to: bar.querySelector("#slide-to") };
  const years = bar.querySelector("#map-year"), play = bar.querySelector("#map-play");
  const inWords = new Intl.DateTimeFormat(said.lang === "en" ? "en-GB" : said.lang, { month: "short", year: "numeric", timeZone: "UTC" });
  let playing = false, waiting = 0, pushed = false;

  function monthOf(text, end) {
    const found = /^(\d{4})(?:-(\d{2}))?/.exec(text);
    return found ? (found[1] - 1970) * 12 + (found[2] ? found[2] - 1 : end ? 11 : 0) : null;
  }
  function written(month) { return Math.floor(month / 12) + 1970 + "-" + String(month % 12 + 1).padStart(2, "0"); }
  function words(month) { return inWords.format(new Date(Date.UTC(1970, month, 15))); }
  const first = monthOf(said.first || "1970"), last = monthOf(said.last || "1970");
  const within = (month) => Math.min(Math.max(month, first), last);

  function shown() {
    const from = monthOf(fields.from.value), to = monthOf(fields.to.value, true);
    return [from === null ? first : within(from), to === null ? last : within(to)];
  }
  function told() {
    const [from, to] = shown();
    for (const [name, month] of [["from", from], ["to", to]]) {
      slides[name].value = month;
      slides[name].setAttribute("aria-valuetext", words(month));
      bar.querySelector("#told-" + name).value = words(month);
    }
    const year = Math.floor(from / 12) + 1970;
    const isYear = from === within((year - 1970) * 12) && to === within((year - 1970) * 12 + 11);
    years.value = from === first && to === last ? "" : isYear ? String(year) : "-";
  }
  function set(from, to) {
    fields.from.value = from === first && to === last ? "" : written(from);
    fields.to.value = from === first && to === last ? "" : written(to);
  }
  // The address with what the form says, and all else as it was.
  function query() {
    const kept = new URLSearchParams(location.search);
    for (const name of NAMES) { if (fields[name].value) { kept.set(name, fields[name].value); } else { kept.delete(name); } }
    return kept;
  }
  function apply(isStep) {
    const asked = query().toString(), address = location.pathname + (asked ? "?" + asked : "");
    told();
    if (address !== location.pathname + location.search) {
      history[isStep ? "pushState" : "replaceState"](null, "", address);
    }
    changed();
  }

  // A slider on its way is one step to come back from, however many months it passes.
  function dragged() {
    clearTimeout(waiting);
    waiting = setTimeout(() => { apply(!pushed); pushed = true; }, 60);
  }
  function moved(name) {
    let from = Number(slides.from.value), to = Number(slides.to.value);
    if (from > to) { if (name === "from") { to = from; } else { from = to; } }
    set(from, to);
    told();
  }
  // Moves the months shown by their own number; from the whole period to its first or last month.
  function step(by) {
    let [from, to] = shown();
    if (from === first && to === last) { from = to = by > 0 ? first : last; } else {
      const wide = to - from + 1, moves = Math.min(Math.max(by * wide, first - from), last - to);
      from += moves; to += moves;
    }
    set(from, to);
    return to;
  }
  function stop() { playing = false; play.setAttribute("aria-pressed", "false"); }
  function tick() {
    if (!playing) { return; }
    const before = shown()[1], now = step(1);
    if (before === last && now === last) { stop(); return; }
    apply(false);
    foedusMap.once("idle", () => setTimeout(tick, 350));
  }
  form.addEventListener("input", (event) => {
    for (const name of ["from", "to"]) { if (event.target === slides[name]) { moved(name); dragged(); } }
  });
  form.addEventListener("change", (event) => {
    stop();
    if (event.target === years) {
      if (years.value === "") { set(first, last); }
      else if (years.value !== "-") { const from = (years.value - 1970) * 12; set(within(from), within(from + 11)); }
    }
    clearTimeout(waiting);
    apply(!pushed);
    pushed = false;
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); stop(); apply(true); });
  bar.querySelector("#map-earlier").addEventListener("click", () => { stop(); step(-1); apply(true); });
  bar.querySelector("#map-later").addEventListener("click", () => { stop(); step(1); apply(true); });
  play.addEventListener("click", () => {
    if (playing) { stop(); return; }
    if (shown()[1] === last) { set(first, last); }
    playing = true;
    play.setAttribute("aria-pressed", "true");
    tick();
  });
  window.addEventListener("popstate", () => {
    const asked = new URLSearchParams(location.search);
    for (const name of NAMES) { fields[name].value = asked.get(name) || ""; }
    stop(); told(); changed();
  });
  for (const slide of Object.values(slides)) { slide.min = first; slide.max = last; }
  if (said.first) { bar.hidden = false; form.querySelector(".ask").hidden = true; }
  told();
  return query;
};
