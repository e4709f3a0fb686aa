// Numbers that do not belong into a chat: cards, identity and insurance numbers. Looked for in the page before
// anything is sent. It errs on the quiet side: phone numbers and dates must never trigger it.

const RULES = [
  { kind: "private_card", pattern: /(?<![\d+])\d(?:[ -]?\d){12,18}(?!\d)/g, holds: isCardNumber },
  { kind: "private_id", pattern: /(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])/g },
  { kind: "private_id", pattern: /(?<![\d+.-])\d{9}(?![\d-])/g },
  { kind: "private_id", pattern: /\b(?:passport|licen[cs]e|ssn|social security|mrn|record)\b[^\d\n]{0,25}[a-z]{0,3}\d{5,}/gi },
  // Medicare numbers: fixed pattern of letters and digits, e.g. 1EG4-TE5-MK73
  { kind: "private_insurance", pattern: /\b[1-9][a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2}\b/gi },
  { kind: "private_insurance", pattern: /\b(?:insurance|policy|member|group|plan|subscriber|medicare|medicaid)\b[^\d\n]{0,25}[a-z]{0,4}[\d-]{6,}/gi },
];

/** The first find as `{ kind, cleaned(replacement) }`, or null. */
export function findPrivateNumber(text) {
  for (const { kind, pattern, holds = () => true } of RULES) {
    const found = text.match(pattern)?.filter(holds);
    if (found?.length) return { kind, cleaned: (replacement) => cleaned(text, replacement) };
  }
  return null;
}

function cleaned(text, replacement) {
  let left = text;
  for (const { pattern, holds = () => true } of RULES) {
    left = left.replace(pattern, (found) => (holds(found) ? found.replace(/[a-z]{0,4}\d[\da-z -]*$/i, replacement) : found));
  }
  return left;
}

/** Luhn's check digit, which every payment card has. */
function isCardNumber(text) {
  const digits = text.replace(/\D/g, "").split("").reverse().map(Number);
  const sum = digits.reduce((total, digit, place) => {
    const doubled = place % 2 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits.length >= 13 && sum % 10 === 0;
}
