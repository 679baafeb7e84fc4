import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDefinition } from '#api/openapi/read-definition.ts';
import { DefinitionEntry, DefinitionRoom } from './definition-entry.ts';

/** A definition with so many operations. */
function aDefinition(room: DefinitionRoom, name: string, operations: number): DefinitionEntry {
  const path = { get: { responses: { '200': { description: 'ok' } } } };
  const paths = Object.fromEntries(Array.from({ length: operations }, (_, i) => [`/${name}/${i}`, path]));
  const verdict = readDefinition(JSON.stringify({ openapi: '3.1.0', info: { title: name, version: '1' }, paths }));
  assert.ok(verdict.ok);
  return new DefinitionEntry(verdict.definition, room);
}

test('so many operations are compiled at a time; one that had to go is compiled again when it is called', () => {
  const room = new DefinitionRoom({ operations: 3, definitions: 2 });
  const { entries } = aDefinition(room, 'a', 5);
  for (const entry of entries) room.compile(entry);
  assert.equal(room.compiledCount, 3);
  assert.deepEqual(
    entries.map(({ check }) => check !== null),
    [false, false, true, true, true],
  );
  const [first = assert.fail()] = entries;
  assert.equal(room.compile(first), first.check);
  assert.equal(room.compiledCount, 3);
});

test('so many definitions are unpacked at a time, and none that nobody uses', () => {
  const room = new DefinitionRoom({ operations: 100, definitions: 2 });
  const [a = assert.fail(), b = assert.fail(), c = assert.fail()] = ['a', 'b', 'c'].map((name) =>
    aDefinition(room, name, 1),
  );
  const [ofA, ofB] = [room.unpacked(a), room.unpacked(b)];
  assert.equal(room.unpacked(a), ofA);
  room.unpacked(c);
  assert.equal(room.unpacked(b), ofB);
  assert.notEqual(room.unpacked(a), ofA, 'it had to go for the third');
  const ofC = room.unpacked(c);
  for (const entry of c.entries) room.compile(entry);
  room.drop(c);
  assert.equal(room.compiledCount, 0);
  assert.notEqual(room.unpacked(c), ofC);
});
