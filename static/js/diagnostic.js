// Measures what only the browser knows, shows it in the page and puts it in the form that attaches the diagnosis.
(function () {
  "use strict";
  var box = document.getElementById("mesures"), english = document.documentElement.lang === "en", lines = {};
  function cell(name) {
    return box.querySelector("[data-mesure=" + name + "]");
  }
  function put(name, value) {
    var place = cell(name), field = document.querySelector("[name=measures]"), text = document.getElementById("texte");
    place.textContent = value;
    lines[name] = place.parentNode.querySelector("th").textContent + " : " + value;
    var all = Object.keys(lines).map(function (key) { return lines[key]; }).join("\n");
    if (field) field.value = all;
    if (text) text.value = text.defaultValue.trimEnd() + "\n\n" + all + "\n";
  }
  function number(value, unit) {
    return value.toLocaleString(english ? "en" : "fr", { maximumFractionDigits: 1 }) + " " + unit;
  }
  function ask() {
    var began = performance.now();
    return fetch(box.dataset.url, { headers: { "HX-Request": "true" }, cache: "no-store" }).then(function (answer) {
      return answer.json();
    }).then(function (told) {
      var took = performance.now() - began;
      return { took: took, htmx: told.htmx, ahead: (Date.now() - took / 2 - Date.parse(told.now)) / 1000 };
    });
  }
  function five(found) {
    return found.length === 5 ? found : ask().then(function (one) { return five(found.concat(one)); });
  }
  put("scripts", cell("scripts").dataset.yes);
  put("window", innerWidth + " × " + innerHeight + " (" + number(devicePixelRatio || 1, "×") + ")");
  put("locale", Intl.DateTimeFormat().resolvedOptions().timeZone + ", " + navigator.language);
  five([]).then(function (found) {
    var by = found.slice().sort(function (a, b) { return a.took - b.took; }), middle = by[2], htmx = cell("htmx").dataset;
    put("latency", number(middle.took, "ms") + " (" + number(by[0].took, "") + "– " + number(by[4].took, "ms") + ")");
    put("clock", number(Math.round(by[0].ahead * 10) / 10 || 0, "s"));
    put("htmx", !window.htmx ? htmx.missing : middle.htmx ? htmx.yes : htmx.no);
  }).catch(function () {
    put("latency", cell("latency").dataset.none);
  });
})();
