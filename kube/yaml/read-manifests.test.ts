import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { findDuplicates } from './duplicates.ts';
import { defaultLimits } from './limits.ts';
import { formatManifestError } from './manifest-error.ts';
import { type Located, locate, readManifests } from './read-manifests.ts';

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';

function only(text: string): Located {
  const { objects, errors } = readManifests(text, 'a.yaml');
  assert.deepEqual(errors, []);
  assert.equal(objects.length, 1);
  return objects[0]!;
}

function errorsOf(text: string, limits = defaultLimits): string[] {
  return readManifests(text, 'a.yaml', limits).errors.map(formatManifestError);
}

suite('readManifests: what is wrong, where, and what to do', () => {
  const cases: Record<string, { text: string; error: RegExp }> = {
    'a tab as indentation': { text: 'a:\n\tb: 1', error: /^a\.yaml:2:1: not valid YAML: .*: indent with spaces$/ },
    'a colon in a plain value': { text: `${head}data:\n  a: b: c`, error: /^a\.yaml:6:6: .*put the value in quotes/ },
    'a quote that is not closed': { text: `${head}data:\n  a: "b`, error: /^a\.yaml:6:\d+: .*close the quote/ },
    'a key twice': {
      text: `${head}data:\n  a: 1\n  b: 2\n  a: 3\n`,
      error: /^a\.yaml:8:3: key "a" stands twice in this map, first in line 6: remove one of them$/,
    },
    'two keys that mean the same': {
      text: `${head}data: { yes: 1, on: 2 }`,
      error: /^a\.yaml:5:17: key "true" stands twice/,
    },
    'text instead of an object': {
      text: 'hello',
      error: /^a\.yaml:1:1: a document must be one Kubernetes object: begin with/,
    },
    'a list instead of an object': { text: '- a', error: /^a\.yaml:1:1: a document must be one Kubernetes object/ },
    'no apiVersion': {
      text: 'kind: Tenant\nmetadata: { name: a }',
      error: /^a\.yaml:1:1: apiVersion is missing: add it/,
    },
    'no kind': { text: 'apiVersion: v1\nmetadata: { name: a }', error: /^a\.yaml:1:1: kind is missing: add it/ },
    'no name': {
      text: 'apiVersion: v1\nkind: A\nmetadata: { labels: {} }',
      error: /^a\.yaml:3:1: metadata\.name is missing/,
    },
    'a name that is a number': {
      text: 'apiVersion: v1\nkind: A\nmetadata: { name: 36 }',
      error: /^a\.yaml:3:13: metadata\.name must be text: write name: "36"$/,
    },
    infinity: { text: `${head}data: { a: .inf }`, error: /^a\.yaml:5:12: \.inf has no form in JSON/ },
    'a number that cannot be kept': {
      text: `${head}data: { a: 9007199254740993 }`,
      error: /^a\.yaml:5:12: 9007199254740993 is beyond/,
    },
    'text behind a separator': { text: `${head}--- next\n${head}`, error: /^a\.yaml:5:1: "---" separates documents/ },
    'an alias of nothing': { text: `${head}data: *a`, error: /^a\.yaml:5:7: / },
    'an alias of itself': { text: `${head}data: &a [*a]`, error: /^a\.yaml:5:11: anchor &a contains itself/ },
    'a tag that is not true': {
      text: `${head}data: { a: !!int x }`,
      error: /^a\.yaml:5:\d+: "x" is not what its tag !!int says/,
    },
    'a key that is a list': { text: `${head}data: { [a]: b }`, error: /^a\.yaml:5:9: a key must be text/ },
  };
  for (const [name, { text, error }] of Object.entries(cases)) {
    test(name, () => assert.match(errorsOf(text)[0] ?? 'no error', error));
  }

  test('one broken document does not harm the others', () => {
    const { objects, errors } = readManifests(
      `${head}---\na: b: c\n---\n${head.replace('name: a', 'name: b')}`,
      'a.yaml',
    );
    assert.deepEqual(
      objects.map(({ object }) => object.metadata.name),
      ['a', 'b'],
    );
    assert.equal(errors.length, 1);
  });

  test('errors come in the order of the text', () => {
    const lines = readManifests('a\n---\nb\n--- c\nd\n', 'a.yaml').errors.map(({ line }) => line);
    assert.deepEqual(
      lines,
      lines.toSorted((a, b) => a - b),
    );
  });
});

