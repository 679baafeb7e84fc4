import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDocument } from 'yaml';
import type { KubeObject } from '#api/object.ts';
import { readEnvironments } from './environments.ts';
import { mapObject } from './map-object.ts';
import { mergeDocument } from './merge-document.ts';
import { writeDocuments } from './write-documents.ts';

const direction = { from: 'dev', to: 'prod' };
const file = `
folders: { dev: dev, prod: prod }
namespaces: [{ dev: banten-dev, prod: banten }, simpul-system]
gateways: [{ dev: simpul-system/dev, prod: gerbang/public }]
hosts: [{ dev: dev.go.id, prod: prod.go.id }]
tenants: [{ dev: lebak-dev, prod: lebak }]
addresses:
  - { dev: "http://a", prod: "https://A" }
  - { dev: "http://a/khusus", prod: "https://B" }
secrets: [{ dev: kunci-dev, prod: kunci }]
configMaps: [{ dev: dok-dev, prod: dok }]
`;
const environments = readEnvironments(file, '/git/Environments');

function map(spec: object, kind = 'ApiService'): { spec: unknown; unmapped: string[] } {
  const object = { apiVersion: 'simpul.id/v1alpha1', kind, metadata: { name: 'x', namespace: 'banten-dev' }, spec };
  const { object: mapped, unmapped } = mapObject(object, environments, direction);
  assert.equal(mapped.metadata.namespace, 'banten');
  const lines = unmapped.map(({ table, value, field }) => `${table} ${value} ${field}`);
  return { spec: (mapped as KubeObject & { spec: unknown }).spec, unmapped: lines };
}

describe('an object for another environment', () => {
  const cases: readonly { name: string; spec: object; is: object; kind?: string }[] = [
    {
      name: 'gateways, with their namespace',
      spec: { gatewayRefs: [{ name: 'dev', namespace: 'simpul-system' }] },
      is: { gatewayRefs: [{ name: 'public', namespace: 'gerbang' }] },
    },
    {
      name: 'hosts and Tenants',
      spec: { hosts: ['dev.go.id'], visibleTo: ['lebak-dev'] },
      is: { hosts: ['prod.go.id'], visibleTo: ['lebak'] },
    },
    {
      name: 'addresses, wherever they stand, by the longest beginning',
      spec: {
        backend: {
          endpoints: [{ url: 'http://a/x?y' }, { url: 'http://a/khusus/z' }],
          oauth2: { tokenUrl: 'http://a' },
        },
      },
      is: {
        backend: { endpoints: [{ url: 'https://A/x?y' }, { url: 'https://B/z' }], oauth2: { tokenUrl: 'https://A' } },
      },
    },
    {
      name: 'Secrets and ConfigMaps; those without a row are called alike',
      spec: {
        backend: { credentialRef: { name: 'kunci-dev' }, tls: { caRef: { kind: 'ConfigMap', name: 'dok-dev' } } },
        definition: { openApi: { configMapRef: { name: 'lain', key: 'k' } } },
      },
      is: {
        backend: { credentialRef: { name: 'kunci' }, tls: { caRef: { kind: 'ConfigMap', name: 'dok' } } },
        definition: { openApi: { configMapRef: { name: 'lain', key: 'k' } } },
      },
    },
    {
      name: 'namespaces of references',
      spec: {
        authentication: { keyManagerRefs: [{ name: 'k', namespace: 'simpul-system' }, { name: 'm' }] },
        deprecation: { successorRef: { name: 's', namespace: 'banten-dev' } },
      },
      is: {
        authentication: { keyManagerRefs: [{ name: 'k', namespace: 'simpul-system' }, { name: 'm' }] },
        deprecation: { successorRef: { name: 's', namespace: 'banten' } },
      },
    },
    {
      name: 'what a Subscription asks for, and its keys',
      kind: 'Subscription',
      spec: {
        apis: [{ name: 'a', namespace: 'banten-dev', plan: 'p' }],
        credentials: [{ name: 'c', apiKey: { secretRef: { name: 'kunci-dev' } } }],
      },
      is: {
        apis: [{ name: 'a', namespace: 'banten', plan: 'p' }],
        credentials: [{ name: 'c', apiKey: { secretRef: { name: 'kunci' } } }],
      },
    },
    {
      name: 'and nothing else',
      spec: { description: 'http://a of banten-dev', tags: ['dev.go.id'] },
      is: { description: 'http://a of banten-dev', tags: ['dev.go.id'] },
    },
  ];
  for (const { name, spec, is, kind } of cases) {
    test(`has other ${name}`, () => assert.deepEqual(map(spec, kind), { spec: is, unmapped: [] }));
  }

  test('names what nobody has said', () => {
    const spec = {
      gatewayRefs: [{ name: 'lain', namespace: 'simpul-system' }],
      hosts: ['lain.go.id'],
      backend: { endpoints: [{ url: 'http://ab/x' }] },
    };
    assert.deepEqual(map(spec).unmapped, [
      'gateways simpul-system/lain spec.gatewayRefs[0]',
      'hosts lain.go.id spec.hosts[0]',
      'addresses http://ab/x spec.backend.endpoints[0].url',
    ]);
  });
});

