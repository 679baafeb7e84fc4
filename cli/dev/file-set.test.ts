import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileSet } from './file-set.ts';

const object = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`;
const file = (name: string, text: string) => ({ file: name, text });

function look(set: FileSet, ...files: ReturnType<typeof file>[]) {
  const { objects, problems, complete } = set.update(files);
  const where = Object.fromEntries(
    [...objects.values()].map((located) => [located.object.metadata.name, located.file]),
  );
  return { where, problems: problems.map(({ file: name, line, message }) => `${name}:${line} ${message}`), complete };
}

test('a file with an error asks for what it asked for before, and says that not everything is known', () => {
  const set = new FileSet();
  look(set, file('a', object('x')), file('b', object('yy')));
  const broken = look(set, file('a', 'a: [\n'), file('b', object('z')));
  assert.deepEqual(broken.where, { x: 'a', z: 'b' });
  assert.equal(broken.complete, false);
  assert.match(broken.problems[0] ?? '', /^a:\d+ not valid YAML/);
});

test('a file that was broken from the start asks for nothing', () => {
  assert.deepEqual(look(new FileSet(), file('a', 'a: [\n'), file('b', object('yy'))).where, { yy: 'b' });
});

test('a file that is gone asks for nothing', () => {
  const set = new FileSet();
  look(set, file('a', object('x')), file('b', object('yy')));
  assert.deepEqual(look(set, file('b', object('yy'))), { where: { yy: 'b' }, problems: [], complete: true });
});

test('one object in two files stays with the file that had it', () => {
  const set = new FileSet();
  look(set, file('b', object('x')));
  const doubled = look(set, file('a', object('x')), file('b', object('x')));
  assert.deepEqual(doubled.where, { x: 'b' });
  assert.match(doubled.problems[0] ?? '', /^a:3 the same object is in b:1, and that one counts/);
  assert.deepEqual(look(set, file('a', object('x'))).where, { x: 'a' }, 'it moves when that file lets go');
});
