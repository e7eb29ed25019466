"use strict";

// One run is marked in all charts and in the table at once; `pinned` stays until it is clicked again.
const page = document.querySelector("main");
const tip = document.getElementById("tip");
let pinned = null;

function mark(series) {
  page.classList.toggle("focus", series !== null);
  for (const element of page.querySelectorAll("[data-series]")) {
    element.classList.toggle("on", element.dataset.series === series);
  }
}

function tell(element, event) {
  tip.hidden = element === null;
  if (element === null) return;
  tip.textContent = element.dataset.tip;
  const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
  const above = event.clientY - tip.offsetHeight - 12;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above < 8 ? event.clientY + 18 : above}px`;
}

function seriesOf(target) {
  return target.closest("[data-series]:not(.off)")?.dataset.series ?? null;
}

const follow = (event) => tell(event.target.closest("[data-tip]"), event);
page.addEventListener("pointermove", follow);
page.addEventListener("pointerover", (event) => {
  follow(event);
  mark(seriesOf(event.target) ?? pinned);
});
page.addEventListener("pointerleave", (event) => {
  tell(null, event);
  mark(pinned);
});
page.addEventListener("click", (event) => {
  if (event.target.closest("summary, a, label, input")) return;
  const series = seriesOf(event.target);
  pinned = series === pinned ? null : series;
  mark(pinned);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  tip.hidden = true;
  pinned = null;
  mark(null);
});
addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

// A run is shown when every group of boxes has one checked that stands for it.
const choice = document.getElementById("choice");
if (choice !== null) {
  choice.hidden = false;
  choice.addEventListener("change", () => {
    const groups = [...choice.querySelectorAll("fieldset")].map(
      (group) => new Set([...group.querySelectorAll(":checked")].flatMap((box) => box.dataset.runs.split(" "))),
    );
    for (const element of page.querySelectorAll("[data-series]")) {
      const shown = groups.every((group) => group.has(element.dataset.series));
      element.classList.toggle("off", !shown);
      if (element.tagName === "TR") element.hidden = !shown;
    }
  });
}

// Without this script the link gives the same, compressed.
const raw = document.getElementById("raw");
if (raw !== null && "DecompressionStream" in window) {
  raw.addEventListener("click", async (event) => {
    event.preventDefault();
    const packed = Uint8Array.from(atob(raw.href.slice(raw.href.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await new Response(stream).blob());
    link.download = "bench.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

// What is folded cannot be opened on paper.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.card:not([open])")) {
    details.open = true;
    details.dataset.opened = "";
  }
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("[data-opened]")) {
    details.open = false;
    delete details.dataset.opened;
  }
});
