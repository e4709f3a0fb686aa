// The clinic's own colour, moved towards black or white until it can be read on both themes' backgrounds.

const THEMES = { light: { surface: [234, 240, 237], towards: 0 }, dark: { surface: [33, 45, 43], towards: 255 } };
const READABLE = 4.5; // WCAG's ratio for text

/** Use `#rrggbb` as accent colour in the theme that shows; anything else is ignored. */
export function useAccent(hex) {
  if (!/^#?[0-9a-f]{6}$/i.test(hex ?? "")) return;
  const wanted = hex.replace("#", "").match(/../g).map((part) => parseInt(part, 16));
  const paint = () => {
    const { surface, towards } = THEMES[isDark() ? "dark" : "light"];
    const colour = readable(wanted, surface, towards);
    const { style } = document.documentElement;
    style.setProperty("--accent", css(colour));
    style.setProperty("--accent-hover", css(mixed(colour, towards, 0.2)));
    style.setProperty("--on-accent", contrast(colour, [255, 255, 255]) >= READABLE ? "#ffffff" : "#101817");
  };
  paint();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function readable(colour, surface, towards) {
  let found = colour;
  for (let part = 0; part <= 1 && contrast(found, surface) < READABLE; part += 0.05) found = mixed(colour, towards, part);
  return found;
}

const mixed = (colour, towards, part) => colour.map((value) => Math.round(value + (towards - value) * part));
const css = (colour) => `rgb(${colour.join(" ")})`;

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
