import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StoreError } from '#kube/store-error.ts';
import { createLog } from './log.ts';

function capture(): { readonly log: ReturnType<typeof createLog>; readonly lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { log: createLog({ level: 'info', version: '1.2.3', destination }), lines };
}

describe('operator log', () => {
  test('is one JSON object per line with the common fields', () => {
    const { log, lines } = capture();
    log.debug('not at this level');
    log.info({ kind: 'Tenant', key: 'banten' }, 'hello');
    assert.equal(lines.length, 1);
    const { time, ...rest } = JSON.parse(lines[0] ?? '');
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, {
      level: 'info',
      program: 'operator',
      version: '1.2.3',
      kind: 'Tenant',
      key: 'banten',
      msg: 'hello',
    });
  });

  const secret = 'hunter2';
  const leaks: Readonly<Record<string, object>> = {
    'a token': { token: secret },
    'a header': { request: { headers: { authorization: secret } } },
    'the data of a Secret': { object: { kind: 'Secret', data: { key: secret } } },
    'what a library hangs onto its error': {
      err: Object.assign(new Error('401'), { headers: { 'x-api-key': secret }, config: { auth: secret } }),
    },
  };
  for (const [name, fields] of Object.entries(leaks)) {
    test(`does not show ${name}`, () => {
      const { log, lines } = capture();
      log.error(fields, 'failed');
      assert.equal(lines.length, 1);
      assert.doesNotMatch(lines[0] ?? '', /hunter2/);
    });
  }

  test('shows an error with its code and causes', () => {
    const { log, lines } = capture();
    const cause = new Error('ECONNREFUSED');
    log.error({ err: new StoreError('Unreachable', 'no answer', { cause }) }, 'failed');
    const { err } = JSON.parse(lines[0] ?? '');
    assert.equal(err.type, 'StoreError');
    assert.equal(err.code, 'STORE_Unreachable');
    assert.equal(err.message, 'no answer: ECONNREFUSED');
    assert.match(err.stack, /log\.test\.ts/);
  });
});