suite('readManifests: bounds', () => {
  const nested = (open: string, close: string, depth: number) =>
    `${head}data: ${open.repeat(depth)}x${close.repeat(depth)}`;
  const bomb = `${head}data:\n  a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((name, i) => `  ${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(10)}]\n`).join('')}`;
  const cases: Record<string, { text: string; error: RegExp; limits?: Partial<typeof defaultLimits> }> = {
    'a file that is too large': {
      text: ' '.repeat(11),
      limits: { maxBytes: 10 },
      error: /has 11 bytes, and 10 is the most that is read: split it/,
    },
    'bytes are counted, not characters': { text: 'éééééé', limits: { maxBytes: 10 }, error: /has 12 bytes/ },
    'too many documents': {
      text: `${head}---\n`.repeat(4),
      limits: { maxDocuments: 3 },
      error: /more than 3 documents: split it/,
    },
    'too many values': {
      text: `${head}data: [1,2,3,4,5,6,7,8,9]`,
      limits: { maxNodes: 10 },
      error: /more than 10 values: split the document/,
    },
    'a billion laughs': { text: bomb, error: /aliases repeat more than 20000 values/ },
    'lists nested too deeply': { text: nested('[', ']', 200), error: /nested deeper than 100 levels: make it flatter/ },
    'lists nested until the parser gives up': {
      text: nested('[', ']', 20_000),
      error: /nested too deeply: make it flatter/,
    },
    'maps nested until the parser gives up': {
      text: nested('{a: ', '}', 20_000),
      error: /nested too deeply: make it flatter/,
    },
    'blocks nested until the parser gives up': {
      text: `${head}data:\n ${'- '.repeat(20_000)}x`,
      error: /nested too deeply: make it flatter/,
    },
  };
  for (const [name, { text, error, limits }] of Object.entries(cases)) {
    test(name, () => {
      const [first = 'no error', ...more] = errorsOf(text, { ...defaultLimits, ...limits });
      assert.match(first, error);
      assert.deepEqual(more, []);
    });
  }

  test('5 MiB and ten thousand documents are read', () => {
    const text = `${head}data: { a: ${'x'.repeat(400)} }\n---\n`.repeat(10_000);
    assert.equal(readManifests(text.replace(/---\n$/, ''), 'a.yaml').objects.length, 10_000);
  });
});

