import { randomBytes } from 'node:crypto';
import { before, suite, test } from 'node:test';
import { applyingCases } from './suite/applying.ts';
import type { StoreCase, StoreUnderTest } from './suite/case.ts';
import { creatingCases } from './suite/creating.ts';
import { deletingCases } from './suite/deleting.ts';
import { mergingCases } from './suite/merging.ts';
import { readingCases } from './suite/reading.ts';
import { versionCases } from './suite/versions.ts';
import { watchingCases } from './suite/watching.ts';

export type { StoreUnderTest } from './suite/case.ts';
export { widgetCrdFile, widgetKind } from './suite/widget.ts';

const groups: Record<string, readonly StoreCase[]> = {
  reading: readingCases,
  creating: creatingCases,
  applying: applyingCases,
  merging: mergingCases,
  versions: versionCases,
  deleting: deletingCases,
  watching: watchingCases,
};

/**
 * What a {@link Store} promises, as tests. Call it once per implementation: `makeStore` gives a store in which the CRD
 * of {@link widgetCrdFile} is installed. Each case works in namespaces of its own, which it creates through the store.
 */
export function storeSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  suite(`store: ${name}`, () => {
    let underTest: StoreUnderTest;
    before(async () => {
      underTest = await makeStore();
    });
    for (const [group, cases] of Object.entries(groups)) {
      suite(group, () => {
        for (const storeCase of cases) {
          test(storeCase.name, async () => {
            const [namespace, otherNamespace] = [await newNamespace(underTest), await newNamespace(underTest)];
            await storeCase.run({ ...underTest, namespace, otherNamespace });
          });
        }
      });
    }
  });
}

async function newNamespace({ store }: StoreUnderTest): Promise<string> {
  const name = `suite-${randomBytes(5).toString('hex')}`;
  await store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'suite' });
  return name;
}
