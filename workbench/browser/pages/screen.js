"use strict";
// What leads from the page to elsewhere is closed here as well as by the headers: links, the clipboard, drag and drop.
window.open = () => null;
for (const way of ["copy", "cut", "contextmenu", "dragstart", "selectstart"]) {
  window.addEventListener(way, (event) => { event.preventDefault(); event.stopImmediatePropagation(); }, true);
}
// With Shift or Alt the terminal would select text, which some systems put on a clipboard of their own at once.
for (const way of ["mousedown", "click", "dblclick"]) {
  window.addEventListener(way, (event) => {
    if (event.shiftKey || event.altKey) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
}
window.addEventListener("DOMContentLoaded", () => {
  const body = document.body;
  new MutationObserver(() => {
    // The sitting has ended: leave the page, and with it everything that was drawn.
    if (body.classList.contains("-closed")) location.replace("/");
    // The first picture is there: keys go to the app without a click.
    else if (body.classList.contains("-first-byte")) document.querySelector(".xterm-helper-textarea").focus();
  }).observe(body, { attributes: true, attributeFilter: ["class"] });
});
// A page that is left must not be kept for the way back.
window.addEventListener("pagehide", () => document.body.replaceChildren());