describe('the file of environments', () => {
  test('gives folders beside itself', () => assert.equal(environments.folders.get('dev'), '/git/dev'));

  const wrong: readonly (readonly [text: string, says: RegExp])[] = [
    ['[', /it is no YAML/],
    ['a', /it is a map/],
    ['folders: { dev: d }', /two environments or more/],
    ['folders: { dev: d, prod: p }\nhost: []', /"host" is none of folders, keep, namespaces/],
    ['folders: { dev: d, prod: p }\nhosts: { dev: a }', /hosts is a list/],
    ['folders: { dev: d, prod: p }\nhosts: [{ dev: 1 }]', /hosts\[0\] is a map of texts/],
    ['folders: { dev: d, prod: p }\nhosts: [{ test: a }]', /names the environment "test", which folders does not/],
    ['folders: { dev: d, prod: p }\nkeep: spec', /keep is a list of fields/],
  ];
  for (const [text, says] of wrong) {
    test(`is refused: ${text.replace('\n', ' ')}`, () => {
      assert.throws(() => readEnvironments(text, 'Environments'), { code: 'CLI_INPUT', message: says });
    });
  }
});

describe('a document that is changed in place', () => {
  const text = `# head
a: 1    # one
flow: [x, y]
list:
  - { x: 1 } # first
  - x: 2
gone: true
kept: mine
`;
  const change = (wanted: object, keep: readonly string[] = []): { text: string; changes: string[] } => {
    const document = parseDocument(text);
    const changes = mergeDocument(document, wanted, keep);
    return { text: writeDocuments([document], text), changes: changes.map(({ field }) => field) };
  };
  const same = { a: 1, flow: ['x', 'y'], list: [{ x: 1 }, { x: 2 }], gone: true, kept: 'mine' };

  test('stays as it is when nothing differs', () => assert.deepEqual(change(same), { text, changes: [] }));

  test('keeps comments, order and style around what differs', () => {
    const changed = change({ ...same, a: 2, list: [{ x: 1 }, { x: 3 }] });
    assert.deepEqual(changed, {
      text: text.replace('a: 1    #', 'a: 2 #').replace('x: 2', 'x: 3'),
      changes: ['a', 'list[1].x'],
    });
  });

  test('never takes an old line for one that says something else', () => {
    const before = 'a: x y\nb: 1\n';
    const document = parseDocument(before);
    mergeDocument(document, { a: 'xy', b: 1 });
    assert.equal(writeDocuments([document], before), 'a: xy\nb: 1\n');
  });

  test('loses and gets fields, and a list of another length as a whole', () => {
    const { gone: _, ...rest } = same;
    const { changes, text: written } = change({ ...rest, list: [{ x: 1 }], neu: { b: [1] } });
    assert.deepEqual(changes, ['list', 'neu', 'gone']);
    assert.deepEqual(parseDocument(written).toJS(), { ...rest, list: [{ x: 1 }], neu: { b: [1] } });
  });

  test('leaves what the environment decides for itself, and takes it where it is not there yet', () => {
    const keep = ['kept', 'neu', 'list[0].x'];
    const { changes, text: written } = change({ ...same, kept: 'theirs', neu: 1, list: [{ x: 9 }, { x: 2 }] }, keep);
    assert.deepEqual(changes, ['neu']);
    assert.deepEqual(parseDocument(written).toJS(), { ...same, neu: 1 });
  });
});
