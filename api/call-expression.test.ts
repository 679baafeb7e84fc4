import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallClient, type CallFacts, CallRequest, compileCallExpression } from './call-expression.ts';

const head = { method: 'GET', host: 'api.example.go.id', path: '/situs/1' };

function facts(change: Partial<CallFacts> = {}, query = '?mode=massal&a=1&a=2'): CallFacts {
  return {
    request: new CallRequest(head, ['X-Mode', 'massal', 'X-Two', 'a', 'x-two', 'b'], query),
    client: new CallClient('192.0.2.1'),
    api: 'banten/situs',
    plan: 'dasar',
    subscription: 'tangerang/perizinan',
    claims: { azp: 'perizinan', roles: ['baca', 'tulis'], realm: { name: 'spbe' } },
    ...change,
  };
}

function holds(source: string, change: Partial<CallFacts> = {}): boolean | undefined {
  const verdict = compileCallExpression(source);
  assert.ok(verdict.ok, verdict.ok ? '' : `${verdict.position}: ${verdict.message}`);
  return verdict.expression.holds(facts(change));
}

const truths: readonly string[] = [
  'request.headers["x-mode"] == "massal"',
  'request.headers["x-two"] == "a, b"',
  'request.headers.absent == ""',
  'request.headers["absent"] != "massal"',
  '!has(request.headers.absent) && has(request.headers["x-mode"])'.replace(
    'has(request.headers["x-mode"])',
    '"x-mode" in request.headers',
  ),
  '!("absent" in request.headers)',
  'request.query.mode == "massal" && request.query["a"] == "1, 2"',
  'request.method in ["GET", "HEAD"] && request.host.endsWith(".go.id")',
  '(request.path).matches("^/situs/[0-9]+$")',
  'api == "banten/situs" && plan == "dasar" && subscription.startsWith("tangerang/")',
  'client.address == "192.0.2.1"',
  'claims.azp == "perizinan" && "baca" in claims.roles && claims.roles.exists(r, r == "tulis")',
  'claims.realm.name == "spbe" && claims.absent == ""',
  'claims["azp"].matches("^[a-z]+$") ? true : false',
];

for (const source of truths) {
  test(`holds: ${source}`, () => assert.equal(holds(source), true));
}

test('does not hold: a field of another value', () => {
  assert.equal(holds('request.headers["x-mode"] == "biasa"'), false);
});

test('what cannot be evaluated is neither', () => {
  assert.equal(holds('claims.azp.size() > 3 && claims.realm.absent == "x"'), undefined);
  assert.equal(holds('"x" in claims.absent'), undefined);
  assert.equal(holds('claims.roles < 3'), undefined);
});

const faults: readonly [source: string, position: number, message: RegExp][] = [
  ['request.headers["x"] = "a"', 22, /Unexpected character|=/],
  ['request.nothing == "a"', 1, /nothing/],
  ['unknown == "a"', 1, /unknown/i],
  ['request.method == 1', 1, /no such overload/i],
  ['request.method', 1, /must be true or false, and is string/],
  ['request.path.matches(request.method)', 22, /literal/],
  ['request.path.matches("(")', 22, /RE2/],
  ['request.path.matches("(?=a)")', 22, /RE2/],
  [`${'('.repeat(30)}true${')'.repeat(30)} && ${'!'.repeat(30)}true`, 1, /depth/i],
  [`"${'a'.repeat(1100)}" == "a"`, 1025, /longer than 1024/],
  ['[1].all(a, [1].all(b, [1].all(c, a == b)))', 0, /at most two macros/],
];

for (const [source, position, message] of faults) {
  test(`refused: ${source.slice(0, 60)}`, () => {
    const verdict = compileCallExpression(source);
    assert.ok(!verdict.ok);
    assert.match(verdict.message, message);
    if (position > 1) assert.equal(verdict.position, position);
  });
}

test('a pattern that makes others backtrack takes no time', () => {
  const verdict = compileCallExpression('request.path.matches("^(a+)+$")');
  assert.ok(verdict.ok);
  const path = `${'a'.repeat(5000)}!`;
  const request = new CallRequest({ ...head, path }, [], '');
  const before = performance.now();
  assert.equal(verdict.expression.holds(facts({ request })), false);
  assert.ok(performance.now() - before < 1000);
});
