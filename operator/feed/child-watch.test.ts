import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChildWatch } from './child-watch.ts';

function child(namespace: string, name: string, resourceVersion: string) {
  return { apiVersion: 'v1', kind: 'RoleBinding', metadata: { namespace, name, resourceVersion } };
}

test('tells the namespace of each child that came, changed or went, once', () => {
  const heard: string[] = [];
  const watch = new ChildWatch((namespace) => heard.push(namespace));
  const took = (): string[] => heard.splice(0);
  watch.replace([child('a', 'x', '1'), child('b', 'x', '2')]);
  assert.deepEqual(took(), ['a', 'b']);
  watch.upsert(child('a', 'x', '1'));
  assert.deepEqual(took(), [], 'an event that says nothing new');
  watch.upsert(child('a', 'x', '3'));
  assert.deepEqual(took(), ['a']);
  watch.remove(child('a', 'x', '4'));
  assert.deepEqual(took(), ['a']);
  watch.replace([child('c', 'x', '5')]);
  assert.deepEqual(took(), ['b', 'c'], 'what a list does not mention any more has gone');
});
