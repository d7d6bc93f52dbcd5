// Pages work without this. It keeps focus, says what failed, sends once, obeys keys (docs/architecture.md).
(function () {
  "use strict";
  const doc = document, find = (selector) => doc.querySelector(selector), on = (name, act) => doc.addEventListener(name, act);
  let lost, row, again, at = 0;
  function say(what) {
    const box = doc.getElementById("alert");
    if (box) box.textContent = box.dataset[what] || "";
  }
  function wholePage(answer) { // a proxy took htmx's headers away
    const part = answer.requestConfig.elt.closest("[hx-select]"), text = answer.serverResponse;
    return /^\s*<!doctype/i.test(text) && (!part || !new DOMParser().parseFromString(text, "text/html").querySelector(part.getAttribute("hx-select")));
  }
  on("htmx:beforeSwap", (event) => {
    const answer = event.detail, url = answer.xhr.responseURL;
    lost = doc.activeElement;
    if (!wholePage(answer)) return;
    if (answer.xhr.status < 400) {
      answer.shouldSwap = false;
      location.assign(url);
      return;
    }
    history.replaceState(null, "", url); // a refusal carries what was typed
    answer.shouldSwap = true;
    answer.target = doc.body;
    answer.swapOverride = "innerHTML";
    answer.selectOverride = "unset";
  });
  on("htmx:afterSettle", () => {
    const key = again;
    if (doc.activeElement === doc.body && lost && lost !== doc.body) {
      const back = find("[autofocus]") || doc.getElementById(lost.id) || lost.dataset.step && (chosen() || steps()[at]);
      if (back) back.focus();
    }
    again = "";
    if (key && shown()) press(key);
  });
  on("htmx:beforeOnLoad", (event) => {
    const to = event.detail.xhr.getResponseHeader("HX-Redirect"), here = location.href.split("#")[0];
    if (!to || to.indexOf("#") < 0 || new URL(to, here).href.split("#")[0] !== here) return;
    event.preventDefault(); // another place of the page shown: a browser would not load it
    location.hash = to.split("#")[1];
    location.reload();
  });
  on("htmx:sendError", () => say("lost"));
  on("htmx:timeout", () => say("late"));
  on("htmx:beforeRequest", () => say(""));
  on("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  addEventListener("pageshow", (event) => {
    doc.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    if (event.persisted) location.reload(); // Back after sign-out shows nothing
  });
  const steps = () => [...doc.querySelectorAll("[data-step]")], chosen = () => steps().find((link) => link.href === row);
  function shown() {
    const link = chosen(), pane = find("#ticket");
    return !link || !pane || pane.dataset.of === link.getAttribute("href");
  }
  function press(key) {
    const all = steps(), link = chosen(), way = { j: 1, k: -1 }[key], named = `[data-key="${CSS.escape(key)}"]`;
    let to = link && link.closest("tr, li").querySelector(named) || find("main " + named);
    if (way && all.length) {
      at = link ? all.indexOf(link) + way : row && way < 0 ? at - 1 : at;
      to = all[at = Math.max(0, Math.min(at, all.length - 1))];
    } else if (!shown() && doc.body.dataset.keys.includes(key)) {
      again = key; // opened first: no key acts on another ticket
      to = link;
    }
    say(!to && doc.body.dataset.keys.includes(key) && "idle");
    if (!to) return;
    (to.closest("details") || {}).open = true;
    to.focus();
    if (!way && to.matches("a, [data-now]")) to.click();
    return to;
  }
  on("focusin", (event) => {
    if (event.target.dataset.step) row = event.target.href;
  });
  on("keydown", (event) => {
    const from = event.target, edited = from === doc.body ? find("tr.edit") : from.closest("tr.edit");
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (edited) {
      if (event.key === "Escape") edited.querySelector(".back").click();
      else if (event.key === "Enter" && !event.shiftKey && from.tagName === "TEXTAREA") from.form.requestSubmit();
      else return;
      event.preventDefault();
    } else if (from.matches("textarea, select, input:not([type=checkbox])")) {
      if (event.key !== "Escape") return;
      if (from.type === "search") event.preventDefault(); // a browser would empty it, and search anew
      from.closest("#ticket, main, body").focus();
    } else if ("keys" in doc.body.dataset && !from.closest("[popover]") && press(event.key)) event.preventDefault();
  });
  row = (find("[data-step][aria-current]") || 0).href;
  const aimed = doc.getElementById(location.hash.slice(1));
  const first = doc.getElementById("erreurs") || aimed && aimed.querySelector("[autofocus]");
  if (first) first.focus();
})();
