import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crds } from '#api/generated/crds.ts';
import { type CelValue, compileRule, type RuleOutcome } from './cel-expression.ts';
import { readCrd } from './object-schema.ts';
import { SchemaError, type StructuralSchema } from './structural-schema.ts';

suite('CRD rules stay in the portable part of CEL', () => {
  for (const crd of crds) {
    test(crd.metadata.name, () => {
      const rules = rulesOf(readCrd(crd).schema);
      for (const rule of rules) compileRule(rule);
      assert.ok(rules.length > 0);
    });
  }

  const refused: Record<string, RegExp> = {
    'self.size() + 1 > 2': /operator \+ is not in the portable part/,
    'self.map(x, x) == self': /method \.map\(\) is not in the portable part/,
    'self.a.find("x") == "x"': /method \.find\(\)/,
    'int(self) > 1': /function int\(\)/,
    'self.?a.orValue(1) == 1': /./,
    'self.a ==': /./,
    'other == 1': /other/,
    'isURL(self)': /function isURL\(\)/,
    'self.upperAscii() == "A"': /method \.upperAscii\(\)/,
  };
  for (const [rule, problem] of Object.entries(refused)) {
    test(`refuses ${rule}`, () => {
      assert.throws(
        () => compileRule(rule),
        (error) => error instanceof SchemaError && problem.test(error.message),
      );
    });
  }
});

suite('rules of the portable part', () => {
  const pass: RuleOutcome = { verdict: 'pass' };
  const fail: RuleOutcome = { verdict: 'fail' };
  const cases: [rule: string, self: CelValue, outcome: RuleOutcome][] = [
    ['self == 3', 3n, pass],
    ['self == 3', 4n, fail],
    ['self > 1.5', 1.6, pass],
    ['self >= 1 && self <= 3 && self != 2', 3n, pass],
    ['size(self) == 2', '🙂é', pass],
    ['self.size() == 2', ['a', 'b'], pass],
    ['size(self) == 1', { a: 1n }, pass],
    ['has(self.a) ? self.a == "x" : true', {}, pass],
    ['has(self.constructor)', {}, fail],
    ['self.a.b == 1', { a: {} }, { verdict: 'error', problem: 'no such key: b' }],
    ['self.all(x, x > 0)', [1n, 2n], pass],
    ['self.all(x, x > 0)', [], pass],
    ['self.exists(x, x == "b")', ['a', 'b'], pass],
    ['self.exists_one(x, x == "b")', ['b', 'b'], fail],
    ['self.all(key, key.startsWith("a"))', { ab: 1n, ac: 2n }, pass],
    ['"a" in self', ['a'], pass],
    ['"a" in self', { a: 1n }, pass],
    ['self in ["a", "b"]', 'c', fail],
    ['self[0] == "a"', ['a'], pass],
    ['self.startsWith("a") && self.endsWith("c") && self.contains("b")', 'abc', pass],
    ['self.lowerAscii() == "aÄ"', 'AÄ', pass],
    ['self.matches("^[a-z]+$")', 'abc', pass],
    ['self.matches("b")', 'abc', pass],
    ['timestamp(self.a) < timestamp(self.b)', { a: new Date(0), b: new Date(1) }, pass],
    ['!(self.a == self.b) || self.a == [1, 2]', { a: [1n, 2n], b: [1n, 2n] }, pass],
  ];
  for (const [rule, self, outcome] of cases) {
    test(`${rule} on ${JSON.stringify(self, (_, value) => (typeof value === 'bigint' ? Number(value) : value))}`, () => {
      assert.deepEqual(compileRule(rule).evaluate(self, undefined), outcome);
    });
  }

  test('a pattern that makes a backtracking engine hang takes no time', () => {
    const started = performance.now();
    assert.deepEqual(compileRule("self.matches('^(a+)+$')").evaluate(`${'a'.repeat(5000)}!`, undefined), fail);
    assert.ok(performance.now() - started < 1000);
  });

  test('a transition rule is known by oldSelf', () => {
    assert.equal(compileRule('self == oldSelf').usesOldSelf, true);
    assert.equal(compileRule('self == "oldSelf"').usesOldSelf, false);
  });
});

function rulesOf(schema: StructuralSchema): string[] {
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  return [...(schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule), ...below.flatMap(rulesOf)];
}
