import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { root } from '#e2e/standalone/simpul.ts';
import { readCrds } from '#tools/generate/crd-files.ts';
import { olmBundle, writeBundle } from '#tools/olm/bundle.ts';
import { verifyBundle } from '#tools/olm/operator-verify.ts';

let folder: string;
let bundle: Map<string, string>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simpul-olm-'));
  bundle = await olmBundle(readCrds(new URL('crds/', pathToFileURL(root))));
});
after(() => rm(folder, { recursive: true }));

/** What the check warns of without cause, or where we mean it. */
const known = [
  /includes permission to create\/update poddisruptionbudgets/, // one for each fleet
  /Migrate the API\(s\) for events/, // a rule of RBAC names no version; ours is v1
  /"operatorhub\\?" validator is deprecated/, // of this library's own flag
];

test('the bundle passes the rules of operator-framework', async () => {
  await writeBundle(folder, bundle);
  const found = await verifyBundle(join(folder, 'manifests'));
  assert.deepEqual(
    found.filter((line) => !known.some((pattern) => pattern.test(line))),
    [],
  );
});

test('what breaks a rule is found', async () => {
  const name = 'manifests/simpul.clusterserviceversion.yaml';
  const text = bundle.get(name) ?? '';
  await writeBundle(folder, new Map([...bundle, [name, text.replace('version: v1alpha1', 'version: v9')]]));
  const found = await verifyBundle(join(folder, 'manifests'));
  assert.match(found.join('\n'), /level=error/);
});

test('every image that runs is named as related, and every kind has an example', () => {
  const csv = parse(bundle.get('manifests/simpul.clusterserviceversion.yaml') ?? '') as {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: {
      readonly relatedImages: readonly { readonly image: string }[];
      readonly customresourcedefinitions: { readonly owned: readonly { readonly kind: string }[] };
    };
  };
  for (const { image } of csv.spec.relatedImages) assert.match(image, /^simpul-(operator|gateway):/);
  assert.equal(csv.spec.relatedImages.length, 2);
  const samples = JSON.parse(csv.metadata.annotations['alm-examples'] ?? '') as readonly { readonly kind: string }[];
  const kinds = csv.spec.customresourcedefinitions.owned.map(({ kind }) => kind).sort();
  assert.deepEqual(samples.map(({ kind }) => kind).sort(), kinds);
});
