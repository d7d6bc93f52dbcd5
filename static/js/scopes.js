// A scope's table, walked and filled in like a spreadsheet; its links and forms do the same without this.
(() => {
  "use strict";
  const doc = document, find = (what) => doc.querySelector(what), all = (what, of = doc) => [...of.querySelectorAll(what)];
  const on = (name, act) => doc.addEventListener(name, act), table = () => find("#lignes"), form = (row) => row.querySelector("form");
  const within = (place, low, high) => Math.max(low, Math.min(place, high)), byId = (id) => doc.getElementById(id);
  const PRINTED = /^.$/u, REST = 10000, PRESSES = 200;
  const wants = {}; // row on its way → the column to go to, what was typed meanwhile by column, and whether it was left since
  let here, from, swapping, drawn, wait = REST, steps = 0, pressed;

  // Cells: one is a tab stop, arrows move it.
  const rows = () => all("#lignes tbody tr:not(.group)"), boxes = () => all("#lignes [name=l]");
  const box = (row) => row.querySelector("[name=l]"), text = (cell) => cell.firstChild?.nodeType === 3 ? cell.firstChild.data.trim() : "";
  const columns = () => table().rows[0].cells.length - 3; // line, verdict and act apart
  function aim(cell) {
    if (here) here.tabIndex = -1;
    here = cell;
    cell.tabIndex = 0;
    cell.focus();
  }
  function go(row, column) {
    const cell = row?.cells[within(column, 0, row.cells.length - 1)];
    if (!cell) return;
    const field = row.matches(".edit") && cell.querySelector("textarea, select, input");
    const link = row.id[0] === "n" && row.querySelector("a");
    if (field || link) (field || link).focus();
    else aim(cell);
  }
  function tidy() {
    all("#lignes tr[id^=l]:not(.edit) :is(a, input)").forEach((node) => { node.tabIndex = -1; });
    all("[data-who]").forEach((node) => node.remove());
    all("#presence [data-on]").forEach((one) => {
      const told = doc.createElement("span");
      told.className = "chip q";
      told.dataset.who = "";
      told.textContent = one.dataset.name;
      byId(one.dataset.on)?.cells[0].append(told);
    });
    if (here?.isConnected) return;
    here = find("#lignes tr[id^=l]:not(.edit) td:nth-child(2)");
    if (here) here.tabIndex = 0;
    count();
  }

  // Lines: ticked boxes are the selection.
  function count() {
    const ticked = boxes().filter((one) => one.checked).length, told = find("#lot output");
    if (told) told.textContent = ticked || "";
  }
  function range(to) {
    const list = rows(), ends = [list.indexOf(from), list.indexOf(to)].sort((a, b) => a - b);
    list.forEach((row, place) => { if (box(row)) box(row).checked = place >= ends[0] && place <= ends[1]; });
    count();
  }
  const key = (column) => table().rows[0].cells[column].dataset.k, ticked = () => rows().filter((row) => box(row)?.checked);

  // Fields: a row is opened by its link, saved when it is left.
  function open(cell, typed) {
    const row = cell.parentNode;
    if (!opener(row)) return;
    const column = within(cell.cellIndex, 1, columns()), kept = wants[row.id]?.typed;
    wants[row.id] = { column, typed: typed === undefined ? { ...kept } : { ...kept, [column]: typed } };
    fetched(opener(row), row);
  }
  const opener = (row) => row.querySelector("a[id^=m], a[id^=a]"); // to change the line, or to add one
  const fetched = (link, row) => window.htmx.ajax("GET", link.href, { source: row, target: row, swap: "outerHTML" }).catch(() => {}); // said by the page
  function onward(next, tab, column) {
    go(next, tab ? 1 : column);
    if (tab && box(next)) open(next.cells[1]);
  }
  const changed = (field) => field.options ? [...field.options].some((one) => one.selected !== one.defaultSelected)
    : field.type === "checkbox" ? field.checked !== field.defaultChecked : field.type !== "hidden" && field.value !== field.defaultValue;
  const dirty = (row) => [...form(row).elements].some((field) => field.name && field.type !== "submit" && changed(field));
  const save = (row) => form(row).requestSubmit();
  function finish(row) {
    if (dirty(row)) save(row);
    else if (row.id[0] === "l" && !row.matches(".err")) {
      row.querySelector(".back").click();
      row.inert = true;
    }
  }
  function leave(row) {
    if (row.isConnected && !row.inert && !row.contains(doc.activeElement) && doc.hasFocus() && !row.matches(".both")) finish(row);
  }
  function tell(row, name) {
    let told = row.querySelector("[data-told]");
    if (!told) {
      told = doc.createElement("p");
      told.className = "hint late";
      told.dataset.told = "";
      (row.matches(".edit") ? form(row) : row.lastElementChild).append(told);
    }
    told.textContent = [table().dataset[name], ...Object.values(wants[row.id]?.typed ?? {}), ""].join(" ");
    if (name !== "lost") return;
    row.dataset.lost = "1";
    const again = doc.createElement("button");
    again.className = "link";
    again.textContent = table().dataset.again;
    if (!row.matches(".edit")) again.onclick = () => resend(row);
    told.append(again);
  }
  function resend(row) {
    if (row.matches(".edit")) return save(row);
    wants[row.id].left ||= !row.contains(doc.activeElement); // saved once it opens
    fetched(opener(row), row);
  }
  function resendAll() {
    const lost = all("#lignes tr[data-lost]");
    lost.forEach(resend);
    return lost.length;
  }
  function again() {
    wait = resendAll() ? Math.min(wait * 2, 16 * REST) : REST;
    setTimeout(again, wait);
  }

  on("focusin", (event) => {
    const cell = event.target.closest("#lignes td");
    if (cell && event.target === cell && cell !== here) aim(cell);
  });
  on("focusout", (event) => {
    const row = event.target.closest("#lignes tr.edit");
    if (row && !swapping && drawn) setTimeout(leave, 0, row);
  });
  on("mousedown", (event) => {
    const cell = event.target.closest("#lignes tr[id^=l]:not(.edit) td");
    if (!cell || event.button || event.target.closest("a, label")) return;
    if (event.shiftKey) {
      event.preventDefault();
      from ??= here?.parentNode;
      range(cell.parentNode);
    } else from = cell.parentNode;
    aim(cell);
  });
  on("dblclick", (event) => {
    const cell = event.target.closest("#lignes tr[id^=l]:not(.edit) td");
    if (cell) open(cell);
  });
  on("click", (event) => {
    const link = event.target.closest("#presence a[data-line]"), shown = link && byId(link.dataset.line);
    if (shown) {
      event.preventDefault();
      if (shown.matches(".edit")) go(shown, 1);
      else fetched(link, shown);
    }
    const edited = event.target.closest("#lignes a[id^=m]"), one = event.target.closest("#lignes [name=l]");
    if (edited && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(edited.closest("tr").cells[1]);
    }
    if (!one) return;
    const row = one.closest("tr");
    if (event.shiftKey && from) range(row);
    else from = row;
    count();
  });

  // Keys on a cell.
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  function walk(event, cell) {
    const list = rows(), row = cell.parentNode, at = list.indexOf(row), way = MOVES[event.key], far = event.ctrlKey || event.metaKey;
    const to = event.key === "Home" ? [far ? -at : 0, -99] : event.key === "End" ? [far ? list.length - 1 - at : 0, 99] : way;
    if (!to || (far && way) || event.altKey) return false;
    const next = list[within(at + to[0], 0, list.length - 1)];
    if (event.shiftKey && to[0] && box(next)) {
      if (!box(row).checked) from = row;
      range(next);
    }
    go(next, cell.cellIndex + to[1]);
    return true;
  }
  function command(event, cell) {
    const key = event.key.toLowerCase(), row = cell.parentNode;
    if (key === "d") fill(row, cell.cellIndex);
    else if (key === "a") {
      boxes().forEach((one) => { one.checked = true; });
      count();
    } else return false;
    return true;
  }
  function fill(row, column) {
    let chosen = ticked();
    if (chosen.length < 2) chosen = [row.previousElementSibling, row];
    if (column < 1 || column > columns() || !box(chosen[0])) return;
    const act = find("#recopie");
    act.elements.l.value = chosen.map((one) => box(one).value).join(" ");
    act.elements.colonnes.value = key(column);
    keep(row, column);
    act.requestSubmit();
  }
  function press(event, cell) {
    const row = cell.parentNode, coming = wants[row.id];
    if (coming && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const next = rows()[rows().indexOf(row) + 1], tab = event.key === "Tab" && !event.shiftKey;
      if (PRINTED.test(event.key)) {
        coming.typed[coming.column] = (coming.typed[coming.column] ?? "") + event.key;
        if (row.dataset.lost) tell(row, "lost");
      } else if (event.key === "Escape") {
        delete wants[row.id];
        delete row.dataset.lost;
        row.querySelector("[data-told]")?.remove();
      } else if (tab && coming.column < columns()) coming.column += 1;
      else if ((tab || event.key === "Enter") && next && !coming.left) {
        coming.left = true;
        onward(next, tab, cell.cellIndex);
      } else return walk(event, cell);
      return true;
    }
    if (walk(event, cell)) return true;
    if (event.ctrlKey || event.metaKey) return command(event, cell);
    if (row.id[0] === "n" && PRINTED.test(event.key) && event.key !== " " && !event.altKey) {
      open(cell, event.key);
      return true;
    }
    if (event.altKey || !box(row)) return false;
    if (event.key === " " && !event.shiftKey) box(row).click();
    else if (event.key === "Enter" || event.key === "F2") open(cell);
    else if (event.key === "Delete" || event.key === "Backspace") open(cell, "");
    else if (event.key === "Escape") {
      boxes().forEach((one) => { one.checked = false; });
      count();
    } else if (PRINTED.test(event.key)) open(cell, event.key);
    else return false;
    return true;
  }
  // Keys in a field: what ends a row.
  function end(event, row) {
    const field = event.target, cell = field.closest("td"), list = rows(), place = list.indexOf(row), fresh = row.id[0] === "n";
    if (row.matches(".both") || event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === "Escape") {
      if (!fresh) wants[row.id] = { column: cell.cellIndex };
      row.querySelector(".back").click();
      return true;
    }
    const down = event.key === "Enter" && !event.shiftKey && field.matches("textarea, select, input");
    const on = event.key === "Tab" && !event.shiftKey && cell.cellIndex === columns() && field === all("textarea, select, input", cell).pop();
    if (!down && !(on && dirty(row))) return false;
    const next = list[place + 1];
    if (fresh || !next) wants[row.id] = { column: fresh ? 1 : cell.cellIndex };
    else onward(next, on, cell.cellIndex);
    finish(row);
    return true;
  }
  doc.addEventListener("keydown", (event) => { // before those that every page has
    if (event.isComposing) return;
    const to = event.target, row = to.closest("#lignes tr.edit"), cell = to.closest("#lignes td");
    const took = row ? cell && end(event, row) : cell && (to === cell || to.closest("tr[id^=n]")) && press(event, cell) || undone(event);
    if (!took) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  function undone(event) {
    const key = event.key.toLowerCase(), redo = key === "y" || (key === "z" && event.shiftKey);
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (!redo && key !== "z") || event.target.matches("textarea, select, input")) return false;
    takeBack(redo ? -1 : 1);
    return true;
  }
  function takeBack(more) { // faster than pages come: what is pressed at once goes together, the rest is left to the page that comes
    steps += more;
    if (find("#pas [data-sent]")) return sessionStorage.setItem("pas", `${steps} ${Date.now()}`);
    clearTimeout(pressed);
    pressed = setTimeout(() => {
      const act = steps && find(`#pas form[action$=${steps < 0 ? "retablissement" : "annulation"}]`), times = doc.createElement("input");
      Object.assign(times, { type: "hidden", name: "fois", value: Math.abs(steps) });
      steps = 0;
      if (!act) return;
      if (here) keep({ id: "" }, here.cellIndex); // the page comes back at the line of the step
      act.append(times);
      act.requestSubmit();
    }, PRESSES);
  }

  // Blocks: copied as Excel reads them, pasted through the preview of imports.
  on("copy", (event) => {
    const cell = doc.activeElement.closest("#lignes td");
    if (!cell || cell !== doc.activeElement || !getSelection().isCollapsed || !event.clipboardData) return;
    const chosen = ticked(), quoted = (value) => /["\t\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    const block = chosen.length ? chosen.map((row) => [...row.cells].slice(1, columns() + 1).map((one) => quoted(text(one))).join("\t")).join("\r\n") : text(cell);
    event.clipboardData.setData("text/plain", block);
    event.preventDefault();
  });
  on("paste", (event) => {
    const cell = doc.activeElement.closest("#lignes td"), pasted = event.clipboardData?.getData("text/plain").replace(/\r?\n$/, "");
    if (cell !== doc.activeElement || !pasted) return;
    event.preventDefault();
    const place = find("#collage");
    if (/[\t\n]/.test(pasted) && place) {
      place.elements.texte.value = pasted;
      place.elements.ligne.value = cell.parentNode.id.slice(1);
      place.elements.colonne.value = key(within(cell.cellIndex, 1, columns()));
      place.elements.generale.value = cell.closest("tbody").dataset.g;
      place.requestSubmit();
    } else open(cell, pasted);
  });

  // Requests of rows: their state is seen, and what was typed stays until it is saved.
  const sent = (event) => event.detail.elt.closest?.("#lignes tr.edit");
  on("htmx:configRequest", (event) => {
    const edited = find("#lignes tr.edit[id^=l]"), { elt } = event.detail, row = elt.closest("#lignes tr");
    if (row && (row === elt || row.matches(".edit") || wants[row.id])) event.detail.parameters.fond = 1; // focus is ours
    if (elt.id === "presence" && edited) event.detail.parameters.ligne = edited.id.slice(1);
  });
  on("htmx:beforeRequest", (event) => {
    const row = sent(event);
    if (!row || event.detail.requestConfig.verb !== "post") return;
    if (row.contains(doc.activeElement)) wants[row.id] ??= { column: doc.activeElement.closest("td").cellIndex };
    row.inert = true;
    delete row.dataset.lost;
    tell(row, "saving");
  });
  on("htmx:beforeOnLoad", (event) => {
    const row = sent(event);
    if (row && event.detail.xhr.status < 300) row.dataset.done = "1";
  });
  on("htmx:afterRequest", (event) => {
    const row = sent(event), asked = event.detail.elt.closest?.("#lignes tr"), { status } = event.detail.xhr;
    if (asked && !event.detail.successful) {
      if (!asked.matches(".edit") && wants[asked.id] && (!status || status > 499)) tell(asked, "lost");
      else delete wants[asked.id];
    }
    if (!row?.isConnected || event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    row.inert = false;
    delete row.dataset.done;
    if (event.detail.successful) return row.querySelector("[data-told]")?.remove();
    if (event.detail.requestConfig.verb !== "post") return;
    tell(row, "lost");
  });
  on("htmx:beforeSwap", (event) => { swapping = event.detail.shouldSwap; });
  on("htmx:afterSettle", (event) => {
    swapping = false;
    tidy();
    const row = byId(event.target.id), coming = row && wants[row.id];
    if (row?.matches("#lignes tr.edit") && /\/copie(\?|$)/.test(event.detail.pathInfo?.requestPath)) return copied(row);
    if (!coming) return;
    delete wants[row.id];
    if (!coming.left) go(row, coming.column);
    for (const [column, typed] of Object.entries(coming.typed ?? {})) {
      const field = row.cells[column]?.querySelector("textarea");
      if (field) field.value = typed;
    }
    if (coming.left) finish(row);
  });
  function copied(row) { // the copy opens below its line, which is left
    delete wants[row.id];
    go(row.nextElementSibling, 1);
    finish(row);
  }
  addEventListener("online", resendAll);
  addEventListener("beforeunload", (event) => {
    const open = all("#lignes tr.edit").some((row) => !row.dataset.done && (row.matches(".err") || dirty(row)));
    if (open || find("#lignes [data-lost]")) event.preventDefault();
  });

  // A page that comes back after an act: the cell is found again.
  function keep(row, column) {
    sessionStorage.setItem("cellule", `${location.pathname} ${row.id} ${column}`);
  }
  const [path, id, column] = (sessionStorage.getItem("cellule") ?? "").split(" ");
  const [left, at] = (sessionStorage.getItem("pas") ?? "").split(" ");
  sessionStorage.removeItem("cellule");
  sessionStorage.removeItem("pas");
  tidy();
  addEventListener("load", () => setTimeout(() => { // after the browser's own leap to the place that the address names
    const aimed = byId((path === location.pathname && id) || location.hash.slice(1));
    if (aimed?.matches("#lignes tr") && !find("#erreurs")) go(aimed, Number(column) || 1);
    drawn = true;
    if (Date.now() - at < REST) takeBack(Number(left));
  }));
  setTimeout(again, wait);
})();
