import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { storeSuite, widgetCrdFile } from '../store.suite.ts';
import { widgetKind } from '../suite/widget.ts';
import { MemoryStore } from './memory-store.ts';

const widgetCrd: object = parse(readFileSync(widgetCrdFile, 'utf8'));

storeSuite('memory', async () => {
  const store = new MemoryStore({ crds: [widgetCrd] });
  const { resourceVersion } = await store.list(widgetKind);
  return {
    store,
    expiredVersion: async () => {
      await store.create({ ...sample, metadata: { ...sample.metadata, name: 'first' } }, { fieldManager: 'test' });
      await store.delete(widgetKind, { namespace: 'default', name: 'first' });
      store.forgetHistory();
      return resourceVersion;
    },
  };
});

const sample = { apiVersion: 'test.simpul.id/v1', kind: 'Widget', metadata: { name: 'sample', namespace: 'default' } };
