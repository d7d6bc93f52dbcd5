// The table of a return, filled in like a spreadsheet. Without this it is a plain form (docs/architecture.md).
(function () {
  "use strict";
  const doc = document, form = doc.getElementById("grille"), rows = doc.getElementById("lignes"), told = doc.getElementById("etat");
  if (!form || !rows || !told) return;
  const on = (name, act) => doc.addEventListener(name, act), all = (selector, under = rows) => [...under.querySelectorAll(selector)];
  const FIELD = "#lignes :is(input:not([type=hidden]), select)", STORE = `saisie ${location.pathname}`, PLACE = `cellule ${location.pathname}`;
  const FIRST_WAIT = 2000, LONGEST_WAIT = 30000;
  const queue = new Set(); // names of the fields to be sent
  let sent, wait = FIRST_WAIT, timer, editing, clicked, from, then, leaving;

  const field = (name) => form.elements[name], token = (node) => form.elements[`${node.name}~`], cell = (node) => node.closest("td");
  const shown = (node) => token(node).value.replace(/^[^|]*\|/, ""), changed = (node) => node.value !== shown(node);
  const inDispute = (node) => cell(node).querySelector("[name=keep]"); // the person chooses, not the machine
  const here = () => doc.activeElement.matches(FIELD) && doc.activeElement;

  // What is not saved yet: sent together, one request at a time, kept through a reload, tried again until it passes.
  function mark(name, state) {
    if (field(name)) cell(field(name)).dataset.state = state;
  }
  function keep() {
    const kept = {}, node = here();
    [...queue, ...(node && changed(node) ? [node.name] : [])].forEach((name) => { kept[name] = [field(name).value, token(field(name)).value]; });
    if (Object.keys(kept).length) sessionStorage.setItem(STORE, JSON.stringify(kept));
    else sessionStorage.removeItem(STORE);
  }
  function tell(state) {
    told.textContent = state ? told.dataset[state].replace("#", queue.size) : "";
    told.classList.toggle("late", state === "lost");
    if (state !== "lost") return;
    const again = doc.createElement("button");
    again.type = "button";
    again.className = "link";
    again.textContent = told.dataset.again;
    again.addEventListener("click", flush);
    told.append(" ", again);
  }
  function put(node) {
    if (changed(node) && !node.readOnly && !inDispute(node)) queue.add(node.name);
    else queue.delete(node.name);
    keep();
  }
  function flush() {
    clearTimeout(timer);
    if (sent) return;
    const values = {};
    queue.forEach((name) => {
      const node = field(name);
      if (!node || !changed(node)) return queue.delete(name);
      values[name] = node.value;
      values[`${name}~`] = token(node).value;
      mark(name, "saving");
    });
    if (!queue.size) {
      keep();
      const act = then;
      then = undefined;
      if (act) act();
      return;
    }
    sent = values;
    tell("saving");
    values.csrf_token = form.elements.csrf_token.value;
    window.htmx.ajax("POST", form.action, { source: "#status", target: "#status", swap: "none", values }).catch(() => {}); // said by the page
  }
  const ours = (event) => sent && event.detail.requestConfig?.elt.id === "status" && event.detail.requestConfig.verb === "post";
  on("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail, node = target.id?.startsWith("v-") && target.querySelector("input:not([type=hidden]), select");
    if (!node || !sent || node.value === (sent[node.name] ?? shown(node))) return;
    const coming = fragment.querySelector(`[name="${CSS.escape(node.name)}~"]`); // retyped while it travelled: that stays
    if (!coming || fragment.querySelector("[name=keep]")) return;
    token(node).value = coming.value;
    event.detail.shouldSwap = false;
  });
  on("htmx:beforeOnLoad", (event) => { // the session has ended (the server keeps what was sent), or columns came or went
    if (!ours(event) || !event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    leaving = true;
    if (here()) sessionStorage.setItem(PLACE, here().id);
  });
  on("htmx:afterRequest", (event) => {
    if (!ours(event)) return;
    const { xhr, successful } = event.detail, names = Object.keys(sent).filter((name) => name !== "csrf_token" && !name.endsWith("~"));
    const values = sent;
    sent = undefined;
    if (xhr.getResponseHeader("HX-Redirect")) return;
    if (successful || xhr.status === 409) {
      wait = FIRST_WAIT;
      setTimeout(() => { // once it is swapped in
        names.forEach((name) => {
          const node = field(name);
          if (!node || node.readOnly || inDispute(node) || node.value === values[name] || !changed(node)) queue.delete(name);
          if (node) mark(name, node.readOnly || inDispute(node) ? "lost" : "saved");
        });
        keep();
        tell(successful ? "saved" : "");
        flush();
      });
    } else if (xhr.status && xhr.status < 500 && xhr.status !== 429) { // sent again, it would be refused again
      names.forEach((name) => mark(name, "lost"));
      tell("lost");
    } else {
      names.forEach((name) => mark(name, "lost"));
      tell("lost");
      timer = setTimeout(flush, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  });
  addEventListener("online", flush);
  addEventListener("beforeunload", (event) => {
    if (!leaving && (queue.size || (here() && changed(here())))) event.preventDefault();
  });
  on("submit", (event) => {
    if (event.defaultPrevented) return;
    leaving = true;
    if (event.target === form) sessionStorage.removeItem(STORE);
    else if (here()) sessionStorage.setItem(PLACE, here().id);
  });
  addEventListener("pageshow", () => { leaving = false; });

  // Moving: the focused field is the cell, all of its text selected; F2 or a second click puts the caret in it.
  function aim(node) {
    if (!node) return;
    node.focus();
    if (node.select) node.select();
  }
  const lines = () => [...rows.rows], inside = (td) => td?.querySelector("input:not([type=hidden]), select");
  function edit(node) { // without the spaces between thousands: a digit typed among them would misplace them
    editing = true;
    if (/^[\d\u202f,\u2212]*$/.test(node.value)) node.value = node.value.replaceAll("\u202f", "");
  }
  function beyond(node, down, right) {
    const list = lines(), td = cell(node);
    let y = list.indexOf(td.parentNode), x = td.cellIndex;
    do {
      y += down;
      x += right;
      if (!list[y]?.cells[x]) return;
    } while (!inside(list[y].cells[x]));
    return inside(list[y].cells[x]);
  }
  function chosen() { // the cells selected, line by line
    const node = here();
    if (!node || !from?.isConnected || from === node) return node ? [[node]] : [];
    const list = lines(), ends = [from, node].map((one) => [list.indexOf(cell(one).parentNode), cell(one).cellIndex]);
    const [top, bottom] = [ends[0][0], ends[1][0]].sort((a, b) => a - b), [left, right] = [ends[0][1], ends[1][1]].sort((a, b) => a - b);
    return list.slice(top, bottom + 1).map((line) => [...line.cells].slice(left, right + 1).map((td) => inside(td) || td));
  }
  const entered = (line) => line.filter((one) => one.matches(FIELD) && !one.readOnly);
  function paint() {
    all("td[data-sel]").forEach((td) => { delete td.dataset.sel; });
    const block = chosen();
    if (block.length > 1 || block[0]?.length > 1) block.flat().forEach((one) => { cell(one).dataset.sel = ""; });
  }
  function set(node, value) {
    if (node.options && ![...node.options].some((one) => one.value === value)) node.add(new Option(value, value));
    node.value = value;
    put(node);
  }
  function fillDown(node) {
    let block = chosen();
    if (block.length < 2) block = [[beyond(node, -1, 0)].filter(Boolean), [node]];
    block.slice(1).forEach((line) => line.forEach((one, place) => {
      if (one.matches(FIELD) && block[0][place]) set(one, block[0][place].value ?? block[0][place].textContent.trim());
    }));
    flush();
  }
  function undo(redo) {
    const act = doc.querySelector(`#pas form[action$=${redo ? "retablissement" : "annulation"}]`);
    if (!act) return;
    then = () => act.requestSubmit();
    flush();
  }
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  function command(event, node) {
    const key = event.key.toLowerCase(), back = key === "z" && !event.shiftKey, again = key === "y" || (key === "z" && event.shiftKey);
    if (key === "d" && node) fillDown(node);
    else if ((back || again) && (node ? !changed(node) : !event.target.matches("input, textarea, select"))) undo(again);
    else return false;
    return true;
  }
  function press(event, node) {
    const way = MOVES[event.key], several = from && from !== node;
    if (way && !editing) {
      const to = beyond(node, ...way);
      if (!event.shiftKey) from = undefined;
      else from ??= node;
      aim(to);
      paint();
    } else if (event.key === "Enter") {
      from = undefined;
      const to = beyond(node, event.shiftKey ? -1 : 1, 0);
      if (to) aim(to);
      else commit(node);
    } else if (event.key === "Escape" && (changed(node) || editing)) {
      node.value = shown(node);
      editing = false;
      put(node);
      aim(node);
    } else if (event.key === "F2" && event.shiftKey) doc.querySelector("#ici a")?.click();
    else if (event.key === "F2" && node.setSelectionRange) {
      edit(node);
      node.setSelectionRange(node.value.length, node.value.length);
    } else if ((event.key === "Delete" || event.key === "Backspace") && several) {
      chosen().flatMap(entered).forEach((one) => set(one, ""));
      flush();
    } else return false;
    return true;
  }
  function commit(node) {
    put(node);
    flush();
  }
  doc.addEventListener("keydown", (event) => { // before the keys that every page has
    if (event.isComposing || event.altKey) return;
    const node = event.target.matches(FIELD) && event.target;
    if (!(event.ctrlKey || event.metaKey ? command(event, node) : node && press(event, node))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  on("mousedown", (event) => {
    const node = event.target.closest(FIELD);
    clicked = node && node !== doc.activeElement ? node : undefined;
    if (!node) return;
    if (event.shiftKey && here()) {
      from ??= here();
      event.preventDefault();
      aim(node);
      paint();
    } else {
      from = undefined;
      if (node === doc.activeElement && !editing) edit(node);
    }
  });
  on("mouseup", (event) => {
    if (clicked && event.target === clicked && clicked.select && clicked.selectionStart === clicked.selectionEnd) clicked.select();
    clicked = undefined;
    paint();
  });
  on("focusin", (event) => {
    const node = event.target.matches(FIELD) && event.target, place = doc.getElementById("ici");
    editing = false;
    if (!node) return;
    if (!clicked && node.select) node.select();
    const link = doc.createElement("a");
    link.href = `${form.action}/cellules/${node.name.replace(".", "/")}`;
    link.textContent = place.dataset.words;
    place.replaceChildren(link);
  });
  on("focusout", (event) => {
    if (event.target.matches(FIELD)) setTimeout(() => { if (event.target.isConnected) commit(event.target); });
  });
  on("input", (event) => { if (event.target.matches(FIELD)) keep(); });
  on("change", (event) => { if (event.target.matches(FIELD) && event.target.options) commit(event.target); });

  // Blocks, as spreadsheets copy and paste them.
  on("copy", (event) => {
    const block = chosen();
    if (block.length < 2 && !(block[0]?.length > 1)) return;
    const text = (one) => (one.value ?? one.innerText.split("\n")[0].trim());
    event.clipboardData.setData("text/plain", block.map((line) => line.map(text).join("\t")).join("\r\n"));
    event.preventDefault();
  });
  on("paste", (event) => {
    const node = event.target.matches?.(FIELD) && event.target, text = event.clipboardData?.getData("text/plain") ?? "", act = doc.getElementById("collage");
    if (!node || !act || !/[\t\n]./.test(text.trim())) return; // one value goes into the field
    event.preventDefault();
    act.elements.texte.value = text;
    [act.elements.ligne.value, act.elements.colonne.value] = node.name.split(".");
    then = () => act.requestSubmit();
    flush();
  });

  // A page that comes back: what was not saved is typed again, and the cell is found again.
  for (const [name, [value, over]] of Object.entries(JSON.parse(sessionStorage.getItem(STORE) ?? "{}"))) {
    const node = field(name);
    if (!node || node.readOnly || node.value === value) continue;
    token(node).value = over;
    set(node, value);
  }
  flush();
  const back = doc.getElementById(location.hash.slice(1)) ?? doc.getElementById(sessionStorage.getItem(PLACE) ?? "");
  sessionStorage.removeItem(PLACE);
  if (back?.matches(FIELD) && !doc.getElementById("erreurs")) addEventListener("load", () => setTimeout(aim, 0, back)); // after the browser's own leap
})();
