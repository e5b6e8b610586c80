// SPDX-License-Identifier: Apache-2.0
// What htmx leaves open when a list is replaced in place: the new total is said aloud, focus goes
// to the first new row, an answer that is a fault is shown as its own page. And for paper: the
// address and the day of printing are written in, and what is folded is opened.
"use strict";
(function () {
  const rows = () => document.querySelectorAll("#rows > tr");
  let before = null;
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

  // Fields that were left empty stay out of the address.
  document.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    before = event.detail.elt.rel === "next" ? rows().length : null;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    // It is told once for every part that was replaced.
    if (event.detail.xhr === last) return;
    last = event.detail.xhr;
    imprint();
    const shown = document.querySelector("[data-shown]");
    if (before !== null) {
      const added = rows()[before];
      if (shown) shown.textContent = rows().length.toLocaleString("fr").replace(/\s/g, "\u202f");
      const link = added && added.querySelector("a");
      if (link) link.focus();
      if (shown) say(shown.closest("p").querySelector("span").textContent);
    } else {
      const asking = document.querySelector("details.asking[open]");
      if (asking && event.detail.target.id === "main") document.getElementById("main").focus();
      say(document.querySelector("h1").textContent.replace(/\s+/g, " ").trim());
    }
    before = null;
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
})();
