// Keeps the panel above the phone's keyboard: browsers lay the keyboard over the page, so the visible height is told
// to the style sheet.

export function fitToKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    // While pinch-zoomed the visible part is small by the visitor's own wish: leave the page as it is.
    if (view.scale > 1.01) return;
    document.documentElement.style.setProperty("--visible", `${Math.round(view.height)}px`);
    if (view.offsetTop > 0) window.scrollTo(0, 0); // iOS pushes the page up and leaves the header out of sight
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  fit();
}
