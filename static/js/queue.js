// The queue's page: asks for news while it is looked at, keeps what is ticked, and knows the neighbours of the chosen ticket.
(() => {
  "use strict";
  const doc = document, every = 30000, find = (what) => doc.querySelector(what);
  let ticked = [], top = 0;
  function watch() {
    const place = find("#guet");
    if (place && !doc.hidden) window.htmx.trigger(place, "guet");
  }
  function neighbours() {
    const pane = find("#ticket"), rows = [...doc.querySelectorAll("#file [data-step]")], nav = find("#voisins");
    const at = rows.findIndex((row) => row.getAttribute("href") === pane.dataset.of);
    rows.forEach((row, place) => place === at ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current"));
    [[-1, "prev"], [1, "next"]].forEach(([way, rel]) => {
      const link = nav.querySelector(`[rel=${rel}]`), row = at < 0 ? null : rows[at + way];
      link.hidden = !row;
      if (row) link.href = row.href;
      link.dataset.row = row ? row.id : "";
    });
    nav.hidden = at < 0;
  }
  function tick(event) { // all of the page at once, and how many there are
    const boxes = [...doc.querySelectorAll("#file [name=t]")], all = find("#tous"), words = find("[data-ticked]");
    if (!all || !words) return;
    if (event && event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
    if (event && event.target.name === "t") event.target.scrollIntoView({ block: "nearest" }); // not under the bar that comes
    const many = boxes.filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = many === boxes.length;
    all.indeterminate = many > 0 && many < boxes.length;
    words.textContent = words.dataset.ticked + (many ? ` (${many})` : "");
  }
  doc.addEventListener("click", (event) => {
    if (event.target.dataset.step) event.target.focus(); // Safari does not; the keys act on the line that has it
    const link = event.target.closest("#voisins a"), row = link && doc.getElementById(link.dataset.row);
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    row.click();
  });
  doc.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "file") return;
    ticked = [...doc.querySelectorAll("#file [name=t]:checked")].map((box) => box.value);
    top = window.scrollY;
  });
  doc.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt.id || event.detail.target.id, asked = event.detail.requestConfig;
    if (part === "file") {
      doc.querySelectorAll("#file [name=t]").forEach((box) => { box.checked = ticked.includes(box.value); });
      tick();
      if (asked && asked.elt.id === "guet") window.scrollTo(0, top);
    }
    if (part === "ticket" && asked && asked.verb === "post") watch(); // what was done may move it in the list
    if (find("#ticket")) neighbours();
  });
  doc.addEventListener("change", tick);
  tick();
  doc.addEventListener("visibilitychange", watch);
  setInterval(watch, every);
})();
