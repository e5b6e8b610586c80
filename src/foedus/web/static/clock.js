// SPDX-License-Identifier: Apache-2.0
// Puts the reader's own clock in the place of the mission's, UTC stays beside it; and offers the page
// in the reader's language, if it is there and the address asks for none. Its words come from the page.
"use strict";
(function () {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const months = document.currentScript.dataset.months.split(" ");
  const told = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, day: "2-digit", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  function written(at) {
    const part = Object.fromEntries(told.formatToParts(at).map((one) => [one.type, one.value]));
    return part.day + " " + months[Number(part.month) - 1] + " " + part.year + " " + part.hour + ":" + part.minute;
  }
  // The mission's clock stays in the title of each; what htmx brings later gets the same.
  function tell() {
    for (const moment of document.querySelectorAll("time.at:not([data-zone])")) {
      moment.querySelector(".there").textContent = written(new Date(moment.dateTime));
      moment.dataset.zone = zone;
    }
    const clock = document.getElementById("clock");
    if (clock) { clock.textContent = clock.dataset.yours.replace("{zone}", zone); }
  }
  tell();
  document.addEventListener("htmx:afterSettle", tell);

  if (new URLSearchParams(location.search).has("lang")) { return; }
  const links = [...document.querySelectorAll(".languages a")];
  for (const wanted of navigator.languages || []) {
    const link = links.find((one) => one.hreflang === wanted.split("-")[0].toLowerCase());
    if (!link) { continue; }
    if (link.dataset.offer) {
      const to = link.cloneNode(false);
      to.className = "offer";
      to.textContent = link.dataset.offer;
      document.querySelector(".brand p").append(" ", to);
    }
    break;
  }
})();
