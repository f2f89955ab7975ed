// Keeps a page of the console as things are at the centre. Without it the page works as well: it is
// read again by hand. A form that somebody has begun is never touched: then a line says that there is news.
"use strict";
(() => {
  const begun = (field) => {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) {
      const first = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(first, 0);
    }
    return field.value !== field.defaultValue;
  };
  const isBusy = () => {
    const main = document.querySelector("main");
    const here = document.activeElement;
    const typing = main.contains(here) && here.matches("input, textarea, select");
    const fields = [...main.querySelectorAll("input, textarea, select")];
    return typing || fields.some(begun) || main.querySelector("details[open]") !== null;
  };
  // Who goes by the keyboard keeps their place: the same button or link, where it is still there.
  const again = (here, fresh) => {
    const name = (one) => one.getAttribute("href") || one.form?.getAttribute("action") || one.id;
    const same = (one) => name(one) === name(here) && one.textContent === here.textContent;
    return [...fresh.querySelectorAll("a, button, summary")].find(same);
  };
  let wanted = false;
  // What is replaced or moved under a finger does nothing when the finger goes up: that is waited for.
  const isPressed = () => document.querySelector("main :active") !== null;
  const show = async () => {
    if (!wanted || isPressed()) return;
    const note = document.querySelector("#news");
    if (isBusy()) {
      note.hidden = false;
      return;
    }
    wanted = false;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.redirected || !answer.ok) {
      location.reload();
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    if (isBusy() || isPressed()) {
      wanted = true;
      show();
      return;
    }
    const main = document.querySelector("main");
    const next = main.contains(document.activeElement) && again(document.activeElement, fresh);
    main.replaceWith(document.adoptNode(fresh));
    if (next) next.focus({ preventScroll: true });
    note.hidden = true;
  };
  const told = new EventSource("/staff/live");
  told.addEventListener("open", () => { document.body.dataset.live = "yes"; });
  told.addEventListener("changed", () => { wanted = true; show(); });
  told.addEventListener("error", () => {
    document.body.dataset.live = "no";
    if (told.readyState === EventSource.CLOSED && !isBusy()) location.reload();
  });
  for (const left of ["focusout", "pointerup", "pointercancel"]) {
    addEventListener(left, () => setTimeout(show, 300));
  }
  // A scanner types wherever the keyboard is: with no field chosen, what it reads is looked for.
  addEventListener("keydown", (event) => {
    const search = document.querySelector("#q");
    const isText = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (search && isText && document.activeElement === document.body) search.focus();
  });
})();
