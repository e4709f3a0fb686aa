// Which known questions a half-typed text may mean. Runs in the page, so no keystroke leaves it.

const MOST = 3;
const ENOUGH = 0.5; // found by trying typos and half words on the real questions
const QUESTION_WEIGHT = 1;
const KEYWORD_WEIGHT = 0.45; // key words come from the answer's text and are many
const NOISE = new Set("a an and are at be but can could do does for from get have how i if in is it me my of on or so that the there this to was what when where which who why will with would you your".split(" "));

/** A matcher over `[{ topic, question, words }]`. */
export function makeMatcher(questions) {
  const entries = questions.map(({ question, words }) => ({
    question,
    asked: tokens(question),
    keys: tokens(words).filter((word) => !NOISE.has(word)),
  }));

  return function match(text) {
    const typed = tokens(text).filter((word) => !NOISE.has(word) && word.length > 1);
    if (!typed.some((word) => word.length >= 3)) return [];
    return entries
      .map((entry) => ({ question: entry.question, score: score(typed, entry) }))
      .filter(({ score }) => score >= ENOUGH)
      .sort((one, other) => other.score - one.score)
      .slice(0, MOST)
      .map(({ question }) => question);
  };
}

const tokens = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").match(/[a-z0-9]+/g) ?? [];

function score(typed, { asked, keys }) {
  let sum = 0;
  for (const word of typed) {
    sum += Math.max(best(word, asked) * QUESTION_WEIGHT, best(word, keys) * KEYWORD_WEIGHT);
  }
  // A long sentence may hold one good word: the mean is weighed down, but not to nothing.
  const focus = asked.filter((word) => !NOISE.has(word));
  const covered = focus.filter((word) => best(word, typed) > 0.6).length / (focus.length || 1);
  return (sum / typed.length) * 0.8 + covered * 0.2;
}

const best = (word, others) => others.reduce((top, other) => Math.max(top, likeness(word, other)), 0);

function likeness(word, other) {
  if (word === other) return 1;
  if (word.length >= 3 && other.startsWith(word)) return 0.9;
  if (other.length >= 4 && word.startsWith(other)) return 0.85; // plurals and endings
  if (word.length < 4 || other.length < 4) return 0;
  const shared = sharedTrigrams(word, other);
  return shared >= 0.45 ? shared : 0;
}

function sharedTrigrams(one, other) {
  const first = trigrams(one);
  const second = trigrams(other);
  let both = 0;
  for (const piece of first) if (second.has(piece)) both += 1;
  return (2 * both) / (first.size + second.size);
}

const known = new Map(); // thousands of comparisons after each pause, of a few hundred words

function trigrams(word) {
  if (!known.has(word)) known.set(word, piecesOf(word));
  return known.get(word);
}

function piecesOf(word) {
  const padded = `  ${word} `;
  const pieces = new Set();
  for (let start = 0; start + 3 <= padded.length; start += 1) pieces.add(padded.slice(start, start + 3));
  return pieces;
}
