import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError } from '../errors.ts';
import { parseTarget } from './target.ts';

const good = [
  { text: 'apiservice/situs', target: { kind: 'ApiService', namespace: undefined, name: 'situs' } },
  { text: 'ApiService/situs', target: { kind: 'ApiService', namespace: undefined, name: 'situs' } },
  { text: 'apisvc/banten/situs', target: { kind: 'ApiService', namespace: 'banten', name: 'situs' } },
  { text: 'subscriptions.simpul.id/x', target: { kind: 'Subscription', namespace: undefined, name: 'x' } },
  { text: 'tnt/banten', target: { kind: 'Tenant', namespace: undefined, name: 'banten' } },
];
for (const { text, target } of good) test(`${text}`, () => assert.deepEqual(parseTarget(text), target));

for (const text of ['', 'situs', 'apiservice/', 'apiservice/a/', 'apiservice/a/b/c', 'pod/x', 'tenant/a/b']) {
  test(`"${text}" is refused`, () => {
    assert.throws(
      () => parseTarget(text),
      (error) => error instanceof CliError && error.exitCode === 2,
    );
  });
}
