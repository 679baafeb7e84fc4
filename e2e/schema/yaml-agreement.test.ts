import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { readManifests } from '#kube/yaml/read-manifests.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { configMap, documents, stricter } from './yaml-documents.ts';

const root = new URL('../../', import.meta.url);

const corpora = {
  examples: filesUnder('examples/'),
  policies: ['e2e/schema/testdata/policies.yaml'],
  'examples of the CRDs': filesUnder('crds/testdata/'),
};

/** What a text means is asked of kubectl itself: `create --dry-run=client -o json` needs a server for the names of kinds only. */
suite('our YAML reader agrees with kubectl', () => {
  let controlPlane: ControlPlane;
  before(async () => {
    controlPlane = await startControlPlane();
    await controlPlane.installCrds('crds');
  });
  after(() => controlPlane?.stop());

  for (const [name, files] of Object.entries(corpora)) {
    test(`${name}: ${files.length} files`, async () => {
      const text = files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('---\n');
      assert.deepEqual(ours(text), await kubectl(text));
    });
  }

  for (const value of scalars()) {
    test(`value: ${value}`, async () => {
      const text = configMap(`value: ${value}`);
      assert.deepEqual(ours(text), await kubectl(text));
    });
  }

  for (const [name, text] of Object.entries(documents)) {
    test(name, async () => assert.deepEqual(ours(text), await kubectl(text)));
  }

  for (const [name, text] of Object.entries(stricter)) {
    test(`stricter than kubectl: ${name}`, async () => {
      assert.notEqual(await kubectl(text), 'refused');
      assert.equal(ours(text), 'refused');
    });
  }

  async function kubectl(text: string): Promise<unknown[] | 'refused'> {
    try {
      const args = ['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', '-'];
      const out = await controlPlane.kubectl(args, text);
      const objects: unknown[] = out.split(/(?<=^\})\n(?=\{)/m).map((part) => JSON.parse(part));
      return objects.map(withoutDefaultNamespace);
    } catch {
      return 'refused';
    }
  }
});

function ours(text: string): unknown[] | 'refused' {
  const { objects, errors } = readManifests(text, 'test.yaml');
  return errors.length > 0 ? 'refused' : objects.map(({ object }) => withoutDefaultNamespace(object));
}

/** kubectl writes the namespace of its context into what names none; that is not a matter of YAML. */
function withoutDefaultNamespace(object: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(object));
  if (copy.metadata?.namespace === 'default') delete copy.metadata.namespace;
  return copy;
}

function filesUnder(folder: string): string[] {
  const files = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.yaml')).map((file) => `${folder}${file}`);
}

function scalars(): string[] {
  const text = readFileSync(new URL('testdata/scalars.txt', import.meta.url), 'utf8');
  const lines = text.replaceAll('\\\n    ', '\\\u0000    ').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replace('\u0000', '\n'));
}
