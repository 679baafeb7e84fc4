import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remedyFor, remedyForUnknown } from './remedy.ts';
import { schemaOf } from './schemas.ts';

const schema = schemaOf({ apiVersion: 'simpul.id/v1alpha1', kind: 'ApiService' })!;

test('a required field comes with its description and example', () => {
  const remedy = remedyFor(schema, { field: 'spec.basePath', type: 'FieldValueRequired' });
  assert.match(remedy ?? '', /^Add it: .*Example: `\/banten\/situs\/v1`\.$/);
});

test('fields of lists and maps are found', () => {
  for (const field of ['spec.plans[dasar].limits[0].requests', 'spec.plans.dasar.limits[0].requests']) {
    assert.match(remedyFor(schema, { field, type: 'FieldValueInvalid' }) ?? '', /^What goes here: .*Example: /, field);
  }
});

test('an unknown field is told what was meant, or what there is', () => {
  assert.equal(remedyForUnknown(schema, 'spec.backend.timeOut'), 'Did you mean "timeout"?');
  assert.match(
    remedyForUnknown(schema, 'spec.backend.zzz'),
    /^Remove it; there are (?:\w+, )+endpoints, (?:\w+, )*timeout(?:, \w+)*\.$/,
  );
});
