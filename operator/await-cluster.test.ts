import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitCluster, type ClusterCheck, type Lack } from './await-cluster.ts';

/** Looks as often as there are `answers`: a lack, nothing, or an error. Gives what was told, logged, and waited. */
async function look(answers: readonly (string | undefined | Error)[]) {
  const told: (string | undefined)[] = [];
  const logged: string[] = [];
  const stop = new AbortController();
  let looks = 0;
  const check: ClusterCheck = () => {
    const answer = answers[looks++];
    if (looks >= answers.length) stop.abort();
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(answer === undefined ? undefined : { text: answer, advice: `do not ${answer}` });
  };
  const say = (level: string) => (first: object | string, message?: string) => {
    logged.push(`${level}: ${message ?? String(first)}`);
  };
  let pauses = 0;
  await awaitCluster({
    checks: [() => Promise.resolve(undefined), check],
    log: { info: say('info'), warn: say('warn'), error: say('error') } as never,
    onLack: (lack: Lack | undefined) => told.push(lack?.text),
    pause: () => {
      pauses++;
      return Promise.resolve();
    },
    signal: stop.signal,
  });
  return { told, logged, pauses };
}

test('a cluster that is as it should be costs no wait and no word', async () => {
  assert.deepEqual(await look([undefined]), { told: [undefined], logged: [], pauses: 0 });
});

test('a lack is told once, and again when it is another one', async () => {
  const { told, logged } = await look(['lack a', 'lack a', 'lack b', 'lack b']);
  assert.deepEqual(told, ['lack a', 'lack b', undefined]);
  assert.deepEqual(logged, [
    'error: the operator does nothing yet: do not lack a',
    'error: the operator does nothing yet: do not lack b',
  ]);
});

test('one that stays is told again each minute', async () => {
  const { told } = await look(Array.from({ length: 61 }, () => 'lack'));
  assert.deepEqual(told, ['lack', 'lack', 'lack', undefined]);
});

test('when nobody can say, what was said last goes on', async () => {
  const { told, logged, pauses } = await look(['lack', new Error('no API server'), 'lack', 'lack']);
  assert.deepEqual([told, pauses], [['lack', undefined], 4]);
  assert.deepEqual(logged[1], 'warn: the cluster cannot be looked at now');
});
