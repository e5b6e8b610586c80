// SPDX-License-Identifier: Apache-2.0
// The map: ground, lines and zones as GeoJSON, incidents from one PMTiles file, filters by form.
// Everything comes from this web; the page's table tells the same without a script.
"use strict";
(function () {
  const box = document.getElementById("map"), form = document.getElementById("map-filters");
  const said = box.dataset;
  const carried = new URLSearchParams(location.search);
  const COLOURS = ["match", ["get", "v"], "breach", "#b8471b", "undetermined", "#9a7400", "contested", "#7b3f8c", "permitted", "#1f5fa8", "#5d676c"];
  const asked = new URLSearchParams(location.hash.slice(1));

  maplibregl.setWorkerUrl("/static/maplibre-gl-csp-worker.js");
  const protocol = new pmtiles.Protocol();
  maplibregl.addProtocol("pmtiles", protocol.tile);

  function monthOf(day) { return (Number(day.slice(0, 4)) - 1970) * 12 + Number(day.slice(5, 7)) - 1; }
  function told(month) { return Math.floor(month / 12) + 1970 + "-" + String(month % 12 + 1).padStart(2, "0"); }
  const first = said.first ? monthOf(said.first) : 0, last = said.last ? monthOf(said.last) : 0;
  for (const [name, value] of [["from", first], ["to", last]]) {
    const slider = form.elements[name];
    slider.min = first; slider.max = last; slider.value = asked.has(name) ? monthOf(asked.get(name)) : value;
  }
  for (const name of ["k", "v", "p", "s"]) { if (asked.has(name)) { form.elements[name].value = asked.get(name); } }

  function filter() {
    const values = Object.fromEntries(["k", "v", "p", "s"].map((name) => [name, form.elements[name].value]));
    const from = Number(form.elements.from.value), to = Number(form.elements.to.value);
    const all = ["all", [">=", ["get", "m"], from], ["<=", ["get", "m"], to]];
    if (values.k) { all.push(["==", ["get", "k"], values.k]); }
    if (values.v) { all.push(["==", ["get", "v"], values.v]); }
    if (values.p) { all.push(["in", "|" + values.p + "|", ["get", "p"]]); }
    if (values.s) { all.push(values.s === "none" ? ["==", ["get", "s"], "||"] : ["in", "|" + values.s + "|", ["get", "s"]]); }
    form.elements["from-told"].value = told(from);
    form.elements["to-told"].value = told(to);
    const kept = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) { if (value) { kept.set(name, value); } }
    if (from !== first) { kept.set("from", told(from)); }
    if (to !== last) { kept.set("to", told(to)); }
    history.replaceState(null, "", kept.toString() ? "#" + kept : location.pathname + location.search);
    return all;
  }
  const within = filter();
  const size = ["interpolate", ["linear"], ["sqrt", ["get", "n"]], 1, 3.2, 5, 8, 20, 16, 100, 34];
  const map = new maplibregl.Map({
    container: box,
    bounds: [[Number(said.west), Number(said.south)], [Number(said.east), Number(said.north)]],
    fitBoundsOptions: { padding: 12 },
    maxZoom: 13, dragRotate: false, pitchWithRotate: false, attributionControl: false,
    style: {
      version: 8,
      sources: {
        ground: { type: "geojson", data: "/map/ground.geojson" },
        lines: { type: "geojson", data: "/map/lines.geojson" + location.search },
        incidents: { type: "vector", url: "pmtiles://" + location.origin + "/tiles/incidents.pmtiles" },
      },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": "#dfe7e8" } },
        { id: "ground", type: "fill", source: "ground", paint: { "fill-color": "#f6f3ea" } },
        { id: "borders", type: "line", source: "ground", paint: { "line-color": "#9aa4a6", "line-width": 0.9 } },
        { id: "zones", type: "fill", source: "lines", filter: ["==", ["get", "kind"], "zone"], paint: { "fill-color": "#0b5563", "fill-opacity": 0.1, "fill-outline-color": "#0b5563" } },
        { id: "band", type: "fill", source: "lines", filter: ["==", ["get", "kind"], "band"], paint: { "fill-color": "#3b3b3b", "fill-opacity": 0.16 } },
        { id: "line", type: "line", source: "lines", filter: ["==", ["get", "kind"], "line"], paint: { "line-color": "#3b3b3b", "line-width": 1.2, "line-dasharray": [3, 2] } },
        { id: "rough", type: "circle", source: "incidents", "source-layer": "incidents", filter: ["all", ["has", "r"], within], paint: { "circle-radius": size, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": COLOURS, "circle-stroke-width": 1.3, "circle-stroke-opacity": 0.75 } },
        { id: "exact", type: "circle", source: "incidents", "source-layer": "incidents", filter: ["all", ["!", ["has", "r"]], within], paint: { "circle-radius": size, "circle-color": COLOURS, "circle-opacity": 0.72, "circle-stroke-color": "#ffffff", "circle-stroke-width": 0.6 } },
      ],
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
  map.addControl(new maplibregl.AttributionControl({ compact: false, customAttribution: "Made with Natural Earth" }));
  for (const town of JSON.parse(said.towns)) {
    const name = document.createElement("span");
    name.className = "map-town";
    name.textContent = "· " + town.name;
    new maplibregl.Marker({ element: name, anchor: "left" }).setLngLat([town.longitude, town.latitude]).addTo(map);
    // A name that only stands there is nothing to be pressed.
    name.removeAttribute("role"); name.removeAttribute("tabindex"); name.removeAttribute("aria-label");
    name.setAttribute("aria-hidden", "true");
  }
  // Names that would lie over each other are shown once there is room for them.
  map.on("zoom", () => box.classList.toggle("near", map.getZoom() >= 7.5));
  map.once("render", () => performance.mark("map-painted"));
  map.once("idle", () => { box.classList.add("ready"); performance.mark("map-ready"); });
  form.addEventListener("input", () => {
    const all = filter();
    map.setFilter("rough", ["all", ["has", "r"], all]);
    map.setFilter("exact", ["all", ["!", ["has", "r"]], all]);
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  function address(properties, place) {
    const kept = new URLSearchParams();
    for (const name of ["on", "known", "lang"]) { if (carried.has(name)) { kept.set(name, carried.get(name)); } }
    if (properties.id) { return "/incidents/" + encodeURIComponent(properties.id) + (kept.size ? "?" + kept : ""); }
    const values = { kind: properties.k, from: told(properties.m), to: told(properties.m), verdict: properties.v };
    for (const [name, value] of Object.entries(values)) { kept.set(name, value); }
    return "/incidents?" + kept;
  }
  for (const layer of ["exact", "rough"]) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
    map.on("click", layer, (event) => {
      const properties = event.features[0].properties;
      const link = document.createElement("a");
      link.href = address(properties, event.lngLat);
      link.textContent = properties.n + " × " + properties.k + ", " + told(properties.m) + ", " + properties.v;
      new maplibregl.Popup({ maxWidth: "18rem" }).setLngLat(event.lngLat).setDOMContent(link).addTo(map);
    });
  }
  for (const layer of ["band", "zones"]) {
    map.on("click", layer, (event) => {
      if (map.queryRenderedFeatures(event.point, { layers: ["exact", "rough"] }).length) { return; }
      const one = event.features[0].properties;
      const words = document.createElement("p");
      words.textContent = [one.title, one.on, one.owner].filter(Boolean).join("; ");
      new maplibregl.Popup().setLngLat(event.lngLat).setDOMContent(words).addTo(map);
    });
  }
  window.foedusMap = map;
})();
