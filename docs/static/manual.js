// What scrolls sideways can be scrolled with the keyboard, too.
const mark = () => {
  for (const one of document.querySelectorAll("pre, .table-wrapper")) {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  }
};
addEventListener("load", mark);
addEventListener("resize", mark);
