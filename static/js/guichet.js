// Makes pages that already work quicker and safer: keeps focus after a swap, says what failed, prevents double sending.
(function () {
  "use strict";
  var doc = document, lost = null;
  function alertBox(text) {
    var box = doc.getElementById("alert");
    if (box) box.textContent = text;
  }
  function wholePage(answer) { // a proxy took htmx's headers away: the server answered a browser, not htmx
    var part = answer.requestConfig.elt.closest("[hx-select]"), text = answer.serverResponse;
    if (!/^\s*<!doctype/i.test(text)) return false;
    return !part || !new DOMParser().parseFromString(text, "text/html").querySelector(part.getAttribute("hx-select"));
  }
  doc.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail, url = answer.xhr.responseURL;
    lost = doc.activeElement && doc.activeElement.id;
    if (!wholePage(answer)) return;
    if (answer.xhr.status < 400) {
      answer.shouldSwap = false;
      location.assign(url);
      return;
    }
    history.replaceState(null, "", url); // a refusal carries what was typed: it is shown as it came
    answer.shouldSwap = true;
    answer.target = doc.body;
    answer.swapOverride = "innerHTML";
    answer.selectOverride = "unset";
  });
  doc.addEventListener("htmx:afterSettle", function () {
    if (doc.activeElement === doc.body && lost) {
      var back = doc.querySelector("[autofocus]") || doc.getElementById(lost);
      if (back) back.focus();
    }
  });
  doc.addEventListener("htmx:beforeOnLoad", function (event) {
    var to = event.detail.xhr.getResponseHeader("HX-Redirect"), here = location.href.split("#")[0];
    if (!to || to.indexOf("#") < 0 || new URL(to, here).href.split("#")[0] !== here) return;
    event.preventDefault(); // the page that is shown, at another place: a browser would go there without loading it
    location.hash = to.split("#")[1];
    location.reload();
  });
  doc.addEventListener("htmx:sendError", function () {
    alertBox(doc.documentElement.lang === "en" ? "No answer from the server: nothing was saved. Check the connection and try again." : "Le serveur ne répond pas : rien n’a été enregistré. Vérifiez la connexion et recommencez.");
  });
  doc.addEventListener("htmx:timeout", function () {
    alertBox(doc.documentElement.lang === "en" ? "The server takes too long to answer. Reload the page to see what was saved." : "Le serveur tarde à répondre. Rechargez la page pour voir ce qui est enregistré.");
  });
  doc.addEventListener("htmx:beforeRequest", function () {
    alertBox("");
  });
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 5000);
  });
  addEventListener("pageshow", function (event) {
    doc.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    if (event.persisted) location.reload(); // Back after sign-out shows nothing
  });
  doc.addEventListener("keydown", function (event) {
    var row = event.target === doc.body ? doc.querySelector("tr.edit") : event.target.closest("tr.edit"), back;
    if (!row || event.isComposing) return;
    if (event.key === "Escape" && (back = row.querySelector(".back"))) {
      event.preventDefault();
      back.click();
    } else if (event.key === "Enter" && !event.shiftKey && event.target.tagName === "TEXTAREA") {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
  var summary = doc.getElementById("erreurs");
  var aimed = doc.getElementById(location.hash.slice(1)), first = aimed && aimed.querySelector("[autofocus]");
  if (summary) summary.focus();
  else if (first) first.focus(); // an address with a place in it leaves autofocus aside
})();
