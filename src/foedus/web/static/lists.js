// SPDX-License-Identifier: Apache-2.0
// What htmx leaves open when a list is replaced in place: the new total is said aloud, focus goes
// to the first new row, an answer that is a fault is shown as its own page. And for paper: the
// address and the day of printing are written in, and what is folded is opened.
"use strict";
(function () {
  const rows = () => document.querySelectorAll("#rows > tr");
  const pager = () => document.querySelector("#pager > span");
  const asked = new WeakMap();
  let last = null;

  function say(words) {
    const heard = document.getElementById("heard");
    heard.textContent = "";
    // Emptied first, so that the same words are said again.
    setTimeout(() => { heard.textContent = words; }, 60);
  }

  function imprint() {
    const link = document.querySelector("a.permalink");
    if (!link) return;
    link.textContent = link.href;
    for (const at of document.querySelectorAll("[data-printed]")) {
      const now = new Date().toISOString();
      at.dateTime = now;
      at.textContent = now.slice(0, 10) + " " + now.slice(11, 16) + " UTC";
    }
  }

  // What stands in the page counts all rows since it began; what came counts its own.
  function added({ before, words }) {
    const number = words.querySelector("[data-shown]");
    if (number) {
      number.textContent = String(rows().length).replace(/\B(?=(\d{3})+$)/g, "\u202f");
      pager().replaceWith(words);
      for (const link of document.querySelectorAll("#pager > a:not([rel])")) link.remove();
    }
    const first = rows()[before] && rows()[before].querySelector("a");
    if (first) first.focus();
    say(pager().textContent.trim());
  }

  // Fields that were left empty stay out of the address.
  document.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.rel === "next") {
      asked.set(event.detail.xhr, { before: rows().length, words: pager() });
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    // It is told once for every part that was replaced.
    if (event.detail.xhr === last) return;
    last = event.detail.xhr;
    imprint();
    const more = asked.get(last);
    if (more) {
      added(more);
    } else {
      if (event.detail.target.id === "main") document.getElementById("main").focus();
      say(document.querySelector("h1").textContent.replace(/\s+/g, " ").trim());
    }
  });

  // A fault has an address of its own, to which Back leads as well.
  document.addEventListener("htmx:responseError", (event) => {
    location.assign(event.detail.pathInfo.finalRequestPath);
  });
  document.addEventListener("htmx:sendError", (event) => {
    location.assign(event.detail.pathInfo.finalRequestPath);
  });

  addEventListener("beforeprint", () => {
    imprint();
    for (const one of document.querySelectorAll("main details, details.marking")) one.open = true;
  });
  imprint();
  // On a phone the pages stand in one line that is drawn sideways.
  const here = document.querySelector("nav [aria-current]");
  const line = here && here.closest("nav");
  if (line && line.scrollWidth > line.clientWidth) {
    line.scrollLeft = here.offsetLeft - (line.clientWidth - here.offsetWidth) / 2;
  }
})();
