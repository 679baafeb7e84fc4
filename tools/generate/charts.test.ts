import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightsTemplate } from './chart-rights.ts';
import { readChartValues, valuesSchema } from './chart-values.ts';

const rightsOf = (text: string) => rightsTemplate(text, 'x.yaml');
const prefix = '{{ include "simpul.clusterPrefix" . }}';

test('what is cluster-scoped is named after the release, what lies in its namespace keeps its name', () => {
  const role = 'kind: ClusterRole\nmetadata:\n  name: simpul-operator\n';
  assert.equal(rightsOf(role), `kind: ClusterRole\nmetadata:\n  name: ${prefix}-operator\n`);
  const account = 'kind: ServiceAccount\nmetadata:\n  name: simpul-operator\n  namespace: simpul-system\n';
  assert.equal(rightsOf(account), account.replace('simpul-system', '{{ .Release.Namespace }}'));
});

test('the claim of a class is named after the class, whatever the release is called', () => {
  const claim = 'kind: ClusterRole\nmetadata:\n  name: simpul-class-simpul\n';
  assert.match(rightsOf(claim), /^ {2}name: simpul-class-\{\{ include "simpul.className" \. \}\}$/m);
});

test('references to what is cluster-scoped follow', () => {
  const binding = 'kind: RoleBinding\nroleRef: { kind: ClusterRole, name: simpul-operator-references }\n';
  assert.equal(rightsOf(binding), binding.replace('simpul-', `${prefix}-`));
  const policy =
    "kind: ValidatingAdmissionPolicy\nexpression: variables.role == 'simpul-gateway' && s.name == 'simpul-gateway'\n";
  assert.equal(rightsOf(policy), policy.replace("'simpul-", `'${prefix}-`));
});

test('what Helm would read as its own is refused', () => {
  assert.throws(() => rightsOf('name: "{{ x }}"\n'), /would be read by Helm/);
});

const noSpec = () => ({});

test('the schema of values names each, and lets nothing else in', () => {
  const values = readChartValues('# A.\na:\n  # B.\n  # @ {type: integer, minimum: 1}\n  b: 2\n# C.\nc: x\n', noSpec);
  const schema = JSON.parse(valuesSchema(values, 'T')) as { additionalProperties: boolean; properties: object };
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(schema.properties, {
    global: { type: 'object', description: 'Values of a chart that this one is part of; not read.' },
    a: {
      ...{ description: 'A.', type: 'object', additionalProperties: false },
      properties: { b: { description: 'B.', type: 'integer', minimum: 1 } },
    },
    c: { description: 'C.', type: 'string' },
  });
});

test('a value with rules of its own is one value, whatever its default holds', () => {
  const values = readChartValues('# A.\n# @ {kind: X}\na:\n  b: 2\n# C.\nc: true\n', noSpec);
  assert.deepEqual(
    values.map(({ path, fallback }) => ({ path, fallback })),
    [
      { path: 'a', fallback: { b: 2 } },
      { path: 'c', fallback: true },
    ],
  );
});

test('a value that says nothing about itself is refused', () => {
  assert.throws(() => readChartValues('a: 1\n', noSpec), /a has no comment/);
});
