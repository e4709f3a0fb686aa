// The button on the clinic's own site, and the frame that opens from it. Works under a strict Content-Security-Policy
// that allows only our origin for scripts and frames: no inline style or script, everything is set through the CSSOM.
//
//   <script src="https://chat.example/widget.js" data-clinic="demo" async></script>
//
// data-color="#0e5f59"  data-position="left"  data-lang="es"  data-label="Ask us"  data-greeting="Welcome."
// data-question="What is dry needling?"  data-launcher="none" (open it with your own button)
// window.nerveline.open("a question"), window.nerveline.close()
(() => {
  const tag = document.currentScript;
  if (!tag || window.nerveline) return;
  const { origin } = new URL(tag.src);
  const { dataset } = tag;
  const language = dataset.lang || document.documentElement.lang.slice(0, 2);
  const [label, closeLabel, hideLabel, title, news] = language === "es"
    ? ["Haga una pregunta", "Cerrar el chat", "Ocultar el bot\u00f3n del chat", "Chat de la cl\u00ednica", "mensajes nuevos"]
    : ["Ask a question", "Close the chat", "Hide the chat button", "The clinic's chat", "new messages"];
  const openLabel = dataset.label || label;
  const side = dataset.position === "left" ? "left" : "right";
  const accent = /^#[0-9a-f]{6}$/i.test(dataset.color) ? dataset.color : "#0e5f59";
  const phone = matchMedia("(max-width: 30em), (max-height: 30em)");

  const holder = document.createElement("div");
  const root = holder.attachShadow({ mode: "open" });
  const bar = element("div");
  const launcher = element("button");
  const hide = element("button", "hide");
  let frame = null;
  let isReady = false;
  let waiting = null; // what to tell the panel as soon as it listens
  let pageOverflow = null;

  launcher.ariaHasPopup = "dialog";
  hide.textContent = "\u00d7"; // escaped: the host's page may have another encoding
  hide.ariaLabel = hideLabel;
  bar.append(launcher, hide);
  bar.hidden = dataset.launcher === "none" || remember();
  root.append(bar);
  draw();
  style();

  launcher.addEventListener("click", () => (isOpen() ? close() : open()));
  hide.addEventListener("click", () => {
    bar.hidden = true;
    remember("1");
  });
  document.addEventListener("keydown", ({ key }) => {
    // Esc belongs to the page when the focus is elsewhere in it.
    if (key === "Escape" && [holder, document.body].includes(document.activeElement)) close();
  });
  window.addEventListener("message", ({ origin: from, source, data }) => {
    if (from !== origin || source !== frame?.contentWindow || data?.nerveline !== 1) return;
    if (data.type === "ready") {
      isReady = true;
      if (waiting) tell(waiting);
    }
    if (data.type === "close") close();
    if (data.type === "unread" && data.count > 0) draw(Math.floor(data.count));
  });
  phone.addEventListener("change", () => draw());

  function open(question = "") {
    if (!frame) make();
    frame.hidden = false;
    draw();
    frame.focus();
    waiting = { type: "open", question: String(question), greeting: dataset.greeting };
    if (isReady) tell(waiting);
  }

  function close() {
    if (!isOpen()) return;
    frame.hidden = true;
    draw();
    tell({ type: "closed" });
    launcher.focus();
  }

  function isOpen() { return frame?.hidden === false; }

  function tell(said) { frame.contentWindow.postMessage({ nerveline: 1, ...said }, origin); }

  function make() {
    const { clinic, color, question: q } = dataset;
    const address = new URL("/chat", origin);
    for (const [name, value] of Object.entries({ embed: 1, host: location.origin, clinic, lang: language, color, q })) {
      if (value) address.searchParams.set(name, value);
    }
    frame = element("iframe");
    frame.title = title;
    frame.src = address;
    root.prepend(frame); // before the button, so that Tab goes from the chat to the button that closes it
  }

  /** On phones the chat has the whole screen, and the page behind it stands still. */
  function draw(unread = 0) {
    const isFull = isOpen() && phone.matches;
    launcher.ariaExpanded = isOpen();
    launcher.textContent = isOpen() ? closeLabel : openLabel;
    launcher.ariaLabel = unread && !isOpen() ? `${openLabel}, ${news}: ${unread}` : null;
    bar.className = isFull ? "behind" : launcher.ariaLabel ? "unread" : "";
    if (frame) frame.className = isFull ? "full" : "";
    const page = document.documentElement.style;
    if (isFull && pageOverflow === null) {
      pageOverflow = page.overflow;
      page.overflow = "hidden";
    } else if (!isFull && pageOverflow !== null) {
      page.overflow = pageOverflow;
      pageOverflow = null;
    }
  }

  function element(name, className = "") {
    const made = document.createElement(name);
    made.className = className;
    return made;
  }

  /** Whether the visitor hid the button, until the browser's window is closed. Storage may be forbidden. */
  function remember(value) {
    try {
      if (value) sessionStorage.nervelineHidden = value;
      return sessionStorage.nervelineHidden === "1";
    } catch {
      return false;
    }
  }

  function style() {
    // Black or white, whichever can be read on the clinic's colour.
    const [red, green, blue] = accent.match(/\w\w/g).map((part) => (parseInt(part, 16) / 255) ** 2.2);
    const ink = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000" : "#fff";
    holder.style.cssText = "all:initial;position:fixed;z-index:2147483000";
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      [hidden] { display: none !important }
      div, iframe { position: fixed; bottom: max(16px, env(safe-area-inset-bottom)); ${side}: 16px }
      div { display: flex; border-radius: 28px; background: ${accent}; box-shadow: 0 2px 12px #0005 }
      button { min-height: 52px; padding: 0 8px 0 22px; border: 0; border-radius: 28px; background: none; cursor: pointer;
        color: ${ink}; font: 600 17px/1.2 system-ui, sans-serif }
      button:focus-visible { outline: 3px solid ${ink}; outline-offset: -6px }
      .hide { min-width: 48px; padding: 0 8px 0 0; font-size: 24px }
      .behind { visibility: hidden }
      .unread { box-shadow: 0 0 0 3px #fff, 0 0 0 7px #c62828 }
      iframe { bottom: 84px; width: min(420px, 100vw - 32px); height: min(720px, 100vh - 100px); border: 1px solid #6f807d;
        border-radius: 16px; background: #fff; box-shadow: 0 8px 40px #0004; color-scheme: light dark }
      .full { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0 }
      @media (forced-colors: active) { div { border: 2px solid } }
      @media print { :host { display: none } }`);
    root.adoptedStyleSheets = [sheet];
  }

  window.nerveline = { open, close };
  if (document.body) document.body.append(holder);
  else document.addEventListener("DOMContentLoaded", () => document.body.append(holder));
})();
