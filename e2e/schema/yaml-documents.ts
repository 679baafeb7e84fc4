/** A ConfigMap with these lines under `data`, so that any value can be tried. */
export function configMap(...data: string[]): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n${data.map((line) => `  ${line}\n`).join('')}`;
}

/** Texts on which our reader and kubectl agree, in what they mean or in refusing them. */
export const documents: Record<string, string> = {
  'an empty value is null': configMap('value:'),
  'a folded scalar': configMap('value: >-', '  one', '  two', '', '  three'),
  'a literal scalar': configMap('value: |+', '  one', '   two', ''),
  'a literal scalar with an indentation indicator': configMap('value: |2', '    one'),
  'a plain scalar over lines': configMap('value: one', '  two'),
  'an alias': configMap('a: &x { b: [1, yes] }', 'c: *x'),
  'a merge key': configMap('a: &x { b: 1, c: 2 }', 'd: { <<: *x, c: 3 }'),
  'a merge key behind the key that it overrides': configMap('a: &x { b: 1, c: 2 }', 'd: { c: 3, <<: *x }'),
  'a merge of two maps': configMap('a: &x { b: 1 }', 'c: &y { b: 2, d: 3 }', 'e: { <<: [*x, *y] }'),
  'a quoted merge key is a key': configMap('value: { "<<": x }'),
  'a complex key mark': configMap('? a', ': b'),
  'no space after a colon in flow': configMap('value: {a:1, "b":2}'),
  'a tab behind a value': configMap('value: a\t'),
  'a tab as indentation': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n',
  'tabs in JSON': '{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "a"}\n}\n',
  'JSON with escapes':
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"v":"\\u00e9\\ud83d\\ude00\\/\\n"}}',
  'JSON with numbers':
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"v":[0,-1,1.5,1e3,1E-2]}}',
  'windows line ends': configMap('value: yes', 'other: "a"').replaceAll('\n', '\r\n'),
  'a byte order mark': `\uFEFF${configMap('value: a')}`,
  'documents with comments between': `# first\n${configMap('value: a')}--- # second\n# more\n${configMap('value: b').replace('name: a', 'name: b')}`,
  'empty documents': `---\n---\n${configMap('value: a')}---\n# nothing\n---\n`,
  'no line end at the end': configMap('value: a').trimEnd(),
  'a List': `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: b } }\n`,
  'text behind a separator': `${configMap('value: a')}--- text\n${configMap('value: b')}`,
  'an anchor that contains itself': configMap('value: &x [*x]'),
  'a key without a value in a list': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: [a, , b]\n',
  'a bad indentation': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n labels: {}\n',
  'a list at the indentation of its key':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  finalizers:\n  - a.b/c\n',
};

/** Texts that only we refuse: kubectl takes these, and whoever wrote them is wrong all the same. */
export const stricter: Record<string, string> = {
  'a key that stands twice': configMap('value: a', 'value: b'),
  'a quoted scalar over lines that is not indented': configMap('value: "one', 'two"'),
  'two keys that mean the same': configMap('yes: a', 'on: b'),
  'a whole number that JavaScript cannot hold': configMap('value: 9007199254740993'),
};
