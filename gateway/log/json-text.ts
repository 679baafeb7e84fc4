const plainWord = /^[A-Za-z0-9_./{}-]*$/;

/** As JSON of ASCII alone; words that need no escape, which most are, cost a test. */
export function quoted(text: string): string {
  return plainWord.test(text) ? `"${text}"` : JSON.stringify(text).replace(beyondAscii, escapeUnit);
}

const beyondAscii = /[\x7f-\uffff]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
