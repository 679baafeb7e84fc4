import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isStoreError } from '../store-error.ts';
import { compileSelection } from './selectors.ts';

const labels = { app: 'web', tier: 'front', empty: '', 'simpul.id/tenant': 'banten' };
const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'n', labels }, type: 'Opaque' };

suite('label selectors', () => {
  const cases: Record<string, boolean> = {
    '': true,
    'app=web': true,
    'app==web': true,
    'app = web': true,
    'app!=web': false,
    'app!=x': true,
    'missing!=x': true,
    'missing=': false,
    'empty=': true,
    empty: true,
    '!empty': false,
    missing: false,
    '!missing': true,
    'app in (web,x)': true,
    'app in (x, y)': false,
    'app notin (x,y)': true,
    'app notin (web)': false,
    'missing notin (x)': true,
    'missing in (x)': false,
    'simpul.id/tenant=banten,app=web': true,
    'simpul.id/tenant in (banten),!missing': true,
    'app=web,tier=back': false,
  };
  for (const [labelSelector, expected] of Object.entries(cases)) {
    test(labelSelector || 'nothing', () => assert.equal(compileSelection({ labelSelector })(object), expected));
  }
});

suite('field selectors', () => {
  const cases: Record<string, boolean> = {
    'metadata.name=a': true,
    'metadata.name!=a': false,
    'metadata.namespace=n,metadata.name=a': true,
    'type=Opaque': true,
    'type=simpul.id/api-key': false,
  };
  for (const [fieldSelector, expected] of Object.entries(cases)) {
    test(fieldSelector, () => assert.equal(compileSelection({ fieldSelector })(object), expected));
  }
});

suite('selectors that cannot be read', () => {
  for (const selection of [
    { labelSelector: 'a in (' },
    { labelSelector: 'a b' },
    { labelSelector: '=x' },
    { fieldSelector: 'spec.x=1' },
    { fieldSelector: 'metadata.name' },
  ]) {
    test(JSON.stringify(selection), () => {
      assert.throws(
        () => compileSelection(selection),
        (error) => isStoreError(error, 'BadRequest'),
      );
    });
  }

  test('any text is a selector or a BadRequest', () => {
    fc.assert(
      fc.property(fc.string(), (labelSelector) => {
        try {
          compileSelection({ labelSelector })(object);
        } catch (error) {
          assert.ok(isStoreError(error, 'BadRequest'));
        }
      }),
    );
  });
});
