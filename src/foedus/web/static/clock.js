// SPDX-License-Identifier: Apache-2.0
// Puts the reader's own clock before every moment; UTC stays beside it. What htmx brings later
// gets the same.
"use strict";
(function () {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const language = document.documentElement.lang;
  const told = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
  });
  function tell() {
    for (const moment of document.querySelectorAll("time.at:not([data-zone])")) {
      const there = moment.querySelector(".there");
      moment.title = there.textContent + " (" + zone + ")";
      moment.dataset.zone = zone;
      if (zone !== "UTC" && zone !== "Etc/UTC") {
        there.textContent = told.format(new Date(moment.dateTime)).replace(",", "");
      }
    }
  }
  tell();
  document.addEventListener("htmx:afterSettle", tell);
})();
