// SPDX-License-Identifier: Apache-2.0
// The map: ground, lines and zones as GeoJSON, incidents as tiles of sums. Without times and filters
// the tiles are parts of one file; else each is asked for. All comes from this web; colours are those
// of the style sheet, words those of the page, whose table tells the same without a script.
"use strict";
(function () {
  const box = document.getElementById("map"), form = document.getElementById("map-filters");
  const said = box.dataset, words = JSON.parse(said.words), kinds = JSON.parse(said.kinds);
  const VERDICTS = ["breach", "contested", "undetermined", "permitted", "not-covered", "none"];
  const TOKENS = { breach: "--breach", undetermined: "--open", contested: "--contested", permitted: "--permitted" };
  const DEEPEST = 12;
  const FONT = ["Noto Sans", "DejaVu Sans", "sans-serif"];
  const months = new Intl.DateTimeFormat(said.lang === "en" ? "en-GB" : said.lang, { month: "short", year: "numeric", timeZone: "UTC" });
  const whole = new Intl.NumberFormat(said.lang);
  let map = null;

  maplibregl.setWorkerUrl("/static/maplibre-gl-csp-worker.js");
  const archive = new pmtiles.PMTiles(location.origin + "/tiles/incidents.pmtiles");
  maplibregl.addProtocol("sums", async (request, abort) => {
    const [at, asked] = request.url.slice("sums://".length).split("?");
    const [z, x, y] = at.split("/").map(Number);
    if (!asked && z <= (await archive.getHeader()).maxZoom) {
      const found = await archive.getZxy(z, x, y, abort.signal);
      return { data: found ? found.data : new ArrayBuffer(0) };
    }
    const answer = await fetch("/tiles/incidents/" + at + ".mvt" + (asked ? "?" + asked : ""), { signal: abort.signal });
    if (!answer.ok) { throw new Error(String(answer.status)); }
    return { data: await answer.arrayBuffer() };
  });

  // What tiles are asked with: the address without its language.
  function asked() { const kept = query(); kept.delete("lang"); return kept.toString(); }
  function tiles() { const behind = asked(); return ["sums://{z}/{x}/{y}" + (behind ? "?" + behind : "")]; }
  let behind = null;
  // The figures and the table follow: they are those of the page at the address as it is now.
  let latest = null;
  async function follow() {
    if (latest) { latest.abort(); }
    latest = new AbortController();
    try {
      const answer = await fetch(location.pathname + location.search, { signal: latest.signal });
      document.getElementById("map-wrong").hidden = answer.ok;
      if (!answer.ok) { return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of ["h1", "#map-table", "footer"]) {
        const here = document.querySelector(part), there = page.querySelector(part);
        if (here && there) { here.replaceChildren(...there.childNodes); }
      }
    } catch (error) { if (error.name !== "AbortError") { throw error; } }
  }
  let following = 0;
  function changed() {
    const now = asked();
    if (now === behind) { return; }
    behind = now;
    map.getSource("incidents").setTiles(tiles());
    clearTimeout(following);
    following = setTimeout(follow, 300);
  }
  const query = foedusFilters(form, said, changed);
  behind = asked();

  function token(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function colours() {
    const match = Object.entries(TOKENS).flatMap(([verdict, name]) => [verdict, token(name)]);
    return ["match", ["get", "v"], ...match, token("--none")];
  }
  const size = ["*", 3, ["^", ["get", "n"], 0.22]];
  const exact = ["*", 0.72, ["-", 1, ["/", ["coalesce", ["get", "r"], 0], ["get", "n"]]]];
  function layers() {
    const ink = token("--map-line"), zone = token("--accent");
    const of = (kind) => ({ source: "ground", filter: ["==", ["get", "kind"], kind] });
    return [
      { id: "land", type: "background", paint: { "background-color": token("--land") } },
      { id: "sea", type: "fill", source: "ground", filter: ["==", ["get", "kind"], "sea"], paint: { "fill-color": token("--sea"), "fill-antialias": false } },
      { id: "borders", type: "line", source: "ground", filter: ["==", ["get", "kind"], "country"], paint: { "line-color": token("--map-border"), "line-width": 1 } },
      { id: "zones", type: "line", ...of("zone"), paint: { "line-color": zone, "line-width": 1.2, "line-opacity": 0.7 } },
      { id: "band", type: "fill", ...of("band"), paint: { "fill-color": ink, "fill-opacity": 0.16, "fill-antialias": false } },
      { id: "line", type: "line", ...of("line"), paint: { "line-color": ink, "line-width": 1.2, "line-dasharray": [3, 2] } },
      { id: "spots", type: "circle", source: "incidents", "source-layer": "incidents", paint: { "circle-radius": size, "circle-color": colours(), "circle-opacity": exact, "circle-stroke-color": colours(), "circle-stroke-width": 1.2, "circle-stroke-opacity": 0.85 } },
      { id: "towns", type: "symbol", source: "towns", layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12.5, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.4, "text-padding": 4 }, paint: { "text-color": token("--ink"), "text-halo-color": token("--land"), "text-halo-width": 1.6 } },
    ];
  }
  const towns = JSON.parse(said.towns).map((town) => ({ type: "Feature", properties: { name: town.name }, geometry: { type: "Point", coordinates: [town.longitude, town.latitude] } }));
  const lines = new URLSearchParams([...query()].filter(([name]) => name === "on" || name === "known"));
  function collection(features) { return { type: "FeatureCollection", features }; }
  // Ground and lines are one source: the area of each source's tiles is drawn anew in every frame.
  async function features(address) { return (await (await fetch(address)).json()).features; }
  const beneath = [features("/map/ground.geojson"), features("/map/lines.geojson" + (lines.size ? "?" + lines : ""))];
  map = new maplibregl.Map({
    container: box,
    bounds: [[Number(said.west), Number(said.south)], [Number(said.east), Number(said.north)]],
    fitBoundsOptions: { padding: 12 },
    minZoom: 3, maxZoom: 13, fadeDuration: 0, dragRotate: false, pitchWithRotate: false, attributionControl: false,
    locale: words.controls,
    style: {
      version: 8,
      sources: {
        ground: { type: "geojson", data: collection([]), tolerance: 0.8, buffer: 16 },
        towns: { type: "geojson", data: collection(towns) },
        incidents: { type: "vector", tiles: tiles(), minzoom: 3, maxzoom: DEEPEST },
      },
      layers: layers(),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
  map.addControl(new maplibregl.AttributionControl({ compact: false, customAttribution: words.made }));
  map.once("render", () => performance.mark("map-painted"));
  const styled = new Promise((done) => { map.once("style.load", done); });
  Promise.all([...beneath, styled]).then(([ground, drawn]) => {
    map.getSource("ground").setData(collection([...ground, ...drawn]));
    map.once("idle", () => { box.classList.add("ready"); performance.mark("map-ready"); });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const layer of layers()) {
      for (const [name, value] of Object.entries(layer.paint)) { map.setPaintProperty(layer.id, name, value); }
    }
  });

  function made(name, text, className) {
    const found = document.createElement(name);
    if (text) { found.textContent = text; }
    if (className) { found.className = className; }
    return found;
  }
  function show(at, parts) {
    const card = made("div", "", "map-card");
    card.append(...parts);
    new maplibregl.Popup({ maxWidth: "20rem" }).setLngLat(at).setDOMContent(card).addTo(map);
  }
  function month(number) { return months.format(new Date(Date.UTC(1970, number, 15))); }
  // The square of the map's grid in which a spot lies, as the list of incidents takes it.
  function square(spot) {
    const [lng, lat] = spot.geometry.coordinates, { g } = spot.properties;
    const at = maplibregl.MercatorCoordinate.fromLngLat({ lng, lat });
    return [g, ...[at.x, at.y].map((one) => Math.floor((one + 1e-9) * 2 ** g))].join("/");
  }
  // All sums of the spot that was met: they stand about one centre, the smaller above the larger.
  function sums(spots) {
    const one = spots.reduce((least, spot) => (spot.properties.n < least.properties.n ? spot : least));
    const here = map.queryRenderedFeatures(map.project(one.geometry.coordinates), { layers: ["spots"] });
    const own = new Map([one, ...here].filter((spot) => square(spot) === square(one)).map((spot) => [spot.properties.v, spot.properties]));
    return { at: one.geometry.coordinates, square: square(one), rows: VERDICTS.filter((v) => own.has(v)).map((v) => own.get(v)) };
  }
  function link({ square: where, rows }) {
    const kept = query(), single = rows.length === 1 && rows[0].id;
    if (!single) { kept.set("square", where); }
    for (const name of single ? ["kind", "verdict", "party", "side", "region", "from", "to"] : []) { kept.delete(name); }
    const found = made("a", single ? words.open : words.list);
    found.href = (single ? "/incidents/" + encodeURIComponent(single) : "/incidents") + (kept.size ? "?" + kept : "");
    return found;
  }
  function card(spot) {
    const total = spot.rows.reduce((sum, row) => sum + row.n, 0), rough = spot.rows.reduce((sum, row) => sum + (row.r || 0), 0);
    const head = made("p", words.here + ": "), list = made("ul"), parts = [head, list];
    head.append(made("b", whole.format(total)));
    for (const row of spot.rows) {
      const line = made("li"), [sign, title] = words.verdicts[row.v], mark = made("span", "", "v v-" + row.v), drawn = made("i", sign);
      drawn.setAttribute("aria-hidden", "true");
      mark.append(drawn, title);
      line.append(mark, " " + whole.format(row.n));
      list.append(line);
    }
    const [kind, other] = new Set(spot.rows.map((row) => row.k));
    parts.push(made("p", kind && !other ? kinds[kind] || kind : words.several));
    const dated = spot.rows.filter((row) => row.a !== undefined);
    if (dated.length) {
      const from = month(Math.min(...dated.map((row) => row.a))), to = month(Math.max(...dated.map((row) => row.b)));
      parts.push(made("p", from === to ? from : from + " – " + to));
    }
    if (rough) { parts.push(made("p", words.rough + ": " + whole.format(rough), "soft")); }
    parts.push(link(spot));
    return parts;
  }
  map.on("mouseenter", "spots", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "spots", () => { map.getCanvas().style.cursor = ""; });
  map.on("click", (event) => {
    const spots = map.queryRenderedFeatures(event.point, { layers: ["spots"] });
    if (spots.length) { const spot = sums(spots); show(spot.at, card(spot)); return; }
    const [area] = map.queryRenderedFeatures(event.point, { layers: ["line", "band", "zones"] });
    if (!area) { return; }
    const { title, on, owner, kind } = area.properties, name = made("p");
    const source = made("p", owner, "soft");
    name.append(made("b", title));
    name.lang = source.lang = "en";
    const day = on ? [made("p", words.day + " " + on)] : [];
    show(event.lngLat, [name, ...day, source, ...(kind === "zone" ? [] : [made("p", words.border)])]);
  });
  window.foedusMap = map;
})();
