import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreKinds, simpulKinds } from '#api/kinds.ts';
import { collectionPath, objectPath } from './resource-path.ts';

const { Secret, Namespace } = coreKinds;
const { ApiService } = simpulKinds;

const cases: [wanted: string, got: string][] = [
  ['/api/v1/namespaces/a/secrets', collectionPath(Secret, 'a')],
  ['/api/v1/secrets', collectionPath(Secret, undefined)],
  ['/api/v1/secrets', collectionPath(Secret, '')],
  ['/api/v1/namespaces', collectionPath(Namespace, 'ignored')],
  ['/apis/simpul.id/v1alpha1/namespaces/a/apiservices/b', objectPath({ kind: ApiService, namespace: 'a', name: 'b' })],
  [
    '/apis/simpul.id/v1alpha1/namespaces/a/apiservices/b/status?force=true&fieldManager=x%20y',
    objectPath(
      { kind: ApiService, namespace: 'a', name: 'b', subresource: 'status' },
      { force: true, fieldManager: 'x y', dryRun: undefined },
    ),
  ],
  ['/api/v1/namespaces/..%2Fb/secrets/c%3Fd', objectPath({ kind: Secret, namespace: '../b', name: 'c?d' })],
  [
    '/api/v1/secrets?labelSelector=a%20in%20(b%2Cc)',
    collectionPath(Secret, undefined, { labelSelector: 'a in (b,c)' }),
  ],
];

for (const [wanted, got] of cases) test(`path ${wanted}`, () => assert.equal(got, wanted));
