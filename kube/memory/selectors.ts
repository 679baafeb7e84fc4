import type { KubeObject } from '#api/object.ts';
import type { Selection } from '#kube/store.ts';
import { badRequest } from './answers.ts';

/** Whether an object is in a selection. */
export type Matcher = (object: KubeObject) => boolean;

/** Compiles a selection. Throws BadRequest for a selector that cannot be read, or a field that cannot be selected. */
export function compileSelection(selection: Selection): Matcher {
  const { namespace, labelSelector = '', fieldSelector = '' } = selection;
  const tests: Matcher[] = [];
  if (namespace !== undefined && namespace !== '') tests.push((object) => object.metadata.namespace === namespace);
  for (const requirement of parseLabelSelector(labelSelector)) {
    tests.push((object) => requirement(object.metadata.labels ?? {}));
  }
  tests.push(...parseFieldSelector(fieldSelector));
  if (tests.length === 0) return () => true;
  return (object) => tests.every((test) => test(object));
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const keyPattern = '([A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?)';
const setPattern = new RegExp(String.raw`^${keyPattern}\s+(in|notin)\s*\(([^()]*)\)$`);
const equalityPattern = new RegExp(String.raw`^${keyPattern}\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$`);
const existencePattern = new RegExp(String.raw`^(!?)\s*${keyPattern}$`);

/** Reads `a=b,c in (d,e),!f`: the tests that a set of labels must pass, all of them. */
export function parseLabelSelector(text: string): LabelTest[] {
  return splitOutsideParentheses(text).map((part) => parseRequirement(part, text));
}

function parseRequirement(part: string, text: string): LabelTest {
  return setRequirement(part) ?? equalityRequirement(part) ?? existenceRequirement(part) ?? refuse(part, text);
}

function setRequirement(part: string): LabelTest | undefined {
  const [, key, operator, list] = setPattern.exec(part) ?? [];
  if (key === undefined || list === undefined) return undefined;
  const values = new Set(list.split(',').map((value) => value.trim()));
  const isIn: LabelTest = (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
  return operator === 'in' ? isIn : (labels) => !isIn(labels);
}

function equalityRequirement(part: string): LabelTest | undefined {
  const [, key, operator, value] = equalityPattern.exec(part) ?? [];
  if (key === undefined || value === undefined) return undefined;
  const equals: LabelTest = (labels) => Object.hasOwn(labels, key) && labels[key] === value;
  return operator === '!=' ? (labels) => !equals(labels) : equals;
}

function existenceRequirement(part: string): LabelTest | undefined {
  const [, not, key] = existencePattern.exec(part) ?? [];
  if (key === undefined) return undefined;
  return not === '!' ? (labels) => !Object.hasOwn(labels, key) : (labels) => Object.hasOwn(labels, key);
}

function refuse(part: string, text: string): never {
  throw badRequest(`unable to parse requirement "${part}" of label selector "${text}"`);
}

function splitOutsideParentheses(text: string): string[] {
  const parts = text.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

const fields: Readonly<Record<string, (object: KubeObject) => string>> = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace ?? '',
  type: (object) => ('type' in object && typeof object.type === 'string' ? object.type : ''),
};

function parseFieldSelector(text: string): Matcher[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => fieldRequirement(part));
}

function fieldRequirement(part: string): Matcher {
  const [, name = '', operator, value = ''] = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(part) ?? [];
  const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (operator === undefined) throw badRequest(`invalid field selector: "${part}"; can't understand it`);
  if (read === undefined) throw badRequest(`field label not supported: ${name}`);
  return operator === '!=' ? (object) => read(object) !== value : (object) => read(object) === value;
}