suite('locate', () => {
  const text = `apiVersion: simpul.id/v1alpha1
kind: ApiService
metadata:
  name: a
  labels: { simpul.id/tenant: x, simpul: y }
spec:
  hosts: [a.example, b.example]
  plans:
    dasar:
      limits:
        - requests: 0
          per: Minute
        - { requests: 1, per: Hour }
  gatewayRefs:
    - name: public
      namespace: simpul-system
    - { name: own }
`;
  const places: Record<string, [number, number]> = {
    '': [1, 1],
    kind: [2, 1],
    spec: [6, 1],
    'spec.hosts': [7, 3],
    'spec.hosts[1]': [7, 22],
    'spec.hosts[="b.example"]': [7, 22],
    'spec.plans.dasar.limits[0].requests': [11, 11],
    'spec.plans[dasar].limits[0]': [11, 11],
    'spec.plans[dasar].limits[1].per': [13, 26],
    'metadata.labels.simpul.id/tenant': [5, 13],
    'metadata.labels[simpul.id/tenant]': [5, 13],
    'metadata.labels.simpul': [5, 34],
    'spec.gatewayRefs[name="public",namespace="simpul-system"].name': [15, 7],
    '.spec.gatewayRefs[name="own",namespace=""]': [17, 7],
    // What is missing is where it should be.
    'spec.basePath': [6, 1],
    'spec.plans.dasar.limits[1].burst': [13, 11],
    'spec.plans.mitra': [8, 3],
    'status.conditions': [1, 1],
    '<nil>': [1, 1],
  };
  for (const [path, [line, column]] of Object.entries(places)) {
    test(path === '' ? 'the object itself' : path, () => {
      assert.deepEqual(locate(only(text), path), { line, column });
    });
  }

  test('places within the items of a List', () => {
    const list =
      'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: { name: a }\n    data:\n      a: b\n';
    const located = only(list);
    assert.deepEqual([located.line, located.column], [4, 5]);
    assert.deepEqual(locate(located, 'data.a'), { line: 8, column: 7 });
  });

  test('places in the second document, and in JSON', () => {
    const [, second] = readManifests(`${head}---\n${head}data: { x: 1 }\n`, 'a.yaml').objects;
    assert.deepEqual(locate(second!, 'data.x'), { line: 10, column: 9 });
    const json = only('{\n  "apiVersion": "v1",\n  "kind": "ConfigMap",\n  "metadata": { "name": "a" }\n}');
    assert.deepEqual(locate(json, 'metadata.name'), { line: 4, column: 17 });
  });
});

suite('findDuplicates', () => {
  test('the second object of one identity is reported with the place of the first', () => {
    const one = readManifests(`${head}---\n${head.replace('name: a', 'name: b')}`, 'one.yaml').objects;
    const two = readManifests(`# comment\n${head}`, 'two.yaml').objects;
    assert.deepEqual(findDuplicates([...one, ...two]).map(formatManifestError), [
      'two.yaml:2:1: ConfigMap "a" stands already in one.yaml:1: keep one of them, or rename one',
    ]);
  });

  test('same name in another namespace, kind or group is another object', () => {
    const texts = [head, head.replace('ConfigMap', 'Secret'), head.replace('v1', 'x.y/v1'), `${head}  namespace: b\n`];
    assert.deepEqual(findDuplicates(texts.flatMap((text) => readManifests(text, 'a.yaml').objects)), []);
  });

  test('another version of one group is the same object', () => {
    const texts = ['x.y/v1', 'x.y/v2'].map((version) => head.replace('v1', version));
    assert.equal(findDuplicates(texts.flatMap((text) => readManifests(text, 'a.yaml').objects)).length, 1);
  });
});

suite('readManifests: any text', () => {
  const pieces = fc.constantFrom(
    ...[
      'apiVersion: v1\n',
      'kind: List\n',
      'items:\n',
      'metadata: {name: a}\n',
      '- ',
      '  ',
      '\t',
      '\n',
      '---',
      '...',
      ': ',
      '? ',
      ',',
      '[',
      ']',
    ],
    ...[
      '{',
      '}',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: ',
      '!!int ',
      '!!binary ',
      '|',
      '>-',
      '#',
      '%',
      '@',
      '\\',
      '\u0000',
      '\uFEFF',
      '🙂',
      '\r',
      '017',
      'yes',
      '~',
    ],
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );

  test('never throws, never takes a second, and points into the text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const started = performance.now();
        const { objects, errors } = readManifests(text, 'a.yaml');
        assert.ok(performance.now() - started < 1000);
        const lines = text.split('\n').length;
        for (const { line, column } of [...objects, ...errors]) assert.ok(line >= 1 && line <= lines && column >= 1);
        for (const located of objects) assert.ok(locate(located, 'spec.a[0].b').line >= 1);
      }),
      { numRuns: 3000 },
    );
  });

  test('what JSON says is what comes out', () => {
    const values = fc.jsonValue({ maxDepth: 4 }).filter((value) => !/e\+|[0-9]{16,}/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(values, (data) => {
        const text = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data });
        assert.deepEqual({ ...only(text).object }, JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });
});
