/**
 * Syntax of names, label keys and label values. Each function gives back the API server's messages, none when the text
 * is fine.
 */

const labelFormat = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainFormat = `${labelFormat}(\\.${labelFormat})*`;
const serviceFormat = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedFormat = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const valueFormat = `(${qualifiedFormat})?`;
const secretKeyFormat = '[-._a-zA-Z0-9]+';

const alphanumericEnds = 'and must start and end with an alphanumeric character';

/** RFC 1123 label: at most 63 lower-case letters, digits and hyphens. Names of namespaces. */
export function checkLabelName(name: string): string[] {
  const problems = tooLongFor(name, 63);
  if (matchesWhole(labelFormat, name)) return problems;
  if (matchesWhole(subdomainFormat, name)) return [...problems, 'must not contain dots'];
  const words = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ${alphanumericEnds}`;
  return [...problems, formatMessage(words, labelFormat, ['my-name', '123-abc'])];
}

/** RFC 1123 subdomain: labels joined by dots, at most 253 characters. Names of most objects. */
export function checkSubdomainName(name: string): string[] {
  const problems = tooLongFor(name, 253);
  if (matchesWhole(subdomainFormat, name)) return problems;
  const words =
    'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, ' +
    `'-' or '.', ${alphanumericEnds}`;
  return [...problems, formatMessage(words, subdomainFormat, ['example.com'])];
}

/** RFC 1035 label: like a label, beginning with a letter. Names of Services. */
export function checkServiceName(name: string): string[] {
  const problems = tooLongFor(name, 63);
  if (matchesWhole(serviceFormat, name)) return problems;
  const words =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    'and end with an alphanumeric character';
  return [...problems, formatMessage(words, serviceFormat, ['my-name', 'abc-123'])];
}

/** What is legal as one segment of a URL path. Names of RBAC objects, which may hold colons. */
export function checkPathSegmentName(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}

/** Key of a label or annotation, name of a finalizer: an optional subdomain and `/`, then at most 63 characters. */
export function checkQualifiedName(text: string): string[] {
  const [first = '', second, ...rest] = text.split('/');
  const problems: string[] = [];
  if (rest.length > 0) return [qualifiedMessage('a valid label key ', qualifiedSuffix)];
  if (second !== undefined) problems.push(...checkPrefix(first));
  const name = second ?? first;
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${lengthMessage(63, 'bytes')}`);
  if (!matchesWhole(qualifiedFormat, name)) problems.push(qualifiedMessage('name part ', ''));
  return problems;
}

const qualifiedSuffix = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";

function checkPrefix(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  // The API server counts bytes here, and characters elsewhere.
  const problems = checkSubdomainName(prefix).map((problem) =>
    problem.replace(/^(must be .*) characters$/, '$1 bytes'),
  );
  return problems.map((problem) => `prefix part ${problem}`);
}

function qualifiedMessage(head: string, tail: string): string {
  const words = `must consist of alphanumeric characters, '-', '_' or '.', ${alphanumericEnds}`;
  return `${head}${formatMessage(words, qualifiedFormat, ['MyName', 'my.name', '123-abc'])}${tail}`;
}

/** Value of a label: at most 63 characters, may be empty. */
export function checkLabelValue(value: string): string[] {
  const problems = value.length > 63 ? [lengthMessage(63, 'bytes')] : [];
  if (matchesWhole(valueFormat, value)) return problems;
  const words = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', ${alphanumericEnds}`;
  return [...problems, formatMessage(words, valueFormat, ['MyValue', 'my_value', '12345'])];
}

/** Key within a Secret's data. */
export function checkSecretKey(key: string): string[] {
  const problems = key.length > 253 ? [lengthMessage(253, 'characters')] : [];
  if (matchesWhole(secretKeyFormat, key)) return [...problems, ...checkDots(key)];
  const words = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  return [...problems, formatMessage(words, secretKeyFormat, ['key.name', 'KEY_NAME', 'key-name'])];
}

function checkDots(key: string): string[] {
  if (key === '.' || key === '..') return [`must not be '${key}'`];
  return key.startsWith('..') ? ["must not start with '..'"] : [];
}

function tooLongFor(name: string, max: number): string[] {
  return name.length > max ? [lengthMessage(max, 'characters')] : [];
}

function lengthMessage(max: number, unit: string): string {
  return `must be no more than ${max} ${unit}`;
}

function formatMessage(words: string, format: string, examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${words} (e.g. ${shown}regex used for validation is '${format}')`;
}

const compiled = new Map<string, RegExp>();

/** All formats here are our own and free of nested quantifiers over one alphabet, so JavaScript's engine is safe. */
function matchesWhole(format: string, text: string): boolean {
  let expression = compiled.get(format);
  if (expression === undefined) {
    expression = new RegExp(`^(?:${format})$`);
    compiled.set(format, expression);
  }
  return text.length <= 1024 && expression.test(text);
}
