// Searches in the page, so that no word of the search leaves it. Without scripts the form sends them in its body.

const PAUSE_MS = 400; // what was found is told once the typing rests
const form = document.querySelector(".search");
const found = document.getElementById("found");
const topics = document.getElementById("topics");
const said = new Map([...document.querySelectorAll(".answer")].map((answer) => [answer, textOf(answer)]));
let timer = 0;

function textOf(answer) {
  return [...answer.querySelectorAll("h3, .prose")].map(({ textContent }) => textContent).join(" ").toLowerCase();
}

function search() {
  const query = form.elements.q.value.trim();
  const words = query.toLowerCase().split(/\s+/);
  for (const [answer, text] of said) answer.hidden = !words.every((word) => text.includes(word));
  for (const group of document.querySelectorAll("#answers section")) group.hidden = !group.querySelector(".answer:not([hidden])");
  if (topics) topics.hidden = Boolean(query);
  const isFound = [...said.keys()].some(({ hidden }) => !hidden);
  clearTimeout(timer);
  timer = setTimeout(() => { found.textContent = query && (isFound ? `${found.dataset.found}: ${query}` : found.dataset.nothing); }, PAUSE_MS);
}

form.addEventListener("input", search);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
